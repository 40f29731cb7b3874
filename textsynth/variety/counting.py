"""Counts what streams by in bounded memory: distinct things, a sample of rows, frequent words.

All of it depends on what came and in which order, never on chance.
"""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Generic, TypeVar

from textsynth.variety.grams import Hashes, keyed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

KEPT = 1 << 16
"""Distinct hashes that are held, with their counts: 1 MB."""


_FEW = 5


class Distinct:
    """How many different things came, and how many of them once and twice.

    Held are the `keep` smallest hashes with their counts (bottom-k: Cohen and Kaplan, "Summarizing
    data using bottom-k sketches", 2007). A hash that is among them at the end was among them when
    it first came, so its count is exact, and they are an even sample of all that came. Exact up to
    `keep` different things; beyond that the number is within 0.4 % (one standard error) at 65,536.
    """

    def __init__(self, keep: int = KEPT) -> None:
        import numpy as np

        self.keep, self.total = keep, 0
        self._values: Hashes = np.zeros(0, np.uint64)
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)

    def add(self, hashes: Hashes) -> None:
        """Counts these; they must be even over 64 bits, as those of `grams` are."""
        import numpy as np

        self.total += len(hashes)
        if len(self._values) >= self.keep:
            hashes = hashes[hashes <= self._values[-1]]
        if not len(hashes):
            return
        values, counts = np.unique(hashes, return_counts=True)
        merged, places = np.unique(np.concatenate((self._values, values)), return_inverse=True)
        sums = np.zeros(len(merged), np.int64)
        np.add.at(sums, places, np.concatenate((self._counts, counts)))
        self._values, self._counts = merged[: self.keep], sums[: self.keep]

    @property
    def exact(self) -> bool:
        """Whether the figures are counts and no estimates."""
        return len(self._values) < self.keep

    @property
    def different(self) -> float:
        """How many different things came."""
        if self.exact:
            return float(len(self._values))
        return (self.keep - 1) / (float(self._values[-1]) / 2.0**64)

    def times(self, often: int) -> float:
        """How many of them came exactly so often."""
        held = len(self._values)
        share = float((self._counts == often).sum()) / held if held else 0.0
        return share * self.different

    @property
    def unseen(self) -> float:
        """The chance that the next thing is a new one (I. J. Good, "The population frequencies of
        species", 1953, after Turing): the things that came once, over all."""
        return min(1.0, self.times(1) / self.total) if self.total else 1.0

    @property
    def in_all(self) -> float | None:
        """How many different things there are, those included that have not come yet: a lower
        bound, None where it is not known yet (A. Chao, "Nonparametric estimation of the number of
        classes", 1984)."""
        return chao1(self.different, self.times(1), self.times(2))


def chao1(different: float, once: float, twice: float) -> float | None:
    """Chao's lower bound for the number of kinds, in the form that needs no kind seen twice; None
    where so few came twice that it would be a guess."""
    if once >= 2 * _FEW and twice < _FEW:
        return None
    return different + once * max(0.0, once - 1) / (2 * (twice + 1))


class Picked(Generic[T]):
    """An even sample of at most `size` of the rows that came. A smaller one is part of a larger."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.seed, self.seen = size, seed, 0
        self._held: list[tuple[int, int, T]] = []

    def wants(self) -> bool:
        """Whether the next row will be in the sample."""
        return len(self._held) < self.size or keyed(self.seed, self.seen) < -self._held[0][0]

    def add(self, row: T) -> None:
        """Takes the next row, or passes over it."""
        entry = (-keyed(self.seed, self.seen), self.seen, row)
        self.seen += 1
        if len(self._held) < self.size:
            heapq.heappush(self._held, entry)
        elif entry[0] > self._held[0][0]:
            heapq.heapreplace(self._held, entry)

    def skip(self) -> None:
        """Counts the next row, which `wants` said is not needed."""
        self.seen += 1

    def rows(self) -> list[T]:
        """The sample, shuffled: its first n rows are an even sample as well."""
        return [row for _, _, row in sorted(self._held, key=lambda entry: (-entry[0], entry[1]))]


class Frequent:
    """The most frequent of many words. Holds at most `most` of them: when there are more, those
    that came least are forgotten, and `forgotten` is by how much a count may be too low."""

    def __init__(self, most: int = 100_000) -> None:
        self.most, self.total, self.forgotten = most, 0, 0
        self._counts: Counter[str] = Counter()

    def add(self, word: str) -> None:
        """Counts a word."""
        self.total += 1
        self._counts[word] += 1
        while len(self._counts) > self.most:
            self.forgotten += 1
            self._counts = Counter({w: n - 1 for w, n in self._counts.items() if n > 1})

    def top(self, count: int) -> list[tuple[str, int]]:
        """(word, how often) of the most frequent."""
        return sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
