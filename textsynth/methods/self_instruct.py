"""Tasks for an assistant that grow from a few of your own, and their answers (Self-Instruct)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from pydantic import Field, PrivateAttr

from textsynth.asking import Ask
from textsynth.errors import JobError, ReplyError
from textsynth.instructions import fault
from textsynth.methods import Around, Method, Row
from textsynth.methods import _lines as lines
from textsynth.methods._tasks import given, is_choice, labels_of, listed, plain
from textsynth.records import Brief, Closing, Draft, Sample, Table, percent
from textsynth.rouge import Index
from textsynth.walk import key_of, permute

HOW = (
    "add `examples: seeds.jsonl` under inputs: one JSON row a line with `instruction`, `output` "
    "and where there is one `input`, 20 of them or more, as unlike each other as your tasks are; "
    "`examples: examples/seed-tasks/en.jsonl` (or ko.jsonl) are ours"
)
APART = ("like", "scenario", "topic")
"""Facets that prompts are told in another way."""


class SelfInstruct(Method):
    """Each brief becomes a new task, after a few of the `examples` and of those written before.

    A model is shown `human` seed tasks and `generated` earlier rows, and lists `tasks` new ones.
    The first that is sound and unlike all others is taken: one row, one task. Is it a choice
    among labels? Then the labels are asked for, one is drawn, and an input is written for it;
    otherwise the input comes first and the output last. Briefs of one batch see the rows kept up
    to the batch before. After Y. Wang et al., "Self-Instruct" (arXiv 2212.10560).

    Columns: instruction, input, output, is_classification, label, shown (ids of the rows shown).
    """

    batch: int = Field(default=50, ge=1, le=100_000)
    """Briefs of a generation: none starts before all of the one before are decided on. Best not
    below the number of requests at once."""

    human: int = Field(default=6, ge=1, le=20)
    """Seed tasks shown beside generated ones."""

    generated: int = Field(default=2, ge=0, le=20)
    """Tasks of earlier generations shown; while there are too few, seed tasks take their place."""

    tasks: int = Field(default=3, ge=1, le=10)
    """New tasks asked for in one reply, of which the first good one is taken."""

    tries: int = Field(default=2, ge=1, le=10)
    """Replies asked for, each after other tasks, until one holds a good task."""

    novelty: float = Field(default=0.7, gt=0, le=1)
    """ROUGE-L with a seed or an earlier row from which a task is not new; that of `rouge_l`."""

    idle: int = Field(default=3, ge=1, le=1000)
    """Generations in a row of which no row was kept, after which the run ends."""

    steps: ClassVar[dict[str, tuple[str, ...]]] = {
        "instruction": ("shown", "many", "facets"),
        "kind": ("task",),
        "labels": ("task",),
        "labelled": ("task", "labels", "answer"),
        "input": ("task",),
        "output": ("task", "given"),
    }
    roles: ClassVar[dict[str, str]] = {
        "instruction": "writer", "kind": "judge", "labels": "writer", "labelled": "writer",
        "input": "writer", "output": "answerer",
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("examples",)
    lacking: ClassVar[dict[str, str]] = {"examples": HOW}
    may_use: ClassVar[tuple[str, ...]] = ("topic", "persona")
    filters: ClassVar[tuple[str, ...]] = ("rouge_l", "instruction")

    _seeds: Sequence[Row] = PrivateAttr(default=())
    _pool: list[Row] = PrivateAttr(default_factory=list)
    _held: int = PrivateAttr(default=0)
    _index: Index = PrivateAttr(default_factory=Index)
    _known: int = PrivateAttr(default=0)
    _idle: int = PrivateAttr(default=0)

    def ready(self, around: Around) -> Self:
        """Knows the seed tasks. Raises JobError where the rows of `examples` are none."""
        rows = around.rows.get("examples", ())
        seeds = [row for row in rows if str(row.get("instruction") or "").strip()]
        if len(seeds) < 3:
            columns = sorted({name for row in rows[:100] for name in row})
            raise JobError(
                f"self_instruct needs three seed tasks at least, and has {len(seeds)}",
                f"the rows of inputs.examples have: {', '.join(columns)}",
                HOW,
            )
        ready = self.model_copy()
        ready._seeds, ready._pool = seeds, []
        ready._index = Index(str(row["instruction"]) for row in seeds)
        ready._known = len(ready._index)
        return ready

    def generation(self) -> int:
        """The option `batch`."""
        return self.batch

    def learned(self, kept: Sequence[Sample]) -> Self:
        """Knows the tasks that were kept as well."""
        grown = self.model_copy()
        if len(self._pool) > self._held:  # somebody else went on from here
            grown._pool = self._pool[: self._held]
        for sample in kept:
            row = {"id": sample.id, "instruction": str(sample.columns["instruction"])}
            grown._pool.append(row)
            grown._index.add(row["instruction"])
        # Both are shared with the generations before, which look at their own part of them.
        grown._held, grown._known = len(grown._pool), len(grown._index)
        grown._idle = 0 if kept else self._idle + 1
        return grown

    def ends(self) -> str:
        """After `idle` generations without a row."""
        if self._idle < self.idle:
            return ""
        return f"the last {self._idle} generations of {self.batch} briefs brought no new task"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One task with its answer; where no new task came, one without, which the filters drop.

        Raises ReplyError where the model lists no task, or does not do the one that it wrote.
        """
        task, good, shown = await self._task(brief, ask)
        columns: dict[str, Any] = {
            "instruction": task, "input": "", "output": "", "is_classification": False,
            "label": None, "shown": shown,
        }  # fmt: skip
        if good:
            columns |= await self._instance(brief, ask, task)
        user = "\n\n".join(filter(None, (task, columns["input"])))
        return Draft(
            [
                {"role": "user", "content": user},
                {"role": "assistant", "content": columns["output"]},
            ],
            columns,
        )

    async def _task(self, brief: Brief, ask: Ask) -> tuple[str, bool, list[str]]:
        """(task, whether it is sound and new, ids of the rows that were shown)."""
        facets = {name: value for name, value in brief.facets.items() if name not in APART}
        first: tuple[str, bool, list[str]] | None = None
        raw = ""
        for take in range(self.tries):
            rows = self._shown(brief, take)
            ids = [str(row["id"]) for row in rows]
            reply = await ask("instruction", take=take, shown=rows, many=self.tasks, facets=facets)
            raw = reply.text
            for task in listed(raw):
                if lines.refuses(task) or lines.offers(task):
                    continue
                if not fault(task, brief.language) and self._is_new(task):
                    return task, True, ids
                first = first or (task, False, ids)
        if first is None:
            raise ReplyError("the model listed no task", raw)
        return first

    def _is_new(self, task: str) -> bool:
        return self._index.nearest(task, first=self._known) < self.novelty

    def _shown(self, brief: Brief, take: int) -> list[Row]:
        """Seed tasks and earlier ones, drawn for this brief and mixed."""
        number = min(self.generated, self._held)
        human = min(self.human + self.generated - number, len(self._seeds))
        rows: list[Row] = []
        human_of, pool_of = (self._seeds, len(self._seeds)), (self._pool, self._held)
        for name, (pool, size), count in (("human", human_of, human), ("pool", pool_of, number)):
            key = key_of(brief.seed, "self_instruct", name, brief.index, take)
            rows += [pool[permute(place, size, key)] for place in range(count)]
        key = key_of(brief.seed, "self_instruct", "order", brief.index, take)
        mixed = (rows[permute(place, len(rows), key)] for place in range(len(rows)))
        marks = ("id", "source", "injections", "instruction")
        return [{name: row[name] for name in marks if name in row} for row in mixed]

    async def _instance(self, brief: Brief, ask: Ask, task: str) -> dict[str, Any]:
        """Input and output: for a choice among labels the output first, else the input."""
        if is_choice((await ask("kind", task=task)).text):
            labels = labels_of((await ask("labels", task=task)).text)
            if labels:
                answer = labels[brief.number("label", 0, len(labels) - 1)]
                reply = await ask("labelled", task=task, labels=labels, answer=answer)
                text = given(reply.text)
                if not text or lines.refuses(text):
                    raise ReplyError("the model wrote no input for the label", reply.text)
                if re.match(rf"\W*{re.escape(answer)}(?!\w)", text, re.IGNORECASE):
                    raise ReplyError("the input gives its label away", reply.text)
                return {
                    "input": text, "output": answer, "is_classification": True, "label": answer
                }  # fmt: skip
        text = given((await ask("input", task=task)).text)
        reply = await ask("output", task=task, given=text)
        output = plain(reply.text)
        if not output or lines.refuses(output):
            raise ReplyError("the model did not do the task", reply.text)
        return {"input": text, "output": output}

    def closing(self, closing: Closing) -> Sequence[Table]:
        """What the kept tasks are: choices among labels, with and without an input."""
        cells: dict[str, list[int]] = {}
        for sample in closing.kept:
            columns = sample.columns
            kind = "label first" if columns["is_classification"] else "input first"
            if not columns["input"]:
                kind = "no input"
            cell = cells.setdefault(kind, [0, 0, 0])
            sizes = (1, len(columns["instruction"]), len(columns["output"]))
            cells[kind] = [a + b for a, b in zip(cell, sizes, strict=True)]
        total = sum(cell[0] for cell in cells.values())
        rows = tuple(
            (kind, n, percent(n, total), round(asked / n), round(said / n))
            for kind, (n, asked, said) in sorted(cells.items())
        )
        heads = ("how", "rows", "share", "characters of the task", "of the answer")
        return [Table("Tasks", heads, rows)] if rows else []
