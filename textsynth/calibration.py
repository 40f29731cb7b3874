"""A judge held against people: their ratings read from rows, and figures of how far it agrees."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from textsynth.agreement import (
    Range,
    agreeing,
    alpha,
    bias,
    bootstrap,
    kendall,
    share_interval,
    spearman,
    weighted_kappa,
)
from textsynth.records import Table, percent

OVERALL = "overall"
FEW = 30
"""Rows below which a figure is told with a warning."""

Ratings = dict[str, dict[str, float]]
"""Criterion → rater → score."""


def ratings_of(columns: Mapping[str, Any], known: Iterable[str]) -> Ratings:
    """What people said of a row: `human: 4`, `human: [4, 5]`, `human: {accuracy: 4}`, `human:
    {anna: {accuracy: 4}}`, or columns `human_accuracy`, `human_accuracy_anna`.

    Scores are numbers, or yes and no; whatever else stands there is left out.
    """
    found: Ratings = {}
    names = sorted({*known, OVERALL}, key=len, reverse=True)
    for column, value in columns.items():
        head, mark, rest = column.strip().lower().replace(".", "_").partition("_")
        if head == "human" and not mark:
            _put(found, value, names)
        elif head == "human":
            name = next((n for n in names if rest == n or rest.startswith(f"{n}_")), rest)
            _note(found, name, value, rest[len(name) + 1 :])
    return found


def _put(found: Ratings, value: Any, names: Sequence[str]) -> None:
    if not isinstance(value, Mapping):
        _note(found, OVERALL, value)
        return
    for key, own in value.items():
        if isinstance(own, Mapping):
            for name, score in own.items():
                _note(found, str(name), score, str(key))
        else:
            _note(found, str(key), own)


def _note(found: Ratings, name: str, value: Any, rater: str = "") -> None:
    scores = value if isinstance(value, list) else [value]
    for number, score in enumerate(scores, 1):
        read = _number(score)
        if read is not None:
            found.setdefault(name, {})[rater or str(number)] = read


def _number(value: Any) -> float | None:
    text = str(value).strip().lower()
    if text in ("yes", "true"):
        return 1.0
    if text in ("no", "false"):
        return 0.0
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= 1000 else None


@dataclass(frozen=True, slots=True)
class Rated:
    """One row and one criterion: what the judge said, and each rater."""

    judge: float
    human: tuple[float, ...]
    raters: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """The mean of the raters."""
        return fmean(self.human)


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a judge agrees with people on one criterion. Intervals are at 95 %, by bootstrap.

    `exact`: the share of rows where it lies within half a point of the raters' mean; `bias`: its
    mean less theirs; `confusion`: (human, judge, rows), both rounded. `people`: how far two raters
    agree, where there are two: the measure to hold the judge's figures against.
    """

    name: str
    rows: int
    spearman: float | None
    spearman_range: Range | None
    kendall: float | None
    kendall_range: Range | None
    exact: float | None
    within_one: float | None
    kappa: float | None
    bias: float | None
    bias_range: Range | None
    confusion: tuple[tuple[int, int, int], ...]
    people: Mapping[str, float | None]

    @classmethod
    def of(cls, name: str, rated: Sequence[Rated], seed: int = 0) -> Figures:
        """The figures of these rows; the same for the same rows and seed."""
        pairs = [(one.judge, one.mean) for one in rated]
        cells = Counter((_whole(human), _whole(judge)) for judge, human in pairs)
        return cls(
            name, len(pairs), spearman(pairs), bootstrap(spearman, pairs, seed), kendall(pairs),
            bootstrap(kendall, pairs, seed), agreeing(pairs, 0.5), agreeing(pairs, 1),
            weighted_kappa(pairs), bias(pairs), bootstrap(bias, pairs, seed),
            tuple((human, judge, n) for (human, judge), n in sorted(cells.items())), _people(rated),
        )  # fmt: skip


def _whole(value: float) -> int:
    return int(value + 0.5)


