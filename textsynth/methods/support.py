"""A customer asks, an agent answers from a document: a customer-service conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method, _human, _tools, _verify
from textsynth.methods._case import Case, needs_of, rule_of, wish_of
from textsynth.methods._channels import in_channel
from textsynth.methods._human import Humans, humanised, reached
from textsynth.methods._lines import READ
from textsynth.methods._outcomes import OUTCOMES
from textsynth.methods._talk import Talk
from textsynth.methods._tools import Tools, as_text
from textsynth.methods._turns import Turn, Turns, view_of
from textsynth.methods._verify import Check, Verify, checked, outcomes
from textsynth.records import Brief, Closing, Draft, Message, Table


def _text_or_file(value: str, info: ValidationInfo) -> str:
    """The text of a file beside the job, where the value names one; else the value itself."""
    path = Path((info.context or {}).get("home", "."), value.strip() or ".")
    named = "\n" not in value and Path(value.strip()).suffix in (".txt", ".md")
    if not named:
        return value
    try:
        return path.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the policy '{value}' cannot be read: {error}") from None


class Support(Method):
    """The customer is a persona in a mood who wants to know some things; the agent knows a chunk.

    What the customer wants to know is drawn from the chunk first, with the answers, so that the
    agent can give them; after that the customer never sees the chunk, nor the agent the persona.
    How the conversation ends is asked for by the facet `outcome` and then read off the lines:
    `resolved`, `escalated`, `abandoned`, or `refused`, where the last thing asked for is declined.
    """

    company: str = "the company"
    """Whose agent it is."""

    product: str = ""
    """What the conversation is about, unless a facet named `product` says so."""

    policy: Annotated[str, AfterValidator(_text_or_file)] = ""
    """What the agent may not do, one rule a line, or the path of a .txt or .md file with it; a line
    may go on with `| what is possible instead`. Without it a `refused` row declines an exception
    to what the document says."""

    customer: Literal["free", "scripted"] = "free"
    """`free`: both sides react to what was said. `scripted`: questions and answers are settled
    first and the customer puts its own into its own words, for models too small to play a part."""

    turns: Turns = (4, 6)
    """Fewest and most turns (2 to 20) of both; fewer still when the chunk answers too little. An
    outcome needs four to show."""

    system: str = ""
    """A system message to put before each conversation of the dataset; none when empty."""

    verify: Verify = "rules"
    """How the outcome is read off the finished lines: `rules` (free; English and Korean only, other
    languages go unchecked), `model` (role `judge`), `both` (the model where rules see nothing; a
    conflict confirms nothing), or `none`."""

    tries: int = Field(2, ge=0, le=10)
    """How often the closing turns are written again while the outcome is not confirmed."""

    tools: Tools = ()
    """What the agent may call: a list of functions in OpenAI's form, or the path of a YAML file
    with it; each may have `returns` (an example or a schema) and `fails` (share of calls)."""

    human: Humans = None
    """Shares of customer turns with typos, fragments, bursts, code_switching (into
    second_language), lowercase, fillers; or one number for a sensible mix."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "needs": ("company", "about", "number"),
        "wish": ("rule",),
        "open": ("company", "about", "need", "pick"),
        "customer": ("company", "about", "need"),
        "close": ("company",),
        "first": ("need", "pick"),
        "next": ("need",),
        "leave": ("pick", "plain"),
        "agent": ("company", "about", "policy", "found", "rule", "instead"),
        "decline": ("request", "rule", "instead"),
        "end": ("said",),
        **_tools.STEPS, **_human.STEPS, **_verify.STEPS,
    }  # fmt: skip
    roles: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            ("needs", "wish", "open", "customer", "close", "first", "next", "leave", *_human.STEPS),
            "customer",
        ),
        **dict.fromkeys(("agent", "decline", "end", "choose", "call"), "agent"),
        "tool": "tool",
        "verify": "judge",
    }
    needs: ClassVar[tuple[str, ...]] = ("chunk", "persona")
    may_use: ClassVar[tuple[str, ...]] = ("examples",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "mood": ("polite", "angry", "confused", "in a hurry"),
        "channel": ("chat", "email", "phone"),
        "outcome": OUTCOMES,
    }

    def cannot_go_on(self) -> str:
        """More turns would not be those that its outcome was read off."""
        return "its dialogues come to their outcome and end; for longer ones raise its own `turns`"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One conversation; the customer is the user, the agent the assistant."""
        planned = self._planned(brief)
        case = await self._case(brief, ask, planned)
        planned = min(planned, 2 * len(case.requests) + 2 - planned % 2)
        talk = Talk(self, brief, ask, case, planned)
        turns, check = await self._settled(talk, brief, ask)
        if talk.scripted:
            signed = self.company if self._named else ""
            turns = in_channel(turns, brief.facets.get("channel", ""), signed, brief.language)
        names = (self.company, self.about(brief))
        turns, touched = await humanised(self.human, brief, ask, turns, names)
        columns = {"turns": len(turns), "needs": list(case.requests), **touched}
        if case.rule:
            columns["rule"] = case.rule
        if self.tools:
            columns["tools"] = as_text(self.tools)
        if check is not None:
            columns.update(check.columns())
        messages = self._messages(turns, talk.calls)
        return Draft(messages, columns, {"user": "customer", "assistant": "agent"})

    @property
    def _named(self) -> bool:
        return bool(self.company != Support.model_fields["company"].default)

    def firm(self, brief: Brief) -> str:
        """The company as prompts name it."""
        return "회사" if brief.language == "ko" and not self._named else self.company

    def about(self, brief: Brief) -> str:
        """The product of a brief; empty where none is named."""
        return brief.facets.get("product") or self.product

    def closing(self, closing: Closing) -> Sequence[Table]:
        """How many outcomes were confirmed, and what shares of human touches were reached."""
        return [*outcomes(closing), *reached(self.human, closing)]

    async def _case(self, brief: Brief, ask: Ask, planned: int) -> Case:
        """The customer's last line closes the conversation; every other one brings a request."""
        wanted = max(1, (planned + 1) // 2 - 1)
        about = self.about(brief)
        if brief.facets.get("outcome") != "refused":
            needs = await needs_of(brief, ask, self.firm(brief), about, wanted)
            return Case(tuple(needs), tuple(needs.values()))
        rule, instead = rule_of(brief, self.policy)
        wish = await wish_of(brief, ask, rule)
        needs = {}
        if wanted > 1:
            needs = await needs_of(brief, ask, self.firm(brief), about, wanted - 1)
        return Case(tuple(needs), tuple(needs.values()), wish, rule, instead)

    async def _settled(self, talk: Talk, brief: Brief, ask: Ask) -> tuple[list[Turn], Check | None]:
        """The turns, their end written again while it does not show what was asked for."""
        turns = await talk.whole()
        if self.verify == "none" or (self.verify == "rules" and brief.language not in READ):
            return turns, None
        check = await checked(self.verify, brief, ask, turns)
        readable = self.verify != "rules" or brief.facets.get("outcome") in OUTCOMES
        for attempt in range(1, self.tries + 1 if readable else 1):
            if check.confirmed or talk.planned < 3:
                break
            try:
                turns = await talk.again(turns, attempt)
            except ReplyError:
                continue  # what there is stands; the next attempt asks for other replies
            check = await checked(self.verify, brief, ask, turns)
        return turns, check

    def _messages(
        self, turns: Sequence[Turn], calls: Mapping[int, Sequence[Message]]
    ) -> list[Message]:
        messages: list[Message] = []
        if self.system:
            messages.append({"role": "system", "content": self.system})
        for number, message in enumerate(view_of(1, turns)):
            messages += [*calls.get(number, ()), message]
        return messages

    def _planned(self, brief: Brief) -> int:
        """Turns to aim at: the agent has the last word, unless the customer walks away."""
        planned = brief.number("turns", *self.turns)
        if (planned % 2 == 1) != (brief.facets.get("outcome") == "abandoned"):
            planned += 1 if planned < self.turns[1] else -1
        return max(2, planned)
