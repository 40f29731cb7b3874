"""A tree of topics: what the formats are read into and written from."""

from __future__ import annotations

from collections.abc import Iterator
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


def words_of(path: tuple[Node, ...]) -> str:
    """A path in words: "Retail banking > Deposits > Savings accounts"."""
    return BETWEEN.join(node.name for node in path)
