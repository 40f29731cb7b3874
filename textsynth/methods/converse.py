"""Any instruction and its answer, carried on: follow-ups that depend on the answer just given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from textsynth.asking import Ask
from textsynth.errors import ReplyError, nearest
from textsynth.methods import Around, Method, Stage
from textsynth.methods import _lines as lines
from textsynth.methods._followups import KINDS, drawn, fault, tie, tie_tables
from textsynth.methods._turns import tidy
from textsynth.methods._wrapped import (
    Cut,
    as_within,
    by_name,
    by_step,
    cut,
    joined,
    read_part,
    through,
)
from textsynth.records import Brief, Closing, Draft, Message, Sample, Table, spoken

TAKES = 4
"""Lines that each turn tries."""

NAMES = ("Person", "User", "Assistant", "사람", "어시스턴트")
"""What a small model puts before a line, as the prompt shows who spoke."""

_RANGE = re.compile(r"\s*(\d+)\s*(?:-|–|~|to)\s*(\d+)\s*")


class Judged(BaseModel):
    """Whether a message could be written without the answer before it, the reason first."""

    reason: str
    possible_without_the_answer: bool


class Converse(Method):
    """Another method of the shelf, lifted to several turns; without `of`, the finished rows of the
    input `samples`.

    After the first pair somebody asks on: each follow-up is of another kind, takes up the answer
    just given (held against it), and is answered with the whole conversation in view. The columns
    of the method within stay; added are `followups` (their kinds), `ties` (words, reference or
    both) and `tries` (lines written until one passed).
    """

    holds: ClassVar[tuple[str, ...]] = ("of",)

    of: Method | None = None
    """The method that writes the first pair, with its options, as under `method`: one whose rows
    end with an answer, so neither `classify` nor `support`, which ends by itself."""

    turns: tuple[int, int] = (3, 3)
    """Questions with their answers, the first one included: `3`, or `2-4` (drawn for each row)."""

    kinds: dict[str, str] | list[str] = Field(default_factory=lambda: dict(KINDS), min_length=1)
    """Kinds of follow-up: some of the known ones by name, or name: what it does, in words."""

    verify: Literal["model", "none"] = "none"
    """`model`: a reader (role `judge`) must find that a follow-up could not have been asked without
    the answer before it. Words alone do not tell everything: a pronoun may stand for the topic."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = joined(
        {
            "followup": ("follow", "talk", "said", "problem"),
            "verify": ("asked", "said", "line"),
            "reply": ("follow", "system"),
        },
        by_step("steps"),
    )
    roles: ClassVar[Mapping[str, str]] = joined(
        {"followup": "asker", "verify": "judge", "reply": "answerer"}, by_step("roles")
    )
    needs: ClassVar[tuple[str, ...]] = joined(("sample",), as_within("needs"))
    lacking: ClassVar[Mapping[str, str]] = joined(
        {
            "sample": "name the method that writes the first pair, as in `converse: {of: qa}`, or "
            "add `samples:` under inputs"
        },
        by_name("lacking"),
    )
    may_use: ClassVar[tuple[str, ...]] = joined(
        ("chunk", "persona"),
        lambda own, inner: tuple(dict.fromkeys((*(inner.may_use if inner else ()), *own))),
    )
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = joined({}, by_name("facets"))
    closed: ClassVar[Mapping[str, tuple[str, ...]]] = joined({}, by_name("closed"))

    filters: ClassVar[tuple[str, ...]] = joined((), as_within("filters"))
    reads: ClassVar[tuple[str, ...]] = joined((), as_within("reads"))
    varies: ClassVar[bool] = joined(False, as_within("varies"))
    counts: ClassVar[str] = joined("", as_within("counts"))

    @field_validator("of", mode="before")
    @classmethod
    def _part(cls, value: Any, info: ValidationInfo) -> Any:
        found = read_part(value, info.context)
        if found is not None and (why := found.cannot_go_on()):
            raise ValueError(f"'{found.part}' cannot be carried on for more turns: {why}")
        return found

    @field_validator("turns", mode="before")
    @classmethod
    def _span(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return (value, value)
        if isinstance(value, str) and (found := _RANGE.fullmatch(value)):
            return (int(found[1]), int(found[2]))
        return value

    @model_validator(mode="after")
    def _enough_kinds(self) -> Self:
        low, high = self.turns
        if not 2 <= low <= high:
            raise ValueError("turns is a number from 2, or two of them, the fewest first: 2-4")
        known = len(self.kinds)
        if len(set(self.kinds)) < known:
            raise ValueError("a kind of follow-up stands twice under `kinds`")
        for kind in self.kinds if isinstance(self.kinds, list) else ():
            if kind not in KINDS:
                raise ValueError(
                    f"there is no kind of follow-up '{kind}'; {nearest(kind, KINDS)}; one of your "
                    "own is written as `name: what it does`"
                )
        if high - 1 > known:
            raise ValueError(
                f"{high} turns have {high - 1} follow-ups, each of another kind, and there are "
                f"{known} kinds; name more under `kinds`"
            )
        return self

    def cannot_go_on(self) -> str:
        """It has its turns already."""
        return "it is a conversation of several turns already; give it more `turns`"

    def stages(self) -> Sequence[Stage]:
        """As the method within."""
        return self.of.stages() if self.of else ()

    def takes_other(self, facets: Mapping[str, str]) -> str:
        """As the method within."""
        return self.of.takes_other(facets) if self.of else ""

    def roles_of_their_own(self) -> tuple[str, ...]:
        """As the method within."""
        return self.of.roles_of_their_own() if self.of else ()

    def ready(self, around: Around) -> Self:
        """With the method within made ready."""
        return self._with(self.of.ready(around)) if self.of else self

    def visits(self) -> int:
        """As the method within."""
        return self.of.visits() if self.of else 1

    def generation(self) -> int | None:
        """As the method within."""
        return self.of.generation() if self.of else None

    def learned(self, kept: Sequence[Sample]) -> Self:
        """With what the method within learned from its own part of the rows."""
        if not self.of:
            return self
        return self._with(self.of.learned([cut(sample, _added(sample)) for sample in kept]))

    def ends(self) -> str:
        """As the method within."""
        return self.of.ends() if self.of else ""

    def _with(self, inner: Method) -> Self:
        return self.model_copy(update={"of": inner})

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """The first pair, then the follow-ups. Raises ReplyError where a turn cannot be written.

        Where the method within eliminated a row, which then lacks its answer, nothing follows: the
        filters of that method drop it, with their reason.
        """
        draft = await self._first(brief, ask)
        messages = list(draft.messages)
        if not messages or messages[-1]["role"] != "assistant" or not messages[-1]["content"]:
            if self.of and self.of.filters:
                return replace(draft, columns={**draft.columns, **_columns([], [], [])})
            raise ReplyError("the row to go on from does not end with an answer")
        ties: list[str] = []
        tries: list[int] = []
        chosen = self._chosen(brief)
        for kind in chosen:
            line, how, tried = await self._followup(brief, ask, kind, messages)
            messages.append({"role": "user", "content": line})
            ties.append(how)
            tries.append(tried)
            messages.append(
                {"role": "assistant", "content": await self._reply(ask, kind, messages)}
            )
        columns = {**draft.columns, **_columns(chosen, ties, tries)}
        speakers = {role: who for role, who in draft.speakers.items() if who != "label"}
        return Draft(messages, columns, speakers)

    async def _first(self, brief: Brief, ask: Ask) -> Draft:
        if self.of:
            return await self.of.write(brief, through(ask, self.of))
        row = brief.fields["sample"]
        given: list[Message] = row.get("messages") or [
            {"role": "user", "content": row["instruction"]},
            {"role": "assistant", "content": row["reply"]},
        ]
        return Draft(given, {"instruction": row["instruction"]})

    def _chosen(self, brief: Brief) -> list[str]:
        """The kinds of a brief's follow-ups, in order."""
        names = list(self.kinds)
        block = replace(brief, index=brief.lot // len(names), pair=-1)
        order = list(range(len(names)))
        for place in range(len(order) - 1, 0, -1):
            other = block.number(f"kind {place}", 0, place)
            order[place], order[other] = order[other], order[place]
        number = brief.number("turns", *self.turns) - 1
        return drawn(names, number, brief.lot, order)

    def _words(self, kind: str) -> str:
        """What a kind of follow-up does, as the prompts are told."""
        if isinstance(self.kinds, dict):
            return self.kinds[kind]
        return KINDS[kind]

    async def _followup(
        self, brief: Brief, ask: Ask, kind: str, messages: Sequence[Message]
    ) -> tuple[str, str, int]:
        """(line, how it hangs on the answer, lines tried)."""
        said = spoken(messages)
        earlier = [message["content"] for message in said if message["role"] == "user"]
        # A row of somebody else may try to instruct: what has its id is fenced like it in prompts.
        row = {"id": (brief.fields.get("sample") or {}).get("id", "")}
        talk = [{**row, "who": m["role"], "text": m["content"]} for m in said[:-1]]
        answer = said[-1]["content"]
        shown = {**row, "text": answer}
        asked = {**row, "text": earlier[-1] if earlier else ""}
        problem, raw = "", ""
        for take in range(TAKES):
            reply = await ask(
                "followup", take=take, follow=self._words(kind), talk=talk, said=shown,
                problem=problem,
            )  # fmt: skip
            raw, line = reply.text, tidy(reply.text, NAMES)
            problem = fault(line, kind, answer, earlier, brief.language)
            if not problem and self.verify == "model":
                judged = await ask("verify", form=Judged, asked=asked, said=shown, line=line)
                if judged.data.possible_without_the_answer:
                    problem = "it could be asked without the answer"
            if not problem:
                return line, tie(line, answer, earlier).how, take + 1
        raise ReplyError(f"the follow-up ({kind}) is of no use: {problem}", raw)

    async def _reply(self, ask: Ask, kind: str, messages: Sequence[Message]) -> str:
        system = "\n".join(m["content"] for m in messages if m["role"] == "system")
        history = spoken(messages)
        before = [m["content"] for m in history if m["role"] == "assistant"]
        for take in range(TAKES):
            reply = await ask(
                "reply", take=take, history=history, follow=self._words(kind), system=system
            )
            text = tidy(reply.text)
            cut_off = reply.finish == "length"
            told = any(lines.echoes(text, other) for other in before)
            longer = kind == "summary" and len(text) >= sum(map(len, before))
            if text and not (lines.refuses(text) or told or longer or cut_off):
                return text
        raise ReplyError(f"the follow-up ({kind}) was not answered", reply.text)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """How the follow-ups of each kind hang on the answers; then what the method within says."""
        judged = ", confirmed by the judge" if self.verify == "model" else ""
        rows = (sample.columns for sample in chain(closing.kept, closing.dropped))
        title = f"How follow-ups depend on the answer before, kept and dropped rows{judged}"
        own = tie_tables(rows, title)
        if not self.of:
            return own
        kept, dropped = (Cut(rows, _added) for rows in (closing.kept, closing.dropped))
        return [*own, *self.of.closing(replace(closing, kept=kept, dropped=dropped))]


def _columns(kinds: list[str], ties: list[str], tries: list[int]) -> dict[str, Any]:
    """What a row tells of its follow-ups."""
    return {"followups": kinds, "ties": ties, "tries": tries}


def _added(sample: Sample) -> int:
    return 2 * len(sample.columns.get("followups", ()))
