"""What a value breaks of a JSON schema, told in words.

Known are the keywords of `WORDS` and $ref, properties, items, prefixItems, patternProperties and
allOf (https://json-schema.org/draft/2020-12); others, `format` among them, are not checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textsynth.schema import Schema, is_a, kinds_of, resolve

WORDS: Mapping[str, str] = {
    "required": "is missing",
    "additionalProperties": "is not wanted",
    "type": "{value} is no {limit}",
    "enum": "{value} is none of {limit}",
    "const": "{value} is not {limit}",
    "minimum": "{value} is less than {limit}",
    "maximum": "{value} is more than {limit}",
    "exclusiveMinimum": "{value} is not more than {limit}",
    "exclusiveMaximum": "{value} is not less than {limit}",
    "multipleOf": "{value} is no multiple of {limit}",
    "minLength": "has fewer than {limit} characters",
    "maxLength": "has more than {limit} characters",
    "pattern": "{value} does not match the pattern {limit}",
    "minItems": "has fewer than {limit} items",
    "maxItems": "has more than {limit} items",
    "uniqueItems": "has the same item twice",
    "minProperties": "has fewer than {limit} properties",
    "maxProperties": "has more than {limit} properties",
    "anyOf": "{value} fits none of the kinds allowed",
    "oneOf": "{value} does not fit exactly one of the kinds allowed",
    "not": "{value} is not allowed",
}
"""Keyword → what is wrong with a value that breaks it."""


def show(value: Any, longest: int = 60) -> str:
    """A value as JSON, cut to so many characters; 0: whole."""
    text = json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
    return f"{text[: longest - 1]}…" if 0 < longest < len(text) else text


def path_of(parts: Sequence[str | int]) -> str:
    """`answers[2].score`; empty for the whole value."""
    steps = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return "".join(steps).removeprefix(".")


def problem(parts: Sequence[str | int], keyword: str, value: Any = None, limit: Any = None) -> str:
    """One fault in words: `answers[2].score: 7 is more than 5`."""
    words = WORDS[keyword].format(value=show(value), limit=limit)
    where = path_of(parts)
    return f"{where}: {words}" if where else words


def problems(
    schema: Any, value: Any, root: Schema, at: tuple[str | int, ...] = ()
) -> Iterator[str]:
    """Each fault of a JSON value, in words. `root`: the schema that references are looked up in."""
    if not isinstance(schema, dict):
        if schema is False:
            yield problem(at, "not", value)
        return
    if "$ref" in schema:
        yield from problems(resolve(root, schema["$ref"]), value, root, at)
    kinds = kinds_of(schema)
    if kinds and not any(is_a(value, kind) for kind in kinds):
        yield problem(at, "type", value, " or ".join(kinds))
        return
    if "enum" in schema and not any(_same(value, entry) for entry in schema["enum"]):
        yield problem(at, "enum", value, ", ".join(map(show, schema["enum"])))
    if "const" in schema and not _same(value, schema["const"]):
        yield problem(at, "const", value, show(schema["const"]))
    for keyword in schema.keys() & _LIMITS.keys():
        if _breaks(keyword, value, schema[keyword]):
            yield problem(at, keyword, value, schema[keyword])
    if isinstance(value, dict):
        yield from _object(schema, value, root, at)
    elif isinstance(value, list):
        yield from _array(schema, value, root, at)
    yield from _combined(schema, value, root, at)


_LIMITS: Mapping[str, type[Any] | tuple[type[Any], ...]] = {
    "minLength": str, "maxLength": str, "pattern": str,
    "minItems": list, "maxItems": list, "uniqueItems": list,
    "minProperties": dict, "maxProperties": dict,
    "minimum": (int, float), "maximum": (int, float), "multipleOf": (int, float),
    "exclusiveMinimum": (int, float), "exclusiveMaximum": (int, float),
}  # fmt: skip


def _breaks(keyword: str, value: Any, limit: Any) -> bool:
    if not isinstance(value, _LIMITS[keyword]) or isinstance(value, bool):
        return False
    if keyword == "pattern":
        return re.search(limit, value) is None
    if keyword == "uniqueItems":
        return bool(limit) and len({show(entry, 0) for entry in value}) < len(value)
    if keyword == "multipleOf":
        # 0.3 counts as a multiple of 0.1, which it is not in binary.
        return bool(abs(value / limit - round(value / limit)) > 1e-9)
    size = value if isinstance(value, int | float) else len(value)
    if keyword.startswith("exclusive"):
        return bool(size <= limit if keyword == "exclusiveMinimum" else size >= limit)
    return bool(size < limit if keyword.startswith("min") else size > limit)


def _object(
    schema: Schema, value: dict[str, Any], root: Schema, at: tuple[str | int, ...]
) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield problem((*at, name), "required")
    patterns = schema.get("patternProperties", {})
    for name, entry in value.items():
        fits = [known[name]] if name in known else []
        fits += [part for pattern, part in patterns.items() if re.search(pattern, name)]
        for part in fits:
            yield from problems(part, entry, root, (*at, name))
        others = schema.get("additionalProperties", True)
        if not fits and others is False:
            yield problem((*at, name), "additionalProperties")
        elif not fits:
            yield from problems(others, entry, root, (*at, name))


def _array(
    schema: Schema, value: list[Any], root: Schema, at: tuple[str | int, ...]
) -> Iterator[str]:
    first = schema.get("prefixItems", [])
    for number, entry in enumerate(value):
        part = first[number] if number < len(first) else schema.get("items", True)
        yield from problems(part, entry, root, (*at, number))


def _combined(schema: Schema, value: Any, root: Schema, at: tuple[str | int, ...]) -> Iterator[str]:
    for part in schema.get("allOf", ()):
        yield from problems(part, value, root, at)
    if "not" in schema and not any(problems(schema["not"], value, root)):
        yield problem(at, "not", value)
    for keyword in schema.keys() & {"anyOf", "oneOf"}:
        found = [list(problems(part, value, root, at)) for part in schema[keyword]]
        fit = found.count([])
        if fit == 1 or (fit and keyword == "anyOf"):
            continue
        # Where one kind alone was meant, its own faults say more than that none fits.
        meant = [
            own
            for part, own in zip(schema[keyword], found, strict=True)
            if _of_kind(part, value, root)
        ]
        if not fit and len(meant) == 1:
            yield from meant[0]
        else:
            yield problem(at, keyword, value)


def _of_kind(schema: Any, value: Any, root: Schema) -> bool:
    """Whether a value is of the type that a schema names, if it names one."""
    if not isinstance(schema, dict):
        return False
    if "$ref" in schema:
        schema = resolve(root, schema["$ref"])
    kinds = kinds_of(schema)
    return not kinds or any(is_a(value, kind) for kind in kinds)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
