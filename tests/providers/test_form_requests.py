"""Requests for a form: what is sent in each mode, and where the reply is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.providers.form_server import (
    ASKED,
    FORM,
    Endpoint,
    Loose,
    Request,
    ask,
    rated,
)
from textsynth.forms import Form
from textsynth.providers._forms import MODES, body, text_of, with_words


def test_the_schema_is_sent_with_strict_only_where_strict_mode_takes_it() -> None:
    with Endpoint(*MODES) as server:
        ask(server.url, FORM, Form.of(Loose))
        sent = {
            request["response_format"]["json_schema"]["name"]: request["response_format"]
            for request in server.asked
        }
    assert sent["rating"] == {
        "type": "json_schema",
        "json_schema": {"name": "rating", "schema": FORM.schema, "strict": True},
    }
    assert "strict" not in sent["loose"]["json_schema"]


def test_one_function_is_forced_whose_parameters_are_the_schema() -> None:
    sent = body("tools", FORM)
    function = {"name": "rating", "parameters": FORM.schema, "strict": True}
    assert sent == {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "rating"}},
    }


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("", True),
        ('{"colour": "te', True),
        ("Hello! I am glad that you are here. " * 40, False),
    ],
    ids=["still-thinking", "in-the-middle", "prose"],
)
def test_an_answer_cut_by_the_tokens_of_a_probe(said: str, believed: bool) -> None:
    def script(request: Request) -> dict[str, Any]:
        return {"content": said, "finish_reason": "length"}

    with Endpoint(script=script) as server:
        ask(server.url, FORM)
        assert server.modes == (
            ["schema"] * 2 if believed else ["schema", "tools", "object", "words"]
        )


def test_the_limit_and_the_options_of_a_probe() -> None:
    with Endpoint(*MODES) as server:
        options: dict[str, Any] = {
            "max_completion_tokens": 900,
            "stop": ["\n"],
            "seed": 4,
            "top_p": 0.1,
        }
        ask(server.url, FORM, **options)
        probe, real = server.asked
    assert probe["max_completion_tokens"] == 200
    assert (probe["seed"], probe["top_p"]) == (4, 0.1)
    assert "stop" not in probe
    assert "max_tokens" not in probe
    assert real.items() >= options.items()
    assert real["messages"] == ASKED


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "스키마"), ("en", "Answer"), ("de", "Answer")]
)
def test_the_words_are_put_to_the_users_last_message(language: str, words: str) -> None:
    with Endpoint("words") as server:
        rated(*ask(server.url, FORM, language=language))
        *before, last = server.asked[-1]["messages"]
    assert before == ASKED[:-1]
    question, told = last["content"].split("\n\n", 1)
    assert question == "In figures, please."
    assert words in told.splitlines()[0]
    assert json.dumps(FORM.schema) in last["content"]
    assert '{"town": "...", "score": 1}' in last["content"]
    assert ASKED[-1]["content"] == "In figures, please."


def test_words_after_an_assistants_turn_make_a_message_of_their_own() -> None:
    made = with_words([{"role": "system", "content": "Hi"}], FORM, "en")
    assert [message["role"] for message in made] == ["system", "user"]
    earlier = with_words(ASKED[:3], FORM, "en")
    assert earlier[2] == ASKED[2]
    assert "schema" in earlier[1]["content"]


CALL = {"function": {"name": "rating", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": None, "tool_calls": [CALL]}, '{"a": 1}'),
        ({"content": "Done.", "tool_calls": [CALL, {"function": {"arguments": "2"}}]}, '{"a": 1}'),
        ({"tool_calls": [{"function": {"arguments": {"a": 1}}}]}, '{"a": 1}'),
        ({"tool_calls": [{"function": {"arguments": ""}}], "content": '{"a": 1}'}, '{"a": 1}'),
        ({"tool_calls": None, "content": ' {"a": 1}\n'}, '{"a": 1}'),
        ({"function_call": {"arguments": '{"a": 1}'}}, '{"a": 1}'),
        ({"content": "", "reasoning_content": 'Well, {"a": 1}'}, 'Well, {"a": 1}'),
        ({"content": "no", "reasoning_content": '{"a": 1}'}, "no"),
        ({"content": None, "reasoning": "Well."}, ""),
        ({"content": None, "refusal": "I cannot."}, "I cannot."),
        ({"content": [{"type": "thinking"}, {"type": "text", "text": '{"a": 1}'}]}, '{"a": 1}'),
        ({"content": {"a": 1}}, '{"a": 1}'),
        ({}, ""),
    ],
    ids=[
        "call", "two-calls", "parsed", "no-arguments", "content", "old", "reasoning",
        "content-first", "thoughts", "refusal", "parts", "parsed-content", "nothing",
    ],
)  # fmt: skip
def test_the_text_is_found_wherever_a_server_puts_it(message: dict[str, Any], text: str) -> None:
    assert text_of(message, "tools") == text


def test_a_call_that_was_not_asked_for_is_no_text() -> None:
    assert text_of({"content": "Hi", "tool_calls": [CALL]}, "schema") == "Hi"
