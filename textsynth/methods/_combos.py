"""Which sessions and key concepts of a syllabus a question is about: every choice has a number.

After GLAN (arXiv 2402.13064): 1 to 5 key concepts of one session, or 2 to 5 of two sessions, both
of which contribute. One session with m concepts gives sum_{i=1..5} C(m,i) choices, two give
sum_{i=2..5} [C(m1+m2,i) - C(m1,i) - C(m2,i)]. The choices are split by difficulty:

* basic: one concept of one session;
* intermediate: two or three concepts of one session;
* advanced: concepts of two sessions, or four or five of one.

Within a difficulty the shapes (how many sessions, how many concepts) take turns, for else nearly
all advanced questions would be about five concepts: these are by far the most. Within a shape a
keyed permutation walks all choices, so none comes twice before all have come.
"""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from textsynth.walk import key_of, permute

MOST = 5
"""Key concepts in one question, at most."""

SHAPES: dict[str, tuple[tuple[int, int], ...]] = {
    "basic": ((1, 1),),
    "intermediate": ((1, 2), (1, 3)),
    "advanced": ((2, 2), (1, 4), (2, 3), (2, 4), (1, 5), (2, 5)),
}
"""Difficulty → its shapes: (sessions, concepts)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Numbers of sessions, in their order, and of the concepts chosen from each of them."""

    sessions: tuple[int, ...]
    concepts: tuple[tuple[int, ...], ...]


def of_one(m: int) -> int:
    """Choices from one session with m key concepts."""
    return sum(comb(m, i) for i in range(1, MOST + 1))


def of_two(m: int, n: int) -> int:
    """Choices from two sessions with m and n key concepts, where both contribute."""
    return sum(comb(m + n, i) - comb(m, i) - comb(n, i) for i in range(2, MOST + 1))


def number_of(sizes: Sequence[int], difficulty: str) -> int:
    """How many choices of a difficulty a syllabus gives; `sizes`: key concepts per session."""
    return sum(_shape(tuple(sizes), *shape)[1][-1] for shape in SHAPES[difficulty])


def choice(sizes: Sequence[int], difficulty: str, turn: int, *key: str | int) -> Choice:
    """The choice of the turn-th question (from 0) of that difficulty; `key` names the syllabus.

    Any stretch of turns from a multiple of `number_of` on has each choice once. Raises ValueError
    where the syllabus gives no choice of that difficulty.
    """
    sizes, shapes = tuple(sizes), SHAPES[difficulty]
    total = number_of(sizes, difficulty)
    if not total:
        raise ValueError(f"the syllabus gives no question that is {difficulty}")
    lap, rank = divmod(turn, total)
    order = key_of("shapes", difficulty, *key)
    shapes = tuple(shapes[permute(n, len(shapes), order)] for n in range(len(shapes)))
    counts = [_shape(sizes, *shape)[1][-1] for shape in shapes]
    number, index = _in_turns(rank, counts)
    shape = shapes[number]
    index = permute(index, counts[number], key_of("choice", lap, *shape, *key))
    groups, ends = _shape(sizes, *shape)
    place = bisect.bisect_right(ends, index)
    sessions = groups[place]
    index -= ends[place - 1] if place else 0
    if len(sessions) == 1:
        return Choice(sessions, (_subset(sizes[sessions[0]], shape[1], index),))
    one, other = sessions
    return Choice(sessions, _of_both(sizes[one], sizes[other], shape[1], index))


@functools.lru_cache(maxsize=256)
def _shape(
    sizes: tuple[int, ...], sessions: int, concepts: int
) -> tuple[list[tuple[int, ...]], list[int]]:
    """The sessions that a choice may come from, and where each one's choices end."""
    groups = list(itertools.combinations(range(len(sizes)), sessions))
    counts = []
    for group in groups:
        own = [sizes[n] for n in group]
        alone = sum(comb(m, concepts) for m in own) if sessions > 1 else 0
        counts.append(comb(sum(own), concepts) - alone)
    return groups, list(itertools.accumulate(counts)) or [0]


def _in_turns(rank: int, counts: Sequence[int]) -> tuple[int, int]:
    """(which, how many of it came before) when each takes its turn until it is used up."""
    done = 0
    while True:
        alive = [n for n, count in enumerate(counts) if count > done]
        rounds = min(counts[n] for n in alive) - done
        if rank < rounds * len(alive):
            return alive[rank % len(alive)], done + rank // len(alive)
        rank -= rounds * len(alive)
        done += rounds


def _of_both(m: int, n: int, size: int, index: int) -> tuple[tuple[int, ...], ...]:
    """The index-th choice of `size` concepts from sessions of m and n, of each one at least."""
    for first in range(1, size):
        others = comb(n, size - first)
        count = comb(m, first) * others
        if index < count:
            return _subset(m, first, index // others), _subset(n, size - first, index % others)
        index -= count
    raise ValueError("the index is past the last choice")


def _subset(m: int, size: int, index: int) -> tuple[int, ...]:
    """The index-th of the C(m, size) subsets of range(m), in lexicographic order."""
    chosen: list[int] = []
    for value in range(m):
        if len(chosen) == size:
            break
        with_it = comb(m - value - 1, size - len(chosen) - 1)
        if index < with_it:
            chosen.append(value)
        else:
            index -= with_it
    return tuple(chosen)
