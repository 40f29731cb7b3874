"""Batch: every way a batch can end, and faults on every call about it."""

from __future__ import annotations

import asyncio
from typing import IO, Any

import pytest

from tests.providers.batches import (
    SWIFT,
    Kept,
    asking,
    call,
    finish,
    held,
    once,
    persisting,
    run,
    sizes,
    texts,
    to_hold,
)
from tests.servers.chat import BatchBehaviour, ChatServer, Faults
from textsynth.errors import ProviderError, RequestError, TransientError
from textsynth.providers import Call, Link, Session
from textsynth.providers._batch_api import BatchApi
from textsynth.providers._batch_queue import Sizes
from textsynth.providers._batches import batch_session
from textsynth.providers._chat import chat_client
from textsynth.records import Reply


def test_lines_that_fail_are_errors_of_their_requests(server: ChatServer) -> None:
    server.batching = BatchBehaviour(
        **SWIFT, rate_error_400=0.2, rate_error_500=0.2, rate_error_429=0.2
    )
    outcomes = run(server, asking(*range(100)))
    kinds = [type(outcome) for outcome in outcomes]
    assert set(kinds) == {Reply, RequestError, TransientError}
    assert once(server, kinds.count(Reply))
    server.batching = BatchBehaviour(**SWIFT, rate_error_500=0.3, rate_error_429=0.3, seed=3)
    texts(run(server, persisting(*range(100, 200))))
    assert once(server, kinds.count(Reply) + 100)
    assert len(server.batches) > 3


def test_lines_that_all_fail_leave_no_output_file(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, rate_error_500=1.0)
    assert {type(outcome) for outcome in run(server, asking(*range(3)))} == {TransientError}


def test_what_an_expired_batch_has_is_used_and_the_rest_handed_in_again(
    server: ChatServer,
) -> None:
    server.batching = BatchBehaviour(**SWIFT, end="expired", finish_share=0.6)
    texts(run(server, persisting(*range(40))))
    assert sizes(server)[:3] == [40, 16, 6]
    assert once(server, 40)


def test_a_batch_cancelled_by_somebody_stops_the_run_and_the_next_goes_on(
    server: ChatServer,
) -> None:
    server.batching = BatchBehaviour(**SWIFT, end="cancelled", finish_share=0.5)
    notes, left = Kept(), Kept()

    async def work(session: Session) -> Any:
        outcomes = await persisting(*range(10))(session)
        left.facts = dict(notes.facts)  # as a kill would leave them
        return outcomes

    outcomes = run(server, work, Link(notes=notes))
    errors = [str(outcome) for outcome in outcomes if isinstance(outcome, ProviderError)]
    assert len(errors) == 5
    assert "cancelled at the endpoint" in errors[0]
    assert "same command again" in errors[0]
    server.batching = BatchBehaviour(**SWIFT)
    missing = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, ProviderError)]
    texts(run(server, asking(*missing), Link(notes=left)))
    assert once(server, 10)


def test_a_batch_that_is_refused_stops_the_run_in_its_words(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, end="failed", fail_code="invalid_request")
    notes = Kept()
    (error,) = run(server, asking("tea"), Link(notes=notes))
    assert type(error) is ProviderError
    assert "refuses the batch batch_" in str(error)
    assert "invalid_request (injected" in str(error)
    assert not notes.facts


def test_a_line_that_the_endpoint_cannot_read_is_named(server: ChatServer) -> None:
    async def work(session: Session) -> Any:
        tasks = [session.ask(call("tea")), session.ask(Call([], {"model": 7}, "0" * 32))]
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert "line 2: " in str(run(server, work)[0])


@pytest.mark.parametrize("failures", [1, 3])
def test_a_full_queue_at_the_endpoint_is_waited_for_with_smaller_batches(
    server: ChatServer, failures: int
) -> None:
    server.batching = BatchBehaviour(**SWIFT, fail_first=failures)
    texts(run(server, asking(*range(40))))
    assert sizes(server)[: failures + 1] == [40 // 2**n for n in range(failures + 1)]
    assert sum(sizes(server)[failures:]) == 40
    assert once(server, 40)


def test_a_batch_that_waits_for_another_of_ours_is_not_made_smaller(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, hold=True)

    async def work(session: Session) -> list[Any]:
        first = [asyncio.create_task(session.ask(call(n))) for n in range(4)]
        await to_hold(lambda: server.batches and server.batches[0].in_progress_at)
        await asyncio.sleep(0.2)
        server.batching = BatchBehaviour(**SWIFT, hold=True, fail_first=1)
        second = [asyncio.create_task(session.ask(call(n))) for n in range(4, 12)]
        await to_hold(lambda: server.batches[-1].status == "failed")
        server.batching = BatchBehaviour(**SWIFT)
        return await asyncio.gather(*first, *second)

    texts(run(server, work))
    assert sizes(server) == [4, 8, 8]


def test_a_state_that_is_new_means_not_yet(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, hold=True)
    said: list[str] = []

    async def work(session: Session) -> Any:
        task = asyncio.create_task(session.ask(call("tea")))
        await to_hold(lambda: server.batches and server.batches[0].in_progress_at)
        server.batches[0].status = "pondering"
        await to_hold(lambda: any("pondering" in words for words in said))
        server.batching = BatchBehaviour(**SWIFT)
        return await task

    texts([run(server, work, Link(say=said.append))])


def test_results_that_an_endpoint_names_late_are_waited_for(server: ChatServer) -> None:
    link = Link(notes=Kept())
    held(server, *range(3), link=link)
    output = finish(server).output_file_id
    server.batches[0].output_file_id = None

    async def work(session: Session) -> Any:
        waiting = asyncio.create_task(asking(*range(3))(session))
        await asyncio.sleep(0.2)
        server.batches[0].output_file_id = output
        return await waiting

    texts(run(server, work, link))
    assert sizes(server) == [3]


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


def test_results_that_come_cut_off_are_fetched_again(server: ChatServer) -> None:
    server.batching = BatchBehaviour(**SWIFT, truncate_output=3)
    said: list[str] = []
    texts(run(server, asking(*range(50)), Link(say=said.append)))
    assert server.injected["truncate_output"] == 3
    assert not [words for words in said if "came whole" in words]
    assert once(server, 50)


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
