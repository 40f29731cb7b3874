"""One support conversation as it is spoken: who says what in which turn, and its end again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import _lines as lines
from textsynth.methods._case import Case
from textsynth.methods._channels import language_of
from textsynth.methods._customers import NAMES, Free, Scripted
from textsynth.methods._outcomes import hands, says_no
from textsynth.methods._tools import called, looked_up
from textsynth.methods._turns import Turn, converse, line_of, view_of
from textsynth.records import Brief, Message, Reply

if TYPE_CHECKING:
    from textsynth.methods.support import Support

_NO = {
    "en": "I'm sorry, but that is not possible. {}",
    "ko": "죄송하지만 그렇게 해 드릴 수 없습니다. {}",
}


class Talk:
    """A conversation of `planned` turns about a case, for one brief."""

    def __init__(self, method: Support, brief: Brief, ask: Ask, case: Case, planned: int) -> None:
        self.method, self.brief, self.ask, self.case = method, brief, ask, case
        self.planned, self.attempt = planned, 0
        self.scripted = method.customer == "scripted"
        self.about = method.about(brief)
        side = Scripted if self.scripted else Free
        self.firm = method.firm(brief)
        self.customer = side(brief, ask, self.firm, self.about, case.requests)
        self.calls: dict[int, list[Message]] = {}
        """Number of the agent's turn → the call before it and its result."""

    async def whole(self) -> list[Turn]:
        """All turns."""
        return await converse(self.speak, NAMES, self.method.turns[0], self.planned)

    async def again(self, turns: Sequence[Turn], attempt: int) -> list[Turn]:
        """The same with its closing turns written anew."""
        last = 3 if self.case.wish else 2 - self.planned % 2
        self.attempt = attempt
        said = list(turns)[: max(1, self.planned - last)]
        return await converse(self.speak, NAMES, self.method.turns[0], self.planned, said)

    async def speak(self, side: int, turns: Sequence[Turn], left: int) -> Reply:
        """The next line of one side."""
        at = len(turns) // 2
        if side == 0:
            if turns and (left < 2 or at >= len(self.case.requests)):
                return await self.customer.close(turns, self.attempt)
            return await self.customer.want(turns)
        if left == 0 and len(turns) > 1:
            return await self.goodbye(turns)
        if self.case.wish and at == len(self.case.requests) - 1:
            return await self.decline(turns)
        found = await self.look_up(turns)
        if self.scripted and not found:
            # Said as it was settled: it was held against the chunk, and a small model that
            # answers anew strays from it.
            return Reply(self.case.answers[at], "")
        return await self.answer(turns, found)

    async def look_up(self, turns: Sequence[Turn]) -> str:
        """Calls a tool where the agent wants to, and tells what came back."""
        method, at = self.method, len(turns)
        self.calls.pop(at, None)
        if not method.tools:
            return ""
        made = await called(
            method.tools, self.firm, self.brief, self.ask, turns, small=self.scripted
        )
        if made:
            self.calls[at] = made
        return looked_up(made)

    async def answer(self, turns: Sequence[Turn], found: str = "", rule: str = "") -> Reply:
        """The agent's answer, from the chunk, what it looked up, and its view of what was said."""
        known = [self.brief.fields["chunk"]["text"], found, *(turn.text for turn in turns)]

        def fits(line: str) -> bool:
            echo = any(lines.echoes(line, turn.text) for turn in turns)
            # What was looked up must not be made up; and a no must be one.
            sound = not found or lines.grounded(line, *known)
            return sound and not lines.refuses(line) and not echo and (not rule or says_no(line))

        return await line_of(
            self.ask, "agent", fits, history=view_of(1, turns), company=self.firm,
            about=self.about, policy=self.method.policy, found=found, rule=rule,
            instead=self.case.instead if rule else "", attempt=self.attempt,
        )  # fmt: skip

    async def decline(self, turns: Sequence[Turn]) -> Reply:
        """The agent's no, with the reason and what is possible instead."""
        case = self.case
        if not self.scripted:
            return await self.answer(turns, rule=case.rule)
        known = (self.brief.fields["chunk"]["text"], self.method.policy, turns[-1].text)

        def fits(line: str) -> bool:
            bad = lines.refuses(line) or lines.about_text(line) or lines.asks(line)
            reason = lines.covered(case.rule, line) >= 0.5
            return says_no(line) and reason and lines.grounded(line, *known) and not bad

        settled = _NO.get(language_of(case.rule, self.brief.language))
        plain = f"{settled.format(case.rule)} {case.instead}".strip() if settled else ""
        return await line_of(
            self.ask, "decline", fits, otherwise=Reply(plain, "") if plain else None,
            request=case.wish, rule=case.rule, instead=case.instead, attempt=self.attempt,
        )  # fmt: skip

    async def goodbye(self, turns: Sequence[Turn]) -> Reply:
        """The agent's last word, which promises nothing that is not known."""
        method = self.method
        known = [self.brief.fields["chunk"]["text"], method.company, *(t.text for t in turns)]

        escalated = self.brief.facets.get("outcome") == "escalated"
        spare: list[Reply] = []

        def fits(line: str) -> bool:
            bad = lines.refuses(line) or lines.declines(line) or lines.asks(line)
            echo = any(lines.echoes(line, turn.text) for turn in turns)
            sound = lines.grounded(line, *known) and not bad and not echo
            if (
                sound
                and escalated
                and language_of(known[0], self.brief.language)
                and not hands(line)
            ):
                # One that hands over is worth another request: else the whole end is written anew.
                spare.append(Reply(line, ""))
                return False
            return sound

        try:
            return await line_of(self.ask, "end", fits, said=turns[-1].text, attempt=self.attempt)
        except ReplyError:
            if spare:
                return spare[0]
            raise
