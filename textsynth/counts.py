"""What a run counts: rows still wanted for each quota, and the figures of the briefs decided on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from textsynth.records import ReplyRef, Verdict


@dataclass
class Quotas:
    """Rows still wanted per facet and value."""

    left: dict[str, dict[str, int]]

    def open(self, facets: Mapping[str, str]) -> bool:
        """Whether a row with these facets is wanted."""
        return all(rows.get(facets[facet], 0) > 0 for facet, rows in self.left.items())

    def take(self, facets: Mapping[str, str]) -> None:
        """Counts a kept row."""
        for facet, rows in self.left.items():
            rows[facets[facet]] -= 1

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

    def fail(self, kind: str) -> None:
        """Counts a brief that came to no row."""
        self.failed += 1
        self.dry += 1
        self.reasons[f"failed: {kind}"] += 1

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
