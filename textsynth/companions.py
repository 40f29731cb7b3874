"""Second chunks: for each chunk the few others that it shares telling terms with."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from textsynth.inputs._relevance import SCALE, Relevance

Row = dict[str, Any]

FEW = 5
"""How many companions a chunk has at most; a brief draws one of them."""

AT_LEAST = 0.03
"""The cosine below which two chunks have too little in common to be asked about together."""

TWIN = 0.8
"""The cosine from which two chunks say the same: the second would add nothing."""

NEAR_BEST = 0.4
"""A companion's cosine is at least this share of the best one's."""

CANDIDATES = 20_000
"""Chunks that may be companions, evenly spread where there are more: memory stays bounded."""


class Companions:
    """Which chunks go with which. The index is built at once, each chunk is looked up when asked.

    10,000 chunks of 1,200 characters take seconds and about 100 MB.
    """

    def __init__(self, chunks: Sequence[Row]) -> None:
        step = max(1, -(-len(chunks) // CANDIDATES))
        self._rows = chunks[::step]
        self._relevance = Relevance([_text(row) for row in self._rows])
        self._few = functools.lru_cache(maxsize=65_536)(self._found)
        self._text_of = {row["id"]: row for row in chunks}

    def of(self, chunk: Row) -> Sequence[Row]:
        """Its companions, best first; none where nothing is shared."""
        return [self._rows[place] for place in self._few(chunk["id"])]

    def draw(self, chunk: Row, key: int) -> Row | None:
        """One of its companions, by a number; None where it has none."""
        few = self.of(chunk)
        return few[key % len(few)] if few else None

    def _found(self, name: str) -> tuple[int, ...]:
        import numpy as np

        scores = self._relevance.scores(_text(self._text_of[name]))
        # The chunk itself is its own nearest twin.
        scores[scores >= int(TWIN * SCALE * SCALE)] = 0
        best = int(scores.max()) if len(scores) else 0
        least = max(int(AT_LEAST * SCALE * SCALE), int(NEAR_BEST * best))
        if best < least:
            return ()
        able = np.flatnonzero(scores >= least)
        order = np.lexsort((able, -scores[able]))
        return tuple(int(place) for place in able[order[:FEW]])


def _text(row: Row) -> str:
    return " ".join([*row.get("headings", ()), row["text"]])
