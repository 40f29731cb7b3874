"""The run as a Hugging Face dataset folder: parquet shards and a card, opened by `load_dataset`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.errors import TextsynthError
from textsynth.records import Sample, Summary
from textsynth.writers import Writer
from textsynth.writers._card import card
from textsynth.writers._columns import KINDS, Column, Scan
from textsynth.writers._croissant import FILE as CROISSANT
from textsynth.writers._croissant import croissant
from textsynth.writers._given import Table
from textsynth.writers._parquet import batches, schema_of
from textsynth.writers._text import put

LOOKED_AT = 1_000
"""Rows that the schema is taken from at first."""


class _Unlike(Exception):
    """A row does not fit the schema that was taken from the first ones."""


class Dataset(Writer):
    """Writes `data/train-*.parquet`, `README.md` and `croissant.json`; other files
    in the folder do not disturb. Other splits stand beside `train`.

    All shards share one schema. It is taken from the first rows; a row that does not fit it has
    what is written thrown away, and the samples walked once more for the schema of all of them.
    """

    rows_per_shard: int = Field(50_000, ge=1)
    """Rows in a parquet file; the last one may have fewer."""

    lineage: bool = True
    """Say where each row came from: persona, source, chunk, models and tokens."""

    license: str | None = None
    """Licence of the data for the card, as the Hub names it (such as cc-by-4.0). None says that no
    licence has been chosen."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """All samples as the split `train`."""
        return self.write_splits({"train": samples}, folder, summary)

    def write_splits(
        self, parts: Mapping[str, Iterable[Sample]], folder: Path, summary: Summary
    ) -> list[Path]:
        """`parts`: split → its samples. One that is empty is left out, unless all are.

        The shards of an earlier close are taken away once the new ones are complete.
        """
        data = folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        columns, asides, sizes = self._written(parts, data)
        rows = sum(sizes.values())
        empty = [split for split, size in sizes.items() if not size][(0 if rows else 1) :]
        for split in empty:
            for aside in asides.pop(split):
                aside.unlink()
            del sizes[split]
        # All old shards go before the first new one comes: a crash in between may leave too few
        # rows, which the next close mends, but never rows of two closes side by side.
        for old in data.glob("*.parquet"):
            old.unlink()
        files = [
            aside.replace(data / f"{split}-{n:05}-of-{len(shards):05}.parquet")
            for split, shards in asides.items()
            for n, aside in enumerate(shards)
        ]
        text = card(summary, columns, splits=sizes, licence=self.license)
        if all(column.kind in KINDS for column in columns):
            about = croissant(summary, columns, list(sizes), self.license)
            files.append(put(about, folder / CROISSANT))
        else:
            (folder / CROISSANT).unlink(missing_ok=True)
        return [*files, put(text, folder / "README.md")]

    def _written(
        self, parts: Mapping[str, Iterable[Sample]], data: Path
    ) -> tuple[Sequence[Column], dict[str, list[Path]], dict[str, int]]:
        """(columns, split → shards aside, split → rows) of all splits, of one schema."""
        if any(iter(samples) is samples for samples in parts.values()):
            raise TextsynthError(
                "the dataset cannot be written: its samples can be walked only once",
                fix="hand over samples that can be walked twice, such as a list",
            )
        whole = chain.from_iterable
        first = list(islice(whole(parts.values()), LOOKED_AT))
        if first and "form" in first[0].seeds:
            table = Table.of(whole(parts.values()))
            return table.columns, *self._all(parts, data, table.columns, table.schema, table.rows)
        scan = Scan.of(first)
        columns = scan.table(self.lineage)
        del first
        with contextlib.suppress(_Unlike):
            walked = {name: self._alike(s, scan, columns) for name, s in parts.items()}
            return columns, *self._all(walked, data, columns, schema_of(columns))
        scan = Scan.of(whole(parts.values()))
        columns = scan.table(self.lineage)
        return columns, *self._all(parts, data, columns, schema_of(columns), scan.rows)

    def _alike(
        self, samples: Iterable[Sample], scan: Scan, columns: Sequence[Column]
    ) -> Iterator[Sample]:
        """The samples, for as long as they fit these columns."""
        kinds = [(column.name, column.kind) for column in columns]
        for sample in samples:
            if scan.add(sample) and kinds != [(c.name, c.kind) for c in scan.table(self.lineage)]:
                raise _Unlike
            yield sample

    def _all(
        self, parts: Mapping[str, Iterable[Sample]], data: Path, columns: Sequence[Column],
        schema: Any, count: int | None = None,
    ) -> tuple[dict[str, list[Path]], dict[str, int]]:  # fmt: skip
        """(split → shards aside, split → rows); `count`: rows that there were at first."""
        for left in data.glob("*.partial"):
            left.unlink()
        asides: dict[str, list[Path]] = {}
        sizes: dict[str, int] = {}
        for split, samples in parts.items():
            asides[split], sizes[split] = self._shards(samples, columns, data / split, schema)
        rows = sum(sizes.values())
        if count not in (None, rows):
            raise TextsynthError(
                f"the dataset cannot be written: {count} samples at first, then {rows}",
                fix="wait until nothing adds to them",
            )
        return asides, sizes

    def _shards(
        self, samples: Iterable[Sample], columns: Sequence[Column], split: Path, schema: Any
    ) -> tuple[list[Path], int]:
        import pyarrow.parquet as pq

        asides: list[Path] = []
        rows = 0
        for shard in _runs(samples, self.rows_per_shard):
            aside = split.with_name(f"{split.name}-{len(asides):05}.partial")
            with pq.ParquetWriter(aside, schema, compression="zstd") as file:
                for batch in batches(shard, columns, schema):
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
