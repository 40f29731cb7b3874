"""Tests of the files of the test chat server, by the openai client over loopback."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.servers.calls import call
from tests.servers.chat import ChatServer


def test_file_is_kept_listed_and_deleted(client: openai.OpenAI) -> None:
    data = b'{"a": "\xed\x95\x9c"}\r\n--not-the-boundary\r\n\r\n'
    one = client.files.create(file=("one.jsonl", data), purpose="batch")
    two = client.files.create(file=("two.txt", b""), purpose="user_data")
    assert (one.filename, one.bytes, one.purpose) == ("one.jsonl", len(data), "batch")
    assert client.files.retrieve(one.id) == one
    assert client.files.content(one.id).content == data
    assert client.files.content(two.id).content == b""
    assert [file.id for file in client.files.list()] == [two.id, one.id]
    assert [file.id for file in client.files.list(order="asc")] == [one.id, two.id]
    assert [file.id for file in client.files.list(purpose="batch")] == [one.id]
    assert [file.id for file in client.files.list(limit=1)] == [two.id, one.id]
    gone = client.files.delete(one.id)
    assert (gone.id, gone.deleted) == (one.id, True)
    for ask_again in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError, match="No such File object"):
            ask_again(one.id)


def test_upload_that_openai_would_refuse(client: openai.OpenAI, server: ChatServer) -> None:
    with pytest.raises(openai.BadRequestError, match=r"Must be \.jsonl"):
        client.files.create(file=("in.csv", b"{}"), purpose="batch")
    wrong: Any = "nonsense"
    with pytest.raises(openai.BadRequestError, match="is not one of"):
        client.files.create(file=("in.jsonl", b"{}"), purpose=wrong)
    assert call(server.port, {"purpose": "batch"}, "/v1/files")[0] == 400
    assert server.files == []


def test_large_upload_arrives_whole(client: openai.OpenAI) -> None:
    data = bytes(range(256)) * 40_000
    file = client.files.create(file=("large.bin", data), purpose="user_data")
    assert client.files.content(file.id).content == data
