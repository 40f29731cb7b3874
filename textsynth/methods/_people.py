"""The form of a persona that a model writes, and the tests that one has to pass."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import _lines as lines
from textsynth.records import Brief, Draft, Message

TRIES = 3
_ASKED = ("age_band", "gender")
"""What a job may settle by facets; the form has it all the same."""


class Person(BaseModel):
    """One invented person. Flat and short, and what is told first leads to the rest."""

    occupation: str = Field(min_length=2, max_length=100)
    age_band: Literal["18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"]
    description: str = Field(min_length=30, max_length=700)
    expertise: str = Field(min_length=2, max_length=300)
    background: str = Field(min_length=2, max_length=400)
    tone: str = Field(min_length=2, max_length=120)
    language_style: str = Field(min_length=2, max_length=300)


_EXAMPLE = ("goat's cheese", "염소 치즈")
"""Whom the prompts show; a small model repeats that one now and then."""

_SCAFFOLD = re.compile(
    r"\b(?:this|the|that) (?:given |above )?(?:text|passage|document|persona|character)\b"
    r"|\b(?:texts?|things|documents) like (?:this|these)\b|\bthis text\b"
    r"|\bfictional\b|\bin the form\b|\.\.\.|…|\[[a-z ]+\]|이 글|위 글|본문|가상의",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"^\W*(?:someone|anyone|a person|people|individuals?|somebody) (?:who|that)\b"
    r"|^\W*(?:an?|the) [\w' -]{2,60}? (?:is|are) (?:responsible|a professional|an individual)\b"
    r"|^\W*사람(?:입니다|이다)",
    re.IGNORECASE,
)


async def written(
    brief: Brief, ask: Ask, step: str, columns: dict[str, Any], **fields: Any
) -> Draft:
    """One person asked for in one form; a useless one is asked for again.

    Raises ReplyError when TRIES replies are of no use.
    """
    problem, raw = "the model wrote no person", ""
    for take in range(TRIES):
        reply = await ask(step, take=take, form=Person, **fields)
        person: Person = reply.data
        problem, raw = fault(person, brief.language), reply.text
        if not problem:
            made = {name: value.strip() for name, value in person.model_dump().items()}
            asked = {name: brief.facets[name] for name in _ASKED if name in brief.facets}
            text: Message = {"role": "assistant", "content": made["description"]}
            return Draft([text], {**columns, **made, **asked})
    raise ReplyError(problem, raw)


def fault(person: Person, language: str = "en") -> str:
    """What makes a person useless, in words; empty when nothing does."""
    text = " ".join(person.description.split())
    if lines.refuses(text) or lines.of_a_machine(text):
        return "the model refused, or spoke of itself"
    if _SCAFFOLD.search(text):
        return "the description speaks of the text or of the task"
    if lines.first_person(text, language):
        return "the description is told by the person"
    if any(one in text for one in _EXAMPLE):
        return "the description is that of the example"
    if _HEDGE.search(text):
        return "the description is of anybody, not of one person"
    if text.casefold().strip(". ") == person.occupation.casefold().strip(". "):
        return "the description says no more than the occupation"
    return ""
