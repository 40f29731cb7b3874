"""The jobs of stages: what they share with the job they come before, its budget among it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from textsynth.budget import Budget
from textsynth.inputs import SHELF as INPUTS
from textsynth.inputs import Row
from textsynth.job import Job
from textsynth.jobfile import made_job
from textsynth.journal import Journal
from textsynth.made import given, open_stages, root_of, tree_file
from textsynth.methods import SHELF as METHODS
from textsynth.methods import Stage

SHARED = (
    "seed", "language", "provider", "concurrency", "retries", "patience", "row_timeout", "prices",
    "redact", "injections",
)  # fmt: skip
"""Fields that the runs of stages have from the job."""


def shared(job: Job) -> dict[str, Any]:
    """The fields of a job that the runs before it have as well, as they are written."""
    raw = yaml.safe_load(job.text) or {}
    raw = {**raw, **job.given}
    return {name: raw[name] for name in SHARED if raw.get(name) is not None}


def stage_job(job: Job, stage: Stage, rows: Sequence[Row], made: Path) -> Job:
    """The job of a stage, for these rows."""
    raw = {**(yaml.safe_load(job.text) or {}), **job.given}
    roles = set(METHODS.load(stage.method).roles.values())
    models = {role: spec for role, spec in (raw.get("models") or {}).items() if role in roles}
    fields: dict[str, Any] = {
        "name": f"{job.name[:60]}-{stage.name}", "method": {stage.method: dict(stage.options)},
        "count": "all", **shared(job), **({"models": models} if models else {}), "quality": [],
        "inputs": _source(job, stage, raw.get("inputs") or {}, made),
    }  # fmt: skip
    part = given(stage.takes, rows)
    written = made_job(fields, job.home)
    return written.model_copy(update={"inputs": {f"{stage.takes}s": part}})


def _source(job: Job, stage: Stage, raw: Mapping[str, Any], made: Path) -> dict[str, Any]:
    """The inputs of a stage's job as it is written: where its rows can be read again."""
    own = {n: raw[n] for n, part in job.inputs.items() if n in raw and part.field == stage.takes}
    if own and root_of(job) is None:
        return own
    name, before = f"{stage.takes}s", [one.name for one in open_stages(job)]
    place = before.index(stage.name) - 1
    folder = made / before[place] if place >= 0 else tree_file(made)
    if name not in INPUTS.names():
        return {}
    return {name: {"from": os.path.relpath(folder, job.home)}}


def spent_in(folder: Path, but: str = "") -> tuple[float, int]:
    """Dollars and tokens of the runs below a folder, or of the run that it is."""
    own = folder / "journal.sqlite"
    files = [own] if own.is_file() else sorted(folder.glob("**/journal.sqlite"))
    usd, tokens = 0.0, 0
    for file in files:
        if but and file.relative_to(folder).parts[0] == but:
            continue
        journal = Journal(file)
        try:
            paid, used, _ = journal.spent()
        finally:
            journal.close()
        usd, tokens = usd + (paid or 0.0), tokens + used
    return usd, tokens


def left_of(job: Job, spent: tuple[float, int], began: float) -> Budget | None:
    """The job's budget without what was used up elsewhere; never nothing, so that it closes."""
    if job.budget is None:
        return None
    usd, tokens, minutes = job.budget.usd, job.budget.tokens, job.budget.minutes
    gone = (time.monotonic() - began) / 60
    return job.budget.model_copy(
        update={
            "usd": None if usd is None else max(usd - spent[0], 1e-9),
            "tokens": None if tokens is None else max(tokens - spent[1], 1),
            "minutes": None if minutes is None else max(minutes - gone, 1e-6),
        }
    )


def budget_fields(budget: Budget | None) -> dict[str, Any]:
    return {} if budget is None else {"budget": budget.model_dump(exclude_none=True)}
