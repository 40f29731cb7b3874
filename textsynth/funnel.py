"""What each filter eats: rows in and out, what it alone drops, with which others, at what cost.

Read from the rows of a run on disk, each of which has every filter's word.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from textsynth.prices import dollars
from textsynth.quality import Filter
from textsynth.records import Summary, Table, percent
from textsynth.runfolder import KINDS, read_rows
from textsynth.shelf import options_of
from textsynth.thresholds import Scores

EXAMPLES, EXCERPT = 3, 160
"""Rows shown for each reason, and characters of each."""

SCORES = 400_000
"""Rows whose scores a histogram is of, at most."""

WHAT, BOTH = "What each filter drops", "Rows that two filters are against"
"""Titles of tables."""

FILTERS = "The filters as they ran"
"""Title of the table with every option of every filter."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A row that a filter dropped."""

    id: str
    text: str
    score: float | None
    evidence: str
    """The verdict's details, as JSON in one line."""


@dataclass(slots=True)
class Reason:
    """One reason of a filter: how many rows had it, and some of them."""

    rows: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Spent:
    """Tokens, and dollars (None: a price is not known), of some rows."""

    rows: int = 0
    tokens: int = 0
    usd: float | None = 0.0

    def add(self, row: Row) -> None:
        """Counts the replies of a row."""
        self.rows += 1
        for ref in row.get("replies", ()):
            self.tokens += ref["tokens_in"] + ref["tokens_out"]
            usd = ref.get("usd")
            self.usd = None if usd is None or self.usd is None else self.usd + usd


@dataclass(slots=True)
class Sieve:
    """One filter of a run. A row that several filters drop is dropped by the first of them."""

    name: str
    judged: int = 0
    """Rows it has a word on."""
    rows_in: int = 0
    """Of these, rows that all filters before it let through."""
    dropped: int = 0
    """Rows that it drops as the first."""
    would: int = 0
    """All rows that it is against."""
    alone: int = 0
    """Rows that no other filter is against."""
    spent: Spent = field(default_factory=Spent)
    """On the rows that it drops as the first."""
    reasons: dict[str, Reason] = field(default_factory=dict)
    scores: Scores = field(default_factory=Scores)


class Funnel:
    """The filters of a run, from its rows (`add`). `names`: in the order of the job.

    `scores`: how many rows' scores are held for histograms; 11 bytes a row and filter.
    """

    def __init__(self, names: Iterable[str] = (), scores: int = 0) -> None:
        self._scores = scores
        self.sieves = {name: Sieve(name) for name in names}
        self.both: Counter[tuple[str, str]] = Counter()
        """Two filters → rows that both are against."""
        self.kept, self.models = Spent(), dict[str, Spent]()

    def add(self, row: Row, kept: bool) -> None:
        """Takes a row as it is on disk."""
        verdicts = row.get("verdicts", ())
        against = [verdict["filter"] for verdict in verdicts if not verdict["keep"]]
        whole = len(verdicts) >= len(self.sieves)
        lost = False
        for verdict in verdicts:
            name = verdict["filter"]
            sieve = self.sieves.setdefault(name, Sieve(name))
            sieve.judged += 1
            sieve.rows_in += not lost
            lost = lost or not verdict["keep"]
            others = [other for other in against if other != name]
            if sieve.judged <= self._scores:
                state = 0 if others else 1 if whole else 2
                sieve.scores.add(verdict["score"], verdict["keep"], state)
            if not verdict["keep"]:
                sieve.would += 1
                sieve.alone += not others
                _note(sieve, row, verdict)
        for pair in itertools.combinations(against, 2):
            self.both[pair] += 1
        if against:
            first = self.sieves[against[0]]
            first.dropped += 1
            first.spent.add(row)
        elif kept:
            self.kept.add(row)
        for ref in row.get("replies", ()):
            one = self.models.setdefault(ref["model"], Spent())
            one.add({"replies": [ref]})

    def tables(self) -> list[Table]:
        """Yield by filter, and which two drop the same; none where nothing was dropped."""
        shown = [sieve for sieve in self.sieves.values() if sieve.judged]
        if not any(sieve.would for sieve in shown):
            return []
        rows = tuple(
            (s.name, s.rows_in, s.dropped, percent(s.dropped, s.rows_in), s.would, s.alone,
             s.spent.tokens)
            for s in shown
        )  # fmt: skip
        heads = ("filter", "rows in", "dropped", "share", "against", "it alone", "tokens spent")
        return [Table(WHAT, heads, rows), *self._matrix()]

    def _matrix(self) -> list[Table]:
        names = [name for name in self.sieves if any(name in pair for pair in self.both)]
        if not names:
            return []
        rows = tuple(
            (name, *("" if name == other else self.both[name, other] + self.both[other, name]
                     for other in names))
            for name in names
        )  # fmt: skip
        return [Table(BOTH, ("filter", *names), rows)]

    def costs(self, summary: Summary, usd: float | None) -> Table:
        """What was spent on kept rows, on those that each filter dropped, and on failed ones.

        `usd`: of all replies of the run's briefs.
        """
        kept = max(1, self.kept.rows)
        all_ = Spent(summary.briefs, summary.tokens_in + summary.tokens_out, usd)
        parts = [("kept rows", self.kept)]
        parts += [(f"dropped by {s.name}", s.spent) for s in self.sieves.values() if s.dropped]
        if summary.failed:
            known = [spent for _, spent in parts]
            left = all_.tokens - sum(spent.tokens for spent in known)
            parts.append(("failed briefs", Spent(summary.failed, max(0, left), _rest(usd, known))))
        lines = [*parts, ("all", all_)]
        return Table(
            "What kept rows cost, and what lost ones do",
            ("rows of", "rows", "tokens", "dollars", "tokens a kept row", "dollars a kept row"),
            tuple(
                (name, own.rows, own.tokens, dollars(own.usd), round(own.tokens / kept),
                 dollars(None if own.usd is None else own.usd / kept))
                for name, own in lines
            ),
        )  # fmt: skip

    def reasons(self) -> Iterator[tuple[str, str, Reason]]:
        """(filter, reason, rows and examples), the most frequent first."""
        found = [
            (sieve.name, slug, reason)
            for sieve in self.sieves.values()
            for slug, reason in sieve.reasons.items()
        ]
        yield from sorted(found, key=lambda one: (-one[2].rows, one[0], one[1]))


