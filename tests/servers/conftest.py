"""A running chat server, and a real client of it."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.servers.chat import ChatServer


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


@pytest.fixture
def client(server: ChatServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.url, api_key="k", max_retries=0, timeout=10) as made:
        yield made
