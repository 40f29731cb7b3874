"""JSON schemas: what they are made of, and the one with an object as its root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

Schema = dict[str, Any]

VALUE = "value"
"""The property that holds the whole value where a schema's root is no object."""

MAPS = ("properties", "$defs", "definitions")
"""Keywords whose values are schemas by name."""

_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float),
    "integer": (int, float), "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def nodes(schema: Any) -> Iterator[Schema]:
    """A schema and every schema inside it."""
    if isinstance(schema, dict):
        yield schema
        for key in MAPS:
            for child in (schema.get(key) or {}).values():
                yield from nodes(child)
        for key in _LISTS:
            for child in schema.get(key) or ():
                yield from nodes(child)
        for key in _SINGLE:
            yield from nodes(schema.get(key))


def rooted(schema: Schema) -> tuple[Schema, bool]:
    """The schema with an object as its root, and whether its value was put under `value` for that.

    Raises ValueError for a reference that leads nowhere or outside.
    """
    for node in nodes(schema):
        if "$ref" in node:
            resolve(schema, node["$ref"])
    if "$ref" in schema:
        rest = {key: part for key, part in schema.items() if key != "$ref"}
        schema = {**resolve(schema, schema["$ref"]), **rest}
    if schema.get("type", "object" if "properties" in schema else "") == "object":
        return {"type": "object", **schema}, False
    shared: Schema = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
    inner = {key: part for key, part in schema.items() if key not in shared}
    whole: Schema = {"type": "object", "properties": {VALUE: inner}, "required": [VALUE], **shared}
    return _moved(whole), True


def _moved(part: Any) -> Any:
    """The same with references to the root leading to where the root went."""
    if isinstance(part, list):
        return [_moved(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    made = {key: _moved(entry) for key, entry in part.items()}
    ref = made.get("$ref")
    if isinstance(ref, str) and not ref.startswith(("#/$defs/", "#/definitions/")):
        made["$ref"] = f"#/properties/{VALUE}{ref[1:]}"
    return made


def resolve(root: Schema, ref: Any) -> Schema:
    """What a `$ref` means. Raises ValueError when it leads nowhere, in a circle or outside."""
    met = set()
    while True:
        found: Any = root
        try:
            if not ref.startswith("#") or ref in met:
                raise KeyError
            for key in unquote(ref[1:]).split("/")[1:]:
                key = key.replace("~1", "/").replace("~0", "~")
                found = found[int(key)] if isinstance(found, list) else found[key]
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            raise ValueError(f"the schema's reference {ref!r} leads nowhere inside it") from None
        if not isinstance(found, dict):
            raise ValueError(f"the schema's reference {ref!r} leads to no schema")
        if "$ref" not in found:
            return found
        met.add(ref)
        ref = found["$ref"]


def kinds_of(schema: Schema) -> list[str]:
    """The types that a schema names; none where it names none."""
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def is_a(value: Any, kind: str) -> bool:
    """Whether a JSON value is of a schema's `type`; 2.0 is an integer, true is no number."""
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, (object,)))
