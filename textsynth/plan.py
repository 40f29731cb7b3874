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

An axis may bring a walk of its own, such as that of a tree. It tells the row and the visit of each
brief; all else of the brief is a function of that row and visit, so that adding or taking away
other rows changes the order of briefs and nothing in them. A row has a lap of its own: the other
axes (P combinations) and the facets, walked as above by its visits in place of the briefs.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from textsynth.errors import JobError
from textsynth.records import Brief, digest
from textsynth.treewalk import TreeWalk
from textsynth.walk import diagonal, hits_in, key_of, permute, slots

Row = dict[str, Any]
_PLACING = {"source", "weight", "weights"}
"""What of a tree's row says where it is from and how often it comes, not what it is."""


@dataclass(frozen=True)
class Axis:
    """Rows that are walked. `suit(k)`: which rows go with row k of the axis before; None: all."""

    name: str
    rows: Sequence[Row]
    suit: Callable[[int], Sequence[int]] | None = None
    walk: TreeWalk | None = None
    """The order in which the rows come, where it is their own; one axis at most has one."""
    marks: Callable[[Row], Mapping[str, str]] | None = None
    """Row → facets that it brings to its briefs."""

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

    def draw(self, seed: int, at: int | str, facets: Mapping[str, str]) -> list[Row]:
        """The rows of a brief; `at`: its number, or what else it is known by."""
        own = self.groups.get(facets[self.by], ()) if self.by else range(len(self.rows))
        key = key_of(seed, "pool", self.name, at)
        count = min(self.each, len(own))
        return [self.rows[own[permute(j, len(own), key)]] for j in range(count)]


