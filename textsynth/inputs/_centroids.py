"""Labels by the words of their rows: TF-IDF centroids, in whole numbers until the last step."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from textsynth.inputs._relevance import Relevance

MOST = 400
"""Rows of a label that its centroid is made of, evenly spread over them."""


class Centroids:
    """The mean of the TF-IDF vectors of each label's rows; a text is near a label by its cosine."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        by_label: dict[str, list[str]] = {}
        for text, label in zip(texts, labels, strict=True):
            by_label.setdefault(label, []).append(text)
        chosen = {label: spread(own, MOST) for label, own in by_label.items()}
        self.labels = tuple(chosen)
        self._texts = chosen
        self._owner = [k for k, own in enumerate(chosen.values()) for _ in own]
        self._relevance = Relevance([text for own in chosen.values() for text in own])

    @functools.cached_property
    def _between(self) -> list[list[float]]:
        """The scalar products of the centroids with one another."""
        return [self._means([self._sums(text) for text in self._texts[a]]) for a in self.labels]

    def _sums(self, text: str) -> list[int]:
        """For each label, the sum of its rows' scores with a text: exact, in whole numbers."""
        sums = [0] * len(self.labels)
        for owner, score in zip(self._owner, self._relevance.scores(text).tolist(), strict=True):
            sums[owner] += score
        return sums

    def _means(self, sums: Sequence[Sequence[int]]) -> list[float]:
        sizes = [len(own) for own in self._texts.values()]
        return [sum(row[k] for row in sums) / (len(sums) * size) for k, size in enumerate(sizes)]

    def _length(self, k: int) -> float:
        return math.sqrt(self._between[k][k]) or 1.0

    def ranked(self, text: str) -> Sequence[str]:
        """The labels, nearest centroid first; none when the text shares no word with any row."""
        sums = self._sums(text)
        if not any(sums):
            return ()
        near = [mean / self._length(k) for k, mean in enumerate(self._means([sums]))]
        return [self.labels[k] for k in sorted(range(len(near)), key=lambda k: (-near[k], k))]

    def near(self, label: str) -> Sequence[str]:
        """The other labels, nearest centroid first; all of them, if `label` has no rows: none."""
        if label not in self.labels:
            return ()
        own = self.labels.index(label)
        near = [value / self._length(k) for k, value in enumerate(self._between[own])]
        order = sorted(range(len(near)), key=lambda k: (-near[k], k))
        return [self.labels[k] for k in order if k != own]


def spread(texts: Sequence[str], most: int) -> list[str]:
    """At most `most` of the texts, evenly spread over their list."""
    if len(texts) <= most:
        return list(texts)
    return [texts[k * len(texts) // most] for k in range(most)]
