"""Rows that both a judge and people have scored, sorted by criterion, language and judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textsynth.calibration import FEW, OVERALL, Figures, Rated, Ratings, Threshold, ratings_of
from textsynth.judge_runs import Runs
from textsynth.quality._judged import votes_of
from textsynth.records import Sample, Verdict
from textsynth.rubrics import Criterion


class Parts:
    """Scores and ratings of rows that have both, sorted by criterion, language and judge."""

    def __init__(self, asked: Mapping[str, Criterion]) -> None:
        self.asked = asked
        self.rated: dict[str, list[Rated]] = {}
        self.by_language: dict[tuple[str, str], list[Rated]] = {}
        self.by_judge: dict[tuple[str, str], list[Rated]] = {}
        self.people: set[str] = set()
        self.models: dict[str, str] = {}
        self.unreadable = 0

    def add(self, sample: Sample, verdict: Verdict) -> None:
        """One row."""
        ratings = ratings_of(sample.columns, self.asked)
        self.people |= ratings.keys()
        self.models |= verdict.details.get("models", {})
        found = verdict.details.get("criteria", {})
        self.unreadable += any(one["score"] is None for one in found.values())
        for name, one in found.items():
            own = ratings.get(name)
            if own is None or one["score"] is None:
                continue
            self._put(sample.language, name, one["score"], own)
            for judge, vote in votes_of(one).items():
                self.by_judge.setdefault((judge, name), []).append(_rated(vote, own))
        whole = self._overall(ratings)
        if whole and verdict.score is not None:
            self._put(sample.language, OVERALL, verdict.score, whole)

    def _put(self, language: str, name: str, score: float, own: Mapping[str, float]) -> None:
        one = _rated(score, own)
        self.rated.setdefault(name, []).append(one)
        self.by_language.setdefault((language, name), []).append(one)

    def _overall(self, ratings: Ratings) -> dict[str, float]:
        """Rater → how good the row is: as said, else the mean of the criteria that were asked."""
        if OVERALL in ratings:
            return ratings[OVERALL]
        scores: dict[str, list[float]] = {}
        for name, own in ratings.items():
            for rater, value in own.items():
                if name in self.asked:
                    scores.setdefault(rater, []).append(self.asked[name].value(value))
        return {rater: sum(values) / len(values) for rater, values in scores.items()}


def _rated(score: float, own: Mapping[str, float]) -> Rated:
    return Rated(score, tuple(own.values()), tuple(own))


def warnings_of(
    figures: Sequence[Figures], parts: Parts, runs: Runs, cuts: Sequence[Threshold],
    precision: float | None,
) -> list[str]:  # fmt: skip
    """What makes the figures doubtful, in words."""
    said = [
        f"{one.name}: {one.rows} rows are few; what it shows may be chance (rate {FEW} or more)"
        for one in figures
        if one.rows < FEW
    ]
    said += [
        f"{one.name}: no correlation can be told, for people or the judge gave one score only"
        for one in figures
        if one.spearman is None
    ]
    if parts.unreadable:
        said.append(f"{parts.unreadable} row(s) could not be read and are left out")
    if runs.failed:
        said.append(f"{runs.failed} row(s) failed and are left out")
    if unasked := sorted(parts.people - parts.asked.keys() - {OVERALL}):
        said.append(f"rated by people and not asked: {', '.join(unasked)}")
    if precision is not None and not any(one.precision >= precision for one in cuts):
        said.append(f"no at_least reaches a precision of {precision:g}")
    return [*said, *runs.notes]
