"""Drops samples that go round in circles: runs, repeated lines, sentences, phrases and turns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

from pydantic import Field

from textsynth.quality import GIVEN, KEEP, Filter, Screen
from textsynth.quality._code import prose
from textsynth.quality._text import DENSE, SCRIPT_CLASSES, UNSPACED, turns, weight
from textsynth.records import Sample, Setting, Verdict

_RUN = re.compile(r"([^\s\d=_*.#~|+-])\1{8,}")
_RULE = re.compile(r"([=_*.#~|+-])\1{199,}")
_LAUGHS = frozenset("ㅋㅎㅠㅜㅡ하호히크흐哈呵嘻笑wｗ草!?！？ah")
_EMOJI = re.compile("([\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?)\\1{7,}")
_MARKER = re.compile(r"(?:[-*•·◦▪>#]+|\(?\d{1,3}[.)]|[①-⑳])\s+")
_ITEM = re.compile(rf"{_MARKER.pattern}|\w[\w .&/-]{{0,23}}:\s")
_SENTENCE = re.compile(r"[.!?…。！？\n]+")
_LOOP = re.compile(r"(.{2,16}?)\1{4,}")
_UNSPACED = re.compile(
    "[" + "".join(SCRIPT_CLASSES[name] for name in (*DENSE, *UNSPACED) if name != "hangul") + "]"
)
_WORD = re.compile(r"""[^\s,.!?;:"“”‘…()*_。，！？、~]+""")
_GRAM, _CHARS = 5, 10
_FEW = 60
"""Words under which an answer of a given row may say a thing twice."""

Found = tuple[str, float, str]
"""Reason, score, and what is repeated."""


class Repetition(Filter):
    """Repeats within a turn and between turns of one speaker, after the rules of Gopher and C4.

    Shares are of the characters of a turn, and count the second copy and later ones, so that what
    stands once is never at fault. Code, tables, columns of numbers and rules of signs are left out,
    and verse may have a refrain. What the user of a given row hands over (two sentences to compare,
    a whole page) is looked through for runs alone. Reasons: character_run, word_run,
    repeated_lines, repeated_sentences, repeated_phrase, repeated_ngrams, repeated_turn. The score
    is the share, or the length of the run; details name the turn, and what is repeated.
    """

    alone = True

    lines: float = Field(default=0.4, gt=0, le=1)
    """Share of a turn in lines that stand before already."""

    sentences: float = Field(default=0.3, gt=0, le=1)
    """Share of a turn in sentences that stand before already; short ones count from the third."""

    phrase: float = Field(default=0.3, gt=0, le=1)
    """Share of a turn in copies of its most frequent phrase of two, three or four words, from four
    copies on."""

    ngrams: float = Field(default=0.3, gt=0, le=1)
    """Share of a turn in five words, or ten characters where words are not spaced, that stand
    before already; half as much again in verse."""

    turn: float = Field(default=0.85, gt=0, le=1)
    """Share of a turn in words that the speaker said before in the same order; short turns
    ("Thank you very much") never count."""

    max_run: int = Field(default=14, ge=9)
    """Most times one character may follow itself; laughter and tears ("ㅋㅋㅋ") thrice that."""

    max_words: int = Field(default=5, ge=2)
    """Most times one word may follow itself."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first repeat decides."""
        return self._verdict

    def _verdict(self, sample: Sample) -> Verdict:
        said = [(role, prose(text)) for role, text in turns(sample)]
        earlier: dict[str, list[str]] = {}
        given = sample.method == GIVEN
        for number, (role, text) in enumerate(said, 1):
            found = self._runs(text)
            if not (given and role == "user"):
                found = found or self._units(text) or self._grams(text, given=given)
            if not found and role:
                found = self._again(text, earlier.setdefault(role, []))
                earlier[role].append(text)
            if found:
                reason, score, span = found
                details = {"turn": number, "found": span.strip()[:80]}
                return Verdict(keep=False, reason=reason, score=round(score, 3), details=details)
        return KEEP

    def _runs(self, text: str) -> Found | None:
        """One character, emoji or piece of an unspaced word over and over."""
        for word in text.split():
            if len(word) < 9:
                continue
            if match := _RUN.search(word):
                most = self.max_run * (3 if match[1].lower() in _LAUGHS else 1)
                if len(match[0]) > most:
                    return "character_run", len(match[0]), match[0]
            match = _RULE.search(word) or (None if word.isascii() else _EMOJI.search(word))
            if match:
                return "character_run", len(match[0]) / len(match[1]), match[0]
            loop = _LOOP.search(word) if len(word) > 14 and "/" not in word else None
            if loop and any(map(str.isalpha, loop[1])):
                most = 3 * self.max_run if set(loop[1].lower()) <= _LAUGHS else self.max_run
                if len(loop[0]) > most:
                    return "character_run", len(loop[0]) / len(loop[1]), loop[0]
        return None

    def _units(self, text: str) -> Found | None:
        """Repeated lines and sentences."""
        total = len(text)
        lines: list[str] = []
        if "\n" in text:
            lines = [_MARKER.sub("", line.strip(), count=1) for line in text.splitlines()]
            lines = [line for line in lines if _worded(line)]
            found = _copies(lines, total, lambda line: 3 if len(line) > 3 else 99)
            if found and found[0] >= self.lines:
                return "repeated_lines", *found
        if _verse(lines):
            return None
        said = [part.strip().lower() for part in _SENTENCE.split(text)]
        if len(set(said)) == len(said):
            return None
        found = _copies(
            [part for part in said if _worded(part)], total,
            lambda part: 2 if weight(part) >= 40 else 3,
        )  # fmt: skip
        if found and found[0] >= self.sentences:
            return "repeated_sentences", *found
        return None

    def _grams(self, text: str, *, given: bool) -> Found | None:
        """Repeated words, phrases and n-grams."""
        words = _words(text)
        if len(words) < len(text) / 7 and _UNSPACED.search(text):
            return self._chars(text)
        pairs = _pieces(words, 2)
        if len(pairs) - len(set(pairs)) < 3:
            return None  # all that is looked for repeats at least three pairs
        for word, group in groupby(words):
            run = sum(1 for _ in group)
            if run > self.max_words and not word.isdigit() and not set(word) <= _LAUGHS:
                return "word_run", run, word
        if len(words) < 20:
            return None
        # Verse has its refrains.
        slack = 1.5 if _verse(text.splitlines()) else 1
        pieces = _pieces(words, _GRAM)
        share, first = _shared(words, pieces, set())
        if given and len(words) < _FEW and max(Counter(pieces).values()) < 3:
            share = 0.0  # the words of a query, and once more in the call
        if share >= self.ngrams * slack:
            return "repeated_ngrams", share, first
        total = sum(map(len, words))
        for n in (2, 3, 4):
            piece, count = Counter(_pieces(words, n)).most_common(1)[0]
            share = (count - 1) * sum(map(len, piece)) / total
            if count >= 4 and share >= self.phrase * slack:
                return "repeated_phrase", share, " ".join(piece)
        return None

    def _chars(self, text: str) -> Found | None:
        """The same for scripts that set no spaces."""
        flat = "".join(_WORD.findall(text))
        pieces = [flat[i : i + _CHARS] for i in range(len(flat) - _CHARS + 1)]
        if len(flat) < 40 or len(set(pieces)) == len(pieces):
            return None
        share, first = _shared(flat, [tuple(piece) for piece in pieces], set(), _CHARS)
        return ("repeated_ngrams", share, first) if share >= self.ngrams else None

    def _again(self, text: str, earlier: Sequence[str]) -> Found | None:
        """Whether the speaker said the turn before."""
        if not earlier or (len(text) < 30 and weight(text) < 30):
            return None
        plain = " ".join(_WORD.findall(text.lower()))
        before = [" ".join(_WORD.findall(other.lower())) for other in earlier]
        if plain in before and weight(plain) >= 30:
            return "repeated_turn", 1.0, text
        words = plain.split()
        if len(words) < 2 * _GRAM:
            return None
        seen = {piece for other in before for piece in _pieces(other.split(), _GRAM)}
        if not seen:
            return None
        share, _ = _shared(words, _pieces(words, _GRAM), seen)
        return ("repeated_turn", share, text) if share >= self.turn else None


