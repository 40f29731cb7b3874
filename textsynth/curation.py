"""The engine of a curation: looked at in parallel, judged side by side, decided in row order.

The filters that remember see every row in order before any judge is asked, so a judge sees none but
survivors. What is kept depends on the rows and the replies alone, as in a run that writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textsynth.counts import Counts
from textsynth.errors import (
    Interrupted,
    ProviderError,
    ReplyError,
    RequestError,
    TransientError,
)
from textsynth.guard import STAGE
from textsynth.job import Job
from textsynth.llm import Llm
from textsynth.looking import Batch, Lost, Results
from textsynth.records import Brief, Sample, Summary, Verdict
from textsynth.runfolder import Run
from textsynth.screening import Looked, Screening
from textsynth.turns import Drained, RowClock

FAULTS_IN_A_ROW = 10
NOT_JUDGED = "not_judged"
TICK = 1.0
_EXCERPT = 160

Stream = Iterator[tuple[Batch, Results]]


@dataclass(frozen=True, slots=True)
class Example:
    """A dropped row, for the eye: an excerpt, the score, and what bears the verdict out."""

    id: str
    index: int
    reason: str
    score: float | None
    details: dict[str, Any]
    excerpt: str


@dataclass
class Compared:
    """What became of each row, before and now."""

    before: Counter[str] = field(default_factory=Counter)
    """Reason → rows; "" for kept."""
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(reason before, reason now) of rows that are kept on one side and dropped on the other."""


