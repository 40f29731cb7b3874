"""What a run counts: rows still wanted for each quota, and the figures of the briefs decided on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textsynth.cells import cell_of, told
from textsynth.job import Job
from textsynth.records import ReplyRef, Summary, Verdict
from textsynth.version import VERSION

Cell = tuple[str, str]
"""Name of a quota and one of its cells."""

Key = tuple[str, ...]
"""The cells of a brief, one for each quota, in their order."""

_ENDLESS = 1 << 60
_OWN = re.compile(r"[:'\"“\d]")
_REASONS = 200
"""Reasons that are told apart; further ones count under their kind alone."""

_SHOWN = 20
"""Cells that are named where rows are missing."""


class Quotas:
    """Rows still wanted per quota and cell, and how many rows are under way for each.

    `left`: quota → cell → rows; `parts`: quota → its facets, where it is on a product of several.
    `loose`: facet → its values, of facets without a quota whose values may be closed all the same.
    Each step costs as much whether there are ten cells or a hundred thousand.
    """

    def __init__(
        self,
        left: dict[str, dict[str, int]],
        parts: Mapping[str, Sequence[str]] | None = None,
        loose: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.loose = loose or {}
        left = {**left, **{name: dict.fromkeys(own, _ENDLESS) for name, own in self.loose.items()}}
        self.left = left
        self._parts = [(name, tuple((parts or {}).get(name, (name,)))) for name in left]
        self._under: Counter[Cell] = Counter()
        self._tried: Counter[Cell] = Counter()
        self._kept: Counter[Cell] = Counter()
        self._roomy = {
            name: {cell for cell, rows in cells.items() if rows > 0} for name, cells in left.items()
        }
        self.gained: list[Cell] = []
        """Cells that have got room since somebody looked and emptied the list."""
        self.filled: list[Cell] = []
        """Cells that have become full, likewise."""

    def key(self, facets: Mapping[str, str]) -> Key:
        """The cells of a brief with these facets."""
        return tuple([cell_of(parts, facets) for _, parts in self._parts])

    def open(self, facets: Mapping[str, str]) -> bool:
        """Whether a row with these facets is wanted."""
        return self.open_at(self.key(facets))

    def open_at(self, key: Key) -> bool:
        """Whether a row with these cells is wanted."""
        return all(
            rows.get(cell, 0) > 0 for rows, cell in zip(self.left.values(), key, strict=True)
        )

    def room(self, key: Key) -> bool:
        """Whether one more such row under way is likely to be needed."""
        return all(cell in found for found, cell in zip(self._roomy.values(), key, strict=True))

    def some_room(self) -> bool:
        """Whether each quota has a cell of which another row is likely to be needed."""
        return all(self._roomy.values())

    def start(self, key: Key) -> None:
        """Counts a row under way."""
        for cell in zip(self.left, key, strict=True):
            self._under[cell] += 1
            self._look(cell)

    def end(self, facets: Mapping[str, str]) -> bool:
        """Counts one less under way; whether it is still wanted."""
        key = self.key(facets)
        wanted = self.open_at(key)
        for cell in zip(self.left, key, strict=True):
            self._under[cell] -= 1
            self._tried[cell] += wanted
            self._look(cell)
        return wanted

    def take(self, facets: Mapping[str, str]) -> None:
        """Counts a kept row."""
        for cell in zip(self.left, self.key(facets), strict=True):
            name, value = cell
            self.left[name][value] -= 1
            self._kept[cell] += 1
            self._look(cell)
            if self.left[name][value] == 0:
                self.filled.append(cell)

    def close(self, name: str, value: str) -> None:
        """No row of this value of a loose facet is wanted any more."""
        self.left[name][value] = 0
        self._look((name, value))
        self.filled.append((name, value))

    def _look(self, cell: Cell) -> None:
        """Notes whether a cell has room: fewer rows are under way than what is missing takes, by
        the cell's own yield so far."""
        name, value = cell
        missing, roomy = self.left[name].get(value, 0), self._roomy[name]
        need = -(-missing * (self._tried[cell] + 1) // (self._kept[cell] + 1))
        if self._under[cell] >= need:
            roomy.discard(value)
        elif value not in roomy:
            roomy.add(value)
            self.gained.append(cell)

    def short(self) -> list[str]:
        """`facet=value: n more` for each cell that is not full, the first of them by name."""
        missing = [
            (name, parts, cell, rows)
            for name, parts in self._parts
            for cell, rows in self.left[name].items()
            if rows > 0 and name not in self.loose
        ]
        said = [f"{told(parts, cell)}: {rows:,} more" for _, parts, cell, rows in missing[:_SHOWN]]
        rest = missing[_SHOWN:]
        if rest:
            said.append(f"{len(rest):,} further cells: {sum(rows for *_, rows in rest):,} more")
        return said


@dataclass
class Counts:
    """The figures of a run as its briefs are decided on."""

    kept: int = 0
    dropped: int = 0
    failed: int = 0
    dry: int = 0
    """Briefs since the last one that was kept."""
    reasons: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    facets: dict[str, Counter[str]] = field(default_factory=dict)
    models: Counter[str] = field(default_factory=Counter)
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0

    @property
    def briefs(self) -> int:
        """Briefs decided on."""
        return self.kept + self.dropped + self.failed

    def keep(self, facets: Mapping[str, str]) -> None:
        """Counts a kept row."""
        self.kept += 1
        self.dry = 0
        for facet, value in facets.items():
            self.facets.setdefault(facet, Counter())[value] += 1

    def drop(self, verdict: Verdict) -> None:
        """Counts a row that a filter dropped."""
        self.dropped += 1
        self.dry += 1
        self.reasons[f"{verdict.filter}: {verdict.reason}"] += 1

    def fail(self, kind: str, words: str = "") -> None:
        """Counts a brief that came to no row; `words` say more about the kind."""
        self.failed += 1
        self.dry += 1
        # What is said of one row alone (a question, a figure) stands after a colon or in quotes.
        gist = _OWN.split(words, maxsplit=1)[0].strip()[:80]
        reason = f"failed: {kind} ({gist})" if gist else f"failed: {kind}"
        known = reason in self.reasons or len(self.reasons) < _REASONS
        self.reasons[reason if known else f"failed: {kind}"] += 1

    def summary(self, job: Job, stages: Sequence[str], **more: Any) -> Summary:
        """The figures of a run; `stages`: the filters in order, `more`: what is not counted."""
        funnel = [("briefs", self.briefs), ("written", self.briefs - self.failed)]
        funnel += [(name, self.passed[name]) for name in stages]
        return Summary(
            name=job.name, method=job.method.part, language=job.language, asked=job.count,
            briefs=self.briefs, kept=self.kept, dropped=self.dropped, failed=self.failed,
            reasons=dict(sorted(self.reasons.items())), funnel=(*funnel, ("kept", self.kept)),
            facets={f: dict(sorted(c.items())) for f, c in sorted(self.facets.items())},
            models=dict(sorted(self.models.items())), tokens_in=self.tokens_in,
            tokens_out=self.tokens_out, version=VERSION, purpose=job.purpose or "", **more,
        )  # fmt: skip

    def pay(self, replies: Iterable[ReplyRef]) -> None:
        """Counts the replies of a brief, each at what it cost."""
        for ref in replies:
            self.models[ref.model] += 1
            self.tokens_in += ref.tokens_in
            self.tokens_out += ref.tokens_out
            if ref.usd is None:
                self.cost = None
            elif self.cost is not None:
                self.cost += ref.usd
