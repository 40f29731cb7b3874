"""Groups of texts that are near-duplicates of each other, also through a third one."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from textsynth.minhash import Index, normalised
from textsynth.minhash.twin import jaccard

ALL_PAIRS = 200
"""Texts with a band key in common up to which every pair is looked at; of more, each is held
against those that opened a group."""


class NearGroups:
    """Texts by their position. Takes about 0.6 KB a text.

    Any two with a Jaccard similarity of shingles from the threshold on are joined, save the few
    right at it that the bands of MinHash miss (2 % of those within 0.05 of it).
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._index = Index(threshold)
        self._keys = array("Q")
        self._places = array("q")
        self._sets: list[bytes] = []
        self._short: dict[str, int] = {}

    def add(self, text: str, place: int, join: Callable[[int, int], None]) -> None:
        """Takes a text in; one shorter than a shingle is joined to its equals at once."""
        text = normalised(text)
        data = text.encode("utf8", "surrogatepass")
        shingles = self._index.texts.shingles(data)
        if not shingles:
            if text:
                join(self._short.setdefault(text, place), place)
            return
        self._keys.extend(self._index.texts.keys(data))
        self._places.append(place)
        self._sets.append(shingles)

    def close(self, join: Callable[[int, int], None], joined: Callable[[int, int], bool]) -> None:
        """Joins the positions of near-duplicates; `joined`: whether two are together already."""
        import numpy as np

        if not self._sets:
            return
        keys = np.frombuffer(self._keys, dtype=np.uint64).reshape(len(self._sets), -1)
        for band in range(keys.shape[1]):
            order = np.argsort(keys[:, band], kind="stable")
            column = keys[order, band]
            edges = np.flatnonzero(np.diff(column)) + 1
            starts = np.concatenate(([0], edges))
            ends = np.concatenate((edges, [len(order)]))
            for start, end in zip(starts, ends, strict=True):
                if end - start > 1:
                    self._join(order[start:end].tolist(), join, joined)

    def _join(
        self,
        rows: list[int],
        join: Callable[[int, int], None],
        joined: Callable[[int, int], bool],
    ) -> None:
        import numpy as np

        held: list[int] = []
        for row in rows:
            own = np.frombuffer(self._sets[row], dtype=np.uint32)
            alone = True
            for other in held:
                one, two = self._places[other], self._places[row]
                if joined(one, two):
                    alone = False
                elif jaccard(self._sets[other], own, self.threshold) >= self.threshold:
                    join(one, two)
                    alone = False
            if alone or len(held) < ALL_PAIRS:
                held.append(row)
