"""The one way in which a part reaches a model: a method to write, a filter to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from textsynth.records import Message, Reply


class Ask(Protocol):
    """The one way a method reaches a model; what was asked before is answered from the journal."""

    async def __call__(
        self,
        step: str,
        *,
        history: Sequence[Message] = (),
        take: int = 0,
        options: Mapping[str, Any] | None = None,
        form: Any = None,
        role: str = "",
        **fields: Any,
    ) -> Reply:
        """Renders `prompts/<part>/<step>.<language>.jinja` with the brief and `fields`, and asks.

        `history` is put where the prompt says so; a new `take` asks the same thing once more;
        `options` go over the sampling options that the prompt names. `form` (a pydantic model, a
        type or a JSON schema) asks for a structured reply, whose value is `reply.data`; one that
        does not fit is asked for once more, and then raises ReplyError. `role` goes over the role
        that the step has by itself: a panel asks the same of several models.
        """
        ...


class Asking(Protocol):
    """A part that asks: what `Llm` has to know of it."""

    @property
    def part(self) -> str:
        """Its name, and that of its prompts' folder."""

    @property
    def steps(self) -> Mapping[str, tuple[str, ...]]:
        """Each prompt it asks, with the fields that it hands over."""

    @property
    def may_use(self) -> tuple[str, ...]:
        """Fields that its prompts use where they are there; None where they are not."""
