"""The texts of one field that were seen so far: by their digests, or by their shingles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from textsynth.indexfile import IndexFile, write
from textsynth.minhash import Index, Shingle, normalised
from textsynth.minhash.saved import KIND as SHINGLES
from textsynth.minhash.saved import options_of
from textsynth.quality._labels import FOREIGN, Labels, kept_in

DIGESTS = "digests"


@dataclass(frozen=True, slots=True)
class Match:
    """The earlier row that says the same."""

    known: bool
    """Whether it is a row of another dataset."""
    score: float | None
    details: Mapping[str, Any]


class Seen(Protocol):
    """Texts with their rows. Foreign rows come first, `begin` starts those of the run."""

    kind: str
    options: Mapping[str, Any]

    def form(self, text: str) -> str:
        """A text as the other methods want it; "" where there is nothing in it."""
        ...

    def ahead(self, texts: Sequence[str]) -> None:
        """These texts come next: what is asked for them is asked for all at once."""
        ...

    def add(
        self, text: str, row: str, number: int = FOREIGN, source: str = "", group: int = 0
    ) -> Match | None:
        """The earlier row that says the same as a normalised text, which enters.

        Only shingles know groups: texts of different ones are not compared.
        """
        ...

    def find(self, text: str, group: int = 0) -> Match | None:
        """As `add`; nothing enters."""
        ...

    @property
    def last(self) -> int | None:
        """The entry that `add` made last; None where it made none."""
        ...

    def keep(self, entry: int) -> None:
        """The row of an entry was kept."""
        ...

    def begin(self) -> None:
        """From here on rows are the run's own."""
        ...

    def save(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Writes the entries since `begin`."""
        ...

    def take(self, file: IndexFile, source: str = "") -> None:
        """Appends the kept rows of a file, as rows of `source` or of those it names.

        Raises RunError where the file cannot be used.
        """
        ...

    def __len__(self) -> int: ...


class Digests:
    """Equal texts, by the XXH3-128 of each."""

    kind = DIGESTS

    def __init__(self) -> None:
        self.options: Mapping[str, Any] = {"normal": 1}
        self._held: dict[bytes, int] = {}
        self._labels = Labels()
        self._own, self._last = 0, -1

    def __len__(self) -> int:
        return len(self._held)

    def form(self, text: str) -> str:
        """As `Seen.form`."""
        return normalised(text)

    def ahead(self, texts: Sequence[str]) -> None:
        """Asks nothing."""

    def add(
        self, text: str, row: str, number: int = FOREIGN, source: str = "", group: int = 0
    ) -> Match | None:
        """As `Seen.add`."""
        key = _digest(text)
        held = self._held.get(key)
        self._last = -1
        if held is not None:
            return self._match(held)
        self._held[key] = self._last = len(self._labels)
        self._labels.add(row, number, source)
        return None

    def find(self, text: str, group: int = 0) -> Match | None:
        """As `Seen.find`."""
        held = self._held.get(_digest(text))
        return None if held is None else self._match(held)

    def _match(self, entry: int) -> Match:
        return Match(entry < self._own, None, self._labels.about(entry, self._own))

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
        """As `Seen.save`."""
        keys = b"".join(key for key, entry in self._held.items() if entry >= self._own)
        named = {**facts, "sources": {"digest": self._labels.sources(self._own)}}
        sections = [("digests", len(keys), (keys,)), *self._labels.sections("digest", self._own)]
        write(path, self.kind, self.options, named, sections)

    def take(self, file: IndexFile, source: str = "") -> None:
        """As `Seen.take`."""
        file.require(self.kind, self.options)
        file.check()
        keys, kept, new = file.read("digests"), kept_in(file, "digest"), []
        for number in range(len(keys) // 16):
            key = keys[16 * number : 16 * number + 16]
            if kept[number] and key not in self._held:
                self._held[key] = len(self._held)
                new.append(number)
        self._labels.take(file, "digest", new, source)


class Shingles:
    """Nearly equal texts, by the index of minhash."""

    kind = SHINGLES

    def __init__(self, threshold: float, shingle: Shingle, *, native: bool = True) -> None:
        self.options: Mapping[str, Any] = options_of(threshold, shingle)
        self.index = Index(threshold, shingle, native=native)
        self._long, self._short = Labels(), Labels()
        self._own = self._own_short = 0
        self._last: int | None = None

    def __len__(self) -> int:
        return len(self._long) + len(self._short)

    def form(self, text: str) -> str:
        """As `Seen.form`."""
        return normalised(text)

    def ahead(self, texts: Sequence[str]) -> None:
        """Asks nothing."""

    def add(
        self, text: str, row: str, number: int = FOREIGN, source: str = "", group: int = 0
    ) -> Match | None:
        """As `Seen.add`."""
        score = self.index.add(text, group)
        self._last = None
        if len(self.index) > len(self._long):
            self._last = len(self._long)
            self._long.add(row, number, source)
        elif len(self.index.short) > len(self._short):
            self._last = -1 - len(self._short)
            self._short.add(row, number, source)
        return None if score is None else self._match(score)

    def find(self, text: str, group: int = 0) -> Match | None:
        """As `Seen.find`."""
        score = self.index.find(text, group)
        return None if score is None else self._match(score)

    def _match(self, score: float) -> Match:
        entry = self.index.matched
        if entry >= 0:
            return Match(entry < self._own, score, self._long.about(entry, self._own))
        entry = -1 - entry
        return Match(entry < self._own_short, score, self._short.about(entry, self._own_short))

    @property
    def last(self) -> int | None:
        """As `Seen.last`: a text shorter than a shingle has -1 - n."""
        return self._last

    def keep(self, entry: int) -> None:
        """As `Seen.keep`."""
        if entry < 0:
            self._short.keep(-1 - entry)
        else:
            self._long.keep(entry)

    def begin(self) -> None:
        """As `Seen.begin`."""
        self._own, self._own_short = len(self._long), len(self._short)

    def save(self, path: Path, facts: Mapping[str, Any]) -> None:
        """As `Seen.save`."""
        sources = {
            "long": self._long.sources(self._own),
            "short": self._short.sources(self._own_short),
        }
        more = [
            *self._long.sections("long", self._own), *self._short.sections("short", self._own_short)
        ]  # fmt: skip
        self.index.save(
            path, first=self._own, first_short=self._own_short,
            facts={**facts, "sources": sources}, more=more,
        )  # fmt: skip

    def take(self, file: IndexFile, source: str = "") -> None:
        """As `Seen.take`."""
        file.require(self.kind, self.options)
        kept = kept_in(file, "long")
        _, short = self.index.take(file, kept, kept_in(file, "short"))
        self._long.take(file, "long", kept.nonzero()[0].tolist(), source)
        self._short.take(file, "short", short, source)


def _digest(text: str) -> bytes:
    from xxhash import xxh3_128_digest

    return xxh3_128_digest(text.encode("utf8", "surrogatepass"))
