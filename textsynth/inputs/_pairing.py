"""Which personas go with which chunk by a keyed draw, and keyed ties where they score the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textsynth.records import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row = dict[str, Any]
Pairing = Callable[[int], Sequence[int]]


def drawn(rows: Sequence[Row], chunks: Sequence[Row], each: int) -> Pairing:
    """For chunk k: `each` different rows, by a hash of (chunk id, row id)."""
    names = keys_of(rows)

    def pick(k: int) -> Sequence[int]:
        import numpy as np

        order = np.argsort(mixed(names, chunks[k]["id"]), kind="stable")
        return [int(place) for place in order[:each]]

    return pick


def best(values: NDArray[np.int64], ties: NDArray[np.uint64], each: int) -> NDArray[np.intp]:
    """The places of the `each` highest values, highest first; equal ones in the order of `ties`."""
    import numpy as np

    edge = np.partition(values, len(values) - each)[len(values) - each]
    able = np.flatnonzero(values >= edge)
    order = np.lexsort((ties[able], -values[able]))
    return able[order[:each]]


def top(values: NDArray[np.int64], ties: NDArray[np.uint64]) -> int:
    """The place of the highest value; of equal ones the first in the order of `ties`."""
    import numpy as np

    able = np.flatnonzero(values == values.max())
    return int(able[0] if len(able) == 1 else able[ties[able].argmin()])


def keys_of(rows: Sequence[Row]) -> NDArray[np.uint64]:
    """A number per row, by its id."""
    import numpy as np

    return np.array([int(digest(row["id"], size=8), 16) for row in rows], np.uint64)


def mixed(names: NDArray[np.uint64], chunk: str) -> NDArray[np.uint64]:
    """A number per row, keyed by the chunk: SplitMix64's finisher over both hashes."""
    import numpy as np

    x = names ^ np.uint64(int(digest(chunk, size=8), 16))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
