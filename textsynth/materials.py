"""What a job needs before its first request: inputs read, the plan made, the prompts checked."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textsynth.errors import InputError, JobError
from textsynth.inputs import Row
from textsynth.job import Job
from textsynth.plan import Axis, Plan, Pool
from textsynth.prompts import Prompt, PromptBook
from textsynth.records import LANGUAGES, Brief, Source

_RESERVED = {"language", "language_name", "chunk", "persona", "partner", "examples", "history"}


@dataclass(frozen=True)
class Materials:
    """A job made ready: its plan, its prompts, and one `Source` per input file."""

    job: Job
    plan: Plan
    book: PromptBook
    prompts: Sequence[Prompt]
    sources: Sequence[Source]
    rows: Mapping[str, int]
    """Rows per field: {"chunk": 120, "persona": 60}."""


def prepare(job: Job) -> Materials:
    """Reads the inputs and checks all that can be known offline. Raises JobError or InputError."""
    method = job.method
    items = {name: part.load(job.home) for name, part in job.inputs.items()}
    fields = {part.field: items[name].rows for name, part in job.inputs.items()}
    _check_needs(job, fields)
    axes: list[Axis] = []
    pools: list[Pool] = []
    chunks = fields.get("chunk", ())
    # Chunks lead: personas are chosen for a chunk, so their axis comes after it.
    for name, part in sorted(job.inputs.items(), key=lambda pair: pair[1].field != "chunk"):
        rows = items[name].rows
        if part.use == "pool":
            pools.append(Pool(part.field, rows, getattr(part, "each", 3)))
        elif part.field == "chunk" or not chunks:
            axes.append(Axis(part.field, rows))
        else:
            suit = functools.cache(part.suit(rows, chunks))
            axes.append(Axis(part.field, rows, suit))
    plan = Plan(job.seed, axes, _facets(job), pools, partner="partner" in method.needs)
    book = PromptBook(job.home, method.part, job.language, LANGUAGES[job.language])
    brief = plan.brief(0)
    known = {**dict.fromkeys(method.may_use), **brief.fields, **brief.facets}
    prompts = book.check(method.steps, known)
    _check_values(plan, brief)
    sources = [source for name in sorted(items) for source in items[name].sources]
    return Materials(job, plan, book, prompts, sources, {f: len(r) for f, r in fields.items()})


def _facets(job: Job) -> dict[str, Mapping[str, float]]:
    """The job's facets, and those of the method that the job does not name."""
    clash = _RESERVED & set(job.vary)
    if clash:
        raise JobError(
            f"vary: '{min(clash)}' is a name that briefs use already", fix="rename the facet"
        )
    known = job.method.facets
    own = {f: dict.fromkeys(v, 1.0) for f, v in known.items() if f not in job.vary}
    return {**own, **job.vary}


def _check_needs(job: Job, fields: Mapping[str, Sequence[Row]]) -> None:
    feeds = {"chunk": "documents", "persona": "personas", "partner": "personas"}
    for need in job.method.needs:
        if need == "partner" and len(fields.get("persona", ())) == 1:
            raise InputError(
                f"the method '{job.method.part}' needs two personas",
                "inputs.personas holds one",
                "add personas",
            )
        if not fields.get("persona" if need == "partner" else need):
            raise JobError(
                f"the method '{job.method.part}' needs {feeds.get(need, need)}",
                f"inputs holds: {', '.join(job.inputs) or 'nothing'}",
                f"add `{feeds.get(need, need)}:` under inputs",
            )


def _check_values(plan: Plan, brief: Brief) -> None:
    for facet, weights in plan.facets.items():
        if facet in brief.fields:
            raise JobError(
                f"vary: '{facet}' is also the name of an input field", fix="rename the facet"
            )
        if not any(weights.values()):
            raise JobError(f"vary: no value of '{facet}' has a weight")
