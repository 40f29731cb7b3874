"""Coverage: how many of the cells that a job asks for have rows, and how evenly they are filled."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textsynth.cells import BY, MAX_CELLS, Odds, cell_of, told
from textsynth.records import Table
from textsynth.taxonomy.tree import BETWEEN

FEW = 12
"""A facet with at most so many values is crossed with others, such as a difficulty or a kind."""

TOPICS = "topics.jsonl"
"""What `write_topics` writes."""

LEVEL = "level_{}"
"""The facets that the rows of a tree carry."""

_LINES = 12
"""Combinations of facets that are counted, at most."""

_EMPTIEST = 5
"""Cells that are named."""

_LACKS = 0.25
"""A cell that lacks less than this part of its share is not named."""

_ENOUGH = 2
"""Rows a cell has on average where facets that no quota and no tree goes by are told of."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The cells of one combination of facets, in figures."""

    facets: tuple[str, ...]
    cells: int
    """Cells that come by the job."""
    filled: int
    """Those with at least one kept row."""
    smallest: int
    median: float
    largest: int
    """Rows of a cell."""
    off: float
    """How far the cell that is farthest off has more or fewer rows than its share, in rows."""
    off_share: float
    """The same as a part of what it should have: 0.02 for two percent."""
    emptiest: tuple[tuple[str, int, float], ...]
    """(cell, its rows, the rows that its share comes to): those that lack most of theirs."""


