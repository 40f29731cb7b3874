"""A person whom a text concerns: who reads it, writes it, needs it, likes it or dislikes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textsynth.asking import Ask
from textsynth.methods import Method
from textsynth.methods import _people as people
from textsynth.records import Brief, Draft


class PersonaInfer(Method):
    """Text to persona: one invented person per brief, as specific as can be, in one flat form.

    After Persona Hub (arXiv 2406.20094). `interest` says what the text is to the person.
    """

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {"person": ()}
    roles: ClassVar[Mapping[str, str]] = {"person": "author"}
    needs: ClassVar[tuple[str, ...]] = ("chunk",)
    may_use: ClassVar[tuple[str, ...]] = ("age_band",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "interest": ("needs it", "reads it", "is affected by it", "writes it", "likes it",
                     "dislikes it"),
        # Drawn, for models left to themselves write nine men of ten.
        "gender": ("female", "male"),
    }  # fmt: skip

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows are personas"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One person. Raises ReplyError when three replies in a row are of no use."""
        own = {"relation": brief.facets["interest"]}
        return await people.written(brief, ask, "person", own)
