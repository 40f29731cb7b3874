"""Drops samples that a moderation endpoint (the OpenAI API, or one like it) scores too high."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from textsynth.asking import Ask
from textsynth.errors import JobError, nearest
from textsynth.quality import KEEP, Filter, Judge
from textsynth.quality._text import turns
from textsynth.records import Brief, Sample, Setting, Verdict

ROLE, STEP = "moderator", "moderation/text"
_TOLD = 0.01
"""Scores below this are not noted."""

Score = Annotated[float, Field(ge=0, le=1)]


class Moderation(Filter):
    """`moderation: {base_url: …, model: …, at_most: 0.5}`; OpenAI's own where no base_url is given.

    What was asked is kept as all replies are, so no text is paid for twice. A text that gets no
    score is not let through: its row fails, and the run stops when the endpoint is gone. The score
    is the highest one, the reason `flagged_` and its category.
    """

    at_most: Score | dict[str, Score] = 0.5
    """Highest score that passes; or category: score, where `default` stands for all others."""

    categories: list[str] | None = None
    """Categories to look at, as the endpoint names them (violence, sexual/minors); all of them."""

    each: Literal["row", "turn"] = "row"
    """What is asked about: the whole row, or each turn by itself (as many requests)."""

    turns: Literal["all", "user", "assistant"] = "all"
    """Whose turns are looked at."""

    model: str = "omni-moderation-latest"
    """The model's name at the endpoint."""

    base_url: str | None = None
    """Where the API is, such as http://gpu:8000/v1; OpenAI's own when not given."""

    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key."""

    concurrency: Annotated[int, Field(ge=1, le=4096)] = 16
    """Requests at once."""

    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Requests that may leave in a minute; no limit of ours when not given."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {STEP: ("text",)}
    players: ClassVar[Mapping[str, str]] = {STEP: ROLE}

    @field_validator("categories")
    @classmethod
    def _some(cls, names: list[str] | None) -> list[str] | None:
        if names is not None and not names:
            raise ValueError("categories is empty, so nothing would be looked at; leave it out")
        return names

    def brings(self) -> Mapping[str, Mapping[str, Any]]:
        """The endpoint of its options."""
        names = ("model", "base_url", "api_key_env", "concurrency", "requests_per_minute")
        return {ROLE: {"moderation": {name: getattr(self, name) for name in names}}}

    def judging(self, setting: Setting) -> Judge:
        """One request for each row or turn, until a text is over a limit."""

        async def judge(sample: Sample, brief: Brief, ask: Ask) -> Verdict:
            best: Verdict = KEEP
            for number, text in self._texts(sample):
                reply = await ask(STEP, text=text)
                verdict = self._verdict(reply.text, number)
                if not verdict.keep:
                    return verdict
                best = max(best, verdict, key=lambda one: one.score or 0.0)
            return best

        return judge

    def _texts(self, sample: Sample) -> list[tuple[int, str]]:
        """(number of the turn, or 0 for all together; text) of what is to be asked about."""
        said = [
            (number, text)
            for number, (role, text) in enumerate(turns(sample), 1)
            if self.turns == "all" or role in (self.turns, "")
        ]
        if self.each == "turn":
            return [(number, text) for number, text in said if text.strip()]
        whole = "\n\n".join(text for _, text in said)
        return [(0, whole)] if whole.strip() else []

    def _verdict(self, reply: str, number: int) -> Verdict:
        try:
            found = json.loads(reply)
            scores = {str(name): float(score) for name, score in found["scores"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            scores = {}
        if not scores:
            return Verdict(keep=False, reason="not_scored")
        looked = self._looked_at(scores)
        name = max(looked, key=lambda one: (looked[one] - self._limit(one), one))
        score, over = looked[name], looked[name] > self._limit(name)
        told = {one: round(s, 4) for one, s in sorted(scores.items()) if s >= _TOLD}
        details: dict[str, Any] = {"category": name, "scores": told}
        if number:
            details["turn"] = number
        reason = f"flagged_{re.sub('[^a-z0-9]+', '_', name.lower())}" if over else ""
        return Verdict(keep=not over, reason=reason, score=round(score, 4), details=details)

    def _looked_at(self, scores: Mapping[str, float]) -> dict[str, float]:
        """The scores that count. Raises JobError where a category that was named has none."""
        limits = self.at_most if isinstance(self.at_most, dict) else {}
        named = [*(self.categories or ()), *(name for name in limits if name != "default")]
        for name in named:
            if name not in scores:
                raise JobError(
                    f"moderation: the endpoint gives no score for '{name}'",
                    nearest(name, scores),
                    "correct the name, or leave it out",
                )
        return {name: scores[name] for name in self.categories or scores}

    def _limit(self, name: str) -> float:
        if isinstance(self.at_most, dict):
            return self.at_most.get(name, self.at_most.get("default", 0.5))
        return self.at_most

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Texts that go to another machine are told of."""
        where = self.base_url or "OpenAI"
        return [f"the filter moderation sends every row that is not dropped before it to {where}"]
