"""Which personas a job chose for its chunks, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textsynth.errors import JobError
from textsynth.inputs import Row
from textsynth.inputs._persona_tables import choices_table
from textsynth.inputs.personas import Personas
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.materials import Materials, prepare
from textsynth.records import Table


@dataclass(frozen=True, slots=True)
class Chosen:
    """One chunk, and who was chosen for it: their rows, best first, and the table of reasons."""

    number: int
    chunk: Row
    personas: list[Row]
    table: Table


def choose(
    job: str | Path | Job, *, chunk: str | int | None = None, limit: int = 5, runners: int = 3
) -> list[Chosen]:
    """Who goes with the chunks of a job and why: the first `limit` of them, or those asked for.

    `chunk`: the number of one (from 0), its id, or words that stand in its text. Asks no model.
    Raises JobError where personas are not chosen by relevance, or no chunk fits.
    """
    ready = prepare(job if isinstance(job, Job) else load_job(job))
    part, rows, chunks = _inputs(ready)
    if not part.chooses(rows, chunks):
        raise JobError(
            f"the personas of the job '{ready.job.name}' are not chosen for its chunks",
            f"it has `pick: {part.pick}`, {len(rows)} personas and {len(chunks)} chunks",
            "set `pick: relevant` and an `each` below the number of personas, and name documents",
        )
    found = []
    for k in _asked(chunks, chunk, limit):
        choices = part.choices(rows, chunks, k, runners)
        people = [rows[one.place] for one in choices if one.rank]
        title = f"chunk {k}: {chunks[k].get('title') or chunks[k]['id']}"
        table = choices_table(title, choices, rows, bool(part.quotas))
        found.append(Chosen(k, chunks[k], people, table))
    return found


def _inputs(ready: Materials) -> tuple[Personas, list[Row], list[Row]]:
    parts = ready.job.inputs
    people = next(((n, p) for n, p in parts.items() if isinstance(p, Personas)), None)
    if people is None:
        raise JobError(
            f"the job '{ready.job.name}' has no personas", fix="add `personas:` under inputs"
        )
    chunks = next((ready.items[n] for n, p in parts.items() if p.field == "chunk"), [])
    return people[1], ready.items[people[0]], chunks  # type: ignore[return-value]


def _asked(chunks: list[Row], asked: str | int | None, limit: int) -> Iterator[int]:
    """The numbers of the chunks that are meant. Raises JobError when there is none."""
    if asked is None:
        yield from range(min(limit, len(chunks)))
        return
    word = str(asked).strip()
    if word.isdigit() and int(word) < len(chunks):
        yield int(word)
        return
    fits = [k for k, row in enumerate(chunks) if word == row["id"]]
    fold = word.casefold()
    fits = fits or [k for k, row in enumerate(chunks) if fold in row["text"].casefold()]
    if not fits or not word:
        raise JobError(
            f"no chunk has the number, the id or the words '{word}'",
            f"there are {len(chunks)} chunks, numbered from 0",
        )
    yield from fits[:limit]
