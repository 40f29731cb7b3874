"""The nearest of the vectors that came before, one vector at a time: exactly, then cell by cell.

Vectors are rounded to whole numbers so small that every scalar product is a whole number below
2^24, which float32 holds exactly: the answers are the same on every machine, whatever its library
of linear algebra. The cosine is that of the rounded vectors, within 0.003 of the true one.

Below LEVELS[0] vectors all are compared. From there on they lie in cells around centroids (k-means
on what came before, in whole numbers; made anew at each of LEVELS), and PROBES cells nearest to a
vector are looked through. Depends on nothing but the vectors and their order. Of pairs with a
cosine of 0.9, cells find about 99 % (tests/embedding/test_nearest.py); of nearer ones more.
Memory: d + 48 bytes a vector.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVELS = ((8_192, 256), (65_536, 1024), (524_288, 4096))
"""(vectors, cells) from which on there are so many cells."""

PROBES = 12
_LEARN = 16
"""Vectors for each centroid that it is learned from."""

_ROUNDS = 4
_BLOCK = 4096
MARKS = 3


class Nearest:
    """What was added, by number. A mark is a whole number below 2^63 that goes with a vector."""

    def __init__(self, threshold: float, levels: tuple[tuple[int, int], ...] = LEVELS) -> None:
        self.threshold, self._levels = threshold, levels
        self._count = 0
        self._cells: list[_Cell] = []
        self._centroids: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return self._count

    def find(
        self, vector: NDArray[np.float32], marks: tuple[int, int, int]
    ) -> tuple[int, float] | None:
        """(number, cosine) of the nearest earlier vector within the threshold, the first of equals.

        Marks: only vectors with the same first mark count, and of those with the same second one
        only where the third is the same too. A vector of zeros is near to nothing.
        """
        import numpy as np

        best: tuple[float, int] | None = None
        whole = rounded(vector)
        length = math.sqrt(float(whole @ whole))
        if not length:
            return None
        for cell in self._near(whole):
            cosines = cell.vectors[: cell.count].astype(np.float32) @ whole
            cosines = cosines.astype(np.float64) / (cell.lengths[: cell.count] * length)
            close = np.flatnonzero(cosines >= self.threshold)
            if not len(close):
                continue
            held = cell.marks[close]
            fit = (held[:, 0] == marks[0]) & ((held[:, 1] != marks[1]) | (held[:, 2] == marks[2]))
            for at in close[fit].tolist():
                found = (float(cosines[at]), -int(cell.numbers[at]))
                best = found if best is None or found > best else best
        return None if best is None else (-best[1], round(best[0], 6))

    def add(self, vector: NDArray[np.float32], marks: tuple[int, int, int]) -> None:
        """Enters the next vector."""
        self.add_whole(rounded(vector), marks)

    def add_whole(self, whole: NDArray[np.float32], marks: tuple[int, int, int]) -> None:
        """The same for one that is rounded already, as `whole` gives them back."""
        if not self._cells:
            self._cells = [_Cell(len(whole))]
        place = 0 if self._centroids is None else int((self._centroids @ whole).argmax())
        self._cells[place].add(whole, marks, self._count)
        self._count += 1
        for size, cells in self._levels:
            if self._count == size:
                self._settle(cells)

    def whole(self) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """All rounded vectors and their marks, in the order of arrival."""
        import numpy as np

        if not self._cells:
            return np.zeros((0, 0), np.int8), np.zeros((0, MARKS), np.int64)
        width = self._cells[0].vectors.shape[1]
        vectors = np.zeros((self._count, width), np.int8)
        marks = np.zeros((self._count, MARKS), np.int64)
        for cell in self._cells:
            numbers = cell.numbers[: cell.count]
            vectors[numbers] = cell.vectors[: cell.count]
            marks[numbers] = cell.marks[: cell.count]
        return vectors, marks

    def _near(self, whole: NDArray[np.float32]) -> list[_Cell]:
        import numpy as np

        if self._centroids is None:
            return self._cells
        order = np.argsort(-(self._centroids @ whole), kind="stable")[:PROBES]
        return [self._cells[place] for place in order.tolist()]

    def _settle(self, cells: int) -> None:
        """Learns centroids from evenly spread vectors, and puts every vector into its cell."""
        import numpy as np

        vectors, marks = self.whole()
        step = max(1, len(vectors) // (_LEARN * cells))
        learned = vectors[::step].astype(np.float32)
        centres = learned[:: max(1, len(learned) // cells)][:cells]
        for _ in range(_ROUNDS):
            places = _places(learned, centres)
            sums = np.zeros((len(centres), vectors.shape[1]), np.float64)
            np.add.at(sums, places, learned)
            empty = ~sums.any(axis=1)
            sums[empty] = centres[empty]
            centres = np.stack([rounded(row) for row in sums])
        self._centroids = centres
        self._cells = [_Cell(vectors.shape[1]) for _ in centres]
        places = _places(vectors, centres)
        order = np.argsort(places, kind="stable")
        cuts = np.flatnonzero(np.diff(places[order])) + 1
        for numbers in np.split(order, cuts):
            self._cells[int(places[numbers[0]])].fill(vectors[numbers], marks[numbers], numbers)


class _Cell:
    """Vectors side by side, with room to grow."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self.count = 0
        self.vectors = np.zeros((8, width), np.int8)
        self.marks = np.zeros((8, MARKS), np.int64)
        self.numbers = np.zeros(8, np.int64)
        self.lengths = np.zeros(8, np.float64)

    def add(self, whole: NDArray[np.float32], marks: tuple[int, int, int], number: int) -> None:
        import numpy as np

        if self.count == len(self.vectors):
            more = max(8, self.count // 2)
            for name in ("vectors", "marks", "numbers", "lengths"):
                held = getattr(self, name)
                room = np.zeros((more, *held.shape[1:]), held.dtype)
                setattr(self, name, np.concatenate((held, room)))
        self.vectors[self.count] = whole
        self.marks[self.count] = marks
        self.numbers[self.count] = number
        self.lengths[self.count] = math.sqrt(float(whole @ whole)) or 1.0
        self.count += 1

    def fill(
        self, vectors: NDArray[np.int8], marks: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> None:
        import numpy as np

        self.count = len(vectors)
        self.vectors, self.marks, self.numbers = vectors.copy(), marks.copy(), numbers.copy()
        whole = vectors.astype(np.int64)
        self.lengths = np.maximum(np.sqrt((whole * whole).sum(axis=1).astype(np.float64)), 1.0)


def rounded(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """Whole numbers in the direction of a vector, as large as stay exact; zeros stay zeros."""
    import numpy as np

    largest = float(np.abs(vector).max(initial=0))
    if not largest:
        return np.zeros(len(vector), np.float32)
    most = min(127, math.isqrt((1 << 24) // max(len(vector), 1)))
    return np.rint(np.asarray(vector, np.float64) * (most / largest)).astype(np.float32)


def _places(vectors: NDArray[Any], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    import numpy as np

    places = np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), _BLOCK):
        block = np.asarray(vectors[start : start + _BLOCK], np.float32)
        places[start : start + _BLOCK] = (block @ centres.T).argmax(axis=1)
    return places
