"""What a job needs before its first request: inputs read, the plan made, the prompts checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textsynth.axes import RESERVED, axes_of, pools_of
from textsynth.cells import Odds
from textsynth.companions import Companions
from textsynth.completing import check_completions
from textsynth.errors import InputError, JobError, nearest
from textsynth.flips import check_flip, flipped
from textsynth.hidden import noting
from textsynth.inputs import Row
from textsynth.inputs._centroids import Centroids
from textsynth.job import Job
from textsynth.methods import ALWAYS, Around
from textsynth.plan import Plan
from textsynth.planting import planted
from textsynth.prompts import Prompt, PromptBook
from textsynth.quotas import Apportioned, check_quota, check_together
from textsynth.records import LANGUAGES, Brief, Setting, Source, Table
from textsynth.redaction.rows import Redactions
from textsynth.scenarios import FACET as SCENARIO
from textsynth.seeds import Seeds, safe

_RENAMED = {"topic": "subject", "product": "about", "like": "style", "register": "manner"}

TRIED = 200
"""Chunks that are looked at for a companion before a job is refused for want of one."""


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
    items: Mapping[str, Sequence[Row]]
    """The rows of each input of the job, by its name there."""
    warnings: Sequence[str] = ()
    """What will not do what it seems to: inputs that were not read, facets that nothing uses."""
    seeds: Seeds = field(default_factory=lambda: Seeds({}))
    """What was done to make the seeds safe."""
    fields: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Field of a brief (chunk, examples …) → all rows of its input."""

    def setting(self) -> Setting:
        """What the filters may know of the job."""
        job = self.job
        models = {role: provider.model_id() for role, provider in job.models.items()}
        return Setting(
            job.language, job.method.part, job.seed, self.fields, job.home,
            {"": job.provider.model_id(), **models}, self.redactions.stand_ins,
            0 if job.whole else job.count,
        )  # fmt: skip

    @property
    def redactions(self) -> Redactions:
        """Which values of the seeds were replaced, and where."""
        return self.seeds.redactions

    def why(self, brief: Brief) -> list[Table]:
        """Why the brief got what it got, as far as the inputs can tell."""
        parts = self.job.inputs
        chunks = _by_field(self.job, self.items).get("chunk", ())
        found = (part.why(self.items[name], chunks, brief) for name, part in parts.items())
        tables = self.seeds.guard.tables(table for table in found if table is not None)
        return [*tables, *self.seeds.about(brief.fields)]


def prepare(job: Job) -> Materials:
    """Reads the inputs and checks all that can be known offline. Raises JobError or InputError."""
    with noting() as hidden:
        read = {name: part.load(job.home) for name, part in job.inputs.items()}
    seeds = safe(job, read, hidden)
    admit = {name: part.admit(seeds.items[name], job.language) for name, part in job.inputs.items()}
    items = planted(job, admit)
    fields = _by_field(job, {name: found.rows for name, found in items.items()})
    _check_needs(job, fields)
    facets = _facets(job)
    chunks = fields.get("chunk", ())
    axes, carried = axes_of(job, items, chunks)
    odds = Odds(facets, carried)
    comes = {f: tuple(v for v, w in odds.weights([f]).items() if w) for f in odds.names}
    method = job.method.ready(Around(comes, fields, Centroids))
    job = job.model_copy(update={"method": method}).carrying(carried)
    _check_quotas(job)
    plan = Plan(
        job.seed, axes, facets, pools_of(job, items, comes), partner="partner" in method.needs,
        other=_other(job, chunks), language=job.language, counts=method.counts,
    )  # fmt: skip
    flips, plan = check_flip(job, fields), flipped(plan, job)
    book = PromptBook(job.home, method.part, job.language, LANGUAGES[job.language])
    brief = plan.brief(0)
    optional = (*ALWAYS, *method.may_use)
    known = _shown(job, optional, brief)
    prompts = book.check(method.steps, known)
    check_completions(job, dict(zip(method.steps, prompts, strict=True)))
    judging = [
        prompt
        for part in job.quality
        for prompt in book.check(part.asked(), {**dict.fromkeys(part.may_use), **known})
    ]
    _check_values(plan, brief)
    sources = [source for name in sorted(items) for source in items[name].sources]
    counts = {field: len(rows) for field, rows in fields.items()}
    warnings = [f"{source.path}: {source.problem}" for source in sources if source.problem]
    for name, part in job.inputs.items():
        warnings += part.cautions(items[name].rows, chunks, job.language)
    warnings += [*seeds.warnings, *flips]
    warnings += _unused(job, book, prompts, counts)
    book.try_out(prompts, method.steps, [_shown(job, optional, plan.brief(i)) for i in range(8)])
    rows_of = {name: found.rows for name, found in items.items()}
    if job.whole:
        job = _for_all(job, plan)
    ready = Materials(
        job, plan, book, [*prompts, *judging], sources, counts, rows_of, warnings, seeds, fields
    )
    setting = ready.setting()
    warnings += [words for part in job.quality for words in part.cautions(setting)]
    return ready


def _check_quotas(job: Job) -> None:
    """Raises JobError where a quota cannot hold, now that all facets are known."""
    odds = job.odds
    for name, quota in job.quotas.items():
        check_quota(job.quota_at(name), name, quota, job.count, odds)
    where = {name: job.quota_at(name) for name in job.quotas}
    check_together(where, Apportioned(job.quotas, odds, job.count))


