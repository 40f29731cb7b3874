"""Finds known values in a text, in any of their usual spellings, in a fraction of a millisecond.

Numbers (six digits or more) are compared digit by digit, whatever parts them. Other values are
compared without case: where one ends in a letter or digit of an alphabet that parts its words, the
word must end there too, so `Minute` holds no `Min`; Hangul and Chinese, to which particles are
joined, count anywhere. Three syllables of Hangul, most Korean names, count only where no word goes
on behind them but a particle or a title. What is shorter (a room number) or
ordinary (a single name that is known or is a word: James, Hope) is not looked for: it would be
found in honest texts; nor is a value that a stand-in happens to hold.

Of each value one rare run of letters is looked up in a bitmap over the hashes of all runs of the
text (as in Karp and Rabin, "Efficient randomized pattern-matching algorithms", 1987); what hits is
compared in full.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textsynth.privacy.particles import agreed
from textsynth.redaction.spellings import (
    CASELESS,
    LEAST_DIGITS,
    NAME_ENDS,
    NUMBER_GAP,
    enough,
    number_of,
    ordinary,
    spellings,
)
from textsynth.redaction.values import Values

if TYPE_CHECKING:
    import numpy as np

SIZES = (5, 4, 3, 2)
"""Lengths of the runs that are looked up, the most telling first."""

DAYS = 20_000
"""On which somebody alive and of age may be born, roughly."""

_BITS, _FACTOR = 21, 0x9E3779B1
_GROUPS = re.compile(r"[0-9]+")
_NUMBERS = re.compile(rf"[0-9](?:{NUMBER_GAP}[0-9]){{{LEAST_DIGITS - 1},}}")
_DIGITS_MOST = 24
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


APART = "\ue000"
"""A private character that no value holds: parts texts that are looked through at once."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A known value in a text: where it stands, and what may stand there instead."""

    start: int
    end: int
    kind: str
    stand_in: str


