"""A request with a better and a worse answer, for training by preference (DPO and its kin)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Message, Table, percent

FAULTS: dict[str, str] = {
    "incomplete": "it leaves out half of what was asked",
    "off topic": "it answers another question than the one that was asked",
    "vague": "it stays general and names no fact, figure or step",
    "wrong": "one fact or figure in it is wrong, said with confidence",
    "rude": "it is curt and unfriendly",
    "long-winded": "it repeats itself and takes three times the words it needs",
}
"""What can be wrong with the worse answer, as it is said to the model."""


class Scored(BaseModel):
    """How good an answer is, the reason first."""

    reason: str
    score: int = Field(ge=1, le=5)


class Compared(BaseModel):
    """Which of two answers is better, the reason first."""

    reason: str
    better: Literal["first", "second", "neither"]


class Preference(Method):
    """A request, the answer to choose and the one to reject.

    `by: degraded`: the second answer is asked for with a fault. `by: models`: it comes from the
    model of the role `rejected`, which `models` of the job names. `by: best_of`: of `n` answers to
    the same request a judge scores each; the best and the worst make the pair.
    Columns: `prompt`, `chosen`, `rejected` (lists of turns), `by`, `fault`, and the scores.
    """

    by: Literal["degraded", "models", "best_of"] = "degraded"
    """Where the worse answer comes from."""

    n: int = Field(default=4, ge=2, le=16)
    """Answers to score, for `best_of`."""

    margin: int = Field(default=1, ge=1, le=4)
    """Least difference between the best and the worst score (1 to 5), for `best_of`."""

    faults: dict[str, str] | list[str] = Field(default_factory=lambda: dict(FAULTS), min_length=1)
    """Faults for `degraded`: some of the known ones by name, or name: what is wrong, in words."""

    prompts: Literal["written", "given"] = "written"
    """`written`: a model writes the request. `given`: each chunk is a request as it is."""

    verify: Literal["both_orders", "none"] = "none"
    """`both_orders`: the judge compares the two answers twice, in either order. A pair counts only
    if both times the same one wins; if that is the one to be rejected, the two change places."""

    system: str = ""
    """A system message to put before each request of the dataset; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "request": (),
        "answer": ("request",),
        "worse": ("request",),
        "degraded": ("request", "fault", "good"),
        "score": ("request", "answer"),
        "compare": ("request", "first", "second"),
    }
    roles: ClassVar[Mapping[str, str]] = {
        "request": "asker", "answer": "chosen", "worse": "rejected", "degraded": "rejected",
        "score": "judge", "compare": "judge",
    }  # fmt: skip
    may_use: ClassVar[tuple[str, ...]] = ("chunk", "persona", "examples")

    def roles_of_their_own(self) -> tuple[str, ...]:
        """With `by: models` the rejected answer needs another model than the chosen one."""
        return ("rejected",) if self.by == "models" else ()

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One pair. Raises ReplyError when there are no two answers of which one is better."""
        request = await self._request(brief, ask)
        columns: dict[str, str | float] = {"by": self.by}
        if self.by == "best_of":
            good, bad, scores = await self._best_and_worst(ask, request)
            columns |= scores
        else:
            good = await self._answer(ask, "answer", request)
            bad, fault = await self._worse(brief, ask, request, good)
            if fault:
                columns["fault"] = fault
        if lines.echoes(good, bad):
            raise ReplyError("the two answers are the same", bad)
        if self.verify == "both_orders":
            good, bad, swapped = await self._ordered(ask, request, good, bad)
            columns["swapped"] = swapped
        return self._draft(request, good, bad, columns)

    async def _request(self, brief: Brief, ask: Ask) -> str:
        if self.prompts == "given":
            chunk = brief.fields.get("chunk")
            if chunk is None:
                raise ReplyError("there is no given request: the job has no documents")
            return str(chunk["text"])
        for take in range(3):
            reply = await ask("request", take=take)
            text = tidy(reply.text)
            if text and not lines.refuses(text) and not lines.serves(text):
                return text
        raise ReplyError("the model wrote no request", reply.text)

    async def _answer(self, ask: Ask, step: str, request: str, take: int = 0) -> str:
        for again in range(3):
            reply = await ask(step, take=take + 100 * again, request=request)
            text = tidy(reply.text)
            if text and not lines.refuses(text):
                return text
        raise ReplyError("the model did not answer", reply.text)

    async def _worse(self, brief: Brief, ask: Ask, request: str, good: str) -> tuple[str, str]:
        if self.by == "models":
            return await self._answer(ask, "worse", request), ""
        faults = self._faults()
        name = list(faults)[brief.number("fault", 0, len(faults) - 1)]
        for take in range(3):
            reply = await ask("degraded", take=take, request=request, fault=faults[name], good=good)
            text = tidy(reply.text)
            # A reply that speaks of its own fault would teach nothing but the word for it.
            if text and not lines.refuses(text) and not lines.echoes(text, good):
                return text, name
        raise ReplyError("the model wrote no worse answer", reply.text)

    def _faults(self) -> dict[str, str]:
        if isinstance(self.faults, dict):
            return self.faults
        return {name: FAULTS.get(name, name) for name in self.faults}

    async def _best_and_worst(
        self, ask: Ask, request: str
    ) -> tuple[str, str, dict[str, str | float]]:
        scored: dict[str, int] = {}
        for take in range(self.n):
            text = await self._answer(ask, "answer", request, take)
            if text not in scored:
                reply = await ask("score", form=Scored, request=request, answer=text)
                scored[text] = reply.data.score
        # Of equal scores the earlier answer: sorting is stable.
        ranked = sorted(scored, key=lambda text: -scored[text])
        best, worst = ranked[0], ranked[-1]
        if scored[best] - scored[worst] < self.margin:
            raise ReplyError(
                f"the answers are scored alike: {sorted(scored.values())}", "\n---\n".join(ranked)
            )
        found: dict[str, str | float] = {
            "chosen_score": scored[best], "rejected_score": scored[worst],
            "answers_scored": len(scored),
        }  # fmt: skip
        return best, worst, found

    async def _ordered(self, ask: Ask, request: str, good: str, bad: str) -> tuple[str, str, bool]:
        """(chosen, rejected, whether they changed places), as the judge finds in both orders."""
        one = await ask("compare", form=Compared, request=request, first=good, second=bad)
        other = await ask("compare", form=Compared, request=request, first=bad, second=good)
        verdicts = (one.data.better, other.data.better)
        if verdicts == ("first", "second"):
            return good, bad, False
        if verdicts == ("second", "first") and self.by != "degraded":
            return bad, good, True
        raise ReplyError(f"the judge does not confirm the pair: {verdicts[0]}, then {verdicts[1]}")

    def _draft(
        self, request: str, good: str, bad: str, columns: Mapping[str, str | float]
    ) -> Draft:
        prompt: list[Message] = [{"role": "user", "content": request}]
        if self.system:
            prompt.insert(0, {"role": "system", "content": self.system})
        chosen: list[Message] = [{"role": "assistant", "content": good}]
        rejected: list[Message] = [{"role": "assistant", "content": bad}]
        pair = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
        return Draft([*prompt, *chosen], {**pair, **columns})

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Pairs by origin or fault, and whether the chosen answer is simply the longer one."""
        found: dict[str, list[int]] = {}
        for sample in closing.kept:
            name = str(sample.columns.get("fault") or sample.columns["by"])
            good, bad = (len(sample.columns[k][0]["content"]) for k in ("chosen", "rejected"))
            cell = found.setdefault(name, [0, 0, 0, 0])
            for n, value in enumerate((1, good, bad, good > bad)):
                cell[n] += value
        lines = tuple(
            (name, n, round(good / n), round(bad / n), percent(longer, n))
            for name, (n, good, bad, longer) in sorted(found.items())
        )
        columns = (
            "worse by",
            "rows",
            "chosen: characters",
            "rejected: characters",
            "chosen longer",
        )
        return [Table("Pairs", columns, lines)] if lines else []
