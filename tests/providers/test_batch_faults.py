"""Batch: faults on every call about files and batches, and files that come incomplete."""

from __future__ import annotations

import asyncio
from typing import IO, Any

import pytest

from tests.providers.batches import (
    SWIFT,
    Kept,
    asking,
    finish,
    held,
    once,
    run,
    sizes,
    texts,
    to_hold,
)
from tests.servers.chat import BatchBehaviour, ChatServer, Faults
from textsynth.errors import ProviderError, TransientError
from textsynth.providers import Link
from textsynth.providers._batch_api import BatchApi
from textsynth.providers._batch_queue import Sizes
from textsynth.providers._batches import batch_session
from textsynth.providers._chat import chat_client
from textsynth.records import Reply


@pytest.mark.parametrize("seed", range(3))
def test_faults_on_every_call_lose_nothing_and_pay_nothing_twice(
    server: ChatServer, seed: int
) -> None:
    server.batching = BatchBehaviour(
        rate_api_500=0.2, rate_api_429=0.1, rate_api_reset=0.2, truncate_output=1, seed=seed,
        create_then_reset=1,
    )  # fmt: skip
    texts(run(server, asking(*range(300)), Link(tag="run"), most=100))
    server.batching = BatchBehaviour()
    assert sorted(sizes(server)) == [100, 100, 100]
    assert once(server, 300)


def test_a_batch_whose_making_was_not_confirmed_is_found(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, create_then_reset=1)
    texts(run(server, asking(*range(5))))
    assert sizes(server) == [5]


def test_an_endpoint_that_dies_as_it_makes_a_batch(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, create_then_reset=1)
    notes = Kept()

    async def impatient() -> Any:
        async with chat_client(server.url, "k", 5, 2) as client:
            api = BatchApi(client, "m", timeout=5, window="24h", longest_pause=1.0, patience=1.0)
            size = Sizes(10, 1000, 0.05, 0.05)
            async with batch_session(api, Link(notes=notes), size, "here", "words") as session:
                waiting = asyncio.create_task(asking(*range(3))(session))
                await to_hold(lambda: server.batches)
                server.faults = Faults(fail_all=503)
                return await waiting

    assert "has failed for" in str(asyncio.run(impatient())[0])
    server.faults = Faults()
    texts(run(server, asking(*range(3)), Link(notes=notes)))
    assert sizes(server) == [3]


def test_results_that_come_cut_off_are_fetched_again(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, truncate_output=3)
    said: list[str] = []
    texts(run(server, asking(*range(400)), Link(say=said.append)))
    assert server.injected["truncate_output"] == 3
    assert not [words for words in said if "came whole" in words]
    assert once(server, 400)


def test_an_endpoint_that_stays_away_stops_the_run_and_the_batch_is_kept(
    server: ChatServer,
) -> None:
    notes = Kept()
    held(server, *range(3), link=Link(notes=notes))
    server.faults = Faults(fail_all=503)

    async def impatient() -> Any:
        async with chat_client(server.url, "k", 5, 2) as client:
            api = BatchApi(client, "m", timeout=5, window="24h", longest_pause=0.05, patience=0.3)
            size = Sizes(10, 1000, 0.05, 0.05)
            async with batch_session(api, Link(notes=notes), size, "here", "words") as session:
                return await asking(*range(3))(session)

    for error in asyncio.run(impatient()):
        assert isinstance(error, ProviderError)
        assert not isinstance(error, TransientError)
        assert "has failed for" in str(error)
    server.faults = Faults()
    finish(server)
    texts(run(server, asking(*range(3)), Link(notes=notes)))
    assert sizes(server) == [3]


@pytest.mark.parametrize(
    ("lost", "counted"),
    [(40, True), (2_000, True), (40, False)],
    ids=["part-of-a-line", "lines", "part-of-a-line-without-counts"],
)
def test_results_with_lines_missing_are_fetched_again(
    server: ChatServer, lost: int, counted: bool
) -> None:
    class Cutting(BatchApi):
        """Loses the end of the first file that it fetches, with no word about it."""

        fetched = 0

        async def look(self, batch_id: str) -> Any:
            seen = await super().look(batch_id)
            if not counted:
                seen.request_counts = None
            return seen

        async def append(self, file_id: str, file: IO[bytes]) -> None:
            await super().append(file_id, file)
            self.fetched += 1
            if self.fetched == 1:
                file.seek(0)
                kept = file.read()[:-lost]
                file.truncate(kept.rfind(b"\n") + 1 if lost > 1000 else len(kept))

    async def main() -> Any:
        async with chat_client(server.url, "k", 5, 2) as client:
            api = Cutting(client, "m", timeout=5, window="24h", longest_pause=0.05)
            size = Sizes(50, 100_000, 0.05, 0.05)
            async with batch_session(api, Link(), size, "here", "words") as session:
                return await asking(*range(20))(session), api.fetched

    # Only of a completed batch is it known without counts how many lines there are.
    end = "completed" if counted else "expired"
    server.batching = BatchBehaviour(**SWIFT, end=end, finish_share=0.5)
    outcomes, fetched = asyncio.run(main())
    answers = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    assert len(answers) == (20 if counted else 10)
    assert fetched == (2 if counted else 4)  # of two files each


def test_output_whose_last_line_has_no_end_is_read(server: ChatServer) -> None:
    class Bare(BatchApi):
        """Fetches files without the end of their last line."""

        async def append(self, file_id: str, file: IO[bytes]) -> None:
            await super().append(file_id, file)
            file.truncate(file.seek(0, 2) - 1)

    async def main() -> Any:
        async with chat_client(server.url, "k", 5, 2) as client:
            api = Bare(client, "m", timeout=5, window="24h", longest_pause=0.05)
            size = Sizes(50, 100_000, 0.05, 0.05)
            async with batch_session(api, Link(), size, "here", "words") as session:
                return await asking(*range(20))(session)

    server.batching = BatchBehaviour(**SWIFT, rate_error_500=0.3)
    kinds = [type(outcome) for outcome in asyncio.run(main())]
    assert set(kinds) == {Reply, TransientError}
    assert once(server, kinds.count(Reply))
