"""Personas: who speaks or asks, drawn at random or chosen to suit the chunk of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._files import File, check_kind, gather, nearby, show
from textsynth.inputs._pairing import drawn, matched
from textsynth.inputs._persona_sources import (
    check_origin,
    from_grid,
    from_stores,
    is_store,
    values_of,
)
from textsynth.inputs._record_files import RECORD_KINDS, read_records
from textsynth.people.schema import checked, twice
from textsynth.records import Source
from textsynth.resources import find_file, find_files


class Personas(Input):
    """Rows of JSONL files: `id`, `description`, `attributes` if given; other columns are kept."""

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "persona"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    from_: list[str] = Field(alias="from", default_factory=list)
    """Persona files, from the job's folder or else from those that textsynth brings; or
    `store:PATH`, a store that `textsynth personas add` made (`store` alone: the usual one)."""

    search: str = ""
    """For a store: words; the `limit` personas that suit them best are taken."""

    where: dict[str, list[str]] = Field(default_factory=dict)
    """For a store: attribute → the values that are let through."""

    limit: int = Field(default=1000, ge=1, le=100_000)
    """For a store: at most so many personas, evenly spread over it where `search` is empty."""

    grid: str = ""
    """Instead of `from`: a YAML file of attributes and templates that personas are made of."""

    count: int = Field(default=200, ge=1, le=100_000)
    """For a grid: how many personas."""

    pick: Literal["all", "random", "relevant"] = "all"
    """Which personas go with a chunk: all, `each` at random, or the `each` that suit it best."""

    each: int = Field(default=4, ge=1, le=1000)
    """How many personas go with each chunk, for `random` and `relevant`."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("where", mode="before")
    @classmethod
    def _as_lists(cls, value: Any) -> Any:
        return values_of(value)

    @model_validator(mode="after")
    def _one_origin(self) -> Personas:
        check_origin(self.from_, self.grid, self.model_fields_set)
        return self

    def load(self, home: Path) -> Items:
        """Every persona, in the order of the files.

        Raises InputError with file and line when a row has no description or repeats an id.
        """
        more = self._outside(home)
        files = list({file.path.resolve(): file for file in self._files(home)}.values())
        if not files:
            return more
        places = {row["id"]: more.sources[0].path for row in more.rows}
        licences: dict[str, dict[str, None]] = {file.shown: {} for file in files}

        def read(file: File) -> Iterator[Row]:
            for place, record in read_records(file.path, file.shown):
                row = checked(record, place)
                if row["id"] in places:
                    raise twice(row["id"], place, places[row["id"]])
                places[row["id"]] = place
                if row.get("licence"):
                    licences[file.shown].setdefault(str(row["licence"]))
                yield row

        rows, sources = gather("personas", files, read, lambda row: row["id"])
        named = [_licensed(source, licences[source.path]) for source in sources]
        return Items([*rows, *more.rows], [*named, *more.sources])

    def suit(self, rows: Sequence[Row], chunks: Sequence[Row]) -> Callable[[int], Sequence[int]]:
        """The personas of chunk k: all of them, or at most `each` different ones."""
        if self.pick == "all" or not chunks or self.each >= len(rows):
            return super().suit(rows, chunks)
        pair = drawn if self.pick == "random" else matched
        return pair(rows, chunks, self.each)

    def _outside(self, home: Path) -> Items:
        if self.grid:
            return from_grid(self.grid, self.count, home)
        stores = [name for name in self.from_ if is_store(name)]
        return from_stores(stores, self.search, self.where, self.limit, home)

    def _files(self, home: Path) -> Iterator[File]:
        for name in (name for name in self.from_ if not is_store(name)):
            path = find_file(name, home)
            if path is None:
                raise _missing(name, home)
            shown = name if not Path(name).is_absolute() else show(path, home)
            file = File(path, shown, exact=True)
            check_kind("personas", file, RECORD_KINDS)
            yield file


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
