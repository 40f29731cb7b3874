"""A person who stands in a close relation to another one: a colleague, a customer, a rival."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textsynth.asking import Ask
from textsynth.methods import Method
from textsynth.methods import _people as people
from textsynth.records import Brief, Draft


class PersonaGrow(Method):
    """Persona to persona: one new person per brief, in the `relation` that the brief names.

    After Persona Hub (arXiv 2406.20094), which goes on for six rounds, each from the last one's
    new persons: `textsynth personas grow` does.
    """

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {"person": ()}
    roles: ClassVar[Mapping[str, str]] = {"person": "author"}
    needs: ClassVar[tuple[str, ...]] = ("persona",)
    may_use: ClassVar[tuple[str, ...]] = ("age_band",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "relation": ("colleague", "customer", "family", "supplier", "teacher", "neighbour",
                     "rival", "dependent"),
        # Drawn, for models left to themselves write nine men of ten.
        "gender": ("female", "male"),
    }  # fmt: skip

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows are personas"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One person. Raises ReplyError when three replies in a row are of no use."""
        own = {"relation": brief.facets["relation"]}
        return await people.written(brief, ask, "person", own)
