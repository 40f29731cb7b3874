"""What a judge found in a run, as tables: scores, what would pass of all rows, agreement, pairs."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from textsynth.agreement import Range, alpha, mean_interval, share_interval
from textsynth.families import families
from textsynth.records import Sample, Table, Verdict, percent
from textsynth.rubrics import Criterion

KINDS = ("confirmed", "reversed", "tie", "inconsistent", "unreadable")
"""What a judge can say of a pair."""

Cells = tuple[str | int | float, ...]
NOTES = {
    "same": "the very model that writes the rows: it judges its own work",
    "family": "of the family of a model that writes the rows",
}


@dataclass
class Found:
    """What the filter said of the rows of a run."""

    judged: int = 0
    passed: int = 0
    unjudged: int = 0
    means: Counter[float] = field(default_factory=Counter)
    votes: dict[str, Counter[tuple[tuple[str, float], ...]]] = field(default_factory=dict)
    """Criterion → the readable votes of a row, by judge → rows."""
    scores: dict[str, Counter[float]] = field(default_factory=dict)
    unreadable: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: dict[str, Counter[str]] = field(default_factory=dict)
    """Judge → what it said of pairs, and `first`: how often it named the first of two."""
    models: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)

    def add(self, details: Mapping[str, Any], score: float | None) -> None:
        """Counts one row."""
        if not details.get("judged"):
            self.unjudged += 1
            return
        self.judged += 1
        self.passed += bool(details.get("passes"))
        self.models |= details.get("models", {})
        self.own |= details.get("own", {})
        if "pair" in details:
            self._pair(details["pair"])
        elif score is not None:
            self.means[score] += 1
        for name, why in details.get("skipped", {}).items():
            self.skipped[name, why] += 1
        for name, one in details.get("criteria", {}).items():
            votes = votes_of(one)
            self.votes.setdefault(name, Counter())[tuple(votes.items())] += 1
            if one["score"] is None:
                self.unreadable[name] += 1
            else:
                self.scores.setdefault(name, Counter())[one["score"]] += 1

    def _pair(self, pair: Mapping[str, Any]) -> None:
        for role, one in pair["by"].items():
            counts = self.pairs.setdefault(role, Counter())
            counts[one["found"]] += 1
            for answer in one["orders"]:
                counts["answers"] += "better" in answer
                counts["first"] += answer.get("better") == "first"
                counts["second"] += answer.get("better") == "second"


def votes_of(one: Mapping[str, Any]) -> dict[str, float]:
    """Judge → its score, as far as it could be read, from a criterion's details."""
    if isinstance(one["by"], str):
        return {} if one["score"] is None else {one["by"]: one["score"]}
    return {role: vote["score"] for role, vote in one["by"].items() if "score" in vote}


def found_in(rows: Iterable[tuple[Sample, Sequence[Verdict]]]) -> Found:
    """Counts the words of the filter on these rows."""
    found = Found()
    for _, verdicts in rows:
        for verdict in verdicts:
            if verdict.filter == "judge":
                found.add(verdict.details, verdict.score)
    return found


def tables(found: Found, criteria: Sequence[Criterion], floors: Mapping[str, float]) -> list[Table]:
    """The tables of one run, or of several; none where nothing was judged."""
    if not found.judged:
        return []
    made = [_judges(found), _passing(found), _scores(found, criteria, floors), _skipped(found)]
    return [table for table in (*made, _agreement(found, criteria), _pairs(found)) if table.rows]


def _judges(found: Found) -> Table:
    rows = tuple(
        (role, model, ", ".join(sorted(families(model))), NOTES.get(found.own.get(role, ""), ""))
        for role, model in found.models.items()
    )
    return Table("Judges", ("judge", "model", "family", "note"), rows)


