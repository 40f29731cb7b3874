"""Which row each entry of an index is: its id, its number, its source, and whether it was kept."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from textsynth.indexfile import IndexFile, Section

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOREIGN = -1
"""The number of a row of another dataset."""


class Labels:
    """About 40 bytes an entry: the ids in one stretch of bytes, not as an object each."""

    def __init__(self) -> None:
        self._ids = bytearray()
        self._ends = array("Q")
        self._numbers = array("q")
        self._kept = bytearray()
        self._sources: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, name: str, number: int = FOREIGN, source: str = "") -> None:
        """The next entry: the row's id, its number in the run, or the source that it is from."""
        if source and (not self._sources or self._sources[-1][1] != source):
            self._sources.append((len(self), source))
        self._ids += name.encode("utf8", "surrogatepass")
        self._ends.append(len(self._ids))
        self._numbers.append(number)
        self._kept.append(bool(source))

    def keep(self, entry: int) -> None:
        """Notes that the row was kept."""
        self._kept[entry] = 1

    def about(self, entry: int, own: int) -> dict[str, Any]:
        """What to say of an entry, where those from `own` on are rows of the run itself."""
        start = self._ends[entry - 1] if entry else 0
        name = self._ids[start : self._ends[entry]].decode("utf8", "surrogatepass")
        if entry >= own:
            return {"row": name, "index": self._numbers[entry]}
        source = next((s for at, s in reversed(self._sources) if at <= entry), "")
        return {"row": name, "source": source}

    def sections(self, prefix: str, first: int) -> list[Section]:
        """The entries from `first` on, for a file."""
        import numpy as np

        start = self._ends[first - 1] if first else 0
        ids = bytes(self._ids[start:])
        ends = (np.array(self._ends[first:], "<u8") - np.uint64(start)).tobytes()
        numbers = np.array(self._numbers[first:], "<i8").tobytes()
        kept = bytes(self._kept[first:])
        named = {"ids": ids, "ends": ends, "numbers": numbers, "kept": kept}
        return [(f"{prefix}_{name}", len(data), (data,)) for name, data in named.items()]

    def sources(self, first: int) -> list[list[Any]]:
        """[number of the first entry, source] for a file that begins at the entry `first`."""
        return [[max(at - first, 0), source] for at, source in self._sources]

    def take(
        self, file: IndexFile, prefix: str, which: Sequence[int], source: str,
    ) -> None:  # fmt: skip
        """Appends entries of a file as foreign rows: of `source`, or of the sources it names."""
        import numpy as np

        ids = file.read(f"{prefix}_ids")
        ends = np.frombuffer(file.read(f"{prefix}_ends"), "<u8")
        named = file.facts.get("sources", {}).get(prefix, [])
        chosen = np.asarray(which, np.int64)
        for at, name in [(0, source)] if source else named:
            first = int(np.searchsorted(chosen, at))
            if first < len(chosen):
                self._sources.append((len(self) + first, name))
        begins = np.concatenate((np.zeros(1, "<u8"), ends[:-1]))[chosen] if len(ends) else ends
        lengths = (ends[chosen] - begins).tolist() if len(ends) else []
        base = len(self._ids)
        if len(chosen) == len(ends):
            self._ids += ids
        else:
            for begin, length in zip(begins.tolist(), lengths, strict=True):
                self._ids += ids[begin : begin + length]
        self._ends.extend(base + end for end in accumulate(lengths))
        self._numbers.extend([FOREIGN] * len(lengths))
        self._kept += b"\1" * len(lengths)


def kept_in(file: IndexFile, prefix: str) -> NDArray[np.bool_]:
    """Which entries of a file were kept."""
    import numpy as np

    return np.frombuffer(file.read(f"{prefix}_kept"), np.uint8).astype(bool)
