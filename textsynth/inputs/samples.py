"""Finished rows of another run, a file or a dataset of the Hub, to make new rows from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.records import Source
from textsynth.rowfiles.anywhere import files_of
from textsynth.rowfiles.files import File, check_kind, gather
from textsynth.rowfiles.hub import HubRows
from textsynth.rowfiles.record_files import RECORD_KINDS, Record, read_records
from textsynth.rowfiles.sample_rows import Names, names_in, row_of, same

_HEAD = 50
"""Records that the columns are told from."""


class Samples(Input):
    """Rows of a run, of CSV, TSV, JSONL, JSON and Parquet files, or of a dataset on the Hub.

    Columns are known by their names: messages or conversations (also ShareGPT's), instruction,
    input and output, prompt and completion, question and answer, or text alone. Of rows that say
    the same the first stays; a row without an instruction is left out.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "sample"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    from_: list[str] = Field(alias="from", min_length=1)
    """Run folders or their job files, record files, folders, globs, from the job's folder; or
    owner/name of a dataset on the Hub."""

    instruction: str = ""
    """The column of the instruction; found by its name when not given."""

    reply: str = ""
    """The column of the reply; found by its name when not given."""

    messages: str = ""
    """The column that holds a whole conversation; found by its name when not given."""

    turn: Literal["last", "first"] = "last"
    """Which request of a conversation is the instruction; what comes after its reply is left out.
    The last one of a support dialogue is often no more than a farewell."""

    rows: int = Field(default=5000, ge=1, le=1_000_000)
    """At most so many rows of each file or dataset are read, from the first on."""

    split: str = "train"
    """Which split of a dataset on the Hub."""

    config: str | None = None
    """Which configuration of it, where it has several."""

    revision: str | None = None
    """A branch, tag or commit of it; name a commit to have the same rows for ever."""

    licence: str = ""
    """The licence of these rows, carried into the data card."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def load(self, home: Path) -> Items:
        """Every row that has an instruction, each once.

        Raises InputError where columns cannot be told, or nothing usable is there.
        """
        files: dict[Path, File] = {}
        streams: list[str] = []
        for name in self.from_:
            found = files_of(name, home, "samples")
            if found is None:
                streams.append(name)
            for file in found or ():
                files.setdefault(file.path.resolve(), file)
        rows: list[Row] = []
        sources: list[Source] = []
        left: dict[str, int] = {}
        took: dict[str, str] = {}
        if files:
            named = list(files.values())
            rows, sources = gather(
                "samples", named, lambda file: self._read(file, left, took), same, self.licence
            )
        for name in streams:
            sources.append(self._stream(name, rows, left, took))
        rows = list(_apart(rows))
        if not rows:
            raise InputError(
                f"samples found no row with an instruction in {', '.join(self.from_)}",
                "; ".join(f"{name}: {words}" for name, words in took.items()),
                "name the columns with `messages:`, or with `instruction:` and `reply:`",
            )
        return Items(rows, [_told(source, left, took) for source in sources])

    def _read(self, file: File, left: dict[str, int], took: dict[str, str]) -> Iterator[Row]:
        check_kind("samples", file, RECORD_KINDS)
        records = itertools.islice(read_records(file.path, file.shown), self.rows)
        rows = list(self._rows(records, file.shown, left, took))
        if not rows:
            raise InputError(
                f"no row of '{file.shown}' has an instruction",
                f"its columns were taken so: {took[file.shown]}",
                "name the columns with `messages:`, or with `instruction:` and `reply:`",
            )
        yield from rows

    def _stream(
        self, name: str, rows: list[Row], left: dict[str, int], took: dict[str, str]
    ) -> Source:
        """Appends the rows of a dataset on the Hub that are new."""
        hub = HubRows(name, self.split, self.config, self.revision, self.rows, "samples")
        seen = {same(row) for row in rows}
        before, repeats = len(rows), 0
        for row in self._rows(hub.records(Path()), name, left, took):
            if (key := same(row)) in seen:
                repeats += 1
                continue
            seen.add(key)
            rows.append(row)
        count = len(rows) - before
        return Source(name, "dataset", count, "", self.licence, duplicates=repeats)

    def _rows(
        self,
        records: Iterable[tuple[str, Record]],
        shown: str,
        left: dict[str, int],
        took: dict[str, str],
    ) -> Iterator[Row]:
        records = iter(records)
        head = list(itertools.islice(records, _HEAD))
        given = Names(self.messages, self.instruction, "", self.reply)
        names = names_in([record for _, record in head], shown, given)
        took[shown] = names.words()
        for _, record in itertools.chain(head, records):
            row = row_of(record, names, shown, first=self.turn == "first")
            if row is None:
                left[shown] = left.get(shown, 0) + 1
            else:
                yield row


def _apart(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows, each with an id of its own: two files may count from 1."""
    seen: set[str] = set()
    for row in rows:
        name, number = row["id"], 1
        while row["id"] in seen:
            number += 1
            row = {**row, "id": f"{name}-{number}"}
        seen.add(row["id"])
        yield row


def _told(source: Source, left: dict[str, int], took: dict[str, str]) -> Source:
    """With the columns that were taken, and what was left out."""
    kind = ", ".join(part for part in (source.kind, took.get(source.path, "")) if part)
    missing = left.get(source.path, 0)
    note = f"{missing:,} row(s) without an instruction left out" if missing else ""
    return replace(source, kind=kind, note=note)
