"""Chosen columns as a plain file: CSV, JSON lines or parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import Field, field_validator

from textsynth.errors import JobError, nearest
from textsynth.records import Sample, Summary
from textsynth.writers import Writer
from textsynth.writers._columns import Column, Scan
from textsynth.writers._parquet import batches, schema_of
from textsynth.writers._text import whole

_FIRST_LAST = ("first_user", "last_assistant")


class Table(Writer):
    """`table.csv`, `table.jsonl` or `table.parquet`, a row a sample.

    A column is `id`, `messages`, `language`, `method`, a facet, a column of the method, a seed
    (persona, source, chunk), or `first_user` and `last_assistant`, the texts of these turns.
    """

    shorthand = "format"

    format: Literal["csv", "jsonl", "parquet"] = "csv"
    """The kind of file. CSV is UTF-8 with a mark at its beginning, as spreadsheets want it; what
    is no text or number stands in it as JSON."""

    columns: dict[str, str] = Field(default_factory=dict)
    """Name in the file → column; a list keeps the names. All columns where it is empty."""

    @field_validator("columns", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return {name: name for name in value} if isinstance(value, list) else value

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """One file. Raises JobError for a column that no sample has; nothing is written then."""
        known = {column.name: column for column in Scan.of(samples).table(lineage=True)}
        picked = self.columns or {name: name for name in known}
        for name in picked.values():
            if name not in known and name not in _FIRST_LAST:
                raise JobError(
                    f"no sample has '{name}', a column asked for by the writer table",
                    nearest(name, [*known, *_FIRST_LAST]),
                )
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"table.{self.format}"
        aside = target.with_suffix(".partial")
        columns = {new: _column(old, known) for new, old in picked.items()}
        if self.format == "parquet":
            _parquet(samples, aside, columns)
        else:
            encoding = "utf-8-sig" if self.format == "csv" else "utf8"
            with aside.open("w", encoding=encoding, newline="") as file:
                self._lines(samples, file, columns)
        aside.replace(target)
        return [target]

    def _lines(
        self, samples: Iterable[Sample], file: IO[str], columns: Mapping[str, Column]
    ) -> None:
        rows = ([column.cell(sample) for column in columns.values()] for sample in samples)
        if self.format == "jsonl":
            for cells in rows:
                row = dict(zip(columns, cells, strict=True))
                file.write(whole(json.dumps(row, ensure_ascii=False)) + "\n")
            return
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for cells in rows:
            writer.writerow([_plain(cell) for cell in cells])


def _parquet(samples: Iterable[Sample], path: Path, columns: Mapping[str, Column]) -> None:
    import pyarrow.parquet as pq

    listed = list(columns.values())
    schema = schema_of(listed, list(columns))
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for batch in batches(samples, listed, schema):
            file.write_batch(batch)


def _column(name: str, known: Mapping[str, Column]) -> Column:
    """The column of that name, or one of the two turns that are always there."""
    if name in known:
        return known[name]
    return Column(name, "string", _first_user if name == "first_user" else _last_assistant, "")


def _first_user(sample: Sample) -> str:
    return next((m["content"] for m in sample.messages if m["role"] == "user"), "")


def _last_assistant(sample: Sample) -> str:
    texts = [m["content"] for m in sample.messages if m["role"] == "assistant"]
    return texts[-1] if texts else ""


def _plain(cell: Any) -> Any:
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else cell
