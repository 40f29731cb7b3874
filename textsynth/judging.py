"""Judges as commands: score rows, hold a judge against people, see whether order sways it.

Python: `textsynth.judging.calibrate("rated.jsonl", provider="local").figures`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from textsynth import calibration
from textsynth.agreement import Range, share_interval
from textsynth.calibration import OVERALL, Figures, Threshold, ratings_of
from textsynth.calibration_rows import Parts, warnings_of
from textsynth.errors import InputError
from textsynth.judge_runs import Order, Runs, judged
from textsynth.live import View
from textsynth.quality._judged import KINDS, found_in
from textsynth.quality._judged import tables as judged_tables
from textsynth.quality.judge import DEFAULT
from textsynth.records import Table
from textsynth.rowfiles.anywhere import records_of
from textsynth.rubrics import Criterion, bundled, criteria_of

__all__ = [
    "Calibration",
    "Criterion",
    "Figures",
    "Ordered",
    "Scored",
    "Threshold",
    "calibrate",
    "criteria",
    "order",
    "score",
]


@dataclass(frozen=True)
class Scored:
    """Rows that were scored: where they are, how many, and the tables."""

    path: Path
    rows: int
    passed: int
    failed: int
    tables: Sequence[Table]
    cost: float | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Calibration:
    """A judge beside people. `figures`: per criterion, then overall; `parts`: the same per language
    and per judge of a panel. `thresholds`: what each `at_least` would keep; `at_least`: the one
    that is suggested, told from the same rows, so that others will flatter it less.
    """

    path: Path
    rows: int
    unreadable: int
    failed: int
    figures: Sequence[Figures]
    parts: Sequence[Figures]
    thresholds: Sequence[Threshold]
    at_least: Threshold | None
    good: float
    models: Mapping[str, str] = field(default_factory=dict)
    cost: float | None = None
    warnings: Sequence[str] = ()

    @property
    def tables(self) -> list[Table]:
        """The figures for people to read."""
        made = calibration.tables(self.figures, self.thresholds, self.good)
        if self.parts:
            made[2:2] = [
                Table(table.title.replace("beside people", "by language and judge"),
                      table.columns, table.rows)
                for table in calibration.tables(self.parts, (), self.good)[:2]
            ]  # fmt: skip
        return made

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**asdict(self), "path": str(self.path)}


@dataclass(frozen=True)
class Ordered:
    """How one judge took pairs, each in both orders.

    `consistent`: the share of readable pairs where both orders gave the same; `right`: where both
    named the chosen answer; `first_named`: of its answers that named one, the share that named
    whichever stood first, which is a half without a bias for places.
    """

    judge: str
    model: str
    pairs: int
    read: int
    consistent: float | None
    consistent_range: Range
    right: float | None
    right_range: Range
    found: Mapping[str, int]
    first_named: float | None


def criteria(rubric: str | Path | None = None) -> list[Criterion]:
    """The criteria that are shipped, or those of a rubric file."""
    if rubric is not None:
        return list(criteria_of((), (str(rubric),), Path()))
    return list(criteria_of(tuple(bundled(Path())), (), Path()))


def score(
    file: str | Path,
    *,
    criteria: Sequence[str] = (),
    rubric: str | Path | None = None,
    at_least: float | None = None,
    job: str | Path | None = None,
    provider: Any = None,
    models: Mapping[str, Any] | None = None,
    language: str = "en",
    out: str | Path | None = None,
    budget_usd: float | None = None,
    prices: Any = None,
    concurrency: int | None = None,
    view: View | None = None,
) -> Scored:
    """Scores the rows of any file, run or dataset; drops none of them.

    `job`: a job whose judge, models and provider are used. `out`: the folder of the run, else
    outputs/judge-<file>; each row there has its scores and reasons. The same call goes on where an
    earlier one was stopped. Raises as `run` does.
    """
    options = _options(criteria, rubric)
    if at_least is not None:
        options["at_least"] = at_least
    runs = judged(
        Order(str(file), "judge", options, job, provider, models, language, out, budget_usd,
              prices, concurrency), view,
    )  # fmt: skip
    found = found_in(runs.screened())
    made = judged_tables(found, runs.judge.chosen, runs.judge.floors_of())
    return Scored(runs.path, found.judged, found.passed, runs.failed, made, runs.cost, runs.notes)


def calibrate(
    human: str | Path,
    *,
    criteria: Sequence[str] = (),
    rubric: str | Path | None = None,
    good: float = 3.5,
    precision: float | None = None,
    job: str | Path | None = None,
    provider: Any = None,
    models: Mapping[str, Any] | None = None,
    language: str = "en",
    out: str | Path | None = None,
    budget_usd: float | None = None,
    prices: Any = None,
    concurrency: int | None = None,
    seed: int = 0,
    view: View | None = None,
) -> Calibration:
    """Runs a judge over rows that people have rated, and says how far it agrees with them.

    `human`: rows with `human: 4`, `human: {accuracy: 4}`, `human: {anna: {accuracy: 4}}`, or
    columns `human_accuracy`, `human_accuracy_anna`. Asked are the criteria named here, those of the
    job's judge, or those that people rated. A row is good where people's mean is `good` or more;
    `at_least` is suggested by the best F1, or as the lowest one of that `precision`. Writes
    calibration.json. The same call goes on where an earlier one was stopped. Raises as `run` does.
    """
    options = _options(criteria, rubric) | {"pairwise": False}
    rated = _rated_names(str(human))
    if job is None and not criteria and rubric is None:
        options["criteria"] = [name for name in bundled(Path()) if name in rated] or list(DEFAULT)
    runs = judged(
        Order(str(human), "calibrate", options, job, provider, models, language, out, budget_usd,
              prices, concurrency), view,
    )  # fmt: skip
    made = _calibration(runs, good, precision, seed)
    file = made.path
    file.write_text(json.dumps(made.to_json(), ensure_ascii=False, indent=1) + "\n", "utf8")
    return made


def order(
    file: str | Path,
    *,
    job: str | Path | None = None,
    provider: Any = None,
    models: Mapping[str, Any] | None = None,
    panel: Sequence[str] = (),
    language: str = "en",
    out: str | Path | None = None,
    budget_usd: float | None = None,
    prices: Any = None,
    concurrency: int | None = None,
    view: View | None = None,
) -> list[Ordered]:
    """Asks a judge about pairs (`chosen` is the better one) in both orders: does it keep its word?

    One entry for each judge of the panel. Raises as `run` does; InputError without a pair.
    """
    options: dict[str, Any] = {"pairwise": True, **({"panel": list(panel)} if panel else {})}
    runs = judged(
        Order(str(file), "order", options, job, provider, models, language, out, budget_usd,
              prices, concurrency), view,
    )  # fmt: skip
    found = found_in(runs.screened())
    if not found.pairs:
        raise InputError(
            f"'{file}' holds no pairs", fix="give rows with `prompt`, `chosen` and `rejected`"
        )
    return [_ordered(judge, counts, found.models) for judge, counts in found.pairs.items()]


def _options(criteria: Sequence[str], rubric: str | Path | None) -> dict[str, Any]:
    options: dict[str, Any] = {"criteria": list(criteria)} if criteria else {}
    if rubric is not None:
        options["rubric"] = [str(Path(rubric).expanduser().resolve())]
        options.setdefault("criteria", [])
    return options


def _ordered(judge: str, counts: Counter[str], models: Mapping[str, str]) -> Ordered:
    found = {name: counts[name] for name in KINDS}
    read = sum(found.values()) - found["unreadable"]
    kept = read - found["inconsistent"]
    named = counts["first"] + counts["second"]
    return Ordered(
        judge, models.get(judge, ""), sum(found.values()), read, kept / read if read else None,
        share_interval(kept, read), found["confirmed"] / read if read else None,
        share_interval(found["confirmed"], read), found,
        counts["first"] / named if named else None,
    )  # fmt: skip


def _rated_names(file: str) -> set[str]:
    """The criteria that people rated in the file. Raises InputError where there are none."""
    names, found, columns = set(bundled(Path())), set[str](), dict[str, None]()
    for one in records_of(file, Path(), "judge"):
        found |= ratings_of(one.record, names).keys()
        columns |= dict.fromkeys(one.record)
    if not found:
        raise InputError(
            f"no row of '{file}' has a human rating", f"its columns are: {', '.join(columns)}",
            "rate rows as `human: 4` or `human: {accuracy: 4}`; in a table, in columns such as "
            "human_accuracy, or human_accuracy_anna for each of several people",
        )  # fmt: skip
    return found


def _calibration(runs: Runs, good: float, precision: float | None, seed: int) -> Calibration:
    rows = runs.screened()
    asked = runs.judge.chosen
    parts = Parts({one.name: one for one in asked})
    for sample, verdicts in rows:
        parts.add(sample, next(one for one in verdicts if one.filter == "judge"))
    if not parts.rated:
        raise InputError(
            "no row has both a human rating and a score",
            f"asked were {', '.join(one.name for one in asked)}; rated by people: "
            f"{', '.join(sorted(parts.people)) or 'nothing'}; {parts.unreadable} rows unreadable",
            "rate rows as `human: {accuracy: 4}` or `human: 4`, by the criteria that are asked",
        )
    figures = [Figures.of(name, rated, seed) for name, rated in parts.rated.items()]
    more = [
        Figures.of(name, rated, seed)
        for group in (parts.by_language, parts.by_judge)
        if len({part for part, _ in group}) > 1
        for (part, name), rated in sorted(group.items())
        for name in (f"{name} ({part})",)
    ]
    cuts = calibration.thresholds(parts.rated.get(OVERALL, ()), good)
    best = calibration.suggested(cuts, precision)
    warnings = warnings_of(figures, parts, runs, cuts, precision)
    return Calibration(
        runs.path / "calibration.json", len(rows), parts.unreadable, runs.failed, figures, more,
        cuts, best, good, parts.models, runs.cost, warnings,
    )  # fmt: skip
