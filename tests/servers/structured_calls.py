"""What the tests of structured replies ask for, and the models that they ask by."""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from tests.servers.calls import ask, call, error_code
from tests.servers.chat import ChatServer

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


class Turn(BaseModel):
    speaker: Literal["user", "agent"]
    text: Annotated[str, Field(min_length=30)]
    replies: list[Turn]


class Dialogue(BaseModel):
    title: str
    mood: Mood
    turns: Annotated[list[Turn], Field(min_length=3, max_length=4)]
    score: Annotated[float, Field(ge=0.5, le=1.0)]
    age: Annotated[int, Field(ge=18, le=20)]
    done: bool
    note: str | None
    kind: Literal["only"]


def wanted(schema: dict[str, Any], strict: bool = True) -> dict[str, Any]:
    """Build the response_format for a schema."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": strict, "schema": schema},
    }


def tools(schema: dict[str, Any] = SCHEMA, **more: Any) -> dict[str, Any]:
    """Build the parameters that force the call of one of two functions."""
    named = [
        {"type": "function", "function": {"name": name, "parameters": schema, **more}}
        for name in ("other", "save")
    ]
    return {"tools": named, "tool_choice": {"type": "function", "function": {"name": "save"}}}


def error(server: ChatServer, **parameters: Any) -> dict[str, Any]:
    """Return the error of a request that must get 400."""
    answer = call(server.port, ask("json", **parameters))
    assert answer[0] == 400, answer
    error_code(answer)
    found: dict[str, Any] = json.loads(answer[2])["error"]
    return found


def choice(server: ChatServer, text: str = "json", **parameters: Any) -> dict[str, Any]:
    answer = call(server.port, ask(text, **parameters))
    assert answer[0] == 200, answer
    found: dict[str, Any] = json.loads(answer[2])["choices"][0]
    return found
