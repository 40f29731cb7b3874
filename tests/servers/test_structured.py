"""Tests of replies to a schema, by the openai client over loopback."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from tests.servers.calls import ask, call, content
from tests.servers.chat import ChatServer
from tests.servers.structured_calls import SCHEMA, Dialogue, choice, error, tools, wanted


@pytest.mark.parametrize("script", ["varied", "asking", "fixed"])
def test_client_parses_a_reply_to_its_schema(script: str) -> None:
    with (
        ChatServer(structured="schema", script=script) as server,
        openai.OpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        seen = set()
        for i in range(20):
            message: Any = {"role": "user", "content": f"dialogue {i}"}
            parsed = client.chat.completions.parse(
                model="m", messages=[message], response_format=Dialogue
            )
            made = parsed.choices[0].message.parsed
            assert made is not None
            assert 3 <= len(made.turns) <= 4
            assert len(made.turns[0].text) >= 30
            assert made.title.replace(" ", "").isalpha()
            assert parsed.choices[0].finish_reason == "stop"
            seen.add(made.model_dump_json())
        assert len(seen) == 20


def test_same_request_gets_the_same_value_streamed_or_whole() -> None:
    with ChatServer(structured="schema") as server:
        whole = choice(server, response_format=wanted(SCHEMA))["message"]["content"]
        assert choice(server, response_format=wanted(SCHEMA))["message"]["content"] == whole
        body = call(server.port, ask("json", response_format=wanted(SCHEMA), stream=True))[2]
        events = [json.loads(event[6:]) for event in body.decode().split("\n\n")[:-2]]
        parts = [event["choices"][0]["delta"].get("content", "") for event in events]
        assert "".join(parts) == whole
        other = choice(server, "other", response_format=wanted(SCHEMA))["message"]["content"]
        assert other != whole


def test_script_can_give_wrong_json_or_a_whole_message() -> None:
    with ChatServer(structured="schema", script="echo") as server:
        for text in ('{"a": 5}', "[1", '{"b"'):
            server.script = lambda request, text=text: text  # type: ignore[misc]
            answer = call(server.port, ask(response_format=wanted(SCHEMA)))
            assert content(answer) == text
            called = choice(server, **tools())["message"]["tool_calls"][0]
            assert called["function"]["arguments"] == text
        server.script = lambda request: {"content": "I can't.", "finish_reason": "stop"}
        assert content(call(server.port, ask(response_format=wanted(SCHEMA)))) == "I can't."
        assert choice(server, **tools())["message"]["content"] == "I can't."
        server.script = lambda request: json.dumps(sorted(request))
        assert "response_format" in content(call(server.port, ask(response_format=wanted(SCHEMA))))


def test_requests_without_a_format_get_the_script() -> None:
    for mode in ("ignore", "schema", "tools", "object", "refuse"):
        with ChatServer(structured=mode, script="echo") as server:
            assert content(call(server.port, ask("plain"))) == "plain"


def broken(**changes: Any) -> dict[str, Any]:
    return {**SCHEMA, **changes}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({k: v for k, v in SCHEMA.items() if k != "additionalProperties"}, "to be false"),
        (broken(additionalProperties=True), "to be false"),
        (broken(required=[]), "Missing 'a'"),
        ({k: v for k, v in SCHEMA.items() if k != "required"}, "Missing 'a'"),
        (broken(required=["a", "z"]), "Extra required key 'z'"),
        (broken(properties={"a": {"type": "object", "properties": {}}}), "'properties', 'a'"),
        (broken(properties={"a": {"type": "array", "items": {"type": "object"}}}), "'items'"),
        (broken(properties={"a": {"type": "array"}}), "missing items"),
        (broken(properties={"a": {"anyOf": [{"type": "object"}]}}), "'anyOf', '0'"),
        (broken(properties={"a": {"oneOf": [{"type": "string"}]}}), "'oneOf' is not permitted"),
        (broken(properties={"a": {"title": "A"}}), "must have a 'type' key"),
        (broken(properties={"a": {"$ref": "#/$defs/none"}}), "reference"),
        (broken(properties={"a": {"$ref": "#", "title": "A"}}), "cannot have keywords ['title']"),
        (broken(properties=["a"]), "no JSON Schema"),
        ({"type": "array", "items": SCHEMA}, "got 'array'"),
    ],
)
def test_schema_that_breaks_a_strict_rule_gets_400(schema: dict[str, Any], says: str) -> None:
    with ChatServer(structured="schema") as server:
        found = error(server, response_format=wanted(schema))
        assert found["message"].startswith("Invalid schema for response_format 'reply': ")
        assert says in found["message"]
        assert (found["type"], found["param"], found["code"]) == (
            "invalid_request_error",
            "response_format",
            None,
        )
        found = error(server, **tools(schema, strict=True))
        assert says in found["message"]
        assert (found["param"], found["code"]) == (
            "tools[0].function.parameters",
            "invalid_function_parameters",
        )
        assert server.answered == {}


def test_rules_hold_for_strict_schemas_only() -> None:
    loose = {"type": "object", "properties": {"a": {"type": "integer"}}}
    with ChatServer(structured="schema") as server:
        made = choice(server, response_format=wanted(loose, strict=False))["message"]["content"]
        assert isinstance(json.loads(made)["a"], int)
        called = choice(server, **tools(loose))["message"]["tool_calls"][0]["function"]
        assert isinstance(json.loads(called["arguments"])["a"], int)


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({"response_format": "json"}, "response_format.type"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.name"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}},
            "response_format.json_schema.name",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
            "response_format.json_schema.schema",
        ),
        ({"tools": []}, "tools"),
        ({"tools": [{"type": "function"}]}, "tools[0].function.name"),
        ({"tool_choice": "required"}, "tool_choice"),
        (
            tools() | {"tool_choice": {"type": "function", "function": {"name": "none"}}},
            "tool_choice",
        ),
    ],
)
def test_format_that_is_no_format_gets_400(parameters: dict[str, Any], param: str) -> None:
    with ChatServer(structured="schema") as server:
        assert error(server, **parameters)["param"] == param
