"""Drops a sample whose instruction is too like an earlier one or an example row (Self-Instruct)."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.quality import Filter, Screen
from textsynth.quality._text import CONVERSATION, picked, turns
from textsynth.records import Closing, Sample, Setting, Table, Verdict, percent
from textsynth.rouge import Index

AUTO = "auto"
COLUMNS = ("instruction", "question", "prompt", "text")
"""Where the instruction of a row is looked for, in this order."""

PARTS = 10
"""Stretches of a run that the novelty curve tells apart."""


class RougeL(Filter):
    """ROUGE-L with the nearest instruction known so far; it is the score, of kept rows too.

    Known are the rows of the input `examples` and the earlier rows that this filter let through,
    in the order of the briefs: as Self-Instruct has it, and unlike near_duplicates, an earlier row
    that it dropped drops no other, nor does one that has no answer. (One that it let through and
    another filter dropped does.) The value is exact. Memory: about 0.3 KB an instruction.
    """

    shorthand = "threshold"

    threshold: float = Field(default=0.7, gt=0, le=1)
    """ROUGE-L (F-measure) from which a sample is dropped."""

    on: str = AUTO
    """What is compared: auto (the column instruction or question, else what the user says first),
    first_turn, conversation, or the name of a column."""

    def screen(self, setting: Setting) -> Screen:
        """Starts with the example rows, and adds what it lets through."""
        examples = setting.rows.get("examples", ())
        index = Index(text for row in examples if (text := _of_row(row, self.on)))

        def verdict(sample: Sample) -> Verdict:
            text = self._text(sample)
            if not text.strip():
                return Verdict(keep=False, reason="empty")
            score = index.nearest(text)
            if (new := score < self.threshold) and not _unanswered(sample):
                index.add(text)
            reason = "" if new else "like_an_earlier_one"
            return Verdict(new, reason, round(score, 4))

        return verdict

    def _text(self, sample: Sample) -> str:
        if self.on != AUTO:
            return picked(sample, self.on, self.part)
        return _of_row(sample.columns, AUTO) or next((text for _, text in turns(sample)), "")

    def closing(self, closing: Closing) -> Sequence[Table]:
        """The novelty curve: per tenth of the candidates how many were new, and their mean score.

        Where the new ones come to an end, the pool has run dry.
        """
        files = [closing.folder / "rows" / f"{kind}.jsonl" for kind in ("kept", "dropped")]
        total = sum(1 for _ in _scores(files, self.part))
        if not total:
            return []
        parts = min(PARTS, total)
        cells = [[0, 0, 0.0] for _ in range(parts)]
        for number, (keep, score) in enumerate(_scores(files, self.part)):
            cell = cells[number * parts // total]
            cell[0], cell[1], cell[2] = cell[0] + 1, cell[1] + keep, cell[2] + score
        rows, done = [], 0
        for count, new, sum_ in cells:
            first, done = done + 1, done + int(count)
            mean = round(sum_ / count, 3)
            rows.append((f"{first:,} to {done:,}", int(new), percent(new, count), mean))
        heads = ("candidates", "new", "share", "nearest, mean ROUGE-L")
        return [Table("Novelty of the instructions", heads, tuple(rows))]


def _unanswered(sample: Sample) -> bool:
    """Whether a row was given up half-way, so that nothing of it will be kept."""
    last = sample.messages[-1] if sample.messages else None
    return last is not None and last["role"] == "assistant" and not (last["content"] or "").strip()


def _of_row(row: Mapping[str, Any], on: str) -> str:
    """The instruction of a row of columns; empty where it has none."""
    if on in (AUTO, CONVERSATION, "first_turn"):
        found = (row.get(name) for name in COLUMNS)
        return next((text for text in found if isinstance(text, str) and text.strip()), "")
    value = row.get(on)
    return value if isinstance(value, str) else ""


def _scores(files: Sequence[Path], part: str) -> Iterator[tuple[bool, float]]:
    """(new, score) of every candidate of a run, in the order of the briefs."""
    streams = [_lines(file, part) for file in files if file.is_file()]
    for _, keep, score in heapq.merge(*streams):
        yield keep, score


def _lines(file: Path, part: str) -> Iterator[tuple[int, bool, float]]:
    with file.open(encoding="utf8") as lines:
        for line in lines:
            if not line.endswith("\n"):
                continue
            row = json.loads(line)
            for verdict in row.get("verdicts", ()):
                if verdict["filter"] == part and verdict["score"] is not None:
                    yield row["index"], verdict["keep"], verdict["score"]
