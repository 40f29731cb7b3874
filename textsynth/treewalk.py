"""Walks the rows of a tree so that every branch has its share of the first n briefs, at any n."""

from __future__ import annotations

import functools
import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from textsynth.errors import InputError
from textsynth.walk import mixed

Row = Mapping[str, Any]
Even = Literal["leaves", "branches"]

_FINE = 10**9
"""Weights that have no small common measure are rounded to so many parts of their sum."""


class TreeWalk:
    """Brief number → (number of its row, how many briefs before it had that row).

    A row holds `path`, the names from the root down to it. By "leaves" each row comes equally
    often; by "branches" the children of each node do, or as they weigh: a row's own weight among
    its siblings is its `weight`, those of the nodes on its path stand in `weights`, a list beside
    `path`; both are 1 where they are not given. A weight of 0 leaves a branch out. Rows that have
    `shared` stand for one leaf with all such rows of their branch.

    The tree is cut in two again and again; of j visits to a part, its one side gets j times its
    share, rounded to the nearest. So a branch is off its share by half a brief at most, and by what
    its parent is off times its share there: by one in all, where no branch outweighs its siblings
    together, and by little more elsewhere.
    """

    def __init__(self, rows: Sequence[Row], even: Even = "leaves", seed: int = 0) -> None:
        self.rows, self.even, self.seed = rows, even, seed

    def seeded(self, seed: int) -> TreeWalk:
        """The same walk, where another goes first of those that are equal."""
        return TreeWalk(self.rows, self.even, seed)

    def at(self, i: int) -> tuple[int, int]:
        """The row of brief i, and its visit. As many steps as there are cuts above the row."""
        cuts, node = self._cuts, self._cuts.root
        while node >= 0:
            part, whole, left, right = cuts.cuts[node]
            # Halves are counted, so that rounding is to the nearest.
            before = (2 * i * part + whole) // (2 * whole)
            if (2 * (i + 1) * part + whole) // (2 * whole) > before:
                i, node = before, left
            else:
                i, node = i - before, right
        return ~node, i

    @property
    def equal(self) -> bool:
        """Whether all rows have the same share for certain."""
        return self.even == "leaves" and not any(row.get("shared") for row in self.rows)

    @functools.cached_property
    def shares(self) -> Sequence[float]:
        """The share of each row in the briefs; they add up to 1."""
        found = [0.0] * len(self.rows)
        todo = [(self._cuts.root, 1.0)]
        while todo:
            node, share = todo.pop()
            if node < 0:
                found[~node] = share
                continue
            part, whole, left, right = self._cuts.cuts[node]
            todo += [(left, share * part / whole), (right, share * (whole - part) / whole)]
        return found

    @functools.cached_property
    def _cuts(self) -> _Cuts:
        return _Cuts(_tree(self.rows), self.even, self.seed)


class _Cuts:
    """A tree as cuts in two. A cut: weight of the left side, of both, and what is on each side: the
    number of a cut, or ~row."""

    def __init__(self, top: _Node, even: Even, seed: int) -> None:
        self.even, self.seed = even, seed
        self.cuts: list[tuple[int, int, int, int]] = []
        found = self._cut(top)
        if found is None:
            raise InputError(
                "the tree has no row that a brief could be about",
                "a weight of 0 leaves a branch out",
                "give a branch a weight",
            )
        self.root, self.leaves = found

    def _cut(self, node: _Node) -> tuple[int, int] | None:
        """What stands for a branch, and its rows; None where none of them comes."""
        children = list(node.children.values())
        given = [*(child.weight for child in children), *node.weights, *[1.0] * bool(node.shared)]
        weights = _whole(given) if self.even == "branches" else [1] * len(given)
        below = [*map(self._cut, children), *((~row, 1) for row in node.rows)]
        if node.shared:
            turns = [(1, mixed(~row, self.seed), ~row, 1) for row in node.shared]
            below.append((self._joined(turns)[0], 1))
        parts: list[tuple[int, int, int, int]] = []
        for weight, found in zip(weights, below, strict=True):
            if found is not None and weight:
                number, rows = found
                weight = weight if self.even == "branches" else rows
                parts.append((weight, mixed(number, self.seed), number, rows))
        return self._joined(parts) if parts else None

    def _joined(self, parts: list[tuple[int, int, int, int]]) -> tuple[int, int]:
        """(number, rows) of parts, each (weight, turn, number, rows), cut from each other."""
        # As Huffman has it, the two lightest together: no cut is more one-sided than it must be.
        heapq.heapify(parts)
        while len(parts) > 1:
            one, other = heapq.heappop(parts), heapq.heappop(parts)
            number, whole = len(self.cuts), one[0] + other[0]
            self.cuts.append((one[0], whole, one[2], other[2]))
            turn = mixed(number, self.seed)
            heapq.heappush(parts, (whole, turn, number, one[3] + other[3]))
        return parts[0][2], parts[0][3]


class _Node:
    """A branch: what is below it by name, its weight, the rows that end in it with theirs, and
    those that share one place."""

    __slots__ = ("children", "rows", "shared", "weight", "weights")

    def __init__(self, weight: float) -> None:
        self.children: dict[str, _Node] = {}
        self.rows: list[int] = []
        self.shared: list[int] = []
        self.weight = weight
        self.weights: list[float] = []


def _tree(rows: Iterable[Row]) -> _Node:
    """The branches above the rows. A row whose path goes on in another's stands beside that."""
    top = _Node(1.0)
    for number, row in enumerate(rows):
        path, weights = row["path"], row.get("weights") or ()
        node = top
        for depth, name in enumerate(path[:-1]):
            if name not in node.children:
                weight = weights[depth] if depth < len(weights) else 1.0
                node.children[name] = _Node(_good(weight, path))
            node = node.children[name]
        if row.get("shared"):
            node.shared.append(number)
            continue
        node.rows.append(number)
        node.weights.append(_good(row.get("weight", 1.0), path))
    return top


def _good(weight: float, path: Sequence[str]) -> float:
    if not 0 <= weight < math.inf:
        raise InputError(
            f"'{' > '.join(path)}' has the weight {weight}", fix="give a number from 0 up"
        )
    return weight


def _whole(weights: Sequence[float]) -> list[int]:
    """Weights as whole numbers in lowest terms, rounded where these would be very large."""
    if len(set(weights)) == 1:
        return [1 if weights[0] else 0] * len(weights)
    parts = [Fraction(weight).limit_denominator(10**6) for weight in weights]
    scale = math.lcm(*{part.denominator for part in parts})
    found = [int(part * scale) for part in parts]
    total = sum(found)
    if total > _FINE:
        found = [max(1, n * _FINE // total) if n else 0 for n in found]
    common = math.gcd(*found) or 1
    return [n // common for n in found]
