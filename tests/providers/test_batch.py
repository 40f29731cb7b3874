"""Batch: what goes into a batch, what it costs, and what is checked before paying."""

from __future__ import annotations

import asyncio
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.providers.batches import QUICK, Kept, asking, call, once, run, sizes, texts
from tests.providers.test_openai import raw
from tests.servers.chat import SCRIPTS, ChatServer
from textsynth.errors import ProviderError, TextsynthError
from textsynth.forms import Form
from textsynth.providers import Call, Link, Session
from textsynth.providers.batch import Batch
from textsynth.providers.openai import Openai
from textsynth.records import Reply


def test_replies_are_those_of_the_chat_endpoint(server: ChatServer) -> None:
    async def online() -> list[Reply]:
        async with Openai(model="m", base_url=server.url).connect(Link()) as session:
            return [await session.ask(call(number)) for number in range(5)]

    assert run(server, asking(*range(5))) == asyncio.run(online())
    assert len(server.batches) == 1


def test_a_turn_of_all_conversations_is_one_batch(server: ChatServer) -> None:
    async def talk(session: Session, name: int) -> str:
        first = await session.ask(call(name))
        asked = call(f"more of {name}", f"What is {name}?", first.text)
        return (await session.ask(asked)).text

    async def work(session: Session) -> list[str]:
        return await asyncio.gather(*(talk(session, name) for name in range(200)))

    assert len(set(run(server, work))) > 190
    assert sizes(server) == [200, 200]
    assert once(server, 400)


def test_one_key_asked_by_two_is_in_the_batch_once(server: ChatServer) -> None:
    first, second = texts(run(server, asking("tea", "tea")))
    assert first == second
    assert sizes(server) == [1]


def test_a_batch_holds_no_more_than_it_may(server: ChatServer) -> None:
    texts(run(server, asking(*range(25)), most=10))
    assert sizes(server) == [10, 10, 5]
    texts(run(server, asking(*(str(n) * 600_000 for n in range(3))), megabytes=1))
    assert sizes(server)[3:] == [1, 1, 1]


def test_a_batch_that_is_full_waits_for_nothing(server: ChatServer) -> None:
    texts(run(server, asking(*range(10)), most=10, gather=60))
    texts(run(server, asking(str(1) * 1_100_000), megabytes=1, gather=60))
    assert sizes(server) == [10, 1]


def test_who_leaves_before_the_batch_does_is_not_in_it(server: ChatServer) -> None:
    async def work(session: Session) -> Any:
        early = asyncio.create_task(session.ask(call("early")))
        await asyncio.sleep(0)
        early.cancel()
        return await session.ask(call("late"))

    texts([run(server, work)])
    assert sizes(server) == [1]


def test_a_form_is_asked_for_in_the_mode_that_is_known(server: ChatServer) -> None:
    form = Form.of({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
    server.script = SCRIPTS["varied"]
    notes = Kept()
    notes.note(f"form:127.0.0.1:{server.port}:m", {"mode": "schema", "strict": True})

    async def work(session: Session) -> Any:
        return await session.ask(Call(call("a number").messages, {}, "k" * 32, form))

    value = form.read(run(server, work, Link(notes=notes)).text)
    assert isinstance(value["n"], int)


def test_a_disk_without_room_is_told(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    (error,) = run(server, asking("tea"))
    assert isinstance(error, TextsynthError)
    assert "cannot be kept in" in str(error)


def test_who_still_waits_when_the_session_closes_is_told(server: ChatServer) -> None:
    async def main() -> Any:
        async with Batch(model="m", base_url=server.url).connect(Link()) as session:
            task = asyncio.create_task(session.ask(call("tea")))
            await asyncio.sleep(0)
        return await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)

    assert "is closed" in str(asyncio.run(main())[0])


def test_a_request_costs_half_and_thousands_are_in_flight() -> None:
    batch, online = Batch(model="gpt-5-mini"), Openai(model="gpt-5-mini")
    full, halved = online.price("gpt-5-mini"), batch.price("gpt-5-mini")
    assert full is not None
    assert halved is not None
    assert halved(1000, 1000, 500) == full(1000, 1000, 500) / 2 > 0
    assert math.isclose(batch.adjusted(lambda a, b, c: a + b + c)(1, 2, 3), 3.0)
    assert Batch(model="nobody-has-it").price("nobody-has-it") is None
    assert batch.requests_at_once() == 10_000
    assert Batch(model="m", concurrency=50_000).requests_at_once() == 50_000


def test_a_rate_is_refused() -> None:
    with pytest.raises(ValidationError, match="a batch has no rate"):
        Batch(model="m", requests_per_minute=5)


def test_check_says_that_it_is_asked_in_batches(server: ChatServer) -> None:
    first, second = asyncio.run(Batch(model="scripted-model", base_url=server.url).check())
    assert "offers scripted-model" in first
    assert "within 24h at half the price" in second
    assert not server.batches


def test_an_endpoint_without_batches_is_told_before_paying() -> None:
    with raw(404, b'{"error": {"message": "no such page"}}') as url:
        provider = Batch(model="m", base_url=url, **QUICK)
        with pytest.raises(ProviderError, match="has no Batch API: no such page") as caught:
            asyncio.run(provider.check())
    assert "use `provider: openai`" in str(caught.value).lower()
