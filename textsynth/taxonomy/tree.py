"""A tree of topics: what the formats are read into and written from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

BETWEEN = " > "
"""Stands between the names of a path in words."""


@dataclass(slots=True)
class Node:
    """One topic and what it is divided into. Siblings have different names."""

    name: str
    about: str = ""
    """One sentence that says what belongs to it; may be empty."""
    children: list[Node] = field(default_factory=list)
    weight: float = 1.0
    """Its share among its siblings, where a job walks the tree by branches."""

    def walk(self, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, ...]]:
        """Every node as its path from this one down to it, parents before children, in order."""
        path = (*above, self)
        yield path
        for child in self.children:
            yield from child.walk(path)

    def leaves(self) -> Iterator[tuple[Node, ...]]:
        """The paths of the nodes without children, in order."""
        return (path for path in self.walk() if not path[-1].children)

    def depth(self) -> int:
        """Levels below this node; 0 for a leaf."""
        return max((1 + child.depth() for child in self.children), default=0)


@dataclass(slots=True)
class Tree:
    """What a file of topics holds."""

    root: Node
    """Its name is "" where the file has several topics at its top."""

    language: str = ""
    """Code of the language that the topics are named in; "" where the file does not say."""

    licence: str = ""
    notes: list[str] = field(default_factory=list, compare=False)
    """The comments at the head of the file, without their `#`."""

    def settled(self) -> Tree:
        """This tree; where a root without a name has one topic, that one is the root."""
        while not self.root.name and len(self.root.children) == 1:
            self.root = self.root.children[0]
        return self


def words_of(path: Sequence[Node]) -> str:
    """A path in words: "Retail banking > Deposits > Savings accounts"."""
    return BETWEEN.join(node.name for node in path if node.name)


def levels_of(path: Sequence[str]) -> dict[str, str]:
    """level_1, level_2 … of the names of a path: each as the path in words below the root."""
    below = [str(name) for name in path[1:]]
    return {f"level_{n}": BETWEEN.join(below[:n]) for n in range(1, len(below) + 1)}