class _Spot(NamedTuple):
    """Where a brief lies in its lap."""

    lap: int
    place: int
    """Of the combinations of rows."""
    turn: int
    """Of the combinations of facet slots."""
    visit: int
    at: int | str
    """What the brief's own draws are keyed by."""
    root: tuple[int | str, ...]
    """What the order of rows and slots is keyed by."""
    row: int = -1
    """The row of the axis with a walk of its own."""


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
    counts: str = ""
    """A facet by whose value the briefs of a row are counted: `Brief.turn`. The rows are those of
    the axis with a walk of its own, which there must be then."""

    @functools.cached_property
    def _slots(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((name, slots(name, weights)) for name, weights in self.facets.items())

    @functools.cached_property
    def _walked(self) -> Axis | None:
        return next((axis for axis in self.axes if axis.walk), None)

    @functools.cached_property
    def _others(self) -> tuple[Axis, ...]:
        """The axes without a walk of their own."""
        return tuple(axis for axis in self.axes if axis is not self._walked)

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

    @functools.cached_property
    def _places(self) -> int:
        """Combinations of rows in a lap: of all axes, or of those that a walked row meets."""
        return math.prod(axis.size() for axis in self._others)

    @functools.cached_property
    def _period(self) -> int:
        """After so many briefs a place would meet its spot again, were there no slip."""
        return math.lcm(self._places, self.facet_combinations)

    @functools.cached_property
    def _wheels(self) -> list[int]:
        return [len(values) for _, values in self._slots]

    @functools.cached_property
    def _marked(self) -> bool:
        return any(axis.marks for axis in self.axes)

    def brief(self, i: int) -> Brief:
        """Brief number i (from 0); the same for ever, whatever was asked before."""
        spot, turns = self._spot(i), self.facet_combinations
        fields = self._rows(spot)
        chosen = self._slots_of(spot)
        drawn = {name: values[chosen[name]] for name, values in self._slots}
        facets = {**self._marks_of(spot), **drawn} if self._marked else drawn
        if self.other is not None and "chunk" in fields:
            second = self.other(fields["chunk"], facets, key_of(self.seed, "other", spot.at))
            if second is not None:
                fields["other"] = second
        for pool in self.pools:
            fields[pool.name] = pool.draw(self.seed, spot.at, facets)
        # The slots, not only the values: a value that fills several slots is several briefs. Facets
        # that a row carries are left out: which ones there are depends on other rows as well.
        name = digest(self.seed, spot.lap, self._told(fields), drawn, chosen)
        # A row of a tree counts its own visits, and begins with either half.
        count = i if spot.row < 0 else spot.visit + key_of(*spot.root, "half") % 2 * turns
        half = (count // turns + sum(chosen.values())) % 2
        own = "" if isinstance(spot.at, int) else spot.at
        turn = self._turn(spot, facets[self.counts]) if self.counts else spot.visit
        return Brief(i, name, fields, facets, self.seed, half, self.language, spot.visit, own, turn)

    def _told(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields of a brief as far as they make it what it is."""
        if self._walked is None:
            return fields
        row = fields[self._walked.name]
        return {**fields, self._walked.name: {k: row[k] for k in row.keys() - _PLACING}}

    def _turn(self, spot: _Spot, value: str) -> int:
        """How many briefs of the row before this one had the value of the facet `counts`.

        In a lap the row meets each spot of the facets once with each row of the other axes, so
        whole laps need no counting.
        """
        wheel = [name for name, _ in self._slots].index(self.counts)
        values, lap = self._slots[wheel][1], self._places * self.facet_combinations

        def hits(block: int) -> list[bool]:
            key = key_of(*spot.root, "facet", self.counts, spot.lap, block)
            return [values[permute(k, len(values), key)] == value for k in range(len(values))]

        inside = hits_in(spot.visit - spot.lap * lap, self._places, self._wheels, wheel, hits)
        return spot.lap * (lap * values.count(value) // len(values)) + inside

    def facets_of(self, i: int) -> dict[str, str]:
        """Only the facets of brief i, without its rows."""
        spot = self._spot(i)
        chosen = self._slots_of(spot)
        drawn = {name: values[chosen[name]] for name, values in self._slots}
        return {**self._marks_of(spot), **drawn} if self._marked else drawn

    def _spot(self, i: int) -> _Spot:
        axis, m, f = self._walked, self._places, self.facet_combinations
        if axis is None or axis.walk is None:
            lap, inside = divmod(i, m * f)
            turn = (inside + inside // self._period) % f
            visit = i // self.axes[0].size() if self.axes else i
            return _Spot(lap, inside % m, turn, visit, i, (self.seed,))
        return self._of_row(*axis.walk.at(i))

    def _of_row(self, row: int, visit: int) -> _Spot:
        """The spot of a visit to a row of the axis that has a walk of its own."""
        m, f, axis = self._places, self.facet_combinations, self._walked
        assert axis is not None
        name = str(axis.rows[row]["id"])
        lap, inside = divmod(visit, m * f)
        turn = (inside + inside // self._period) % f
        return _Spot(lap, inside % m, turn, visit, f"{name} {visit}", (self.seed, name), row)

    def _slots_of(self, spot: _Spot) -> dict[str, int]:
        """Facet → number of its slot in a brief."""
        chosen: dict[str, int] = {}
        places = diagonal(spot.turn, self._wheels)
        block = spot.place // self.facet_combinations
        for (name, values), place in zip(self._slots, places, strict=True):
            key = key_of(*spot.root, "facet", name, spot.lap, block)
            chosen[name] = permute(place, len(values), key)
        return chosen

    def _marks_of(self, spot: _Spot) -> dict[str, str]:
        """The facets that the rows of a brief bring."""
        found: dict[str, str] = {}
        axis = self._walked
        if axis is not None and axis.marks:
            found.update(axis.marks(axis.rows[spot.row]))
        if any(axis.marks for axis in self._others):
            for axis, number, _ in self._numbers(spot):
                if axis.marks:
                    found.update(axis.marks(axis.rows[number]))
        return found

    def _numbers(self, spot: _Spot) -> Iterator[tuple[Axis, int, Sequence[int] | None]]:
        """(axis, number of its row, the rows that suit) for each axis without a walk of its own."""
        before, visit, first = 0, spot.place, 0
        for depth, axis in enumerate(self._others):
            size = axis.size()
            visit, place = divmod(visit, size)
            # The first axis is shuffled anew in each block; a later one has one order per row
            # of the axis before, so that its rows come once each.
            key = key_of(*spot.root, axis.name, spot.lap, before if depth else visit)
            number = permute(place, size, key)
            met = axis.suit(first) if axis.suit else None
            number = number if met is None else met[number]
            yield axis, number, met
            first = first if depth else number
            before = before * size + number if depth else number

    def _rows(self, spot: _Spot) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if self._walked is not None:
            fields[self._walked.name] = self._walked.rows[spot.row]
        for axis, number, met in self._numbers(spot):
            fields[axis.name] = axis.rows[number]
            if axis.name == "persona" and self.partner:
                if met is None:
                    met = range(len(axis.rows))
                fields["partner"] = self._other(axis.rows, number, met, spot.at)
        return fields

    def _other(self, people: Sequence[Row], one: int, met: Sequence[int], at: int | str) -> Row:
        """Another persona, of those that suit the chunk where there are two of them."""
        others = met if len(met) > 1 else range(len(people))
        if len(others) < 2:
            raise JobError(
                "a dialogue needs two different personas",
                f"the personas given are {len(people)}",
                "add personas",
            )
        key = key_of(self.seed, "partner", at)
        first, second = (others[permute(n, len(others), key)] for n in (0, 1))
        return people[second if first == one else first]
