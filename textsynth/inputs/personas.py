"""Personas: who speaks or asks, drawn at random or chosen to suit the chunk of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._files import File, check_kind, gather, nearby, show
from textsynth.inputs._pairing import drawn, matched
from textsynth.inputs._record_files import RECORD_KINDS, read_records
from textsynth.records import Source
from textsynth.resources import find_file, find_files

_FIX = 'write one JSON object a line: {"id": "…", "description": "…"}'


class Personas(Input):
    """Rows of JSONL files: `id`, `description`, `attributes` if given; other columns are kept."""

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "persona"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    from_: list[str] = Field(alias="from", min_length=1)
    """Persona files, from the job's folder or else from those that textsynth brings."""

    pick: Literal["all", "random", "relevant"] = "all"
    """Which personas go with a chunk: all, `each` at random, or the `each` that suit it best."""

    each: int = Field(default=4, ge=1, le=1000)
    """How many personas go with each chunk, for `random` and `relevant`."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def load(self, home: Path) -> Items:
        """Every persona, in the order of the files.

        Raises InputError with file and line when a row has no description or repeats an id.
        """
        files = list({file.path.resolve(): file for file in self._files(home)}.values())
        places: dict[str, str] = {}
        licences: dict[str, dict[str, None]] = {file.shown: {} for file in files}

        def read(file: File) -> Iterator[Row]:
            for place, record in read_records(file.path, file.shown):
                row = _persona(record, place)
                if row["id"] in places:
                    raise _twice(row["id"], place, places[row["id"]])
                places[row["id"]] = place
                if row.get("licence"):
                    licences[file.shown].setdefault(str(row["licence"]))
                yield row

        rows, sources = gather("personas", files, read, lambda row: row["id"])
        named = [_licensed(source, licences[source.path]) for source in sources]
        return Items(rows, named)

    def suit(self, rows: Sequence[Row], chunks: Sequence[Row]) -> Callable[[int], Sequence[int]]:
        """The personas of chunk k: all of them, or at most `each` different ones."""
        if self.pick == "all" or not chunks or self.each >= len(rows):
            return super().suit(rows, chunks)
        pair = drawn if self.pick == "random" else matched
        return pair(rows, chunks, self.each)

    def _files(self, home: Path) -> Iterator[File]:
        for name in self.from_:
            path = find_file(name, home)
            if path is None:
                raise _missing(name, home)
            shown = name if not Path(name).is_absolute() else show(path, home)
            file = File(path, shown, exact=True)
            check_kind("personas", file, RECORD_KINDS)
            yield file


def _persona(record: dict[str, Any], place: str) -> Row:
    """The row of one record; InputError when it lacks what a persona needs."""
    own = record.get("id")
    if isinstance(own, bool) or not isinstance(own, str | int) or not str(own).strip():
        raise InputError(f"{place} has no `id`", _has(record), _FIX)
    text = record.get("description")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{place} (id '{own}') has no `description`", _has(record), _FIX)
    attributes = record.get("attributes")
    if attributes in (None, ""):
        record = {name: value for name, value in record.items() if name != "attributes"}
    elif not isinstance(attributes, dict):
        raise InputError(
            f"the `attributes` in {place} (id '{own}') are {type(attributes).__name__}",
            fix='write them as an object: "attributes": {"age": 34, "city": "Busan"}',
        )
    return {**record, "id": str(own).strip(), "description": text.strip()}


def _has(record: dict[str, Any]) -> str:
    filled = [name for name, value in record.items() if value not in (None, "")]
    return f"it has {', '.join(filled)}" if filled else "it is empty"


def _twice(name: str, place: str, before: str) -> InputError:
    return InputError(
        f"{place} has the id '{name}'", f"{before} has it already", "give each persona its own id"
    )


def _missing(name: str, home: Path) -> InputError:
    brought = ", ".join(find_files("personas/*.jsonl", home))
    path = home / name
    around = nearby(path.parent, path.name) if path.parent.is_dir() else ""
    known = f"Persona files that can be named: {brought}" if brought else ""
    return InputError(
        f"personas asks for '{name}', which is not there",
        ". ".join(part for part in (around, known) if part),
        "give a path relative to the folder of the job file",
    )


def _licensed(source: Source, licences: dict[str, None]) -> Source:
    return replace(source, licence=", ".join(licences))
