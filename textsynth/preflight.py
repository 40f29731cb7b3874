"""`check`: all that can be known about a job before anything is paid for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from textsynth.apportion import share
from textsynth.errors import JobError, nearest
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.loop import in_loop
from textsynth.materials import Materials, prepare
from textsynth.outlook import Outlook
from textsynth.prices import dollars
from textsynth.providers import Provider
from textsynth.records import Source
from textsynth.runfolder import Run
from textsynth.seeds import asks_remote, unredacted
from textsynth.splits import CHUNK, DOCUMENT, NEAR, documents
from textsynth.terms import terms
from textsynth.writers._known import ABOUT


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
    loaded = job if isinstance(job, Job) else load_job(job)
    look = Outlook.of(loaded, Run.of(loaded).path)
    ready = prepare(look.job)
    lines = _material_lines(ready, look)
    if endpoint:
        for provider in _providers(ready.job):
            lines += in_loop(provider.check())
    lines += _money_lines(ready.job)
    lines += _seed_lines(ready)
    read = [s for s in ready.sources if not (look.pending and s.kind == "stage")]
    return Findings(ready.job, read, lines, _warnings(ready, look))


def _material_lines(ready: Materials, look: Outlook) -> list[str]:
    job, plan = ready.job, ready.plan
    counts = {f if n == 1 or f.endswith("s") else f"{f}s": n for f, n in ready.rows.items()}
    rows = ", ".join(f"{n:,} {field}" for field, n in counts.items())
    before = [
        f"{made.job.method.part}/{p.path.name}" for made in look.checked for p in made.prompts
    ]
    # One of another method's folder (a method within) is told with it: names come twice there.
    told_by = job.method.part + "/"
    own = [f"{p.path.parent.name}/{p.path.name}".removeprefix(told_by) for p in ready.prompts]
    prompts = ", ".join([*before, *own])
    carried = job.odds.carried_values()
    told = ", ".join(f"{name} ({n:,} values)" for name, n in carried.items())
    asked = f"{job.count:,} rows"
    if job.whole:
        visits = job.method.visits()
        often = "once" if visits == 1 else f"{visits} times"
        each = f"all {job.count // visits:,} rows of the inputs, each {often}"
        asked = f"{each}, of which the good ones are kept,"
    # Before the stages have run, one row stands for all that they will make.
    drawn = [
        f"inputs: {rows or 'none'}",
        *([f"facets that rows carry: {told}"] if told else []),
        f"combinations before anything comes twice: {plan.size:,}",
    ]
    return [
        f"the job {job.name}: {asked} by {job.method.part} in {job.language}",
        *look.lines,
        *([] if look.pending else drawn),
        f"prompts: {prompts}",
        f"filters: {', '.join(part.part for part in job.quality) or 'none'}",
        *_split_lines(job),
        *([f"purpose: {job.purpose}"] if job.purpose else []),
        *(words for part in job.quality for words in part.plans(ready.setting())),
    ]


def _split_lines(job: Job) -> list[str]:
    """The splits with the rows that each is to get, and what keeps rows together."""
    if job.splits is None:
        return []
    rows = ", ".join(f"{name} about {n:,} rows" for name, n in _split_rows(job).items())
    apart = ", ".join(job.splits.together) or "nothing"
    more = f"; same proportions of {', '.join(job.splits.stratify)}" if job.splits.stratify else ""
    return [f"splits: {rows}; no two have in common: {apart}{more}"]


def _split_rows(job: Job) -> dict[str, int]:
    assert job.splits is not None
    return share(job.splits.shares, job.count)


def _split_warnings(ready: Materials) -> list[str]:
    """Splits that stay empty, names that mean nothing, fewer documents than splits."""
    job, splits = ready.job, ready.job.splits
    if splits is None:
        return []
    few = [name for name, rows in _split_rows(job).items() if not rows]
    found = [
        f"the split {name} gets no row of {job.count:,}; ask for more rows, or give it a larger "
        "share"
        for name in few
    ]
    facets = [*job.odds.names, *job.facets, "persona"]
    kinds = {"together": {DOCUMENT, CHUNK, NEAR}, "stratify": set[str]()}
    for option, also in kinds.items():
        known = {*also, *facets, *ABOUT, "source", "partner", "other"}
        for name in getattr(splits, option):
            if name not in known:
                found.append(
                    f"splits.{option} names '{name}', which is neither a facet of this job nor a "
                    f"column that is known, and counts for nothing where no row has it; "
                    f"{nearest(name, [*also, *facets])}"
                )
    number = documents(ready.setting().rows.get(CHUNK, ()))
    if DOCUMENT in splits.together and 0 < number < len(splits.shares):
        found.append(
            f"there are {number} documents for {len(splits.shares)} splits; with one document its "
            "passages are kept apart instead"
        )
    return found


def _providers(job: Job) -> list[Provider]:
    """The job's provider and those of its roles, each once."""
    found = [job.provider]
    found += [one for one in job.models.values() if one not in found]
    return found