class Leaks:
    """Values that must not show up, in memory only."""

    def __init__(self) -> None:
        self._stand_ins: list[tuple[str, str]] = []
        self._numbers: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._index: dict[int, dict[str, Values]] | None = {}
        self._bitmap: np.ndarray[Any, Any] | None = None
        self.values: set[tuple[str, str]] = set()
        """(kind, normal form) of each value: what is counted."""
        self.unwatched = 0
        """How many of them are too short, or too like a stand-in, to be looked for."""

    def __bool__(self) -> bool:
        return bool(self.values)

    def __repr__(self) -> str:
        return f"Leaks({len(self.values)} values)"

    def add(self, kind: str, value: str, stand_in: str) -> None:
        """Knows one more value; the first stand-in of a value stays."""
        forms = spellings(kind, value)
        if (kind, forms[0]) in self.values:
            return
        self.values.add((kind, forms[0]))
        self._stand_ins.append((kind, stand_in))
        number, watched = len(self._stand_ins) - 1, False
        for form in forms:
            if (digits := number_of(form)) is not None:
                self._numbers.setdefault(digits, number)
                watched = True
            elif enough(form) and not ordinary(kind, form):
                self._words.setdefault(form, number)
                watched = True
        self.unwatched += not watched
        self._index = None

    def seal(self) -> None:
        """Gives up what would be found in every honest text: see `_crowded`, and what the stand-ins
        themselves hold."""
        crowded = self._crowded()
        self._numbers = {d: n for d, n in self._numbers.items() if n not in crowded}
        self._words = {w: n for w, n in self._words.items() if n not in crowded}
        self._index = None
        unique = dict.fromkeys(stand_in for _, stand_in in self._stand_ins)
        hits = {known for _, _, known in self._hits(_plain(APART.join(unique))[0])}
        self.unwatched += len(hits) + len(crowded)
        self._numbers = {d: n for d, n in self._numbers.items() if n not in hits}
        self._words = {w: n for w, n in self._words.items() if n not in hits}
        self._index = None

    def _crowded(self) -> set[int]:
        """Numbers that are round, and those of a length or kind of which more than one in a hundred
        is somebody's: twenty thousand customers were born on most days of fifty years."""
        sizes = Counter(len(digits) for digits in self._numbers)
        born = {n for n in self._numbers.values() if self._stand_ins[n][0] == "date_of_birth"}
        found = born if len(born) > DAYS // 100 else set()
        return found | {
            number
            for digits, number in self._numbers.items()
            if not digits[1:].strip("0") or 100 * sizes[len(digits)] > 10 ** len(digits)
        }

    def find(self, text: str) -> list[Leak]:
        """The known values in `text`, in order, the longest where they overlap.

        The places are those of the text as NFC.
        """
        if not self.values:
            return []
        text, places = _plain(text)
        found: list[Leak] = []
        for start, end, known in sorted(self._hits(text), key=lambda hit: (hit[0], -hit[1])):
            if not found or start >= found[-1].end:
                found.append(Leak(start, end, *self._stand_ins[known]))
        if places is None:
            return found
        return [
            Leak(places[leak.start], places[leak.end - 1] + 1, leak.kind, leak.stand_in)
            for leak in found
        ]

    def clean(self, text: str) -> tuple[str, list[Leak]]:
        """`text` with stand-ins in the place of known values, and what was found."""
        found = self.find(text)
        if not found:
            return text, found
        text = unicodedata.normalize("NFC", text)
        parts, edits, last = [], [], 0
        for leak in found:
            # A Korean particle behind the value has to agree with what stands there now.
            old = text[leak.start : leak.end]
            fit, length = agreed(text, leak.end, old, leak.stand_in)
            edit = Leak(leak.start, leak.end + length, leak.kind, leak.stand_in + fit)
            parts += [text[last : edit.start], edit.stand_in]
            edits.append(edit)
            last = edit.end
        return "".join([*parts, text[last:]]), edits

    def _hits(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(start, end, number of the stand-in) of every value; they may overlap."""
        if self._numbers:
            yield from self._number_hits(text)
        if self._words:
            yield from self._word_hits(text.lower() if text.isascii() else _lower(text))

    def _number_hits(self, text: str) -> Iterator[tuple[int, int, int]]:
        numbers = self._numbers
        for run in _NUMBERS.finditer(text):
            spans = [match.span() for match in _GROUPS.finditer(text, *run.span())]
            for first, (start, _) in enumerate(spans):
                digits = ""
                for after, end in spans[first:]:
                    digits += text[after:end]
                    if digits in numbers:
                        opened = start > 0 and text[start - 1] in "+("
                        yield start - opened, end, numbers[digits]
                    if len(digits) >= _DIGITS_MOST:
                        break

    def _word_hits(self, text: str) -> Iterator[tuple[int, int, int]]:
        index = self._ready()
        for size, place in self._candidates(text, index):
            values = index[size].get(text[place : place + size])
            if values is not None:
                for start, end, number in values.at(text, place):
                    if _bounded(text, start, end):
                        yield start, end, number

    def _candidates(
        self, text: str, index: dict[int, dict[str, Values]]
    ) -> Iterator[tuple[int, int]]:
        import numpy as np

        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        hashes, factor = codes, np.uint32(_FACTOR)
        for size in range(2, min(max(index, default=0), len(codes)) + 1):
            hashes = hashes[:-1] * factor + codes[size - 1 :]
            if size in index and self._bitmap is not None:
                marked = self._bitmap[hashes >> np.uint32(32 - _BITS)]
                for place in np.flatnonzero(marked).tolist():
                    yield size, place

    def _ready(self) -> dict[int, dict[str, Values]]:
        if self._index is not None:
            return self._index
        import numpy as np

        common = Counter(run for word in self._words for _, run in _runs(word))
        index: dict[int, dict[str, Values]] = defaultdict(lambda: defaultdict(Values))
        for word, number in self._words.items():
            offset, run = min(_runs(word), key=lambda pair: common[pair[1]])
            index[len(run)][run].add(word, offset, number)
        bitmap = np.zeros(1 << _BITS, dtype=np.bool_)
        for runs in index.values():
            for run in runs:
                bitmap[_hash(run) >> (32 - _BITS)] = True
        self._bitmap = bitmap
        self._index = {size: dict(runs) for size, runs in index.items()}
        return self._index


def _runs(word: str) -> list[tuple[int, str]]:
    """(offset, run) for the runs of the longest size that a part without white space has."""
    spans = [match.span() for match in re.finditer(r"[^\s,.·]+", word)]
    if all(end - start <= 2 for start, end in spans):
        spans = [(0, len(word))]
    for size in SIZES:
        found = [
            (place, word[place : place + size])
            for start, end in spans
            for place in range(start, end - size + 1)
        ]
        if found:
            return found
    return [(0, word[:2])]


def _hash(run: str) -> int:
    value = ord(run[0])
    for char in run[1:]:
        value = (value * _FACTOR + ord(char)) & 0xFFFFFFFF
    return value


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether words end where the value does."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    if first.isalnum() and not CASELESS.match(first) and _joins(before):
        return False
    if last.isalnum() and not CASELESS.match(last) and _joins(after):
        return False
    syllables = sum(1 for char in text[start:end] if not char.isspace())
    if syllables == 3 and CASELESS.match(last) and after and CASELESS.match(after):
        return NAME_ENDS.match(text, end) is not None
    return True


def _joins(char: str) -> bool:
    return char.isalnum() and not CASELESS.match(char) if char else False


def _plain(text: str) -> tuple[str, list[int] | None]:
    """NFC with ASCII digits and letters for their full-width forms, no invisible characters."""
    if text.isascii():
        return text, None
    text = unicodedata.normalize("NFC", text)
    text = text.translate(_WIDE) if _WIDE_ANY.search(text) else text
    if not _INVISIBLE.search(text):
        return text, None
    places = [place for place, char in enumerate(text) if not _INVISIBLE.match(char)]
    return _INVISIBLE.sub("", text), places


def _lower(text: str) -> str:
    low = text.lower()
    return low if len(low) == len(text) else "".join(_low(char) for char in text)


def _low(char: str) -> str:
    low = char.lower()
    return low if len(low) == 1 else char


_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_WIDE_ANY = re.compile("[\uff01-\uff5e]")
