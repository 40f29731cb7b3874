"""What a persona is: the checks that a row passes, and the row as an object with named fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from textsynth.errors import InputError
from textsynth.records import digest

Row = dict[str, Any]
"""Plain JSON that `checked` has passed: `id` and `description` are text."""

FIX = 'write one JSON object a line: {"id": "…", "description": "…"}'

_LIFTED = ("expertise", "tone", "background", "language_style")


class Persona(BaseModel):
    """One invented person. Columns of a row that have no field here are kept as they are."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    id: str = Field(min_length=1)
    """Unique in its file and its store."""

    description: str = Field(min_length=1)
    """A sentence or more: work, situation, wishes, manner of speaking."""

    expertise: str = ""
    """What the person knows well, and how well."""

    tone: str = ""
    """Manner of writing or speaking."""

    background: str = ""
    """Where the person comes from: upbringing, schooling, past work."""

    language_style: str = ""
    """Register, dialect and habits of language."""

    attributes: dict[str, Any] = Field(default_factory=dict)
    """Name → value or list of values; what `--where` asks for."""

    language: str = ""
    """The language of the texts, as a code such as en or ko."""

    source: str = ""
    """Who or what made the persona."""

    licence: str = ""
    """Under which licence it may be used, as an SPDX identifier."""

    parent: str = ""
    """The id of the persona, or of the text, that this one was inferred from."""

    relation: str = ""
    """What this one is to its parent: patient, supplier, reader, …"""

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any, info: Any) -> Any:
        field = cls.model_fields.get(info.field_name or "")
        if field is None or field.annotation is not str:
            return value
        return _words(value)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Persona:
        """From a checked row. Tone, expertise and the like may stand inside `attributes`."""
        attributes = flat(row.get("attributes") or {})
        lifted = {
            name: attributes.pop(name)
            for name in _LIFTED
            if attributes.get(name) and not row.get(name)
        }
        return cls(**{**row, **lifted, "attributes": attributes})

    def to_row(self) -> Row:
        """Plain JSON without what is empty."""
        return {name: value for name, value in self.model_dump().items() if value not in ("", {})}


def checked(record: Mapping[str, Any], place: str) -> Row:
    """The row of one record; InputError when it lacks what a persona needs."""
    own = record.get("id")
    if isinstance(own, bool) or not isinstance(own, str | int) or not str(own).strip():
        raise InputError(f"{place} has no `id`", _has(record), FIX)
    text = record.get("description")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{place} (id '{own}') has no `description`", _has(record), FIX)
    attributes = record.get("attributes")
    if attributes in (None, ""):
        record = {name: value for name, value in record.items() if name != "attributes"}
    elif not isinstance(attributes, dict):
        raise InputError(
            f"the `attributes` in {place} (id '{own}') are {type(attributes).__name__}",
            fix='write them as an object: "attributes": {"age": 34, "city": "Busan"}',
        )
    return {**record, "id": str(own).strip(), "description": text.strip()}


def named(record: Mapping[str, Any], text: str = "description") -> Mapping[str, Any]:
    """The record with `text` as its description, and an id made of it where it has none."""
    found = record.get(text)
    if not isinstance(found, str) or not found.strip():
        return record
    rest = {name: value for name, value in record.items() if name != text}
    return {"id": f"p-{digest(found.strip(), size=8)}", **rest, "description": found}


def searched(row: Mapping[str, Any]) -> str:
    """What a search looks at: description, expertise, background, manner, attributes."""
    values = [row.get(name) for name in ("description", *_LIFTED)]
    values += flat(row.get("attributes") or {}).values()
    return "\n".join(dict.fromkeys(word for value in values if (word := _words(value))))


def twice(name: str, place: str, before: str) -> InputError:
    """The error for an id that `before` has already."""
    return InputError(
        f"{place} has the id '{name}'", f"{before} has it already", "give each persona its own id"
    )


def flat(attributes: Mapping[str, Any], under: str = "") -> dict[str, Any]:
    """Objects inside taken apart: {"home": {"city": "Busan"}} becomes {"home.city": "Busan"}."""
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if isinstance(value, dict):
            found |= flat(value, f"{under}{name}.")
        elif value not in (None, ""):
            found[f"{under}{name}"] = value
    return found


def marks(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, value) of everything that a row can be filtered by: attributes and short columns."""
    pairs = {**row, **flat(row.get("attributes") or {})}
    for name, value in pairs.items():
        if name in ("id", "description", "attributes"):
            continue
        for one in value if isinstance(value, list) else (value,):
            word = _words(one)
            if word and not isinstance(one, dict | list):
                yield name, word


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return "" if value is None else str(value).strip()


def _has(record: Mapping[str, Any]) -> str:
    filled = [name for name, value in record.items() if value not in (None, "")]
    return f"it has {', '.join(filled)}" if filled else "it is empty"
