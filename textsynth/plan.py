"""The plan as a function: brief i of a job is computed from (job, i) alone, and nothing is listed.

A lap is N = M x F briefs, in which every combination of rows (M) and facet slots (F) comes once.
Brief i of a lap lies at place k = i mod M of the rows and at spot s of the facets:

* Rows. The first axis (chunks) is walked in blocks of its size, each block a fresh keyed
  permutation, so any n briefs use every chunk floor(n / C) or ceil(n / C) times. At its v-th visit
  a chunk meets the v-th row of its own permutation of the next axis (personas): M briefs, no pair
  twice, no list in memory.
* Facets. Weights become slots ({a: 2, b: 1}: three slots). The spot goes up by one with each
  brief, and by one more after every lcm(M, F) of them, so a place meets another spot each time and
  all F of them in a lap (the remainders of i by M and F repeat only after lcm(M, F)). A spot is a
  combination of slots along a diagonal built by the same rule, which steps through every facet at
  once: each facet keeps its shares in any stretch as long as its number of slots. The slots are
  permuted anew for each block of F places, so that no row is tied to a value.

After a lap the walk starts over; `lap` enters the brief's id, so that the model is asked anew.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textsynth.errors import JobError
from textsynth.records import Brief, digest
from textsynth.walk import diagonal, key_of, permute, slots

Row = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """Rows that are walked. `suit(k)`: which rows go with row k of the axis before; None: all."""

    name: str
    rows: Sequence[Row]
    suit: Callable[[int], Sequence[int]] | None = None

    def size(self) -> int:
        """How many rows one row of the axis before meets."""
        return len(self.suit(0)) if self.suit else len(self.rows)


@dataclass(frozen=True)
class Pool:
    """Rows that are drawn: `each` different ones for every brief.

    `by`: a facet; a brief draws only from the rows whose column of that name holds its value.
    """

    name: str
    rows: Sequence[Row]
    each: int
    by: str = ""

    @functools.cached_property
    def groups(self) -> dict[str, list[int]]:
        """Value of the column `by` → the numbers of its rows, in order."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            found.setdefault(str(row.get(self.by)), []).append(number)
        return found

    def draw(self, seed: int, i: int, facets: Mapping[str, str]) -> list[Row]:
        """The rows of brief i."""
        own = self.groups.get(facets[self.by], ()) if self.by else range(len(self.rows))
        key = key_of(seed, "pool", self.name, i)
        count = min(self.each, len(own))
        return [self.rows[own[permute(j, len(own), key)]] for j in range(count)]


@dataclass(frozen=True)
class Plan:
    """Axes walked without replacement, facets in their shares, pools drawn from."""

    seed: int
    axes: Sequence[Axis] = ()
    facets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    pools: Sequence[Pool] = ()
    partner: bool = False
    """Whether a brief has a second persona, other than its first."""
    other: Callable[[Row, Mapping[str, str], int], Row | None] | None = None
    """(chunk, facets, key) → a second chunk for the brief, or None where it wants none."""
    language: str = "en"

    @functools.cached_property
    def _slots(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((name, slots(name, weights)) for name, weights in self.facets.items())

    @functools.cached_property
    def row_combinations(self) -> int:
        """M: combinations of rows."""
        return math.prod(axis.size() for axis in self.axes)

    @functools.cached_property
    def facet_combinations(self) -> int:
        """F: combinations of facet slots."""
        return math.prod(len(values) for _, values in self._slots)

    @functools.cached_property
    def size(self) -> int:
        """N = M x F: briefs before anything comes twice. May be larger than `len` can count."""
        return self.row_combinations * self.facet_combinations

    def brief(self, i: int) -> Brief:
        """Brief number i (from 0); the same for ever, whatever was asked before."""
        lap, inside = divmod(i, self.size)
        fields = self._rows(inside % self.row_combinations, lap, i)
        chosen = self._slots_of(i)
        facets = {name: values[chosen[name]] for name, values in self._slots}
        if self.other is not None and "chunk" in fields:
            second = self.other(fields["chunk"], facets, key_of(self.seed, "other", i))
            if second is not None:
                fields["other"] = second
        for pool in self.pools:
            fields[pool.name] = pool.draw(self.seed, i, facets)
        # The slots, not only the values: a value that fills several slots is several briefs.
        name = digest(self.seed, lap, fields, facets, chosen)
        half = (i // self.facet_combinations + sum(chosen.values())) % 2
        visit = i // self.axes[0].size() if self.axes else i
        return Brief(i, name, fields, facets, self.seed, half, self.language, visit)

    def facets_of(self, i: int) -> dict[str, str]:
        """Only the facets of brief i, without its rows."""
        chosen = self._slots_of(i)
        return {name: values[chosen[name]] for name, values in self._slots}

    def _slots_of(self, i: int) -> dict[str, int]:
        """Facet → number of its slot in brief i."""
        lap, inside = divmod(i, self.size)
        m, f = self.row_combinations, self.facet_combinations
        spot = (inside + inside // math.lcm(m, f)) % f
        chosen: dict[str, int] = {}
        places = diagonal(spot, [len(values) for _, values in self._slots])
        for (name, values), place in zip(self._slots, places, strict=True):
            key = key_of(self.seed, "facet", name, lap, inside % m // f)
            chosen[name] = permute(place, len(values), key)
        return chosen

    def _rows(self, place: int, lap: int, i: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        before, visit, first = 0, place, 0
        for depth, axis in enumerate(self.axes):
            size = axis.size()
            visit, spot = divmod(visit, size)
            # The first axis is shuffled anew in each block; a later one has one order per row
            # of the axis before, so that its rows come once each.
            key = key_of(self.seed, axis.name, lap, before if depth else visit)
            number = permute(spot, size, key)
            if axis.suit:
                number = axis.suit(first)[number]
            fields[axis.name] = axis.rows[number]
            first = first if depth else number
            before = before * size + number if depth else number
            if axis.name == "persona" and self.partner:
                met = axis.suit(first) if axis.suit else range(len(axis.rows))
                fields["partner"] = self._other(axis.rows, number, met, i)
        return fields

    def _other(self, people: Sequence[Row], one: int, met: Sequence[int], i: int) -> Row:
        """Another persona, of those that suit the chunk where there are two of them."""
        others = met if len(met) > 1 else range(len(people))
        if len(others) < 2:
            raise JobError(
                "a dialogue needs two different personas",
                f"the personas given are {len(people)}",
                "add personas",
            )
        key = key_of(self.seed, "partner", i)
        first, second = (others[permute(n, len(others), key)] for n in (0, 1))
        return people[second if first == one else first]
