"""Which runs of tokens have come before, in bounded memory."""

from __future__ import annotations

from textsynth.variety.grams import Hashes

MOST = 1 << 22
"""Hashes that are held: 32 MB."""

_RECENT = 1 << 16


class Seen:
    """Tells new hashes from those that came before.

    When there are more than `most`, half of all numbers are no longer looked at, those held too:
    what is told is then of an even part of the hashes (after 10 million rows of 100, of one in 256)
    and as true, of fewer. It depends on what came and in which order alone.
    """

    def __init__(self, most: int = MOST) -> None:
        import numpy as np

        self.most = most
        self._below: int | None = None
        self._old: Hashes = np.zeros(0, np.uint64)
        self._recent: set[int] = set()

    @property
    def part(self) -> float:
        """The part of all hashes that is looked at."""
        return 1.0 if self._below is None else self._below / 2.0**64

    def add(self, hashes: Hashes) -> tuple[int, int]:
        """(how many of these are looked at, how many of them are new); they must differ."""
        import numpy as np

        if self._below is not None:
            hashes = hashes[hashes < np.uint64(self._below)]
        asked = len(hashes)
        if asked and len(self._old):
            places = np.minimum(np.searchsorted(self._old, hashes), len(self._old) - 1)
            hashes = hashes[self._old[places] != hashes]
        new = set(hashes.tolist()) - self._recent
        self._recent |= new
        if len(self._recent) >= _RECENT:
            self._merge()
        return asked, len(new)

    def _merge(self) -> None:
        import numpy as np

        recent = np.fromiter(self._recent, np.uint64, len(self._recent))
        self._old, self._recent = np.sort(np.concatenate((self._old, recent))), set()
        while len(self._old) > self.most:
            self._below = (self._below or 1 << 64) // 2
            self._old = self._old[: int(np.searchsorted(self._old, np.uint64(self._below)))]
