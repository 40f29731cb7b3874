"""The rows that a tree of topics gives to a job, and how evenly a run went over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from textsynth.inputs import Row
from textsynth.records import Sample, Table, digest, percent
from textsynth.taxonomy.tree import Node, words_of


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
    """Per branch: topics, topics with a kept row, kept rows; None where no row has a topic."""
    used: Counter[str] = Counter()
    for sample in kept:
        topic = sample.seeds.get("topic")
        used.update([topic] if isinstance(topic, str) else topic or ())
    if not used:
        return None
    lines = [*_branches(rows, used), ("all", *_figures(rows, used))]
    return Table("Topics covered", ("branch", "topics", "covered", "share", "rows"), tuple(lines))


def _branches(
    rows: Sequence[Row], used: Mapping[str, int]
) -> Iterator[tuple[str, int, int, str, int]]:
    by_branch: dict[str, list[Row]] = {}
    for row in rows:
        by_branch.setdefault(row["branch"], []).append(row)
    for branch, own in by_branch.items():
        yield branch, *_figures(own, used)


def _figures(rows: Sequence[Row], used: Mapping[str, int]) -> tuple[int, int, str, int]:
    covered = sum(row["id"] in used for row in rows)
    made = sum(used.get(row["id"], 0) for row in rows)
    return len(rows), covered, percent(covered, len(rows)), made
