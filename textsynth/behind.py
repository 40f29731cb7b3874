"""What lies behind the rows of a curation: the run that they come from, its briefs, its replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import TextsynthError
from textsynth.given_rows import GivenRows
from textsynth.job import Job
from textsynth.llm import Llm
from textsynth.looking import METHOD
from textsynth.made import placed
from textsynth.materials import Materials, prepare
from textsynth.methods import ALWAYS
from textsynth.prompts import PromptBook
from textsynth.reading import job_of, opened_behind, require_rows, runs_behind
from textsynth.records import LANGUAGES, Brief, Sample, Setting
from textsynth.runfolder import Run

__all__ = ["Behind", "job_fields", "opened_behind"]


def job_fields(job: Job) -> dict[str, Any]:
    """A job as it is written, with what replaced its fields."""
    return {**(yaml.safe_load(job.text) or {}), **job.given}


@dataclass(frozen=True)
class Behind:
    """What filters and judges may know of the rows."""

    setting: Setting
    language: str
    """A code, or `auto`: told for each row."""
    run: Path | None = None
    """The run that the rows come from."""
    ready: Materials | None = None
    """Of the run that wrote them, also where it was curated since."""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, job: Job, rows: GivenRows, language: str | None) -> Behind:
        """For the rows of a curation. Raises RunError where they are of a run without rows."""
        models = {role: provider.model_id() for role, provider in job.models.items()}
        models = {"": job.provider.model_id(), **models}
        told = language or ("" if "language" in job_fields(job) else "auto")
        base = Setting(job.language, METHOD, job.seed, _rows_of(job), job.home, models)
        run = rows.run()
        if run is None:
            return cls(base, told or job.language)
        require_rows(run)
        notes: tuple[str, ...] = ()
        ready = None
        for path in (run, *runs_behind(run)):
            try:
                before = job_of(path)
                if before.method.part != METHOD:
                    ready = prepare(placed(before, path))
            except (TextsynthError, OSError, KeyError) as error:
                notes = (f"the inputs of {path} cannot be read any more: {error}",)
        if ready is None:
            return cls(base, told or job.language, run, None, notes)
        own = ready.setting()
        fields = {**own.rows, **base.rows}
        setting = replace(own, home=job.home, models=models, rows=fields)
        return cls(setting, job.language, run, ready, notes)

    def llm(self, job: Job, folder: Run) -> Llm:
        """The door to the judges: with the prompts and briefs of the run, where there is one."""
        if self.ready is not None:
            update = {
                "quality": job.quality, "provider": job.provider, "models": job.models,
                "concurrency": job.concurrency, "retries": job.retries, "budget": job.budget,
            }  # fmt: skip
            own = self.ready.job.model_copy(update=update)
            return Llm(own, self.ready.book, folder.journal, guard=self.ready.seeds.guard)
        book = PromptBook(job.home, METHOD, job.language, LANGUAGES[job.language])
        for part in job.quality:
            book.check(part.asked(), dict.fromkeys((*ALWAYS, *part.may_use)))
        return Llm(job, book, folder.journal)

    def brief_of(self, sample: Sample) -> Brief:
        """The brief behind a row: as it was drawn, or one that knows its id and facets."""
        if self.ready is not None:
            brief = self.ready.plan.brief(sample.index)
            if brief.id == sample.brief:
                return brief
        language = sample.language
        return Brief(sample.index, sample.brief, {}, dict(sample.facets), language=language)


def _rows_of(job: Job) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Rows of the other inputs of the job, which filters may hold the samples against."""
    return {
        part.field: part.load(job.home).rows
        for name, part in job.inputs.items()
        if name != "samples"
    }
