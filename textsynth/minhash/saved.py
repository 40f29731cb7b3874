"""An index on disk: the same bytes whether it was held compiled or in NumPy.

Sections, rows in the order of arrival: `sizes`, uint32, the distinct shingle hashes of each row;
`hashes`, uint32, those of all rows, sorted within a row; `keys`, uint64, band by band the key of
every row; `short`, 16 bytes each, the digests of texts shorter than a shingle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from textsynth.indexfile import IndexFile, Section
from textsynth.minhash.texts import Texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KIND = "minhash"
_ROWS = 1 << 16
"""Rows at a time, so that little is held twice."""


def options_of(threshold: float, shingle: str) -> dict[str, Any]:
    """What an index is made with; `algorithm` counts the versions of the specification."""
    return {"algorithm": 1, "threshold": float(threshold), "shingle": shingle}


def sections(
    texts: Texts, short: Mapping[bytes, int], bands: int, first: int, first_short: int
) -> list[Section]:
    """What is saved of the rows and short texts from these numbers on."""
    import numpy as np

    count = len(texts) - first

    def each(which: int) -> Iterator[bytes]:
        for start in range(first, first + count, _ROWS):
            stop = min(start + _ROWS, first + count)
            yield _as(texts.sets(start, stop)[which], "=u4", "<u4")

    def keys() -> Iterator[bytes]:
        for j in range(bands):
            yield _as(texts.band(j)[8 * first :], "=u8", "<u8")

    hashed = sum(int(np.frombuffer(sizes, "<u4").sum(dtype=np.int64)) for sizes in each(0))
    digests = [key for key, number in short.items() if number >= first_short]
    return [
        ("sizes", 4 * count, each(0)), ("hashes", 4 * hashed, each(1)),
        ("keys", 8 * count * bands, keys()), ("short", 16 * len(digests), digests),
    ]  # fmt: skip


def take(
    texts: Texts,
    short: dict[bytes, int],
    bands: int,
    file: IndexFile,
    which: NDArray[np.bool_] | None,
    which_short: NDArray[np.bool_] | None,
) -> tuple[int, list[int]]:
    """Appends what a checked file holds, or `which` of its rows and short texts.

    Returns how many rows were added, and the numbers in the file of the short texts that were new.
    """
    import numpy as np

    count = file.size("sizes") // 4
    chosen = np.ones(count, bool) if which is None else which
    before, at = len(texts), 0
    for start in range(0, count, _ROWS):
        sizes = np.frombuffer(file.read("sizes", 4 * start, 4 * _ROWS), "<u4")
        length = 4 * int(sizes.sum(dtype=np.int64))
        hashes = np.frombuffer(file.read("hashes", at, length), "<u4")
        at += length
        mine = chosen[start : start + len(sizes)]
        if not mine.all():
            hashes, sizes = hashes[np.repeat(mine, sizes)], sizes[mine]
        texts.take_rows(sizes.astype("=u4").tobytes(), hashes.astype("=u4").tobytes())
    for j in range(bands):
        keys = np.frombuffer(file.read("keys", 8 * count * j, 8 * count), "<u8")
        texts.take_band(j, before, keys[chosen].astype("=u8").tobytes())
    new = []
    digests = file.read("short")
    for number in range(len(digests) // 16):
        digest = digests[16 * number : 16 * number + 16]
        if (which_short is None or which_short[number]) and digest not in short:
            short[digest] = len(short)
            new.append(number)
    return len(texts) - before, new


def _as(data: bytes, given: str, wanted: str) -> bytes:
    import numpy as np

    if np.dtype(given) == np.dtype(wanted):
        return data
    return np.frombuffer(data, given).astype(wanted).tobytes()