def _for_all(job: Job, plan: Plan) -> Job:
    """A job with `count: all`, now that it is known how many that are."""
    if not plan.axes:
        raise JobError(
            "`count: all` asks for one row for each row of the inputs",
            f"inputs holds: {', '.join(job.inputs) or 'nothing'}",
            "give a count, or add an input whose rows are walked, such as documents",
        )
    tree = next((axis.walk for axis in plan.axes if axis.walk), None)
    if tree is not None and tree.even != "leaves":
        raise JobError(
            "`count: all` asks for one row for each row of the inputs",
            f"`even: {tree.even}` gives some more than others",
            "set `even: leaves`, or give a count",
        )
    count = plan.row_combinations * job.method.visits()
    return job.model_copy(update={"count": count, "max_briefs": count})


def _by_field(job: Job, items: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    """Field → rows. Inputs that give chunks are joined (of equal texts the first stays); no other
    field can have two inputs."""
    found: dict[str, Sequence[Row]] = {}
    feeds: dict[str, str] = {}
    for name, part in job.inputs.items():
        if part.use == "reference":
            continue
        rows, first = items[name], feeds.setdefault(part.field, name)
        if first != name and part.field != "chunk":
            raise JobError(
                f"inputs: {first} and {name} both bring '{part.field}'", fix="keep one of them"
            )
        if first != name:
            both = [*found["chunk"], *rows]
            rows = list({row["text"]: row for row in reversed(both)}.values())[::-1]
        found[part.field] = rows
    return found


def _shown(job: Job, optional: Sequence[str], brief: Brief) -> dict[str, Any]:
    told = job.scenarios.shown(brief.facets)
    return {**dict.fromkeys(optional), **brief.fields, **brief.facets, **told}


def _unused(
    job: Job, book: PromptBook, prompts: Sequence[Prompt], fields: Mapping[str, int]
) -> list[str]:
    """Facets and inputs that no prompt of the method asks for: they would label rows falsely."""
    used = {name for prompt in prompts for name in prompt.undefined(book.env)}
    if any("facets" in handed for handed in job.method.steps.values()):
        used |= job.facets.keys()  # a prompt that is handed all of them names none
    # Some facets go by another name in prompts: a dialogue's topic, a product, a manner in words.
    used |= {facet for facet, name in _RENAMED.items() if name in used}
    found = [
        f"no prompt of '{job.method.part}' uses the facet '{facet}': the rows carry its values, "
        "but nothing in them follows it"
        for facet in job.vary
        if facet not in used
        and facet not in job.method.closed
        and not (facet == SCENARIO and job.scenarios.texts)
    ]
    if job.scenarios.texts and SCENARIO not in used:
        found.append(
            f"no prompt of '{job.method.part}' uses `scenario`: the rows carry the names of your "
            "scenarios, but nothing in them follows these"
        )
    found += [
        f"no prompt of '{job.method.part}' uses '{field}', so that input changes nothing"
        for field in fields
        if field not in {*used, *job.method.needs, *job.method.reads}
    ]
    return found


def _facets(job: Job) -> dict[str, Mapping[str, float]]:
    """The job's facets, and those of the method that the job does not name."""
    clash = RESERVED & set(job.vary)
    if clash:
        raise JobError(
            f"vary: '{min(clash)}' is a name that briefs use already", fix="rename the facet"
        )
    asked = {name for fields in job.method.steps.values() for name in fields}
    clash = asked & set(job.facets)
    if clash:
        raise JobError(
            f"vary: the method '{job.method.part}' has a field '{min(clash)}' of its own",
            fix="rename the facet",
        )
    for facet, known in job.method.closed.items():
        for value in job.facets.get(facet, ()):
            if value not in known:
                raise JobError(
                    f"vary.{facet}: the method '{job.method.part}' knows no {facet} '{value}'",
                    nearest(value, known),
                    f"choose among {', '.join(known)}",
                )
    return dict(job.facets)


def _other(
    job: Job, chunks: Sequence[Row]
) -> Callable[[Row, Mapping[str, str], int], Row | None] | None:
    """How a brief gets its second chunk; None where no brief of the job has use for one.

    Raises JobError where some kind of row cannot be written without one and there is none.
    """
    method = job.method
    if "other" not in method.may_use:
        return None
    uses = {
        f"{facet}={value}": method.takes_other({facet: value})
        for facet, values in job.facets.items()
        for value, weight in values.items()
        if weight
    }
    needed = [name for name, use in uses.items() if use == "needed"]
    if not any(uses.values()):
        return None
    companions = Companions(chunks)
    if needed and not any(companions.of(chunk) for chunk in chunks[:TRIED]):
        there = (
            "the documents are one chunk" if len(chunks) == 1
            else f"no two of {len(chunks):,} chunks have enough in common"
        )  # fmt: skip
        raise JobError(
            f"{needed[0]} needs two chunks that have to do with each other",
            there,
            f"add documents, set chunk_chars lower, or leave {needed[0]} out of vary",
        )

    def draw(chunk: Row, facets: Mapping[str, str], key: int) -> Row | None:
        return companions.draw(chunk, key) if method.takes_other(facets) else None

    return draw


def _check_needs(job: Job, fields: Mapping[str, Sequence[Row]]) -> None:
    feeds = {
        "chunk": "documents", "persona": "personas", "partner": "personas", "topic": "taxonomy",
        "sample": "samples", "subject": "subjects",
    }  # fmt: skip
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
                job.method.lacking.get(need) or f"add `{feeds.get(need, need)}:` under inputs",
            )


def _check_values(plan: Plan, brief: Brief) -> None:
    for facet, weights in plan.facets.items():
        if facet in brief.fields:
            raise JobError(
                f"vary: '{facet}' is also the name of an input field", fix="rename the facet"
            )
        if not any(weights.values()):
            raise JobError(f"vary: no value of '{facet}' has a weight")
