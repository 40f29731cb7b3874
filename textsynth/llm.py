"""The one door to a model: render, look up, send, save, and only then hand over."""

from __future__ import annotations

import asyncio
import functools
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from textsynth.asking import Ask, Asking
from textsynth.endpoints import Answer, Fleet
from textsynth.errors import PromptError, ReplyError, nearest
from textsynth.events import Events
from textsynth.forms import Form, FormError
from textsynth.guard import Guard, Used
from textsynth.job import Job
from textsynth.journal import Journal
from textsynth.methods import ALWAYS
from textsynth.prompts import PromptBook
from textsynth.providers import Call, Link, Provider
from textsynth.records import Brief, Message, Raw, Reply, ReplyRef, digest
from textsynth.repairs import Repairs
from textsynth.till import Till
from textsynth.tracing import NO_TRACING, Tracing
from textsynth.turns import Drained, RowClock, paused


@dataclass
class Tally:
    """What went through the door in this process."""

    asked: int = 0
    replayed: int = 0
    retried: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    models: set[str] = field(default_factory=set)
    last_fault: str = ""


class Llm:
    """Answers `ask` from the journal, or from the providers, connected to when first needed."""

    def __init__(
        self,
        job: Job,
        book: PromptBook,
        journal: Journal,
        *,
        on_fault: Callable[[str], None] = lambda words: None,
        events: Events | None = None,
        tracing: Tracing = NO_TRACING,
        guard: Guard | None = None,
        repairs: Repairs | None = None,
    ) -> None:
        self.repairs = repairs or Repairs()
        self.guard = guard or Guard()
        self.job, self.method, self.book, self.journal = job, job.method, book, journal
        self.on_fault, self.events, self.tracing = on_fault, events or Events(), tracing
        self.tally = Tally()
        self._again = PromptBook(book.home, "structured", job.language, book.common[_NAME])
        self._aside: set[asyncio.Future[None]] = set()
        self._asking: dict[str, asyncio.Future[Reply]] = {}
        self._ended = False
        self._main = self._fleet(job.provider)
        self._fleets = {job.provider.model_id(): [self._main]}
        self._by_role = {role: self._shared(provider) for role, provider in job.models.items()}
        roles = {step: job.method.roles.get(step, "") for step in job.method.steps}
        for part in job.quality:
            roles |= {step: part.players.get(step, "") for step in part.asked()}
        self._by_step = {step: self._by_role.get(role, self._main) for step, role in roles.items()}
        played = {role for part in job.quality for role in part.played()}
        self._besides = [fleet for role, fleet in self._by_role.items() if role in played]
        self.till = Till(job, journal, [fleet.provider for fleet in self.fleets])

    def _fleet(self, provider: Provider) -> Fleet:
        link = Link(
            notes=self.journal, say=self._say,
            paid=functools.partial(self._paid_aside, provider),
            tag=digest(self.job.name, self.job.method.part, self.job.seed, size=8),
        )  # fmt: skip
        return Fleet(
            provider, link, at_once=self.job.concurrency, retries=self.job.retries,
            patience=self.job.patience, events=self.events, on_retry=self._note_retry,
        )  # fmt: skip

    def _shared(self, provider: Provider) -> Fleet:
        """One fleet per provider, whatever the number of roles that it plays."""
        same = self._fleets.setdefault(provider.model_id(), [])
        for fleet in same:
            if fleet.provider == provider:
                return fleet
        same.append(self._fleet(provider))
        return same[-1]

    @property
    def fleets(self) -> list[Fleet]:
        """The providers that the steps of the method and of its filters ask."""
        used = [*self._by_step.values(), *self._besides] or [self._main]
        return [fleet for n, fleet in enumerate(used) if fleet not in used[:n]]

    @property
    def concurrency(self) -> int:
        """Requests at once when all goes well."""
        return sum(fleet.at_once for fleet in self.fleets)

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return sum(fleet.in_flight for fleet in self.fleets)

    @property
    def waits_for(self) -> str:
        """Why nothing leaves now, in words; empty while something does."""
        reasons = [fleet.waits_for for fleet in self.fleets]
        return "; ".join(reasons) if all(reasons) else ""

    def drain(self) -> None:
        """From now on no request leaves; those under way are awaited and saved."""
        self._ended = True
        self.till.drain()
        for fleet in self.fleets:
            fleet.drain()

    def ask_for(
        self,
        brief: Brief,
        clock: RowClock | None = None,
        part: Asking | None = None,
        rounds: int = 0,
    ) -> tuple[Ask, Used]:
        """`ask` for one brief, and the replies it got: number of the call → reference.

        `part`: who asks; the method where it is not given. `rounds`: how often the row was sent
        back (`repair`). What a prompt is made of passes the guard first, and the prompt once more
        as a whole.
        """
        used, guard = Used(), self.guard
        calls = itertools.count()
        asker: Asking = part or self.method
        base = self._base(brief, asker)

        async def ask(
            step: str,
            *,
            history: Sequence[Message] = (),
            take: int = 0,
            options: Mapping[str, Any] | None = None,
            form: Any = None,
            role: str = "",
            **fields: Any,
        ) -> Reply:
            number = next(calls)
            self._declared(asker, step, fields, form)
            prompt = self.book.load(step)
            seen = guard.fenced({**base, **fields}, prompt.language)
            messages, held = guard.messages(prompt.render(seen, history))
            fleet = self._by_role.get(role, self._main) if role else self._by_step[step]
            given = {**prompt.options, **options} if options else prompt.options
            settings = fleet.provider.body_options(given)
            wanted = None if form is None else Form.of(form)
            ids = (prompt.id, prompt.raw)
            if not part:
                take = self.repairs.take(brief.index, number, take, rounds)
            request = _Request(fleet, brief, step, *ids, messages, settings, take, wanted)
            reply = await self._noted(request, number, held, used, clock)
            if wanted is None:
                return reply
            try:
                return _read(wanted, reply)
            except FormError as error:
                again, held = self._asked_again(request, reply, str(error))
            reply = await self._noted(again, next(calls), held, used, clock)
            try:
                return _read(wanted, reply)
            except FormError as error:
                words = f"the reply to '{step}' is not what was asked for: {error}"
                raise ReplyError(words, reply.text) from None

        return ask, used

    async def _noted(
        self, request: _Request, number: int, held: bool, used: Used, clock: RowClock | None
    ) -> Reply:
        """The reply to a request, noted under the number of the call."""
        key, reply = await self._answer(request, clock)
        if held:
            used.held.add(number)
        used[number] = ReplyRef(
            key, request.step, request.prompt, reply.model, reply.finish, reply.tokens_in,
            reply.tokens_out, reply.usd,
        )  # fmt: skip
        return reply

    def _base(self, brief: Brief, asker: Asking) -> dict[str, Any]:
        """What each prompt for a brief may use, whatever the step hands over."""
        absent = dict.fromkeys((*ALWAYS, *asker.may_use))
        told = self.job.scenarios.shown(brief.facets)
        base = {**absent, **self.book.common, **brief.facets, **brief.fields, **told}
        for source in self.job.inputs.values():
            base |= source.says(brief, self.job.language)
        return base

    def _asked_again(self, request: _Request, reply: Reply, problem: str) -> tuple[_Request, bool]:
        """The same request with the reply that did not fit, and what is wrong with it."""
        words = self._again.load("again").render({**self._again.common, "problem": problem})
        said: list[Message] = [{"role": "assistant", "content": reply.text or "{}"}]
        messages, held = self.guard.messages([*request.messages, *said, *words])
        return replace(request, messages=messages), held

    def _declared(self, part: Asking, step: str, fields: Mapping[str, Any], form: Any) -> None:
        """A part may hand over only what it declares, so that `check` knows all of it."""
        own = part.steps.get(step)
        if own is None or fields.keys() != set(own):
            raise PromptError(
                f"'{part.part}' asks '{step}' with {sorted(fields)}",
                f"it declares {dict(part.steps)}; {nearest(step, part.steps)}",
                "make its `steps` and its calls of ask the same",
            )
        if form is not None and self.book.load(step).raw:
            raise PromptError(f"'{step}' is a raw prompt, whose reply can have no form")

    async def _answer(self, request: _Request, clock: RowClock | None) -> tuple[str, Reply]:
        fleet = request.fleet
        key = request.key(fleet.model)
        found = self.journal.get(key)
        if found is None:
            if self._ended:
                raise Drained
            before = fleet.model
            if not fleet.ready:
                with paused(clock):
                    await fleet.connect()
            if fleet.model != before:
                # The provider fell back to another model: its replies have keys of their own.
                key = request.key(fleet.model)
                found = self.journal.get(key)
            if found is None:
                return key, await self._once(key, request, clock)
        self.tally.replayed += 1
        if found.usd is None:
            found = self.till.priced(found, fleet.provider)
        return key, found

    async def _once(self, key: str, request: _Request, clock: RowClock | None) -> Reply:
        """One request per key, also when a method asks the same thing twice at the same time."""
        while key in self._asking:
            # Who asked first may be cancelled; whoever else waits then asks for itself.
            first = self._asking[key]
            await asyncio.wait((first,))
            if not first.cancelled() and (error := first.exception()) is not None:
                raise error
            found = self.journal.get(key)
            if found is not None:
                return self.till.priced(found, request.fleet.provider)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asking[key] = future
        try:
            reply = await self._send(key, request, clock)
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

    async def _send(self, key: str, request: _Request, clock: RowClock | None) -> Reply:
        call = Call(
            request.messages, request.options, key, request.form, self.job.language, request.raw
        )
        fleet, till, kind = request.fleet, self.till, request.step
        tokens = request.tokens() if fleet.counts_tokens or till.limited else 0
        if till.limited:
            with paused(clock):
                await till.leave(tokens, kind)
        try:
            answer = await self._asked(call, tokens, clock, key, request)
        except BaseException:
            till.back(kind)
            raise
        reply = till.priced(answer.reply, answer.provider)
        till.paid(reply, kind)
        tally = self.tally
        tally.asked += 1
        tally.tokens_in += reply.tokens_in
        tally.tokens_out += reply.tokens_out
        tally.models.add(reply.model)
        options = request.options
        if request.form is not None:
            options = {**options, "form": request.form.name}
        if request.raw:
            options = {**options, "raw": request.raw}
        await self.journal.put(
            key, request.brief.index, request.step, request.prompt,
            (request.messages, options), reply, seconds=answer.seconds,
        )  # fmt: skip
        if self.events.live:
            self._tell(key, request, answer, reply)
        return reply

    async def _asked(
        self, call: Call, tokens: int, clock: RowClock | None, key: str, request: _Request
    ) -> Answer:
        fleet = request.fleet
        if self.tracing is NO_TRACING:
            return await fleet.ask(call, tokens, clock, lambda: self.journal.sent(key))
        index = request.brief.index
        known: dict[str, str | int] = {"step": request.step, "brief": index, "key": key}
        provider = fleet.provider
        with self.tracing.chat(
            fleet.model, provider.part, provider.address(), request.options, known,
            structured=request.form is not None, raw=bool(request.raw),
        ) as span:  # fmt: skip
            answer = await fleet.ask(call, tokens, clock, lambda: self.journal.sent(key))
            span.replied(self.till.priced(answer.reply, answer.provider), answer.tries)
            return answer

    def _tell(self, key: str, request: _Request, answer: Answer, reply: Reply) -> None:
        self.events.emit(
            "request", step=request.step, model=reply.model, endpoint=answer.endpoint,
            brief=request.brief.index, key=key, seconds=round(answer.seconds, 4),
            tokens_in=reply.tokens_in, tokens_out=reply.tokens_out, cached=reply.cached,
            usd=reply.usd, finish=reply.finish, tries=answer.tries,
        )  # fmt: skip

    def _paid_aside(self, provider: Provider, reply: Reply) -> None:
        """Saves a reply that no row gets: it was paid for all the same."""
        reply = self.till.priced(reply, provider)
        self.till.paid_aside(reply)
        key = digest("aside", reply.model, reply.text, time.time())
        task = asyncio.ensure_future(self.journal.put(key, -1, "(probe)", "", ([], {}), reply))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def _say(self, words: str) -> None:
        self.events.emit("pause", endpoint="", words=words, seconds=0)
        self.on_fault(words)

    def _note_retry(self, error: BaseException, wait: float, tries: int, where: str) -> None:
        self.tally.retried += 1
        self.tally.last_fault = str(error)
        self.on_fault(f"trying again: {error}")
        self.events.emit("retry", endpoint=where, error=str(error), wait=wait, tries=tries)

    async def aclose(self) -> None:
        """Closes the connections, if any were opened."""
        for fleet in [fleet for fleets in self._fleets.values() for fleet in fleets]:
            await fleet.aclose()


