"""Structured output at chat endpoints: the mode that is found, kept, and left when refused."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.providers.form_server import (
    ASKED,
    FORM,
    Endpoint,
    Request,
    ask,
    described,
    mode_of,
    rated,
    unknown,
    value,
)
from tests.servers.chat import ChatServer, Faults
from textsynth.engine.catalogue import MODELS, SMALLEST
from textsynth.engine.fetch import fetch
from textsynth.errors import ProviderError, RequestError, TransientError
from textsynth.forms import Form
from textsynth.providers import Call, Forgetful, Link
from textsynth.providers._forms import MODES
from textsynth.providers.local import Local
from textsynth.providers.openai import Openai
from textsynth.records import Reply


@pytest.mark.parametrize(
    ("honours", "refused", "probed", "found"),
    [
        (MODES, (), ["schema"], "schema"),
        (MODES, ("schema",), ["schema", "tools"], "tools"),
        (("tools", "object", "words"), (), ["schema", "tools"], "tools"),
        (MODES, ("schema", "tools"), ["schema", "tools", "object"], "object"),
        (("object", "words"), (), ["schema", "tools", "object"], "object"),
        (MODES, ("schema", "tools", "object"), ["schema", "tools", "object"], "words"),
        (("words",), (), ["schema", "tools", "object"], "words"),
    ],
    ids=[
        "takes-all", "refuses-schema", "ignores-schema", "refuses-tools", "ignores-tools",
        "refuses-all", "ignores-all",
    ],
)  # fmt: skip
def test_the_best_mode_of_an_endpoint_is_found_once_and_kept(
    honours: tuple[str, ...], refused: tuple[str, ...], probed: list[str], found: str
) -> None:
    said: list[str] = []
    paid: list[Reply] = []
    link = Link(notes=Forgetful(), say=said.append, paid=paid.append)
    with Endpoint(*honours, refuse=unknown(*refused)) as server:
        replies = ask(server.url, FORM, FORM, link=link)
        assert server.modes == [*probed, found, found]
        assert server.asked[0]["max_tokens"] == 200
        assert [rated(reply).score for reply in replies] == [rated(replies[0]).score] * 2
        assert [reply.finish for reply in replies] == ["stop", "stop"]
        (line,) = said
        assert f"127.0.0.1:{server.port} gives structured replies" in line
        assert f"find out: {len(probed)})" in line
        assert len(paid) == len(probed) - len(refused)
        assert all(reply.tokens_in and reply.tokens_out for reply in paid)
        server.asked.clear()
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == [found]
        assert len(said) == 1
        assert link.notes.noted("") == {
            f"form:127.0.0.1:{server.port}:m": {"mode": found, "strict": True}
        }


@pytest.mark.parametrize(
    ("structured", "found", "asked"),
    [
        ("schema", "schema", 1),
        ("tools", "tools", 2),
        ("object", "object", 3),
        ("refuse", "words", 3),
        ("ignore", "object", 3),
    ],
)
def test_each_kind_of_server_gives_a_reply_of_the_form(
    structured: str, found: str, asked: int
) -> None:
    def script(request: Request) -> str:
        schema = described(request)
        return value(schema) if schema else "Hello!"

    link = Link(notes=Forgetful())
    with ChatServer(structured=structured, script=script) as server:
        rated(*ask(server.url, FORM, link=link))
        assert server.requests == asked + 1
        (noted,) = link.notes.noted("form:").values()
        assert noted["mode"] == found
        rated(*ask(server.url, FORM, link=link))
        assert server.requests == asked + 2


@pytest.fixture
def small_model(session_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small model within reach."""
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(session_cache))
    fetch(MODELS[SMALLEST])


def test_the_embedded_model_keeps_to_a_schema(small_model: None) -> None:
    mood = Form.of(Literal["calm", "angry"])
    said: list[str] = []

    async def main() -> list[Reply]:
        local = Local(model=SMALLEST, slots=2, context=512)
        async with local.connect(Link(say=said.append)) as session:
            call = Call(ASKED, {"max_tokens": 60, "seed": 1}, form=mood)
            return await asyncio.gather(*[session.ask(call), session.ask(call)])

    replies = asyncio.run(main())
    assert all(mood.read(reply.text, reply.finish) in ("calm", "angry") for reply in replies)
    assert [line.partition(" gives ")[2] for line in said] == [
        "structured replies by JSON schema (small requests made to find out: 1)"
    ]


def test_a_request_without_a_form_is_sent_as_ever() -> None:
    with Endpoint(*MODES) as server:

        async def main() -> Reply:
            async with Openai(model="m", base_url=server.url).connect(Link()) as session:
                return await session.ask(Call(ASKED, {"top_p": 0.5}))

        assert asyncio.run(main()).text == "Hello! How can I help?"
        assert server.asked == [{"model": "m", "messages": ASKED, "top_p": 0.5}]


@pytest.mark.parametrize("mode", ["schema", "tools"])
def test_an_endpoint_that_refuses_strict_gets_it_no_more(mode: str) -> None:
    def refuse(request: Request) -> str:
        if mode_of(request) != mode:
            return unknown(mode_of(request))(request)
        return "unknown field: strict" if '"strict"' in json.dumps(request) else ""

    link = Link(notes=Forgetful())
    with Endpoint(*MODES, refuse=refuse) as server:
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == [*["schema"] * (mode == "tools"), mode, mode, mode]
        server.asked.clear()
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == [mode]
        assert "strict" not in json.dumps(server.asked)
        (noted,) = link.notes.noted("form:").values()
        assert noted == {"mode": mode, "strict": False}


