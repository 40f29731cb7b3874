"""Tests of what the test chat server replies, by real clients over loopback."""

from __future__ import annotations

import itertools
import json
from typing import Any

import openai
import pytest

from tests.servers.calls import CHAT, ask, call, content, error_code
from tests.servers.chat import ChatProcess, ChatServer
from tests.servers.schemas import schema_value
from tests.servers.scripts import embedding, varied_text

# Replies


def test_reply_has_the_shape_of_a_chat_completion(server: ChatServer) -> None:
    status, headers, body = call(server.port, ask("hello"))
    answer = json.loads(body)
    text = answer["choices"][0]["message"]["content"]
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert answer["object"] == "chat.completion"
    assert answer["model"] == "m"
    assert answer["choices"][0]["message"]["role"] == "assistant"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == {
        "prompt_tokens": 2,
        "completion_tokens": len(text) // 4 + 1,
        "total_tokens": 3 + len(text) // 4,
    }


def test_same_request_gets_the_same_bytes_from_another_process(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "77")
    with ChatProcess() as other:
        for text in ("one", "two", "셋"):
            here = call(server.port, ask(text))
            assert here == call(server.port, ask(text)) == call(other.port, ask(text))
    assert len(set(server.counts.values())) == 1


def test_replies_are_varied_sentences() -> None:
    def grams(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}

    for start in ("question", "질문"):
        texts = [varied_text(ask(f"{start} {i}")) for i in range(300)]
        # Some templates ask or exclaim: without them only one template would be in use.
        assert {str(t)[-1] for t in texts} == ({".", "!"} if start == "질문" else set(".?!"))
        made = [grams(str(t)) for t in texts]
        pairs = [len(a & b) / len(a | b) for a, b in itertools.combinations(made, 2)]
        assert sum(share >= 0.3 for share in pairs) / len(pairs) < 0.001
        hangul = sum(any("가" <= c <= "힣" for c in str(t)) for t in texts)
        assert hangul == (300 if start == "질문" else 0)


def test_script_decides_text_finish_reason_and_tool_calls(server: ChatServer) -> None:
    tool = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    replies: dict[str, str | dict[str, Any]] = {
        "text": "plain",
        "cut": {"content": "half", "finish_reason": "length"},
        "tool": {"content": None, "tool_calls": [tool]},
    }
    server.script = lambda request: replies[request["messages"][-1]["content"]]
    seen = {k: json.loads(call(server.port, ask(k))[2])["choices"][0] for k in replies}
    assert seen["text"]["message"]["content"] == "plain"
    assert seen["cut"]["finish_reason"] == "length"
    assert seen["tool"]["finish_reason"] == "tool_calls"
    assert seen["tool"]["message"]["tool_calls"] == [tool]
    assert seen["tool"]["message"]["content"] is None


def test_script_that_raises_gives_500_and_is_recorded(server: ChatServer) -> None:
    server.script = lambda request: str(request["absent"])
    answer = call(server.port, ask())
    assert (answer[0], error_code(answer)) == (500, "script_error")
    assert server.stats.script_errors == ["KeyError: 'absent'"]
    assert server.answered == {}


def test_named_scripts() -> None:
    for name, wanted in (("echo", "say this"), ("fixed", "This is a fixed reply.")):
        with ChatServer(script=name) as server:
            assert content(call(server.port, ask("say this"))) == wanted
    with ChatServer(script="refuse") as server:
        assert "can't help" in content(call(server.port, ask("say this")))
        assert "없습니다" in content(call(server.port, ask("말해 줘")))


def test_max_tokens_cuts_the_text(server: ChatServer) -> None:
    whole = content(call(server.port, ask("long")))
    server.script = lambda request: whole
    choice = json.loads(call(server.port, ask("long", max_tokens=3))[2])["choices"][0]
    assert choice["message"]["content"] == whole[:12]
    assert choice["finish_reason"] == "length"


def test_n_gives_different_choices(server: ChatServer) -> None:
    choices = json.loads(call(server.port, ask(n=3))[2])["choices"]
    assert [c["index"] for c in choices] == [0, 1, 2]
    assert len({c["message"]["content"] for c in choices}) == 3


def test_json_schema_is_answered_with_a_valid_value(server: ChatServer) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 9},
            "age": {"type": "integer", "minimum": 18, "maximum": 20},
            "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "ok": {"type": "boolean"},
            "mood": {"enum": ["good", "bad"]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 2},
            "skipped": {"type": "string"},
        },
        "required": ["name", "age", "share", "ok", "mood", "tags"],
        "$defs": {"tag": {"type": "object", "properties": {"id": {"type": "integer"}}}},
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    seen = set()
    for i in range(20):
        value = json.loads(content(call(server.port, ask(str(i), response_format=wanted))))
        assert set(value) == set(schema["required"])
        assert isinstance(value["name"], str)
        assert 0 < len(value["name"]) <= 9
        assert value["age"] in (18, 19, 20)
        assert 0 < value["share"] <= 1
        assert isinstance(value["ok"], bool)
        assert value["mood"] in ("good", "bad")
        assert [type(tag["id"]) for tag in value["tags"]] == [int, int]
        seen.add(json.dumps(value))
    assert len(seen) == 20


