"""Instructions evolved over rounds: harder, rarer or easier, what is no gain eliminated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, field_validator

from textsynth.asking import Ask
from textsynth.errors import JobError, ReplyError, nearest
from textsynth.instructions import words
from textsynth.methods import Around, Method
from textsynth.methods import _evolving as rules
from textsynth.methods._dealing import deal
from textsynth.methods._gains import briefs_by_round, ending, gain_of, tables
from textsynth.records import Brief, Closing, Draft, Message, Sample, Table

_QUOTES = {'"': '"', "“": "”", "「": "」", "'": "'", "‘": "’"}
_WORDS = ("parent", "low", "high")


class Compared(BaseModel):
    """What a reader says of a parent and its child, the reason first."""

    reason: str
    verdict: Literal["yes", "no"]


class Rated(BaseModel):
    """How hard the two are, 1 to 10."""

    first: int = Field(ge=1, le=10)
    second: int = Field(ge=1, le=10)


@dataclass(frozen=True, slots=True)
class Parent:
    """What a row is evolved from: an instruction, and the chain of those before it."""

    id: str
    text: str
    lineage: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _State:
    """What `ready` and `learned` found out: the same for the same rows and the same rounds."""

    ids: Sequence[str] = ()
    parents: Mapping[str, Parent] = field(default_factory=dict)
    gains: tuple[float, ...] = ()
    """What each round so far brought."""
    dealt: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Seed → row id → its operations: worked out when first needed."""


