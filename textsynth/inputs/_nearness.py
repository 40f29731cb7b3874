"""How near texts are in meaning: cosines of vectors in whole numbers, in the place of `Relevance`.

Vectors are rounded to 1/SCALE, so that sums of products are exact in any order and small
differences between machines are lost in the rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textsynth.embedding import open_embedder
from textsynth.embedding.static import unit
from textsynth.inputs._relevance import SCALE, Relevance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_ENOUGH = 30
"""Of fewer texts the mean is no common direction but their own, and stays."""


class Nearness(Relevance):
    """Scores texts known beforehand against a fixed list of `texts` by an embedder.

    `others`: the texts that will be asked for, beside those of the list. What two texts share in
    words is told all the same.
    """

    def __init__(self, texts: Sequence[str], others: Sequence[str], embedder: str) -> None:
        import numpy as np

        super().__init__(texts, others)
        model = open_embedder(embedder)
        known = list(dict.fromkeys([*texts, *others]))
        vectors = model.embed(known)
        if model.centre and len(known) >= _ENOUGH:
            vectors = unit(vectors - vectors.mean(axis=0, keepdims=True))
        # As float64 for speed: whole numbers of this size add up in it without error.
        self._vectors = np.rint(vectors.astype(np.float64) * SCALE).astype(np.int16)
        self._place = {text: k for k, text in enumerate(known)}
        own = [self._place[text] for text in texts]
        self._own: NDArray[np.float64] = self._vectors[own].astype(np.float64)

    def scores(self, text: str) -> NDArray[np.int64]:
        """One whole number per text of the list: 0 where nothing is alike, near SCALE² at most."""
        import numpy as np

        found: NDArray[np.float64] = self._own @ self._vectors[self._place[text]].astype(np.float64)
        return np.maximum(found, 0).astype(np.int64)
