"""The judge at work on one row: what it is asked, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from textsynth.asking import Ask
from textsynth.families import families, related
from textsynth.quality._asked import CONFIRMED, INCONSISTENT, UNREADABLE, Panel
from textsynth.quality._quoted import beside, kind_of, nonce_of, pair_of, quoted, row_quoted
from textsynth.records import Brief, Sample, Setting, Verdict, digest
from textsynth.rubrics import Criterion

UNWRITTEN = ("", "given")
"""Methods whose rows no model of the job wrote."""


def kin_of(judges: Mapping[str, str], writers: Iterable[str]) -> dict[str, str]:
    """Judge → `same` or `family`, for those whose model, or a kin of it, is among the writers."""
    known, found = list(writers), {}
    for role, model in judges.items():
        ties = {related(model, writer) for writer in known}
        if tie := next((tie for tie in ("same", "family") if tie in ties), ""):
            found[role] = tie
    return found


def writers_of(sample: Sample) -> list[str]:
    """The models that wrote a row from elsewhere, as far as its columns tell."""
    found: list[str] = []
    for column in ("written_by", "model", "generator"):
        value = sample.columns.get(column)
        found += value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return [model for model in found if isinstance(model, str) and model.strip()]


def kin(role: str, model: str, tie: str) -> str:
    """That a judge is the writer of the rows, or of its family, in words."""
    if tie == "same":
        return (
            f"the judge '{role}' is {model}, the very model that writes the rows: it judges its "
            "own work, and models favour it"
        )
    names = " and ".join(sorted(families(model)))
    return (
        f"the judge '{role}' ({model}) is of the family {names}, as is a model that writes the rows"
    )


@dataclass(frozen=True)
class Work:
    """The filter at work in one run."""

    criteria: Sequence[Criterion]
    setting: Setting
    panel: Panel
    at_least: float
    floors: Mapping[str, float]
    sample: float
    pairwise: bool | None
    only_mark: bool
    models: Mapping[str, str]
    """Judge → the model that plays it."""
    own: Mapping[str, str]
    """Judge → `same` or `family`, of those that judge what their model or its kin wrote."""

    async def judge(self, sample: Sample, brief: Brief, ask: Ask) -> Verdict:
        """The verdict on one row."""
        if not self._drawn(sample):
            return Verdict(keep=True, details={"judged": False})
        pair = None if self.pairwise is False else pair_of(sample)
        if pair is not None:
            return await self._compared(sample, brief, ask, pair)
        if self.pairwise:
            return self._verdict(sample, "no_pair", None, {})
        return await self._scored(sample, brief, ask)

    def _drawn(self, sample: Sample) -> bool:
        place = int(digest(self.setting.seed, "judge", sample.id, size=8), 16)
        return place < self.sample * (1 << 64)

    async def _scored(self, sample: Sample, brief: Brief, ask: Ask) -> Verdict:
        nonce, kind = nonce_of(sample), kind_of(sample)
        row = row_quoted(sample, nonce, self.setting.language)
        found: dict[str, Any] = {}
        skipped: dict[str, str] = {}
        for one in self.criteria:
            if kind not in one.applies_to:
                skipped[one.name] = f"not asked of a {kind}"
                continue
            needed, missing = beside(one.needs, sample, brief, nonce)
            if missing:
                skipped[one.name] = f"needs {', '.join(missing)}"
                continue
            shown, _ = beside(one.shows, sample, brief, nonce)
            fields = {"material": [*needed, *shown], "row": row}
            found[one.name] = await self.panel.score(ask, one, self.setting.language, fields)
        details = {"criteria": found, **({"skipped": skipped} if skipped else {})}
        return self._verdict(sample, *self._weighed(found), details)

    def _weighed(self, found: Mapping[str, Any]) -> tuple[str, float | None]:
        """(why the row goes, its score); "": it stays."""
        if not found:
            return "no_criterion", None
        if any(one["score"] is None for one in found.values()):
            return UNREADABLE, None
        by_name = {one.name: one for one in self.criteria}
        mean = fmean(by_name[name].value(one["score"]) for name, one in found.items())
        for name, floor in self.floors.items():
            if name in found and found[name]["score"] < floor:
                return f"low_{name}", round(mean, 4)
        return ("low_score" if mean < self.at_least else ""), round(mean, 4)

    async def _compared(
        self, sample: Sample, brief: Brief, ask: Ask, pair: tuple[str, str, str]
    ) -> Verdict:
        nonce = nonce_of(sample)
        material, _ = beside(("chunk", "reference"), sample, brief, nonce)
        request, chosen, rejected = (
            quoted(text, nonce, name)
            for text, name in zip(pair, ("request", "answer", "answer"), strict=True)
        )
        found = await self.panel.compare(ask, request, chosen, rejected, material)
        by = [one["found"] for one in found["by"].values() if one["found"] != UNREADABLE]
        score = round(by.count(CONFIRMED) / len(by), 4) if by else None
        known = ("", UNREADABLE, INCONSISTENT)
        reason = "" if found["found"] == CONFIRMED else found["found"]
        reason = reason if reason in known else "not_confirmed"
        return self._verdict(sample, reason, score, {"pair": found})

    def _verdict(
        self, sample: Sample, reason: str, score: float | None, details: Mapping[str, Any]
    ) -> Verdict:
        more: dict[str, Any] = {"judged": True, "passes": not reason, **details}
        own = self.own
        if self.setting.method in UNWRITTEN:
            own = kin_of(self.models, writers_of(sample))
        more |= {"models": dict(self.models)} if self.models else {}
        more |= {"own": dict(own)} if own else {}
        if self.only_mark:
            more |= {"would_drop": reason} if reason else {}
            reason = ""
        return Verdict(not reason, reason, score, details=more)
