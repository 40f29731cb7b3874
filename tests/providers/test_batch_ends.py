"""Batch: every way a batch can end."""

from __future__ import annotations

import asyncio
from typing import Any

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
from tests.servers.chat import BatchBehaviour, ChatServer
from textsynth.errors import ProviderError, RequestError, TransientError
from textsynth.providers import Call, Link, Session
from textsynth.records import Reply


def test_lines_that_fail_are_errors_of_their_requests(server: ChatServer) -> None:
    server.batching = BatchBehaviour(
        **SWIFT, rate_error_400=0.2, rate_error_500=0.2, rate_error_429=0.2
    )
    outcomes = run(server, asking(*range(100)))
    kinds = [type(outcome) for outcome in outcomes]
    assert set(kinds) == {Reply, RequestError, TransientError}
    # A line is no sign that fewer rows should be in flight.
    assert not any(outcome.overload for outcome in outcomes if isinstance(outcome, TransientError))
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
        await to_hold(lambda: any("too much is waiting" in words for words in said))
        await asyncio.sleep(0.4)
        assert len(server.batches) == 2
        server.batching = BatchBehaviour(**SWIFT)
        return await asyncio.gather(*first, *second)

    said: list[str] = []
    texts(run(server, work, Link(say=said.append), poll=0.4))
    assert sizes(server) == [4, 8, 8]


def test_after_a_refusal_the_endpoint_gets_one_batch_at_a_time(server: ChatServer) -> None:
    server.batching = BatchBehaviour(validating=0.4, in_progress=0.0, fail_first=1)

    async def work(session: Session) -> list[Any]:
        waiting = asyncio.create_task(asking(*range(20))(session))
        await to_hold(lambda: len(server.batches) == 2)
        await asyncio.sleep(0.3)
        assert len(server.batches) == 2
        return list(await waiting)

    texts(run(server, work))
    assert sizes(server) == [20, 10, 10]


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

    assert len(texts([run(server, work, Link(say=said.append))])) == 1
    assert sizes(server) == [1]


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