_NAME = "language_name"


def _read(form: Form, reply: Reply) -> Reply:
    """The reply with its value. Raises FormError."""
    return replace(reply, data=form.read(reply.text, finish=reply.finish))


@dataclass(frozen=True, slots=True)
class _Request:
    fleet: Fleet
    brief: Brief
    step: str
    prompt: str
    raw: Raw
    messages: list[Message]
    options: Mapping[str, Any]
    take: int
    form: Form | None = None

    def tokens(self) -> int:
        """A guess of the tokens it will use, in and out, for limits; corrected by the reply."""
        size = sum(len(message["content"].encode()) for message in self.messages)
        most = self.options.get("max_tokens") or self.options.get("max_completion_tokens")
        return size // 4 + (most if isinstance(most, int) else 256)

    def key(self, model: str) -> str:
        """What the journal knows the reply by: model, messages, options, brief and take; where a
        chat template of the job's makes the text, that too.

        The brief is part of it because two briefs that happen to ask the same want two answers.
        """
        kind: tuple[str, ...] = () if self.form is None else (self.form.id,)
        if self.raw:
            by = self.fleet.provider.completes_by() if self.raw == "user" else ""
            kind = (f"raw {self.raw}", *([by] if by else ()))
        return digest(model, self.messages, self.options, self.brief.id, self.take, *kind)