def _words(text: str) -> list[str]:
    """The words of what is prose: no table, no column of numbers, no list."""
    if "\n" in text or "|" in text:
        lines = (line.strip() for line in text.splitlines())
        text = "\n".join(ln for ln in lines if _worded(ln) and not _ITEM.match(ln))
    return _WORD.findall(text.lower())


def _pieces(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(size)), strict=False))


def _worded(line: str) -> bool:
    """Whether a line says something in words: no row of a table, of numbers or of signs."""
    if not line or line[0] == "|" or line.count("|") > 1 or line.count("\t") > 1:
        return False
    letters = sum(map(str.isalpha, line))
    return letters * 2 > len(line) - line.count(" ")


def _verse(lines: Sequence[str]) -> bool:
    """Whether a text comes in short lines, six at least."""
    filled = [line for line in lines if line.strip()]
    return len(filled) >= 6 and sum(map(len, filled)) / len(filled) < 60


def _copies(
    units: Sequence[str], total: int, least: Callable[[str], int]
) -> tuple[float, str] | None:
    """(share of the second copies and later ones, the unit that takes up most)."""
    if len(units) == len(set(units)):
        return None
    counts = Counter(units)
    again = {
        unit: (count - 1) * len(unit)
        for unit, count in counts.items()
        if count > 1 and count >= least(unit)
    }
    if not again:
        return None
    return sum(again.values()) / total, max(again, key=lambda unit: again[unit])


def _shared(
    words: Sequence[str], grams: Sequence[tuple[str, ...]], seen: set[tuple[str, ...]],
    size: int = _GRAM,
) -> tuple[float, str]:  # fmt: skip
    """(share of the characters in n-grams that stand before already or in `seen`, the first)."""
    own = not seen
    marked, first = bytearray(len(words)), ""
    for place, gram in enumerate(grams):
        if gram in seen:
            marked[place : place + size] = b"\1" * size
            first = first or ("" if size == _CHARS else " ").join(gram)
        elif own:
            seen.add(gram)
    again = sum(len(word) for word, mark in zip(words, marked, strict=True) if mark)
    return again / max(sum(map(len, words)), 1), first
