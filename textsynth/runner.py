"""Runs a job from start to end: `run` until enough is kept, `preview` for a few samples."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textsynth.closing import close
from textsynth.coverage import coverage
from textsynth.errors import Interrupted, ShortError
from textsynth.events import Events, JsonLog, RedactingFilter, Redactor, redact_error
from textsynth.fairness import fairness
from textsynth.forecast import Forecast, Taken, Use
from textsynth.funnel import told_at_closing
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.journal import Entry
from textsynth.live import View, make_view
from textsynth.llm import Llm
from textsynth.loop import in_loop
from textsynth.materials import Materials, prepare
from textsynth.outlook import Outlook
from textsynth.pipeline import Pipeline
from textsynth.records import Closing, Sample, Setting, Summary, Table, Verdict
from textsynth.repairs import Repairs
from textsynth.runfolder import Run
from textsynth.stages import Staged, StageRun, run_stages
from textsynth.tracing import NO_TRACING, Tracing, open_tracing
from textsynth.variety.tables import of_run
from textsynth.version import VERSION
from textsynth.versions import record

log = logging.getLogger("textsynth")
SAVE_EVERY = 1.0
"""Seconds between two savings of a run's figures."""


@dataclass(frozen=True)
class Result:
    """A closed run: its folder, its figures, and what was asked in this call."""

    path: Path
    summary: Summary
    asked: int
    replayed: int
    seconds: float
    cost: float | None
    stages: Sequence[StageRun] = ()
    """The runs that came before; `asked`, `replayed`, `seconds` and `cost` have them in."""


@dataclass(frozen=True)
class Trial:
    """One previewed brief: the sample or the error, each filter's word, and the exchanges."""

    index: int
    sample: Sample | None
    error: str
    verdicts: list[Verdict]
    exchanges: list[Entry]


def run(
    job: str | Path | Job,
    *,
    out: str | Path | None = None,
    view: View | None = None,
    log_to: str | Path | None = None,
    trace: bool = False,
    **overrides: Any,
) -> Result:
    """Runs a job until `count` rows are kept, and writes the dataset.

    Given again after any interruption, it goes on: what was answered is not asked again.
    `overrides` replace fields of the job file (count=20, seed=8, concurrency=4).
    `log_to`: a file to append what happens to, as JSON lines. `trace`: OpenTelemetry spans.
    Works inside a running event loop too, such as a notebook's.

    Raises JobError, ProviderError, ShortError (the dataset is written all the same), Interrupted.
    """
    loaded = job.changed(**overrides) if isinstance(job, Job) else load_job(job, overrides)
    folder, view = Path(out) if out else None, view or make_view(None)
    with _observed(loaded, log_to, trace) as (events, tracing):
        staged = _staged(loaded, folder, view, events, tracing)
        ready = prepare(staged.job)
        for words in (*staged.warnings, *ready.warnings):
            log.warning("warning: %s", words)
        tables = staged.tables
        result = in_loop(_run(ready, folder, view, events, tracing, tables, versioned=True))
        return replace(result, stages=staged.runs, **staged.added(result))


def preview(job: str | Path | Job, *, count: int = 3, out: str | Path | None = None) -> list[Trial]:
    """The first `count` briefs, written and screened. `run` uses their replies again, for free.

    The stages of a job run first, whole: what they make is in the run folder, and stays.
    """
    ready, folder = _after_stages(job if isinstance(job, Job) else load_job(job), out)
    return in_loop(_preview(ready, count, folder))


def _after_stages(job: Job, out: str | Path | None) -> tuple[Materials, Path | None]:
    """A job made ready after its stages, and the folder that was named for its run."""
    folder = Path(out) if out else None
    staged = _staged(job, folder, View(), Events(), NO_TRACING, say=True)
    for words in staged.warnings:
        log.warning("warning: %s", words)
    return prepare(staged.job), folder


def _staged(
    job: Job, out: Path | None, view: View, events: Events, tracing: Tracing, say: bool = False
) -> Staged:
    """The job after its stages, each of which is a run of its own; `say` tells that they come.

    All that can be known of the job is checked before the first of them asks anything.
    """
    look = Outlook.of(job, Run.of(job, out).path)
    if look.pending:
        prepare(look.job)
        if say:
            log.warning("%s", look.words())

    def run_one(stage: Job, path: Path) -> Result:
        return in_loop(_run(prepare(stage), path, view, events, tracing))

    return run_stages(job, out, run_one)


