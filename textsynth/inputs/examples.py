"""Few-shot rows: samples that a prompt shows to the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.records import digest
from textsynth.resources import find_file
from textsynth.rowfiles.files import File, check_kind, find, gather
from textsynth.rowfiles.record_files import RECORD_KINDS, read_records


class Examples(Input):
    """Rows of CSV, TSV, JSONL or JSON files with all their columns, a few of them to a brief."""

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "examples"
    use: ClassVar[Literal["axis", "pool"]] = "pool"

    from_: list[str] = Field(alias="from", min_length=1)
    """Files, folders or globs of example rows, relative to the job's folder; or a shipped file:
    examples/seed-tasks/en.jsonl, ko.jsonl."""

    each: int = Field(default=3, ge=1, le=20)
    """How many rows one brief draws; all of them when there are fewer."""

    by: str = ""
    """A facet: a brief is shown only rows that hold its value in the column of that name."""

    licence: str = ""
    """The licence of these rows, carried into the data card."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def load(self, home: Path) -> Items:
        """Every row, with an `id` of its own or one made from its content; equal rows count once.

        Rows that were rejected in a review (`review` is "rejected") are left out.

        Raises InputError when two rows claim the same `id`.
        """
        files = _files(self.from_, home)
        places: dict[str, str] = {}

        def read(file: File) -> Iterator[Row]:
            check_kind("examples", file, RECORD_KINDS)
            for place, record in read_records(file.path, file.shown):
                if record.get("review") == "rejected":
                    continue  # a person went through the file and did not want this row
                row = _row(record, place)
                if record.get("id") not in (None, ""):
                    if row["id"] in places:
                        raise _twice(row["id"], place, places[row["id"]])
                    places[row["id"]] = place
                yield row

        rows, sources = gather("examples", files, read, lambda row: row["id"], self.licence)
        return Items(rows, sources)


def _files(patterns: Sequence[str], home: Path) -> list[File]:
    """The files beside the job, then shipped ones that are named and not there."""
    absent = (pattern for pattern in patterns if not (home / pattern).exists())
    shipped = {pattern: found for pattern in absent if (found := find_file(pattern, home))}
    own = [pattern for pattern in patterns if pattern not in shipped]
    files = find("examples", own, home, RECORD_KINDS)
    return [*files, *(File(path, pattern, exact=True) for pattern, path in shipped.items())]


def _row(record: dict[str, Any], place: str) -> Row:
    own = record.get("id")
    if own is None or own == "":
        rest = {name: value for name, value in record.items() if name != "id"}
        return {"id": digest(rest, size=8), **rest}
    if isinstance(own, bool) or not isinstance(own, str | int):
        raise InputError(
            f"the id in {place} is {type(own).__name__}",
            "an id is a text or a whole number",
            "correct it, or leave `id` out: one is then made from the row's content",
        )
    return {**record, "id": str(own)}


def _twice(name: str, place: str, before: str) -> InputError:
    return InputError(
        f"{place} has the id '{name}'",
        f"{before} has it already",
        "give each row an id of its own, or leave `id` out",
    )
