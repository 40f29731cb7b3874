"""What the tests of forms ask for: models, a plain schema, and what is said of a bad reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from textsynth.forms import LONGEST, Form, FormError


class Answer(BaseModel):
    """One answer and how good it is."""

    text: str
    score: int = Field(ge=1, le=5)


class Sheet(BaseModel):
    answers: list[Answer] = Field(min_length=1)
    mood: Literal["glad", "sad"]


class Note(BaseModel):
    text: str
    tags: list[str] = []


class Node(BaseModel):
    name: str
    under: list[Node] = Field(max_length=3)


class Mood(Enum):
    GLAD = "glad"
    SAD = "sad"


class Dated(BaseModel):
    model_config = ConfigDict(strict=True)
    day: date
    pair: tuple[int, int]
    mood: Mood


class Measure(BaseModel):
    value: float


@dataclass
class Place:
    name: str
    height: float


SCHEMA: dict[str, Any] = {
    "title": "Town list",
    "type": "object",
    "properties": {
        "towns": {"type": "array", "maxItems": 2, "items": {"$ref": "#/definitions/town"}},
        "note": {"type": ["string", "null"]},
    },
    "required": ["towns"],
    "definitions": {
        "town": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 2, "pattern": "^[A-Z]"},
                "people": {"type": "integer", "minimum": 1},
            },
        }
    },
}


def fault(kind: Any, text: str, finish: str = "stop") -> str:
    """What is said of a reply that does not fit."""
    with pytest.raises(FormError) as caught:
        Form.of(kind).read(text, finish)
    assert len(str(caught.value)) <= LONGEST
    return str(caught.value)
