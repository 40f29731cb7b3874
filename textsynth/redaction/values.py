"""Values that share a run of letters: which of them stands at a place, without trying them all.

Ten thousand customers have a few hundred family names between them. Values of several words are
therefore kept by the word that holds the run, and then by the nearest letters of the word beside
it, so that a place is compared with a few of them however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = 4
_NEAR = 3
"""Letters of the word beside the run that values are kept by."""

_SPACE = re.compile(r"[\s,.·]")
_Known = tuple[tuple[str, ...], int]
"""The words of a value, and its number."""


class Values:
    """The values that one run of letters is looked up for."""

    __slots__ = ("_joined", "_single")

    def __init__(self) -> None:
        self._single: list[tuple[str, int, int]] = []
        self._joined: dict[tuple[str, int, int], dict[str, list[_Known]]] = {}

    def add(self, text: str, offset: int, number: int) -> None:
        """Knows `text`, in which the run begins at `offset`."""
        words = _words(text)
        if len(words) < 2:
            self._single.append((text, offset, number))
            return
        start, which = text.index(words[0]), 0
        while offset >= start + len(words[which]):
            start = text.index(words[which + 1], start + len(words[which]))
            which += 1
        near = words[which - 1][-_NEAR:] if which else words[1][:_NEAR]
        group = self._joined.setdefault((words[which], offset - start, which), {})
        group.setdefault(near, []).append((words, number))

    def at(self, text: str, place: int) -> Iterator[tuple[int, int, int]]:
        """(start, end, number) of each value in `text` whose run begins at `place`."""
        for value, offset, number in self._single:
            start = place - offset
            if start >= 0 and text.startswith(value, start):
                yield start, start + len(value), number
        for (word, offset, which), group in self._joined.items():
            start = place - offset
            if start < 0 or not text.startswith(word, start):
                continue
            near = _before(text, start) if which else _after(text, start + len(word))
            for letters in near:
                for words, number in group.get(letters, ()):
                    found = _span(words, which, text, start)
                    if found is not None:
                        yield (*found, number)


def _words(text: str) -> tuple[str, ...]:
    """The words of a value, which may be parted otherwise in a text.

    One where all are so short (`홍 길동`) that no run of one tells anything.
    """
    told = any(len(part) > 2 for part in re.split(r"[\s,.·]+", text))
    return tuple(part for part in re.split(r"[\s,]+", text) if part) if told else (text,)


def _before(text: str, end: int) -> Iterator[str]:
    """What the word that ends before `end`, or before the gap there, may end with."""
    for stop in _stops(text, end, -1):
        yield from (text[max(0, stop - size) : stop] for size in range(1, _NEAR + 1))


def _after(text: str, start: int) -> Iterator[str]:
    for stop in _stops(text, start, 1):
        yield from (text[stop : stop + size] for size in range(1, _NEAR + 1))


def _stops(text: str, place: int, step: int) -> Iterator[int]:
    """`place`, and the places that a gap of up to four spaces and points beside it leads to."""
    yield place
    for _ in range(_GAP):
        beside = place if step > 0 else place - 1
        if not (0 <= beside < len(text) and _SPACE.match(text[beside])):
            return
        place += step
        yield place


def _span(words: tuple[str, ...], which: int, text: str, start: int) -> tuple[int, int] | None:
    """Where a value stands of which the word `which` begins at `start`."""
    end = start + len(words[which])
    for word in words[which + 1 :]:
        stop = next((s for s in _stops(text, end, 1) if text.startswith(word, s)), None)
        if stop is None:
            return None
        end = stop + len(word)
    for word in reversed(words[:which]):
        stop = next((s for s in _stops(text, start, -1) if text.endswith(word, 0, s)), None)
        if stop is None:
            return None
        start = stop - len(word)
    return start, end
