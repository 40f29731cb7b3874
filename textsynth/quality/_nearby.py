"""Texts that are asked about and never added to: which of them a text is nearly the same as."""

from __future__ import annotations

from textsynth.minhash import Index, normalised


class Nearby:
    """MinHash with an exact check, as `near_duplicates` has it. Memory: about 1 KB a text."""

    def __init__(self, threshold: float) -> None:
        self._index = Index(threshold)
        self._owners: list[int] = []
        self._short: list[int] = []

    def add(self, text: str, owner: int) -> None:
        """Takes in a text; one that says what an earlier one says keeps that one's owner."""
        plain = normalised(text)
        if not plain:
            return
        self._index.add(plain)
        if len(self._index) > len(self._owners):
            self._owners.append(owner)
        elif len(self._index.short) > len(self._short):
            self._short.append(owner)

    def find(self, text: str) -> tuple[int, float] | None:
        """(owner, Jaccard similarity) of the first text within the threshold.

        Texts shorter than a shingle are not compared here.
        """
        plain = normalised(text)
        score = self._index.find(plain) if plain else None
        if score is None or self._index.matched < 0:
            return None
        return self._owners[self._index.matched], score
