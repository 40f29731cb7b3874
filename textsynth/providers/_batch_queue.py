"""Requests on their way into a batch: who waits for them, and when the next file is ready."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from textsynth.providers._batch_files import no_room, request_line
from textsynth.records import Message, Reply

SLICE = 200
"""Lines that are written without letting anything else run: a few milliseconds."""

LONGEST_WAIT = 600.0
"""Seconds at most until a full queue at the endpoint is tried again."""

Read = Callable[[Mapping[str, Any]], str]
"""The text of a chat message."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much goes into a batch, and how often it is looked at."""

    most: int
    """Requests."""

    size: int
    """Bytes of the file."""

    gather: float
    """Seconds without a new request after which a batch is handed in."""

    poll: float
    """Seconds between two looks."""


@dataclass(slots=True, eq=False)
class Asked:
    """A request and the futures of those who wait for its reply."""

    messages: Sequence[Message]
    options: Mapping[str, Any]
    read: Read | None
    waiting: list[asyncio.Future[Reply]] = field(default_factory=list)

    def settle(self, outcome: Reply | Exception) -> None:
        """Gives all who still wait the reply, or raises the error where they wait."""
        for future in self.waiting:
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


class Gathering:
    """The requests that are in no batch yet.

    `crowded`: whether the endpoint has refused a batch because too much was waiting there. From
    then on it gets one batch at a time, and the next once that one was taken in.
    """

    def __init__(self, model: str, sizes: Sizes) -> None:
        self.model, self.most, self.sizes = model, sizes.most, sizes
        self.crowded = False
        self.ended = asyncio.Event()
        """Set when a batch has ended: there may be room at the endpoint again."""
        self._queue: dict[str, Asked] = {}
        self._sizes: dict[str, int] = {}
        self._size = 0
        self._newest = 0.0
        self._changed = asyncio.Event()
        self._refusals = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, key: str, asked: Asked) -> None:
        """Puts a request into the next file."""
        self._queue[key] = asked
        # Characters, for the exact size is known only when the file is written.
        self._sizes[key] = sum(len(message["content"]) for message in asked.messages)
        self._size += self._sizes[key]
        self._newest = asyncio.get_running_loop().time()
        if len(self._queue) == 1 or self._full():
            self._changed.set()

    def drop(self, key: str) -> None:
        """Takes a request out again, if it is still here."""
        if self._queue.pop(key, None) is not None:
            self._size -= self._sizes.pop(key)

    def keys(self) -> list[str]:
        """The keys of what is here, the oldest first."""
        return list(self._queue)

    def _full(self) -> bool:
        return len(self._queue) >= self.most or self._size >= self.sizes.size

    def refused(self, requests: int, alone: bool) -> None:
        """A batch of so many `requests` was too much for the endpoint.

        Where ours was the only one there, it was too large in itself; otherwise it has to wait.
        """
        self.crowded = True
        self._refusals += 1
        self.ended.clear()
        if alone:
            self.most = max(1, requests // 2)

    def accepted(self) -> None:
        """A batch was taken in."""
        self._refusals = 0

    async def ready(self) -> None:
        """Returns when the next file should be made."""
        waited = 0
        while True:
            self._changed.clear()
            if not self._queue:
                await self._changed.wait()
                continue
            rest = self._newest + self.sizes.gather - asyncio.get_running_loop().time()
            if rest > 0 and not self._full():
                await _wait(self._changed, rest)
            elif self._refusals in (0, waited):
                return
            else:
                waited = self._refusals
                await _wait(self.ended, min(LONGEST_WAIT, self.sizes.poll * 2.0**waited))

    async def fill(self, file: IO[bytes], take: Callable[[str], None]) -> None:
        """Writes the next requests to a file; `take` is told the key of each as it leaves.

        Raises TextsynthError when the disk is full.
        """
        written = 0
        for number, key in enumerate(self.keys()[: self.most]):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            asked = self._queue.get(key)
            if asked is None:
                continue  # whoever asked has gone meanwhile
            body = {"model": self.model, "messages": asked.messages, **asked.options}
            line = request_line(key, body)
            if written and written + len(line) > self.sizes.size:
                return
            _write(file, line)
            written += len(line)
            self.drop(key)
            take(key)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _write(file: IO[bytes], line: bytes) -> None:
    try:
        file.write(line)
    except OSError as error:
        raise no_room(error) from error
