"""The form of a structured reply: a JSON schema, and how a reply's text is held against it."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, is_dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from textsynth.records import digest
from textsynth.schema import VALUE, Schema, nodes, rooted
from textsynth.schema.check import path_of, problem, problems, show
from textsynth.schema.example import example
from textsynth.schema.strict import tighten
from textsynth.schema.text import CUT, pieces

LONGEST = 600
"""Characters of a `FormError` at most: it goes back to the model."""

_SCHEMA_KEYS = {"type", "properties", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "items"}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class FormError(ValueError):
    """A reply is not of the form asked for; the message tells the model what to put right."""


@dataclass(frozen=True, eq=False)
class Form:
    """What a structured reply has to be. Made with `Form.of`."""

    name: str
    """Of a-z, 0-9, _ and -, at most 64 characters."""

    schema: Schema
    """A JSON schema, complete in itself, whose root is an object."""

    id: str
    """A hash of name and schema, the same in every process."""

    strict: bool
    """Whether OpenAI's strict mode takes the schema."""

    _wrapped: bool = field(repr=False)
    _check: Callable[[Any, tuple[str | int, ...]], Any] = field(repr=False)

    @classmethod
    def of(cls, kind: Any) -> Form:
        """The form of a pydantic model, of any type that pydantic knows, or of a JSON schema.

        A schema with another root than an object is put under `value`, and taken out of it on
        reading. Raises TypeError for what is none of these, ValueError for a schema that is broken
        or leads outside of itself.
        """
        if isinstance(kind, Form):
            return kind
        if isinstance(kind, dict):
            if not _SCHEMA_KEYS & kind.keys():
                raise ValueError(f"this is no JSON schema: {show(kind)}")
            return _form_of_schema(_encode(kind))
        try:
            return _form_of_type(kind)
        except TypeError:
            # A type that cannot be hashed, such as one annotated with a list, is not kept.
            return _form_of_type.__wrapped__(kind)

    def example(self) -> dict[str, Any]:
        """A small value of this form, with `...` for texts."""
        made: dict[str, Any] = example(self.schema, self.schema)
        return made

    def read(self, text: str, finish: str = "stop") -> Any:
        """The value that a reply gives: an instance for a model, else plain JSON or the type's own.

        Code fences, prose and thoughts around the JSON are passed over, slips of its writing
        mended; of several values the first that fits counts. Nothing is made up: raises FormError
        for a reply that is cut off (`finish` is `length`), holds no JSON, or breaks the form.
        """
        if finish in ("length", "content_filter"):
            raise FormError(f"{CUT}: write a shorter one")
        if not text.strip():
            raise FormError("the reply is empty")
        worst, longest = "", -1
        try:
            for piece in pieces(text):
                fault = piece.fault
                if not fault:
                    try:
                        return self._fit(piece.value)
                    except FormError as error:
                        fault = str(error)
                if piece.size > longest:
                    worst, longest = fault, piece.size
        except RecursionError:
            worst = "its JSON is nested too deeply"
        said = worst or f"there is no JSON in the reply, which begins {show(text.strip(), 40)}"
        raise FormError(said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…") from None

    def _fit(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return self._hold(value)
        if value.get("name") == self.name and "arguments" in value:
            # A call of the function, written out by a model whose server does not know of it.
            return self._hold(value["arguments"])
        try:
            return self._hold(value)
        except FormError:
            if value.get("type") != "object" or "properties" not in value:
                raise
        # Small models fill in the schema that they are shown.
        return self._hold(value["properties"])

    def _hold(self, value: Any) -> Any:
        if not self._wrapped:
            return self._check(value, ())
        if isinstance(value, dict) and value.keys() == {VALUE}:
            return self._check(value[VALUE], (VALUE,))
        try:
            return self._check(value, (VALUE,))
        except FormError:
            if isinstance(value, dict) and VALUE not in value:
                raise FormError(problem((VALUE,), "required")) from None
            raise


# What a number must have to be none that JSON knows; the look at each of them costs more.
_ENDLESS = re.compile(rb"(?i)nan|inf|\de\+?\d\d")
_At = tuple[str | int, ...]


@functools.lru_cache(maxsize=256)
def _form_of_type(kind: Any) -> Form:
    try:
        adapter = TypeAdapter(kind)
        schema = adapter.json_schema()
    except PydanticUserError as error:
        said = str(error).partition("\n")[0]
        raise TypeError(
            f"{kind!r} is no form, for pydantic has no JSON schema of it: {said}"
        ) from None
    name = kind.__name__ if isinstance(kind, type) else ""
    return _make(name, schema, functools.partial(_checked, adapter), implied=False)


@functools.lru_cache(maxsize=256)
def _form_of_schema(text: str) -> Form:
    given: Schema = json.loads(text)
    try:
        for node in nodes(given):
            re.compile(node.get("pattern", ""))
        check = functools.partial(_held_against, given)
        return _make(given.get("title", ""), given, check, implied=True)
    except (AttributeError, KeyError, TypeError, re.error) as error:
        raise ValueError(f"this JSON schema is broken ({error}): {show(given)}") from None


def _make(name: str, given: Schema, check: Callable[[Any, _At], Any], *, implied: bool) -> Form:
    whole, wrapped = rooted(given)
    schema, strict = tighten(whole, implied=implied)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    name = re.sub(r"[^a-z0-9_-]+", "_", words).strip("_")[:64] or "reply"
    # As text, for the order of the properties is the order in which they are written.
    return Form(name, schema, digest(name, _encode(schema)), strict, wrapped, check)


def _payload(value: Any) -> bytes:
    """JSON in UTF-8; half a character, such as a cut emoji, becomes a mark."""
    text = _encode(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _checked(adapter: TypeAdapter[Any], value: Any, at: _At) -> Any:
    payload = _payload(value)
    try:
        made = adapter.validate_json(payload)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True)
        raise _form_error([_told(fault, value, at) for fault in faults]) from None
    if isinstance(made, BaseModel) and value and not made.model_fields_set:
        names = ", ".join(type(made).model_fields)
        raise FormError(f"{show(value)} has none of the properties {names}")
    if _ENDLESS.search(payload):
        _finite(made, at)
    return made


def _held_against(schema: Schema, value: Any, at: _At) -> Any:
    found = list(problems(schema, value, schema, at))
    if found:
        raise _form_error(found)
    known = schema.get("properties", {})
    if isinstance(value, dict) and value and known and not known.keys() & value.keys():
        raise FormError(f"{show(value)} has none of the properties {', '.join(known)}")
    _finite(value, at)
    return json.loads(_payload(value))


def _form_error(faults: list[str]) -> FormError:
    shown = list(dict.fromkeys(faults))
    more = f"; and {len(shown) - 5} more" if len(shown) > 5 else ""
    return FormError("; ".join(shown[:5]) + more)


def _finite(value: Any, at: _At) -> None:
    """Raises FormError for NaN and Infinity, which no JSON file can hold."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise FormError(problem(at, "type", value, "number that JSON knows"))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, part in enumerate(value):
            _finite(part, (*at, number))
    elif isinstance(value, dict):
        for name, part in value.items():
            _finite(part, (*at, name))
    elif isinstance(value, BaseModel) or is_dataclass(value):
        _finite({**vars(value), **(getattr(value, "model_extra", None) or {})}, at)


# pydantic's kind of error → (keyword, where its limit stands)
_LIKE = {
    "missing": ("required", ""), "extra_forbidden": ("additionalProperties", ""),
    "less_than_equal": ("maximum", "le"), "less_than": ("exclusiveMaximum", "lt"),
    "greater_than_equal": ("minimum", "ge"), "greater_than": ("exclusiveMinimum", "gt"),
    "multiple_of": ("multipleOf", "multiple_of"),
    "string_too_short": ("minLength", "min_length"), "too_short": ("minItems", "min_length"),
    "string_too_long": ("maxLength", "max_length"), "too_long": ("maxItems", "max_length"),
    "literal_error": ("enum", "expected"), "enum": ("enum", "expected"),
    "string_pattern_mismatch": ("pattern", "pattern"),
}  # fmt: skip
_KINDS = {
    "int": "integer", "float": "number", "decimal": "number", "bool": "boolean",
    "string": "string", "none": "null", "list": "array", "tuple": "array", "set": "array",
    "frozen": "array", "dict": "object", "model": "object", "dataclass": "object",
}  # fmt: skip
_OF_TYPE = re.compile(rf"({'|'.join(_KINDS)})_(?:\w+_)?(?:type|parsing|required|from_float)")


def _told(fault: Any, value: Any, at: _At) -> str:
    """An error of pydantic in our words."""
    kind, given = fault["type"], fault["input"]
    if kind == "json_invalid":
        return "its JSON is nested too deeply"
    steps = (*at, *_steps(fault["loc"], value, kind == "missing"))
    if kind in _LIKE:
        keyword, limit = _LIKE[kind]
        return problem(steps, keyword, given, fault.get("ctx", {}).get(limit))
    if of := _OF_TYPE.fullmatch(kind):
        return problem(steps, "type", given, _KINDS[of[1]])
    said = fault["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    said = said.replace("Input should be", f"{show(given)} is not", 1)
    where = path_of(steps)
    return f"{where}: {said}" if where else said


def _steps(loc: _At, value: Any, missing: bool) -> Iterator[str | int]:
    """The parts of a location that stand in the value; others name the kinds of a union."""
    for number, part in enumerate(loc):
        if isinstance(value, dict | list):
            there = part in value if isinstance(value, dict) else isinstance(part, int)
            if there:
                value = value[part]  # type: ignore[index]
            if there or (missing and number == len(loc) - 1):
                yield part
