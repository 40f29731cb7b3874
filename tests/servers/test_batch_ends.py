"""Tests of batches that fail, are refused, expire or are cancelled, by the openai client."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.servers.batch_calls import (
    ENDPOINT,
    create,
    ids,
    jsonl,
    line,
    numbered,
    read,
    wait,
)
from tests.servers.calls import ask
from tests.servers.chat import BatchBehaviour, ChatServer, request_hash


@pytest.mark.parametrize(
    ("data", "code", "at"),
    [
        (b"", "empty_file", None),
        (b"\n \n", "empty_file", None),
        (numbered(1) + b"{broken\n", "invalid_json_line", 2),
        (numbered(1) + b"\n" + jsonl([line("z")]), "invalid_json_line", 2),
        (b"[1]\n", "invalid_json_line", 1),
        (numbered(2) + numbered(1), "duplicate_custom_id", 3),
        (jsonl([line("a"), line("b", body=ask("b", model="n"))]), "mismatched_model", 2),
        (jsonl([line("a", url="/v1/embeddings")]), "url_mismatch", 1),
        (jsonl([line("a", method="GET")]), "invalid_method", 1),
        (jsonl([line("a") | {"custom_id": 5}]), "missing_required_parameter", 1),
        (jsonl([line("a", body={"messages": []})]), "missing_required_parameter", 1),
        (b"x\n" * 50_001, "too_many_tasks", None),
    ],
)
def test_wrong_input_fails_the_batch(
    client: openai.OpenAI, server: ChatServer, data: bytes, code: str, at: int | None
) -> None:
    batch = wait(client, create(client, data))
    assert (batch.status, batch.output_file_id, batch.error_file_id) == ("failed", None, None)
    assert batch.failed_at is not None
    assert batch.errors is not None
    assert batch.errors.object == "list"
    assert [(e.code, e.line) for e in batch.errors.data or []] == [(code, at)]
    assert server.answered == {}


def test_unknown_model_fails_the_batch() -> None:
    with ChatServer(models=["other"]) as server:
        with openai.OpenAI(base_url=server.url, api_key="k") as client:
            batch = wait(client, create(client, numbered(2)))
        assert batch.errors is not None
        assert [e.code for e in batch.errors.data or []] == ["model_not_found"] * 2


def test_line_that_is_wrong_in_itself_goes_to_the_error_file(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.script = lambda request: {"ok": "fine"}[request["messages"][0]["content"]]
    bodies = {
        "ok": ask("ok"),
        "empty": ask() | {"messages": []},
        "stream": ask("ok", stream=True),
        "raises": ask("x"),
    }
    batch = wait(client, create(client, jsonl(line(k, body=b) for k, b in bodies.items())))
    assert batch.status == "completed"
    assert ids(read(client, batch.output_file_id)) == ["ok"]
    errors = {each["custom_id"]: each["response"] for each in read(client, batch.error_file_id)}
    codes = {name: response["status_code"] for name, response in errors.items()}
    assert codes == {"empty": 400, "stream": 400, "raises": 500}
    assert errors["empty"]["body"]["error"]["param"] == "messages"
    assert server.answered == {request_hash(ask("ok")): 1}
    assert batch.request_counts is not None
    assert batch.request_counts.failed == 3


def test_batch_that_cannot_be_made(client: openai.OpenAI, server: ChatServer) -> None:
    file = client.files.create(file=("in.jsonl", numbered(1)), purpose="batch")
    other = client.files.create(file=("in.jsonl", numbered(1)), purpose="user_data")
    good: dict[str, Any] = {
        "input_file_id": file.id,
        "endpoint": ENDPOINT,
        "completion_window": "24h",
    }
    for change, error in (
        ({"input_file_id": "file-none"}, openai.NotFoundError),
        ({"input_file_id": other.id}, openai.BadRequestError),
        ({"endpoint": "/v1/embeddings"}, openai.BadRequestError),
        ({"completion_window": "1h"}, openai.BadRequestError),
        ({"metadata": {str(i): "x" for i in range(17)}}, openai.BadRequestError),
        ({"metadata": {"k": "x" * 513}}, openai.BadRequestError),
    ):
        with pytest.raises(error):
            client.batches.create(**(good | change))
    with pytest.raises(openai.NotFoundError, match="No batch found"):
        client.batches.retrieve("batch_none")
    assert server.batches == []


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_batch_that_ends_early_keeps_what_is_finished(
    client: openai.OpenAI, server: ChatServer, end: str, share: float
) -> None:
    server.batching = BatchBehaviour(end=end, finish_share=share)
    batch = wait(client, create(client, numbered(10)))
    finished = round(10 * share)
    assert batch.status == end
    assert getattr(batch, f"{end}_at") is not None
    output, errors = read(client, batch.output_file_id), read(client, batch.error_file_id)
    assert (len(output), len(errors)) == (finished, 10 - finished)
    assert (batch.output_file_id is None, batch.error_file_id is None) == (share == 0, share == 1)
    assert sorted(ids(output + errors)) == [f"r{i}" for i in range(10)]
    assert {each["response"] for each in errors} <= {None}
    assert {each["error"]["code"] for each in errors} <= {f"batch_{end}"}
    assert len(server.answered) == finished


def test_client_cancels_a_batch(client: openai.OpenAI, server: ChatServer) -> None:
    server.batching = BatchBehaviour(hold=True, finish_share=0.25, finalizing=0.1)
    batch = wait(client, create(client, numbered(8)), "in_progress")
    batch = client.batches.cancel(batch.id)
    assert (batch.status, batch.cancelling_at is None) == ("cancelling", False)
    assert client.batches.cancel(batch.id).status == "cancelling"
    batch = wait(client, batch)
    assert (batch.status, len(server.answered)) == ("cancelled", 2)
    assert client.batches.cancel(batch.id).status == "cancelled"


def test_batch_cancelled_long_before_its_time_still_has_its_share_finished(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.batching = BatchBehaviour(in_progress=60.0, finish_share=0.5)
    batch = wait(client, create(client, numbered(600)), "in_progress")
    batch = wait(client, client.batches.cancel(batch.id))
    assert len(read(client, batch.output_file_id)) == len(server.answered) == 300


def test_batch_cancelled_while_validating_has_nothing_finished(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.batching = BatchBehaviour(validating=60.0)
    batch = wait(client, client.batches.cancel(create(client, numbered(3)).id))
    assert (batch.status, batch.output_file_id) == ("cancelled", None)
    assert len(read(client, batch.error_file_id)) == 3
    assert server.answered == {}


def test_batch_that_is_over_cannot_be_cancelled(client: openai.OpenAI) -> None:
    batch = wait(client, create(client, numbered(1)))
    with pytest.raises(openai.ConflictError, match="status 'completed'"):
        client.batches.cancel(batch.id)
