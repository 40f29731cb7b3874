"""The rows that a curation reads: files, folders, datasets of the Hub, and rows of runs."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.looking import Batch
from textsynth.records import Source
from textsynth.rowfiles.anywhere import ALL, files_of
from textsynth.rowfiles.foreign import shape_of
from textsynth.rowfiles.hub import HubRows
from textsynth.rowfiles.record_files import Record, read_records
from textsynth.rowfiles.sample_rows import Names
from textsynth.runfolder import find_run, read_rows

SIZE = 256
"""Rows of a batch: large enough that sending it costs little, small enough to hold many."""

HEAD = 50
"""Rows that the columns are told from."""


@dataclass
class GivenRows:
    """Where rows come from, and how their columns are read. `sources` fills as they are read."""

    names: Sequence[str]
    home: Path
    columns: Names = field(default_factory=Names)
    others: Mapping[str, str] = field(default_factory=dict)
    split: str = "train"
    config: str | None = None
    revision: str | None = None
    limit: int | None = None
    """At most so many rows in all."""
    sources: list[Source] = field(default_factory=list)

    def run(self) -> Path | None:
        """The folder of the run, where one is named and nothing else."""
        return run_at(self.home / self.names[0]) if len(self.names) == 1 else None

    def batches(self) -> Iterator[Batch]:
        """All rows in order, numbered from 0. Raises InputError in words."""
        start, left = 0, ALL if self.limit is None else self.limit
        for name in self.names:
            for batch in self._of(name, start, left):
                start += len(batch.records)
                left -= len(batch.records)
                yield batch
            if left <= 0:
                break
        if not start:
            raise InputError(
                f"there is no row in {', '.join(self.names)}", fix="name a file or run with rows"
            )

    def _of(self, name: str, start: int, most: int) -> Iterator[Batch]:
        path = run_at(self.home / Path(name).expanduser())
        if path is not None:
            rows = itertools.islice(rows_of_run(path), most)
            yield from self._run_batches(rows, path, start)
            return
        files = files_of(name, self.home, "curate")
        streams: Iterable[tuple[str, str, Iterator[tuple[str, Record]]]]
        if files is None:
            hub = HubRows(name, self.split, self.config, self.revision, most, "curate")
            streams = [(name, "dataset", hub.records(Path()))]
        else:
            streams = (
                (file.shown, file.suffix.lstrip("."), read_records(file.path, file.shown))
                for file in files
            )
        for shown, kind, stream in streams:
            if most <= 0:
                break
            for batch in self._file_batches(shown, kind, stream, start, most):
                start += len(batch.records)
                most -= len(batch.records)
                yield batch

    def _file_batches(
        self, shown: str, kind: str, stream: Iterator[tuple[str, Record]], start: int, most: int
    ) -> Iterator[Batch]:
        records = (record for _, record in itertools.islice(stream, most))
        head = list(itertools.islice(records, HEAD))
        shape = shape_of(head, shown, self.columns, self.others)
        everything, rows = itertools.chain(head, records), 0
        while some := list(itertools.islice(everything, SIZE)):
            yield Batch(start + rows, shown, shape, some)
            rows += len(some)
        self.sources.append(Source(shown, f"{kind}, {shape.words()}", rows))

    def _run_batches(
        self, rows: Iterator[tuple[str, dict[str, Any]]], path: Path, start: int
    ) -> Iterator[Batch]:
        count = 0
        while some := list(itertools.islice(rows, SIZE)):
            records, was = [row for _, row in some], [reason for reason, _ in some]
            if len(self.names) > 1:
                # Two runs both begin at 0: the order of rows that are read together is a new one.
                records = [
                    {**row, "index": number} for number, row in enumerate(records, start + count)
                ]
            yield Batch(start + count, path.name, None, records, was)
            count += len(some)
        self.sources.append(Source(path.name, "run, kept and dropped rows", count))


def run_at(path: Path) -> Path | None:
    """The run folder that a path means: itself, or what a job file's run is in; else None."""
    if (path / "run.json").is_file() and (path / "rows").is_dir():
        return path
    if path.is_file() and path.suffix.lower() in (".yaml", ".yml"):
        return find_run(path)
    return None


def rows_of_run(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(why it was dropped, row) of the kept and dropped rows of a run, in the order of the briefs.

    Their verdicts are taken out.
    """
    kept, dropped = (_marked(path / "rows" / f"{kind}.jsonl") for kind in ("kept", "dropped"))
    for _, reason, row in heapq.merge(kept, dropped, key=lambda found: found[0]):
        yield reason, row


def _marked(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for row in read_rows(path):
        verdicts = row.pop("verdicts", ())
        lost = next((word for word in verdicts if not word["keep"]), None)
        reason = "" if lost is None else f"{lost['filter']}: {lost['reason']}"
        yield row["index"], reason, row
