"""Puts rows into a store, so that a kill at any moment leaves it as it was after the last batch."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from textsynth.errors import InputError
from textsynth.people.index import Searcher, document
from textsynth.people.schema import Row, twice

if TYPE_CHECKING:
    import tantivy

BATCH = 50_000
"""Rows that become visible together; what a killed `add` may have to do again."""

Clash = Literal["refuse", "replace", "skip"]

_BUFFER = 64_000_000


@dataclass(slots=True)
class Added:
    """What became of the rows of an `add`: new, replaced, skipped as word for word the same as
    an earlier one, or there already (only where the ids of what is there are let be)."""

    added: int = 0
    replaced: int = 0
    same: int = 0
    there: int = 0

    def plus(self, more: Added) -> Added:
        """Both together."""
        return Added(
            self.added + more.added, self.replaced + more.replaced, self.same + more.same,
            self.there + more.there,
        )  # fmt: skip


class Adding:
    """One `add`: holds the lock, the end of rows.jsonl and the writer of the index."""

    def __init__(self, path: Path, index: tantivy.Index) -> None:
        self.path, self._index = path, index
        self.done = Added()
        self._batch = Added()
        self._ids: dict[str, str] = {}
        self._texts: set[int] = set()
        self._gone: list[int] = []
        self._writer: tantivy.IndexWriter | None = None

    def __enter__(self) -> Adding:
        self._lock = _locked(self.path)
        try:
            self._index.reload()
            self._searcher = Searcher(self._index)
            self._number = self._searcher.highest() + 1
            self._file = self._mended()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer:
            self._writer.rollback()
        self._file.close()
        self._lock.close()

    def put(self, row: Row, place: str, clash: Clash) -> None:
        """Adds one row to the batch, and closes the batch when it is full."""
        from xxhash import xxh3_64_intdigest

        name = row["id"]
        if name in self._ids:
            raise twice(name, place, self._ids[name])
        before = self._searcher.place_of(name)
        if before and clash == "skip":
            self._batch.there += 1
            return
        if before and clash == "refuse":
            raise _taken(name, place, self.path)
        same = xxh3_64_intdigest(row["description"].encode("utf8", "surrogatepass"))
        if not before and (same in self._texts or self._searcher.same_as(same)):
            self._batch.same += 1
            return
        at = self._file.tell()
        self._file.write(json.dumps(row, ensure_ascii=False).encode("utf8") + b"\n")
        if before:
            self._write().delete_documents_by_term("id", name)
            self._gone.append(before.at)
            self._batch.replaced += 1
        else:
            self._batch.added += 1
        number = before.number if before else self._number
        self._number += not before
        self._write().add_document(document(row, same, number, at))
        self._ids[name] = place
        self._texts.add(same)
        if len(self._ids) >= BATCH:
            self.commit()

    def commit(self) -> None:
        """Makes the batch part of the store: first the rows on disk, then the index."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if self._gone:
            _write_through(self.path / "replaced.json", json.dumps(self._gone))
        writer, self._writer = self._write(), None
        writer.commit()
        # Merges are waited for: the layout of the index follows from the rows alone.
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = Searcher(self._index)
        self._blank(self._gone)
        self.done = self.done.plus(self._batch)
        self._batch, self._gone = Added(), []
        self._ids.clear()
        self._texts.clear()

    def _write(self) -> tantivy.IndexWriter:
        """The writer of this batch; one thread, so that documents keep their order."""
        if self._writer is None:
            self._writer = self._index.writer(_BUFFER, 1)
        return self._writer

    def _mended(self) -> IO[bytes]:
        """rows.jsonl, open at the end of its last row that the index knows."""
        file = (self.path / "rows.jsonl").open("r+b")
        self._file = file
        journal = self.path / "replaced.json"
        if journal.is_file():
            gone = json.loads(journal.read_text("utf8"))
            self._blank([at for at in gone if not self._searcher.begins(at)])
        last = self._searcher.last()
        file.seek(last.at if last else 0)
        if last:
            file.readline()
        file.truncate()
        return file

    def _blank(self, places: list[int]) -> None:
        """Overwrites rows with spaces, and forgets that they were to be."""
        for at in places:
            self._file.seek(at)
            length = len(self._file.readline())
            self._file.seek(at)
            self._file.write(b" " * (length - 1))
        self._file.flush()
        self._file.seek(0, os.SEEK_END)
        (self.path / "replaced.json").unlink(missing_ok=True)


def _locked(path: Path) -> sqlite3.Connection:
    # An exclusive transaction goes with its process, also after kill -9, on every system.
    lock = sqlite3.connect(path / ".lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        raise InputError(
            f"the store '{path}' is in use", "another process is adding to it", "wait for it"
        ) from None
    return lock


def _taken(name: str, place: str, path: Path) -> InputError:
    return InputError(
        f"{place} has the id '{name}'",
        f"the store '{path}' has it already",
        "give it another id, or use --replace to put this row in the place of that one",
    )


def _write_through(path: Path, text: str) -> None:
    with path.open("w", encoding="utf8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
