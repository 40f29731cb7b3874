"""The Batch API of OpenAI and compatible endpoints: half the price, replies within a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from textsynth.errors import TransientError
from textsynth.prices import Price, half
from textsynth.providers import Link, Session
from textsynth.providers._batch_api import BatchApi, no_batches, words_of
from textsynth.providers._batch_queue import Sizes
from textsynth.providers._batches import batch_session
from textsynth.providers._chat import chat_client, cut, translate
from textsynth.providers.openai import Openai

CONNECTIONS = 8
"""Connections at once: each batch has but one call under way."""


class Batch(Openai):
    """Asks in batches over files, at half the price; a stopped run collects them later."""

    detached: ClassVar[bool] = True

    concurrency: Annotated[int, Field(ge=1, le=200_000)] = 10_000
    """Rows in flight: those that wait for their batch at the same time."""

    timeout: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """Seconds until a call about a batch is given up and tried again."""

    window: str = "24h"
    """Within which time the endpoint has to answer, in its own words."""

    poll: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """Seconds between two looks at a batch; the first looks come sooner."""

    most: Annotated[int, Field(ge=1, le=1_000_000)] = 50_000
    """Requests in a batch."""

    megabytes: Annotated[int, Field(ge=1, le=10_000)] = 190
    """Size of a batch's file, in millions of bytes."""

    gather: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """Seconds without a new request after which a batch is handed in."""

    @model_validator(mode="after")
    def _no_rates(self) -> Batch:
        if self.requests_per_minute or self.tokens_per_minute:
            raise ValueError(
                "a batch has no rate: leave out requests_per_minute and tokens_per_minute"
            )
        return self

    def cannot_complete(self) -> str:
        return "a Batch API takes chat requests alone"

    def price(self, model: str) -> Price | None:
        full = super().price(model)
        return half(full) if full else None

    def adjusted(self, price: Price) -> Price:
        return half(price)

    def connect(self, link: Link) -> AbstractAsyncContextManager[Session]:
        return self._connect(link)

    @asynccontextmanager
    async def _connect(self, link: Link) -> AsyncIterator[Session]:
        url, key = self._access()
        sizes = Sizes(self.most, self.megabytes * 1_000_000, self.gather, self.poll)
        mode = "words" if self.base_url else "schema"
        async with chat_client(url, key, self.timeout, CONNECTIONS) as client:
            api = BatchApi(
                client, self.model, timeout=self.timeout, window=self.window,
                longest_pause=min(60.0, 2 * self.poll),
            )  # fmt: skip
            async with batch_session(api, link, sizes, self.address(), mode) as session:
                yield session

    async def check(self) -> list[str]:
        lines = await super().check()
        await self._check_batches()
        return [*lines, f"it is asked in batches, answered within {self.window} at half the price"]

    async def _check_batches(self) -> None:
        import openai

        url, key = self._access()
        async with chat_client(url, key, self.timeout, 1) as client:
            try:
                await client.batches.list(limit=1)
            except openai.APIStatusError as error:
                if error.status_code in (404, 405, 501):
                    raise no_batches(cut(words_of(error), key)) from error
                ours = translate(error, self.model, client)
                if not isinstance(ours, TransientError):
                    raise ours from error
            except openai.OpenAIError:
                pass  # a fault that passes: the session will see
