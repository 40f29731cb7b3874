"""Instructions that a chat model makes up by itself, in the user's place of its own template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods._junk import junk, tidied
from textsynth.records import Brief, Closing, Draft, Message, Table, digest, percent

MANY = 2**31 - 1


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, int | float) else value


Temperatures = Annotated[
    tuple[Annotated[float, Field(gt=0, le=2)], ...],
    BeforeValidator(_listed),
    Field(min_length=1, max_length=32),
]
Shares = Annotated[
    tuple[Annotated[float, Field(gt=0, le=1)], ...],
    BeforeValidator(_listed),
    Field(min_length=1, max_length=32),
]


class Magpie(Method):
    """The chat template is sent up to the place of the user's turn; what the model goes on with is
    an instruction, and it is answered as in any chat (Magpie, arXiv 2406.08464).

    Needs raw completion for the step `instruction`: `provider: local`, or a server that has
    /v1/completions. Topic, persona, scenario, style and language steer it by the system slot.
    Columns: `instruction`, `reply` (the first of each), `temperature`, `top_p`, `turns`, `takes`,
    `input_length` and `output_length` (characters of all turns of the user, of the assistant).
    """

    turns: int = Field(default=1, ge=1, le=10)
    """Exchanges of a row: after each answer the user's place comes again."""

    temperature: Temperatures = (1.0, 1.1, 1.2, 1.25)
    """Temperatures of the instruction: a number or a list; with top_p, each pair comes equally
    often."""

    top_p: Shares = (1.0, 0.995, 0.99)
    """Shares of the probability that the instruction is drawn from, likewise."""

    system: str = ""
    """A system message for instructions and answers, which the rows begin with; none when empty."""

    tries: int = Field(default=3, ge=1, le=10)
    """Instructions drawn for a turn until one is of use; then the row fails."""

    max_chars: int = Field(default=1500, ge=20)
    """Most characters of an instruction."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "instruction": ("system", "turn"),
        "answer": ("system",),
    }
    roles: ClassVar[Mapping[str, str]] = {"instruction": "user", "answer": "answerer"}
    may_use: ClassVar[tuple[str, ...]] = ("topic", "persona")
    varies: ClassVar[bool] = True

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One row. Raises ReplyError when no instruction of `tries` is of use."""
        temperature, top_p = self.sampling(brief)
        messages: list[Message] = []
        takes = 0
        for turn in range(1, self.turns + 1):
            instruction, drawn = await self._instruction(brief, ask, turn, messages)
            takes += drawn
            messages.append({"role": "user", "content": instruction})
            reply = await ask("answer", history=messages, system=self.system)
            if not reply.text:
                raise ReplyError("there is no answer to the instruction", instruction)
            messages.append({"role": "assistant", "content": reply.text})
        first, answer = messages[0]["content"], messages[1]["content"]
        columns = {
            "instruction": first, "reply": answer, "temperature": temperature, "top_p": top_p,
            "turns": self.turns, "takes": takes,
            "input_length": _length(messages, "user"),
            "output_length": _length(messages, "assistant"),
        }  # fmt: skip
        if self.system:
            messages.insert(0, {"role": "system", "content": self.system})
        return Draft(messages, columns)

    def sampling(self, brief: Brief) -> tuple[float, float]:
        """(temperature, top_p) of a brief: in each run of as many briefs as there are pairs, every
        pair comes once, in an order of its own, so that no topic always meets the same one."""
        pairs = [(t, p) for t in self.temperature for p in self.top_p]
        block, place = divmod(brief.lot, len(pairs))
        order = sorted(range(len(pairs)), key=lambda n: digest(brief.seed, "sampling", block, n))
        return pairs[order[place]]

    async def _instruction(
        self, brief: Brief, ask: Ask, turn: int, said: Sequence[Message]
    ) -> tuple[str, int]:
        """(what the user says, how often it was drawn)."""
        temperature, top_p = self.sampling(brief)
        before = tuple(message["content"] for message in said)
        why, text = "", ""
        for take in range(self.tries):
            # The request is the same for every brief: without a seed of its own each, a server that
            # is given one seed, or caches, would say the same thing every time.
            seed = brief.number(f"sampling {turn} {take}", 0, MANY)
            options = {"temperature": temperature, "top_p": top_p, "seed": seed}
            reply = await ask(
                "instruction", history=said, take=take, options=options,
                system=self.system, turn=turn,
            )  # fmt: skip
            text = tidied(reply.text)
            # Where its end was cut off with the answer, the turn itself is whole.
            finish = reply.finish if reply.text.endswith(text) else "stop"
            why = junk(text, finish, self.max_chars, before)
            if not why:
                return text, take + 1
        raise ReplyError(f"what the model says in the user's place is of no use: {why}", text)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """What each temperature and top_p brought."""
        found: dict[tuple[float, float], list[int]] = {}
        for kept, samples in ((1, closing.kept), (0, closing.dropped)):
            for sample in samples:
                columns = sample.columns
                cell = found.setdefault((columns["temperature"], columns["top_p"]), [0] * 4)
                more = (1, kept, columns["takes"] / columns["turns"], columns["input_length"])
                for n, value in enumerate(more):
                    cell[n] += value
        lines = tuple(
            (t, p, n, percent(kept, n), round(takes / n, 2), round(length / n))
            for (t, p), (n, kept, takes, length) in sorted(found.items())
        )
        names = ("temperature", "top_p", "rows", "kept", "drawn a turn", "input length")
        return [Table("Sampling of instructions", names, lines)] if lines else []


def _length(messages: Sequence[Message], role: str) -> int:
    return sum(len(message["content"]) for message in messages if message["role"] == role)