class Evolve(Method):
    """An instruction of the input `samples`, evolved by one operation a round, with a fresh answer.

    In depth (`constraints`, `deepen`, `concretise`, `reasoning`, `complicate`), in breadth
    (`breadth`: another one of the same field) or downwards (`easier`). A row that a rule eliminates
    is dropped by the filter `evolved`, and its parent is evolved again in the next round, by
    another operation. With `count: all` every row goes through every round. Columns: `instruction`,
    `operation`, `round`, `parent`, `root` (ids), `lineage`, `eliminated`, `parent_words`, `words`,
    and `gain` with `measure: score`.
    """

    shorthand = "rounds"

    rounds: int = Field(default=3, ge=1, le=20)
    """How often each row is evolved at most."""

    operations: dict[str, float] = Field(
        default_factory=lambda: dict.fromkeys(rules.OPERATIONS, 1.0), min_length=1
    )
    """Which operations: a list (equal shares), or operation: weight."""

    added: tuple[int, int] = (10, 20)
    """Words that a rewrite in depth is to add, fewest and most; two letters of Korean, Chinese,
    Japanese and Thai count as one word."""

    slack: float = Field(default=2.0, ge=1)
    """How many times the most words of `added` a rewrite may add; `complicate` may add any number
    of them."""

    answer: bool = True
    """Whether each evolved instruction is answered (role `answerer`)."""

    compare: bool = True
    """Whether a reader (role `judge`) must find that the instruction is another than its parent in
    what it asks; no: only the rules that cost nothing."""

    measure: Literal["survival", "score"] = "survival"
    """What a round brought: the share of its rows that were kept; or how much harder the judge
    finds those evolved in depth than their parents, on a scale of 1 to 10."""

    least_gain: float = Field(default=0.2, ge=0)
    """The evolution ends after a round that brought less than this."""

    system: str = ""
    """A system message for rows that have none of their own; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **dict.fromkeys(rules.OPERATIONS, _WORDS),
        "compare": ("parent", "child", "operation"),
        "rate": ("parent", "child"),
        "answer": ("child",),
    }
    roles: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(rules.OPERATIONS, "evolver"),
        "compare": "judge", "rate": "judge", "answer": "answerer",
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("sample",)
    varies: ClassVar[bool] = True
    filters: ClassVar[tuple[str, ...]] = ("evolved",)

    _state: _State = PrivateAttr(default_factory=_State)

    @field_validator("operations", mode="before")
    @classmethod
    def _weights(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [value]
        return dict.fromkeys(value, 1.0) if isinstance(value, list) else value

    @field_validator("operations")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        for name, weight in value.items():
            if name not in rules.OPERATIONS:
                known = ", ".join(rules.OPERATIONS)
                raise ValueError(
                    f"there is no operation '{name}'; {nearest(name, rules.OPERATIONS)} ({known})"
                )
            if not 0 <= weight < 1e6:
                raise ValueError(f"the weight of '{name}' is not a number from 0 to a million")
        if not any(value.values()):
            raise ValueError("no operation has a weight")
        return {name: weight for name, weight in value.items() if weight}

    @field_validator("added")
    @classmethod
    def _in_order(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 1 <= value[0] <= value[1]:
            raise ValueError(f"{value[0]} to {value[1]} words is no range")
        return value

    def ready(self, around: Around) -> Self:
        """Knows the rows. Raises JobError where the job walks other rows beside them."""
        others = [name for name in around.rows if name not in ("sample", "examples")]
        if others:
            raise JobError(
                f"the method 'evolve' goes through its samples, and inputs also bring {others[0]}",
                "each round is one walk through the samples",
                "leave the other inputs out",
            )
        ready = self.model_copy()
        ready._state = _State(ids=[str(row["id"]) for row in around.rows["sample"]])
        return ready

    def visits(self) -> int:
        """One visit a round."""
        return self.rounds

    def generation(self) -> int | None:
        """A round is one generation: every row once."""
        return len(self._state.ids) or None

    def learned(self, kept: Sequence[Sample]) -> Self:
        """What survived the round becomes the parent of the next; other parents stay."""
        state = self._state
        gain = gain_of([sample.columns for sample in kept], len(state.ids), self.measure)
        fresh = {
            str(sample.columns["root"]): Parent(
                sample.id, sample.columns["instruction"], tuple(sample.columns["lineage"])
            )
            for sample in kept
        }
        after = self.model_copy()
        parents = {**state.parents, **fresh}
        after._state = replace(state, parents=parents, gains=(*state.gains, gain))
        return after

    def ends(self) -> str:
        """After the last round, and after one that brought less than `least_gain`."""
        gains = self._state.gains
        return self._end(gains) if gains else ""

    def _end(self, gains: Sequence[float]) -> str:
        return ending(gains, self.rounds, self.least_gain, self.measure)

    def cannot_go_on(self) -> str:
        """Without answers there is nothing to ask about."""
        return "" if self.answer else "with `answer: false` its rows have no answer"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One instruction and its answer; a row that a rule eliminates says which in a column."""
        row = brief.fields["sample"]
        lived = self._state.parents.get(str(row["id"]))
        source = {"round": 0, "operation": "source", "instruction": row["instruction"]}
        parent = lived or Parent(str(row["id"]), row["instruction"], (source,))
        operation = self._operation(str(row["id"]), brief)
        # A row of somebody else may try to instruct: what has its id is fenced like it in prompts.
        said = [{"role": t["role"], "text": t["content"]} for t in _history(row)]
        around = {"id": row["id"], "turns": said, "system": row["system"]}
        seen = {**around, "text": parent.text}
        reply = await ask(operation, parent=seen, low=self.added[0], high=self.added[1])
        text = _bare(reply.text)
        most = round(self.slack * self.added[1])
        before = [turn["text"] for turn in said if turn["role"] == "user"]
        fault = "cut_off" if reply.finish == "length" else ""
        fault = fault or rules.fault_of(text, parent.text, operation, most, before)
        columns: dict[str, Any] = {
            "instruction": text, "operation": operation, "round": brief.visit + 1,
            "parent": parent.id, "root": str(row["id"]),
            "lineage": [
                *parent.lineage,
                {"round": brief.visit + 1, "operation": operation, "instruction": text},
            ],
            "parent_words": words(parent.text), "words": words(text),
        }  # fmt: skip
        child = {**around, "text": text}
        if not fault and self.compare:
            fault = await self._compared(ask, seen, child, operation)
        if not fault and self.measure == "score":
            columns["gain"] = await self._rated(ask, seen, child)
        answer = ""
        if not fault and self.answer:
            answer = (await ask("answer", child=child)).text.strip()
            fault = rules.reply_fault(answer, text)
        columns["eliminated"] = fault
        return Draft(self._messages(row, text, answer), columns)

    def _operation(self, row: str, brief: Brief) -> str:
        dealt = self._state.dealt
        if brief.seed not in dealt:
            dealt[brief.seed] = deal(
                self._state.ids or [row], self.operations, self.rounds, brief.seed
            )
        return dealt[brief.seed][row][brief.visit % self.rounds]

    async def _compared(
        self, ask: Ask, parent: dict[str, Any], child: dict[str, Any], operation: str
    ) -> str:
        """Fails closed: a comparison that cannot be read eliminates."""
        kind = "depth" if operation in rules.DEPTH else operation
        try:
            found = await ask("compare", form=Compared, parent=parent, child=child, operation=kind)
        except ReplyError:
            return "not_compared"
        return "" if found.data.verdict == "yes" else "no_gain"

    async def _rated(self, ask: Ask, parent: dict[str, Any], child: dict[str, Any]) -> int | None:
        try:
            found = await ask("rate", form=Rated, parent=parent, child=child)
        except ReplyError:
            return None
        gain: int = found.data.second - found.data.first
        return gain

    def _messages(self, row: Mapping[str, Any], text: str, answer: str) -> list[Message]:
        system = row["system"] or self.system
        made: list[Message] = [{"role": "system", "content": system}] if system else []
        made += [{"role": t["role"], "content": t["content"]} for t in _history(row)]
        made.append({"role": "user", "content": text})
        if answer:
            made.append({"role": "assistant", "content": answer})
        return made

    def closing(self, closing: Closing) -> Sequence[Table]:
        """What was tried, kept and removed, by round and by operation, and how it ended."""
        size = len(self._state.ids)
        kept: dict[int, list[Mapping[str, Any]]] = {}
        for sample in closing.kept:
            slim = {name: sample.columns.get(name) for name in ("operation", "gain")}
            kept.setdefault(int(sample.columns["round"]), []).append(slim)
        briefs = briefs_by_round(closing, size)
        last = max(briefs, default=0)
        whole = range(1, last + 1 if briefs[last] >= size else last)
        why = self._end([gain_of(kept.get(n, ()), size, self.measure) for n in whole])
        why = why or f"round {last} was not finished"
        return tables(closing.kept, closing.dropped, list(self.operations), why)


def _history(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """The turns before the last request."""
    turns: list[dict[str, str]] = row["messages"]
    last = max(n for n, turn in enumerate(turns) if turn["role"] == "user")
    return turns[:last]


def _bare(text: str) -> str:
    """A reply without the quotes around it."""
    text = text.strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text.count(text[0]) <= 2:
        text = text[1:-1].strip()
    return text
