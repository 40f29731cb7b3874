"""Finds, for each text in turn, an earlier text whose shingles overlap with its own (MinHash, LSH).

The algorithm, exactly, so that a compiled kernel can give the same answers. All whole numbers are
unsigned; `mix` is the finaliser of splitmix64; `stream(s)` is splitmix64 started at s.

1. Text: NFC, case-folded, white space collapsed (`normalised`). Then the ASCII characters in
   GAPS and the non-ASCII ones in WIDE_GAPS become spaces, and white space is collapsed again.
   + - / = < > % and digits stay: `3 + 4` and `3 - 4` are different texts.
2. Shingle: `auto` is char-3 if at least a third of the characters other than spaces are in the
   ranges DENSE, else word-3; `single` is then char-2, else word-1.
3. Units: for word-k the XXH3-64 (seed 0, UTF-8) of each piece between spaces; for char-k the code
   points, spaces included, where a run of ASCII digits is one unit, hashed like a word. Fewer than
   k units: the text is compared by the XXH3-128 of its normalised form (before GAPS) alone, among
   such texts, with similarity 1.
4. Shingle hash of units u0..uk-1: mix(u0 * P^(k-1) + ... + uk-1 mod 2^64) >> 32, with P = PRIME.
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

State per row: 4 bytes per distinct shingle, 41 for their holder, and B dict entries of 60 to 100
bytes, key and slot: with 16 bands 1.0 to 1.6 KB a row besides the shingles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Shingle = Literal["auto", "word-3", "char-3", "char-5", "single"]

PERMUTATIONS = 128
BLOCK = 512  # shingles at a time: what fits the cache of a core
PRIME = 0x9E3779B97F4A7C55
MASK = (1 << 64) - 1

GAPS = "!\"#'()*,.:;?[]_`{|}~"
WIDE_GAPS = re.compile(
    "[\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e\u3001-\u3003\u3008-\u301f\u30fb"
    "\uff01-\uff0c\uff0e\uff0f\uff1a\uff1b\uff1f\uff3b-\uff40\uff5b-\uff65]"
)
DENSE = ((0x0E00, 0x0EFF), (0x1000, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xA960, 0xA97F),
         (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x323AF))  # fmt: skip

_DIGITS = re.compile("([0-9]+)")
_GAP_TABLE = bytes.maketrans(GAPS.encode(), b" " * len(GAPS))


def normalised(text: str) -> str:
    """NFC, case-folded, white space collapsed. Numbers and punctuation stay as they are."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def stream(state: int) -> Iterator[int]:
    """Splitmix64: 64-bit numbers, always the same ones for the same start."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        yield z ^ z >> 31


def bands_for(threshold: float) -> tuple[int, int]:
    """(bands, rows per band): the most selective split that still finds pairs at the threshold."""
    for rows in range(PERMUTATIONS, 1, -1):
        bands = PERMUTATIONS // rows
        if 1 - (1 - threshold**rows) ** bands >= 0.94:
            return bands, rows
    return PERMUTATIONS, 1


class Index:
    """The texts seen so far. `add` asks and inserts in one step."""

    def __init__(self, threshold: float, shingle: Shingle = "auto") -> None:
        import numpy as np

        self.threshold, self.shingle = threshold, shingle
        self.matched = -1
        """Which text decided the last time: its number among those that entered the index with
        shingles, -1 for a text shorter than one."""
        self.bands, self.rows = bands_for(threshold)
        self._sets: list[bytes] = []
        self._short: set[bytes] = set()
        self._tables: list[dict[int, int | list[int]]] = [{} for _ in range(self.bands)]
        seeds = list(islice(stream(1), PERMUTATIONS))
        self._a = np.array([s >> 32 | 1 for s in seeds], dtype=np.uint32)[:, None]
        self._b = np.array([s & 0xFFFFFFFF for s in seeds], dtype=np.uint32)[:, None]
        self._c = np.array([s | 1 for s in islice(stream(2), self.rows)], dtype=np.uint64)

    def __len__(self) -> int:
        """How many texts entered with their shingles."""
        return len(self._sets)

    def add(self, text: str, group: int = 0) -> float | None:
        """Similarity to the earlier text that decides, None if none is within the threshold.

        `text` must be normalised and not empty. Texts of different groups (whole numbers below
        2^60) are not compared, save those shorter than a shingle: these are held by their text.
        """
        hashes = shingle_hashes(text, self.shingle)
        if hashes is None:
            return self._add_short(text)
        keys = [key ^ group for key in self._band_keys(hashes)]
        score = self._search(keys, hashes)
        if score != 1.0:
            row = len(self._sets)
            self._sets.append(hashes.tobytes())
            for table, key in zip(self._tables, keys, strict=True):
                held = table.setdefault(key, row)
                if isinstance(held, list):
                    held.append(row)
                elif held != row:
                    table[key] = [held, row]
        return score

    def _add_short(self, text: str) -> float | None:
        from xxhash import xxh3_128_digest

        key = xxh3_128_digest(text.encode("utf8", "surrogatepass"))
        if key in self._short:
            self.matched = -1
            return 1.0
        self._short.add(key)
        return None

    def _search(self, keys: list[int], hashes: NDArray[np.uint32]) -> float | None:
        seen: set[int] = set()
        for table, key in zip(self._tables, keys, strict=True):
            held = table.get(key)
            if held is None:
                continue
            for row in held if isinstance(held, list) else (held,):
                if row in seen:
                    continue
                seen.add(row)
                score = jaccard(self._sets[row], hashes, self.threshold)
                if score >= self.threshold:
                    self.matched = row
                    return score
        return None

    def _band_keys(self, hashes: NDArray[np.uint32]) -> list[int]:
        import numpy as np

        signature = ((hashes[:BLOCK] ^ self._b) * self._a).min(axis=1)
        for start in range(BLOCK, len(hashes), BLOCK):
            block = ((hashes[start : start + BLOCK] ^ self._b) * self._a).min(axis=1)
            signature = np.minimum(signature, block)
        rows = signature[: self.bands * self.rows].reshape(self.bands, self.rows)
        sums = (rows.astype(np.uint64) * self._c).sum(axis=1, dtype=np.uint64)
        keys: list[int] = (_mix(sums) >> np.uint64(4)).tolist()
        return keys


def shingle_hashes(text: str, shingle: Shingle) -> NDArray[np.uint32] | None:
    """The sorted distinct shingle hashes of a normalised text; None if it is shorter than one."""
    import numpy as np
    from xxhash import xxh3_64_intdigest

    if not text.isascii():
        text = WIDE_GAPS.sub(" ", text)
    data = text.encode("utf8", "surrogatepass").translate(_GAP_TABLE)
    pieces = data.split()
    codes, spaced = None, ""
    auto = shingle in ("auto", "single")
    if shingle != "word-3" and not (auto and text.isascii()):
        spaced = b" ".join(pieces).decode("utf8", "surrogatepass")
        codes = _codes(spaced)
        if auto and not _is_dense(codes):
            codes = None
    if codes is None:
        size = 1 if shingle == "single" else 3
        units = np.fromiter(map(xxh3_64_intdigest, pieces), dtype=np.uint64, count=len(pieces))
    else:
        size = {"char-5": 5, "single": 2}.get(shingle, 3)
        units = _char_units(spaced) if _DIGITS.search(spaced) else codes.astype(np.uint64)
    count = len(units) - size + 1
    if count < 1:
        return None
    total = units[:count]
    for i in range(1, size):
        total = total * np.uint64(PRIME) + units[i : i + count]
    hashes = (_mix(total) >> np.uint64(32)).astype(np.uint32)
    hashes.sort()
    first = np.ones(count, dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return hashes[first]


def jaccard(earlier: bytes, hashes: NDArray[np.uint32], threshold: float) -> float:
    """Exact similarity of two sorted sets; 0 if their sizes alone rule the threshold out."""
    import numpy as np

    few, many = sorted((len(earlier) // 4, len(hashes)))
    if few / many < threshold:
        return 0.0
    both = np.concatenate((np.frombuffer(earlier, dtype=np.uint32), hashes))
    both.sort()
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (len(both) - shared)


def _codes(text: str) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _char_units(text: str) -> NDArray[np.uint64]:
    """Code points, with each run of digits as one unit."""
    import numpy as np
    from xxhash import xxh3_64_intdigest

    parts = [
        np.array([xxh3_64_intdigest(part.encode())], dtype=np.uint64) if i % 2 else _codes(part)
        for i, part in enumerate(_DIGITS.split(text))
    ]
    return np.concatenate(parts, dtype=np.uint64)


def _is_dense(codes: NDArray[np.uint32]) -> bool:
    import numpy as np

    dense = sum(int(np.count_nonzero((codes >= low) & (codes <= high))) for low, high in DENSE)
    return dense > 0 and 3 * dense >= int(np.count_nonzero(codes != 32))


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    import numpy as np

    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)
