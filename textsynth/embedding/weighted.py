"""Static vectors for telling what says the same: common words weigh less, the mean is out.

Nothing here depends on the texts at hand, so that a text has the same vector whatever came before
it. The tokeniser's vocabulary stands in the order of frequency, so the share p of the r-th whole
word is taken as 1 / (r + 10), scaled to a sum of 1 (Zipf). A token weighs A / (A + p) (Arora and
others, "A simple but tough-to-beat baseline for sentence embeddings", 2017), and the mean of the
weighted vectors under p is subtracted from each. Seen on 850 unlike texts of 60 to 150 words: mean
cosine 0.29 without, 0.25 with; of 25 paraphrases at 0.9 or more: 13 without, 17 with; of 25 pairs
that differ in the one word that matters: none, either way.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textsynth.embedding.static import Static

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

A = 1e-3
_FIRST = 10
_SPACE = "▁"


class Weighted(Static):
    """As `Static`, for comparing whole texts; needs no mean of the corpus."""

    name = "static"
    centre = False

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        import numpy as np

        table = self._table()
        tokens = [self._tokenizer.id_to_token(number) or "" for number in range(len(table))]
        whole = np.array([t[:1] == _SPACE and t[1:].isascii() and t[1:].isalpha() for t in tokens])
        share = np.where(whole, 1 / (np.cumsum(whole) + _FIRST), 0.0)
        share /= share.sum()
        weighted = table.astype(np.float64) * (A / (A + share))[:, None]
        made: NDArray[np.float32] = (weighted - share @ weighted).astype(np.float32)
        return made
