"""What a growing is asked for, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.errors import JobError
from textsynth.taxonomy.tree import Node

DEEPEST = 6
"""Levels below the root: past that, a tree of 4 to a node has more than 4,000 leaves."""


WIDEST = 40
"""Children of a node: a longer list is one that a model fills up with anything."""


@dataclass(frozen=True)
class Order:
    """How a tree is to be grown: the same order and the same replies make the same tree."""

    depth: int = 2
    """Levels below the root that there are to be, 1 to 6."""
    branching: int = 8
    """Children of a node at the most, 2 to 40."""
    variants: int = 3
    """Lists asked for of each node, in different ways, 1 to 12."""
    about: str = ""
    """What belongs to the root, in words."""
    provider: Any = "local"
    """As in a job file, or a ready-made provider."""
    models: Mapping[str, Any] = field(default_factory=dict)
    """teacher, organiser, enquirer (who list a textbook's contents, the parts that work falls
    into, what people ask) → a model of its own."""
    language: str = "en"
    budget_usd: float | None = None
    seed: int = 0
    prices: Any = None
    """As in a job file."""
    budget_tokens: int | None = None
    """Tokens in and out of all rounds."""
    budget_minutes: float | None = None
    """Of one start."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of a job file for the runs: concurrency, retries, patience …"""

    def checked(self) -> Order:
        """The same order. Raises JobError for a number that is out of its bounds."""
        bounds = (("depth", 1, DEEPEST), ("branching", 2, WIDEST), ("variants", 1, 12))
        for name, low, high in bounds:
            number = getattr(self, name)
            if not low <= number <= high:
                raise JobError(f"{name} is {number}", fix=f"give a whole number, {low} to {high}")
        return self


@dataclass(frozen=True)
class Grown:
    """A tree grown by a model: the file, its size, the runs, and what was merged or left out.

    `counts`: what became of the requests' rows (briefs, kept, dropped, failed).
    """

    path: Path
    tree: Node
    nodes: int
    leaves: int
    runs: Sequence[Path]
    counts: Mapping[str, int]
    cost: float | None = None
    rounds: Sequence[Mapping[str, Any]] = ()
    """Of each level: round, level, nodes (divided), lists (read), named, new."""
    merges: Sequence[Mapping[str, str]] = ()
    """under, gone, into: names that say the same."""
    dropped: Sequence[Mapping[str, str]] = ()
    """under, name, why: what can be no child there."""
    spare: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Path → names that were fit, but more than `branching`."""
    repeats: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name → the paths where it stands, where these are several; they are kept."""
    notes: Sequence[str] = ()
    short: bool = False
    """Whether some node above the lowest level could not be divided."""
