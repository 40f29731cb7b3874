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

import functools
import importlib
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Shingle = Literal["auto", "word-3", "char-3", "char-5", "single"]

SHINGLES: tuple[Shingle, ...] = ("auto", "word-3", "char-3", "char-5", "single")
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


def _compiled() -> Any:
    """The compiled index, or None where it was not built or cannot be loaded."""
    try:
        return importlib.import_module("textsynth._minhash")
    except ImportError:
        return None


_native = _compiled()


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

    def __init__(self, threshold: float, shingle: Shingle = "auto", *, native: bool = True) -> None:
        self.threshold, self.shingle = threshold, shingle
        self.bands, self.rows = bands_for(threshold)
        self._short: set[bytes] = set()
        self._texts: Texts = (
            _native.Index(threshold, self.bands, self.rows, SHINGLES.index(shingle))
            if native and _native is not None
            else Twin(threshold, self.bands, self.rows, shingle)
        )
        self._matched = -1

    @property
    def matched(self) -> int:
        """Which text decided the last time: its number among those that entered the index with
        shingles, -1 for a text shorter than one."""
        return self._matched

    def __len__(self) -> int:
        """How many texts entered with their shingles."""
        return len(self._texts)

    def add(self, text: str, group: int = 0) -> float | None:
        """Similarity to the earlier text that decides, None if none is within the threshold.

        `text` must be normalised and not empty. Texts of different groups (whole numbers below
        2^60) are not compared, save those shorter than a shingle: these are held by their text.
        """
        data = text.encode("utf8", "surrogatepass")
        score = self._texts.add(data, group)
        if score is False:
            return self._add_short(data)
        if score is not None:
            self._matched = self._texts.matched
        return score

    def _add_short(self, data: bytes) -> float | None:
        from xxhash import xxh3_128_digest

        key = xxh3_128_digest(data)
        if key in self._short:
            self._matched = -1
            return 1.0
        self._short.add(key)
        return None


class Texts(Protocol):
    """What holds the texts that are long enough: the compiled one or `Twin`."""

    matched: int

    def add(self, data: bytes, group: int = 0) -> float | Literal[False] | None:
        """As `Index.add`, of UTF-8; False for a text shorter than a shingle."""
        ...

    def keys(self, data: bytes) -> list[int]:
        """The keys of a text's bands."""
        ...

    def shingles(self, data: bytes) -> bytes:
        """The set of a text, as the bytes of native uint32."""
        ...

    def __len__(self) -> int: ...


class Twin:
    """The same in NumPy as in `native/minhash.c`, for where nothing was compiled."""

    def __init__(self, threshold: float, bands: int, rows: int, shingle: Shingle) -> None:
        import numpy as np

        self.threshold, self.bands, self.rows, self.shingle = threshold, bands, rows, shingle
        self.matched = -1
        self._sets: list[bytes] = []
        self._tables: list[dict[int, int | list[int]]] = [{} for _ in range(self.bands)]
        seeds = list(islice(stream(1), PERMUTATIONS))
        self._a = np.array([s >> 32 | 1 for s in seeds], dtype=np.uint32)[:, None]
        self._b = np.array([s & 0xFFFFFFFF for s in seeds], dtype=np.uint32)[:, None]
        self._c = np.array([s | 1 for s in islice(stream(2), self.rows)], dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._sets)

    def add(self, data: bytes, group: int = 0) -> float | Literal[False] | None:
        """As `Texts.add`."""
        hashes = shingle_hashes(data, self.shingle)
        if hashes is None:
            return False
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

    def keys(self, data: bytes) -> list[int]:
        """The keys of a text's bands; empty for a text shorter than a shingle."""
        hashes = shingle_hashes(data, self.shingle)
        return [] if hashes is None else self._band_keys(hashes)

    def shingles(self, data: bytes) -> bytes:
        """The set of a text, as the bytes of native uint32."""
        hashes = shingle_hashes(data, self.shingle)
        return b"" if hashes is None else hashes.tobytes()

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


def shingle_hashes(data: bytes, shingle: Shingle) -> NDArray[np.uint32] | None:
    """The sorted distinct shingle hashes of a normalised text; None if it is shorter than one."""
    import numpy as np

    if not data.isascii():
        text = WIDE_GAPS.sub(" ", data.decode("utf8", "surrogatepass"))
        data = text.encode("utf8", "surrogatepass")
    pieces = data.translate(_GAP_TABLE).split()
    codes, spaced = None, ""
    auto = shingle in ("auto", "single")
    if shingle != "word-3" and not (auto and data.isascii()):
        spaced = b" ".join(pieces).decode("utf8", "surrogatepass")
        codes = _codes(spaced)
        if auto and not _is_dense(codes):
            codes = None
    if codes is None:
        size = 1 if shingle == "single" else 3
        units = _piece_units(pieces)
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


def _piece_units(pieces: list[bytes]) -> NDArray[np.uint64]:
    """The hash of each piece: all polynomials at once, from the sums of one long one."""
    import numpy as np

    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    ends = np.cumsum(lengths)
    whole = np.frombuffer(b"".join(pieces), dtype=np.uint8).astype(np.uint64)
    down, up = _powers(1 << max(10, len(whole).bit_length()))
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(whole * down[: len(whole)])))
    # sums holds b_i / P^i: what lies between two places, times P^(end - 1), is the polynomial.
    hashes = (sums[ends] - sums[ends - lengths]) * up[ends - 1]
    return _mix(hashes + lengths.astype(np.uint64))


@functools.lru_cache(maxsize=4)
def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """1, 1/P, 1/P^2 … and 1, P, P^2 … modulo 2^64."""
    import numpy as np

    both = []
    for factor in (pow(PRIME, -1, 1 << 64), PRIME):
        steps = np.full(count, factor, dtype=np.uint64)
        steps[0] = 1
        both.append(np.cumprod(steps))
    return both[0], both[1]


def _codes(text: str) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _char_units(text: str) -> NDArray[np.uint64]:
    """Code points, with each run of digits as one unit."""
    import numpy as np

    parts = [
        _piece_units([part.encode()]) if i % 2 else _codes(part)
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
