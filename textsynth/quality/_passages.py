"""Passages of references as static vectors, to find one that says the same in other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textsynth.embedding import open_embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST = 20
"""Words of a passage: single short sentences mean the same too often."""

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+|\n|$)")


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passage `start:end` of text number `text`, and the reference with the nearest one."""

    cosine: float
    text: int
    start: int
    end: int
    reference: int


def passages(text: str) -> Iterator[tuple[int, int]]:
    """Spans of sentences put together until they have LEAST words; a shorter rest joins none."""
    start, words = -1, 0
    for match in _SENTENCE.finditer(text):
        if start < 0:
            start = match.start()
        words += len(match[0].split())
        if words >= LEAST:
            yield start, match.end()
            start, words = -1, 0


class Passages:
    """The references' passages. Memory: 1 KB each."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        self._embedder = open_embedder("static")
        found = [(n, text[a:b]) for n, text in enumerate(texts) for a, b in passages(text)]
        self._owners = [number for number, _ in found]
        vectors = self._embedder.embed([text for _, text in found])
        # The vectors share one direction: without their mean, unlike texts seem alike.
        self._mean = vectors.mean(axis=0) if len(found) else np.zeros(1, np.float32)
        self._vectors = self._centred(vectors)

    def nearest(self, texts: Sequence[str]) -> Nearest | None:
        """The nearest pair of passages; None where no text has one."""
        found = [(n, a, b) for n, text in enumerate(texts) for a, b in passages(text)]
        if not found or not self._owners:
            return None
        vectors = self._centred(self._embedder.embed([texts[n][a:b] for n, a, b in found]))
        cosines = vectors @ self._vectors.T
        best = int(cosines.argmax())
        row, column = divmod(best, len(self._owners))
        return Nearest(float(cosines[row, column]), *found[row], self._owners[column])

    def _centred(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        if not len(vectors):
            return vectors
        moved = vectors - self._mean
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        made: NDArray[np.float32] = moved / np.maximum(lengths, np.float32(1e-9))
        return made
