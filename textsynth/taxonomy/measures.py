"""A tree in figures: sizes by level, names that come twice, siblings nearly the same, balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from textsynth.taxonomy.names import folded
from textsynth.taxonomy.near import Merge, merged
from textsynth.taxonomy.tree import Node, Tree, words_of

UNEVEN = 3
"""A branch is out of balance with so many times the leaves of the middle one, or so few."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its topics, how many are leaves, and how many topics those that are none have."""

    level: int
    nodes: int
    leaves: int
    least: int = 0
    mean: float = 0.0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """One topic of the first level: leaves, levels below it, and its share of all leaves."""

    name: str
    leaves: int
    depth: int
    share: float
    uneven: str = ""
    """"large" or "small" where it is out of balance."""


@dataclass(slots=True)
class Measures:
    """What `stats` says of a tree."""

    nodes: int = 0
    leaves: int = 0
    depth: int = 0
    described: int = 0
    """Topics that say what they are about."""
    weighted: int = 0
    language: str = ""
    levels: list[Level] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    duplicates: dict[str, list[str]] = field(default_factory=dict)
    """Name → the paths of the topics in different branches that have it."""
    near: list[Merge] = field(default_factory=list)
    """Siblings that say nearly the same."""


def measure(tree: Tree) -> Measures:
    """All figures of a tree."""
    paths = list(tree.root.walk())
    if not tree.root.name:
        del paths[0]
    found = Measures(
        nodes=len(paths), leaves=sum(not path[-1].children for path in paths),
        depth=tree.root.depth(), language=tree.language,
        described=sum(bool(path[-1].about) for path in paths),
        weighted=sum(path[-1].weight != 1 for path in paths),
        levels=list(_levels(paths)), branches=_branches(tree.root),
    )  # fmt: skip
    same: dict[str, list[tuple[Node, ...]]] = {}
    for path in paths:
        same.setdefault(folded(path[-1].name), []).append(path)
    found.duplicates = {
        there[0][-1].name: [words_of(path) for path in there]
        for there in same.values()
        if len(there) > 1
    }
    found.near = merged([tree.root])[1] if tree.root.name else merged(tree.root.children)[1]
    return found


def _levels(paths: list[tuple[Node, ...]]) -> Iterator[Level]:
    by_level: dict[int, list[Node]] = {}
    for path in paths:
        by_level.setdefault(len(path) - 1, []).append(path[-1])
    for level, nodes in sorted(by_level.items()):
        widths = [len(node.children) for node in nodes if node.children]
        leaves = len(nodes) - len(widths)
        if widths:
            mean = round(sum(widths) / len(widths), 2)
            yield Level(level, len(nodes), leaves, min(widths), mean, max(widths))
        else:
            yield Level(level, len(nodes), leaves)


def _branches(root: Node) -> list[Branch]:
    leaves = [sum(1 for _ in child.leaves()) for child in root.children]
    middle = median(leaves) if leaves else 0
    return [
        Branch(
            child.name, count, child.depth(), round(count / sum(leaves), 4),
            "large" if count > UNEVEN * middle else "small" if UNEVEN * count < middle else "",
        )
        for child, count in zip(root.children, leaves, strict=True)
    ]  # fmt: skip
