"""What the rounds of an evolution brought, counted from the rows, as tables."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textsynth.methods._evolving import DEPTH, RULES
from textsynth.records import Closing, Sample, Table, percent

OTHER = "other filters"
"""What is not the rules' doing: rows that another filter of the job dropped."""


@dataclass
class Tally:
    """Rows of one round, or of one operation. Words are those of the instructions."""

    tried: int = 0
    kept: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    before: int = 0
    after: int = 0
    """Words of the parents, and of the instructions evolved from them, of kept rows."""
    gains: list[int] = field(default_factory=list)

    def add(self, columns: Mapping[str, Any], *, kept: bool) -> None:
        """Counts one row."""
        self.tried += 1
        if not kept:
            self.removed[columns["eliminated"] or OTHER] += 1
            return
        self.kept += 1
        self.before += columns["parent_words"]
        self.after += columns["words"]
        if "gain" in columns and columns["operation"] in DEPTH:
            self.gains.append(columns["gain"] or 0)

    def cells(self) -> tuple[str | int | float, ...]:
        """tried, kept, survived, words of the parents, words now, mean gain; empty: not known."""
        gain = f"{mean(self.gains):+.2f}" if self.gains else ""
        sums = (self.before, self.after)
        words = [round(sum_ / self.kept, 1) if self.kept else "" for sum_ in sums]
        return self.tried, self.kept, percent(self.kept, self.tried), *words, gain


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def gain_of(kept: Sequence[Mapping[str, Any]], tried: int, measure: str) -> float:
    """What a round brought: the share of its rows that survived, or the mean gain in difficulty of
    the kept rows evolved in depth. A difficulty that could not be read is no gain."""
    if measure == "survival":
        return len(kept) / tried if tried else 0.0
    return mean([columns.get("gain") or 0 for columns in kept if columns["operation"] in DEPTH])


def ending(gains: Sequence[float], rounds: int, least: float, measure: str) -> str:
    """Why an evolution ends after rounds that brought so much, in words; "": it goes on."""
    for number, gain in enumerate(gains, start=1):
        if gain < least and measure == "survival":
            what = f"{100 * gain:.0f} % of its rows survived, and least_gain is {100 * least:.0f} %"
            return f"round {number} brought too little: {what}"
        if gain < least:
            what = f"its rows are harder by {gain:.2f} points, and least_gain is {least:g}"
            return f"round {number} brought too little: {what}"
    return f"all {rounds} rounds are done" if len(gains) >= rounds else ""


def briefs_by_round(closing: Closing, size: int) -> Counter[int]:
    """How many briefs of each round were decided on, also those that failed; `size`: of a round."""
    both = itertools.chain(closing.kept, closing.dropped)
    counts = Counter(int(sample.columns["round"]) for sample in both)
    failed = closing.folder / "rows" / "failed.jsonl"
    if failed.is_file():
        with failed.open(encoding="utf8") as lines:
            whole = (line for line in lines if line.endswith("\n"))
            counts.update(json.loads(line)["index"] // size + 1 for line in whole)
    return counts


def tables(
    kept: Iterable[Sample], dropped: Iterable[Sample], operations: Sequence[str], why: str
) -> list[Table]:
    """By round and by operation: what was tried and kept, and what each rule removed.

    `why`: how the evolution ended, for the title.
    """
    rounds: dict[str, Tally] = {}
    by_operation = {name: Tally() for name in operations}
    for samples, good in ((kept, True), (dropped, False)):
        for sample in samples:
            columns = sample.columns
            rounds.setdefault(str(columns["round"]), Tally()).add(columns, kept=good)
            by_operation.setdefault(columns["operation"], Tally()).add(columns, kept=good)
    if not rounds:
        return []
    rounds = dict(sorted(rounds.items(), key=lambda pair: int(pair[0])))
    by_operation = {name: tally for name, tally in by_operation.items() if tally.tried}
    title = f"Evolution by round ({why})" if why else "Evolution by round"
    return [
        _brought(title, "round", rounds),
        _removed("Removed by each rule", rounds),
        _brought("Evolution by operation", "operation", by_operation),
        _removed_from("Removed from each operation", by_operation),
    ]


def _brought(title: str, what: str, tallies: Mapping[str, Tally]) -> Table:
    columns = (what, "tried", "kept", "survived", "words before", "words after", "mean gain")
    rows = tuple((name, *tally.cells()) for name, tally in tallies.items())
    if not any(tally.gains for tally in tallies.values()):  # not measured
        return Table(title, columns[:-1], tuple(row[:-1] for row in rows))
    return Table(title, columns, rows)


def _removed(title: str, rounds: Mapping[str, Tally]) -> Table:
    """One line for each rule, also those that removed nothing."""
    columns = ("rule", *(f"round {name}" for name in rounds), "all")
    lines: list[tuple[str | int | float, ...]] = []
    for rule in (*RULES, OTHER):
        counts = [tally.removed[rule] for tally in rounds.values()]
        lines.append((rule, *counts, sum(counts)))
    return Table(title, columns, tuple(lines))


def _removed_from(title: str, tallies: Mapping[str, Tally]) -> Table:
    """One line for each operation: how many rows, and by which rules, most first."""
    lines: list[tuple[str | int | float, ...]] = []
    for name, tally in tallies.items():
        ranked = sorted(tally.removed.items(), key=lambda pair: (-pair[1], pair[0]))
        by = ", ".join(f"{rule} {count}" for rule, count in ranked)
        lines.append((name, tally.tried - tally.kept, by))
    return Table(title, ("operation", "removed", "by"), tuple(lines))
