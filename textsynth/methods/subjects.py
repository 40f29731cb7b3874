"""The subjects of a topic: listed by a model in free text, then read into records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.records import Brief, Draft

TRIES = 3
LEVELS = ("introductory", "intermediate", "advanced")


class Subject(BaseModel):
    """One subject that is taught."""

    name: str = Field(min_length=2, max_length=100)
    level: Literal["introductory", "intermediate", "advanced"]
    subtopics: list[str] = Field(max_length=8)


class Listed(BaseModel):
    """All subjects of a list."""

    subjects: list[Subject] = Field(min_length=1, max_length=25)


class Subjects(Method):
    """One query about a topic: an expert lists subjects in free text, which then become records.

    After GLAN (arXiv 2402.13064): asked for the format at once, a model lists fewer and duller
    subjects. Column `subjects`: [{name, level, subtopics}]. With `count: all` each topic gets
    `queries` of them; `curriculum` merges these.
    """

    queries: int = Field(default=10, ge=1, le=100)
    """How often each topic is asked about, in a job with `count: all`."""

    number: int = Field(default=10, ge=2, le=25)
    """How many subjects a query asks for."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {"list": ("number",), "extract": ("text",)}
    roles: ClassVar[Mapping[str, str]] = {"list": "expert", "extract": "reader"}
    needs: ClassVar[tuple[str, ...]] = ("topic",)

    def visits(self) -> int:
        """As many briefs for each topic as there are queries."""
        return self.queries

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows are lists of subjects"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One list. Raises ReplyError when three replies in a row are of no use."""
        problem, raw = "the model listed no subjects", ""
        for take in range(TRIES):
            reply = await ask("list", take=take, number=self.number)
            text = raw = reply.text.strip()
            problem = unfit(text, brief.language)
            if problem:
                continue
            read = await ask("extract", form=Listed, text=text)
            found = [one for one in read.data.subjects if _named(one.name, text)]
            if found:
                subjects = [_plain(one) for one in found]
                columns: dict[str, Any] = {"topic": brief.fields["topic"]["name"]}
                answer = {"role": "assistant", "content": text}
                return Draft([answer], {**columns, "subjects": subjects})  # type: ignore[list-item]
            problem = "none of the subjects that were read stands in the list"
        raise ReplyError(problem, raw)


def unfit(text: str, language: str) -> str:
    """Why a free text is of no use, in words; empty where it is."""
    if len(text) < 20:
        return "the model wrote next to nothing"
    if lines.refuses(text):
        return "the model refused"
    if language == "ko" and not lines.korean(text):
        return "the model wrote in another language"
    return ""


def stands_in(name: str, text: str) -> bool:
    """Whether a name that was read out of a text is in it, roughly: else it was made up."""
    return name.casefold() in text.casefold() or lines.covered(name, text) > 0.5


def _named(name: str, text: str) -> bool:
    """Whether a name is that of a subject: small models give levels and paths as one."""
    bare = cleaned(name).casefold().removesuffix(" level")
    return bare not in LEVELS and ">" not in name and stands_in(name, text)


_NUMBER = re.compile(r"^[\s*#•-]*(?:\d+[.)]\s*)?|[\s*:]+$")


def cleaned(text: str) -> str:
    """A name without list marks, numbers and bold."""
    return " ".join(_NUMBER.sub("", text.replace("**", "")).split())


def _plain(one: Subject) -> dict[str, Any]:
    subtopics: Sequence[str] = [cleaned(text) for text in one.subtopics]
    return {
        "name": cleaned(one.name), "level": one.level,
        "subtopics": list(dict.fromkeys(text for text in subtopics if text)),
    }  # fmt: skip
