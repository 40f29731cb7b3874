"""Quotes: a model's found in a chunk, sentences that bear an answer out, and what neither has.

Offsets are characters of the chunk's text. What is handed out are always the chunk's own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from textsynth.methods._stems import stems

LEAST = 85.0
"""Score (0 to 100, rapidfuzz's partial ratio) from which the best alignment counts as the quote."""

SHORTEST = 8
"""Characters of a quote at least; five where it is Korean, Chinese or Japanese."""

BEARS = 0.5
"""Share of an answer's telling words and figures that sentences must have to bear it out."""

_SAME = {
    **dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("‐‑‒–—―−－", "-"), "…": "...",
}  # fmt: skip
_AROUND = " \t\n\"'-*•.|"
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_CURRENCY = re.compile(r"[$€£¥₩]")
_NAME = re.compile(r"(?<![.!?:\"“(\n])(?<!^) ([A-Z][a-z\u00e0-\u024f]{2,}(?: [A-Z][a-z]+)*)")
_DAY = re.compile(r"[월화수목금토일]요일")
_DAYS = re.compile(
    r"(?<![가-힣])([월화수목금토일])"
    r"(?:(?:요일)?(?:\s?([~∼–-])\s?|부터 )(?=([월화수목금토일]))|(?=요일|[·,]\s?[월화수목금토일]))"
)
_BREAK = re.compile(
    r"(?<=[.!?。।؟])[\"”’»)]*\s+(?=[\"“„«(£$€₩¿¡]?(?![a-z\u00df-\u00ff\u0430-\u045f])\w)"
    r"|\s*\n+\s*|(?<=[。！？])"
)
_LABEL = re.compile(r"\s*(?:[-*•]\s+|\d{1,2}[.)]\s+|[\w ]{2,20}:\s+)")
_COMMON_WORDS = """
about after also and any are because been before but can does for from had has have her him his how
into its may more must not only other our out she should than that the their them then there these
they this those was were what when where which who will with would you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_COUNTED = "one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: str(number) for number, word in enumerate(_COUNTED.split(), 1)}


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a chunk. `match`: verbatim, aligned (nearly what the model gave) or found."""

    start: int
    end: int
    match: str

    def column(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """As it stands in the column `quotes`."""
        return {
            "chunk": chunk["id"], "source": chunk.get("source", ""),
            "text": chunk["text"][self.start : self.end],
            "start": self.start, "end": self.end, "match": self.match,
        }  # fmt: skip


def locate(quote: str, text: str) -> Quote | None:
    """Where a quote stands: exactly but for white space, quotes and dashes, else best aligned.

    None where it is too short to say anything, or nothing scores `LEAST`.
    """
    wanted, _ = _normal(unicodedata.normalize("NFC", quote))
    wanted = wanted.strip(_AROUND)
    least = SHORTEST if wanted.isascii() else 5
    if len(wanted) < least:
        return None
    there, places = _normal(text)
    at = there.find(wanted)
    if at >= 0:
        return _trimmed(text, places[at], places[at + len(wanted) - 1] + 1, "verbatim")
    if len(wanted) > len(there):
        return None
    found = fuzz.partial_ratio_alignment(wanted.lower(), there.lower(), score_cutoff=LEAST)
    if found is None or found.dest_end <= found.dest_start or len(there) != len(there.lower()):
        return None
    start, end = _whole_words(there, found.dest_start, found.dest_end)
    return _trimmed(text, places[start], places[end - 1] + 1, "aligned")


def bearing(answer: str, text: str, most: int = 3, least: float = BEARS) -> list[Quote]:
    """The fewest sentences of a text, `most` at most, that bear an answer out; none if they don't.

    Each next one is taken for the telling words and figures that those before it lack; sentences
    that follow one another become one quote.
    """
    wanted = _units(answer)
    able = {
        span: wanted.keys() & _units(text[span[0] : span[1]]).keys() for span in sentences(text)
    }
    chosen: list[tuple[int, int]] = []
    left = set(wanted)
    while able and left and len(chosen) < most:
        gains = {span: sum(wanted[unit] for unit in units & left) for span, units in able.items()}
        best = max(gains, key=lambda span: (gains[span], -span[0]))
        # A further sentence for one common word more is no support but noise.
        if gains[best] < (2 if chosen else 1):
            break
        chosen.append(best)
        left -= able.pop(best)
    total = sum(wanted.values())
    if not total or sum(wanted[unit] for unit in left) > (1 - least) * total:
        return []
    return [Quote(start, end, "found") for start, end in _joined(sorted(chosen), text)]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text stand, without list marks, labels or those that only ask."""
    place = 0
    for mark in [*_BREAK.finditer(text), None]:
        start, end = place, mark.start() if mark else len(text)
        place = mark.end() if mark else end
        if label := _LABEL.match(text, start, end):
            start = label.end()
        part = text[start:end]
        if part.strip() and not part.lstrip().startswith("#") and part.rstrip()[-1] not in "?？؟":
            yield start, start + len(part.rstrip())


def missing(answer: str, known: Iterable[str], names: bool = True) -> list[str]:
    """The figures, currencies, names and dates of an answer that stand nowhere in what is known.

    Names go by their capitals; `names=False` where the language writes all nouns so.
    """
    there = " ".join(known)
    words = set(re.findall(r"\w+", there.lower()))
    figures = {f.replace(",", "") for f in _FIGURE.findall(there)}
    figures |= {_NUMBERS[word] for word in words & _NUMBERS.keys()}
    lost = [f for f in _FIGURE.findall(answer) if f.replace(",", "") not in figures]
    lost += [c for c in _CURRENCY.findall(answer) if c not in there]
    lost += [day for day in _DAY.findall(answer) if day[0] not in _day_letters(there)]
    if names:
        for found in _NAME.findall(answer):
            lost += [word for word in found.split() if not _known(word.lower(), words)]
    return list(dict.fromkeys(lost))


def telling(text: str) -> set[str]:
    """The telling words (by how they begin) and figures of a text."""
    return set(_units(text))


def _known(word: str, words: set[str]) -> bool:
    return word in words or any(other.startswith(word[:5]) for other in words if len(other) > 3)


def _day_letters(text: str) -> set[str]:
    """Weekdays named in a text, also in lists and ranges such as 월·수요일 and 월~금요일."""
    week = "월화수목금토일"
    found = set("월화수목금") if "평일" in text else set()
    for first, mark, last in _DAYS.findall(text):
        if mark:
            found |= set(week[week.index(first) : week.index(last) + 1])
        found |= {first}
    return found


def _units(text: str) -> dict[str, int]:
    """Telling words and figures of a text, with what each weighs: a figure twice a word."""
    lowered = text.lower()
    found = {stem: 1 for word, stem in stems(lowered, 3, 5) if word not in _COMMON}
    return {**found, **{figure.replace(",", ""): 2 for figure in _FIGURE.findall(lowered)}}


def _normal(text: str) -> tuple[str, list[int]]:
    """A text with plain quotes and dashes and single spaces, and where each character came from."""
    made: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = _SAME.get(char, " " if char.isspace() else char)
        if plain == " " and (not made or made[-1] == " "):
            continue
        for one in plain:
            made.append(one)
            places.append(place)
    return "".join(made), places


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    if end < len(text) and text[end] in ".!?。":
        end += 1
    return start, end


def _trimmed(text: str, start: int, end: int, match: str) -> Quote:
    """The stretch without white space around it, and with the full stop that ends it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end < len(text) and text[end] in ".!?。" and text[end - 1] not in ".!?。":
        end += 1
    return Quote(start, end, match)


def _joined(spans: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and "\n" not in text[joined[-1][1] : start] and start - joined[-1][1] <= 3:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