@contextlib.contextmanager
def _observed(job: Job, log_to: str | Path | None, trace: bool) -> Iterator[tuple[Events, Tracing]]:
    """Where what happens is told; no key of the job's providers gets there, or into an error."""
    events, providers = Events(), [job.provider, *job.models.values()]
    redact = Redactor(secret for provider in providers for secret in provider.secrets())
    veil = RedactingFilter(redact)
    with contextlib.ExitStack() as stack:
        log.addFilter(veil)
        stack.callback(log.removeFilter, veil)
        if log_to is not None:
            events.add(stack.enter_context(JsonLog(log_to, redact)))
        try:
            yield events, stack.enter_context(open_tracing() if trace else NO_TRACING)
        except Exception as error:
            redact_error(error, redact)
            raise


async def _run(
    materials: Materials,
    out: Path | None,
    view: View,
    events: Events,
    tracing: Tracing,
    tables: Sequence[Table] = (),
    *,
    versioned: bool = False,
) -> Result:
    job, began = materials.job, time.monotonic()
    with Run.of(job, out) as folder:
        events.emit(
            "start", run=folder.path.name, job=job.name, method=job.method.part,
            model=job.provider.model_id(), version=VERSION, pid=os.getpid(),
        )  # fmt: skip
        async with _door(materials, folder, view.fault, events, tracing) as llm:
            keeper = _Keeper(folder, job, view, began)
            pipeline = Pipeline(materials, folder, llm, keeper.tick)
            keeper.save(pipeline, "running")
            beat = asyncio.create_task(keeper.beat(pipeline))
            try:
                span = tracing.run(job.name, {"method": job.method.part})
                with _signals(pipeline), view.watch(pipeline), span:
                    await pipeline.produce()
                summary = _closed(pipeline, folder, tables)
            except BaseException as error:
                keeper.save(pipeline, "stopped")
                events.emit("stop", reason=str(error) or type(error).__name__)
                raise
            finally:
                beat.cancel()
                await folder.journal.settle()
        state = "short" if pipeline.short else "closed"
        keeper.save(pipeline, state)
        events.emit(
            "end", status=state, kept=summary.kept, dropped=summary.dropped,
            failed=summary.failed, usd=pipeline.counts.cost,
            seconds=round(time.monotonic() - began, 3),
        )  # fmt: skip
        tally, cost = llm.tally, pipeline.counts.cost
        seconds = time.monotonic() - began
        if versioned:
            how = {"seconds": round(seconds, 1), "asked": tally.asked, "replayed": tally.replayed,
                   "usd": cost, "status": state}  # fmt: skip
            record(folder.path, job, summary, materials.prompts, how, llm.guard.value)
    result = Result(folder.path, summary, tally.asked, tally.replayed, seconds, cost)
    view.closed(result.path, summary)
    if pipeline.short:
        asked, *exists = pipeline.short
        raise ShortError(
            asked,
            "; ".join(exists),
            f"what was kept is in {folder.path}; rows/dropped.jsonl and rows/failed.jsonl say why",
        )
    return result


def _closed(pipeline: Pipeline, folder: Run, before: Sequence[Table]) -> Summary:
    """What there is to say about a run that ended, and its dataset and exports on disk."""
    materials, guard, job = pipeline.materials, pipeline.guard, pipeline.job
    seeds = [*before, *materials.seeds.tables(), *guard.table(pipeline.checked)]
    watched = pipeline.novelty.tables()
    found = tables_of(job, folder, seeds, watched, materials.setting())
    pipeline.tables = guard.tables(found)
    pipeline.screening.save(folder.path)
    summary = close(job, folder, pipeline.summary())
    pipeline.tables = summary.tables
    return summary


def estimate(
    job: str | Path | Job, *, sample: int = 20, out: str | Path | None = None, **overrides: Any
) -> Forecast:
    """What the whole run will take, from `sample` briefs that are written and paid for now.

    Their replies are in the run folder: `run` uses them again, for free. Every figure comes with a
    90 % interval. Raises as `preview` does.
    """
    loaded = job.changed(**overrides) if isinstance(job, Job) else load_job(job, overrides)
    ready, folder = _after_stages(loaded, out)
    limit = ready.job.brief_limit
    trials = in_loop(_preview(ready, min(sample, limit), folder))
    taken = [
        Taken(
            trial.sample is not None and all(verdict.keep for verdict in trial.verdicts),
            [
                Use(e.step, e.reply.model, e.reply.tokens_in, e.reply.tokens_out, e.reply.usd, 0.0)
                for e in trial.exchanges
            ],
        )
        for trial in trials
    ]
    return Forecast.of(taken, ready.job.count, brief_limit=limit, whole=ready.job.whole)


