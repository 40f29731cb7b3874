"""`check`: all that can be known about a job before anything is paid for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.materials import Materials, prepare
from textsynth.plan import Plan
from textsynth.records import Source
from textsynth.runner import in_loop


@dataclass(frozen=True)
class Findings:
    """What `check` found: lines for the eye, and the sources with what could not be read."""

    job: Job
    sources: list[Source]
    lines: list[str]
    warnings: list[str]


def check(job: str | Path | Job, *, endpoint: bool = True) -> Findings:
    """Reads the job, its inputs and prompts, and asks the endpoint whether it is there.

    Costs nothing. Raises JobError, InputError or PromptError (exit code 2) or ProviderError (3).
    """
    ready = prepare(job if isinstance(job, Job) else load_job(job))
    lines = list(_material_lines(ready))
    if endpoint:
        lines += in_loop(ready.job.provider.check())
    return Findings(ready.job, list(ready.sources), lines, list(_warnings(ready)))


def _material_lines(ready: Materials) -> list[str]:
    job, plan = ready.job, ready.plan
    rows = ", ".join(f"{n:,} {field}{'s' if n != 1 else ''}" for field, n in ready.rows.items())
    prompts = ", ".join(prompt.path.name for prompt in ready.prompts)
    return [
        f"the job {job.name}: {job.count:,} rows by {job.method.part} in {job.language}",
        f"inputs: {rows or 'none'}",
        f"combinations before anything comes twice: {plan.size:,}",
        f"prompts: {prompts}",
        f"filters: {', '.join(part.part for part in job.quality) or 'none'}",
    ]


def _warnings(ready: Materials) -> list[str]:
    found = list(ready.warnings)
    if ready.plan.size < ready.job.count:
        found.append(
            f"there are {ready.plan.size:,} combinations for {ready.job.count:,} rows, so some are "
            "asked for more than once; more inputs or facets give more variety"
        )
    found += _rare(ready.plan, ready.job)
    return found


def _rare(plan: Plan, job: Job) -> list[str]:
    """Quota cells that need more briefs than the run may use."""
    found = []
    for facet, cells in job.quota_rows().items():
        weights = plan.facets[facet]
        total = sum(weights.values())
        for value, rows in cells.items():
            share = weights.get(value, 0) / total
            if rows and rows > share * job.brief_limit:
                found.append(
                    f"the quota {facet}={value} wants {rows} rows, but only "
                    f"{int(share * job.brief_limit)} of {job.brief_limit} briefs bring one; "
                    "raise its weight or max_briefs"
                )
    return found
