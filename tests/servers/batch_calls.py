"""Calls that the tests of the chat server's batches make, by the openai client."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, Literal

import openai
from openai.types import Batch

from tests.servers.calls import CHAT, ask

ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
OVER = ("completed", "failed", "expired", "cancelled")


def line(custom_id: str, **changed: Any) -> dict[str, Any]:
    """Build one line of an input file, which asks with its id."""
    return {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": ask(custom_id)} | changed


def jsonl(lines: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in lines)


def numbered(count: int) -> bytes:
    """Build an input file whose ids are r0, r1 and so on."""
    return jsonl(line(f"r{i}") for i in range(count))


def create(client: openai.OpenAI, data: bytes) -> Batch:
    """Upload an input file and make a batch of it."""
    file = client.files.create(file=("in.jsonl", data), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h")


def wait(client: openai.OpenAI, batch: Batch, *statuses: str, seconds: float = 10.0) -> Batch:
    """Ask until a batch has one of the statuses, by default one in which it is over."""
    deadline = time.monotonic() + seconds
    while batch.status not in (statuses or OVER):
        assert time.monotonic() < deadline, f"still {batch.status}"
        time.sleep(0.01)
        batch = client.batches.retrieve(batch.id)
    return batch


def read(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    """Download the lines of a file; none where there is no file."""
    if file_id is None:
        return []
    return [json.loads(raw) for raw in client.files.content(file_id).text.splitlines()]


def ids(lines: Iterable[dict[str, Any]]) -> list[str]:
    return [each["custom_id"] for each in lines]
