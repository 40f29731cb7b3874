"""The rules that OpenAI holds schemas of strict structured outputs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .schemas import resolve

_FORBIDDEN = (
    "allOf", "oneOf", "not", "if", "then", "else",
    "dependentRequired", "dependentSchemas", "patternProperties",
)  # fmt: skip
_Path = tuple[str, ...]


def strict_error(schema: dict[str, Any]) -> str | None:
    """Return what is wrong with a schema under `strict`, in OpenAI's words, or None."""
    if schema.get("type") != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got {schema.get('type')!r}."
    try:
        for at, fault in _faults(schema, schema, ()):
            return f"In context={at}, {fault}"
    except (AttributeError, TypeError) as error:
        return f"this is no JSON Schema: {error}."
    return None


def _faults(node: Any, root: dict[str, Any], at: _Path) -> Iterator[tuple[_Path, str]]:
    if not isinstance(node, dict):
        yield at, f"{node!r} is not of type 'object'."
        return
    if "$ref" in node:
        others = sorted(node.keys() - {"$ref"})
        if others:
            yield at, f"$ref cannot have keywords {others}."
        try:
            resolve(node, root)
        except (LookupError, TypeError, ValueError):
            yield at, f"reference can only point to definitions of the schema: {node['$ref']!r}."
        return
    for word in _FORBIDDEN:
        if word in node:
            yield at, f"'{word}' is not permitted."
    kind = node.get("type")
    if kind is None and not node.keys() & {"anyOf", "enum", "const"}:
        yield at, "schema must have a 'type' key."
    if "object" in (kind if isinstance(kind, list) else [kind]):
        yield from _object_faults(node, at)
    if kind == "array" and "items" not in node:
        yield at, "array schema missing items."
    yield from _inner_faults(node, root, at)


def _object_faults(node: dict[str, Any], at: _Path) -> Iterator[tuple[_Path, str]]:
    if node.get("additionalProperties") is not False:
        yield at, "'additionalProperties' is required to be supplied and to be false."
    names, required = node.get("properties", {}), node.get("required", [])
    rule = "'required' is required to be supplied and to be an array including every key in "
    for name in names:
        if name not in required:
            yield at, f"{rule}properties. Missing '{name}'."
    for name in required:
        if name not in names:
            yield at, f"{rule}properties. Extra required key '{name}' supplied."


def _inner_faults(
    node: dict[str, Any], root: dict[str, Any], at: _Path
) -> Iterator[tuple[_Path, str]]:
    for word in ("properties", "$defs", "definitions"):
        for name, inner in node.get(word, {}).items():
            yield from _faults(inner, root, (*at, word, name))
    if "items" in node:
        yield from _faults(node["items"], root, (*at, "items"))
    for i, inner in enumerate(node.get("anyOf", ())):
        yield from _faults(inner, root, (*at, "anyOf", str(i)))
