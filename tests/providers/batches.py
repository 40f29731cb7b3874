"""Sessions that ask a test server in batches, and what was handed in there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import openai

from tests.servers.batch_calls import read, wait
from tests.servers.chat import BatchBehaviour, ChatServer
from textsynth.errors import ProviderError, TransientError
from textsynth.providers import Call, Link, Session
from textsynth.providers.batch import Batch
from textsynth.records import Reply, digest

QUICK: dict[str, Any] = {"poll": 0.05, "gather": 0.05}
SWIFT: dict[str, Any] = {"validating": 0.0, "in_progress": 0.0, "finalizing": 0.0}
Work = Callable[[Session], Coroutine[Any, Any, Any]]


class Kept:
    """Notes as the run folder keeps them: JSON, by name."""

    def __init__(self, facts: dict[str, str] | None = None) -> None:
        self.facts = dict(facts or {})

    def note(self, name: str, value: Any) -> None:
        self.facts[name] = json.dumps(value)
        if value is None:
            del self.facts[name]

    def noted(self, prefix: str) -> dict[str, Any]:
        return {n: json.loads(v) for n, v in sorted(self.facts.items()) if n.startswith(prefix)}


def run(server: ChatServer, work: Work, link: Link | None = None, **options: Any) -> Any:
    """What `work` returns, given a session of its own."""
    provider = Batch(model="m", base_url=server.url, **{**QUICK, **options})

    async def main() -> Any:
        async with provider.connect(link or Link()) as session:
            return await asyncio.wait_for(work(session), 30)

    return asyncio.run(main())


def call(name: object, *before: str) -> Call:
    texts = [*before, f"What is {name}?"]
    roles = ("user", "assistant")
    messages: Any = [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
    return Call(messages, {}, digest(texts))


def asking(*names: object) -> Work:
    """Asks about all names at once; the replies and errors, in that order."""

    async def work(session: Session) -> list[Any]:
        return await asyncio.gather(
            *(session.ask(call(name)) for name in names), return_exceptions=True
        )

    return work


def persisting(*names: object) -> Work:
    """As `asking`, but what fails for now is asked again, as a run does."""

    async def one(session: Session, name: object) -> Reply | ProviderError:
        for _ in range(20):
            try:
                return await session.ask(call(name))
            except TransientError:
                continue
            except ProviderError as error:
                return error
        raise AssertionError(f"{name} fails on and on")

    async def work(session: Session) -> list[Any]:
        return await asyncio.gather(*(one(session, name) for name in names))

    return work


async def to_hold(condition: Callable[[], Any]) -> None:
    """Waits until the condition holds; fails when it never does."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the condition never came to hold")


def until(condition: Callable[[], Any], *names: object) -> Work:
    """Asks, and leaves as soon as the condition holds, without waiting for a reply."""

    async def work(session: Session) -> None:
        tasks = [asyncio.create_task(session.ask(call(name))) for name in names]
        await to_hold(condition)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return work


def held(server: ChatServer, *names: object, link: Link) -> None:
    """Hands a batch in that stays at work, and leaves it there."""
    server.batching = BatchBehaviour(validating=0.0, in_progress=0.0, hold=True, finish_share=0.0)
    run(server, until(lambda: [b for b in server.batches if b.in_progress_at], *names), link)


def finish(server: ChatServer, **behaviour: Any) -> openai.types.Batch:
    """Lets the last batch come to its end."""
    server.batching = BatchBehaviour(**{**SWIFT, **behaviour})
    with client_of(server) as client:
        return wait(client, client.batches.retrieve(server.batches[-1].id))


def client_of(server: ChatServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url, api_key="k")


def texts(replies: Sequence[Any]) -> list[str]:
    assert all(isinstance(reply, Reply) for reply in replies), replies
    return [reply.text for reply in replies]


def sizes(server: ChatServer) -> list[int]:
    """Requests in each batch, in the order in which they were handed in."""
    with client_of(server) as client:
        return [len(read(client, batch.input_file_id)) for batch in server.batches]


def once(server: ChatServer, requests: int) -> bool:
    """Whether so many requests were paid, each of them once."""
    return list(server.answered.values()) == [1] * requests
