"""Tables about personas: why they were chosen for a chunk, and how a run used them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textsynth.inputs._matching import Choice
from textsynth.inputs._quotas import Quota, kinds_of
from textsynth.records import Sample, Table

Row = dict[str, Any]

_FEW = 3
"""So many times as many personas as seeds are many personas over few seeds."""


def choices_table(
    title: str, found: Sequence[Choice], rows: Sequence[Row], quotas: bool = True
) -> Table:
    """Who was chosen for a chunk and who came next: the points for and against each."""
    columns = ["persona", "rank", "total", "relevance", "for it", "in use", "alike"]
    columns += ["quota", "ahead"] if quotas else []
    lines = []
    for one in found:
        line: list[str | int | float] = [
            rows[one.place]["id"], one.rank or "next", one.value, round(one.relevance, 3),
            one.points, -one.cost, -one.likeness,
        ]  # fmt: skip
        line += [one.quota, -one.pace] if quotas else []
        lines.append((*line, ", ".join(one.shared) or "nothing"))
    return Table(title, (*columns, "shared with the chunk"), tuple(lines))


def usage_tables(
    rows: Sequence[Row], kept: Iterable[Sample], quotas: Mapping[str, Quota]
) -> list[Table]:
    """Which personas stand in the kept rows, their shares under quotas, and how broad the seeds
    are beside them. `rows` may be empty where the persona files are gone."""
    people: Counter[str] = Counter()
    chunks: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for sample in kept:
        seeds = sample.seeds
        people[str(seeds.get("persona", ""))] += 1
        if "chunk" in seeds:
            chunks[str(seeds["chunk"])] += 1
        if "source" in seeds:
            files[str(seeds["source"])] += 1
    del people[""]
    if not people:
        return []
    found = [_used(people, len(rows)), _breadth(people, chunks, files)]
    if quotas and rows:
        found.append(_shares(rows, people, quotas))
    return found


def _used(people: Counter[str], able: int) -> Table:
    total = people.total()
    of = f"{len(people):,} of {able:,}" if able else f"{len(people):,}"
    lines: list[tuple[str | int | float, ...]] = [("all", total, "100 %", f"{of} personas")]
    for name, rows in sorted(people.items(), key=lambda pair: (-pair[1], pair[0]))[:5]:
        lines.append((name, rows, _percent(rows, total), ""))
    return Table("Personas used", ("persona", "kept rows", "share", "remark"), tuple(lines))


def _breadth(people: Counter[str], chunks: Counter[str], files: Counter[str]) -> Table:
    """Many personas over few seeds look varied and teach little: so both stand side by side."""
    lines: list[tuple[str | int | float, ...]] = []
    for name, counts in (("personas", people), ("chunks", chunks), ("files", files)):
        if counts:
            top = max(counts.values())
            lines.append((name, len(counts), _effective(counts), _percent(top, counts.total()), ""))
    if chunks and _effective(people) > _FEW * _effective(chunks):
        remark = "many personas over few chunks: rows say the same in other voices; add documents"
        lines[1] = (*lines[1][:-1], remark)
    columns = ("of", "different", "as if evenly used", "most used", "remark")
    return Table("Breadth of personas and of seeds", columns, tuple(lines))


def _shares(rows: Sequence[Row], people: Counter[str], quotas: Mapping[str, Quota]) -> Table:
    lines: list[tuple[str | int | float, ...]] = []
    for name, (weights, kinds) in kinds_of(rows, quotas).items():
        got: Counter[str] = Counter()
        for row, kind in zip(rows, kinds, strict=True):
            got[kind or "other"] += people[row["id"]]
        whole, total = math.fsum(weights.values()), got.total()
        for value in [*weights, *(["other"] if got["other"] else [])]:
            asked = f"{100 * weights.get(value, 0) / whole:.1f} %"
            lines.append((name, value, got[value], _percent(got[value], total), asked))
    columns = ("attribute", "value", "kept rows", "share", "asked for")
    return Table("Shares of personas", columns, tuple(lines))


def _effective(counts: Counter[str]) -> float:
    """How many, evenly used, would be as varied: the inverse of Simpson's index."""
    return round(counts.total() ** 2 / sum(n * n for n in counts.values()), 1)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"
