"""What a text shares with any of many references: the longest run, and the share of its n-grams.

A unit is a word, or one letter of Hangul, Han, Kana and of scripts that set no spaces; marks and
white space are none. Texts are compared by their units, in NFC and lower case, so that neither
punctuation nor the spacing of Korean hides a copy.

The references are one row of unit numbers, 4 bytes each. Each n-gram of them stands in a sorted
array of 64-bit hashes; a table of one byte for every quarter n-gram tells quickly that one is not
there. What the hashes find is compared unit by unit before it counts. Of an n-gram that stands in
more than MOST places the first MOST are kept: runs are then followed unit by unit past its ends.

Memory: 24 to 32 bytes a unit of the references, and about 100 a distinct unit.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.uint32]
    Places = NDArray[np.int64]

MOST = 64
FOLLOWED = 256
"""Runs that are followed past their n-grams at most, the longest first."""

_LETTER = (
    "\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U000323af"
)
_UNIT = re.compile(rf"(?=\w)[{_LETTER}]|[^\W_{_LETTER}]+")
_PLAIN = re.compile("[a-z0-9]+")
_PRIME = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_UNKNOWN, _APART = 0, 0xFFFFFFFF
"""Numbers of no unit: of one that no reference has, and of the place between two references."""


@dataclass(frozen=True, slots=True)
class Run:
    """The longest stretch that a text shares: `size` units from `start` on of text number `text`,
    and from `at` on of the reference. `dense`: units are letters, not words."""

    size: int
    text: int
    start: int
    reference: int
    at: int
    dense: bool


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of the `total` n-grams of text number `text` stand in one reference; the first of
    them begins at its unit `start`."""

    hits: int
    total: int
    text: int
    start: int
    reference: int
    dense: bool

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.hits / self.total


def units(text: str) -> list[str]:
    """The units of a text, in order."""
    if text.isascii():
        return _PLAIN.findall(text.lower())
    return _UNIT.findall(_folded(text))


def spans(text: str) -> list[tuple[int, int]]:
    """Where the units stand, in characters of the text in NFC."""
    return [match.span() for match in _UNIT.finditer(_folded(text))]


def dense(found: Sequence[str]) -> bool:
    """Whether a third of the units are letters of scripts that are compared letter by letter."""
    joined = "".join(found)
    if joined.isascii():
        return False
    import numpy as np

    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    single = int(np.count_nonzero(codes >= 0x2E80))
    single += int(np.count_nonzero((codes >= 0x0E00) & (codes < 0x1800)))
    return 3 * single >= len(found)


def _is_letter(unit: str) -> bool:
    return len(unit) == 1 and ("\u0e00" <= unit < "\u1800" or unit >= "\u2e80")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFC", text)
    low = plain.lower()
    if len(low) == len(plain):
        return low
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in plain)


