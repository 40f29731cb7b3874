"""Texts as numbers: 64-bit hashes of their tokens and of runs of tokens.

Tokens are those of `textsynth.rouge`: words in small letters, and in scripts without (or with long)
words, such as Hangul, each pair of neighbouring syllables, so that an ending costs a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from xxhash import xxh3_64_intdigest

from textsynth.rouge import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Hashes: TypeAlias = "NDArray[np.uint64]"
"""One number for each token, or for each run of tokens."""

_KNOWN = 200_000
_PRIME = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class _Known(dict[str, int]):
    """Hashes of tokens that came before, which are most of them."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _KNOWN:
            self.clear()
        self[token] = number = xxh3_64_intdigest(token.encode("utf8", "surrogatepass"))
        return number


class Units:
    """Turns texts into the hashes of their tokens."""

    def __init__(self) -> None:
        self._known = _Known()

    def __call__(self, text: str, most: int | None = None) -> Hashes:
        """One uint64 for each of the first `most` tokens, in order."""
        import numpy as np

        known = self._known
        return np.array([known[token] for token in tokens(text)[:most]], np.uint64)


def mix(numbers: Hashes) -> Hashes:
    """The finaliser of splitmix64: every bit of the result depends on every bit of the number."""
    import numpy as np

    z = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def grams(units: Hashes, n: int) -> Hashes:
    """The hashes of all runs of n tokens, in order; none where there are fewer."""
    import numpy as np

    count = len(units) - n + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    sums = units[:count].copy()
    for step in range(1, n):
        sums *= np.uint64(_PRIME)
        sums += units[step : step + count]
    return mix(sums + np.uint64(n))


def grams_inside(texts: Sequence[Hashes], n: int) -> Hashes:
    """As `grams` of each text, one after the other: no run reaches from one into the next."""
    import numpy as np

    units = np.concatenate(texts) if texts else np.zeros(0, np.uint64)
    found = grams(units, n)
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return found[owner[: len(found)] == owner[n - 1 :]] if len(found) else found


def shingles(units: Hashes, n: int = 3) -> Hashes:
    """The distinct runs of n tokens, sorted; of a shorter text, the text as one run."""
    import numpy as np

    return np.unique(grams(units, min(n, max(1, len(units)))))


def keyed(seed: int, number: int) -> int:
    """A 64-bit number drawn for the row of that number: the same for ever."""
    z = (seed * 0xD1B54A32D192ED03 + (number + 1) * _PRIME) & _MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
    return z ^ z >> 31