def _note(sieve: Sieve, row: Row, verdict: Row) -> None:
    reason = sieve.reasons.setdefault(verdict["reason"], Reason())
    reason.rows += 1
    if len(reason.examples) < EXAMPLES:
        details = verdict.get("details") or {}
        evidence = json.dumps(details, ensure_ascii=False)[: 2 * EXCERPT] if details else ""
        reason.examples.append(Example(row["id"], excerpt(row), verdict["score"], evidence))


def excerpt(row: Row) -> str:
    """The beginning of what a row says, in one line."""
    said = [m["content"] or "" for m in row["messages"] if m["role"] != "system"]
    said = said or [value for value in row.get("columns", {}).values() if isinstance(value, str)]
    text = " / ".join(" ".join(part.split()) for part in said)
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"


def _rest(usd: float | None, parts: Sequence[Spent]) -> float | None:
    if usd is None or any(part.usd is None for part in parts):
        return None
    return max(0.0, usd - sum(part.usd or 0.0 for part in parts))


def funnel_of(folder: Path, names: Iterable[str] = (), scores: int = 0) -> Funnel:
    """The funnel of a run's folder."""
    found = Funnel(names, scores)
    for kind in KINDS[:2]:
        for row in read_rows(folder / "rows" / f"{kind}.jsonl"):
            found.add(row, kept=kind == "kept")
    return found


def filters_table(filters: Sequence[Filter]) -> list[Table]:
    """Every option of every filter as the run has it, those that the job leaves out too."""
    rows = tuple(
        (part.part, name, words)
        for part in filters
        for name, value in options_of(part).items()
        if (words := _said(value))
    )
    return [Table(FILTERS, ("filter", "option", "value"), rows)] if rows else []


def _said(value: Any) -> str:
    """An option's value in a line; "" where it has none."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if value is None or value == {} or value in ((), [], ""):
        return ""
    if isinstance(value, str | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return json.dumps(value, ensure_ascii=False, default=str)[:200]


def told_at_closing(folder: Path, filters: Sequence[Filter]) -> list[Table]:
    """What a run tells of its filters when it is closed."""
    funnel = funnel_of(folder, [part.part for part in filters])
    return [*funnel.tables(), *filters_table(filters)]
