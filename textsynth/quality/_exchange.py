"""What is asked and what is said to it: turns in pairs, their sentences, their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from textsynth.quality._text import turns
from textsynth.records import Sample

ASKED = ("question", "instruction", "prompt")
ANSWERED = ("answer", "output", "response", "completion")

_SENTENCE = re.compile(r"[^.!?…。！？\n]+(?:[.](?=\w)[^.!?…。！？\n]*)*[.!?…。！？\"”']*")
_QUOTED = re.compile(r'"[^"\n]{2,}"|“[^”\n]{2,}”|「[^」\n]{2,}」|```.*?(?:```|\Z)|`[^`\n]+`', re.S)
_HANDS = re.compile(r'["“「`:\n]')
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_HANGUL = re.compile(r"[가-힣]")
_PARTICLE = re.compile(r"(?<=.)[은는이가을를에의도로와과만요고면서니지네군]$")
_VERBAL = re.compile(r"(?<=.)[은는이가을를에의도로와과만요고면서니지네군시어아다던게기나]$")
_CONTRACTED = {6: 20, 9: 8, 10: 11, 14: 13}
"""Vowel of a syllable with its ending drawn in → the stem's: 져 → 지, 봐 → 보, 돼 → 되, 줘 → 주."""
_INFLECTED = frozenset((0, 4, 8, 16, 17, 20))
"""Final consonants that inflection adds: none, ㄴ, ㄹ, ㅁ, ㅂ, ㅆ."""
_ENDING = re.compile(r"(?:ing|ies|ied|es|ed|s|e|ly)$")
_WH_EN = re.compile(r"\b(?:what(?:'s)?|when|where|who|whom|whose|which|how|why)\b", re.IGNORECASE)
_WH_KO = re.compile(r"언제|어디|얼마|몇|무엇|무슨|뭐|뭔|누구|누가|왜|어떻게|어느|어떤|어떠")
_YES_NO = re.compile(
    r"^(?:\W|yes\b|no\b|and\b|so\b|but\b|then\b|ok(?:ay)?\b|good\b|well\b|hi\b|hello\b)*(?:is|are|am"
    r"|was|were|do|does|did|can|could|will|would|shall|should|may|might|must|has|have|had|isn't"
    r"|aren't|don't|doesn't|can't)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as the rules see it: its number from 1, who speaks, and the text."""

    number: int
    role: str
    text: str


def exchange(sample: Sample) -> list[Turn]:
    """The user and assistant turns; of a row without any, its question and answer as such."""
    said = [Turn(n, role, text) for n, (role, text) in enumerate(turns(sample), 1) if role]
    if said:
        return said
    asked = next((sample.columns[c] for c in ASKED if isinstance(sample.columns.get(c), str)), "")
    given = next(
        (sample.columns[c] for c in ANSWERED if isinstance(sample.columns.get(c), str)), ""
    )
    return [Turn(1, "user", asked), Turn(2, "assistant", given)] if asked and given else []


def _column(sample: Sample, names: Sequence[str]) -> str:
    values = (sample.columns.get(name) for name in names)
    return next((value for value in values if isinstance(value, str)), "")


def pairs(said: Sequence[Turn]) -> Iterator[tuple[Turn, Turn]]:
    """Each turn with the next one, where another speaks."""
    for one, two in pairwise(said):
        if one.role != two.role:
            yield one, two


def sentences(text: str) -> list[str]:
    """The sentences of a text, with their marks; a dot inside a number or address ends none."""
    return [part for m in _SENTENCE.finditer(text) if (part := m[0].strip(" \t\"'”"))]


@lru_cache(maxsize=8)
def stems(text: str) -> tuple[str, ...]:
    """The words in the order of the text, without endings, so that inflected ones meet.

    In Hangul the first two letters of a word, uninflected (one, where the second is a particle).
    Remembers the last few texts, since a turn is compared with both its neighbours.
    """
    return tuple(map(_stem, _WORD.findall(text.lower())))


@lru_cache(maxsize=1 << 15)
def _stem(word: str) -> str:
    if _HANGUL.match(word):
        bare = _uninflected(_PARTICLE.sub("", word[:2]))
        return _uninflected(_VERBAL.sub("", bare))
    return _ENDING.sub("", word)[:7] if len(word) > 3 else word


def _uninflected(word: str) -> str:
    """Letters of Hangul, the last without what inflection puts into it: 꺼져, 꺼진 → 꺼지."""
    code = ord(word[-1]) - 0xAC00
    if not 0 <= code < 11172:
        return word
    first, vowel, last = code // 588, code % 588 // 28, code % 28
    if last in _INFLECTED:
        vowel, last = _CONTRACTED.get(vowel, vowel), 0
    return word[:-1] + chr(0xAC00 + first * 588 + vowel * 28 + last)


def given_out(text: str) -> tuple[str, bool]:
    """The text without what is handed over in it (quotation, code, lines or words after a colon),
    and whether there was anything."""
    if not _HANDS.search(text):
        return text, False
    rest = _QUOTED.sub(" ", text)
    head, colon, tail = rest.partition(":")
    if colon and (tail.startswith(("\n", " ")) and len(tail.split()) >= 3):
        rest = head
    first, gap, more = rest.strip().partition("\n")
    if gap and more.strip():
        rest = first
    return rest, rest != text


def open_question(text: str) -> bool:
    """Whether it asks for more than a yes or a no."""
    if _HANGUL.search(text):
        return _WH_KO.search(text) is not None
    return _YES_NO.match(text) is None and _WH_EN.search(text) is not None


def asks(text: str) -> bool:
    """Whether the text ends with a question mark."""
    return text.rstrip().rstrip("\"'”’)").endswith(("?", "？"))