def _people(rated: Sequence[Rated]) -> dict[str, float | None]:
    """Agreement between raters, over all pairs of them; empty where no row has two."""
    # One order for each two of them, so that a correlation means something.
    both: list[tuple[float, float]] = []
    for one in rated:
        named = sorted(zip(one.raters or map(str, range(len(one.human))), one.human, strict=True))
        both += [(a, b) for (_, a), (_, b) in itertools.combinations(named, 2)]
    if not both:
        return {}
    return {
        "pairs": len(both), "spearman": spearman(both), "kappa": weighted_kappa(both),
        "exact": agreeing(both), "within_one": agreeing(both, 1),
        "alpha": alpha([one.human for one in rated]),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Threshold:
    """What `at_least: value` would keep: precision is the share of kept rows that people call good,
    recall the share of good rows that are kept."""

    value: float
    kept: int
    precision: float
    precision_range: Range
    recall: float
    f1: float


def thresholds(rated: Sequence[Rated], good: float) -> list[Threshold]:
    """One for each score that the judge gave, lowest first; none where no row is good."""
    all_good = sum(one.mean >= good for one in rated)
    found = []
    for value in sorted({one.judge for one in rated}) if all_good else ():
        kept = [one for one in rated if one.judge >= value]
        hits = sum(one.mean >= good for one in kept)
        precision, recall = hits / len(kept), hits / all_good
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        found.append(
            Threshold(value, len(kept), precision, share_interval(hits, len(kept)), recall, f1)
        )
    return found


def suggested(found: Sequence[Threshold], precision: float | None) -> Threshold | None:
    """The lowest threshold of that precision, or that of the best F1 (of equal ones the lowest)."""
    if precision is not None:
        return next((one for one in found if one.precision >= precision), None)
    return max(found, key=lambda one: one.f1, default=None)


def tables(figures: Sequence[Figures], found: Sequence[Threshold], good: float) -> list[Table]:
    """The figures for people to read."""
    ranked = tuple(
        (
            one.name, one.rows, _figure(one.spearman, at=one.spearman_range),
            _figure(one.kendall, at=one.kendall_range), _figure(one.kappa),
        )
        for one in figures
    )  # fmt: skip
    close = tuple(
        (
            one.name, one.rows, _share(one.exact), _share(one.within_one),
            _figure(one.bias, "+.2f", one.bias_range),
        )
        for one in figures
    )  # fmt: skip
    made = [
        Table(
            "The judge beside people, in rank (95 % intervals)",
            ("criterion", "rows", "Spearman", "Kendall's tau-b", "weighted kappa"), ranked,
        ),
        Table(
            "The judge beside people, in points (95 % intervals)",
            ("criterion", "rows", "exact", "within 1", "bias"), close,
        ),
    ]  # fmt: skip
    people = tuple(
        (
            one.name, int(one.people["pairs"] or 0), _figure(one.people["spearman"]),
            _share(one.people["exact"]), _share(one.people["within_one"]),
            _figure(one.people["kappa"]), _figure(one.people["alpha"]),
        )
        for one in figures
        if one.people
    )  # fmt: skip
    told = ("criterion", "pairs", "Spearman", "exact", "within 1", "weighted kappa",
            "Krippendorff's alpha")  # fmt: skip
    if people:
        made.append(Table("People beside each other", told, people))
    made += [_confusion(one) for one in figures if one.confusion]
    cuts = tuple(
        (
            round(one.value, 3), one.kept, percent(one.precision, 1),
            f"{100 * one.precision_range[0]:.0f} to {100 * one.precision_range[1]:.0f} %",
            percent(one.recall, 1), round(one.f1, 3),
        )
        for one in found
    )  # fmt: skip
    columns = ("at_least", "kept", "precision", "95 % interval", "recall", "F1")
    if cuts:
        made.append(Table(f"What each threshold keeps (good: {good:g} and more)", columns, cuts))
    return made


def _confusion(one: Figures) -> Table:
    """Rows: what people said; columns: what the judge said."""
    cells = {(human, judge): n for human, judge, n in one.confusion}
    judged = sorted({judge for _, judge, _ in one.confusion})
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (str(human), *(cells.get((human, judge), 0) for judge in judged))
        for human in sorted({human for human, _, _ in one.confusion}, reverse=True)
    )
    columns = ("people", *(f"judge {judge}" for judge in judged))
    return Table(f"{one.name}: people by judge", columns, rows)


def _figure(value: float | None, form: str = ".2f", at: Range | None = None) -> str:
    if value is None:
        return ""
    around = "" if at is None else f" ({at[0]:{form}} to {at[1]:{form}})"
    return f"{value:{form}}{around}"


def _share(value: float | None) -> str:
    return "" if value is None else percent(value, 1)
