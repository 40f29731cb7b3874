"""Batch: runs that were stopped, killed or moved, taken up again without paying twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.batches import (
    QUICK,
    SWIFT,
    Kept,
    asking,
    client_of,
    finish,
    held,
    once,
    run,
    sizes,
    texts,
)
from tests.servers.batch_calls import ids, read
from tests.servers.chat import BatchBehaviour, ChatServer
from textsynth.errors import ProviderError, TransientError
from textsynth.providers import Link, Session
from textsynth.providers.batch import Batch
from textsynth.records import Reply


def test_a_stopped_run_collects_its_batch_and_hands_in_nothing_twice(server: ChatServer) -> None:
    said: list[str] = []
    link = Link(notes=Kept(), say=said.append)
    held(server, *range(30), link=link)
    assert f"batch {server.batches[0].id}: goes on at the endpoint" in said[-1]
    assert server.batches[0].status == "in_progress"
    finish(server)
    texts(run(server, asking(*range(40)), link))
    assert sizes(server) == [30, 10]
    assert once(server, 40)


@pytest.mark.parametrize(("tag", "batches"), [("ours", [8]), ("theirs", [8, 8]), ("", [8, 8])])
def test_another_machine_finds_the_batches_of_the_same_run(
    server: ChatServer, tag: str, batches: list[int]
) -> None:
    held(server, *range(8), link=Link(notes=Kept(), tag="ours"))
    finish(server)
    texts(run(server, asking(*range(8)), Link(notes=Kept(), tag=tag)))
    assert sizes(server) == batches


@pytest.mark.parametrize("made", [True, False])
def test_a_process_that_died_while_handing_in(server: ChatServer, made: bool) -> None:
    notes = Kept()
    held(server, *range(4), link=Link(notes=notes))
    finish(server)
    ((name, note),) = notes.noted("batch:").items()
    notes.note(
        name, note | {"batch": None, "state": "handing in"} | ({} if made else {"token": "x"})
    )
    texts(run(server, asking(*range(4)), Link(notes=notes)))
    assert sizes(server) == ([4] if made else [4, 4])


def test_replies_handed_out_are_found_again_if_the_process_dies_before_saving_them(
    server: ChatServer,
) -> None:
    server.batching = BatchBehaviour(**SWIFT)
    notes, left = Kept(), Kept()

    async def work(session: Session) -> Any:
        replies = await asking(*range(6))(session)
        left.facts = dict(notes.facts)  # as a kill would leave them: the session never closed
        return replies

    first = texts(run(server, work, Link(notes=notes, tag="t")))
    assert texts(run(server, asking(*range(6)), Link(notes=left, tag="t"))) == first
    assert once(server, 6)
    said: list[str] = []
    texts(run(server, asking("new"), Link(notes=notes, tag="t", say=said.append)))
    assert not [words for words in said if "taken over" in words]
    assert not notes.noted("batch-keys:")


def test_results_that_the_endpoint_has_deleted_are_asked_for_again(server: ChatServer) -> None:
    said: list[str] = []
    link = Link(notes=Kept(), say=said.append)
    held(server, *range(4), link=link)
    output = finish(server).output_file_id
    assert output is not None
    with client_of(server) as client:
        client.files.delete(output)
    texts(run(server, asking(*range(4)), link))
    assert [words for words in said if output in words and "handed in again" in words]
    assert sizes(server) == [4, 4]


@pytest.mark.parametrize(
    ("end", "error"),
    [("completed", TransientError), ("expired", TransientError), ("cancelled", ProviderError)],
)
def test_a_line_in_neither_file_goes_by_the_end_of_its_batch(
    server: ChatServer, end: str, error: type[ProviderError]
) -> None:
    link = Link(notes=Kept())
    held(server, *range(4), link=link)
    batch = finish(server, end=end, rate_error_500=0.5)
    with client_of(server) as client:
        missing = len(ids(read(client, batch.error_file_id)))
        client.files.delete(str(batch.error_file_id))
    assert 0 < missing < 4
    kinds = [type(outcome) for outcome in run(server, asking(*range(4)), link)]
    assert kinds.count(error) == missing
    assert kinds.count(Reply) == 4 - missing


def test_replies_that_one_process_did_not_ask_for_are_there_for_the_next(
    server: ChatServer,
) -> None:
    link = Link(notes=Kept())
    held(server, *range(6), link=link)
    finish(server)
    texts(run(server, asking(0, 1), link))
    texts(run(server, asking(2, 3), link))
    texts(run(server, asking(*range(6)), link))
    assert sizes(server) == [6]


def test_batches_that_the_endpoint_has_lost_are_handed_in_again() -> None:
    said: list[str] = []
    link = Link(notes=Kept(), say=said.append)
    with ChatServer() as first:
        held(first, *range(4), link=link)
    with ChatServer(port=first.port) as second:
        texts(run(second, asking(*range(4)), link))
        assert sizes(second) == [4]
    assert [words for words in said if "no longer has the batch" in words]


def test_a_session_leaves_the_batches_of_others_alone(server: ChatServer) -> None:
    notes, said = Kept(), list[str]()
    other = {
        "token": "t", "keys": 1, "file": "f", "batch": None, "state": "handing in", "at": 9e9,
        "endpoint": server.url + "/", "model": "other",
    }  # fmt: skip
    notes.note("batch:t", other)

    async def work(session: Session) -> Any:
        replies = await asking(*range(2))(session)
        ((name, note),) = [(n, v) for n, v in notes.noted("batch:").items() if n != "batch:t"]
        # As while it is being handed in, which another session must not take for a crash.
        notes.note(name, note | {"batch": None, "token": note["token"]})
        async with Batch(model="m", base_url=server.url, **QUICK).connect(link):
            assert name in notes.facts
        return replies

    link = Link(notes=notes, say=said.append, tag="run")
    texts(run(server, work, link))
    assert notes.noted("batch:")["batch:t"] == other
    assert not [words for words in said if "taken over" in words]


def test_notes_go_when_the_endpoint_has_deleted_the_files(server: ChatServer) -> None:
    notes = Kept()
    held(server, *range(4), link=Link(notes=notes))
    finish(server)
    ((name, note),) = notes.noted("batch:").items()
    notes.note(name, note | {"at": note["at"] - 31 * 86400})
    texts(run(server, asking("new"), Link(notes=notes)))
    assert [*notes.noted("batch:"), *notes.noted("batch-keys:")] != []
    assert name not in notes.facts
    assert name.replace("batch:", "batch-keys:") not in notes.facts
