"""The diversity of any rows, beside that of others: `textsynth diversity`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.records import Table
from textsynth.rowfiles.anywhere import ALL, records_of, texts_in
from textsynth.rowfiles.sample_rows import Names, names_in, row_of
from textsynth.variety.figures import PAIRS, SEED, Diversity, Row, Survey
from textsynth.variety.tables import compared, tables

_LOOK = 20
"""Records from whose columns it is told where the texts are."""


@dataclass(frozen=True, slots=True)
class Varied:
    """The diversity of a target, and of what it is compared with."""

    target: str
    diversity: Diversity
    against: str = ""
    other: Diversity | None = None

    def tables(self) -> list[Table]:
        """For people: the figures, and both side by side."""
        own = tables(self.diversity)
        if self.other is None:
            return own
        return [*compared(self.diversity, self.other, (self.target, self.against)), *own[1:]]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        other = None if self.other is None else self.other.to_json()
        return {
            "target": self.target, "diversity": self.diversity.to_json(),
            "against": self.against, "other": other,
        }  # fmt: skip


def diversity(
    target: str | Path,
    *,
    against: str | Path | None = None,
    seed: int = SEED,
    limit: int | None = None,
) -> Varied:
    """How varied rows are: of a run, a file, a folder or a Hub dataset.

    `against`: others that they are compared with, such as real rows; figures of pairs are then of
    as many rows on both sides. `limit`: rows that are read of each file. The same rows and seed
    give the same figures. Raises InputError where there is nothing to read.
    """
    one = _survey(str(target), seed, limit)
    if against is None:
        return Varied(str(target), one.diversity())
    other = _survey(str(against), seed, limit)
    most = min(PAIRS, one.count, other.count)
    return Varied(str(target), one.diversity(most=most), str(against), other.diversity(most=most))


def _survey(name: str, seed: int, limit: int | None) -> Survey:
    survey = Survey(seed)
    records = (
        (found.source, found.record)
        for found in records_of(name, Path(), "diversity", limit=ALL if limit is None else limit)
    )
    for source, own in itertools.groupby(records, key=lambda pair: pair[0]):
        survey.extend(_rows(source, (record for _, record in own)))
    if not survey.count:
        raise InputError(
            f"there is no text in '{name}'", "a row needs messages, or columns of text",
            "name a run, a file of rows, or a dataset",
        )  # fmt: skip
    return survey


def _rows(source: str, records: Iterator[Mapping[str, Any]]) -> Iterator[Row]:
    """The records of one file, as rows; which columns hold what is told from the first."""
    first = list(itertools.islice(records, _LOOK))
    try:
        names: Names | None = names_in(first, source, Names())
    except InputError:
        names = None
    for record in itertools.chain(first, records):
        facets = record.get("facets")
        marks = {str(k): str(v) for k, v in facets.items()} if isinstance(facets, Mapping) else {}
        found = row_of(record, names, source) if names else None
        if found is None:
            yield Row([("text", text) for text in texts_in(record)], marks)
        elif names and not names.messages and not names.reply:
            yield Row([("text", turn["content"]) for turn in found["messages"]], marks)
        else:
            yield Row([(turn["role"], turn["content"]) for turn in found["messages"]], marks)