def _money_lines(job: Job) -> list[str]:
    """What is known of prices, and the budget. A budget in dollars needs a price."""
    lines = []
    for provider in _providers(job):
        model = provider.model_id()
        own = job.prices.of(model) if provider.remote else None
        price = own or provider.price(model)
        if price is None:
            if job.budget is not None and job.budget.usd is not None:
                raise JobError(
                    f"the budget of {dollars(job.budget.usd)} cannot be kept",
                    f"the price of {model} at {provider.address()} is unknown",
                    f"add `prices: {{{model}: {{input: 0.25, output: 2.00}}}}` (dollars per "
                    "million tokens), or a budget of tokens",
                )
            lines.append(f"price of {model}: unknown")
        elif provider.remote:
            each = price(1000, 0, 0) * 1000, price(0, 1000, 0) * 1000
            lines.append(
                f"price of {model}: {dollars(each[0])} for a million tokens in, "
                f"{dollars(each[1])} for as many out"
            )
    if job.budget is not None:
        given = job.budget.model_dump(exclude_none=True)
        lines.append("budget: " + ", ".join(f"{value:g} {name}" for name, value in given.items()))
    return lines


def _seed_lines(ready: Materials) -> list[str]:
    """What of the seeds is redacted, per file and kind."""
    job = ready.job
    if not job.redact.on(asks_remote(job)):
        return ["redaction: off"]
    found = ready.seeds.redacted()
    lines = [f"redaction: {_counted(found) or 'on, and nothing was found'}"]
    if found and not job.redact.allow:
        lines.append(
            "what is your own and public, such as the company's number, stays as it is with "
            '`redact: {allow: [value, "*@company.example"]}`'
        )
    return lines


def _counted(found: Mapping[str, Mapping[str, int]]) -> str:
    """`2 email, 1 phone in faq.csv; 3 name in people.jsonl`."""
    return "; ".join(
        ", ".join(f"{number:,} {kind}" for kind, number in kinds.items()) + f" in {source}"
        for source, kinds in found.items()
    )


def _warnings(ready: Materials, look: Outlook) -> list[str]:
    job = ready.job
    models = [provider.model_id() for provider in _providers(job)]
    about = terms(models, ready.sources, job.purpose, job.licence).warnings
    found = [*ready.warnings, *about, *_split_warnings(ready)]
    if asks_remote(ready.job) and not ready.job.redact.on(remote=True):
        plain = _counted(unredacted(ready.job, ready.items))
        if plain:
            found.append(f"redaction is off, and a remote provider gets to see {plain}")
    drawn = any(len(pool.rows) > pool.each for pool in ready.plan.pools)
    varied = drawn or ready.job.method.varies or bool(look.job.method.counts)
    if ready.plan.size < ready.job.count and not varied:
        found.append(
            f"there are {ready.plan.size:,} combinations for {ready.job.count:,} rows, so some are "
            "asked for more than once; more inputs or facets give more variety"
        )
    visits, round_ = ready.job.method.visits(), ready.job.method.generation()
    if visits > 1 and round_ and not ready.job.whole and ready.job.count < round_:
        found.append(
            f"the {ready.job.count:,} rows may be there before the first of {visits} rounds is "
            f"through all {round_:,} rows of the inputs; `count: all` goes through every round"
        )
    return found
