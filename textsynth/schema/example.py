"""A small value that shows the form of a JSON schema: for models that cannot be told otherwise."""

from __future__ import annotations

from typing import Any

from textsynth.schema import Schema, resolve

TEXT = "..."
"""What stands for a text in an example."""

_DEEP = 4
"""Nesting after which nothing is shown that may be left out."""


def example(schema: Any, root: Schema, depth: int = 0) -> Any:
    """One value of that form, with `...` for texts; patterns and formats are not looked at.

    `root`: the schema that references are looked up in.
    """
    if not isinstance(schema, dict):
        return TEXT
    if "$ref" in schema:
        schema = {**resolve(root, schema["$ref"]), **schema}
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        nothing = [part for part in branches if part.get("type") == "null"]
        others = [part for part in branches if part not in nothing]
        return example(((nothing if depth > _DEEP else others) or branches)[0], root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return _object(schema, root, depth)
    if kind == "array":
        least = schema.get("minItems", 0)
        count = least if depth > _DEEP else max(least, min(1, schema.get("maxItems", 1)))
        first = schema.get("prefixItems", [])
        parts = [*first, *[schema.get("items", {})] * max(0, count - len(first))]
        return [example(part, root, depth + 1) for part in parts]
    if kind in ("integer", "number"):
        return _number(schema)
    return {"boolean": True, "null": None}.get(kind, TEXT)


def _object(schema: Schema, root: Schema, depth: int) -> dict[str, Any]:
    required = schema.get("required", [])
    shown = {
        name: part
        for name, part in schema.get("properties", {}).items()
        if name in required or depth <= _DEEP
    }
    made = {name: example(part, root, depth + 1) for name, part in shown.items()}
    others = schema.get("additionalProperties")
    if not made and isinstance(others, dict):
        made[TEXT] = example(others, root, depth + 1)
    return made


def _number(schema: Schema) -> float:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum", -step) + step)
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 2 * step) - step)
    number: float = min(max(low, step), high)
    return int(number) if schema.get("type") == "integer" else number
