"""Runs that come before a job's own run: each makes files, from whose rows the next one goes on.

outputs/<name>/made/ holds what they made, for people to read and to edit; outputs/<name>/stages/
their runs, each with a journal of its own. What lies there is not asked for again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from textsynth.errors import ShortError
from textsynth.inputs import Row
from textsynth.job import Job
from textsynth.made import (
    Piece,
    Products,
    first_rows,
    grown,
    open_stages,
    root_of,
    stage_table,
    through,
    tree_file,
    with_rows,
)
from textsynth.methods import Stage
from textsynth.records import Sample, Summary, Table
from textsynth.runfolder import Run, SampleRows, read_state
from textsynth.stage_jobs import budget_fields, left_of, shared, spent_in, stage_job
from textsynth.taxonomy.orders import Order
from textsynth.taxonomy_growth import grow_into


class Closed(Protocol):
    """What is told of a run that is through."""

    @property
    def path(self) -> Path: ...
    @property
    def summary(self) -> Summary: ...
    @property
    def asked(self) -> int: ...
    @property
    def replayed(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def cost(self) -> float | None: ...


RunJob = Callable[[Job, Path], Closed]
"""Runs a job in a folder, as `textsynth.run` does."""


@dataclass(frozen=True)
class Growing:
    """A tree that is to be grown: from the `root` of `part`, into `file`.

    Its runs go to folders below `folder`, by way of `run`, with what `fields` say beside name,
    method, count and inputs.
    """

    job: Job
    part: Any
    file: Path
    folder: Path
    run: RunJob
    fields: Mapping[str, Any]


def grow_tree(growing: Growing) -> tuple[list[Closed], list[str]]:
    """Grows a tree, writes its file; the runs that it took, and what did not go well, in words."""
    ran: list[Closed] = []

    def run(job: Job, *, out: Path) -> Closed:
        ran.append(growing.run(job, out))
        return ran[-1]

    part, fields = growing.part, dict(growing.fields)
    for name in ("redact", "injections"):  # names of topics, which nobody's data is in
        fields.pop(name, None)
    budget = fields.pop("budget", None) or {}
    order = Order(
        depth=part.depth, branching=part.branching, about=part.about,
        provider=fields.pop("provider", "local"), language=fields.pop("language", "en"),
        budget_usd=budget.get("usd"), budget_tokens=budget.get("tokens"),
        budget_minutes=budget.get("minutes"), seed=fields.pop("seed", 0),
        prices=fields.pop("prices", None), more=fields,
    )  # fmt: skip
    grown = grow_into(
        growing.file, part.root, home=growing.folder, name=f"{growing.job.name[:60]}-taxonomy",
        run=run, order=order, replace=True,
    )  # fmt: skip
    if not grown.tree.children:
        raise ShortError(
            f"no tree could be grown from '{part.root}'", "; ".join(grown.notes),
            "a stronger model or a larger budget does more; or write the tree yourself into "
            f"{growing.file}",
        )  # fmt: skip
    told = [f"the tree about '{part.root}': {note}" for note in grown.notes]
    if grown.short:
        told.append(
            f"made/{growing.file.name} is less deep than it was to be, and the run goes by it: add "
            "what is missing, or delete it to have it grown again by another model or budget"
        )
    return ran, told


@dataclass(frozen=True)
class StageRun:
    """One stage in one start: what was made now, and what it took."""

    stage: str
    path: str
    made: int
    """Products made now."""
    asked: int
    replayed: int
    kept: int
    failed: int
    tokens_in: int
    tokens_out: int
    seconds: float
    cost: float | None

    @classmethod
    def of(cls, stage: str, made: int, ran: Closed) -> StageRun:
        """From the run."""
        summary = ran.summary
        return cls(
            stage, str(ran.path), made, ran.asked, ran.replayed, summary.kept, summary.failed,
            summary.tokens_in, summary.tokens_out, round(ran.seconds, 2), ran.cost,
        )  # fmt: skip


@dataclass
class Staged:
    """A job after its stages: what it is to be run as, and what is to be told of them."""

    job: Job
    runs: list[StageRun] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def added(self, result: Closed) -> dict[str, Any]:
        """Requests, seconds and cost of the stages and of the job's own run, added up."""
        costs = [result.cost, *(run.cost for run in self.runs)]
        known = [cost for cost in costs if cost is not None]
        return {
            "asked": result.asked + sum(run.asked for run in self.runs),
            "replayed": result.replayed + sum(run.replayed for run in self.runs),
            "seconds": result.seconds + sum(run.seconds for run in self.runs),
            "cost": sum(known) if len(known) == len(costs) else None,
        }


def run_stages(job: Job, out: Path | None, run_job: RunJob) -> Staged:
    """Runs what a job needs before its own run; nothing where it has no stages.

    Raises InputError for a file that somebody broke, ShortError where a stage made nothing, and
    whatever stops a run.
    """
    if root_of(job) is None and not job.method.stages():
        return Staged(job)
    run = Run.of(job, out)
    with run:
        work = _Work(job, run.path, run_job)
        _sign(run, job, "running")
        try:
            return work.done()
        except BaseException:
            _sign(run, job, "stopped")
            raise
        finally:
            work.products.save()


