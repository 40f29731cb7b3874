"""Personas served to chunks in order: relevance, less the cost of earlier use and of likeness.

Every figure is a whole number, so the outcome is the same on any machine. In points, the most
relevant persona of a chunk scores POINTS; then, for one persona after the other (maximal marginal
relevance, Carbonell and Goldstein 1998):

    value = (1 - d) relevance - use - d (likeness to those chosen for this chunk + to all in use)

with d the diversity. With quotas, a cell that is ahead of its share pays for it, and none goes
past what it may have; see `_quotas`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textsynth.inputs._nearness import Nearness
from textsynth.inputs._pairing import best, keys_of, mixed, top
from textsynth.inputs._quotas import Quota, cells_of
from textsynth.inputs._relevance import SCALE, Relevance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

Row = dict[str, Any]

POINTS = 1000
"""What the most relevant persona of a chunk scores."""

TURN = 500
"""What the average number of uses costs: relevance alone lifts a persona to about 3 averages."""

PACE = 100
"""What each place costs that a quota's cell is ahead of its share."""

_FAR = 10**7
"""Off for those below the least relevance: they come after all others."""

_NEVER = -(10**12)

_BACKGROUND = 5000
"""How many chunks, evenly spread, weigh the terms."""

_MEMORY = 64_000_000
"""Bytes of likenesses kept at most."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What besides relevance says who goes with a chunk. `diversity` in thousandths."""

    diversity: int = 0
    quotas: Mapping[str, Quota] = field(default_factory=dict)
    least: float = 0.0
    embedding: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Why a persona was chosen for a chunk, or was not: `rank` is 0 for those who came next."""

    place: int
    rank: int
    relevance: float
    """From 0 to 1: what its words and the chunk's have in common."""
    points: int
    cost: int
    """Off for earlier use."""
    likeness: int
    """Off for being like those chosen for this chunk, and like those in use."""
    quota: str
    """The quota's cell it counts under, and what that did to it."""
    pace: int
    """Off (or on, where negative) because its cell is ahead of (behind) its share."""
    value: int
    shared: tuple[str, ...]
    """What its words and the chunk's have in common, the most telling first."""


