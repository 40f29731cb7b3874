"""Who answers: the endpoints of a provider, each with its own limits, and which one gets a request.

A provider is one endpoint, or a pool of them. A request goes to the endpoint that has room and the
least under way for its weight; after a fault it is tried again, elsewhere where there is an
elsewhere. An endpoint that fails all it gets is left alone for a while, and the rest go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import tenacity

from textsynth.errors import ProviderError, RequestError, TransientError
from textsynth.events import Events
from textsynth.limits import Limits, Outcome
from textsynth.providers import Call, Link, Provider
from textsynth.records import Reply
from textsynth.turns import Drained, Endpoint, RowClock, Turns, paused

MAX_WAIT = 60.0
"""The longest pause before another try, in seconds, unless the server asks for a longer one."""

NEVER_WORKED = 60.0
"""Seconds until a run is stopped whose endpoint has not answered a single request."""


@dataclass(frozen=True)
class Answer:
    """A reply, who gave it, and how long its last try took in seconds."""

    reply: Reply
    endpoint: str
    provider: Provider
    seconds: float
    tries: int


class Fleet:
    """The endpoints of one provider, behind one queue.

    `at_once`: requests at once in all, shared by weight; each endpoint's own figure when None.
    `retries`: how often a request is tried again after a fault of its own; tries that meet an
    endpoint that fails everything do not count. `patience`: seconds until the run is stopped
    because nothing answers any more.
    """

    def __init__(
        self,
        provider: Provider,
        link: Link,
        *,
        at_once: int | None = None,
        retries: int = 5,
        patience: float = 600.0,
        events: Events,
        on_retry: Callable[[BaseException, float, int, str], None],
    ) -> None:
        self.provider, self.link, self.retries, self.events = provider, link, retries, events
        self.patience, self.on_retry = patience, on_retry
        self.model = provider.model_id()
        members = provider.endpoints()
        total = sum(weight for _, weight in members)
        self.endpoints = []
        for one, weight in members:
            own = None if at_once is None else max(1, round(at_once * weight / total))
            self.endpoints.append(Endpoint(one, weight, self._limits(one, own)))
        names = [endpoint.name for endpoint in self.endpoints]
        for number, endpoint in enumerate(self.endpoints, 1):
            if names.count(endpoint.name) > 1:  # two keys at one host
                endpoint.name += f" (#{number})"
        self._turns = Turns(self.endpoints)
        self._stack = AsyncExitStack()
        self._connecting = asyncio.Lock()
        self.ready = False
        self.counts_tokens = any(one.per_minute()[1] for one, _ in provider.endpoints())
        self._failure: Exception | None = None
        self._drain = asyncio.Event()

    def _limits(self, provider: Provider, at_once: int | None) -> Limits:
        requests, tokens = provider.per_minute()
        name = provider.address()

        def changed(words: str) -> None:
            self.events.emit("limit", endpoint=name, words=words)
            self.link.say(f"{name}: {words}")

        return Limits(
            at_once or provider.requests_at_once(),
            requests_per_minute=requests,
            tokens_per_minute=tokens,
            on_change=changed,
        )

    @property
    def at_once(self) -> int:
        """Requests that may be under way when all goes well."""
        return sum(endpoint.limits.ceiling for endpoint in self.endpoints)

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return sum(endpoint.limits.in_flight for endpoint in self.endpoints)

    @property
    def waits_for(self) -> str:
        """Why nothing leaves now, in words; empty while something does."""
        reasons = [e.limits.reason for e in self.endpoints if e.failure is None]
        return "; ".join(reasons) if all(reasons) else ""

    def drain(self) -> None:
        """From now on no request leaves; those that wait for their turn are told."""
        self._drain.set()
        self._turns.drain()

    async def connect(self) -> str:
        """Opens the sessions when first called. Returns the model that answers.

        A failure counts for every row that waits: it is raised again at once.
        """
        if self.ready:
            return self.model
        async with self._connecting:
            if self._failure is not None:
                raise self._failure
            if not self.ready:
                await self._first_connection()
        return self.model

    async def _first_connection(self) -> None:
        opening = asyncio.ensure_future(self._open())
        ending = asyncio.ensure_future(self._drain.wait())
        try:
            await asyncio.wait((opening, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            if not opening.done():
                opening.cancel()
                await asyncio.gather(opening, return_exceptions=True)
        if opening.cancelled():
            raise Drained
        try:
            opening.result()
        except Exception as error:
            self._failure = error
            raise
        self.ready = True

    async def _open(self) -> None:
        """Connects to each endpoint; those that cannot work are left out while others can."""
        for endpoint in self.endpoints:
            try:
                await endpoint.provider.check()
                limits = endpoint.limits
                link = replace(self.link, at_once=limits.ceiling, headers=_heard(limits))
                session = endpoint.provider.connect(link)
                endpoint.session = await self._stack.enter_async_context(session)
            except ProviderError as error:
                if len(self.endpoints) == 1:
                    raise
                self._lose(endpoint, error)
        alive = [e for e in self.endpoints if e.session is not None]
        if not alive:
            raise self.endpoints[0].failure or ProviderError("no endpoint of the pool answers")
        if len(self.endpoints) == 1 and alive[0].session is not None:
            # The provider may have fallen back to another model.
            self.model = alive[0].session.model

    def _lose(self, endpoint: Endpoint, error: ProviderError) -> None:
        endpoint.failure = error
        words = f"{endpoint.name} is left out: {error.asked}"
        self.link.say(words)
        self.events.emit("limit", endpoint=endpoint.name, words=words)
        if self.ready and all(one.failure for one in self.endpoints):
            self._turns.fail(error)

    async def ask(
        self,
        call: Call,
        tokens: int = 0,
        clock: RowClock | None = None,
        leaving: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Sends a request until it is answered. `tokens`: how many it may use, in and out.

        `leaving` is called once, just before it leaves for the first time.

        Raises Drained when the run ends first, TransientError when the retries are used up,
        RequestError and ProviderError as sessions do.
        """
        # The first try goes without the retry machinery, whose set-up costs as much as the rest.
        try:
            return await self._try(call, tokens, clock, 1, "", leaving)
        except TransientError as error:
            if not self.retries:
                raise
            first = error
        state = _Tries(self, first)
        await self._sleep(state.pause(first), clock)
        async for attempt in tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=state.used_up,
            wait=lambda now: state.pause(_fault(now)),
            sleep=lambda seconds: self._sleep(seconds, clock),
            reraise=True,
        ):
            with attempt:
                number = attempt.retry_state.attempt_number + 1
                return await self._try(call, tokens, clock, number, state.where)
        raise AssertionError("tenacity ended without a result")

    async def _try(
        self,
        call: Call,
        tokens: int,
        clock: RowClock | None,
        number: int,
        avoid: str = "",
        leaving: Callable[[], None] | None = None,
    ) -> Answer:
        endpoint = await self._turns.enter(tokens, clock, avoid)
        if leaving is not None:
            leaving()
        assert endpoint.session is not None
        began, used, words = time.monotonic(), 0, ""
        outcome: Outcome = "cancelled"
        try:
            if endpoint.provider is not self.provider:
                # The endpoints of a pool may want the same options under other names.
                call = replace(call, options=endpoint.provider.body_options(call.options))
            if endpoint.provider.detached:
                reply = await self._unless_drained(endpoint.session.ask(call))
            else:
                reply = await endpoint.session.ask(call)
            outcome, used = "ok", reply.tokens_in + reply.tokens_out
            endpoint.worked = True
        except TransientError as error:
            outcome, words = "overload" if error.overload else "fault", error.asked
            error.where = endpoint.name
            if error.retry_after is not None:
                endpoint.limits.retry_after(time.monotonic(), error.retry_after)
            raise
        except RequestError:
            outcome = "refused"
            raise
        except ProviderError as error:
            outcome, words = "refused", error.asked
            if len(self.endpoints) == 1:
                raise
            self._lose(endpoint, error)
            if all(one.failure for one in self.endpoints):
                raise
            passing = TransientError(error.asked)
            passing.where = endpoint.name
            raise passing from error
        finally:
            now = time.monotonic()
            if endpoint.provider.detached:
                # Lines of a batch fail together, hours after they left: that is no overload.
                outcome = "cancelled"
            endpoint.limits.done(now, began, outcome, used, tokens, words)
            self._turns.wake()
        return Answer(reply, endpoint.name, endpoint.provider, now - began, number)

    async def _unless_drained(self, asking: Any) -> Reply:
        """A request that goes on at the endpoint without us is not waited for when the run ends."""
        task = asyncio.ensure_future(asking)
        ending = asyncio.ensure_future(self._drain.wait())
        try:
            await asyncio.wait((task, ending), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                result: Reply = task.result()
                return result
            raise Drained
        finally:
            ending.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _sleep(self, seconds: float, clock: RowClock | None) -> None:
        """A pause that ends with the run: a try that waits is not a request under way."""
        with paused(clock), contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drain.wait(), seconds)
            raise Drained

    def broken(self) -> str:
        """Why the run should be stopped: nothing has answered for too long. Empty otherwise."""
        now = time.monotonic()
        alive = [e for e in self.endpoints if e.failure is None]
        for endpoint in alive:
            least = self.patience if endpoint.worked else min(self.patience, NEVER_WORKED)
            if endpoint.limits.broken_since(now) < least:
                return ""
        return ", ".join(e.name for e in alive)

    def elsewhere(self, where: str) -> bool:
        """Whether another endpoint than that one may answer."""
        now = time.monotonic()
        others = (e for e in self.endpoints if e.name != where and e.failure is None)
        return any(e.limits.broken_since(now) == 0 for e in others)

    async def aclose(self) -> None:
        """Closes the connections."""
        self._turns.close()
        await self._stack.aclose()


