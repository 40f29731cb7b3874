"""The syllabus of a subject: sessions in free text, then read into names and key concepts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods.subjects import cleaned, stands_in, unfit
from textsynth.records import Brief, Draft, Message

TRIES = 3

_COUNT = re.compile(
    r"^(?:class )?(?:session|class|lecture|lesson|week|module|unit|part)s? \d+\s*[:.–—-]*\s*"
    r"|^제? ?\d+ ?(?:차시|강|회차|주차|단원)\s*[:.–—-]*\s*",
    re.IGNORECASE,
)
"""What numbers a session; its place does already, and a question should not speak of it."""


class Session(BaseModel):
    """One class session."""

    name: str = Field(min_length=2, max_length=120)
    concepts: list[str] = Field(min_length=1, max_length=10)


class Outline(BaseModel):
    """All sessions of a syllabus, in order."""

    sessions: list[Session] = Field(min_length=1, max_length=40)


class Syllabus(Method):
    """One syllabus: a model outlines the sessions of a subject, a second prompt reads them out.

    After GLAN (arXiv 2402.13064), where a subject has 10 to 30 sessions of about five key concepts.
    Column `sessions`: [{name, concepts}].
    """

    sessions: int = Field(default=12, ge=2, le=30)
    """How many class sessions."""

    concepts: int = Field(default=5, ge=2, le=10)
    """Key concepts of each session."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "outline": ("sessions", "concepts"), "extract": ("text",),
    }  # fmt: skip
    roles: ClassVar[Mapping[str, str]] = {"outline": "expert", "extract": "reader"}
    needs: ClassVar[tuple[str, ...]] = ("subject",)

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows are outlines"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One syllabus. Raises ReplyError when three outlines in a row are of no use."""
        problem, raw = "the model outlined nothing", ""
        for take in range(TRIES):
            reply = await ask("outline", take=take, sessions=self.sessions, concepts=self.concepts)
            text = raw = reply.text.strip()
            problem = unfit(text, brief.language)
            if problem:
                continue
            read = await ask("extract", form=Outline, text=text)
            found = [session for one in read.data.sessions if (session := _session(one, text))]
            problem = f"{len(found)} sessions could be read, and {self.sessions} were asked for"
            if 2 * len(found) >= self.sessions:
                message: Message = {"role": "assistant", "content": text}
                subject = brief.fields["subject"]
                return Draft([message], {"subject": subject["name"], "sessions": found})
        raise ReplyError(problem, raw)


def _session(one: Session, text: str) -> dict[str, Any] | None:
    """A session with those of its concepts that stand in the outline; None if none does."""
    concepts = (cleaned(concept) for concept in one.concepts if stands_in(concept, text))
    different: dict[str, str] = {}
    for concept in concepts:
        if concept:
            different.setdefault(concept.casefold(), concept)
    name = cleaned(_COUNT.sub("", cleaned(one.name)))
    return {"name": name, "concepts": list(different.values())} if different and name else None
