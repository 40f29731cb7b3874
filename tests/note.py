"""A small method for tests: one question about a topic, and a text about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textsynth.asking import Ask
from textsynth.methods import Method
from textsynth.records import Brief, Draft


class Note(Method):
    """Says something of a topic."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {"say": ("number",)}
    needs: ClassVar[tuple[str, ...]] = ("topic",)

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One request; its number differs from brief to brief."""
        reply = await ask("say", number=brief.number("note", 0, 10**9))
        topic = brief.fields["topic"]["name"]
        return Draft(
            [
                {"role": "user", "content": f"What do people ask about {topic} at the counter?"},
                {"role": "assistant", "content": reply.text},
            ]
        )
