"""Plan, write, screen, close: turns briefs into kept rows until there are as many as asked for.

Rows are written side by side and decided on in the order of their briefs, so the outcome does not
depend on who answers first. What was launched ahead and is not needed stays in the journal.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from textsynth.counts import Counts, Quotas
from textsynth.errors import (
    ProviderError,
    ReplyError,
    RequestError,
    RunError,
    TextsynthError,
    TransientError,
)
from textsynth.generations import Generations
from textsynth.guard import STAGE, Checked
from textsynth.job import Job
from textsynth.lineup import MAX_SKIPS, Lineup
from textsynth.llm import Llm
from textsynth.materials import Materials
from textsynth.novelty import Novelty
from textsynth.outcomes import Outcome
from textsynth.records import (
    Brief,
    ReplyRef,
    Sample,
    Summary,
    Table,
    Verdict,
    seeds_of,
)
from textsynth.repairs import STAGE as BY_HAND
from textsynth.runfolder import Run, closed_at
from textsynth.screening import Looked, Screening
from textsynth.shortfall import dry_limit, shortfall
from textsynth.writing import RowWriter

FAULTS_IN_A_ROW = 10
"""Stop the run when so many rows in a row fail because the endpoint does not answer."""

HELD = 64
"""Written rows kept in memory before their turn, at least; four for each row under way, if more."""


class Pipeline:
    """One run of a job. `tick` is called with this object whenever something was decided."""

    def __init__(
        self,
        materials: Materials,
        run: Run,
        llm: Llm,
        tick: Callable[[Pipeline], None] = lambda pipeline: None,
    ) -> None:
        self.materials, self.run, self.llm, self.tick = materials, run, llm, tick
        self.job: Job = materials.job
        odds = self.job.odds
        parts = {name: odds.parts(name) for name in self.job.quotas}
        self.quotas = Quotas(self.job.quota_rows(), parts, self.job.loose())
        self.novelty = Novelty(self.job, self.quotas, llm.events)
        self.counts = Counts()
        self.guard, self.checked = llm.guard, Checked()
        self.short: list[str] = []
        self.tables: tuple[Table, ...] = ()
        self.started = time.monotonic()
        self.screening = Screening(self.job.quality, materials.setting())
        self._writer = RowWriter(materials, llm, self.screening)
        # More rows than requests at once, so that one being saved leaves no slot idle.
        self.rows_at_once = math.ceil(1.25 * llm.concurrency) + 1
        # Written rows held in memory until their turn; those beyond are written again from the
        # journal when it comes, so that a slow row stops nobody and memory stays flat.
        self._held = max(HELD, 4 * self.rows_at_once)
        self._parked: set[int] = set()
        self._spent = ""
        llm.till.on_spent = self.spent
        self._done: asyncio.Queue[tuple[int, Outcome]] = asyncio.Queue()
        self._ready: dict[int, Outcome] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._lineup = Lineup(self.quotas, materials.plan.facets_of)
        self._generations = Generations(self.job.method, self._lineup)
        self._faults = self._written = 0
        self._closed_at = closed_at(run.path, self.job.count)
        self._stop: TextsynthError | None = None

    async def produce(self) -> None:
        """Runs until enough is kept, or says in `short` why not. Raises what stopped it."""
        try:
            while not self._finished():
                before = self._lineup.moved
                self._launch()
                if self._tasks:
                    self._collect(await self._done.get())
                elif self._lineup.moved == before:
                    break
                self._decide()
            await self.drain()
        except Exception:
            # A fault of ours (a filter, the disk): what is paid for is saved before it is told.
            await self._settle()
            raise
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._stop and not self._enough():
            raise self._stop
        cells = [*self.quotas.short(), *self.screening.short()]
        ended, over = self._spent or self.novelty.over, self._generations.over
        self.short = shortfall(self.job, self.counts, cells, ended, over)

    def stop(self, reason: TextsynthError) -> None:
        """Ends the run after the requests under way: no new one leaves."""
        if self._stop is None:
            self._stop = reason
        self.llm.drain()
        self._done.put_nowait((-1, Outcome()))  # wakes `produce`

    def spent(self, words: str) -> None:
        """Ends the run because its budget is used up: what is under way is awaited, then closed."""
        if not self._spent:
            self._spent = words
            self.llm.events.emit("budget", words=words, usd=self.counts.cost)
            self.llm.drain()
            self._done.put_nowait((-1, Outcome()))

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stop is not None

    async def trials(self, count: int) -> list[tuple[int, Outcome, str, list[Verdict]]]:
        """Writes and screens the first briefs without counting them.

        (number of the brief, outcome, error, verdicts); briefs that no quota has room for are
        passed over, as the run will. Those of a second generation are not written: they build on
        all of the first.
        """
        facets_of = self.materials.plan.facets_of
        known = min(MAX_SKIPS, self._generations.first or MAX_SKIPS)
        fit = (i for i in range(known) if self.quotas.open(facets_of(i)))
        numbers = list(itertools.islice(fit, count))
        await asyncio.gather(*(self._row(i) for i in numbers))
        found = dict(self._done.get_nowait() for _ in range(self._done.qsize()))
        return [(i, *self._tried(found[i])) for i in numbers]

    def _tried(self, outcome: Outcome) -> tuple[Outcome, str, list[Verdict]]:
        error = outcome.error
        if outcome.brief is None and error is None:
            return outcome, self._spent or "not written", []
        if isinstance(error, TextsynthError) and not isinstance(error, ReplyError | RequestError):
            raise error
        if outcome.looked is None:
            return outcome, f"{type(error).__name__}: {error}", []
        sample, verdicts, replies = self._verdicts(outcome.looked, outcome.leaked)
        looked = replace(outcome.looked, sample=sample)
        return replace(outcome, looked=looked, replies=(*outcome.replies, *replies)), "", verdicts

    async def drain(self) -> None:
        """Waits for the requests under way, so that what is paid for is saved."""
        await self._settle()
        if self._stop or self._spent:
            # What is whole by now counts; a row cut off half-way is written on the next start.
            self._decide()
            while self._turn in self._parked and not self._enough():
                self._unpark()
                await self._settle()
                self._decide()

    async def _settle(self) -> None:
        self.llm.drain()
        while self._tasks:
            self._collect(await self._done.get())

    def _enough(self) -> bool:
        """Whether the run ends at this brief: depends on the briefs before it and nothing else."""
        counts = self.counts
        return (
            counts.kept >= self.job.count
            or counts.briefs >= self.job.brief_limit
            or counts.dry >= dry_limit(self.job, counts)
            or self.novelty.over != ""
        )

    def _finished(self) -> bool:
        no_brief_fits = self._lineup.exhausted and not self._tasks
        stopped = self._stop is not None or self._spent != "" or self._generations.over != ""
        return stopped or self._enough() or no_brief_fits

    def _launch(self) -> None:
        self._unpark()
        while self._stop is None:
            more = len(self._tasks) < min(self.rows_at_once, self._wanted())
            i = self._lineup.pick(more=more)
            if i is None and self._generations.turned():
                continue
            if i is None:
                break
            self._tasks[i] = asyncio.create_task(self._row(i))

    def _unpark(self) -> None:
        """Writes parked rows again, from the journal, as far as their turn is near."""
        if not self._parked or self._turn not in self._parked:
            return
        for i in range(self._turn, self._turn + self._held):
            if i in self._parked:
                self._parked.discard(i)
                self._tasks[i] = asyncio.create_task(self._row(i))

    def _wanted(self) -> int:
        """Rows worth having under way: what is missing over the yield so far, and no more."""
        counts = self.counts
        written = self._written + len(self._parked)
        share = (counts.kept + 1) / (counts.briefs + 1)
        need = math.ceil((self.job.count - counts.kept) / share)
        if self._turn < self._closed_at:
            # As many briefs were enough before: what lies beyond is asked for when it is needed.
            need = min(need, written + self._closed_at - self._lineup.next)
        return max(0, min(need - written, self.job.brief_limit - counts.briefs - written))

    @property
    def _turn(self) -> int:
        """The brief that is decided on next."""
        return self._lineup.turn

    async def _row(self, i: int) -> None:
        outcome = Outcome()
        try:
            outcome = await self._writer.write(i, self._generations.method)
            # A broken filter ends the run in its turn; a broken plan has no row to do it with.
            self._stop = self._stop or self._writer.fault
        finally:
            self._done.put_nowait((i, outcome))

    def _collect(self, first: tuple[int, Outcome]) -> None:
        i, outcome = first
        while True:
            task = self._tasks.pop(i, None)
            if task is not None and outcome.brief is not None:
                self._watch(outcome.error)
                near = i - self._turn < self._held or isinstance(outcome.error, TransientError)
                if near or self._stop is not None:
                    self._ready[i] = outcome
                    self._written += 1
                else:
                    self._parked.add(i)
            if self._done.empty():
                break
            i, outcome = self._done.get_nowait()

    def _watch(self, error: Exception | None) -> None:
        """Stops the run on errors that the next request would meet as well."""
        if self._enough():
            return
        if error is None or isinstance(error, ReplyError | RequestError):
            self._faults = 0
        elif isinstance(error, TransientError):
            self._faults += 1
            if self._faults >= FAULTS_IN_A_ROW:
                self.stop(
                    ProviderError(
                        f"the endpoint failed {self._faults} rows in a row: {error.asked}",
                        fix="mend it and give the same command again: nothing saved is lost",
                    )
                )
        elif isinstance(error, ProviderError | RunError):
            self.stop(error)

    def _decide(self) -> None:
        while self._turn in self._ready and not self._enough():
            outcome = self._ready.pop(self._turn)
            self._written -= 1
            error = outcome.error
            own = ReplyError | RequestError | TransientError
            if isinstance(error, TextsynthError) and not isinstance(error, own):
                # The job or the provider is at fault, not the row: it waits for the next start. A
                # fault of the job ends the run only here, in its turn, so a row that is not needed
                # ends none.
                self._ready[self._turn] = outcome
                self._written += 1
                self.stop(error)
                return
            if error is not None and error is self._writer.broken:
                raise error
            self._lineup.advance()
            brief = outcome.brief
            if brief is not None and self.quotas.end(brief.facets):
                self.counts.pay(outcome.replies)
                self.checked.count(outcome.replies, outcome.held)
                if outcome.looked is not None:
                    self._screen(outcome.looked, outcome.leaked, outcome.before)
                else:
                    self._fail(brief, outcome)
                self.tick(self)

    def _screen(self, looked: Looked, leaked: bool, before: Sequence[Looked | None] = ()) -> None:
        for earlier in before:
            if earlier is not None:
                # Whatever was a duplicate of it stays one, so that no other row changes.
                self.screening.decide(earlier, dropped=True)
        sample, verdicts, replies = self._verdicts(looked, leaked)
        self.counts.pay(replies)
        self.checked.rows += 1
        self.checked.rows_held += leaked
        first = next((verdict for verdict in verdicts if not verdict.keep), None)
        for verdict in itertools.takewhile(lambda verdict: verdict is not first, verdicts):
            self.counts.passed[verdict.filter] += 1
        if first is None:
            self.counts.keep(sample.facets)
            self.quotas.take(sample.facets)
            self._generations.keep(sample)
        else:
            self.counts.drop(first)
        self.run.add_sample(sample, verdicts, kept=first is None)
        self.novelty.see(sample, first)
        if self.llm.events.live:
            word, why = ("dropped", f"{first.filter}: {first.reason}") if first else ("kept", "")
            self.llm.events.emit("row", index=sample.index, outcome=word, id=sample.id, reason=why)

    def _verdicts(
        self, looked: Looked, leaked: bool
    ) -> tuple[Sample, list[Verdict], tuple[ReplyRef, ...]]:
        """The row as it stays, every filter's word, and the replies of those that asked."""
        back = self.llm.repairs.verdict(looked.sample.index)
        dropped = leaked or back is not None
        sample, found, replies = self.screening.decide(looked, dropped=dropped)
        first = [self.guard.verdict(leaked)] if self.guard.active else []
        if self.llm.repairs.active:
            first.append(back or Verdict(keep=True, filter=BY_HAND))
        return sample, [*first, *found], replies

    def _fail(self, brief: Brief, outcome: Outcome) -> None:
        error, clean = outcome.error, self.guard.value
        kind = type(error).__name__
        said = error.asked if isinstance(error, ReplyError) else ""
        self.counts.fail(kind, clean(said))
        words = clean(f"{kind}: {error}")
        self.llm.events.emit("row", index=brief.index, outcome="failed", reason=words)
        self.run.add(
            "failed",
            {
                "index": brief.index, "brief": brief.id, "facets": clean(brief.facets),
                "seeds": seeds_of(brief), "error": words,
                "raw": clean(getattr(error, "raw", "")),
                "replies": [ref.key for ref in outcome.replies],
            },
        )  # fmt: skip

    def summary(self) -> Summary:
        """The figures so far."""
        stages = [STAGE] if self.guard.active else []
        stages += [BY_HAND] if self.llm.repairs.active else []
        stages += self.screening.names
        sources, warnings = tuple(self.materials.sources), tuple(self.novelty.warnings)
        text = self.guard.job(self.job.text, [source.path for source in sources])
        return self.counts.summary(
            self.job, stages, sources=sources, short=tuple(self.short), tables=self.tables,
            job_text=text, warnings=warnings,
        )  # fmt: skip
