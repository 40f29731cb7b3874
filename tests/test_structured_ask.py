"""Structured replies through the door: asked for, read, asked for once more, given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.servers.chat import ChatServer
from tests.test_llm import Door, asks, brief
from textsynth.errors import ReplyError
from textsynth.llm import Llm


class Score(BaseModel):
    """How good it is."""

    score: int
    reason: str


GOOD = '{"score": 3, "reason": "clear"}'


@pytest.mark.parametrize("structured", ["schema", "tools", "object", "ignore", "refuse"])
def test_a_form_comes_back_as_its_value_at_every_kind_of_endpoint(
    structured: str, tmp_path: Path
) -> None:
    async def work(llm: Llm) -> Any:
        return (await asks(llm)("plain", form=Score)).data

    def script(request: dict[str, Any]) -> str:
        # The probe asks for another form, which an endpoint that ignores forms does not give.
        said = json.dumps(request)
        probe = "score" not in said
        return "Hello." if probe and structured in ("ignore", "refuse") else GOOD

    with ChatServer(script=script, structured=structured) as server:
        door = Door(tmp_path, server.url)
        found = door.run(work)
        asked = server.requests
        assert found == Score(score=3, reason="clear")
        assert door.run(work) == found
        assert server.requests == asked


def test_what_does_not_fit_is_asked_for_once_more_with_what_is_wrong(tmp_path: Path) -> None:
    seen: list[list[dict[str, str]]] = []

    def script(request: dict[str, Any]) -> str:
        seen.append(request["messages"])
        again = any(message["role"] == "assistant" for message in request["messages"])
        return GOOD if again else '{"score": "many", "reason": "clear"}'

    async def work(llm: Llm) -> Any:
        ask, used = llm.ask_for(brief())
        reply = await ask("plain", form=Score)
        return reply.data, len(used)

    with ChatServer(script=script) as server:
        data, replies = Door(tmp_path, server.url).run(work)
    assert (data, replies) == (Score(score=3, reason="clear"), 2)
    assert "score" in seen[-1][-1]["content"]


def test_after_the_second_try_the_row_fails_with_the_text(tmp_path: Path) -> None:
    async def work(llm: Llm) -> Any:
        return await asks(llm)("plain", form=Score)

    with (
        ChatServer(script=lambda request: "I would rather not.") as server,
        pytest.raises(ReplyError, match="not what was asked for") as caught,
    ):
        Door(tmp_path, server.url).run(work)
    assert caught.value.raw == "I would rather not."
