"""Letters in disguise put back: look-alikes, full-width and styled forms, invisible characters."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

# Cyrillic, Greek, Armenian and Latin letters that are drawn like an ASCII letter.
_ALIKE = {
    "а": "a", "ɑ": "a", "α": "a", "с": "c", "ϲ": "c", "ԁ": "d", "е": "e", "ҽ": "e", "є": "e",
    "ɡ": "g", "һ": "h", "і": "i", "ι": "i", "ı": "i", "ӏ": "l", "ј": "j", "κ": "k", "к": "k",
    "м": "m", "п": "n", "ո": "n", "о": "o", "ο": "o", "օ": "o", "р": "p", "ρ": "p", "ԛ": "q",
    "г": "r", "ѕ": "s", "т": "t", "τ": "t", "υ": "u", "ս": "u", "ѵ": "v", "ν": "v", "ԝ": "w",
    "х": "x", "χ": "x", "у": "y", "γ": "y", "ʏ": "y", "в": "b", "А": "a", "В": "b", "С": "c",
    "Е": "e", "Н": "h", "І": "i", "Ј": "j", "К": "k", "М": "m", "О": "o", "Р": "p", "Ѕ": "s",
    "Т": "t", "Х": "x", "У": "y", "Α": "a", "Β": "b", "Ε": "e", "Ζ": "z", "Η": "h", "Ι": "i",
    "Κ": "k", "Μ": "m", "Ν": "n", "Ο": "o", "Ρ": "p", "Τ": "t", "Υ": "y", "Χ": "x",
    "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ",
}  # fmt: skip
_INVISIBLE = (
    0xAD, 0x34F, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    0xFEFF, *range(0xFE00, 0xFE10), 0x115F, 0x1160, 0x3164, 0xFFA0,
)  # fmt: skip
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_UNSEEN = re.compile("[\u200b\u2060-\u2064\u00ad\ufeff\u180e\u202a-\u202e\u2066-\u2069]")
_FLAG = "\U0001f3f4"


@functools.cache
def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in (*range(0xFF01, 0xFF5F), *range(0x1D400, 0x1D800), *range(0x2460, 0x24EA)):
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1 and plain.isascii():
            table[code] = plain
    table |= {ord(char): plain for char, plain in _ALIKE.items()}
    table |= dict.fromkeys(_INVISIBLE)
    table |= {0xE0000 + code: chr(code).lower() for code in range(0x20, 0x7F)}
    table[0xE007F] = table[0xE0001] = None
    return table


def bare(text: str) -> tuple[str, list[int] | None]:
    """`text` in lower case without disguise, and where each of its characters came from.

    The places are None where they are the same.
    """
    if text.isascii():
        return text.lower(), None
    table = _table()
    plain = text.translate(table)
    if len(plain) == len(text):
        return _lower(plain), None
    return _lower(plain), [
        place for place, char in enumerate(text) if table.get(ord(char), "") is not None
    ]


def smuggled(text: str) -> Iterator[tuple[int, int]]:
    """Runs of tag characters, which show nothing and spell ASCII; those of flags are none."""
    if text.isascii():
        return
    for match in _TAGS.finditer(text):
        if match.start() == 0 or text[match.start() - 1] != _FLAG:
            yield match.span()


def visible(text: str) -> str:
    """`text` without the characters that show nothing."""
    if text.isascii():
        return text
    for start, end in reversed(list(smuggled(text))):
        text = text[:start] + text[end:]
    return _UNSEEN.sub("", text)


def _lower(text: str) -> str:
    low = text.lower()
    # A few letters grow when they are lowered; then each is lowered by itself or left.
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
