"""`curate`: the quality stage on rows that are there already, as a run of its own.

Reads rows of others, or of a run, as samples; screens them as a job screens what it writes; and
leaves a run folder, on which `status`, `report`, `explain` and `export` work.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textsynth.behind import Behind, job_fields, opened_behind
from textsynth.closing import close
from textsynth.crew import looked_at, sized
from textsynth.curate_jobs import Options, changed, job_for, rows_for, word_of
from textsynth.curated import (
    Curated,
    figures,
    memory_mb,
    steps_of,
    tables_of_rows,
    unjudged,
)
from textsynth.curation import Curation, closing
from textsynth.errors import Interrupted, JobError
from textsynth.given_rows import GivenRows
from textsynth.job import Job
from textsynth.jobfile import made_job
from textsynth.llm import Llm
from textsynth.looking import METHOD, Looker
from textsynth.loop import in_loop
from textsynth.reading import job_of, require_rows
from textsynth.records import Summary
from textsynth.runfolder import Run, find_run
from textsynth.runner import tables_of
from textsynth.screening import Screening
from textsynth.versions import record

log = logging.getLogger("textsynth")

Tick = Callable[[Curation], None]


def curate(
    source: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    job: str | Path | None = None,
    quality: Sequence[Any] = (),
    language: str | None = None,
    limit: int | None = None,
    split: str | None = None,
    config: str | None = None,
    revision: str | None = None,
    columns: Mapping[str, str] | None = None,
    workers: int | None = None,
    examples: int = 3,
    rethreshold: Sequence[str] = (),
    ask: bool = False,
    tick: Tick = lambda curation: None,
) -> Curated:
    """Screens rows that are there already and writes what passes, in the columns that it came in.

    `source`: files, folders, globs (JSONL, JSON, CSV, TSV, Parquet), runs, owner/name on the Hub.
    `job`: a quality file (`quality`, `provider`, `models`, `export` …) or a whole job, whose
    filters count. `quality`: filters in its place, `near_duplicates=0.8` or as a job has them.
    `language`: a code, or `auto`, told for each row, where neither it nor the job says so.
    `columns`: what holds what (messages, instruction, reply, system, label, chosen, rejected,
    language_column). `workers`: processes; when not given as many as there are processors, or none
    beside this one where rows are few.
    `rethreshold`: the rows of a run screened anew with other thresholds, asking nothing; with
    `ask`, what no judge saw is asked.

    The same call goes on after any interruption: what was answered is not asked again.
    Raises JobError, InputError, ProviderError, RunError, Interrupted.
    """
    named = [source] if isinstance(source, str | Path) else [*source]
    options = Options(
        tuple(map(str, named)), Path(job) if job else None, tuple(quality), language,
        dict(columns or {}), split, config, revision, limit,
    )  # fmt: skip
    target = Path(out)
    if rethreshold:
        made, notes = _thresholds(options, rethreshold, target), list[str]()
    else:
        made, notes = job_for(options, target)
    rows = rows_for(made, options)
    around = Behind.of(made, rows, language)
    if around.run is not None and around.run.resolve() == target.resolve():
        raise JobError(
            f"the run {target} cannot be curated into itself", fix="name another folder with -o"
        )
    notes += [words for part in made.quality for words in part.cautions(around.setting)]
    for words in (*notes, *around.notes):
        log.warning("warning: %s", words)
    found = _curated(
        made, rows, around, target, workers, examples,
        replay=bool(rethreshold) and not ask, compare=bool(rethreshold), tick=tick,
    )  # fmt: skip
    return replace(found, warnings=(*notes, *around.notes))


def _thresholds(options: Options, settings: Sequence[str], out: Path) -> Job:
    """The job of a run that is screened anew."""
    if not options.source:
        raise JobError("--rethreshold needs a run", fix="name its folder")
    path = find_run(options.source[0])
    require_rows(path)
    before = job_of(path)
    written = job_fields(before)
    others = {}
    if before.method.part == METHOD:
        others = {n: spec for n, spec in written.get("inputs", {}).items() if n != "samples"}
    fields: dict[str, Any] = {
        **{name: value for name, value in written.items() if name in _KEPT},
        "name": word_of(out.name), "method": METHOD, "count": "all",
        "language": before.language,
        "quality": changed(before.quality, settings, before.home),
        "inputs": {**others, "samples": {"from": [os.path.relpath(path, before.home)]}},
        "export": ["same"],
    }  # fmt: skip
    roles = {role for part in before.quality for role in part.played()}
    models = written.get("models") or {}
    fields["models"] = {role: spec for role, spec in models.items() if role in roles}
    return made_job(fields, before.home)


_KEPT = ("seed", "provider", "concurrency", "retries", "patience", "row_timeout", "prices")


def _curated(
    job: Job, rows: GivenRows, around: Behind, out: Path, workers: int | None, examples: int, *,
    replay: bool, compare: bool, tick: Tick,
) -> Curated:  # fmt: skip
    with Run.of(job, out) as folder:
        if around.run is not None:
            folder.journal.behind = opened_behind(around.run)
        folder.start_rows()
        screening = Screening(job.quality, around.setting)
        steps = frozenset(step for part in job.quality for step in part.steps)
        looker = Looker(job.quality, around.setting, around.language, steps)
        llm = around.llm(job, folder) if screening.asks else None
        keeper = _Keeper(folder, job, rows, tick, around.run)
        curation = Curation(folder, screening, llm, around.brief_of, examples, replay, keeper.beat)
        if replay and llm is not None:
            llm.drain()
        keeper.save(curation, "running")
        try:
            batches, hands = sized(rows.batches(), workers)
            with _signals(curation), closing(looked_at(batches, looker, hands)) as stream:
                if llm is None:
                    curation.work(stream)
                else:
                    in_loop(_asking(curation, llm, folder, stream))
            seconds = time.monotonic() - curation.began
            tables = tables_of_rows(curation, around.language, compare)
            tables = (*tables, *tables_of(job, folder, setting=around.setting))
            summary = curation.summary(
                job, sources=tuple(rows.sources), tables=tables, job_text=job.text,
                short=(*unjudged(curation), *screening.short()),
            )  # fmt: skip
            screening.save(folder.path)
            summary = close(job, folder, summary)
        except BaseException:
            keeper.save(curation, "stopped")
            raise
        whole = time.monotonic() - curation.began
        found = _told(curation, summary, folder.path, seconds, whole - seconds, hands)
        keeper.save(curation, "closed", summary, found)
        how = {"seconds": round(whole, 1), "asked": found.asked, "replayed": found.replayed}
        record(folder.path, job, summary, (), how)
        return found


async def _asking(curation: Curation, llm: Llm, folder: Run, stream: Any) -> None:
    try:
        await curation.work_asking(stream)
    finally:
        await folder.journal.settle()
        await llm.aclose()


def _told(
    curation: Curation, summary: Summary, path: Path, seconds: float, more: float, workers: int
) -> Curated:
    own, others = memory_mb()
    tally = curation.llm.tally if curation.llm else None
    return Curated(
        path, summary, steps_of(summary, curation.seconds, curation.counts.failed),
        curation.examples, curation.rows, seconds, more, curation.rows / max(seconds, 1e-9), own,
        others if workers > 1 else 0.0, workers, tally.asked if tally else 0,
        tally.replayed if tally else 0, curation.counts.cost,
    )  # fmt: skip


class _Keeper:
    """Keeps run.json true while a curation goes on."""

    def __init__(
        self, folder: Run, job: Job, rows: GivenRows, tick: Tick, source: Path | None
    ) -> None:
        self.folder, self.job, self.rows = folder, job, rows
        self.tick, self.source = tick, source

    def beat(self, curation: Curation) -> None:
        self.tick(curation)
        self.save(curation, "running")

    def save(
        self, curation: Curation, status: str, summary: Summary | None = None,
        found: Curated | None = None,
    ) -> None:  # fmt: skip
        tally = curation.llm.tally if curation.llm else None
        seconds = time.monotonic() - curation.began
        extra: dict[str, Any] = {
            "seconds": round(seconds, 1), "asked_now": tally.asked if tally else 0,
            "replayed": tally.replayed if tally else 0, "cost": curation.counts.cost,
            "retried": tally.retried if tally else 0,
            "in_flight": curation.llm.in_flight if curation.llm else 0,
            "last_fault": tally.last_fault if tally else "", "given": self.job.given,
        }  # fmt: skip
        if self.source is not None:
            extra["behind"] = str(self.source.resolve())
        if found is not None:
            extra["curated"] = figures(found)
        if summary is None:
            summary = curation.summary(
                self.job, sources=tuple(self.rows.sources), job_text=self.job.text
            )
        self.folder.save_state(status, summary, self.job, extra)


@contextlib.contextmanager
def _signals(curation: Curation) -> Iterator[None]:
    """First Ctrl+C: finish what is under way and save. Second: stop at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: object) -> None:
        if curation.stopping:
            raise Interrupted("stopped at once; requests under way were given up")
        curation.stop()

    before = {name: signal.signal(name, handle) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
