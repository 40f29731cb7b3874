"""Personas made by a model: inferred from texts, and grown from other personas, as runs.

Each is a run like any other: journal, resume, budget and filters. What it keeps is then written as
persona rows, of which each says what it came from: `parent` (a chunk or a persona), `relation`,
`depth` and the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.errors import JobError, ShortError
from textsynth.inputs import Row
from textsynth.inputs.documents import Documents
from textsynth.job import Job
from textsynth.jobfile import load_job, made_job
from textsynth.live import View
from textsynth.records import Sample, Summary
from textsynth.runfolder import Run, SampleRows, read_summary
from textsynth.runner import run

QUALITY: tuple[Any, ...] = (
    "length", "language", "refusal", "exact_duplicates", {"near_duplicates": {"threshold": 0.7}},
)  # fmt: skip
"""The filters of a job that makes personas."""

_TEXTS = ("background", "language_style")
_ATTRIBUTES = ("age_band", "gender", "occupation", "expertise", "tone")
"""Where the personas that come with textsynth have them, and prompts look for them."""


@dataclass(frozen=True)
class Made:
    """Personas made by a model: the file, how many, the runs, and what fell short or was left out.

    `counts`: what became of the replies (briefs, kept, dropped, failed, repeats).
    """

    path: Path
    count: int
    runs: Sequence[Path]
    counts: Mapping[str, int]
    cost: float | None = None
    notes: Sequence[str] = ()
    short: bool = False
    rounds: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    """Of a grow: round, from, made, new."""


def infer(
    documents: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    per_chunk: int = 2,
    count: int | None = None,
    provider: Any = "local",
    language: str = "en",
    budget_usd: float | None = None,
    seed: int = 0,
    licence: str = "",
    job: str | Path | None = None,
    view: View | None = None,
) -> Made:
    """Personas whom texts concern: who needs, reads, writes, likes or dislikes them, or feels them.

    `documents`: files, folders or globs. `per_chunk` persons for each chunk, or `count` in all.
    `job`: a job file of the method persona_infer in place of all that. Writes JSON lines to `out`,
    in the order of the briefs; the same call goes on where an earlier one was stopped.

    Raises JobError, InputError, ProviderError, Interrupted as `run` does; fewer than asked for are
    written all the same (`short`).
    """
    target = Path(out)
    if job is not None:
        made = load_job(job, {"count": count, "language": None, "seed": seed or None})
        _of_method(made, "persona_infer")
    else:
        paths = [documents] if isinstance(documents, str | Path) else [*documents]
        if not paths:
            raise JobError("no document is named", fix="give files or folders, or a job with --job")
        named = [str(path) for path in paths]
        if count is None:
            count = per_chunk * len(Documents(paths=named).load(Path()).rows)
        source = {"documents": {"paths": named, **({"licence": licence} if licence else {})}}
        made = job_for(
            f"infer-{word_of(target)}", "persona_infer", count, source, provider=provider,
            language=language, budget_usd=budget_usd, seed=seed,
        )  # fmt: skip
    own_file(target, made.name)
    found = ran(made, None, view)
    licences = {source.path: source.licence for source in found.summary.sources}
    rows = [
        row_of(sample, made.name, parent=str(sample.seeds.get("chunk", "")), depth=0,
             licence=licence or licences.get(str(sample.seeds.get("source", "")), ""),
             file=str(sample.seeds.get("source", "")))
        for sample in found.kept
    ]  # fmt: skip
    write_rows(target, rows)
    counts = counts_of([found.summary])
    return Made(target, len(rows), [found.path], counts, found.cost, found.notes, bool(found.notes))


@dataclass(frozen=True)
class Ran:
    """A run as it closed, full or short."""

    path: Path
    summary: Summary
    kept: Iterable[Sample]
    cost: float | None
    notes: Sequence[str]


def ran(job: Job, out: Path | None, view: View | None) -> Ran:
    """A run that may fall short: what it kept counts, and the notes say what is missing."""
    path = out or Run.of(job).path
    notes: list[str] = []
    cost: float | None = None
    try:
        cost = run(job, out=path, view=view or View()).cost
    except ShortError as error:
        notes = [error.asked, error.exists]
        cost = _spent(path)
    return Ran(path, read_summary(path), SampleRows(path / "rows" / "kept.jsonl"), cost, notes)


def job_for(
    name: str, method: str, count: int, inputs: Mapping[str, Any], *,
    provider: Any, language: str, budget_usd: float | None, seed: int,
) -> Job:  # fmt: skip
    """The job of a method that makes personas, in memory."""
    fields: dict[str, Any] = {
        "name": name, "method": method, "count": count, "seed": seed, "language": language,
        "provider": provider, "inputs": dict(inputs), "quality": [*QUALITY],
    }  # fmt: skip
    if budget_usd is not None:
        fields["budget"] = {"usd": budget_usd}
    return made_job(fields, Path())


def row_of(sample: Sample, name: str, *, parent: str, depth: int, licence: str, **more: Any) -> Row:
    """A kept row as a persona; empty fields are left out."""
    columns = sample.columns
    row: Row = {
        "id": f"{'inf' if depth == 0 else 'gro'}-{sample.id}",
        "description": columns["description"],
        **{key: columns.get(key, "") for key in _TEXTS},
        "attributes": {key: columns[key] for key in _ATTRIBUTES if columns.get(key)},
        "language": sample.language,
        "source": f"{sample.method} by {sample.replies[-1].model if sample.replies else 'unknown'}",
        "licence": licence, "parent": parent, "relation": columns.get("relation", ""),
        "depth": depth, "run": name, **more,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value not in ("", {})}


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Writes JSON lines in one go: what is there before stays until all are written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    part.replace(path)


def own_file(path: Path, name: str, seeds: Sequence[str] = ()) -> None:
    """Raises JobError when `path` holds anything but what the run of that name wrote there.

    `seeds`: ids of rows that it may have been written with.
    """
    if not path.exists():
        return
    known = set(seeds)
    try:
        mine = all(
            str(row.get("run", "")).startswith(name) or row.get("id") in known
            for row in _lines(path)
        )
    except (ValueError, OSError, AttributeError):
        mine = False
    if not mine:
        raise JobError(
            f"'{path}' exists and was not made by '{name}'",
            fix="name another file with -o, or move this one away",
        )


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _of_method(job: Job, method: str) -> None:
    if job.method.part != method:
        raise JobError(
            f"the job '{job.name}' is of the method '{job.method.part}'",
            fix=f"name a job whose method is {method}",
        )


def counts_of(found: Iterable[Summary]) -> dict[str, int]:
    """Figures of runs, added up."""
    total = dict.fromkeys(("briefs", "kept", "dropped", "failed"), 0)
    for summary in found:
        for name in total:
            total[name] += getattr(summary, name)
    return total


def word_of(path: Path) -> str:
    """The name of a file as the name of a job may be."""
    word = "".join(c if c.isalnum() or c in "._-" else "-" for c in path.stem).strip(".-")
    return word or "personas"


def _spent(path: Path) -> float | None:
    state = json.loads((path / "run.json").read_text("utf8"))
    cost = state.get("cost")
    return float(cost) if isinstance(cost, int | float) else None
