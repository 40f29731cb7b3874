"""The customer's side of a support conversation: it reacts freely, or it follows a script."""

from __future__ import annotations

from collections.abc import Sequence

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import _lines as lines
from textsynth.methods._turns import Turn, line_of, tidy, view_of
from textsynth.records import Brief, Reply

NAMES = ("Customer", "Agent")


class Free:
    """A customer who sees the conversation and reacts to it."""

    def __init__(
        self, brief: Brief, ask: Ask, company: str, about: str, requests: Sequence[str]
    ) -> None:
        self.brief, self.ask, self.requests = brief, ask, requests
        self.company, self.about = company, about

    async def want(self, turns: Sequence[Turn]) -> Reply:
        """The next request; the first one opens the conversation."""
        need = self.requests[len(turns) // 2]
        if turns:
            view = view_of(0, turns)
            return await self.ask(
                "customer", history=view, need=need, company=self.company, about=self.about
            )
        pick = self.brief.number("open", 0, 999)
        return await self.ask("open", need=need, pick=pick, company=self.company, about=self.about)

    async def close(self, turns: Sequence[Turn], attempt: int) -> Reply:
        """The last line, by outcome; another attempt is another line."""
        view = view_of(0, turns)
        return await self.ask("close", history=view, take=attempt, company=self.company)


class Scripted(Free):
    """A customer whose lines are its requests and a closing line, put into its own words."""

    async def want(self, turns: Sequence[Turn]) -> Reply:
        need = self.requests[len(turns) // 2]
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

    async def close(self, turns: Sequence[Turn], attempt: int) -> Reply:
        def fits(line: str) -> bool:
            bad = lines.asks(line) or lines.refuses(line) or lines.serves(line)
            escalated = self.brief.facets.get("outcome") == "escalated"
            if escalated and not lines.demands(line, self.brief.language):
                return False
            return not bad and not any(lines.echoes(line, turn.text) for turn in turns)

        # Another take rewrites another sentence, and the last only repeats it.
        pick = self.brief.number("close", 0, 999)
        for take in range(3 * attempt, 3 * attempt + 3):
            reply = await self.ask("leave", take=take, pick=pick + take, plain=take % 3 == 2)
            line = tidy(reply.text, NAMES)
            if line and fits(line):
                return reply
        raise ReplyError("the customer did not manage to end the conversation", reply.text)
