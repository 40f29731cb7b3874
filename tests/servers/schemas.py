"""Values that are valid for a JSON schema, chosen by a digest."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from math import ceil, floor
from typing import Any

StringMaker = Callable[[dict[str, Any], bytes], str]

_DEEP = 5  # nesting after which only what is required is produced


def resolve(schema: Any, root: Any) -> dict[str, Any]:
    """Follow a local $ref; KeyError when nothing is there, ValueError when it is a circle."""
    hops = 0
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        target: Any = root
        for key in schema["$ref"].removeprefix("#").strip("/").split("/"):
            target = target[key] if key else target
        schema, hops = target, hops + 1
        if hops > 50:
            raise ValueError("the schema's references form a circle")
    return schema if isinstance(schema, dict) else {}


def _number(schema: dict[str, Any], digest: bytes, whole: bool) -> float:
    step = 1 if whole else 0.01
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if high is None and "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    if low is None:
        low = 0 if high is None or high >= 0 else high - 100
    if high is None:
        high = low + 100
    if whole:
        return int(ceil(low) + digest[0] % (max(0, floor(high) - ceil(low)) + 1))
    return float(min(high, low + step * (digest[0] % (max(0, int((high - low) / step)) + 1))))


def schema_value(
    schema: Any, digest: bytes, string: StringMaker, root: Any = None, depth: int = 0
) -> Any:
    """Return a small value, chosen by the digest, that is valid for a JSON schema.

    Known: string, integer, number, boolean, null, array, object, enum, const, anyOf, oneOf,
    local $ref, lengths, item counts and bounds. Not known: pattern, format, multipleOf.
    """
    root = schema if root is None else root
    schema = resolve(schema, root)
    own = blake2b(digest + depth.to_bytes(2, "big")).digest()
    if "const" in schema or "enum" in schema:
        options = schema["enum"] if "enum" in schema else [schema["const"]]
        return options[own[0] % len(options)]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            options = [resolve(o, root) for o in schema[word]]
            ends = [o for o in options if o.get("type") == "null"] if depth >= _DEEP else []
            return schema_value((ends or options)[0], own, string, root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = "null" if depth >= _DEEP and "null" in kind else kind[0]
    if kind == "object":
        names = schema.get("required", list(schema.get("properties", {})))
        properties = schema.get("properties", {})
        return {
            name: schema_value(
                properties.get(name, {}), own + str(name).encode(), string, root, depth + 1
            )
            for name in names
        }
    if kind == "array":
        least = schema.get("minItems", 0)
        count = least if depth >= _DEEP else min(max(1, least), schema.get("maxItems", least + 1))
        item = schema.get("items", {})
        return [
            schema_value(item, own + bytes([i & 255]), string, root, depth + 1)
            for i in range(count)
        ]
    if kind in ("integer", "number"):
        return _number(schema, own, kind == "integer")
    return {"boolean": bool(own[0] & 1), "null": None}.get(kind, string(schema, own))