class Coverage:
    """Counts kept rows cell by cell. Memory grows with the cells, not with the rows.

    `quotas`: quota → cell → rows, where the job has them: these are the shares asked for then.
    """

    def __init__(self, odds: Odds, quotas: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self.odds, self.quotas = odds, dict(quotas or {})
        self.crossed = crossed(odds)
        self._rows: list[Counter[str]] = [Counter() for _ in self.crossed]
        self.kept = 0

    def add(self, facets: Mapping[str, str]) -> None:
        """Counts a kept row."""
        self.kept += 1
        for parts, rows in zip(self.crossed, self._rows, strict=True):
            if all(name in facets for name in parts):
                rows[cell_of(parts, facets)] += 1

    def covers(self) -> list[Cover]:
        """The figures of each combination of facets."""
        return [
            self._cover(parts, rows) for parts, rows in zip(self.crossed, self._rows, strict=True)
        ]

    def tables(self) -> list[Table]:
        """The figures that say something as a table, and the cells that lack most in them."""
        covers = _telling(self.covers(), self.kept, self._named()) if self.kept else []
        if not covers:
            return []
        head = ("cells of", "cells", "with rows", "fewest", "median", "most", "farthest off")
        rows = [
            (
                BY.join(c.facets), c.cells, c.filled, c.smallest, float(c.median), c.largest,
                f"{c.off:+,.1f} rows ({100 * c.off_share:+.1f} %)" if abs(c.off) >= 1
                else "within a row",
            )
            for c in covers
        ]  # fmt: skip
        tables = [Table("Coverage", head, tuple(rows))]
        lacking = [
            (told(c.facets, cell), rows, f"{share:.1f}")
            for c in covers
            for cell, rows, share in c.emptiest
            if share - rows >= max(1, _LACKS * share)
        ]
        if lacking:
            seen = sorted(lacking, key=lambda row: (row[1] - float(row[2]), row[0]))[:_EMPTIEST]
            tables.append(
                Table("Cells that lack most", ("cell", "rows", "by its share"), tuple(seen))
            )
        return tables

    def _named(self) -> set[frozenset[str]]:
        """The combinations of facets that are told of however few rows there are: what a quota is
        on, and the levels of a tree."""
        levels = [name for brings in self.odds.carried for name in brings.names]
        quotas = map(self.odds.parts, self.quotas)
        return {frozenset(parts) for parts in (*quotas, *((level,) for level in levels))}

    def _cover(self, parts: tuple[str, ...], rows: Counter[str]) -> Cover:
        asked = self._asked(parts)
        total = math.fsum(asked.values())
        expected = {cell: self.kept * part / total for cell, part in asked.items()}
        counts = [rows[cell] for cell in expected]
        off = max(expected, key=lambda cell: (abs(rows[cell] - expected[cell]), cell))
        least = sorted(expected, key=lambda cell: (rows[cell] - expected[cell], cell))
        return Cover(
            parts, len(expected), sum(1 for n in counts if n), min(counts),
            statistics.median(counts), max(counts), rows[off] - expected[off],
            (rows[off] - expected[off]) / expected[off],
            tuple((cell, rows[cell], expected[cell]) for cell in least[:_EMPTIEST]),
        )  # fmt: skip

    def _asked(self, parts: tuple[str, ...]) -> dict[str, float]:
        """Cell → its share: as it comes, and where a quota says otherwise of these facets, as that
        has it."""
        found = {cell: float(weight) for cell, weight in self.odds.joint(parts).items() if weight}
        said: set[str] = set()
        by_size = sorted(self.quotas, key=lambda name: -len(self.odds.parts(name)))
        for name in by_size:
            inside = self.odds.parts(name)
            shared = [part for part in parts if part in inside]
            if shared and not said.intersection(shared):
                said.update(shared)
                wanted = self._marginal(name, inside, shared)
                plain, at = self.odds.joint(shared), [parts.index(part) for part in shared]
                for cell in found:
                    value = tuple(cell[place] for place in at)
                    found[cell] *= wanted.get(value, 0) / float(plain[value])
        return {BY.join(cell): part for cell, part in found.items() if part}

    def _marginal(
        self, name: str, parts: Sequence[str], shared: Sequence[str]
    ) -> dict[tuple[str, ...], int]:
        """The rows of a quota by some of its facets."""
        found: dict[tuple[str, ...], int] = {}
        quota, at = self.quotas[name], [parts.index(part) for part in shared]
        for cell in self.odds.joint(parts):
            value = tuple(cell[place] for place in at)
            found[value] = found.get(value, 0) + quota.get(BY.join(cell), 0)
        return found


def crossed(odds: Odds) -> list[tuple[str, ...]]:
    """The facets that are counted together: each that rows carry, alone and with those that have
    few values; in a job without such, every two facets, and all of them."""
    few = [name for name in odds.facets if 1 < odds.size([name]) <= FEW]
    levels = [name for brings in odds.carried for name in brings.names if odds.size([name]) > 1]
    found: list[tuple[str, ...]] = []
    if levels:
        many = sorted({0, min(1, len(few)), min(2, len(few)), len(few)})
        for some in itertools.chain.from_iterable(itertools.combinations(few, n) for n in many):
            found += [(level, *some) for level in levels]
    else:
        found += itertools.combinations(few, 2)
        found += [tuple(few)] if len(few) > 2 else []
    held: list[tuple[str, ...]] = []
    total = 0
    for parts in found:
        if total + odds.size(parts) <= MAX_CELLS and len(held) < _LINES:
            held.append(parts)
            total += odds.size(parts)
    return held


def _telling(covers: Sequence[Cover], kept: int, named: Collection[frozenset[str]]) -> list[Cover]:
    """Those that are named, and the widest of the others that there are rows enough to fill: what
    is even in these is so in the narrower ones."""
    enough = [cover for cover in covers if kept >= _ENOUGH * cover.cells]
    wide = [set(cover.facets) for cover in enough]
    return [
        cover
        for cover in covers
        if frozenset(cover.facets) in named
        or (cover in enough and not any(set(cover.facets) < other for other in wide))
    ]


def coverage(
    facets: Iterable[Mapping[str, str]], odds: Odds, quotas: Mapping[str, Mapping[str, int]]
) -> list[Table]:
    """The coverage of rows with these facets, as tables; none where there is nothing to cross."""
    found = Coverage(odds, quotas)
    if found.crossed:
        for row in facets:
            found.add(row)
    return found.tables()


def write_topics(folder: Path, odds: Odds) -> None:
    """Notes in a run's folder which topics its rows could be about, one a line, so that its report
    shows those without a row too; not those of more than `MAX_CELLS` topics."""
    file = folder / TOPICS
    tree = next((brings for brings in odds.carried if LEVEL.format(1) in brings.names), None)
    file.unlink(missing_ok=True)
    if tree is None or len(tree.rows) > MAX_CELLS:
        return
    shares = itertools.repeat(1.0) if tree.shares is None else tree.shares
    marks = (tree.marks(row) for row, share in zip(tree.rows, shares, strict=False) if share)
    paths = dict.fromkeys(_names(own) for own in marks)
    aside = file.with_name(f"{TOPICS}.part")
    with aside.open("w", encoding="utf8", newline="\n", errors="replace") as out:
        out.writelines(json.dumps(path, ensure_ascii=False) + "\n" for path in paths if path)
    aside.replace(file)


def read_topics(folder: Path) -> list[list[str]]:
    """The topics that a run could be about, each as the names below the root; [] if not known."""
    try:
        text = (folder / TOPICS).read_text(encoding="utf8")
    except OSError:
        return []
    return [json.loads(line) for line in text.split("\n") if line]


def _names(marks: Mapping[str, str]) -> tuple[str, ...]:
    """The names of level_1, level_2 …, each of which begins with the one before."""
    found: list[str] = []
    above = ""
    while (words := marks.get(LEVEL.format(len(found) + 1))) is not None:
        found.append(words.removeprefix(above))
        above = f"{words}{BETWEEN}"
    return tuple(found)
