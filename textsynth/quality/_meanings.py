"""The texts of one field that were seen so far, by their vectors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from textsynth.embedding.nearest import Nearest
from textsynth.indexfile import IndexFile, write
from textsynth.quality._facts import bag_of, mark_of
from textsynth.quality._labels import FOREIGN, Labels, kept_in
from textsynth.quality._seen import Match

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KIND = "vectors"
_ROWS = 1 << 14


class Source(Protocol):
    """Where vectors come from."""

    name: str
    ordered: bool
    """Whether the order of the words makes a difference to the vector."""

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n x d, of unit length."""
        ...


class Meanings:
    """Texts that say the same, by cosine, where their marks allow it. As `Seen` has it."""

    kind = KIND

    def __init__(self, threshold: float, source: Source, same: Collection[str]) -> None:
        self.options: Mapping[str, Any] = {
            "vectors": source.name, "same": sorted(same), "rounding": 1,
        }  # fmt: skip
        self._source, self._same = source, frozenset(same)
        self._index = Nearest(threshold)
        self._labels = Labels()
        self._own, self._last = 0, -1

    def __len__(self) -> int:
        return len(self._labels)

    def form(self, text: str) -> str:
        """White space collapsed; capitals stay, as names have them."""
        return " ".join(text.split())

    def ahead(self, texts: Sequence[str]) -> None:
        """Asks for the vectors of these texts in few requests."""
        self._source.vectors(texts)

    def add(
        self, text: str, row: str, number: int = FOREIGN, source: str = "", group: int = 0
    ) -> Match | None:
        """As `Seen.add`; a text with an equal vector and equal marks before it does not enter."""
        vector, marks = self._of(text)
        found = self._index.find(vector, marks)
        self._last = -1
        if found is None or found[1] < 1.0:
            self._index.add(vector, marks)
            self._last = len(self._labels)
            self._labels.add(row, number, source)
        return None if found is None else self._match(*found)

    def find(self, text: str, group: int = 0) -> Match | None:
        """As `Seen.find`."""
        found = self._index.find(*self._of(text))
        return None if found is None else self._match(*found)

    def _of(self, text: str) -> tuple[NDArray[np.float32], tuple[int, int, int]]:
        bag = (0, 0) if self._source.ordered else bag_of(text)
        return self._source.vectors([text])[0], (mark_of(text, self._same), *bag)

    def _match(self, entry: int, cosine: float) -> Match:
        about = self._labels.about(entry, self._own)
        return Match(entry < self._own, round(cosine, 4), about)

    @property
    def last(self) -> int | None:
        """As `Seen.last`."""
        return self._last if self._last >= 0 else None

    def keep(self, entry: int) -> None:
        """As `Seen.keep`."""
        self._labels.keep(entry)

    def begin(self) -> None:
        """As `Seen.begin`."""
        self._own = len(self._labels)

    def save(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Sections `vectors`, int8, row by row, `marks`, int64, three a row, and the labels."""
        vectors, marks = self._index.whole()
        data = [vectors[self._own :].tobytes(), marks[self._own :].astype("<i8").tobytes()]
        named = {
            **facts, "width": vectors.shape[1],
            "sources": {"vector": self._labels.sources(self._own)},
        }  # fmt: skip
        own = [(name, len(held), (held,)) for name, held in zip(("vectors", "marks"), data,
                                                                strict=True)]  # fmt: skip
        labels = self._labels.sections("vector", self._own)
        write(path, self.kind, self.options, named, [*own, *labels])

    def take(self, file: IndexFile, source: str = "") -> None:
        """As `Seen.take`."""
        import numpy as np

        file.require(self.kind, self.options)
        file.check()
        width = int(file.facts["width"])
        if not width:
            return
        kept = kept_in(file, "vector")
        for start in range(0, len(kept), _ROWS):
            held = np.frombuffer(file.read("vectors", start * width, _ROWS * width), np.int8)
            marked = np.frombuffer(file.read("marks", 24 * start, 24 * _ROWS), "<i8")
            chosen = kept[start : start + _ROWS]
            vectors = held.reshape(-1, width)[chosen].astype(np.float32)
            for vector, (a, b, c) in zip(
                vectors, marked.reshape(-1, 3)[chosen].tolist(), strict=True
            ):
                self._index.add_whole(vector, (a, b, c))
        self._labels.take(file, "vector", kept.nonzero()[0].tolist(), source)
