"""Tests of forced calls, JSON objects and the modes of structured replies, by real clients."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from tests.servers.batch_calls import create, jsonl, line, read, wait
from tests.servers.calls import ask, call, content
from tests.servers.chat import ChatProcess, ChatServer
from tests.servers.structured_calls import SCHEMA, Dialogue, choice, error, tools, wanted

MESSAGES: Any = [{"role": "user", "content": "Give me JSON."}]


def test_client_parses_the_call_of_a_forced_function() -> None:
    tool = openai.pydantic_function_tool(Dialogue, name="save")
    with (
        ChatServer(structured="tools") as server,
        openai.OpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        parsed = client.chat.completions.parse(
            model="m",
            messages=MESSAGES,
            tools=[tool],
            tool_choice={"type": "function", "function": {"name": "save"}},
        )
    made = parsed.choices[0]
    assert (made.finish_reason, made.message.content) == ("stop", None)
    assert made.message.tool_calls is not None
    (called,) = made.message.tool_calls
    assert isinstance(called.function.parsed_arguments, Dialogue)


def test_required_call_takes_the_first_function_and_a_free_one_none() -> None:
    with ChatServer(structured="tools", script="echo") as server:
        required = choice(server, **(tools() | {"tool_choice": "required"}))
        assert required["finish_reason"] == "tool_calls"
        assert required["message"]["tool_calls"][0]["function"]["name"] == "other"
        for free in ("auto", "none"):
            message = choice(server, **(tools() | {"tool_choice": free}))["message"]
            assert (message["content"], "tool_calls" in message) == ("json", False)


def test_streamed_call_says_what_the_whole_one_says() -> None:
    with ChatServer(structured="tools") as server:
        whole = choice(server, **tools())["message"]["tool_calls"]
        body = call(server.port, ask("json", stream=True, **tools()))[2]
        events = [json.loads(event[6:]) for event in body.decode().split("\n\n")[:-2]]
        deltas = [event["choices"][0]["delta"] for event in events]
        assert [each for delta in deltas for each in delta.get("tool_calls", [])] == [
            {"index": 0, **whole[0]}
        ]


def test_object_is_any_object_and_must_be_asked_for_by_name() -> None:
    free = {"type": "json_object"}
    with ChatServer(structured="object") as server:
        made = json.loads(
            choice(server, "A JSON object!", response_format=free)["message"]["content"]
        )
        assert isinstance(made["reply"], str)
        answer = call(server.port, ask("no such word", response_format=free))
        assert (answer[0], json.loads(answer[2])["error"]["param"]) == (400, "messages")
        server.script = lambda request: '{"mine": 1}'
        assert content(call(server.port, ask("json", response_format=free))) == '{"mine": 1}'


# Modes


@pytest.mark.parametrize(
    ("mode", "taken"),
    [
        ("ignore", {"text", "json_object", "json_schema", "tools"}),
        ("schema", {"text", "json_object", "json_schema", "tools"}),
        ("tools", {"text", "tools"}),
        ("object", {"text", "json_object"}),
        ("refuse", set()),
    ],
)
def test_what_each_mode_takes(mode: str, taken: set[str]) -> None:
    asked: dict[str, dict[str, Any]] = {
        "text": {"response_format": {"type": "text"}},
        "json_object": {"response_format": {"type": "json_object"}},
        "json_schema": {"response_format": wanted(SCHEMA)},
        "tools": tools(),
    }
    with ChatServer(structured=mode) as server:
        for name, parameters in asked.items():
            if name in taken:
                choice(server, **parameters)
            else:
                found = error(server, **parameters)
                assert found["code"] == "unsupported_parameter"
                assert found["param"] == ("tools" if name == "tools" else "response_format")


def test_ignore_leaves_all_of_it_to_the_script() -> None:
    with ChatServer(script="echo") as server:
        assert server.structured == "ignore"
        for parameters in ({"response_format": wanted({"type": "array"})}, tools(), {"tools": 5}):
            assert choice(server, "as said", **parameters)["message"]["content"] == "as said"


def test_mode_can_be_changed_while_running() -> None:
    with ChatProcess(["--structured", "refuse"]) as server:
        body = ask(response_format=wanted(SCHEMA))
        assert call(server.port, body)[0] == 400
        assert server.control(structured="schema")["structured"] == "schema"
        assert json.loads(content(call(server.port, body)))["a"]
        with pytest.raises(ValueError, match="structured must be one of"):
            server.control(structured="wild", latency=5, headers={"x-more": "yes"})
        assert (server.control()["latency"], server.control()["headers"]) == (0, {})
    with ChatServer() as local:
        with pytest.raises(ValueError, match="structured must be one of"):
            local.structured = "wild"
        local.structured = "refuse"
        assert call(local.port, body)[0] == 400


def test_lines_of_batches_are_structured_alike(client: openai.OpenAI, server: ChatServer) -> None:
    server.structured = "schema"
    bodies = {
        "good": ask("json", response_format=wanted(SCHEMA)),
        "wrong": ask("json", response_format=wanted(SCHEMA | {"required": []})),
    }
    batch = wait(client, create(client, jsonl(line(k, body=b) for k, b in bodies.items())))
    (good,), (wrong,) = read(client, batch.output_file_id), read(client, batch.error_file_id)
    assert good["response"]["body"] == json.loads(call(server.port, bodies["good"])[2])
    assert wrong["response"]["status_code"] == 400
    assert wrong["response"]["body"]["error"]["param"] == "response_format"
