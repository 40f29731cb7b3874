"""The rows that a tree of topics gives to a job, and how evenly a run went over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from textsynth.inputs import Row
from textsynth.records import Sample, Table, digest, percent
from textsynth.taxonomy.tree import Node, words_of

BRANCHES = 40
"""Lines of the table of branches, at most."""


def topic_rows(root: Node, title: str, source: str, language: str) -> list[Row]:
    """A row for each leaf. `title` stands for a root without a name.

    The id is made of the names of the path alone. `weight` is its own among its siblings,
    `weights` are those of the topics above it.
    """
    return [
        {
            "id": digest([node.name for node in path if node.name], size=6),
            "name": path[-1].name,
            "path": [path[0].name or title, *(node.name for node in path[1:])],
            "level": len(path) - 1,
            "text": words_of(path),
            "about": path[-1].about,
            "branch": (path[1] if len(path) > 1 else path[0]).name,
            "weight": path[-1].weight,
            "weights": [node.weight for node in path[:-1]],
            "source": source,
            "language": language,
        }
        for path in root.leaves()
    ]


def coverage(rows: Sequence[Row], kept: Iterator[Sample]) -> Table | None:
    """Per branch: topics, topics with a kept row, kept rows; None where no row has a topic.

    Of more than `BRANCHES` branches those that are covered least, and the others in one line.
    """
    used: Counter[str] = Counter()
    for sample in kept:
        topic = sample.seeds.get("topic")
        used.update([topic] if isinstance(topic, str) else topic or ())
    if not used:
        return None
    by_branch: dict[str, list[Row]] = {}
    for row in rows:
        by_branch.setdefault(row["branch"], []).append(row)
    shown = list(by_branch)
    if len(shown) > BRANCHES:
        part = {b: sum(row["id"] in used for row in own) / len(own) for b, own in by_branch.items()}
        shown = sorted(shown, key=lambda branch: part[branch])[: BRANCHES - 1]
    lines = [(branch, *_figures(by_branch.pop(branch), used)) for branch in shown]
    if by_branch:
        others = [row for own in by_branch.values() for row in own]
        lines.append((f"({len(by_branch):,} more)", *_figures(others, used)))
    lines.append(("all", *_figures(rows, used)))
    return Table("Topics covered", ("branch", "topics", "covered", "share", "rows"), tuple(lines))


def _figures(rows: Sequence[Row], used: Mapping[str, int]) -> tuple[int, int, str, int]:
    covered = sum(row["id"] in used for row in rows)
    made = sum(used.get(row["id"], 0) for row in rows)
    return len(rows), covered, percent(covered, len(rows)), made
