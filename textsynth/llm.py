"""The one door to a model: render, look up, limit, retry, save, and only then hand over."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import tenacity

from textsynth.errors import PromptError, TransientError, nearest
from textsynth.journal import Journal
from textsynth.methods import Ask, Method
from textsynth.prompts import PromptBook
from textsynth.providers import Call, Link, Provider, Session
from textsynth.records import Brief, Message, Reply, ReplyRef, digest

MAX_WAIT = 60.0
"""The longest pause before another try, in seconds, unless the server asks for a longer one."""


@dataclass
class Tally:
    """What went through the door in this process."""

    asked: int = 0
    replayed: int = 0
    retried: int = 0
    in_flight: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    models: set[str] = field(default_factory=set)
    last_fault: str = ""


class Drained(Exception):
    """The run is ending: this request was not sent."""


class Llm:
    """Answers `ask` from the journal, or from the provider, connected to when first needed."""

    def __init__(
        self,
        provider: Provider,
        method: Method,
        book: PromptBook,
        journal: Journal,
        *,
        concurrency: int | None = None,
        retries: int = 5,
        on_fault: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.provider, self.method, self.book, self.journal = provider, method, book, journal
        self.retries, self.on_fault = retries, on_fault
        self.tally = Tally()
        self._model = provider.model_id()
        self._session: Session | None = None
        self._concurrency = concurrency
        self._slots: asyncio.Semaphore | None = None
        self._connecting = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._asking: dict[str, asyncio.Future[Reply]] = {}
        self._drain = asyncio.Event()
        self._failure: Exception | None = None

    def drain(self) -> None:
        """From now on no request leaves; those under way are awaited and saved."""
        self._drain.set()

    @property
    def concurrency(self) -> int:
        """Requests at once."""
        return self._concurrency or self.provider.requests_at_once()

    def ask_for(self, brief: Brief) -> tuple[Ask, dict[int, ReplyRef]]:
        """`ask` for one brief, and the replies it got: number of the call → reference."""
        used: dict[int, ReplyRef] = {}
        calls = itertools.count()
        absent = dict.fromkeys(self.method.may_use)
        base = {**absent, **self.book.common, **brief.facets, **brief.fields}

        async def ask(
            step: str,
            *,
            history: Sequence[Message] = (),
            take: int = 0,
            options: Mapping[str, Any] | None = None,
            **fields: Any,
        ) -> Reply:
            number = next(calls)
            self._declared(step, fields)
            prompt = self.book.load(step)
            messages = prompt.render({**base, **fields}, history)
            settings = self.provider.body_options({**prompt.options, **(options or {})})
            request = _Request(brief, step, prompt.id, messages, settings, take)
            key, reply = await self._answer(request)
            used[number] = ReplyRef(
                key,
                step,
                prompt.id,
                reply.model,
                reply.finish,
                reply.tokens_in,
                reply.tokens_out,
                reply.usd,
            )
            return reply

        return ask, used

    def _declared(self, step: str, fields: Mapping[str, Any]) -> None:
        """A method may hand over only what it declares, so that `check` knows all of it."""
        if set(fields) != set(self.method.steps.get(step, ())) or step not in self.method.steps:
            raise PromptError(
                f"the method '{self.method.part}' asks '{step}' with {sorted(fields)}",
                f"it declares {dict(self.method.steps)}; {nearest(step, self.method.steps)}",
                "make its `steps` and its calls of ask the same",
            )

    async def _answer(self, request: _Request) -> tuple[str, Reply]:
        key = request.key(self._model)
        found = self.journal.get(key)
        if found is None:
            if self._drain.is_set():
                raise Drained
            session = await self._connect()
            if session.model != self._model:
                # The provider fell back to another model: its replies have keys of their own.
                self._model = session.model
                key = request.key(self._model)
                found = self.journal.get(key)
            if found is None:
                return key, await self._once(key, request, session)
        self.tally.replayed += 1
        return key, found

    async def _once(self, key: str, request: _Request, session: Session) -> Reply:
        """One request per key, also when a method asks the same thing twice at the same time."""
        if key in self._asking:
            return await asyncio.shield(self._asking[key])
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asking[key] = future
        try:
            reply = await self._send(key, request, session)
            future.set_result(reply)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except Exception as error:
            future.set_exception(error)
            future.exception()  # seen: whoever waits for it gets it, nobody else has to
            raise
        finally:
            del self._asking[key]
        return reply

    async def _send(self, key: str, request: _Request, session: Session) -> Reply:
        assert self._slots is not None
        async with self._slots:
            if self._drain.is_set():
                raise Drained
            self.journal.sent(key)
            self.tally.in_flight += 1
            try:
                reply = await self._persistently(request, session)
                price = self.provider.price(reply.model)
                if price:
                    paid = price(reply.tokens_in, reply.tokens_out, reply.cached)
                    reply = replace(reply, usd=paid)
            finally:
                self.tally.in_flight -= 1
        self.tally.asked += 1
        self.tally.tokens_in += reply.tokens_in
        self.tally.tokens_out += reply.tokens_out
        self.tally.models.add(reply.model)
        await self.journal.put(
            key, request.brief.index, request.step, request.prompt,
            (request.messages, request.options), reply,
        )  # fmt: skip
        return reply

    async def _persistently(self, request: _Request, session: Session) -> Reply:
        call = Call(request.messages, request.options, request.key(self._model))
        # The first try goes without the retry machinery, whose set-up costs as much as the rest.
        try:
            return await session.ask(call)
        except TransientError as error:
            if not self.retries:
                raise
            first = error
        self._note_retry(first)
        await self._sleep(pause(first, 1))
        async for attempt in tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=tenacity.stop_after_attempt(self.retries),
            wait=lambda state: pause(_fault(state), state.attempt_number + 1),
            sleep=self._sleep,
            before_sleep=lambda state: self._note_retry(_fault(state)),
            reraise=True,
        ):
            with attempt:
                return await session.ask(call)
        raise AssertionError("tenacity ended without a result")

    async def _sleep(self, seconds: float) -> None:
        """A pause that ends with the run: a try that waits is not a request under way."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drain.wait(), seconds)
            raise Drained

    def _note_retry(self, error: BaseException | None) -> None:
        self.tally.retried += 1
        self.tally.last_fault = str(error)
        self.on_fault(f"trying again: {error}")

    async def _connect(self) -> Session:
        async with self._connecting:
            if self._failure is not None:
                raise self._failure
            if self._session is None:
                self._session = await self._first_connection()
        return self._session

    async def _first_connection(self) -> Session:
        """Connects, unless the run ends first; a failure counts for every row that waits."""
        opening = asyncio.ensure_future(self._open())
        ending = asyncio.ensure_future(self._drain.wait())
        await asyncio.wait((opening, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not opening.done():
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            raise Drained
        try:
            session = opening.result()
        except Exception as error:
            self._failure = error
            raise
        self._slots = asyncio.Semaphore(self.concurrency)
        return session

    async def _open(self) -> Session:
        await self.provider.check()
        return await self._stack.enter_async_context(self.provider.connect(Link(self.concurrency)))

    async def aclose(self) -> None:
        """Closes the connection, if one was opened."""
        await self._stack.aclose()


@dataclass(frozen=True, slots=True)
class _Request:
    brief: Brief
    step: str
    prompt: str
    messages: list[Message]
    options: dict[str, Any]
    take: int

    def key(self, model: str) -> str:
        """What the journal knows the reply by: model, messages, options, brief and take.

        The brief is part of it because two briefs that happen to ask the same want two answers.
        """
        return digest(model, self.messages, self.options, self.brief.id, self.take)


def _fault(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def pause(error: BaseException | None, tries: int) -> float:
    """What the server asked for, or exponential back-off with full jitter, in seconds."""
    if isinstance(error, TransientError) and error.retry_after is not None:
        return error.retry_after + random.uniform(0, 0.1 * error.retry_after + 0.01)
    return random.uniform(0, min(MAX_WAIT, 0.5 * 2.0**tries))
