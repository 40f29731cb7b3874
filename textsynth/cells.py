"""Cells: values of facets, alone or in combination, in which shares they come, and what each gets.

A quota may be on a facet (`mood`) or on a product of facets (`level_1 x mood`), whose cells are
combinations of values (`Deposits x angry`).
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from textsynth.apportion import fraction

BY = " x "
"""Stands between the facets of a product, and between their values in a cell."""

NONE = "none"
"""The value of a carried facet in rows that have none, such as a deep level of a shallow branch."""

MAX_CELLS = 100_000
"""The most cells that a quota may have, or coverage is counted over."""

Quota = Literal["exact"] | Mapping[str, int]

Values = tuple[str, ...]
"""A cell: a value for each facet."""


@dataclass(frozen=True)
class Carried:
    """Facets that the rows of one input carry: the same row, the same values."""

    source: str
    """The input's name in the job."""
    rows: Sequence[Mapping[str, Any]]
    marks: Callable[[Any], Mapping[str, str]]
    shares: Sequence[float] | None = None
    """The share of each row in the briefs; None: all the same."""

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The facets that any row carries, in the order in which they are met."""
        return tuple(dict.fromkeys(name for row in self.rows for name in self.marks(row)))

    def of(self, row: Mapping[str, Any]) -> dict[str, str]:
        """The facets of a row, all of `names`."""
        marks = self.marks(row)
        return {name: str(marks.get(name, NONE)) for name in self.names}

    def joint(self, names: Sequence[str]) -> dict[tuple[str, ...], int]:
        """The combinations of these facets that come, each with a whole number for its share."""
        found: dict[tuple[str, ...], int] = {}
        for number, row in enumerate(self.rows):
            part = 1 if self.shares is None else round(self.shares[number] * 10**12)
            if part:
                marks = self.of(row)
                cell = tuple(marks[name] for name in names)
                found[cell] = found.get(cell, 0) + part
        return found


class Odds:
    """In which shares the values of a job's facets come, alone and together.

    `facets`: facet → value → weight, of those that are drawn for each brief; `carried`: those that
    the rows of an input bring.
    """

    def __init__(
        self, facets: Mapping[str, Mapping[str, float]], carried: Sequence[Carried] = ()
    ) -> None:
        self.facets, self.carried = facets, carried
        self._known: dict[tuple[str, ...], dict[Values, Fraction]] = {}

    @property
    def names(self) -> list[str]:
        """All facets, carried ones first."""
        return [*(name for found in self.carried for name in found.names), *self.facets]

    def carried_values(self) -> dict[str, int]:
        """Each facet that rows carry, and how many values it has."""
        return {name: self.size([name]) for brings in self.carried for name in brings.names}

    def parts(self, name: str) -> tuple[str, ...]:
        """The facets of a quota's name: itself, or those of a product; () where one is unknown."""
        known = set(self.names)
        if name in known:
            return (name,)
        parts = tuple(part.strip() for part in name.split(BY))
        return parts if known.issuperset(parts) and len(set(parts)) == len(parts) > 1 else ()

    def size(self, parts: Sequence[str]) -> int:
        """How many cells these facets have, at most."""
        return math.prod(sum(map(bool, self.joint([name]).values())) for name in parts)

    def weights(self, parts: Sequence[str]) -> dict[str, Fraction]:
        """As `joint`, each cell by its name."""
        return {BY.join(cell): weight for cell, weight in self.joint(parts).items()}

    def joint(self, parts: Sequence[str]) -> Mapping[Values, Fraction]:
        """Values of these facets → their weight among all; of facets that are carried together,
        only what comes."""
        key = tuple(parts)
        if key not in self._known:
            found: dict[Values, Fraction] = {}
            for choice in itertools.product(*(group.items() for group in self._groups(key))):
                values = {name: value for cell, _ in choice for name, value in cell}
                weight = math.prod((w for _, w in choice), start=Fraction(1))
                if weight or len(key) == 1:
                    found[tuple(values[name] for name in key)] = weight
            self._known[key] = found
        return self._known[key]

    def _groups(
        self, parts: Sequence[str]
    ) -> Iterator[dict[tuple[tuple[str, str], ...], Fraction]]:
        """The facets that come together, then each other one: ((facet, value), …) → weight."""
        for found in self.carried:
            mine = [name for name in parts if name in found.names]
            if mine:
                joint = found.joint(mine)
                yield {tuple(zip(mine, c, strict=True)): Fraction(w) for c, w in joint.items()}
        for name in parts:
            if name in self.facets:
                yield {((name, v),): fraction(w) for v, w in self.facets[name].items()}


def cell_of(parts: Sequence[str], facets: Mapping[str, str]) -> str:
    """The cell of a brief with these facets."""
    return facets[parts[0]] if len(parts) == 1 else BY.join([facets[name] for name in parts])


def told(parts: Sequence[str], cell: str) -> str:
    """A cell in words: `mood=angry`, `level_1=Deposits x mood=angry`."""
    values = cell.split(BY)
    if len(values) != len(parts):  # a value has the sign in it
        return f"{BY.join(parts)}={cell}"
    return BY.join(f"{name}={value}" for name, value in zip(parts, values, strict=True))
