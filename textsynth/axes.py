"""The axes and pools of a plan, and the facets that rows carry, from the inputs of a job."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from textsynth.cells import Carried
from textsynth.errors import InputError, JobError, nearest
from textsynth.inputs import Input, Items, Row
from textsynth.job import Job
from textsynth.methods import ALWAYS
from textsynth.plan import Axis, Pool
from textsynth.treewalk import TreeWalk

RESERVED = {
    "language", "language_name", "chunk", "other", "persona", "partner", "examples", "history",
    "sample", "pair",
}  # fmt: skip
"""Names that briefs use already, so that no facet can have them."""


def axes_of(
    job: Job, items: Mapping[str, Items], chunks: Sequence[Row]
) -> tuple[list[Axis], tuple[Carried, ...]]:
    """The axes in order, and the facets that their rows carry.

    Chunks lead: personas are chosen for a chunk, so their axis comes after it.
    """
    axes: list[Axis] = []
    carried: list[Carried] = []
    walked = ""
    for name, part in sorted(job.inputs.items(), key=lambda pair: pair[1].field != "chunk"):
        if part.use != "axis" or any(axis.name == part.field for axis in axes):
            continue
        rows = chunks if part.field == "chunk" else items[name].rows
        walk = part.walk(rows)
        if walk is None and job.method.counts and part.field in job.method.needs[:1]:
            # What a method counts by rows, these have a walk of their own for.
            walk = TreeWalk([{"path": [str(row["id"])]} for row in rows])
        if walk and walked:
            raise JobError(
                f"inputs: {walked} and {name} both are trees that are walked", fix="keep one"
            )
        walked = name if walk else walked
        shares = walk.shares if walk and not walk.equal else None
        brings = Carried(name, rows, part.marks, shares)
        suit = None
        if chunks and part.field != "chunk" and not walk:
            suit = functools.cache(part.suit(rows, chunks))
        own = brings.names if part.carries() else ()
        axes.append(
            Axis(
                part.field, rows, suit, walk.seeded(job.seed) if walk else None,
                brings.of if own else None,
            )
        )  # fmt: skip
        if own:
            carried.append(brings)
    _check_names(job, carried)
    return axes, tuple(carried)


def _check_names(job: Job, carried: Sequence[Carried]) -> None:
    """Raises JobError where a facet that rows carry has a name that is taken."""
    handed = {name for names in job.method.steps.values() for name in names}
    fields = RESERVED | set(ALWAYS) | {part.field for part in job.inputs.values()}
    before: dict[str, str] = {}
    for brings in carried:
        for name in brings.names:
            taken = (
                "vary has a facet of that name" if name in job.vary
                else f"the method '{job.method.part}' has a facet of that name"
                if name in job.facets
                else f"inputs.{before[name]} brings it, too" if name in before
                else f"the method '{job.method.part}' has a field of that name" if name in handed
                else "it is a name that briefs use already"
                if name in fields
                else ""
            )  # fmt: skip
            if taken:
                raise JobError(
                    f"the rows of inputs.{brings.source} carry the facet '{name}'", taken,
                    "rename the facet under vary" if name in job.vary
                    else "rename it in that input",
                )  # fmt: skip
            before[name] = brings.source


def pools_of(
    job: Job, items: Mapping[str, Items], facets: Mapping[str, Sequence[str]]
) -> list[Pool]:
    """The pools; `facets`: facet → the values that come."""
    return [
        _pool(name, part, items[name].rows, facets)
        for name, part in job.inputs.items()
        if part.use == "pool"
    ]


def _pool(name: str, part: Input, rows: Sequence[Row], facets: Mapping[str, Sequence[str]]) -> Pool:
    by: str = getattr(part, "by", "")
    if by and by not in facets:
        raise JobError(
            f"inputs.{name} goes by '{by}', which is no facet",
            nearest(by, facets),
            f"add `{by}` under vary",
        )
    pool = Pool(part.field, rows, getattr(part, "each", 3), by)
    if by and not pool.groups.keys() & set(facets[by]):
        raise InputError(
            f"no row of inputs.{name} has a value of '{by}' that the job draws",
            f"the rows have: {', '.join(sorted(pool.groups)[:20])}",
            f"the job draws: {', '.join(facets[by][:20])}",
        )
    return pool
