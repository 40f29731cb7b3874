"""Which personas go with which chunk: by a keyed draw, or by relevance with all in use."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textsynth.inputs._relevance import Relevance
from textsynth.records import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row = dict[str, Any]
Pairing = Callable[[int], Sequence[int]]

POINTS = 1000
"""What the most relevant persona of a chunk scores."""

TURN = 500
"""What the average number of uses costs: relevance alone lifts a persona to about 3 averages."""

_BACKGROUND = 5000
"""How many chunks, evenly spread, weigh the terms."""


def drawn(rows: Sequence[Row], chunks: Sequence[Row], each: int) -> Pairing:
    """For chunk k: `each` different rows, by a hash of (chunk id, row id)."""
    names = _keys(rows)

    def pick(k: int) -> Sequence[int]:
        import numpy as np

        order = np.argsort(_mixed(names, chunks[k]["id"]), kind="stable")
        return [int(place) for place in order[:each]]

    return pick


def matched(rows: Sequence[Row], chunks: Sequence[Row], each: int) -> Pairing:
    """For chunk k: the `each` rows whose text suits it best, less what their earlier use costs.

    Chunks are served in order. All is in whole numbers, so the pairing is the same on any machine.
    """
    import numpy as np

    step = max(1, -(-len(chunks) // _BACKGROUND))
    background = (_text(chunk) for chunk in chunks[::step])
    relevance = Relevance([persona_text(row) for row in rows], background)
    names = _keys(rows)
    uses = np.zeros(len(rows), np.int64)
    chosen = np.empty((len(chunks), each), np.int32)
    for k, chunk in enumerate(chunks):
        scores = relevance.scores(_text(chunk))
        points = scores * POINTS // max(int(scores.max()), 1)
        cost = uses * (TURN * len(rows)) // (k * each + len(rows))
        chosen[k] = _best(points - cost, _mixed(names, chunk["id"]), each)
        uses[chosen[k]] += 1
    return lambda k: [int(place) for place in chosen[k]]


def persona_text(row: Row) -> str:
    """The words of a persona that relevance goes by: its description and its attributes' values."""
    values = json.dumps(list(row.get("attributes", {}).values()), ensure_ascii=False)
    return f"{row['description']} {values}"


def _text(chunk: Row) -> str:
    return " ".join([*chunk.get("headings", ()), chunk["text"]])


def _best(values: NDArray[np.int64], ties: NDArray[np.uint64], each: int) -> NDArray[np.intp]:
    """The places of the `each` highest values, highest first; equal ones in the order of `ties`."""
    import numpy as np

    edge = np.partition(values, len(values) - each)[len(values) - each]
    able = np.flatnonzero(values >= edge)
    order = np.lexsort((ties[able], -values[able]))
    return able[order[:each]]


def _keys(rows: Sequence[Row]) -> NDArray[np.uint64]:
    import numpy as np

    return np.array([int(digest(row["id"], size=8), 16) for row in rows], np.uint64)


def _mixed(names: NDArray[np.uint64], chunk: str) -> NDArray[np.uint64]:
    """A number per row, keyed by the chunk: SplitMix64's finisher over both hashes."""
    import numpy as np

    x = names ^ np.uint64(int(digest(chunk, size=8), 16))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