class _Tries:
    """Counts the tries of one request that were its own: an endpoint that is down costs none."""

    def __init__(self, fleet: Fleet, first: TransientError) -> None:
        self.fleet, self.own, self.tries, self.where = fleet, 0, 0, ""
        self._count(first)

    def _count(self, error: BaseException | None) -> None:
        now = time.monotonic()
        alive = [e for e in self.fleet.endpoints if e.failure is None]
        down = all(e.limits.broken_since(now) > 0 for e in alive)
        self.own += not down
        self.tries += 1

    def used_up(self, state: tenacity.RetryCallState) -> bool:
        """Whether this request is given up. Raises ProviderError when nothing answers any more."""
        self._count(_fault(state))
        words = self.fleet.broken()
        if words:
            raise ProviderError(
                f"the endpoint {words} does not answer any more: {_fault(state)}",
                fix="mend it and give the same command again: nothing saved is lost",
            ) from _fault(state)
        return self.own > self.fleet.retries

    def pause(self, error: BaseException | None) -> float:
        """Seconds before the next try."""
        assert error is not None
        self.where = getattr(error, "where", "")
        # Elsewhere at once, but only once round: where all fail, no retry is spent in a hurry.
        other = self.tries < len(self.fleet.endpoints) and self.fleet.elsewhere(self.where)
        wait = 0.0 if other else pause(error, max(self.own, 1))
        if self.fleet.provider.detached:
            wait = min(wait, 1.0)  # so that what failed in one batch goes into one batch again
        self.fleet.on_retry(error, wait, self.tries, self.where)
        return wait


def _fault(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def pause(error: BaseException | None, tries: int) -> float:
    """What the server asked for, or exponential back-off with full jitter, in seconds."""
    if isinstance(error, TransientError) and error.retry_after is not None:
        return error.retry_after + random.uniform(0, 0.1 * error.retry_after + 0.01)
    return random.uniform(0, min(MAX_WAIT, 0.5 * 2.0**tries))


def _heard(limits: Limits) -> Callable[[Mapping[str, str]], None]:
    return lambda headers: limits.headers(time.monotonic(), headers)