@dataclass
class Curation:
    """One curation under way. `tick` is called about once a second."""

    run: Run
    screening: Screening
    llm: Llm | None
    brief_of: Callable[[Sample], Brief]
    examples_of_each: int = 3
    replay: bool = False
    """Whether nothing may be asked: what no reply is there for is not judged."""
    tick: Callable[[Curation], None] = lambda curation: None
    counts: Counts = field(default_factory=Counts)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    languages: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    compared: Compared = field(default_factory=Compared)
    began: float = field(default_factory=time.monotonic)
    redacted: bool = False
    """Whether a row of the run held a redacted value, which drops it before all filters."""
    _told: float = 0.0
    _stop: bool = False
    _faults: int = 0

    @property
    def rows(self) -> int:
        """Rows decided on."""
        return self.counts.briefs

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stop

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    def stop(self) -> None:
        """Ends it after what is under way."""
        self._stop = True
        if self.llm is not None:
            self.llm.drain()

    def work(self, stream: Stream) -> None:
        """Without a filter that asks."""
        for found, was in self._rows(stream):
            if isinstance(found, Lost):
                self._fail_unread(found)
            else:
                self._decide(self.screening.recall(found), was)
        self._add_seconds(self.screening.seconds)

    def _rows(self, stream: Stream) -> Generator[tuple[Looked | Lost, str | None]]:
        for batch, results in stream:
            self._add_seconds(results.seconds)
            was: Iterable[str | None] = batch.was or (None,) * len(results.found)
            yield from zip(results.found, was, strict=True)
            self._beat()
            if self._stop:
                raise self._interrupted()

    def _interrupted(self) -> Interrupted:
        if self.llm is None:
            return Interrupted("stopped by Ctrl+C", fix="the same command reads all rows again")
        words = "stopped by Ctrl+C; what was answered is saved"
        return Interrupted(words, fix="the same command goes on from here")

    async def work_asking(self, stream: Stream) -> None:
        """With filters that ask: many rows wait for replies, and are decided on in their order."""
        llm = self.llm
        assert llm is not None
        at_once = math.ceil(1.25 * llm.concurrency) + 1
        slots, held = asyncio.Semaphore(at_once), 8 * at_once
        waiting: deque[tuple[Looked | Lost, str | None, asyncio.Task[Looked] | None]] = deque()
        rows = self._rows(stream)

        def some() -> list[tuple[Looked | Lost, str | None]]:
            return list(itertools.islice(rows, 64))

        try:
            while batch := await asyncio.to_thread(some):
                for found, was in batch:
                    task = None
                    if isinstance(found, Looked):
                        found = self.screening.recall(found)
                        if not _leaked(was):
                            await slots.acquire()
                            task = asyncio.create_task(self._judged(found, slots))
                    waiting.append((found, was, task))
                    while waiting and (len(waiting) > held or _done(waiting[0][2])):
                        await self._settle(*waiting.popleft())
            while waiting:
                await self._settle(*waiting.popleft())
        except BaseException:
            # What is paid for is saved before it is told.
            llm.drain()
            tasks = [task for _, _, task in waiting if task is not None]
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        finally:
            rows.close()
            self._add_seconds(self.screening.seconds)

    async def _judged(self, looked: Looked, slots: asyncio.Semaphore) -> Looked:
        llm = self.llm
        assert llm is not None
        try:
            brief = self.brief_of(looked.sample)
            async with asyncio.timeout(llm.job.row_timeout) as deadline:
                clock = RowClock(deadline)
                return await self.screening.judge(
                    looked, brief, lambda part: llm.ask_for(brief, clock, part),
                    self._unjudged if self.replay else None,
                )  # fmt: skip
        finally:
            slots.release()

    def _unjudged(self, error: Exception | None) -> Verdict:
        error = error or Drained()
        if isinstance(error, Drained) and not self._stop:
            return Verdict(keep=False, reason=NOT_JUDGED)
        raise error

    async def _settle(
        self, found: Looked | Lost, was: str | None, task: asyncio.Task[Looked] | None
    ) -> None:
        if isinstance(found, Lost):
            self._fail_unread(found)
            return
        if task is None:
            self._decide(found, was)
            return
        try:
            looked = await task
            self._faults = 0
        except Drained:
            raise self._interrupted() from None
        except (ReplyError, RequestError, TransientError, TimeoutError) as error:
            self._fail_unjudged(found.sample, error)
        else:
            self._decide(looked, was)

    def _decide(self, looked: Looked, was: str | None) -> None:
        leaked = _leaked(was)
        sample, verdicts, replies = self.screening.settle(looked, dropped=leaked)
        if leaked:
            self.redacted = True
            words = (was or "").partition(": ")[2]
            verdicts = [Verdict(keep=False, reason=words, filter=STAGE), *verdicts]
        counts = self.counts
        if replies:
            counts.pay(replies)
        first = None
        for verdict in verdicts:
            if not verdict.keep:
                first = verdict
                break
            counts.passed[verdict.filter] += 1
        self.languages[sample.language] += 1
        reason = ""
        if first is None:
            counts.keep(sample.facets)
        else:
            counts.drop(first)
            reason = f"{first.filter}: {first.reason}"
            self._show(sample, first, reason)
        if was is not None:
            self.compared.before[was] += 1
            if bool(was) != bool(reason):
                self.compared.moved[was, reason] += 1
        self.run.add_sample(sample, verdicts, kept=first is None)

    def _show(self, sample: Sample, verdict: Verdict, reason: str) -> None:
        some = self.examples.setdefault(reason, [])
        if len(some) < self.examples_of_each:
            some.append(
                Example(
                    sample.id, sample.index, reason, verdict.score, dict(verdict.details),
                    excerpt(sample),
                )
            )  # fmt: skip

    def _fail_unread(self, lost: Lost) -> None:
        self.counts.fail("unreadable", lost.words)
        self.run.add(
            "failed",
            {
                "index": lost.index, "brief": "", "facets": {}, "seeds": {},
                "error": f"unreadable: {lost.words}", "raw": "", "replies": [],
                "record": lost.record,
            },
        )  # fmt: skip

    def _fail_unjudged(self, sample: Sample, error: Exception) -> None:
        kind = type(error).__name__
        if isinstance(error, TransientError):
            self._faults += 1
            if self._faults >= FAULTS_IN_A_ROW:
                raise ProviderError(
                    f"the endpoint failed {self._faults} rows in a row: {error.asked}",
                    fix="mend it and give the same command again: nothing saved is lost",
                )
        self.counts.fail(kind, error.asked if isinstance(error, ReplyError) else "")
        row = sample.to_json()
        row |= {
            "error": f"{kind}: {error}", "raw": getattr(error, "raw", ""),
            "replies": [ref["key"] for ref in row["replies"]],
        }  # fmt: skip
        self.run.add("failed", row)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._told >= TICK:
            self._told = now
            self.tick(self)

    def _add_seconds(self, more: Mapping[str, float]) -> None:
        for name, spent in more.items():
            self.seconds[name] += spent

    def summary(self, job: Job, **more: Any) -> Summary:
        """The figures so far: rows read, readable ones, those left after each filter, kept."""
        stages = [*([STAGE] if self.redacted else []), *self.screening.names]
        made = self.counts.summary(job, stages, **more)
        (_, rows), (_, read), *left = made.funnel
        if self.redacted:
            gone = sum(n for why, n in made.reasons.items() if why.startswith(f"{STAGE}: "))
            left[0] = (STAGE, read - gone)
        return replace(made, asked=rows, funnel=(("rows", rows), ("read", read), *left))


def _done(task: asyncio.Task[Looked] | None) -> bool:
    return task is None or task.done()


def _leaked(was: str | None) -> bool:
    return was is not None and was.startswith(f"{STAGE}: ")


def excerpt(sample: Sample) -> str:
    """The beginning of what is said last, after that of what was asked before it."""
    texts = [" ".join(message["content"].split()) for message in sample.messages]
    if len(texts) < 2:
        return _cut(texts[0] if texts else "", _EXCERPT)
    return f"{_cut(texts[-2], _EXCERPT // 2)} → {_cut(texts[-1], _EXCERPT // 2)}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


@contextlib.contextmanager
def closing(stream: Stream) -> Iterator[Stream]:
    """The stream, whose processes are ended whatever comes."""
    try:
        yield stream
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
