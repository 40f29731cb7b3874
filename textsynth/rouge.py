"""How like the nearest of many texts a new one is: ROUGE-L, exactly, without comparing with all.

ROUGE-L of two texts of m and n tokens whose longest common subsequence has L tokens is the
F-measure 2 L / (m + n) (C.-Y. Lin, "ROUGE: A package for automatic evaluation of summaries", 2004).

L is at most what the two have in common when order does not count, which an inverted index tells
for all texts at once. So only texts whose bound is above the best that was found are compared: the
answer is the same as that of comparing with every text.

Tokens are words in small letters where words stand apart; in Hangul, Han, Kana and Thai each pair
of neighbouring characters of a word, so that a particle or an ending costs a token and not the
word. Of 12 pairs of Korean instructions that say the same in other endings, pairs of syllables find
10 at 0.7, words 2; of 8 pairs in one form about two things they take 1 for the same, single
syllables 3; and among 63 unlike instructions the highest value is 0.50, as it is among 64 English
ones by words.

Memory: per text its tokens as a string of 1 to 4 bytes each, and 4 bytes for each in the index.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIRST_LOOK = 16
"""Texts with the highest bounds, whose comparison sifts the others."""

_DENSE = (
    "\u0e01-\u0e5b\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9d\U00020000-\U000323af"
)
_RUN = re.compile(f"([{_DENSE}]+)|[^\\W_{_DENSE}]+")
_SURROGATES = (0xD800, 0xE000)
_UNKNOWN = 0x10FFFF
_WORDS = _UNKNOWN - 1 - (_SURROGATES[1] - _SURROGATES[0])
"""Tokens that are told apart; of more than a million some share a number, which can only raise a
value."""


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order; punctuation and symbols are none."""
    if text.isascii():
        return [run[0] for run in _RUN.finditer(text.lower())]
    found: list[str] = []
    for run in _RUN.finditer(unicodedata.normalize("NFC", text).lower()):
        word = run[0]
        if run[1] is None or len(word) == 1:
            found.append(word)
        else:
            found += [word[place : place + 2] for place in range(len(word) - 1)]
    return found


def rouge_l(one: str, other: str) -> float:
    """ROUGE-L of two texts, 0 to 1; 0 where one of them has no token."""
    from rapidfuzz.distance import Indel

    left, right = tokens(one), tokens(other)
    return float(Indel.normalized_similarity(left, right)) if left and right else 0.0


class Index:
    """Texts that a new one is compared with. `add` what came; `nearest` asks."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._numbers: dict[str, int] = {}
        self._spelt: list[str] = []
        """Each text as a string of one character a token, as which it is compared fast."""
        self._sizes = array("I")
        # Character and how often it came before in its text → the texts that have it so often.
        self._where: dict[tuple[str, int], array[int]] = {}
        for text in texts:
            self.add(text)

    def __len__(self) -> int:
        return len(self._spelt)

    def add(self, text: str) -> None:
        """Puts a text into the index; one without a token is left out."""
        spelt = "".join(map(self._character, tokens(text)))
        if not spelt:
            return
        number = len(self._spelt)
        for place in _places(spelt):
            self._where.setdefault(place, array("I")).append(number)
        self._spelt.append(spelt)
        self._sizes.append(len(spelt))

    def nearest(self, text: str, *, first: int | None = None) -> float:
        """The highest ROUGE-L with any text of the index, or any of its `first` ones; 0 to 1."""
        import numpy as np
        from rapidfuzz.distance import Indel

        count = len(self._spelt) if first is None else min(first, len(self._spelt))
        spelt = "".join(self._known(token) for token in tokens(text))
        if not spelt or not count:
            return 0.0
        bounds = self._bounds(spelt, count)
        compare = Indel.normalized_similarity
        best = float(compare(spelt, self._spelt[int(bounds.argmax())]))
        near = np.flatnonzero(bounds > best)
        if len(near) > FIRST_LOOK:
            # What the most promising ones give sifts the others.
            place = len(near) - FIRST_LOOK
            high = near[np.argpartition(bounds[near], place)[place:]]
            best = max(best, self._best(spelt, high, best))
            near = near[bounds[near] > best]
        return max(best, self._best(spelt, near, best))

    def _best(self, spelt: str, numbers: NDArray[np.int64], floor: float) -> float:
        """The highest ROUGE-L with these texts; 0 where none is above `floor`."""
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import extractOne

        texts = [self._spelt[number] for number in numbers.tolist()]
        scorer = Indel.normalized_similarity
        found = extractOne(spelt, texts, scorer=scorer, processor=None, score_cutoff=floor)
        return float(found[1]) if found else 0.0

    def _bounds(self, spelt: str, count: int) -> NDArray[np.float64]:
        """What ROUGE-L with each of the first `count` texts is at most."""
        import numpy as np

        lists = [self._where[place] for place in _places(spelt) if place in self._where]
        hits = [np.frombuffer(numbers, dtype=np.uint32) for numbers in lists]
        common = np.bincount(np.concatenate(hits), minlength=count) if hits else np.zeros(count)
        sizes = np.frombuffer(self._sizes, dtype=np.uint32)[:count]
        bounds: NDArray[np.float64] = 2.0 * common[:count] / (sizes + len(spelt))
        # A hair above, so that the bound's own rounding leaves out no text that is as near.
        return bounds + 1e-12

    def _character(self, token: str) -> str:
        return _spelling(self._numbers.setdefault(token, len(self._numbers)))

    def _known(self, token: str) -> str:
        number = self._numbers.get(token)
        return chr(_UNKNOWN) if number is None else _spelling(number)


def _spelling(number: int) -> str:
    """The character that stands for a token."""
    place = number % _WORDS + 1
    return chr(place if place < _SURROGATES[0] else place + _SURROGATES[1] - _SURROGATES[0])


def _places(spelt: str) -> list[tuple[str, int]]:
    """Each character with how often it came before: what two texts share of these is what they have
    in common, each token as often as in the one that has it less often."""
    seen: Counter[str] = Counter()
    found = []
    for char in spelt:
        found.append((char, seen[char]))
        seen[char] += 1
    return found