class Matcher:
    """Serves chunks 0, 1, 2 … with `each` personas; `back_to` sets it to any of them again."""

    def __init__(
        self, rows: Sequence[Row], chunks: Sequence[Row], each: int, rules: Rules = Rules()
    ) -> None:
        import numpy as np

        self.rows, self.chunks, self.each, self.rules = rows, chunks, each, rules
        self.texts = [persona_text(row) for row in rows]
        self.relevance = _relevance(self.texts, chunks, rules.embedding)
        self._names = keys_of(rows)
        self._least = round(rules.least * SCALE * SCALE)
        cells = cells_of(rows, rules.quotas, len(chunks), each) if rules.quotas else None
        self.cells = cells
        if cells is not None:
            self._cell = np.array(cells.of, np.int64)
            self._places = np.array(cells.places, np.int64)
            self._most = np.array(cells.most, np.int64)
        room = max(16, _MEMORY // (8 * len(rows)))
        self._alike: Callable[[int], Numbers] = functools.lru_cache(room)(self._likeness)
        self.chosen = np.zeros((len(chunks), each), np.int32)
        self.lone = self.thin = 0
        self.back_to(0)

    def back_to(self, k: int) -> None:
        """The state before chunk k, from what was chosen for the chunks before it."""
        import numpy as np

        used = self.chosen[:k].ravel()
        self.k = k
        self._uses = np.bincount(used, minlength=len(self.rows)).astype(np.int64)
        self._crowd = np.zeros(len(self.rows), np.int64)
        if self.rules.diversity:
            for place in np.flatnonzero(self._uses):
                self._crowd += self._uses[place] * self._alike(int(place))
        if self.cells is not None:
            self._given = np.bincount(self._cell[used], minlength=len(self._places))
            self._given = self._given.astype(np.int64)

    def serve_all(self) -> None:
        """Fills `chosen`, and counts chunks that nobody (`lone`) or too few (`thin`) come near."""
        for k in range(len(self.chunks)):
            turn = self._turn()
            self.chosen[k] = turn.places
            self._note(turn)
            if self._least:
                near = int((turn.scores >= self._least).sum())
                self.lone += near == 0
                self.thin += 0 < near < self.each

    def why(self, k: int, runners: int = 3) -> list[Choice]:
        """Who was chosen for chunk k, best first, then who came next, with the reasons."""
        import numpy as np

        self.back_to(k)
        turn = self._turn()
        found = []
        for rank, place in enumerate(turn.places, start=1):
            found.append(self._choice(turn, place, rank, turn.likeness[rank - 1]))
        last = turn.value - self._near_cost(turn.near)
        last[turn.places] = _NEVER * 2
        order = np.lexsort((turn.ties, -last))[: min(runners, len(self.rows) - self.each)]
        found += [self._choice(turn, int(place), 0, turn.near) for place in order]
        return found

    def _turn(self) -> _Turn:
        """One chunk served; the state stays as it is."""
        import numpy as np

        n, d = len(self.rows), self.rules.diversity
        chunk = self.chunks[self.k]
        scores = self.relevance.scores(chunk_text(chunk))
        points = scores * POINTS // max(int(scores.max()), 1)
        cost = self._uses * (TURN * n) // (self.k * self.each + n)
        ties = mixed(self._names, chunk["id"])
        turn = _Turn(scores, points, cost, ties, points - cost, np.zeros(n, np.int64))
        if d:
            mean = max(int(self._crowd.sum()) // n, 1)
            turn.crowd = np.minimum(self._crowd * TURN // mean, POINTS)
            turn.value = (points * (POINTS - d) - turn.crowd * d) // POINTS - cost
        if self._least:
            turn.value = turn.value - _FAR * (scores < self._least)
        if self.cells is not None:
            behind = self._places * self.k // len(self.chunks)
            turn.pace = ((self._given - behind) * PACE)[self._cell]
            turn.value = np.where(self._cell < 0, _NEVER, turn.value - turn.pace)
        if not d and self.cells is None:
            turn.places = [int(p) for p in best(turn.value, ties, self.each)]
            turn.likeness = [turn.near] * self.each
        else:
            self._one_by_one(turn)
        return turn

    def _one_by_one(self, turn: _Turn) -> None:
        """Chooses one persona after the other, each seeing those before."""
        import numpy as np

        value = turn.value.copy()
        room = _Room(self) if self.cells is not None else None
        for left in range(self.each, 0, -1):
            free = value - self._near_cost(turn.near)
            able = free
            if room is not None:
                able = np.where(room.open(left)[self._cell] & (self._cell >= 0), free, _NEVER)
            place = top(able, turn.ties)
            turn.forced.append(int(free.max()) > int(free[place]))
            turn.likeness.append(turn.near)
            turn.places.append(place)
            value[place] = _NEVER
            if room is not None:
                room.take(int(self._cell[place]))
            if self.rules.diversity:
                turn.near = np.maximum(turn.near, self._alike(place))
        turn.full = room.full() if room is not None else None

    def _note(self, turn: _Turn) -> None:
        self.k += 1
        self._uses[turn.places] += 1
        for place in turn.places if self.rules.diversity else ():
            self._crowd += self._alike(place)
        if self.cells is not None:
            for place in turn.places:
                self._given[self._cell[place]] += 1

    def _near_cost(self, near: Numbers) -> Numbers:
        return near * self.rules.diversity // POINTS

    def _likeness(self, place: int) -> Numbers:
        """How like every persona is to one, in points; the root, since likenesses lie low."""
        import numpy as np

        scores = self.relevance.scores(self.texts[place])
        alike: Numbers = np.sqrt(scores * float(POINTS * POINTS)).astype(np.int64) // SCALE
        alike[place] = 0
        return np.minimum(alike, POINTS)

    def _choice(self, turn: _Turn, place: int, rank: int, near: Numbers) -> Choice:
        d = self.rules.diversity
        off = int(near[place]) * d // POINTS
        crowd = int(turn.crowd[place]) * d // POINTS if d else 0
        quota, pace = "", 0
        if self.cells is not None:
            cell, pace = self.cells.of[place], int(turn.pace[place])
            quota = self.cells.names[cell] if cell >= 0 else "in no quota"
            if rank and turn.forced[rank - 1]:
                quota += " (placed it)"
            elif not rank and cell >= 0 and turn.full[cell]:
                quota += " (full)"
        points = int(turn.points[place]) * (POINTS - d) // POINTS
        shared = self.relevance.shared(chunk_text(self.chunks[self.k]), self.texts[place])[:6]
        return Choice(
            place, rank, int(turn.scores[place]) / SCALE**2, points, int(turn.cost[place]),
            off + crowd, quota, pace, points - int(turn.cost[place]) - off - crowd - pace,
            tuple(shared),
        )  # fmt: skip


@dataclass(slots=True)
class _Turn:
    """One chunk being served: per persona what speaks for and against it, and who was chosen."""

    scores: Numbers
    points: Numbers
    cost: Numbers
    ties: NDArray[np.uint64]
    value: Numbers
    near: Numbers
    crowd: Any = 0
    pace: Any = 0
    full: Any = None
    places: list[int] = field(default_factory=list)
    likeness: list[Numbers] = field(default_factory=list)
    forced: list[bool] = field(default_factory=list)


class _Room:
    """How many of a chunk's places each cell must and may take, so that all come out even."""

    def __init__(self, matcher: Matcher) -> None:
        import numpy as np

        need = matcher._places - matcher._given
        after = len(matcher.chunks) - matcher.k - 1
        self.must = np.maximum(need - after * matcher._most, 0)
        self.may = np.minimum(need, matcher._most)

    def open(self, left: int) -> NDArray[np.bool_]:
        """Which cells the next persona may come from, with `left` places still to fill."""
        due = self.must > 0
        able: NDArray[np.bool_] = due if int(self.must.sum()) == left else self.may > 0
        return able

    def take(self, cell: int) -> None:
        self.may[cell] -= 1
        self.must[cell] = max(self.must[cell] - 1, 0)

    def full(self) -> NDArray[np.bool_]:
        spent: NDArray[np.bool_] = self.may <= 0
        return spent


def _relevance(texts: Sequence[str], chunks: Sequence[Row], embedding: str) -> Relevance:
    if embedding:
        return Nearness(texts, [chunk_text(chunk) for chunk in chunks], embedding)
    step = max(1, -(-len(chunks) // _BACKGROUND))
    return Relevance(texts, (chunk_text(chunk) for chunk in chunks[::step]))


def persona_text(row: Row) -> str:
    """The words of a persona that relevance goes by: its description and its attributes' values."""
    values = json.dumps(list(row.get("attributes", {}).values()), ensure_ascii=False)
    return f"{row['description']} {values}"


def chunk_text(chunk: Row) -> str:
    """The words of a chunk that relevance goes by: its headings and its text."""
    return " ".join([*chunk.get("headings", ()), chunk["text"]])
