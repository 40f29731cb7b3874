"""The calls of a Batch API, patient with an endpoint that fails for a while."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

import tenacity

from textsynth.errors import ProviderError, RequestError, TextsynthError, TransientError
from textsynth.providers._batch_files import URL, no_room, temporary_file
from textsynth.providers._chat import cut, parsed, translate

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai.types import Batch as BatchObject

PATIENCE = 3600.0
"""Seconds of nothing but faults after which a call is given up."""

DAYS_BACK = 7
"""How old a batch may be to be looked for at the endpoint."""

SLOWEST = 50_000
"""Bytes a second below which an upload counts as stuck."""

T = TypeVar("T")


class GoneError(ProviderError):
    """404: the endpoint no longer has that batch or file."""

    def __init__(self, thing: str, said: str) -> None:
        super().__init__(f"the endpoint no longer has {thing} (404): {said}")


class GivenUpError(ProviderError):
    """Nothing but faults for as long as the patience lasted."""


class BatchApi:
    """Files and batches of one endpoint, as calls that outlast its faults.

    A call is tried again for `patience` seconds, with pauses of at most `longest_pause` unless the
    endpoint asks for longer ones. All raise ProviderError; none raises TransientError.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        timeout: float,
        window: str,
        longest_pause: float,
        patience: float = PATIENCE,
    ) -> None:
        self.client, self.model, self.timeout, self.window = client, model, timeout, window
        self.longest_pause, self.patience = longest_pause, patience

    @property
    def address(self) -> str:
        """The endpoint's URL."""
        return str(self.client.base_url)

    @property
    def secret(self) -> str:
        """The key, which no message may repeat."""
        return self.client.api_key

    async def upload(self, file: IO[bytes], name: str) -> str:
        """The id of the uploaded file."""
        size = file.seek(0, 2)

        async def send() -> str:
            # The client watches the answer, not the upload: one that is stuck would never end.
            async with asyncio.timeout(self.timeout + size / SLOWEST):
                made = await self.client.files.create(
                    file=(f"{name}.jsonl", file, "application/jsonl"), purpose="batch"
                )
            return made.id

        return await self._patiently(send)

    async def create(self, file_id: str, marks: dict[str, str]) -> BatchObject:
        """A batch over that file. `marks` holds a `token` of its own.

        An answer may be lost on its way after the batch was made, so before another try the batch
        is looked for by its token: it is never made twice.
        """
        tried = False

        async def make() -> BatchObject:
            nonlocal tried
            if tried:
                found = await self._find(marks["token"])
                if found is not None:
                    return found
            tried = True
            return await self.client.batches.create(
                input_file_id=file_id,
                endpoint=cast(Any, URL),
                completion_window=cast(Any, self.window),
                metadata=marks,
                extra_headers={"Idempotency-Key": marks["token"]},
            )

        return await self._patiently(make)

    async def look(self, batch_id: str) -> BatchObject:
        """The batch as it stands. Raises GoneError."""
        return await self._patiently(
            lambda: self.client.batches.retrieve(batch_id), f"the batch {batch_id}"
        )

    async def find(self, token: str) -> BatchObject | None:
        """The batch with that token in its metadata, if it is not too old."""
        return await self._patiently(lambda: self._find(token))

    async def _find(self, token: str) -> BatchObject | None:
        listed = await self._list()
        return next((b for b in listed if (b.metadata or {}).get("token") == token), None)

    async def recent(self) -> list[BatchObject]:
        """The batches of the last `DAYS_BACK` days, whoever made them, the oldest first."""
        return await self._patiently(self._list)

    async def _list(self) -> list[BatchObject]:
        oldest, found = time.time() - DAYS_BACK * 86400, []
        async for batch in self.client.batches.list(limit=100):
            if batch.created_at < oldest:
                break
            found.append(batch)
        return found[::-1]

    async def append(self, file_id: str, file: IO[bytes]) -> None:
        """Writes a file of the endpoint to the end of `file`. Raises GoneError."""
        start = file.seek(0, 2)

        async def fetch() -> None:
            file.seek(start)
            file.truncate()
            content = self.client.files.with_streaming_response.content(file_id)
            async with content as answer:
                async for chunk in answer.iter_bytes(1 << 16):
                    try:
                        file.write(chunk)
                    except OSError as error:
                        raise no_room(error) from error

        await self._patiently(fetch, f"the file {file_id}")

    async def keys_in(self, file_id: str) -> list[str]:
        """The keys of the requests in an uploaded file. Raises GoneError."""
        with temporary_file() as file:
            await self.append(file_id, file)
            file.seek(0)
            return [str(parsed(line)["custom_id"]) for line in file if line.strip()]

    async def _patiently(self, call: Callable[[], Awaitable[T]], thing: str = "") -> T:
        """What `call` returns. A 404 means that `thing` is gone, or that there is no Batch API."""
        try:
            async for attempt in tenacity.AsyncRetrying(
                retry=tenacity.retry_if_exception_type(TransientError),
                stop=tenacity.stop_after_delay(self.patience),
                wait=self._pause,
                reraise=True,
            ):
                with attempt:
                    return await self._once(call, thing)
        except TransientError as error:
            raise GivenUpError(
                f"the endpoint has failed for {self.patience / 60:.0f} minutes: {error.asked}",
                fix="give the same command again when it is back: what it has is collected then",
            ) from error
        raise AssertionError("tenacity ended without a result")

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Seconds: what the endpoint asked for, or back-off with jitter."""
        error = state.outcome.exception() if state.outcome else None
        wanted = error.retry_after if isinstance(error, TransientError) else None
        if wanted is not None:
            return wanted + random.uniform(0, 0.1 * wanted + 0.01)
        longest = min(self.longest_pause, 0.5 * 2.0**state.attempt_number)
        # Never at once: a batch whose answer was lost has to show in the list before the next try.
        return random.uniform(longest / 2, longest)

    async def _once(self, call: Callable[[], Awaitable[T]], thing: str) -> T:
        import openai

        try:
            return await call()
        except TextsynthError:
            raise
        except openai.NotFoundError as error:
            said = cut(words_of(error), self.secret)
            raise GoneError(thing, said) if thing else no_batches(said) from error
        except Exception as error:
            ours = translate(error, self.model, self.client)
            if isinstance(ours, RequestError):
                # It is the batch that is refused, so no row is at fault.
                raise ProviderError(f"the batch: {ours.asked}", ours.exists, ours.fix) from error
            raise ours from error


def words_of(error: APIStatusError) -> str:
    """What the endpoint said, without what the client adds."""
    said = error.body.get("message") if isinstance(error.body, dict) else None
    return str(said or error.message)


def no_batches(said: str) -> ProviderError:
    """What to say of an endpoint without files and batches."""
    return ProviderError(
        f"the endpoint has no Batch API: {said}",
        fix="use `provider: openai` with the same model and base_url",
    )
