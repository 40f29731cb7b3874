"""A topic divided into its sub-topics: one brief is one node of a tree, asked for in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.records import Brief, Draft, Message, Reply
from textsynth.taxonomy.choosing import misplaced, unfit
from textsynth.taxonomy.listing import entries
from textsynth.taxonomy.tree import BETWEEN

_FIELDS = ("within", "about", "listed", "known", "number")

ANGLES = ("contents", "parts", "questions")
"""The ways to ask, in the order in which the visits of a node take them."""

TRIES = 3

SPARE = 3
"""Names that a list is asked for beyond `branching`: the first that come to a model's mind are what
every subject has (management, marketing), and what is special to this one comes after them."""


class TaxonomyGrow(Method):
    """Lists the sub-topics of a node, in free text, asked for in several ways.

    After GLAN (arXiv 2402.13064), which asks several prompts for a taxonomy and merges what they
    say: `textsynth taxonomy grow` does so level by level.
    """

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = dict.fromkeys(ANGLES, _FIELDS)
    roles: ClassVar[Mapping[str, str]] = {
        "contents": "teacher", "parts": "organiser", "questions": "enquirer",
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("topic",)

    branching: int = Field(default=8, ge=2, le=40)
    """How many sub-topics are asked for."""

    variants: int = Field(default=3, ge=1, le=12)
    """How often each node is asked about: as a textbook's contents, as the parts that work falls
    into, by what people ask, then again."""

    def visits(self) -> int:
        """Briefs of each node."""
        return self.variants

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows are lists of topics"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One list. Raises ReplyError when three replies in a row name fewer than two topics."""
        topic = brief.fields["topic"]
        lap, place = divmod(brief.visit, len(ANGLES))
        step = ANGLES[place]
        path = [str(name) for name in topic.get("path") or [topic["name"]]]
        beside, known = _listed(topic, "beside"), _listed(topic, "known")
        fields: dict[str, Any] = {
            "within": BETWEEN.join(path[:-1]), "about": str(topic.get("about") or ""),
            "listed": _listed(topic, "listed"), "known": known, "number": self.branching + SPARE,
        }  # fmt: skip
        raw, enough = "", 1 if known else 2
        for take in range(TRIES):
            # A further lap asks the same once more: its takes must be its own.
            reply = await ask(step, take=lap * TRIES + take, **fields)
            raw, named = reply.text, _named(reply)
            good = [
                name
                for name, _ in named
                if not unfit(name, brief.language) and not misplaced(name, path, (*beside, *known))
            ]
            if len(good) >= enough and not lines.refuses(raw[:200]):
                return _draft(brief, step, BETWEEN.join(path), named)
        raise ReplyError(f"the model named no sub-topics of '{path[-1]}'", raw)


def _named(reply: Reply) -> list[tuple[str, str]]:
    found = entries(reply.text)
    # A reply that was cut off ends amid a topic.
    return found[:-1] if reply.finish == "length" and len(found) > 2 else found


def _listed(topic: Mapping[str, Any], name: str) -> list[str]:
    value = topic.get(name)
    return [str(one) for one in value] if isinstance(value, list) else []


def _draft(brief: Brief, step: str, path: str, named: Sequence[tuple[str, str]]) -> Draft:
    text = "\n".join(f"{name}: {about}" if about else name for name, about in named)
    messages: list[Message] = [
        {"role": "user", "content": path}, {"role": "assistant", "content": text},
    ]  # fmt: skip
    columns = {
        "path": path, "angle": step, "visit": brief.visit,
        "names": [name for name, _ in named], "abouts": [about for _, about in named],
    }  # fmt: skip
    return Draft(messages, columns)