class Overlap:
    """The references. `add` them all, then ask; each belongs to a group (a whole number)."""

    def __init__(self, words: int, characters: int) -> None:
        self.sizes = {False: words, True: characters}
        self._vocabulary: dict[str, int] = {}
        self._stream = array("I", [_APART])
        self._begins = array("q")
        self._groups = array("q")
        self._tables: dict[bool, _Table] | None = None

    def __len__(self) -> int:
        return len(self._begins)

    def add(self, found: Iterable[str], group: int = 0) -> int:
        """Takes in the units of a reference; its number."""
        known = self._vocabulary
        self._begins.append(len(self._stream))
        self._groups.append(group)
        self._stream.extend(known.setdefault(unit, len(known) + 1) for unit in found)
        self._stream.append(_APART)
        self._tables = None
        return len(self._begins) - 1

    def groups(self) -> list[int]:
        """The groups that there are."""
        return sorted(set(self._groups))

    def units_of(self, reference: int) -> int:
        """How many units a reference has."""
        following = reference + 1
        end = self._begins[following] if following < len(self._begins) else len(self._stream)
        return int(end - self._begins[reference] - 1)

    def place(self, reference: int, found: Sequence[str]) -> int:
        """Where these units stand in one reference, in its units; -1 where they do not."""
        begin, size = self._begins[reference], self._stream.itemsize
        whole = self._stream[begin : begin + self.units_of(reference)].tobytes()
        wanted = array("I", [self._vocabulary.get(unit, _UNKNOWN) for unit in found]).tobytes()
        at = whole.find(wanted)
        while at > 0 and at % size:
            at = whole.find(wanted, at + 1)
        return at // size if at >= 0 else -1

    def shared(self, texts: Sequence[Sequence[str]]) -> dict[int, tuple[Run | None, list[Share]]]:
        """Group → its longest run, and for each text its highest share; only what there is.

        `texts`: the units of each. Equal ones: the earliest text, then the first reference.
        """
        found: dict[int, tuple[Run | None, list[Share]]] = {}
        kinds = [dense(text) for text in texts]
        for kind in sorted(set(kinds)):
            for group, run, shares in self._of_kind(texts, kinds, kind):
                before, others = found.get(group, (None, []))
                if before is None or (run is not None and run.size > before.size):
                    before = run
                found[group] = (before, [*others, *shares])
        return found

    def _of_kind(
        self, texts: Sequence[Sequence[str]], kinds: Sequence[bool], kind: bool
    ) -> Iterator[tuple[int, Run | None, list[Share]]]:
        import numpy as np

        table, size = self._ready()[kind], self.sizes[kind]
        ids = array("I")
        begins: list[int] = []
        numbers = [n for n, own in enumerate(kinds) if own == kind and len(texts[n]) >= size]
        get = self._vocabulary.get
        for number in numbers:
            begins.append(len(ids))
            ids.extend([get(unit, _UNKNOWN) for unit in texts[number]])
            ids.append(_UNKNOWN)
        if not begins or not len(table.hashes):
            return
        row = np.frombuffer(ids, np.uint32)
        windows, places, cut = table.find(row, size)
        if not len(windows):
            return
        starts = np.array(begins, np.int64)
        which = np.searchsorted(starts, windows, "right") - 1
        reference = np.searchsorted(table.begins, places, "right") - 1
        groups = table.groups[reference]
        for group in np.unique(groups).tolist():
            mine = groups == group
            w, p, t, r = windows[mine], places[mine], which[mine], reference[mine]
            length, window, place = _longest(w, p, cut, row, table.stream, size)
            text = int(np.searchsorted(starts, window, "right")) - 1
            ref = int(np.searchsorted(table.begins, place, "right")) - 1
            run = Run(
                length, numbers[text], window - begins[text], ref,
                place - int(table.begins[ref]), kind,
            )  # fmt: skip
            totals = {k: len(texts[number]) - size + 1 for k, number in enumerate(numbers)}
            shares = [
                Share(hits, totals[k], numbers[k], first - begins[k], ref, kind)
                for k, ref, hits, first in _most(t, r, w, len(table.begins))
            ]
            yield group, run, shares

    def _ready(self) -> dict[bool, _Table]:
        if self._tables is None:
            import numpy as np

            stream = np.frombuffer(self._stream.tobytes(), np.uint32)
            begins = np.frombuffer(self._begins.tobytes(), np.int64)
            groups = np.frombuffer(self._groups.tobytes(), np.int64)
            letters = np.zeros(len(self._vocabulary) + 1, np.bool_)
            for unit, number in self._vocabulary.items():
                letters[number] = _is_letter(unit)
            self._tables = {
                kind: _Table(stream, begins, groups, letters, size, kind)
                for kind, size in self.sizes.items()
            }
        return self._tables


