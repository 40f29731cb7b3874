"""The index in NumPy, for where nothing was compiled: the same answers as `native/minhash.c`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Literal

from textsynth.minhash.shingles import BLOCK, PERMUTATIONS, Shingle, mix, shingle_hashes, stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
                _link(table, key, row)
        return score

    def find(self, data: bytes, group: int = 0) -> float | Literal[False] | None:
        """As `Texts.find`."""
        hashes = shingle_hashes(data, self.shingle)
        if hashes is None:
            return False
        return self._search([key ^ group for key in self._band_keys(hashes)], hashes)

    def sets(self, start: int, stop: int) -> tuple[bytes, bytes]:
        """As `Texts.sets`."""
        import numpy as np

        sets = self._sets[start:stop]
        return np.array([len(one) // 4 for one in sets], dtype=np.uint32).tobytes(), b"".join(sets)

    def band(self, j: int) -> bytes:
        """As `Texts.band`."""
        import numpy as np

        keys = np.zeros(len(self._sets), dtype=np.uint64)
        for key, held in self._tables[j].items():
            keys[held] = key
        return keys.tobytes()

    def take_rows(self, sizes: bytes, hashes: bytes) -> None:
        """As `Texts.take_rows`."""
        import numpy as np

        ends = np.cumsum(np.frombuffer(sizes, dtype=np.uint32).astype(np.int64)) * 4
        if len(sizes) % 4 or int(ends[-1] if len(ends) else 0) != len(hashes):
            raise ValueError("sizes and hashes do not fit together")
        start = 0
        for end in ends.tolist():
            self._sets.append(hashes[start:end])
            start = end

    def take_band(self, j: int, first: int, keys: bytes) -> None:
        """As `Texts.take_band`."""
        import numpy as np

        if len(keys) != 8 * (len(self._sets) - first):
            raise ValueError("the keys do not fit the rows")
        table = self._tables[j]
        for row, key in enumerate(np.frombuffer(keys, dtype=np.uint64).tolist(), first):
            _link(table, key, row)

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
        keys: list[int] = (mix(sums) >> np.uint64(4)).tolist()
        return keys


def _link(table: dict[int, int | list[int]], key: int, row: int) -> None:
    held = table.setdefault(key, row)
    if isinstance(held, list):
        held.append(row)
    elif held != row:
        table[key] = [held, row]


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
