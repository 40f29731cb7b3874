"""One spelling for the many ways to write a digit, a hyphen or a syllable, with the way back.

Rules are written for plain text. Full-width digits, typographic hyphens, no-break spaces,
zero-width characters and decomposed letters would let a value through, so rules look at a folded
page, and what they find is carried back to characters of the text as it was given.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HYPHENS = "\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d\u3161\u30fc"
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u180e"
_DECOMPOSED = "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[A-Za-z][\u0300-\u036f]+"
_UNUSUAL = re.compile(
    "[^\x00-\x7f\xa1-\xac\xae-\xff\uac00-\ud7a3\u2018-\u201f\u2026\u20ac\u3001\u3002\ue000]"
)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]+")
_UNEVEN = re.compile(f"{_DECOMPOSED}|[{_INVISIBLE}]+")


@dataclass(frozen=True, slots=True)
class Page:
    """A text as rules see it: `text` folded, `low` the same in lower case, equally long."""

    text: str
    low: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the folded text stands in the text that was given."""
        if self.starts is None or self.ends is None or end <= start:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def before(self, start: int, width: int = 30) -> str:
        """What stands before a value, in lower case."""
        return self.low[max(0, start - width) : start]


def fold(text: str) -> Page:
    """The page of a text. Linear; a plain ASCII text is taken as it is."""
    if text.isascii():
        return Page(text, text.lower())
    table, odd = _tables()
    # A class of few ranges is looked for several times as fast as the whole one.
    if not _UNUSUAL.search(text) or not odd.search(text):
        return Page(text, _lower(text))
    even = text.translate(table)
    if not _UNEVEN.search(even):
        return Page(even, _lower(even))
    parts: list[str] = []
    starts, ends = array("q"), array("q")
    at = 0
    for match in _UNEVEN.finditer(even):
        parts.append(even[at : match.start()])
        starts.extend(range(at, match.start()))
        ends.extend(range(at + 1, match.start() + 1))
        if not _INVISIBLES.match(match[0]):
            for letter in (composed := unicodedata.normalize("NFC", match[0])):
                parts.append(letter)
            starts.extend([match.start()] * len(composed))
            ends.extend([match.end()] * len(composed))
        at = match.end()
    parts.append(even[at:])
    starts.extend(range(at, len(even)))
    ends.extend(range(at + 1, len(even) + 1))
    folded = "".join(parts)
    return Page(folded, _lower(folded), starts, ends)


def _lower(text: str) -> str:
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


@cache
def _tables() -> tuple[dict[int, str], re.Pattern[str]]:
    """What is written differently at the same length, and a pattern that finds any of it."""
    table: dict[int, str] = {}
    for code in range(128, sys.maxunicode + 1):
        letter = chr(code)
        if letter.isdecimal():
            table[code] = str(unicodedata.decimal(letter))
    digits = re.escape("".join(map(chr, table)))
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0)
    for pattern, plain in ((_SPACES, " "), (_HYPHENS, "-")):
        for letter in _members(pattern):
            table[ord(letter)] = plain
    odd = re.compile(
        f"[{digits}\uff01-\uff5e{_SPACES}{_HYPHENS}{_INVISIBLE}\u1100-\u1112\u0300-\u036f]"
    )
    return table, odd


def _members(ranges: str) -> list[str]:
    return [
        chr(code)
        for low, high in re.findall(r"(.)(?:-(.))?", ranges)
        for code in range(ord(low), ord(high or low) + 1)
    ]
