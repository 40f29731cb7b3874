"""Finds, for each text in turn, an earlier text whose shingles overlap with its own (MinHash, LSH).

The algorithm, exactly: `native/minhash.c` does the same, compiled, and is used where it was built;
what stands here in NumPy gives the same answers. All whole numbers are unsigned; `mix` is the
finaliser of splitmix64; `stream(s)` is splitmix64 started at s.

1. Text: NFC, case-folded, white space collapsed (`normalised`). Then the ASCII characters in
   GAPS and the non-ASCII ones in WIDE_GAPS become spaces, and white space is collapsed again.
   + - / = < > % and digits stay: `3 + 4` and `3 - 4` are different texts.
2. Shingle: `auto` is char-3 if at least a third of the characters other than spaces are in the
   ranges DENSE, else word-3; `single` is then char-2, else word-1.
3. Units: for word-k the hash of each piece between spaces, mix(b0 * P^(n-1) + ... + bn-1 + n mod
   2^64) over its n UTF-8 bytes, with P = PRIME; for char-k the code points, spaces included, where
   a run of ASCII digits is one unit, hashed like a word. Fewer than k units: the text is compared
   by the XXH3-128 of its normalised form (before GAPS) alone, among such texts, with similarity 1.
4. Shingle hash of units u0..uk-1: mix(u0 * P^(k-1) + ... + uk-1 mod 2^64) >> 32.
   The set of a text is its distinct shingle hashes, sorted.
5. Signature: for i in 0..127, min over the set of ((h ^ b_i) * a_i mod 2^32), where stream(1)
   gives s_0, s_1, ... and a_i = s_i >> 32 | 1, b_i = s_i mod 2^32.
6. Bands: R rows by B = 128 // R bands, R the largest for which 1 - (1 - threshold^R)^B >= 0.94:
   16 bands of 8 at 0.8. Key of band j: mix(sum over r of sig[jR + r] * c_r mod 2^64) >> 4, where
   stream(2) gives c_0, c_1, ... each made odd (| 1).
7. Candidates: band by band, within a band in order of arrival, the earlier rows with the same key.
   The first whose exact Jaccard similarity |A & B| / |A | B| of the sets is >= threshold decides.
   Rows of one template, all just below the threshold of each other, are candidates throughout:
   each then costs time in proportion to the rows before it.
8. Every text enters the index, whatever the answer, except one whose similarity is 1: the earlier
   row already stands for it.

State per row, compiled: 4 bytes per distinct shingle, and with 16 bands 0.4 to 0.7 KB. In NumPy:
the same shingles, 41 bytes for their holder, and B dict entries of 60 to 100 bytes, key and slot.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textsynth.indexfile import IndexFile, Section, write
from textsynth.minhash.saved import KIND, options_of, sections, take
from textsynth.minhash.shingles import PERMUTATIONS, PRIME, SHINGLES, Shingle, normalised, stream
from textsynth.minhash.texts import Texts
from textsynth.minhash.twin import Twin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "PRIME", "SHINGLES", "Index", "Shingle", "Texts", "Twin", "bands_for", "normalised", "stream",
]  # fmt: skip


def _compiled() -> Any:
    """The compiled index, or None where it was not built or cannot be loaded."""
    try:
        found = importlib.import_module("textsynth._minhash")
    except ImportError:
        return None
    # One that an older version left in the tree cannot do all of it.
    return found if hasattr(found.Index, "take_band") else None


_native = _compiled()


def bands_for(threshold: float) -> tuple[int, int]:
    """(bands, rows per band): the most selective split that still finds pairs at the threshold."""
    for rows in range(PERMUTATIONS, 1, -1):
        bands = PERMUTATIONS // rows
        if 1 - (1 - threshold**rows) ** bands >= 0.94:
            return bands, rows
    return PERMUTATIONS, 1


class Index:
    """The texts seen so far. `add` asks and inserts in one step, `find` only asks."""

    def __init__(self, threshold: float, shingle: Shingle = "auto", *, native: bool = True) -> None:
        self.threshold, self.shingle = threshold, shingle
        self.bands, self.rows = bands_for(threshold)
        self.short: dict[bytes, int] = {}
        """XXH3-128 of each text shorter than a shingle → how many such texts came before it."""
        self.texts: Texts = (
            _native.Index(threshold, self.bands, self.rows, SHINGLES.index(shingle))
            if native and _native is not None
            else Twin(threshold, self.bands, self.rows, shingle)
        )
        self._matched = -1

    @property
    def matched(self) -> int:
        """Which text decided the last time: its number among those that entered the index with
        shingles; -1 - n for the n-th text shorter than one."""
        return self._matched

    def __len__(self) -> int:
        """How many texts entered with their shingles."""
        return len(self.texts)

    def add(self, text: str, group: int = 0) -> float | None:
        """Similarity to the earlier text that decides, None if none is within the threshold.

        `text` must be normalised and not empty. Texts of different groups (whole numbers below
        2^60) are not compared, save those shorter than a shingle: these are held by their text.
        A text enters unless its similarity is 1.
        """
        data = text.encode("utf8", "surrogatepass")
        score = self.texts.add(data, group)
        if score is False:
            return self._look_short(data, entering=True)
        if score is not None:
            self._matched = self.texts.matched
        return score

    def find(self, text: str, group: int = 0) -> float | None:
        """What `add` would answer; nothing enters."""
        data = text.encode("utf8", "surrogatepass")
        score = self.texts.find(data, group)
        if score is False:
            return self._look_short(data, entering=False)
        if score is not None:
            self._matched = self.texts.matched
        return score

    def save(
        self, path: Path, *, first: int = 0, first_short: int = 0,
        facts: Mapping[str, Any] | None = None, more: Sequence[Section] = (),
    ) -> None:  # fmt: skip
        """Writes the texts from these numbers on, with `facts` and `more` sections beside them."""
        own = sections(self.texts, self.short, self.bands, first, first_short)
        write(path, KIND, options_of(self.threshold, self.shingle), facts or {}, [*own, *more])

    @classmethod
    def load(cls, path: Path, *, native: bool = True) -> Index:
        """The index that was saved. Raises RunError in words where the file cannot be used."""
        file = IndexFile(path)
        threshold, shingle = (file.options.get(name) for name in ("threshold", "shingle"))
        file.require(KIND, options_of(float(threshold or 0), str(shingle)))
        index = cls(float(threshold or 0), str(shingle), native=native)  # type: ignore[arg-type]
        index.take(file)
        return index

    def take(
        self, file: IndexFile, which: NDArray[np.bool_] | None = None,
        which_short: NDArray[np.bool_] | None = None,
    ) -> tuple[int, list[int]]:  # fmt: skip
        """Appends the texts of a file (or `which` of them) as they entered there.

        Returns how many with shingles there were, and the numbers there of the short ones that
        were new. Raises RunError where the file is damaged or was made with other options.
        """
        file.require(KIND, options_of(self.threshold, self.shingle))
        file.check()
        return take(self.texts, self.short, self.bands, file, which, which_short)

    def _look_short(self, data: bytes, *, entering: bool) -> float | None:
        from xxhash import xxh3_128_digest

        key = xxh3_128_digest(data)
        held = self.short.get(key)
        if held is not None:
            self._matched = -1 - held
            return 1.0
        if entering:
            self.short[key] = len(self.short)
        return None