def _sign(run: Run, job: Job, status: str) -> None:
    """Says in run.json that the run has begun, where it does not say anything better yet."""
    state = read_state(run.path)
    if state and "staging" not in state:
        return
    summary = Summary(job.name, job.method.part, job.language, job.count, job_text=job.text)
    run.save_state(status, summary, job, {"staging": True})
    # The job as it is written may hold what is redacted; its own run writes it without.
    (run.path / "job.yaml").unlink(missing_ok=True)


class _Work:
    """The stages of one job in one start."""

    def __init__(self, job: Job, path: Path, run_job: RunJob) -> None:
        self.job, self.path, self.run_job = job, path, run_job
        self.products = Products.of(path, job.language)
        self.staged = Staged(job)
        self.began = time.monotonic()

    def done(self) -> Staged:
        """All stages, one after the other."""
        self.grow()
        job = grown(self.job, self.products.folder)
        stages = open_stages(job)
        if stages:
            rows, sources = first_rows(job, stages[0])
            found = through(self.products, stages, rows, self.make)
            job = with_rows(job, stages, found.rows, sources)
            self.staged.tables.append(stage_table(found.lines))
            self.staged.warnings += found.warnings
        left = left_of(job, spent_in(self.path / "stages"), self.began)
        self.staged.job = job.model_copy(update={"budget": left})
        return self.staged

    def grow(self) -> None:
        """Grows the tree from its root, where that is asked for and not done."""
        found = root_of(self.job)
        if found is None:
            return
        part, file = found[1], tree_file(self.products.folder)  # where `pieces` puts it as well
        stage = _Tree("taxonomy", "", {}, "", "topic")
        # Which of its topics the job takes changes nothing in the tree.
        asked = part.model_dump(mode="json", include={"root", "depth", "branching", "about"})
        row = {"id": "taxonomy", **asked}
        (piece,) = self.products.pieces(stage, [row])
        if piece.make:
            file.parent.mkdir(parents=True, exist_ok=True)
            folder = self.path / "stages" / "taxonomy"
            fields = shared(self.job) | budget_fields(self.budget("taxonomy"))
            runs, told = grow_tree(Growing(self.job, part, file, folder, self.run_job, fields))
            self.staged.warnings += told
            self.staged.runs += [StageRun.of("taxonomy", 1, ran) for ran in runs]
            self.products.note(stage, piece, file.read_text("utf8"))
            return
        self.products.adopt(stage, [piece])
        if piece.stale:
            self.staged.warnings.append(
                "made/taxonomy.yaml was edited, and the job now asks for another tree: it stays as "
                "it is; delete it to have it grown again"
            )

    def budget(self, stage: str) -> Any:
        """What is left for a stage of the budget that all runs of the job share."""
        elsewhere = spent_in(self.path) if self.path.is_dir() else (0.0, 0)
        others = spent_in(self.path / "stages", but=stage)
        spent = (elsewhere[0] + others[0], elsewhere[1] + others[1])
        return left_of(self.job, spent, self.began)

    def make(self, stage: Stage, pieces: Sequence[Piece]) -> None:
        """Runs a stage for the rows whose product is to be made, and writes the products."""
        rows = [piece.row for piece in pieces]
        job = stage_job(self.job, stage, rows, self.products.folder)
        job = job.model_copy(update={"budget": self.budget(stage.name)})
        path = self.path / "stages" / stage.name
        # Rows of an earlier start may be of other subjects; the journal gives them again.
        (path / "rows" / "kept.jsonl").unlink(missing_ok=True)
        short: ShortError | None = None
        ran: Closed | None = None
        try:
            ran = self.run_job(job, path)
        except ShortError as error:
            short = error
        kept: dict[str, list[Sample]] = {}
        for sample in SampleRows(path / "rows" / "kept.jsonl"):
            kept.setdefault(str(sample.seeds[stage.takes]), []).append(sample)
        written = [piece for piece in pieces if kept.get(str(piece.row["id"]))]
        self.products.write(stage, [(p, kept[str(p.row["id"])]) for p in written])
        if short is not None:
            fix = (
                "raise the budget; the same command goes on" if "budget" in short.exists
                else f"{path}/rows/failed.jsonl says why; replies stay: take another "
                f"seed or model, or write files in made/{stage.name}/ yourself"
            )  # fmt: skip
            asked = f"the stage '{stage.name}' came short: {short.asked}"
            raise ShortError(asked, short.exists, fix)
        if ran is not None:
            self.staged.runs.append(StageRun.of(stage.name, len(written), ran))


@dataclass(frozen=True)
class _Tree(Stage):
    """Stands for the growing of a tree where files are looked after."""

    def place(self, row: Row) -> tuple[str, ...]:
        return ()
