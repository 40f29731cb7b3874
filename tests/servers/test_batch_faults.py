"""Tests of the faults of the test chat server's files and batches, by the openai client."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import openai
import pytest

from tests.servers.batch_calls import create, ids, jsonl, line, numbered, read, wait
from tests.servers.chat import BatchBehaviour, ChatServer, request_hash


def test_lines_fail_by_chance_and_may_succeed_when_asked_again(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.batching = BatchBehaviour(
        rate_error_400=0.2, rate_error_500=0.2, rate_error_429=0.2, seed=1
    )
    batch = wait(client, create(client, numbered(100)))
    failed = read(client, batch.error_file_id)
    statuses = Counter(each["response"]["status_code"] for each in failed)
    assert batch.status == "completed"
    assert set(statuses) == {400, 500, 429}
    assert all(10 <= count <= 32 for count in statuses.values())
    assert {each["error"] for each in failed} == {None}
    assert all(each["response"]["body"]["error"]["message"] for each in failed)
    assert len(read(client, batch.output_file_id)) + len(failed) == 100
    again = wait(client, create(client, jsonl(line(name) for name in ids(failed))))
    good = ids(read(client, again.output_file_id))
    assert 0.2 < len(good) / len(failed) < 0.6
    assert set(server.answered.values()) == {1}
    with (
        ChatServer(batching=server.batching) as other,
        openai.OpenAI(base_url=other.url, api_key="k") as second,
    ):
        twin = wait(second, create(second, numbered(100)))
        assert ids(read(second, twin.error_file_id)) == ids(failed)


def test_batch_whose_lines_all_fail_has_no_output_file(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.batching = BatchBehaviour(rate_error_500=1.0)
    batch = wait(client, create(client, numbered(3)))
    assert (batch.status, batch.output_file_id) == ("completed", None)
    assert batch.request_counts is not None
    assert (batch.request_counts.completed, batch.request_counts.failed) == (0, 3)
    assert server.injected == {"batch_500": 3}


def test_the_first_batches_fail_with_the_code(client: openai.OpenAI, server: ChatServer) -> None:
    server.batching = BatchBehaviour(fail_first=2)
    ends = [wait(client, create(client, numbered(2))) for _ in range(3)]
    assert [batch.status for batch in ends] == ["failed", "failed", "completed"]
    assert ends[0].errors is not None
    assert [(e.code, e.line) for e in ends[0].errors.data or []] == [("token_limit_exceeded", None)]
    assert len(server.answered) == 2
    server.batching = BatchBehaviour(end="failed", fail_code="billing_hard_limit_reached")
    errors = wait(client, create(client, numbered(1))).errors
    assert errors is not None
    assert [e.code for e in errors.data or []] == ["billing_hard_limit_reached"]


def test_counts_start_anew_only_when_they_are_set(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.batching = BatchBehaviour(fail_first=1, validating=0.0)
    assert wait(client, create(client, numbered(1))).status == "failed"
    server.configure({"batching": {"validating": 0.01}})
    assert wait(client, create(client, numbered(1))).status == "completed"
    server.configure({"batching": {"fail_first": 1}})
    assert wait(client, create(client, numbered(1))).status == "failed"


def test_download_is_cut_short(client: openai.OpenAI, server: ChatServer) -> None:
    batch = wait(client, create(client, numbered(20)))
    assert batch.output_file_id is not None
    server.batching = BatchBehaviour(truncate_output=2)
    for _ in range(2):
        with pytest.raises(openai.APIConnectionError):
            client.files.content(batch.output_file_id)
    assert len(read(client, batch.output_file_id)) == 20
    assert server.injected == {"truncate_output": 2}


def test_batch_is_made_though_its_answer_is_lost(client: openai.OpenAI, server: ChatServer) -> None:
    server.batching = BatchBehaviour(create_then_reset=1)
    with pytest.raises(openai.APIConnectionError):
        create(client, numbered(3))
    assert len(server.batches) == 1
    listed = client.batches.list().data[0]
    assert listed.input_file_id == server.files[0].id
    assert wait(client, listed).status == "completed"
    assert create(client, numbered(1)).status == "validating"


def outcomes(server: ChatServer) -> list[str]:
    """What becomes of 60 calls of both kinds of routes."""
    seen = []
    with openai.OpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
        for i in range(60):
            try:
                _ = client.files.list() if i % 2 else client.batches.list()
                seen.append("good")
            except openai.OpenAIError as error:
                seen.append(type(error).__name__)
    return seen


def test_calls_fail_by_chance_alike_every_time() -> None:
    behaviour = BatchBehaviour(rate_api_500=0.2, rate_api_429=0.2, rate_api_reset=0.2)
    with ChatServer(batching=behaviour) as server:
        seen = outcomes(server)
        injected = server.injected
    wanted = ("InternalServerError", "RateLimitError", "APIConnectionError")
    assert injected == {
        f"api_{name}": seen.count(error)
        for name, error in zip(("500", "429", "reset"), wanted, strict=True)
    }
    assert set(seen) == {"good", *wanted}
    with ChatServer(batching=behaviour) as server:
        assert outcomes(server) == seen


def test_call_that_fails_does_nothing(client: openai.OpenAI, server: ChatServer) -> None:
    for name in ("rate_api_500", "rate_api_429", "rate_api_reset"):
        server.configure({"batching": asdict(BatchBehaviour()) | {name: 1.0}})
        with pytest.raises(openai.APIError):
            client.files.create(file=("in.jsonl", numbered(1)), purpose="batch")
    assert server.files == []


def test_batches_ignore_the_faults_of_chat_but_not_its_context_length(
    client: openai.OpenAI, server: ChatServer
) -> None:
    server.configure({"faults": {"rate_500": 1.0, "context_length": 5}})
    batch = wait(client, create(client, jsonl([line("short"), line("too long")])))
    assert ids(read(client, batch.output_file_id)) == ["short"]
    (wrong,) = read(client, batch.error_file_id)
    assert wrong["response"]["body"]["error"]["code"] == "context_length_exceeded"
    assert list(server.answered) == [request_hash(line("short")["body"])]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_error_400": 1.5},
        {"rate_error_400": 0.6, "rate_error_500": 0.6},
        {"rate_api_500": 0.6, "rate_api_reset": 0.6},
        {"finish_share": -0.1},
        {"in_progress": -1.0},
        {"end": "later"},
        {"fail_first": -1},
        {"truncate_output": True},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|more than 1"):
        BatchBehaviour(**wrong)
