"""A small input for tests: a tree written in the job, whose rows are its leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from textsynth.inputs import Input, Items, Row
from textsynth.records import Source
from textsynth.treewalk import TreeWalk


class Topics(Input):
    """Leaves of a tree."""

    field: ClassVar[str] = "topic"
    tree: dict[str, Any]
    """Name → what is below it; a number is the weight of a leaf."""
    even: Literal["leaves", "branches"] = "leaves"
    """How it is walked."""
    prefix: str = "level"
    """What the facets of its levels are called by."""

    def load(self, home: Path) -> Items:
        """Its leaves."""
        rows = [leaf(path, weight) for path, weight in leaves(self.tree, ("all",))]
        return Items(rows, [Source("topics", "topics", len(rows))])

    def walk(self, rows: Sequence[Row]) -> TreeWalk:
        """As a tree."""
        return TreeWalk(rows, self.even)

    def marks(self, row: Row) -> Mapping[str, str]:
        """Its levels."""
        return {f"{self.prefix}_{name[6:]}": value for name, value in levels(row).items()}


def leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    if not isinstance(tree, Mapping):
        yield path, 1.0 if tree is None else float(tree)
        return
    for name, below in tree.items():
        yield from leaves(below, (*path, name))


def leaf(path: Sequence[str], weight: float = 1.0) -> Row:
    return {
        "id": "/".join(path), "name": path[-1], "path": list(path), "weight": weight,
        "text": " > ".join(path),
    }  # fmt: skip


def levels(row: Row) -> dict[str, str]:
    path = row["path"]
    return {f"level_{n}": " > ".join(path[1 : n + 1]) for n in range(1, len(path))}
