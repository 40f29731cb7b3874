"""Tests of the test chat server's batches that go well, by the openai client."""

from __future__ import annotations

import json
import time

import openai
import pytest
from openai.types.chat import ChatCompletion

from tests.servers.batch_calls import (
    ENDPOINT,
    OVER,
    create,
    ids,
    jsonl,
    line,
    numbered,
    read,
    wait,
)
from tests.servers.calls import ask, call, wait_for
from tests.servers.chat import BatchBehaviour, ChatProcess, ChatServer, request_hash


def test_batch_goes_through_its_statuses(client: openai.OpenAI, server: ChatServer) -> None:
    server.batching = BatchBehaviour(validating=0.15, in_progress=0.15, finalizing=0.15)
    file = client.files.create(file=("in.jsonl", numbered(4)), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id,
        endpoint=ENDPOINT,
        completion_window="24h",
        metadata={"run": "one"},
    )
    assert (batch.status, batch.metadata, batch.endpoint) == (
        "validating",
        {"run": "one"},
        ENDPOINT,
    )
    assert batch.expires_at == batch.created_at + 24 * 3600
    seen = []
    for status in ("in_progress", "finalizing", "completed"):
        batch = wait(client, batch, status)
        seen.append((batch.in_progress_at, batch.finalizing_at, batch.completed_at))
    assert [[at is not None for at in times] for times in seen] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert batch.request_counts is not None
    assert batch.request_counts.model_dump() == {"total": 4, "completed": 4, "failed": 0}
    assert (batch.errors, batch.error_file_id, batch.model) == (None, None, "m")
    assert [b.status for b in server.batches] == ["completed"]


def test_output_says_what_chat_says_in_another_order(
    client: openai.OpenAI, server: ChatServer
) -> None:
    batch = wait(client, create(client, numbered(9)))
    lines = read(client, batch.output_file_id)
    names = [f"r{i}" for i in range(9)]
    assert ids(lines) != names
    assert sorted(ids(lines)) == names
    tokens = 0
    for each in lines:
        assert set(each) == {"id", "custom_id", "response", "error"}
        assert (each["error"], each["response"]["status_code"]) == (None, 200)
        assert each["response"]["request_id"]
        said = each["response"]["body"]
        assert said == json.loads(call(server.port, ask(each["custom_id"]))[2])
        tokens += ChatCompletion.model_validate(said).usage.total_tokens  # type: ignore[union-attr]
    assert len({each["id"] for each in lines}) == 9
    assert batch.usage is not None
    assert batch.usage.total_tokens == tokens
    assert batch.usage.input_tokens + batch.usage.output_tokens == tokens
    with ChatServer() as other, openai.OpenAI(base_url=other.url, api_key="k") as again:
        twin = wait(again, create(again, numbered(9)))
        assert ids(read(again, twin.output_file_id)) == ids(lines)


def test_two_lines_change_places(client: openai.OpenAI, server: ChatServer) -> None:
    server.batching = BatchBehaviour(validating=0.0, in_progress=0.0, finalizing=0.0)
    for name in "abcdef":
        pair = [name, name + "2"]
        batch = wait(client, create(client, jsonl(map(line, pair))))
        assert ids(read(client, batch.output_file_id)) == pair[::-1]


def test_lines_count_as_requests_and_answers(client: openai.OpenAI, server: ChatServer) -> None:
    wait(client, create(client, jsonl([line("a"), line("b", body=ask("a")), line("c")])))
    assert server.counts == {request_hash(ask("a")): 2, request_hash(ask("c")): 1}
    assert server.answered == server.counts
    call(server.port, ask("c"))
    assert server.answered[request_hash(ask("c"))] == 2
    assert server.requests == 1


def test_progress_is_counted_and_settings_hold_for_batches_under_way(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.batching = BatchBehaviour(validating=0.0, in_progress=60.0, finish_share=0.5)
    batch = create(client, numbered(2000))
    wait_for(lambda: server.batches[0].request_counts.completed > 0)
    counts = client.batches.retrieve(batch.id).request_counts
    assert counts is not None
    assert 0 < counts.completed < 1000
    server.batching = BatchBehaviour()
    counts = wait(client, batch).request_counts
    assert counts is not None
    assert counts.completed == 2000


def test_listing_is_newest_first_and_paged(client: openai.OpenAI) -> None:
    made = [create(client, numbered(1)).id for _ in range(5)][::-1]
    page = client.batches.list(limit=2)
    assert [batch.id for batch in page.data] == made[:2]
    assert page.has_more
    assert [batch.id for batch in page] == made
    rest = client.batches.list(limit=2, after=made[2])
    assert ([batch.id for batch in rest.data], rest.has_more) == (made[3:], False)
    with pytest.raises(openai.BadRequestError):
        client.batches.list(limit=101)


# Keys and processes


def test_wrong_key_is_refused_on_every_route() -> None:
    with ChatServer(api_key="right") as server:
        for path in (
            "/v1/files",
            "/v1/files/x",
            "/v1/files/x/content",
            "/v1/batches",
            "/v1/batches/x",
        ):
            assert call(server.port, path=path)[0] == 401
        for path in ("/v1/files", "/v1/batches", "/v1/batches/x/cancel"):
            assert call(server.port, {}, path)[0] == 401
        with openai.OpenAI(base_url=server.url, api_key="right") as client:
            assert wait(client, create(client, numbered(1))).status == "completed"


def test_unknown_routes_give_404(server: ChatServer) -> None:
    for path in ("/v1/files/x/y", "/v1/filesystem", "/v1/batches/x/y/z", "/v1/batches/x/"):
        assert call(server.port, path=path)[0] == 404, path


def test_batch_outlives_its_client_and_goes_on_when_released() -> None:
    with ChatProcess(["--script", "echo"]) as server:
        server.control(batching={"hold": True, "validating": 0.0})
        with openai.OpenAI(base_url=server.url, api_key="k") as client:
            left = wait(client, create(client, numbered(4)), "in_progress")
            time.sleep(0.2)
            assert client.batches.retrieve(left.id).status == "in_progress"
        shown = server.control(batching={"hold": False})["batching"]
        assert (shown["hold"], shown["validating"]) == (False, 0.0)
        with openai.OpenAI(base_url=server.url, api_key="k") as client:
            batch = wait(client, client.batches.list().data[0])
            assert batch.id == left.id
            lines = read(client, batch.output_file_id)
        said = {each["response"]["body"]["choices"][0]["message"]["content"] for each in lines}
        assert said == {"r0", "r1", "r2", "r3"}
        assert server.stats()["answered_total"] == 4
        with pytest.raises(ValueError, match="end must be one of"):
            server.control(batching={"end": "soon"})


def test_server_can_stop_with_batches_under_way() -> None:
    with (
        ChatServer(batching=BatchBehaviour(hold=True)) as server,
        openai.OpenAI(base_url=server.url, api_key="k") as client,
    ):
        wait(client, create(client, numbered(2)), "in_progress")
    assert server.batches[0].status not in OVER
