"""The shelf of methods: each is an async function that asks, and turns a brief into a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from textsynth.records import Brief, Draft, Message, Reply
from textsynth.shelf import Part, Shelf

ALWAYS = ("scenario", "style")
"""Fields that every prompt may use, None where the job has none: the edge case that a row is about,
and how real rows are written."""


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
        **fields: Any,
    ) -> Reply:
        """Renders `prompts/<method>/<step>.<language>.jinja` with the brief and `fields`, and asks.

        `history` is put where the prompt says so; a new `take` asks the same thing once more;
        `options` go over the sampling options that the prompt names. `form` (a pydantic model, a
        type or a JSON schema) asks for a structured reply, whose value is `reply.data`; one that
        does not fit is asked for once more, and then raises ReplyError.
        """
        ...


class Method(Part):
    """A method's options, and `write`, which does the work."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Each prompt it asks, with the fields it hands to it beyond those of the brief."""

    roles: ClassVar[Mapping[str, str]] = {}
    """Step → the role that speaks in it; `models` of the job gives a role a model of its own."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Fields that the brief must have, such as `chunk` or `persona`."""

    may_use: ClassVar[tuple[str, ...]] = ()
    """Fields that its prompts use where the job has them; None where it has not."""

    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Facets that its prompts use, with the values they take when the job names none."""

    def roles_of_their_own(self) -> tuple[str, ...]:
        """Roles that must have a model of their own under `models` of the job."""
        return ()

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """Asks as often as it needs and returns the draft. Raises ReplyError on useless replies.

        Depends on nothing but the brief and the replies, so that running it again repeats it.
        """
        raise NotImplementedError


SHELF = Shelf(__name__, Method)
