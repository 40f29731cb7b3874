"""The run as a Hugging Face dataset folder: parquet shards and a card, opened by `load_dataset`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.errors import TextsynthError
from textsynth.records import Sample, Summary
from textsynth.writers import Writer
from textsynth.writers._card import card
from textsynth.writers._columns import Column, Scan
from textsynth.writers._given import Table
from textsynth.writers._text import put

_BATCH = 1_000
"""Rows that are in memory at a time; each batch becomes a row group."""


class Dataset(Writer):
    """Writes `data/train-*.parquet` and `README.md`; other files in the folder do not disturb.

    Walks the samples twice: the first walk finds the columns and their types, so that all shards
    share one schema; the second one writes.
    """

    rows_per_shard: int = Field(50_000, ge=1)
    """Rows in a parquet file; the last one may have fewer."""

    lineage: bool = True
    """Say where each row came from: persona, source, chunk, models and tokens."""

    license: str | None = None
    """Licence of the data for the card, as the Hub names it (such as cc-by-4.0). None says that no
    licence has been chosen."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """The shards of an earlier close are taken away once the new ones are complete."""
        data = folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        for left in data.glob("train-*.partial"):
            left.unlink()
        # What can be walked only once is found out below, and none of it is used up here.
        first = None if iter(samples) is samples else next(iter(samples), None)
        if first is not None and "form" in first.seeds:
            table = Table.of(samples)
            columns, count, schema = table.columns, table.rows, table.schema
        else:
            scan = Scan.of(samples)
            columns, count = scan.table(self.lineage), scan.rows
            schema = _schema(columns)
        asides, rows = self._shards(samples, columns, data, schema)
        if rows != count:
            raise TextsynthError(
                f"the dataset cannot be written: {count} samples at first, then {rows}",
                fix="hand over samples that can be walked twice, such as a list, and wait until "
                "nothing adds to them",
            )
        # All old shards go before the first new one comes: a crash in between may leave too few
        # rows, which the next close mends, but never rows of two closes side by side.
        for old in data.glob("train-*.parquet"):
            old.unlink()
        files = [
            aside.replace(data / f"train-{n:05}-of-{len(asides):05}.parquet")
            for n, aside in enumerate(asides)
        ]
        text = card(summary, columns, rows=rows, licence=self.license)
        return [*files, put(text, folder / "README.md")]

    def _shards(
        self, samples: Iterable[Sample], columns: Sequence[Column], data: Path, schema: Any
    ) -> tuple[list[Path], int]:
        import pyarrow.parquet as pq

        asides: list[Path] = []
        rows = 0
        for shard in _runs(samples, self.rows_per_shard):
            aside = data / f"train-{len(asides):05}.partial"
            with pq.ParquetWriter(aside, schema, compression="zstd") as file:
                for batch in _batches(shard, columns, schema):
                    file.write_batch(batch)
                    rows += batch.num_rows
            asides.append(aside)
        return asides, rows


def _runs(samples: Iterable[Sample], size: int) -> Iterator[Iterable[Sample]]:
    """The samples in runs of `size`, without holding one; a single empty run if there are none."""
    walk = iter(samples)
    yield islice(walk, size)
    for sample in walk:
        yield chain([sample], islice(walk, size - 1))


def _batches(samples: Iterable[Sample], columns: Sequence[Column], schema: Any) -> Iterator[Any]:
    import pyarrow as pa

    walk = iter(samples)
    while batch := list(islice(walk, _BATCH)):
        arrays = [
            pa.array([column.cell(sample) for sample in batch], type=kind)
            for column, kind in zip(columns, schema.types, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def _schema(columns: Sequence[Column]) -> Any:
    import pyarrow as pa

    function = pa.struct([("name", pa.string()), ("arguments", pa.string())])
    call = pa.struct([("id", pa.string()), ("type", pa.string()), ("function", function)])
    turn = [("role", pa.string()), ("content", pa.string())]
    called = [
        ("tool_calls", pa.list_(call)), ("tool_call_id", pa.string()), ("name", pa.string()),
    ]  # fmt: skip
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "strings": pa.list_(pa.string()),
        "messages": pa.list_(pa.struct(turn)),
        "calls": pa.list_(pa.struct([*turn, *called])),
        "json": pa.string(),
    }
    return pa.schema([(column.name, types[column.kind]) for column in columns])
