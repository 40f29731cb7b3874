"""What a panel of judges is asked: each criterion by itself, each pair in both orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError, RequestError
from textsynth.rubrics import Criterion
from textsynth.schema.text import pieces

Pool = Literal["mean", "majority", "min"]
Vote = dict[str, Any]
"""{score, reason} of one judge, or {unreadable: why}."""

SCORE, CHECK, PAIR = "judge/score", "judge/check", "judge/pair"
LONGEST_REASON = 400

CONFIRMED, REVERSED, TIE, INCONSISTENT, UNREADABLE = (
    "confirmed", "reversed", "tie", "inconsistent", "unreadable",
)  # fmt: skip


class Scored(BaseModel):
    """A score, the reason first."""

    reason: str
    score: int = Field(ge=1, le=5)


class Checked(BaseModel):
    """Yes or no, the reason first."""

    reason: str
    answer: Literal["yes", "no"]


class Compared(BaseModel):
    """Which of two answers is better, the reason first."""

    reason: str
    better: Literal["first", "second", "neither"]


@dataclass(frozen=True)
class Panel:
    """The judges, how their scores become one, and how many of them must be readable."""

    roles: Sequence[str]
    pool: Pool
    quorum: int

    async def score(
        self, ask: Ask, criterion: Criterion, language: str, shown: Mapping[str, Any]
    ) -> dict[str, Any]:
        """{score, reason, by} of one criterion; score None where too few replies can be read.

        `by`: the judge, or each judge's own vote. `shown`: the row and what lies beside it.
        """
        told = criterion.told(language)
        anchors = [
            {"score": score, "words": words}
            for score, words in sorted(told.anchors.items(), reverse=True)
        ]
        fields = {**shown, "question": told.question, "anchors": anchors}
        step, form = (CHECK, Checked) if criterion.binary else (SCORE, Scored)
        votes: dict[str, Vote] = {}
        for role in self.roles:  # in turn: which call is which must not depend on who is faster
            votes[role] = await _vote(ask, role, step, form, fields)
        scores = [vote["score"] for vote in votes.values() if "score" in vote]
        pooled = self.pooled(scores, criterion) if len(scores) >= self.quorum else None
        if len(votes) == 1:
            return {"score": pooled, **_bare(votes[self.roles[0]]), "by": self.roles[0]}
        return {"score": pooled, "by": votes}

    def pooled(self, scores: Sequence[int], criterion: Criterion) -> float:
        """One score of several. `majority`: the highest that more than half of the judges gave or
        went beyond, so that an even split of yes and no is a no."""
        if self.pool == "min":
            return min(scores)
        if self.pool == "majority":
            return sorted(scores)[(len(scores) - 1) // 2]
        mean = round(fmean(scores), 4)
        return int(mean) if mean == int(mean) else mean

    async def compare(
        self, ask: Ask, request: str, chosen: str, rejected: str, material: Sequence[Any]
    ) -> dict[str, Any]:
        """{found, by}: what most judges say of a pair, each asked in both orders."""
        by: dict[str, dict[str, Any]] = {}
        for role in self.roles:
            answers: list[Vote] = []
            for first, second in ((chosen, rejected), (rejected, chosen)):
                fields = {
                    "material": material, "request": request, "first": first, "second": second,
                }  # fmt: skip
                answers.append(await _vote(ask, role, PAIR, Compared, fields))
            by[role] = {"found": _found(answers), "orders": answers}
        found = [one["found"] for one in by.values()]
        readable = [name for name in found if name != UNREADABLE]
        if len(readable) < self.quorum:
            return {"found": UNREADABLE, "by": by}
        counts = Counter(readable)
        most = max(counts.values())
        # More than half of those that can be read; a split panel confirms nothing.
        winner = next((n for n in counts if counts[n] == most and 2 * most > len(readable)), TIE)
        return {"found": winner, "by": by}


def _found(answers: Sequence[Vote]) -> str:
    """What two answers say together: a win counts only where both orders give it."""
    if any("better" not in answer for answer in answers):
        return UNREADABLE
    one, other = (answer["better"] for answer in answers)
    return {
        ("first", "second"): CONFIRMED, ("second", "first"): REVERSED, ("neither", "neither"): TIE,
    }.get((one, other), INCONSISTENT)  # fmt: skip


def _bare(vote: Vote) -> Vote:
    return {name: value for name, value in vote.items() if name != "score"}


def _torn(text: str, name: str) -> bool:
    """Whether a reply holds several verdicts that differ: one may be what the row says of itself,
    repeated by the judge."""
    values = [piece.value for piece in pieces(text)]
    said = {str(one[name]).lower() for one in values if isinstance(one, dict) and name in one}
    return len(said) > 1


async def _vote(ask: Ask, role: str, step: str, form: Any, fields: Mapping[str, Any]) -> Vote:
    """One judge's word. What cannot be read, or is refused, is no word at all."""
    try:
        reply = await ask(step, form=form, role=role, **fields)
    except (ReplyError, RequestError) as error:
        return {"unreadable": error.asked[:LONGEST_REASON]}
    data = reply.data
    if _torn(reply.text, next(name for name in form.model_fields if name != "reason")):
        return {"unreadable": "the reply holds two verdicts that differ"}
    reason = " ".join(data.reason.split())[:LONGEST_REASON]
    if isinstance(data, Compared):
        return {"better": data.better, "reason": reason}
    score = data.score if isinstance(data, Scored) else int(data.answer == "yes")
    return {"score": score, "reason": reason}
