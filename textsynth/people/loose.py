"""Personas that are in no store: the same questions as to a store, answered from memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from textsynth.people.index import Searcher, Where, document, opened
from textsynth.people.schema import Row, checked, searched, twice
from textsynth.people.store import Hit
from textsynth.people.terms import terms


class Loose:
    """The rows of a file, held in memory together with their index: for some thousand rows."""

    def __init__(self, records: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        self._rows: list[Row] = []
        self._places: dict[str, str] = {}
        index = opened(None)
        writer = index.writer(num_threads=1)
        for number, (place, record) in enumerate(records):
            row = checked(record, place)
            if row["id"] in self._places:
                raise twice(row["id"], place, self._places[row["id"]])
            self._places[row["id"]] = place
            self._rows.append(row)
            writer.add_document(document(row, number, number, number))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = Searcher(index)

    def __len__(self) -> int:
        return len(self._rows)

    def search(
        self, words: str = "", like: str = "", where: Where | None = None, *,
        limit: int = 10, offset: int = 0,
    ) -> list[Hit]:  # fmt: skip
        """As `Store.search`."""
        found, asked = self._searcher.find(words, like, where, limit=limit, offset=offset)
        hits = []
        for hit in found:
            has = set(terms(searched(self._rows[hit.at]))) if asked else set()
            matched = [term for term in asked if term in has]
            hits.append(Hit(self._rows[hit.at], hit.score, matched))
        return hits

    def get(self, name: str) -> Row | None:
        """The row with that id."""
        found = self._searcher.place_of(name)
        return self._rows[found.at] if found else None

    def rows(self) -> Iterator[Row]:
        """Every row, in the order of the file."""
        return iter(self._rows)

    def values(self, name: str) -> dict[str, int]:
        """As `Store.values`."""
        return self._searcher.values(name)
