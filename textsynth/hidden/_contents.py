"""What a page of a PDF shows, and which of its texts nobody sees.

ISO 32000-1, 8.2 to 8.5 (graphics), 9.3 and 9.4 (text). A text is unseen in render mode 3 or 7 with
no picture below it (over a picture it is what a scanner's program read), in white on bare paper, in
letters of less than a point, or out of the page's box.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from textsynth.hidden._objects import Page

_TOKEN = re.compile(
    rb"(?P<skip>[\s\x00]+|%[^\r\n]*)|(?P<hex><[0-9A-Fa-f\s]*>)|(?P<mark><<|>>|[\[\]{}])"
    rb"|(?P<name>/[^\s/<>\[\](){}%]*)|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?![^\s/<>\[\](){}%]))"
    rb"|(?P<word>[^\s/<>\[\](){}%]+)|(?P<open>\()|(?P<other>.)", re.S,
)  # fmt: skip
_STRING = re.compile(rb"[^()\\]+|\\.|[()]", re.S)
_END_IMAGE = re.compile(rb"\sEI(?=\s|$)")
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
TINY = 1.0
"""Points: no printer makes such letters readable."""

_WHITE = 0.98
_MARGIN = 2.0
"""Points that a text may stand off the page: its place is that of its first letter's foot."""

Matrix = tuple[float, float, float, float, float, float]
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Shown:
    """An operator that shows text: where its operands begin and end in the contents, and how the
    text is hidden (empty: it is not)."""

    start: int
    end: int
    hidden: str


@dataclass(slots=True)
class _State:
    ctm: Matrix = _UNIT
    white: bool = False
    size: float = 1.0
    mode: int = 0
    leading: float = 0.0


def texts_of(data: bytes, page: Page) -> list[Shown]:
    """Every operator of the contents that shows text."""
    return list(_Reader(page).read(data))


class _Reader:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.state, self.stack = _State(), list[_State]()
        self.text = self.line = _UNIT
        self.painted: list[tuple[float, float, float, float]] = []
        self.images: list[tuple[float, float, float, float]] = []
        self.path: list[tuple[float, float, float, float]] = []

    def read(self, data: bytes) -> Iterator[Shown]:
        operands: list[bytes] = []
        start = place = 0
        while place < len(data):
            match = _TOKEN.match(data, place)
            if match is None:
                return
            kind, begin, place = match.lastgroup, place, match.end()
            if kind == "skip":
                continue
            if not operands:
                start = begin
            if kind == "open":
                place = _string_end(data, place)
                operands.append(data[begin:place])
            elif kind == "word":
                word = match[0]
                if word == b"ID":
                    ended = _END_IMAGE.search(data, place)
                    place = ended.end() if ended else len(data)
                    self._image()
                elif word in _SHOWS:
                    yield from self._show(word, operands, start, begin)
                else:
                    self._do(word, operands)
                operands = []
            else:
                operands.append(match[0])

    def _show(self, word: bytes, operands: list[bytes], start: int, end: int) -> Iterator[Shown]:
        if word in (b"'", b'"'):
            self._next_line(0.0, -self.state.leading)
        yield Shown(start, end, self._why())
        # What follows on the line stands further right by about half a letter's height for each.
        signs = sum(len(part) // 2 for part in operands)
        a, b, c, d, e, f = self.text
        self.text = (a, b, c, d, e + a * self.state.size * signs * 0.4, f + b * signs * 0.4)

    def _why(self) -> str:
        state = self.state
        a, b, c, d, x, y = _times(self.text, state.ctm)
        height = abs(state.size) * (c * c + d * d) ** 0.5
        left, bottom, right, top = self.page.box
        out = not (
            left - _MARGIN <= x <= right + _MARGIN
            and bottom - height - _MARGIN <= y <= top + _MARGIN
        )
        if out and a * (left + right) >= 0 and not (b and not a):
            return "out of the page"
        if height < TINY:
            return "tiny text"
        if state.mode in (3, 7):
            return "" if _any_holds(self.images, x, y) else "invisible text"
        if state.white and state.mode in (0, 2, 4, 6):
            grounds = [*self.images, *self.painted]
            return "" if _any_holds(grounds, x, y) else "white text"
        return ""

    def _do(self, word: bytes, operands: list[bytes]) -> None:
        numbers = [float(o) for o in operands if re.fullmatch(rb"[-+]?(?:\d+\.?\d*|\.\d+)", o)]
        state = self.state
        if word == b"q":
            self.stack.append(replace(state))
        elif word == b"Q":
            self.state = self.stack.pop() if self.stack else state
        elif word == b"cm" and len(numbers) == 6:
            state.ctm = _times(_matrix(numbers), state.ctm)
        elif word == b"BT":
            self.text = self.line = _UNIT
        elif word == b"Tm" and len(numbers) == 6:
            self.text = self.line = _matrix(numbers)
        elif word in (b"Td", b"TD") and len(numbers) == 2:
            if word == b"TD":
                state.leading = -numbers[1]
            self._next_line(*numbers)
        elif word == b"T*":
            self._next_line(0.0, -state.leading)
        elif word == b"TL" and numbers:
            state.leading = numbers[0]
        elif word == b"Tf" and numbers:
            state.size = numbers[-1]
        elif word == b"Tr" and numbers:
            state.mode = int(numbers[0])
        elif word in (b"g", b"rg", b"k", b"sc", b"scn"):
            state.white = _is_white(numbers)
        elif word == b"cs":
            state.white = False
        elif word == b"re" and len(numbers) == 4:
            self.path.append(_box(numbers, state.ctm))
        elif word in (b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"):
            if not state.white:
                self.painted += self.path
            self.path = []
        elif word in (b"n", b"S", b"s"):
            self.path = []
        elif word == b"sh" or (word == b"Do" and operands and operands[-1][1:] in self.page.images):
            self._image()

    def _image(self) -> None:
        self.images.append(_box([0.0, 0.0, 1.0, 1.0], self.state.ctm))

    def _next_line(self, x: float, y: float) -> None:
        self.text = self.line = _times((1.0, 0.0, 0.0, 1.0, x, y), self.line)


def _string_end(data: bytes, place: int) -> int:
    depth = 1
    while depth:
        match = _STRING.match(data, place)
        if match is None:
            return len(data)
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        place = match.end()
    return place


def _is_white(numbers: list[float]) -> bool:
    if len(numbers) == 4:
        return all(number <= 1 - _WHITE for number in numbers)
    return len(numbers) in (1, 3) and all(number >= _WHITE for number in numbers)


def _matrix(numbers: list[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    """`one` applied first, then `other`."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
        e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


def _box(numbers: list[float], ctm: Matrix) -> tuple[float, float, float, float]:
    x, y, width, height = numbers
    corners = [
        _times((1.0, 0.0, 0.0, 1.0, x + dx, y + dy), ctm)[4:]
        for dx in (0.0, width)
        for dy in (0.0, height)
    ]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def _any_holds(boxes: list[tuple[float, float, float, float]], x: float, y: float) -> bool:
    return any(
        left - _MARGIN <= x <= right + _MARGIN and bottom - _MARGIN <= y <= top + _MARGIN
        for left, bottom, right, top in boxes
    )
