"""What can be known of a job's stages before they run, for `check` and before `preview`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.cells import BY
from textsynth.inputs import Row
from textsynth.job import Job
from textsynth.made import (
    Products,
    first_rows,
    given,
    grown,
    open_stages,
    root_of,
    through,
    with_rows,
)
from textsynth.materials import Materials, prepare
from textsynth.methods import Stage
from textsynth.quotas import uneven_quota
from textsynth.records import digest
from textsynth.stage_jobs import stage_job
from textsynth.taxonomy.tree import BETWEEN, levels_of


@dataclass
class Outlook:
    """What can be known of the stages before they run: nothing is asked, nothing written."""

    job: Job
    """The job with the rows that are there, or else with one that stands for them."""

    lines: list[str] = field(default_factory=list)
    checked: list[Materials] = field(default_factory=list)
    """The runs of the stages, made ready: their prompts are right."""
    pending: bool = False
    """Whether a stage is still to run."""

    @classmethod
    def of(cls, job: Job, path: Path) -> Outlook:
        """Raises JobError, InputError or PromptError for what cannot work."""
        look = cls(job)
        found = root_of(job)
        if found is None and not job.method.stages():
            return look
        products = Products.of(path, job.language)
        job = grown(job, products.folder)
        stages, rows, known = open_stages(job), [], True
        found = root_of(job)
        if found is not None:
            name, part = found
            look.pending, known = True, False
            words = getattr(part, "root", "")
            look.lines.append(f"first, a taxonomy is grown from '{words}': made/taxonomy.yaml")
            rows = [_topic(part)]
            inputs = {**job.inputs, name: given("topic", rows)}
            quotas = _known_quotas(job, list(levels_of(rows[0]["path"])))
            job = job.model_copy(update={"inputs": inputs, "quotas": quotas})
        elif stages:
            rows = first_rows(job, stages[0])[0]
        for plain in stages:
            # One row that stands for others says nothing of how many they are.
            stage = plain.among(rows) if known else plain
            pieces = products.pieces(stage, [row for row in rows if not stage.made(row)])
            todo = [piece for piece in pieces if piece.make]
            if not rows:
                break
            look.checked.append(prepare(stage_job(job, stage, rows[:1], products.folder)))
            if todo or not known:
                look.lines.append(look._line(stage, len(todo) if known else None))
                look.pending, known, rows = True, False, _specimens(stage, rows)
            else:
                rows = through(products, [plain], rows, lambda stage, pieces: None).rows
        look.job = with_rows(job, stages, rows) if stages else job
        return look

    def words(self) -> str:
        """What runs before the job's own run."""
        return f"{'; '.join(self.lines)}; what they make stays, and `run` goes on from it"

    def _line(self, stage: Stage, todo: int | None) -> str:
        asked = "each row of the stage before" if todo is None else f"{todo:,} rows"
        first = "then" if self.lines else "first,"
        visits = self.checked[-1].job.method.visits()
        times = f", {visits} times each" if visits > 1 else ""
        return f"{first} the stage {stage.name}, for {asked}{times}: made/{stage.name}/"


def _topic(part: Any) -> Row:
    """Stands for a topic of a tree that is still to be grown, as deep as it is to be."""
    deep = part.depth if part.level == "leaves" else min(part.depth, part.level)
    path = [part.root, *["…"] * deep]
    return {
        "id": digest("topic", [part.root], size=6), "name": path[-1], "path": path, "level": deep,
        "text": BETWEEN.join(path), "about": "", "branch": path[1], "weight": 1.0,
        "weights": [1.0] * deep, "source": "", "language": "",
    }  # fmt: skip


def _specimens(stage: Stage, rows: Sequence[Row]) -> list[Row]:
    """Rows that stand for those that a stage will make: one for each path of what it takes, since
    quotas may be on its levels."""
    one = stage.specimen()
    paths = dict.fromkeys(tuple(row.get("path") or ()) for row in rows)
    if "path" not in one or () in paths:
        return [one]
    return [
        {**one, "id": digest("stands for", path, size=6), "path": list(path)}
        | {"topic": path[-1], "weights": [1.0] * len(path)}
        for path in paths
    ]


def _known_quotas(job: Job, levels: Sequence[str]) -> dict[str, Any]:
    """The quotas of a job, without those that give numbers to topics that are still to be grown.

    Raises JobError where such a quota does not add up to the count.
    """
    found: dict[str, Any] = {}
    for name, quota in job.quotas.items():
        if isinstance(quota, str) or not set(levels).intersection(name.split(BY)):
            found[name] = quota
        elif sum(quota.values()) != job.count:
            raise uneven_quota(job.quota_at(name), name, quota, job.count)
    return found