def test_a_schema_that_strict_mode_refuses_is_sent_without_and_others_with_it() -> None:
    def refuse(request: Request) -> str:
        told = request.get("response_format", {}).get("json_schema", {})
        if told.get("strict") and told["name"] == "rating":
            return "Invalid schema for response_format 'rating': 'maximum' is not permitted."
        return ""

    other = Form.of({"type": "object", "properties": {"a": {"type": "string"}}})
    link = Link(notes=Forgetful())
    with Endpoint(*MODES, refuse=refuse) as server:
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == ["schema"] * 3
        server.asked.clear()
        replies = ask(server.url, FORM, other, link=link)
        rated(replies[0])
        strict = ["strict" in json.dumps(request) for request in server.asked]
        assert sorted(strict) == [False, True]


@pytest.mark.parametrize("status", [400, 422, 500, 501])
def test_a_remembered_mode_that_is_refused_is_left_and_that_is_noted(status: int) -> None:
    link = Link(notes=Forgetful())
    with Endpoint(*MODES) as server:
        rated(*ask(server.url, FORM, link=link))
        server.refuse = unknown("schema", "tools")
        server.status = status
        server.asked.clear()
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == ["schema", "tools", "object"]
        server.asked.clear()
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == ["object"]


def test_a_refusal_that_has_nothing_to_do_with_the_form_fails_the_row() -> None:
    with Endpoint(*MODES) as server:
        link = Link(notes=Forgetful())
        rated(*ask(server.url, FORM, link=link))
        server.refuse = lambda request: "temperature must be 1"
        server.asked.clear()
        with pytest.raises(RequestError, match="temperature must be 1"):
            ask(server.url, FORM, link=link)
        assert server.modes == ["schema"]
        server.refuse = lambda request: "the context length of tools is 4096 tokens"
        server.asked.clear()
        with pytest.raises(RequestError, match="longer than the model takes"):
            ask(server.url, FORM, link=link)
        assert server.modes == ["schema"]


def test_an_endpoint_that_refuses_all_it_is_asked_is_not_remembered_for_it() -> None:
    link = Link(notes=Forgetful())
    with Endpoint(*MODES, refuse=lambda request: "temperature must be 1") as server:
        with pytest.raises(RequestError, match="temperature must be 1"):
            ask(server.url, FORM, link=link, temperature=0.5)
        assert all(request["temperature"] == 0.5 for request in server.asked)
        assert link.notes.noted("") == {}
        server.refuse = lambda request: ""
        server.asked.clear()
        rated(*ask(server.url, FORM, link=link))
        assert server.modes == ["schema", "schema"]


def test_many_callers_wait_for_one_probe() -> None:
    with Endpoint(*MODES, refuse=unknown("schema"), latency=0.02) as server:
        replies = ask(server.url, *[FORM] * 12)
        assert server.modes == ["schema", "tools", *["tools"] * 12]
        assert {rated(reply).town for reply in replies}


def test_a_fault_of_the_probe_hits_all_who_wait_for_it_and_the_next_try_probes_again() -> None:
    async def main() -> list[Any]:
        async with Openai(model="m", base_url=server.url).connect(Link()) as session:
            call = Call(ASKED, {}, form=FORM)
            first = await asyncio.gather(
                *(session.ask(call) for _ in range(8)), return_exceptions=True
            )
            assert server.requests == 1
            server.faults = Faults()
            return [*first, await session.ask(call)]

    with Endpoint(*MODES, faults=Faults(fail_all=503), latency=0.02) as server:
        *failed, reply = asyncio.run(main())
    assert [type(error) for error in failed] == [TransientError] * 8
    assert rated(reply)


def test_a_caller_that_gives_up_leaves_the_probe_to_the_next() -> None:
    async def main() -> Reply:
        async with Openai(model="m", base_url=server.url).connect(Link()) as session:
            call = Call(ASKED, {}, form=FORM)
            server.faults = Faults(fail_all=503)
            with pytest.raises(TransientError):
                await session.ask(call)
            server.faults, server.latency = Faults(), 0.1
            first, second = (asyncio.ensure_future(session.ask(call)) for _ in range(2))
            await asyncio.sleep(0.02)
            first.cancel()
            return await second

    with Endpoint(*MODES) as server:
        assert rated(asyncio.run(main()))


def test_a_probe_without_strict_is_made_once() -> None:
    with Endpoint(refuse=lambda request: "strict JSON is not to be had") as server:
        with pytest.raises(RequestError):
            ask(server.url, FORM)
        assert server.modes[:3] == ["schema", "schema", "tools"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [(401, ProviderError), (429, TransientError), (404, ProviderError)],
)
def test_other_faults_of_a_probe_are_no_sign_of_a_mode(
    error: int, kind: type[ProviderError]
) -> None:
    link = Link(notes=Forgetful())
    with Endpoint(*MODES, faults=Faults(fail_all=error)) as server:
        with pytest.raises(kind) as caught:
            ask(server.url, FORM, link=link)
        assert type(caught.value) is not RequestError
        assert server.requests == 1
        assert link.notes.noted("") == {}