def test_recursive_schema_ends() -> None:
    node = {"properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}
    text = json.dumps(schema_value(node, b"seed", lambda schema, digest: "text"))
    assert text.count("next") < 10
    assert "null" in text


# Streaming, and the other paths


@pytest.mark.parametrize("text", ["stream me", "흘려 줘"])
def test_stream_says_what_the_whole_answer_says(client: openai.OpenAI, text: str) -> None:
    messages: Any = [{"role": "user", "content": text}]
    whole = client.chat.completions.create(model="m", messages=messages)
    stream = client.chat.completions.create(
        model="m", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    parts = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(parts) == whole.choices[0].message.content
    assert len(parts) > 3
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert [c.usage for c in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage


def test_stream_has_no_usage_unless_asked_and_ends_with_done(server: ChatServer) -> None:
    options = {"include_usage": False}
    status, headers, body = call(server.port, ask(stream=True, stream_options=options))
    events = body.decode().split("\n\n")
    assert (status, headers["content-type"]) == (200, "text/event-stream")
    assert events[-2:] == ["data: [DONE]", ""]
    assert "usage" not in body.decode()
    assert list(server.answered.values()) == [1]


def test_stream_carries_tool_calls(server: ChatServer, client: openai.OpenAI) -> None:
    tool = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    server.script = lambda request: {"tool_calls": [tool]}
    chunks = client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "x"}], stream=True
    )
    calls = [c for chunk in chunks for c in chunk.choices[0].delta.tool_calls or ()]
    assert [(c.index, c.id, c.function and c.function.name) for c in calls] == [(0, "c1", "f")]


def test_raw_completion(client: openai.OpenAI) -> None:
    one = client.completions.create(model="m", prompt="Once")
    two = client.completions.create(model="m", prompt=["Once", "Twice"])
    streamed = client.completions.create(model="m", prompt="Once", stream=True)
    assert one.object == "text_completion"
    assert len({choice.text for choice in two.choices}) == 2
    assert "".join(chunk.choices[0].text for chunk in streamed) == one.choices[0].text


def test_embeddings_place_similar_texts_close(client: openai.OpenAI) -> None:
    # Long enough for two unrelated texts to be close if trigrams were counted without sign.
    cat = "the cat sat on the mat and watched the birds outside until the rain had stopped"
    texts = [cat, cat.replace("birds", "dogs"), "quarterly budgets exclude marginal pension " * 2]
    answer = client.embeddings.create(model="m", input=texts)  # the client asks for base64
    plain = client.embeddings.create(model="m", input=texts[0], encoding_format="float")
    a, b, c = (item.embedding for item in answer.data)

    def dot(x: list[float], y: list[float]) -> float:
        return sum(p * q for p, q in zip(x, y, strict=True))

    assert plain.data[0].embedding == embedding(texts[0])
    assert a == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert len(a) == 64
    assert dot(a, a) == pytest.approx(1.0, abs=1e-5)
    assert dot(a, b) > 0.8
    assert abs(dot(a, c)) < 0.3


# Models, keys, paths and bad requests


def test_models_and_unknown_model() -> None:
    with ChatServer() as server:
        listed = json.loads(call(server.port, path="/v1/models")[2])
        assert [m["id"] for m in listed["data"]] == ["scripted-model"]
    with ChatServer(models=["a", "m"]) as server:
        listed = json.loads(call(server.port, path="/v1/models")[2])
        assert [m["id"] for m in listed["data"]] == ["a", "m"]
        assert call(server.port, ask())[0] == 200
        refused = call(server.port, ask() | {"model": "other"})
        assert (refused[0], error_code(refused)) == (404, "model_not_found")
        assert call(server.port, path="/v1/models/a")[0] == 200
        assert call(server.port, path="/v1/models/other")[0] == 404


def test_wrong_or_missing_key_gives_401() -> None:
    with ChatServer(api_key="right") as server:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"}):
            answer = call(server.port, ask(), headers=headers)
            assert (answer[0], error_code(answer)) == (401, "invalid_api_key")
            assert call(server.port, path="/v1/models", headers=headers)[0] == 401
        assert call(server.port, ask(), headers={"authorization": "bearer right"})[0] == 200
        assert list(server.counts.values()) == [4]
        assert list(server.answered.values()) == [1]
        with (
            openai.OpenAI(base_url=server.url, api_key="no", max_retries=0) as client,
            pytest.raises(openai.AuthenticationError),
        ):
            client.models.list()


def test_unknown_path_and_method_give_json_errors(server: ChatServer) -> None:
    unknown = call(server.port, path="/v2/nothing")
    wrong = call(server.port, path=CHAT)
    assert (unknown[0], error_code(unknown)) == (404, None)
    assert (wrong[0], error_code(wrong)) == (405, None)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": "x"}]},
        ask() | {"messages": []},
        ask() | {"messages": ["x"]},
        ask(n=0),
        ask(n=129),
        ask(max_tokens="5"),
        [1],
    ],
)
def test_bad_request_gives_400(server: ChatServer, body: Any) -> None:
    answer = call(server.port, body)
    assert answer[0] == 400
    error_code(answer)
    assert server.requests == 1
    assert server.answered == {}
