"""Drops samples that a model, or a panel of models, finds wanting by a rubric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from textsynth.errors import JobError, nearest
from textsynth.quality import Filter, Judge
from textsynth.quality._asked import CHECK, PAIR, SCORE, Panel, Pool
from textsynth.quality._judge_work import UNWRITTEN, Work, kin, kin_of
from textsynth.quality._judged import found_in, tables
from textsynth.records import Closing, Setting, Table
from textsynth.rubrics import Criterion, criteria_of

DEFAULT = ("accuracy", "relevance", "completeness", "naturalness")


class RubricJudge(Filter):
    """Asks one criterion at a time, the reason before the score; what cannot be read is no pass.

    Each row is scored by `criteria`; rows with a chosen and a rejected answer are compared instead,
    in both orders. The score is the mean from 1 to 5, or for a pair the share of judges that
    confirm it; every score and reason is in the row's details.
    """

    criteria: tuple[str | dict[str, Any], ...] = ()
    """Shipped criteria (accuracy, completeness, relevance, consistency, naturalness, safety,
    groundedness), those of `rubric`, or your own as name: {scale: 1-5 or binary, question, anchors,
    needs, shows, applies_to, floor}. Not given: all of `rubric`, or accuracy, relevance,
    completeness and naturalness."""

    rubric: tuple[str, ...] = ()
    """A YAML file of your own criteria, or several, from the job's folder."""

    at_least: float = Field(default=3.5, ge=1, le=5)
    """The least mean of a row's criteria; no and yes count as 1 and 5."""

    floors: dict[str, float] = Field(default_factory=dict)
    """Criterion → its least score, whatever the mean; of a binary one 1, which stands for yes."""

    panel: tuple[str, ...] = Field(default=("judge",), min_length=1)
    """The judges: roles, each with a model of its own under `models`."""

    pool: Pool = "mean"
    """How the scores of a panel become one: mean, majority (an even split is a no), or min."""

    quorum: int | None = Field(default=None, ge=1)
    """How many judges of the panel must be readable; more than half when not given."""

    sample: float = Field(default=1.0, gt=0, le=1)
    """The share of rows that is judged, such as `10 %`; the others pass unjudged, and the whole is
    estimated."""

    own_family: Literal["warn", "refuse"] = "warn"
    """What to do about a judge of the family of the model that writes the rows."""

    pairwise: bool | None = None
    """Whether rows with a chosen and a rejected answer are compared. true: a row without a pair is
    dropped; false: the chosen answer is scored like any other row."""

    only_mark: bool = False
    """Keep every row and only note the scores and whether it would have passed."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        SCORE: ("material", "row", "question", "anchors"),
        CHECK: ("material", "row", "question", "anchors"),
        PAIR: ("material", "request", "first", "second"),
    }
    players: ClassVar[Mapping[str, str]] = {SCORE: "judge", CHECK: "judge", PAIR: "judge"}
    shorthand: ClassVar[str] = "criteria"

    _asked: tuple[Criterion, ...] = PrivateAttr(default=())

    @field_validator("rubric", "panel", "criteria", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str | dict) else value

    @field_validator("sample", mode="before")
    @classmethod
    def _share(cls, value: Any) -> Any:
        text = str(value).strip()
        if not text.endswith("%"):
            return value
        try:
            return float(text[:-1]) / 100
        except ValueError:
            raise ValueError("write a share such as `10 %` or 0.1") from None

    @model_validator(mode="after")
    def _resolved(self, info: ValidationInfo) -> RubricJudge:
        home = (info.context or {}).get("home", Path())
        named = self.criteria or (() if self.rubric else DEFAULT)
        try:
            self._asked = criteria_of(named, self.rubric, home)
        except JobError as error:
            raise ValueError(str(error)) from None
        names = {criterion.name: criterion for criterion in self._asked}
        for name, floor in self.floors.items():
            if name not in names:
                raise ValueError(f"floors: no criterion '{name}' is asked; {nearest(name, names)}")
            low, high = names[name].ends
            if not low <= floor <= high:
                raise ValueError(f"floors: {name} is scored from {low} to {high}, not {floor:g}")
        if len(set(self.panel)) < len(self.panel):
            raise ValueError("panel: a judge is named twice")
        if self.quorum is not None and self.quorum > len(self.panel):
            raise ValueError(f"quorum: the panel has {len(self.panel)} judge(s)")
        return self

    @property
    def chosen(self) -> tuple[Criterion, ...]:
        """The criteria, read."""
        return self._asked

    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """Scores, checks and comparisons, as far as the options have any."""
        wanted = {CHECK if criterion.binary else SCORE for criterion in self._asked}
        wanted |= {PAIR} if self.pairwise is not False else set()
        return {step: fields for step, fields in self.steps.items() if step in wanted}

    def played(self) -> Sequence[str]:
        """The judges of the panel."""
        return self.panel

    def models(self, setting: Setting) -> dict[str, str]:
        """Judge → the id of the model that plays it, as far as it is known."""
        known = setting.models
        found = {role: known.get(role, known.get("", "")) for role in self.panel}
        return {role: model for role, model in found.items() if model}

    def own(self, setting: Setting) -> dict[str, str]:
        """Judge → `same` or `family`, for those that judge what their own model or kin wrote."""
        if setting.method in UNWRITTEN:
            return {}
        writers = [model for role, model in setting.models.items() if role not in self.panel]
        return kin_of(self.models(setting), writers)

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Judges that judge their own kin, a panel of one model, criteria that nothing feeds."""
        models, said = self.models(setting), []
        for role, tie in self.own(setting).items():
            words = kin(role, models[role], tie)
            if self.own_family == "refuse":
                raise JobError(
                    f"quality.judge: {words}", "own_family: refuse does not allow it",
                    f"give it a model of another family: `models: {{{role}: ...}}`",
                )  # fmt: skip
            said.append(
                f"{words}; give it one of another family: `models: {{{role}: ...}}`. The report "
                "and the card will say so"
            )
        for number, role in enumerate(self.panel):
            same = [one for one in self.panel[:number] if models.get(one) == models.get(role, "?")]
            if same:
                said.append(
                    f"the judges '{same[0]}' and '{role}' are one model, {models[role]}: that is "
                    "one opinion twice"
                )
        if setting.method not in UNWRITTEN:
            said += [
                f"the job has no {need}: the criterion '{criterion.name}' is left out unless the "
                f"rows bring one"
                for criterion in self._asked
                for need in criterion.needs
                if need in ("chunk", "persona") and need not in setting.rows
            ]
        return said

    def plans(self, setting: Setting) -> Sequence[str]:
        """What is asked about a row, of whom."""
        models = self.models(setting)
        by = ", ".join(f"{role}: {models.get(role, '?')}" for role in self.panel)
        names = ", ".join(
            f"{one.name} ({', needs '.join((one.scale, *one.needs))})" for one in self._asked
        )
        each, judges = len(self._asked) * len(self.panel), len(self.panel)
        rows = f"{each} ({len(self._asked)} criteria x {judges} judge(s))"
        if self.pairwise:
            rows = f"{2 * judges} (2 orders x {judges} judge(s)); a row without a pair goes"
        elif self.pairwise is None:
            rows += f"; {2 * judges} for a row with a pair"
        lines = [
            "judge: pairs, the chosen answer beside the rejected one"
            if self.pairwise
            else f"judge: {names}",
            f"judged by {by}" + (f", pooled by {self.pool}" if len(self.panel) > 1 else ""),
            f"requests a row: {rows}",
        ]
        if self.sample < 1:
            lines.append(f"judged: {100 * self.sample:g} % of the rows, the others are estimated")
        return lines

    def judging(self, setting: Setting) -> Judge:
        """Asks about one row after the other; each depends on itself alone."""
        quorum = self.quorum or len(self.panel) // 2 + 1
        return Work(
            self._asked, setting, Panel(self.panel, self.pool, quorum), self.at_least,
            self.floors_of(), self.sample, self.pairwise, self.only_mark, self.models(setting),
            self.own(setting),
        ).judge  # fmt: skip

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Scores per criterion, what would pass of all rows, agreement, pairs, who judged."""
        return tables(found_in(closing.screened), self._asked, self.floors_of())

    def floors_of(self) -> dict[str, float]:
        """Criterion → its floor: the job's, else its own."""
        own = {one.name: one.floor for one in self._asked if one.floor is not None}
        return {**own, **self.floors}
