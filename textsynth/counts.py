"""What a run counts: rows still wanted for each quota, and the figures of the briefs decided on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from textsynth.records import ReplyRef, Verdict

Cell = tuple[str, str]
_OWN = re.compile(r"[:'\"“\d]")
_REASONS = 200
"""Reasons that are told apart; further ones count under their kind alone."""


@dataclass
class Quotas:
    """Rows still wanted per facet and value, and how many rows are under way for each."""

    left: dict[str, dict[str, int]]
    _under: Counter[Cell] = field(default_factory=Counter)
    _tried: Counter[Cell] = field(default_factory=Counter)
    _kept: Counter[Cell] = field(default_factory=Counter)

    def open(self, facets: Mapping[str, str]) -> bool:
        """Whether a row with these facets is wanted."""
        return all(rows.get(facets[facet], 0) > 0 for facet, rows in self.left.items())

    def room(self, facets: Mapping[str, str]) -> bool:
        """Whether one more such row under way is likely to be needed."""
        return all(self._under[f, facets[f]] < self._need((f, facets[f])) for f in self.left)

    def some_room(self) -> bool:
        """Whether each facet has a value of which another row is likely to be needed."""
        return all(
            any(
                n > 0 and self._under[f, value] < self._need((f, value))
                for value, n in rows.items()
            )
            for f, rows in self.left.items()
        )

    def _need(self, cell: Cell) -> int:
        """Rows to have under way: what is missing over the cell's own yield so far."""
        facet, value = cell
        missing = self.left[facet].get(value, 0)
        return -(-missing * (self._tried[cell] + 1) // (self._kept[cell] + 1))

    def start(self, facets: Mapping[str, str]) -> None:
        """Counts a row under way."""
        for cell in self._cells(facets):
            self._under[cell] += 1

    def end(self, facets: Mapping[str, str]) -> bool:
        """Counts one less under way; whether it is still wanted."""
        wanted = self.open(facets)
        for cell in self._cells(facets):
            self._under[cell] -= 1
            self._tried[cell] += wanted
        return wanted

    def take(self, facets: Mapping[str, str]) -> None:
        """Counts a kept row."""
        for facet, value in self._cells(facets):
            self.left[facet][value] -= 1
            self._kept[facet, value] += 1

    def _cells(self, facets: Mapping[str, str]) -> list[Cell]:
        return [(facet, facets[facet]) for facet in self.left]

    def short(self) -> list[str]:
        """`facet=value: n more` for each cell that is not full."""
        return [
            f"{facet}={value}: {rows} more"
            for facet, cells in self.left.items()
            for value, rows in cells.items()
            if rows > 0
        ]


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