async def _preview(materials: Materials, count: int, out: Path | None) -> list[Trial]:
    job = materials.job
    with Run.of(job, out) as folder:
        async with _door(materials, folder, View().fault, Events(), NO_TRACING) as llm:
            pipeline = Pipeline(materials, folder, llm)
            trials = await pipeline.trials(count)
            await folder.journal.settle()
        return [
            Trial(
                i,
                outcome.looked.sample if outcome.looked else None,
                error,
                verdicts,
                folder.journal.entries([ref.key for ref in outcome.replies]),
            )
            for i, outcome, error, verdicts in trials
        ]


@asynccontextmanager
async def _door(
    materials: Materials,
    folder: Run,
    on_fault: Callable[[str], None],
    events: Events,
    tracing: Tracing,
) -> AsyncIterator[Llm]:
    before = folder.redacted_before(materials.seeds.options)
    if materials.redactions.marks and before:
        log.warning(
            "warning: %s was begun %s: the prompts in its journal may hold values; "
            "take another folder with --out, or delete it", folder.path, before,
        )  # fmt: skip
    folder.write_redactions(mark.to_json() for mark in materials.redactions.marks)
    llm = Llm(
        materials.job, materials.book, folder.journal,
        on_fault=on_fault, events=events, tracing=tracing, guard=materials.seeds.guard,
        repairs=Repairs.read(folder.path),
    )  # fmt: skip
    try:
        yield llm
    finally:
        await llm.aclose()


def tables_of(
    job: Job,
    folder: Run,
    seeds: Sequence[Table] = (),
    watched: Sequence[Table] = (),
    setting: Setting | None = None,
) -> tuple[Table, ...]:
    """What there is to say about the seeds, then what each part of the job says, inputs first; what
    each filter dropped, what was `watched`, how varied the rows are, and how the cells of the
    facets are covered."""
    closing = Closing(
        job.home, folder.path, folder.kept, folder.dropped, job.seed, folder.screened,
        setting or Setting(job.language, job.method.part, job.seed, {}, job.home),
    )  # fmt: skip
    parts = [*job.inputs.values(), job.method, *job.quality]
    found = [*seeds, *(table for part in parts for table in part.closing(closing))]
    found += fairness(job.flip, lambda: closing.screened, job.seed)
    rows = (sample.facets for sample in closing.kept)
    found += [*told_at_closing(folder.path, job.quality), *watched]
    varied = of_run(closing.kept, job.seed) if job.diversity else []
    return (*found, *varied, *coverage(rows, job.odds, job.quota_rows()))


class _Keeper:
    """Keeps run.json true while the run goes on."""

    def __init__(self, folder: Run, job: Job, view: View, began: float) -> None:
        self.folder, self.job, self.view, self.began = folder, job, view, began
        self._saved = time.monotonic()

    async def beat(self, pipeline: Pipeline) -> None:
        """A sign of life also while no row is decided on, for the eye and for `status`."""
        while True:
            await asyncio.sleep(SAVE_EVERY)
            pipeline.llm.till.watch()
            self.tick(pipeline)

    def tick(self, pipeline: Pipeline) -> None:
        self.view.update(pipeline)
        if time.monotonic() - self._saved >= SAVE_EVERY:
            self.save(pipeline, "running")

    def save(self, pipeline: Pipeline, status: str) -> None:
        self._saved = time.monotonic()
        tally = pipeline.llm.tally
        extra = {
            "seconds": round(self._saved - self.began, 1), "asked_now": tally.asked,
            "replayed": tally.replayed, "retried": tally.retried,
            "in_flight": pipeline.llm.in_flight, "cost": pipeline.counts.cost,
            "last_fault": tally.last_fault, "given": pipeline.guard.value(self.job.given),
            "novelty": pipeline.novelty.state(),
        }  # fmt: skip
        self.folder.save_state(status, pipeline.summary(), self.job, extra)


@contextlib.contextmanager
def _signals(pipeline: Pipeline) -> Iterator[None]:
    """First Ctrl+C: finish the requests under way and save. Second: stop at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def handle(number: int, frame: object) -> None:
        if not pipeline.stopping:
            words = "stopped by Ctrl+C; what was answered is saved"
            reason = Interrupted(words, fix="the same command goes on from here")
            loop.call_soon_threadsafe(pipeline.stop, reason)
        elif task is not None:
            loop.call_soon_threadsafe(task.cancel)

    before = {name: signal.signal(name, handle) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except asyncio.CancelledError:
        raise Interrupted("stopped at once; requests under way were given up") from None
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