class _Table:
    """Every n-gram of the references, of words or of letters, and where it stands."""

    def __init__(
        self, stream: Ids, begins: Places, groups: Places, letters: NDArray[np.bool_],
        size: int, kind: bool,
    ) -> None:  # fmt: skip
        import numpy as np

        self.stream, self.begins, self.groups, self.size = stream, begins, groups, size
        hashes = grams(stream, size)
        apart = np.concatenate(([0], np.cumsum(stream == _APART)))
        whole = apart[size:] == apart[:-size] if len(hashes) else np.zeros(0, np.bool_)
        # A text of words has few letters in it and the other way round: one table for each.
        known = np.where(stream == _APART, 0, stream)
        count = np.concatenate(([0], np.cumsum(letters[known])))
        inside = (count[size:] - count[:-size]) if len(hashes) else np.zeros(0, np.int64)
        whole &= (5 * inside >= size) if kind else (5 * inside <= 4 * size)
        places = np.flatnonzero(whole)
        order = np.argsort(hashes[places], kind="stable")
        places, hashes = places[order], hashes[places][order]
        new = np.ones(len(hashes), np.bool_)
        new[1:] = hashes[1:] != hashes[:-1]
        first = np.flatnonzero(new)
        rank = np.arange(len(hashes)) - np.repeat(first, np.diff([*first.tolist(), len(hashes)]))
        kept = rank < MOST
        self.places = places[kept].astype(np.uint32 if len(stream) < 1 << 32 else np.int64)
        self.first = np.concatenate((np.flatnonzero(new[kept]), [int(kept.sum())]))
        self.hashes = hashes[first]
        bits = max(10, (4 * len(self.hashes)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._there = np.zeros(1 << bits, np.bool_)
        self._there[self.hashes >> self._shift] = True

    def find(self, row: Ids, size: int) -> tuple[Places, Places, NDArray[np.bool_]]:
        """(window, place) for every n-gram of `row` that stands there, unit by unit the same; and
        for each n-gram of `row` whether some of its places were left out."""
        import numpy as np

        hashes = grams(row, size)
        maybe = np.flatnonzero(self._there[hashes >> self._shift])
        if len(maybe):
            at = np.searchsorted(self.hashes, hashes[maybe])
            at[at == len(self.hashes)] = 0
            same = self.hashes[at] == hashes[maybe]
            maybe, at = maybe[same], at[same]
        cut = np.zeros(len(hashes), np.bool_)
        if not len(maybe):
            return maybe, maybe, cut
        low = self.first[at]
        many = self.first[at + 1] - low
        cut[maybe] = many == MOST
        windows = np.repeat(maybe, many)
        inside = np.arange(len(windows)) - np.repeat(np.cumsum(many) - many, many)
        places = self.places[np.repeat(low, many) + inside].astype(np.int64)
        right = np.ones(len(windows), np.bool_)
        for step in range(size):
            right &= self.stream[places + step] == row[windows + step]
        return windows[right], places[right], cut


def grams(row: Ids, size: int) -> NDArray[np.uint64]:
    """The hash of each `size` units in a row: a polynomial modulo 2^64, mixed."""
    import numpy as np

    count = len(row) - size + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    # Sums over 1, 2, 4 … units, put together as the bits of `size` say.
    power, width = row.astype(np.uint64), 1
    total: NDArray[np.uint64] | None = None
    done, left = 0, size
    while True:
        if left & 1:
            part = power[done : done + count]
            factor = np.uint64(pow(_PRIME, width, 1 << 64))
            total = part if total is None else total * factor + part
            done += width
        left >>= 1
        if not left:
            break
        factor = np.uint64(pow(_PRIME, width, 1 << 64))
        power = power[:-width] * factor + power[width:]
        width *= 2
    assert total is not None
    total = total ^ total >> np.uint64(30)
    total = total * np.uint64(0xBF58476D1CE4E5B9)
    mixed: NDArray[np.uint64] = total ^ total >> np.uint64(27)
    return mixed * np.uint64(0x94D049BB133111EB)


def _longest(
    windows: Places, places: Places, cut: NDArray[np.bool_], row: Ids, stream: Ids, size: int
) -> tuple[int, int, int]:
    """(units, window, place) of the longest run; of equal ones the first of the text."""
    import numpy as np

    order = np.lexsort((windows, places - windows))
    w, p = windows[order], places[order]
    new = np.ones(len(w), np.bool_)
    new[1:] = (np.diff(p - w) != 0) | (np.diff(w) != 1)
    first = np.flatnonzero(new)
    many = np.diff([*first.tolist(), len(w)])
    w, p, lengths = w[first], p[first], many + size - 1
    best = int(np.lexsort((p, w, -lengths))[0])
    found = (-int(lengths[best]), int(w[best]), int(p[best]))
    if not cut.any():
        return -found[0], *found[1:]
    # Beside an n-gram with places left out, a run may go on.
    sides = np.concatenate(([False], cut, [False]))
    open_ended = np.flatnonzero(sides[w] | sides[w + many + 1])
    for k in open_ended[np.argsort(-lengths[open_ended], kind="stable")][:FOLLOWED].tolist():
        followed = _followed(int(w[k]), int(p[k]), int(lengths[k]), row, stream)
        found = min(found, followed)
    return -found[0], *found[1:]


def _followed(window: int, place: int, length: int, row: Ids, stream: Ids) -> tuple[int, int, int]:
    """(-units, window, place) of a run that is followed to both of its ends."""
    while window and place and row[window - 1] == stream[place - 1] != _UNKNOWN:
        window, place, length = window - 1, place - 1, length + 1
    while (
        window + length < len(row)
        and place + length < len(stream)
        and row[window + length] == stream[place + length] != _UNKNOWN
    ):
        length += 1
    return -length, window, place


def _most(
    texts: Places, references: Places, windows: Places, count: int
) -> Iterator[tuple[int, int, int, int]]:
    """(text, reference, distinct windows, the first of them): for each text the reference that
    has most of its n-grams, of equal ones the first."""
    import numpy as np

    pair = texts * count + references
    order = np.lexsort((windows, pair))
    pair, windows = pair[order], windows[order]
    new = np.ones(len(pair), np.bool_)
    new[1:] = (pair[1:] != pair[:-1]) | (windows[1:] != windows[:-1])
    pair, windows = pair[new], windows[new]
    owners, first, hits = np.unique(pair, return_index=True, return_counts=True)
    best: dict[int, tuple[int, int, int, int]] = {}
    for owner, begin, number in zip(owners.tolist(), first.tolist(), hits.tolist(), strict=True):
        text, reference = divmod(owner, count)
        if text not in best or number > best[text][2]:
            best[text] = (text, reference, number, int(windows[begin]))
    yield from best.values()
