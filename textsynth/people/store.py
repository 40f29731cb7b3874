"""A folder of personas that is searched in milliseconds: the rows as JSON lines, and their index.

    store.json    the format's version
    rows.jsonl    every row, in the order of adding; a replaced one is blanked out in place
    index/        where each row begins, and the terms that it is found by

A row counts once the index says so. An `add` that is killed leaves lines at the end of rows.jsonl
that no index knows; the next one cuts them off and goes on. Needs no server. One process adds at a
time, any number search meanwhile. While adding, memory holds the writer's buffer and the ids of one
batch (adding.BATCH rows), however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textsynth.errors import InputError
from textsynth.people.adding import Added, Adding, Clash
from textsynth.people.index import Found, Searcher, Where, opened
from textsynth.people.schema import Row, checked, searched
from textsynth.people.terms import terms

if TYPE_CHECKING:
    import tantivy

FORMAT = 1
"""The version of the folder's format; another one is refused."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found: its score and the terms of the question that it has."""

    row: Row
    score: float
    matched: list[str]


class Store:
    """Personas in a folder. Opened with `Store.open`, made with `Store.create`."""

    def __init__(self, path: Path, index: tantivy.Index) -> None:
        self.path, self._index = path, index
        self._searcher = Searcher(index)

    def __len__(self) -> int:
        return len(self._searcher)

    @classmethod
    def open(cls, path: Path) -> Store:
        """The store in that folder. Raises InputError when it is none or cannot be used."""
        _check(path)
        try:
            store = cls(path, opened(str(path / "index")))
            last = store._searcher.last()
        except (ValueError, OSError) as error:
            raise _broken(path, f"its index cannot be read: {error}") from error
        if last and (path / "rows.jsonl").stat().st_size <= last.at:
            raise _broken(path, "rows.jsonl ends before its last row begins")
        return store

    @classmethod
    def create(cls, path: Path) -> Store:
        """The store in that folder, made where there is none."""
        if not is_store(path):
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise InputError(
                    f"'{path}' is no store of personas",
                    "it is a folder with other files in it" if path.is_dir() else "it is a file",
                    "name a new or empty folder",
                )
            (path / "index").mkdir(parents=True, exist_ok=True)
            (path / "rows.jsonl").touch()
            (path / ".gitignore").write_text("*\n", "utf8")
            opened(str(path / "index"))
            state = path / "store.json.new"
            state.write_text(json.dumps({"format": FORMAT}) + "\n", "utf8")
            state.replace(path / "store.json")
        return cls.open(path)

    def search(
        self, words: str = "", like: str = "", where: Where | None = None, *,
        limit: int = 10, offset: int = 0,
    ) -> list[Hit]:  # fmt: skip
        """The rows that suit best, by BM25; with no words all that `where` lets through."""
        found, asked = self._searcher.find(words, like, where, limit=limit, offset=offset)
        return list(self._hits(found, asked))

    def spread(self, count: int, where: Where | None = None) -> list[Row]:
        """At most `count` rows, evenly over all that `where` lets through."""
        return [hit.row for hit in self._hits(self._searcher.spread(count, where), [])]

    def get(self, name: str) -> Row | None:
        """The row with that id."""
        found = self._searcher.place_of(name)
        return next((hit.row for hit in self._hits([found], [])), None) if found else None

    def values(self, name: str) -> dict[str, int]:
        """Value → rows, for an attribute or a column; of more than 1,000 values the first ones."""
        return self._searcher.values(name)

    def rows(self) -> Iterator[Row]:
        """Every row, in the order of adding; one at a time is held."""
        last = self._searcher.last()
        if last is None:
            return
        with (self.path / "rows.jsonl").open("rb") as file:
            while file.tell() <= last.at:
                if (line := file.readline()).strip():
                    yield json.loads(line)

    def add(
        self, records: Iterable[tuple[str, Mapping[str, Any]]], *, clash: Clash = "refuse"
    ) -> Added:
        """Puts (place, record) in, for each record; what is in the store stays.

        `clash`: a row whose id is there is refused, takes the place of that one, or is let be.
        Raises InputError for a row that is no persona or is refused. Rows of earlier batches stay
        in the store then; the one at fault and those after the last batch do not.
        """
        with Adding(self.path, self._index) as writing:
            for place, record in records:
                writing.put(checked(record, place), place, clash)
            writing.commit()
            self._searcher = Searcher(self._index)
            return writing.done

    def _hits(self, found: Iterable[Found], asked: list[str]) -> Iterator[Hit]:
        with (self.path / "rows.jsonl").open("rb") as file:
            for hit in found:
                file.seek(hit.at)
                line = file.readline()
                if not line.strip():
                    continue  # replaced since this store was opened
                row = json.loads(line)
                has = set(terms(searched(row))) if asked else set()
                yield Hit(row, hit.score, [term for term in asked if term in has])


def is_store(path: Path) -> bool:
    """Whether the folder says that it is a store, of whatever version."""
    return (path / "store.json").is_file()


def _check(path: Path) -> None:
    if not is_store(path):
        there = "that folder has no store.json" if path.is_dir() else "there is no such folder"
        raise InputError(
            f"'{path}' is no store of personas", there, "make one: textsynth personas add FILE"
        )
    try:
        version = json.loads((path / "store.json").read_text("utf8"))["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(path, "its store.json cannot be read") from error
    if version != FORMAT:
        raise InputError(
            f"the store '{path}' has format {version}",
            f"this textsynth reads format {FORMAT}",
            f"use the version that made it, or make a new store of its '{path / 'rows.jsonl'}'",
        )
    for name in ("rows.jsonl", "index/meta.json"):
        if not (path / name).is_file():
            raise _broken(path, f"it has no {name}")


def _broken(path: Path, what: str) -> InputError:
    rows = path / "rows.jsonl"
    return InputError(
        f"the store '{path}' is broken",
        what,
        f"its rows are in '{rows}': make a new store of them with "
        "`textsynth personas add` and --store"
        if rows.is_file()
        else "its rows are gone: remove the folder, and add the files again that it was made of",
    )
