"""Which texts of a sample are compared: all of it, a turn, a side, a column, or several."""

from __future__ import annotations

from collections.abc import Mapping

from textsynth.quality._text import CONVERSATION, picked, turns
from textsynth.records import Sample

QUESTION, ANSWER = "question", "answer"
_SIDES: Mapping[str, str] = {QUESTION: "user", ANSWER: "assistant"}

On = str | tuple[str, ...]
"""One field, or several of which any may decide."""


def fields_of(on: On) -> tuple[str, ...]:
    """The fields that are compared, each once."""
    return (on,) if isinstance(on, str) else tuple(dict.fromkeys(on))


def text_of(sample: Sample, field: str, part: str) -> str:
    """The text of one field; "" where the sample has it empty.

    A column of that name comes first. Else `question` is what the user says last, and `answer` all
    that the assistant says. Raises JobError for a column that is not there.
    """
    side = _SIDES.get(field)
    if side is None or field in sample.columns or not sample.messages:
        return picked(sample, field, part)
    said = [text for role, text in turns(sample) if role == side]
    return "\n".join(said) if field == ANSWER else (said[-1] if said else "")


def has_field(sample: Sample, field: str) -> bool:
    """Whether `text_of` can tell the field's text."""
    return field in (CONVERSATION, "first_turn") or field in sample.columns or (
        field in _SIDES and bool(sample.messages)
    )  # fmt: skip


def slug(field: str) -> str:
    """A field as a part of a file's name: what is no plain letter or digit becomes its code."""
    plain = [c.isascii() and (c.isalnum() or c in "_-") for c in field]
    return "".join(c if ok else f"%{ord(c):x}" for c, ok in zip(field, plain, strict=True))
