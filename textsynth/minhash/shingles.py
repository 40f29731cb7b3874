"""From a text to its set of shingle hashes: steps 1 to 4 of the specification, in NumPy."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

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
    hashes = (mix(total) >> np.uint64(32)).astype(np.uint32)
    hashes.sort()
    first = np.ones(count, dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return hashes[first]


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
    return mix(hashes + lengths.astype(np.uint64))


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


def mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    import numpy as np

    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)
