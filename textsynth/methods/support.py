"""A customer asks, an agent answers from a document: a customer-service conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from textsynth.errors import ReplyError
from textsynth.methods import Ask, Method
from textsynth.methods import _lines as lines
from textsynth.methods._turns import Turn, Turns, as_messages, converse, line_of, tidy, view_of
from textsynth.records import Brief, Draft, Reply

_NUMBERING = re.compile(r"^\W*(?:\d+[.)]|[-*•])?\s*")
NAMES = ("Customer", "Agent")


class Support(Method):
    """The customer is a persona in a mood who wants to know some things; the agent knows a chunk.

    What the customer wants to know is drawn from the chunk first, with the answers, so that the
    agent can give them; after that the customer never sees the chunk, nor the agent the persona.
    """

    company: str = "the company"
    """Whose agent it is."""

    customer: Literal["free", "scripted"] = "free"
    """`free`: both sides react to what was said. `scripted`: questions and answers are settled
    first and the customer puts its own into its own words, for models too small to play a part."""

    turns: Turns = (4, 6)
    """Fewest and most turns (2 to 20) of both; fewer still when the chunk answers too little."""

    system: str = ""
    """A system message to put before each conversation of the dataset; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "needs": ("company", "number"),
        "open": ("company", "need", "pick"),
        "customer": ("company", "need"),
        "close": ("company",),
        "first": ("need", "pick"),
        "next": ("need",),
        "leave": ("pick", "plain"),
        "agent": ("company",),
        "end": ("said",),
    }
    roles: ClassVar[Mapping[str, str]] = {
        "needs": "customer", "open": "customer", "customer": "customer", "close": "customer",
        "first": "customer", "next": "customer", "leave": "customer",
        "agent": "agent", "end": "agent",
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("chunk", "persona")
    may_use: ClassVar[tuple[str, ...]] = ("examples",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "mood": ("polite", "angry", "confused", "in a hurry"),
        "channel": ("chat", "email", "phone"),
        "outcome": ("resolved", "escalated", "abandoned"),
    }

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One conversation; the customer is the user, the agent the assistant."""
        planned = self._planned(brief)
        # The customer's last line closes the conversation; every other one brings a need.
        wanted = max(1, (planned + 1) // 2 - 1)
        needs = await self._needs(brief, ask, wanted)
        planned = min(planned, 2 * len(needs) + 2 - planned % 2)
        side = _Scripted if self.customer == "scripted" else _Free
        customer = side(brief, ask, self.company, list(needs))

        async def speak(side: int, turns: Sequence[Turn], left: int) -> Reply:
            if side:
                if left == 0 and len(turns) > 1:
                    return await self._goodbye(brief, ask, turns)
                if self.customer == "scripted":
                    # Said as it was settled: it was held against the chunk, and a small model
                    # that answers anew strays from it.
                    return Reply(list(needs.values())[len(turns) // 2], "")
                return await self._agent(ask, turns)
            if turns and (left < 2 or len(turns) // 2 >= len(needs)):
                return await customer.close(turns)
            return await customer.want(turns)

        turns = await converse(speak, NAMES, self.turns[0], planned)
        messages = as_messages(turns)
        if self.system:
            messages = [{"role": "system", "content": self.system}, *messages]
        columns = {"turns": len(turns), "needs": list(needs)}
        return Draft(messages, columns, {"user": "customer", "assistant": "agent"})

    async def _needs(self, brief: Brief, ask: Ask, wanted: int) -> dict[str, str]:
        """What the customer wants to know, with the answers: `wanted`, or fewer if there are.

        Raises ReplyError when three replies hold none.
        """
        chunk = brief.fields["chunk"]["text"]
        found: dict[str, str] = {}
        for take in range(3):
            number = wanted - len(found)
            # Small models go on listing: the next number ends the list.
            stop = {"stop": ["\n" if number == 1 else f"\n{number + 1}."]}
            reply = await ask("needs", take=take, options=stop, company=self.company, number=number)
            for need, answer in _pairs(reply.text, chunk).items():
                said = " ".join([*found, *found.values()])
                if lines.covered(need, said) < 0.8 and lines.covered(answer, said) < 0.8:
                    found[need] = answer
            if len(found) >= wanted or (found and take):
                return dict(list(found.items())[:wanted])
        raise ReplyError("the model found nothing that a customer may want to know", reply.text)

    async def _agent(self, ask: Ask, turns: Sequence[Turn]) -> Reply:
        """The agent's answer, from the chunk and its own view of the conversation."""

        def fits(line: str) -> bool:
            return not lines.refuses(line) and not any(lines.echoes(line, t.text) for t in turns)

        return await line_of(ask, "agent", fits, history=view_of(1, turns), company=self.company)

    async def _goodbye(self, brief: Brief, ask: Ask, turns: Sequence[Turn]) -> Reply:
        """The agent's last word, which promises nothing that is not known."""
        known = [brief.fields["chunk"]["text"], self.company, *(turn.text for turn in turns)]

        def fits(line: str) -> bool:
            bad = lines.refuses(line) or lines.declines(line) or lines.asks(line)
            echo = any(lines.echoes(line, turn.text) for turn in turns)
            return lines.grounded(line, *known) and not bad and not echo

        return await line_of(ask, "end", fits, said=turns[-1].text)

    def _planned(self, brief: Brief) -> int:
        """Turns to aim at: the agent has the last word, unless the customer walks away."""
        planned = brief.number("turns", *self.turns)
        if (planned % 2 == 1) != (brief.facets.get("outcome") == "abandoned"):
            planned += 1 if planned < self.turns[1] else -1
        return max(2, planned)


class _Free:
    """A customer who sees the conversation and reacts to it."""

    def __init__(self, brief: Brief, ask: Ask, company: str, needs: Sequence[str]) -> None:
        self.brief, self.ask, self.company, self.needs = brief, ask, company, needs

    async def want(self, turns: Sequence[Turn]) -> Reply:
        """The next need; the first one opens the conversation."""
        need = self.needs[len(turns) // 2]
        if turns:
            view = view_of(0, turns)
            return await self.ask("customer", history=view, company=self.company, need=need)
        pick = self.brief.number("open", 0, 999)
        return await self.ask("open", company=self.company, need=need, pick=pick)

    async def close(self, turns: Sequence[Turn]) -> Reply:
        """The last line, by outcome."""
        return await self.ask("close", history=view_of(0, turns), company=self.company)


class _Scripted(_Free):
    """A customer whose lines are its needs and a closing line, put into its own words."""

    async def want(self, turns: Sequence[Turn]) -> Reply:
        need = self.needs[len(turns) // 2]
        mine = lines.of_oneself(need)

        def fits(line: str) -> bool:
            bad = lines.refuses(line) or lines.serves(line)
            kept = lines.covered(need, line) >= 0.5 and mine <= lines.of_oneself(line)
            return lines.asks(line) and kept and not bad

        plain = Reply(need, "")
        if turns:
            return await line_of(self.ask, "next", fits, otherwise=plain, need=need)
        pick = self.brief.number("open", 0, 999)
        return await line_of(self.ask, "first", fits, otherwise=plain, need=need, pick=pick)

    async def close(self, turns: Sequence[Turn]) -> Reply:
        def fits(line: str) -> bool:
            bad = lines.asks(line) or lines.refuses(line) or lines.serves(line)
            if self.brief.facets.get("outcome") == "escalated" and not lines.demands(line):
                return False
            return not bad and not any(lines.echoes(line, turn.text) for turn in turns)

        # Another take rewrites another sentence, and the last only repeats it.
        pick = self.brief.number("close", 0, 999)
        for take in range(3):
            reply = await self.ask("leave", take=take, pick=pick + take, plain=take == 2)
            line = tidy(reply.text, NAMES)
            if line and fits(line):
                return reply
        raise ReplyError("the customer did not manage to end the conversation", reply.text)


def _pairs(text: str, chunk: str) -> dict[str, str]:
    """The questions of a list of `question | answer`, with the answers that stand in the chunk."""
    found: dict[str, str] = {}
    for line in re.sub(r"\s*\n+\s*\|", " |", text).splitlines():
        question, _, answer = _NUMBERING.sub("", tidy(line)).partition("|")
        question, answer = question.strip(), answer.strip()
        sound = lines.grounded(answer, chunk) and lines.covered(answer, chunk) >= 0.7
        whole = 12 <= len(answer) <= 400 and answer[-1] in ".!。" and not lines.asks(answer)
        fresh = lines.covered(answer, question) < 0.9 and not lines.about_text(answer)
        agent = not lines.first_person(answer) and lines.answers(answer, question)
        fits = sound and whole and fresh and agent and "..." not in question + answer
        if 6 <= len(question) <= 110 and lines.asks(question) and fits:
            found.setdefault(question, answer)
    return found
