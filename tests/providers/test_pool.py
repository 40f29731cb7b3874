"""Pools: shares by weight, failover, one endpoint that is lost, one that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import asking_text
from textsynth.endpoints import Answer, Fleet
from textsynth.errors import JobError, ProviderError
from textsynth.events import Events
from textsynth.providers import Call, Link


@pytest.fixture
def pair() -> Iterator[tuple[ChatServer, ChatServer]]:
    """Two endpoints of one model."""
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(ChatServer(script=asking_text, latency=0.01)) for _ in range(2)
        )
        yield one, two


def member(server: ChatServer, weight: float = 1, **options: Any) -> dict[str, Any]:
    endpoint = {
        "base_url": server.url, "model": "scripted-model", "timeout": 5, "concurrency": 8,
        **options,
    }  # fmt: skip
    return {"openai": endpoint, "weight": weight}


def test_requests_are_shared_by_weight(
    pair: tuple[ChatServer, ChatServer], project: Project
) -> None:
    one, two = pair
    pool = [member(one, 3, concurrency=24), member(two, 1, concurrency=24)]
    job = project("", count=200, records=40, provider={"pool": pool}, concurrency=24)
    result = ts.run(job)
    assert result.summary.kept == 200
    assert 2 < one.requests / two.requests < 4


def test_a_dead_endpoint_is_left_out_and_the_other_does_it_all(
    pair: tuple[ChatServer, ChatServer], project: Project
) -> None:
    one, two = pair
    two.faults = Faults(fail_all=401)
    job = project("", provider={"pool": [member(one), member(two)]})
    assert ts.run(job).summary.kept == 20
    assert one.answered
    assert not two.answered


def test_a_fault_is_tried_again_elsewhere(
    pair: tuple[ChatServer, ChatServer], project: Project
) -> None:
    one, two = pair
    two.faults = Faults(rate_500=0.5)
    job = project("", count=60, records=20, provider={"pool": [member(one), member(two)]})
    result = ts.run(job)
    assert result.summary.kept == 60
    assert result.summary.failed == 0
    assert two.injected["500"] > 0
    both = [*one.answered, *two.answered]
    assert len(both) == len(set(both))


def test_a_run_stops_when_no_endpoint_takes_the_key(
    pair: tuple[ChatServer, ChatServer], project: Project
) -> None:
    for server in pair:
        server.faults = Faults(fail_all=401)
    with pytest.raises(ProviderError, match="401"):
        ts.run(project("", provider={"pool": [member(server) for server in pair]}))


def test_a_run_goes_on_from_one_endpoint_with_a_pool(
    pair: tuple[ChatServer, ChatServer], project: Project, tmp_path: Path
) -> None:
    one, two = pair
    ts.run(project("", provider={"openai": member(one)["openai"]}))
    asked = one.requests
    again = ts.run(project("", provider={"pool": [member(one), member(two)]}))
    assert (one.requests, two.requests, again.asked) == (asked, 0, 0)


def test_a_pool_of_two_models_is_refused(project: Project) -> None:
    two = [{"openai": {"model": name, "base_url": "http://127.0.0.1:1/v1"}} for name in "ab"]
    with pytest.raises(JobError, match="one model"):
        ts.load_job(project("", provider={"pool": two}))
    assert ts.load_job(project("", provider={"pool": {"of": two, "model": "a"}}))


@pytest.mark.parametrize("pool", [[], "openai", [{"nobody": {}}]])
def test_a_pool_that_is_none_is_told_in_words(pool: Any, project: Project) -> None:
    with pytest.raises(JobError, match="provider"):
        ts.load_job(project("", provider={"pool": pool}))


def test_two_keys_at_one_host_are_two_endpoints(project: Project) -> None:
    """A fault at one is tried again at the other, though their address is one."""
    with ChatServer(script=asking_text) as server:
        members = [member(server, api_key_env="ONE_KEY"), member(server, api_key_env="TWO_KEY")]
        pool = ts.load_job(project("", provider={"pool": members})).provider
        fleet = Fleet(pool, Link(), events=Events(), on_retry=lambda *_: None)
        names = [endpoint.name for endpoint in fleet.endpoints]
        assert names[0] != names[1]
        assert fleet.elsewhere(names[0])


def test_whoever_waits_is_told_when_the_last_endpoint_is_lost(
    pair: tuple[ChatServer, ChatServer], project: Project
) -> None:
    for server in pair:
        server.faults, server.latency = Faults(fail_all=401), 0.05
    members = [member(server, concurrency=1) for server in pair]
    pool = ts.load_job(project("", provider={"pool": members})).provider

    async def main() -> list[BaseException | Answer]:
        fleet = Fleet(pool, Link(), retries=0, events=Events(), on_retry=lambda *_: None)
        for endpoint in fleet.endpoints:
            link = Link()
            endpoint.session = await stack.enter_async_context(endpoint.provider.connect(link))
        fleet.ready = True
        call = Call([{"role": "user", "content": "Hi"}], {})
        asking = [fleet.ask(call) for _ in range(6)]
        return await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 10)

    async def whole() -> list[BaseException | Answer]:
        async with stack:
            return await main()

    stack = AsyncExitStack()
    found = asyncio.run(whole())
    assert all(isinstance(one, ProviderError) for one in found)
