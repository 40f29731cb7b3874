"""Whose turn it is: one queue of requests before the endpoints that may take them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Iterator, Sequence

from textsynth.errors import ProviderError
from textsynth.limits import Limits
from textsynth.providers import Provider, Session


class Drained(Exception):
    """The run is ending: this request was not sent."""


class Endpoint:
    """One provider that answers: its session, its limits, its share of the requests."""

    def __init__(self, provider: Provider, weight: float, limits: Limits) -> None:
        self.provider, self.weight, self.limits = provider, weight, limits
        self.name = provider.address()
        self.session: Session | None = None
        self.failure: ProviderError | None = None
        self.worked = False

    @property
    def load(self) -> float:
        """Requests under way for its weight."""
        return (self.limits.in_flight + 1) / self.weight


class Turns:
    """Requests that wait, in order, for an endpoint with room."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.endpoints = endpoints
        self._drained = False
        self._failed: ProviderError | None = None
        self._queue: deque[tuple[asyncio.Future[Endpoint], int, str]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def drain(self) -> None:
        """From now on nobody is let in; those that wait are told."""
        self._drained = True
        self._turn_away(Drained())

    def fail(self, error: ProviderError) -> None:
        """No endpoint is left: whoever waits or comes gets this error."""
        self._failed = error
        self._turn_away(error)

    def _turn_away(self, error: Exception) -> None:
        while self._queue:
            future, *_ = self._queue.popleft()
            if not future.done():
                future.set_exception(error)

    def close(self) -> None:
        """Ends the timer."""
        if self._timer is not None:
            self._timer.cancel()

    async def enter(self, tokens: int, clock: RowClock | None, avoid: str) -> Endpoint:
        """Waits for its turn in the queue, and for an endpoint with room."""
        if self._drained:
            raise Drained
        if self._failed is not None:
            raise self._failed
        if not self._queue:
            now = time.monotonic()
            found, wait = self._pick(now, tokens, avoid)
            if found is not None:
                found.limits.start(now, tokens)
                return found
            self._arm(wait)
        future: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        self._queue.append((future, tokens, avoid))
        with paused(clock):
            try:
                return await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled() and future.exception() is None:
                    now = time.monotonic()
                    future.result().limits.done(now, now, "cancelled", 0, tokens)
                    self.wake()
                raise

    def _pick(self, now: float, tokens: int, avoid: str) -> tuple[Endpoint | None, float | None]:
        """(an endpoint with room, None), or (None, seconds until one may have; None: unknown)."""
        best: Endpoint | None = None
        soonest: float | None = None
        for endpoint in self.endpoints:
            if endpoint.failure is not None or endpoint.session is None:
                continue
            wait = endpoint.limits.wait(now, tokens)
            if wait == 0.0:
                if (
                    best is None
                    or best.name == avoid
                    or (endpoint.load < best.load and endpoint.name != avoid)
                ):
                    best = endpoint
            elif wait is not None and (soonest is None or wait < soonest):
                soonest = wait
        return best, soonest

    def wake(self) -> None:
        """Lets in from the queue whoever there is room for, in order."""
        if not self._queue:
            return
        now = time.monotonic()
        while self._queue:
            future, tokens, avoid = self._queue[0]
            if future.done():
                self._queue.popleft()
                continue
            found, wait = self._pick(now, tokens, avoid)
            if found is None:
                self._arm(wait)
                return
            self._queue.popleft()
            found.limits.start(now, tokens)
            future.set_result(found)

    def _arm(self, wait: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait is not None:
            self._timer = asyncio.get_running_loop().call_later(max(wait, 0.001), self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.wake()


class RowClock:
    """The time of one row, which stands still while the row waits for its turn."""

    def __init__(self, deadline: asyncio.Timeout) -> None:
        self._deadline, self._left, self._depth = deadline, 0.0, 0

    def pause(self) -> None:
        """From here on the row waits; calls nest."""
        when = self._deadline.when()
        if self._depth == 0 and when is not None:
            self._left = when - asyncio.get_running_loop().time()
            self._set(None)
        self._depth += 1

    def resume(self) -> None:
        """The row works again."""
        self._depth -= 1
        if self._depth == 0 and self._left:
            self._set(asyncio.get_running_loop().time() + self._left)

    def _set(self, when: float | None) -> None:
        # A row that is over may have a request left that waits: its time counts for nothing.
        with contextlib.suppress(RuntimeError):
            self._deadline.reschedule(when)


@contextlib.contextmanager
def paused(clock: RowClock | None) -> Iterator[None]:
    """The clock stands still inside."""
    if clock is None:
        yield
        return
    clock.pause()
    try:
        yield
    finally:
        clock.resume()
