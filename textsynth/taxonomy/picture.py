"""A tree as a picture in plain text, with counts, for terminals, reports and cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textsynth.taxonomy.names import written
from textsynth.taxonomy.tree import Node, words_of

Counts = Mapping[str, int]
"""Path in words, such as "Retail banking > Deposits" → a number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a picture: the branches drawn before the name, the node, its path and number."""

    lead: str
    node: Node
    path: str
    count: int | None = None
    hidden: int = 0
    """Topics below it that `depth` leaves out."""


def lines(root: Node, depth: int | None = None, counts: Counts | None = None) -> Iterator[Line]:
    """The lines from the root down, `depth` levels below it; a root without a name has none."""
    if root.name:
        yield _line("", (root,), depth == 0, counts)
    yield from _below(root, (root,), "", depth, counts)


def picture(
    root: Node, depth: int | None = None, counts: Counts | None = None, about: bool = False
) -> str:
    """The whole picture as text; `about`: with what each topic is about."""
    return "\n".join(f"{line.lead}{said(line, about)}" for line in lines(root, depth, counts))


def said(line: Line, about: bool = False) -> str:
    """What a line says after its branches."""
    node = line.node
    words = node.name
    words += f" (x{written(node.weight)})" if node.weight != 1 else ""
    words += f" [{line.count:,}]" if line.count is not None else ""
    words += f" (+{line.hidden:,} below)" if line.hidden else ""
    return words + (f": {node.about}" if about and node.about else "")


def leaf_counts(root: Node) -> dict[str, int]:
    """Path in words → leaves at or below it."""
    counts: dict[str, int] = {}
    for path in root.leaves():
        for end in range(1, len(path) + 1):
            words = words_of(path[:end])
            counts[words] = counts.get(words, 0) + 1
    return counts


def summed(root: Node, counts: Counts) -> dict[str, int]:
    """Numbers of topics, added up to all that they belong to."""
    total: dict[str, int] = {}
    for path in root.walk():
        own = counts.get(words_of(path), 0)
        for end in range(1, len(path) + 1):
            words = words_of(path[:end])
            total[words] = total.get(words, 0) + own
    return total


def _below(
    node: Node, path: tuple[Node, ...], lead: str, depth: int | None, counts: Counts | None
) -> Iterator[Line]:
    if depth is not None and len(path) > depth:
        return
    top = len(path) == 1 and not node.name
    for child in node.children:
        last = child is node.children[-1]
        below = (*path, child)
        drawn = "" if top else lead + ("└── " if last else "├── ")
        yield _line(drawn, below, depth is not None and len(below) > depth, counts)
        yield from _below(
            child, below, "" if top else lead + ("    " if last else "│   "), depth, counts
        )


def _line(lead: str, path: tuple[Node, ...], cut: bool, counts: Counts | None) -> Line:
    words = words_of(path)
    count = None if counts is None else counts.get(words, 0)
    hidden = sum(1 for _ in path[-1].walk()) - 1 if cut else 0
    return Line(lead, path[-1], words, count, hidden)
