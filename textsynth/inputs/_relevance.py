"""How well texts suit one another: TF-IDF cosine in whole numbers, so that every machine agrees.

English words are stemmed lightly; Hangul, Han and kana are compared by pairs of characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCALE = 1024
"""Weights are whole numbers, this many to 1: sums of them are exact in any order."""

_WORD = re.compile(r"[가-힣]+|[㐀-鿿぀-ヿ]+|[^\W_가-힣㐀-鿿぀-ヿ]+")
_PAIRED = re.compile(r"[가-힣㐀-鿿぀-ヿ]")
_COMMON = frozenset(
    re.findall(
        "[a-z]+",
        """
    a about after all also an and any are as at be been before but by can do does for from
    had has have he her him his how i if in into is it its just like may more most my no not
    of on one only or other our out over own she so some such than that the their them then
    there these they this to too under up us very was we what when where which while who
    will with without would you your
    """,
    )
)


class Relevance:
    """Scores any text against a fixed list of `texts`; `background` texts only weigh the terms."""

    def __init__(self, texts: Sequence[str], background: Iterable[str] = ()) -> None:
        import numpy as np

        self.size = len(texts)
        counts = [Counter(terms(text)) for text in texts]
        spread: Counter[str] = Counter()
        for count in counts:
            spread.update(count.keys())
        seen = self.size
        for text in background:
            seen += 1
            spread.update(term for term in set(terms(text)) if term in spread)
        self._rarity = {term: math.log((1 + seen) / (1 + n)) for term, n in spread.items()}
        places: dict[str, list[int]] = {}
        weights: dict[str, list[int]] = {}
        for k, count in enumerate(counts):
            for term, weight in self._vector(count).items():
                places.setdefault(term, []).append(k)
                weights.setdefault(term, []).append(weight)
        self._postings = {
            term: (np.array(places[term], np.int32), np.array(weights[term], np.float64))
            for term in places
        }

    def scores(self, text: str) -> NDArray[np.int64]:
        """One whole number per text of the list, 0 where nothing is shared, near SCALE² at most."""
        import numpy as np

        vector = self._vector(Counter(terms(text)))
        found = [(self._postings[t], weight) for t, weight in vector.items() if t in self._postings]
        if not found:
            return np.zeros(self.size, np.int64)
        places = np.concatenate([posting[0] for posting, _ in found])
        products = np.concatenate([posting[1] * weight for posting, weight in found])
        return np.bincount(places, products, self.size).astype(np.int64)

    def shared(self, text: str, other: str) -> list[str]:
        """The terms that both texts have, the most telling ones first: why a score is high."""
        left, right = (self._vector(Counter(terms(part))) for part in (text, other))
        return sorted(left.keys() & right.keys(), key=lambda t: (-left[t] * right[t], t))

    def _vector(self, counts: Counter[str]) -> dict[str, int]:
        """Whole-number weights of the known terms, as a vector of length SCALE."""
        raw = {
            term: (1 + math.log(n)) * self._rarity[term]
            for term, n in counts.items()
            if term in self._rarity
        }
        length = math.sqrt(math.fsum(weight * weight for weight in raw.values()))
        if not length:
            return {}
        scaled = {term: round(SCALE * weight / length) for term, weight in raw.items()}
        return {term: weight for term, weight in scaled.items() if weight}


def terms(text: str) -> Iterator[str]:
    """The terms of a text: stems of its words, and character pairs where words are not spaced."""
    for word in _WORD.findall(text.lower()):
        yield from _terms_of(word)


@lru_cache(maxsize=100_000)
def _terms_of(word: str) -> tuple[str, ...]:
    if _PAIRED.match(word):
        return tuple(word[k : k + 2] for k in range(len(word) - 1)) or (word,)
    return () if word in _COMMON or len(word) < 2 else (_stem(word),)


def _stem(word: str) -> str:
    """English plural, -ing and -ed off: cards → card, paying → pay, stopped → stop, fees → fee."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and re.search("[aeiouy]", rest):
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled else rest.rstrip("e")
    return word.removesuffix("e") if len(word) > 3 else word