def _passing(found: Found) -> Table:
    """The judged rows, and what they say of all that came to the judge."""
    low, high = share_interval(found.passed, found.judged)
    whole = found.judged + found.unjudged
    rows: list[Cells] = [
        ("judged", found.judged, ""),
        ("of them pass", percent(found.passed, found.judged), _percents(low, high)),
    ]
    if found.means:
        values = list(found.means.elements())
        rows.append(("mean score", round(fmean(values), 2), _range(mean_interval(values), (1, 5))))
    if found.unjudged:
        good = found.passed / found.judged
        rows += [
            ("passed unjudged", found.unjudged, ""),
            (
                "of those would not pass, about", round(found.unjudged * (1 - good)),
                f"{found.unjudged * (1 - high):.0f} to {found.unjudged * (1 - low):.0f}",
            ),
            ("share judged", percent(found.judged, whole), ""),
        ]  # fmt: skip
    return Table("Judged rows", ("what", "figure", "95 % interval"), tuple(rows))


def _scores(found: Found, criteria: Sequence[Criterion], floors: Mapping[str, float]) -> Table:
    columns = ("criterion", "scale", "rows", "mean (95 % interval)", "scores", "below its floor",
               "unreadable")  # fmt: skip
    rows: list[Cells] = []
    for one in criteria:
        if one.name not in found.votes:
            continue
        counts = found.scores.get(one.name, Counter())
        values = list(counts.elements())
        floor = floors.get(one.name)
        below = "" if floor is None else sum(n for score, n in counts.items() if score < floor)
        told = ", ".join(f"{score:g}: {counts[score]}" for score in sorted(counts, reverse=True))
        around = _range(mean_interval(values), one.ends)
        mean = f"{fmean(values):.2f}{f' ({around})' if around else ''}" if values else ""
        rows.append(
            (one.name, one.scale, len(values), mean, told, below, found.unreadable[one.name])
        )
    return Table("Scores by criterion", columns, tuple(rows))


def _skipped(found: Found) -> Table:
    rows = tuple((name, why, n) for (name, why), n in sorted(found.skipped.items()))
    return Table("Criteria that were not asked", ("criterion", "why", "rows"), rows)


def _agreement(found: Found, criteria: Sequence[Criterion]) -> Table:
    """Between the judges of a panel, over rows that two of them at least could be read on."""
    columns = ("criterion", "rows", "judges", "agree", "within 1", "Krippendorff's alpha")
    rows: list[Cells] = []
    for one in criteria:
        units = [
            [score for _, score in votes]
            for votes, n in found.votes.get(one.name, Counter()).items()
            for _ in range(n)
            if len(votes) > 1
        ]
        if not units:
            continue
        apart = [abs(a - b) for unit in units for a, b in itertools.combinations(unit, 2)]
        level = alpha(units, "nominal" if one.binary else "ordinal")
        near = "" if one.binary else percent(sum(gap <= 1 for gap in apart), len(apart))
        rows.append((
            one.name, len(units), max(map(len, units)), percent(apart.count(0), len(apart)), near,
            "" if level is None else round(level, 3),
        ))  # fmt: skip
    return Table("Agreement of the judges", columns, tuple(rows))


def _pairs(found: Found) -> Table:
    """What became of pairs, and how often a judge kept its word when the two changed places."""
    lines: list[list[str | int | float]] = [
        [name] for name in ("pairs", *KINDS, "order consistency", "95 % interval", "first named")
    ]
    for counts in found.pairs.values():
        kinds = [counts[name] for name in KINDS]
        read = sum(kinds) - counts["unreadable"]
        kept = read - counts["inconsistent"]
        named = counts["first"] + counts["second"]
        figures: list[str | int] = [
            sum(kinds), *kinds, percent(kept, read), _percents(*share_interval(kept, read)),
            percent(counts["first"], named),
        ]  # fmt: skip
        for line, figure in zip(lines, figures, strict=True):
            line.append(figure)
    columns = ("what", *found.pairs)
    return Table("Pairs in both orders", columns, tuple(map(tuple, lines)) if found.pairs else ())


def _percents(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def _range(found: Range | None, ends: tuple[float, float]) -> str:
    """An interval, as far as a mean of such scores can go."""
    if found is None:
        return ""
    return f"{max(found[0], ends[0]):.2f} to {min(found[1], ends[1]):.2f}"
