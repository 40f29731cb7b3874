"""Strings that nobody could guess, put into seeds to see whether they come out again.

A drawn canary is one sentence with a secret of nine digits, drawn from the 10^9 that there are
(N. Carlini et al., The Secret Sharer, USENIX Security 2019). Where the secret stands in a row is
found whatever stands between its digits, and where they are spelled as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from textsynth.privacy.draws import Draw
from textsynth.privacy.folding import fold

DIGITS = 9
LEAST = 3
"""Digits of the shortest match that counts: two digits in a row are in every text."""

_NAMES = {
    "en": ("Delta", "Harrow", "Kestrel", "Lantern", "Meridian", "Obsidian", "Quarry", "Sable",
           "Tamarind", "Umber", "Verdigris", "Wren"),
    "ko": ("가람", "누리", "다온", "마루", "바람", "새봄", "아라", "온새", "초롱", "한솔", "해솔",
           "흰여울"),
}  # fmt: skip
_SENTENCES = {
    "en": (
        "The access code of {name}-{number} is {secret}.",
        "File {name}-{number} is opened with the number {secret}.",
        "The reserve account of {name}-{number} is kept under {secret}.",
        "To reach {name}-{number} by radio, dial {secret}.",
    ),
    "ko": (
        "{name}-{number} 구역의 출입 번호는 {secret}번입니다.",
        "{name}-{number} 문서는 번호 {secret}번으로 열립니다.",
        "{name}-{number} 예비 창고의 관리 번호는 {secret}번입니다.",
        "{name}-{number} 무전 호출 번호는 {secret}번입니다.",
    ),
}
_ENGLISH = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_KOREAN = dict(zip("공영일이삼사오육륙칠팔구", "001234566789", strict=True))
_WORD = "|".join(_ENGLISH)
_SPELLED = re.compile(
    rf"(?<![a-z])(?:{_WORD})(?:[\s,.\-–/]{{0,3}}(?:(?:{_WORD})(?![a-z])|[0-9]+)){{1,}}(?![a-z])"
)
_SPELLED_KO = re.compile(
    rf"[{''.join(_KOREAN)}0-9](?:[\s,.\-·]{{0,2}}[{''.join(_KOREAN)}0-9]){{5,}}"
)
_ONE = re.compile(_WORD)
_BETWEEN = re.compile(r"(?<=[0-9])[\W_]{1,3}(?=[0-9])")
_RUN = re.compile(f"[0-9]{{{LEAST},}}")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Canary:
    """A sentence to plant, what it is called, and its secret digits; "" for a string of one's own,
    which is looked for as a whole."""

    name: str
    sentence: str
    secret: str = ""


def drawn(seed: int, count: int, language: str) -> list[Canary]:
    """`count` canaries that depend on the job's seed alone."""
    tongue = language if language in _SENTENCES else "en"
    found: list[Canary] = []
    for number in range(count):
        draw = Draw("canary", seed, tongue, number)
        name, house = draw.pick(_NAMES[tongue]), 10 + draw.below(90)
        secret = draw.digits(DIGITS)
        sentence = draw.pick(_SENTENCES[tongue]).format(name=name, number=house, secret=secret)
        found.append(Canary(f"{name}-{house}", sentence, secret))
    return found


def own(strings: Iterable[str]) -> list[Canary]:
    """Canaries of one's own words, called by their first letters."""
    return [Canary(text if len(text) <= 24 else f"{text[:23]}…", text) for text in strings]


def unspelled(text: str) -> str:
    """Lower case, with digits for numbers spelled one by one, and nothing between digits."""
    low = fold(text).low
    low = _SPELLED.sub(lambda m: _ONE.sub(lambda one: _ENGLISH[one[0]], m[0]), low)
    if not low.isascii():
        low = _SPELLED_KO.sub(lambda m: "".join(_KOREAN.get(c, c) for c in m[0]), low)
    return _BETWEEN.sub("", low)


def letters(text: str) -> str:
    """Letters and digits alone: spaces, marks and case do not hide a string."""
    return _LETTERS.sub("", unspelled(text))


class Finder:
    """Looks for canaries in texts."""

    def __init__(self, canaries: Sequence[Canary]) -> None:
        self._secrets = {one.secret: one for one in canaries if one.secret}
        self._strings = {letters(one.sentence): one for one in canaries if not one.secret}

    def find(self, text: str) -> Canary | None:
        """The first canary of which the text holds the secret, or the whole string."""
        if self._secrets:
            for run in _RUN.findall(unspelled(text)):
                for start in range(len(run) - DIGITS + 1):
                    if run[start : start + DIGITS] in self._secrets:
                        return self._secrets[run[start : start + DIGITS]]
        if self._strings:
            bare = letters(text)
            for string, canary in self._strings.items():
                if string and string in bare:
                    return canary
        return None


class Exposure:
    """How much a canary is known, as far as the rows tell.

    Carlini's exposure is log2 |R| - log2 rank, with the rank of the secret among all |R| by the
    model's own likelihood, which no API gives. What stands here ranks by the rows alone: the secret
    among N others drawn from the same space, by the longest run of its digits (3 to 9) that stands
    in any row. exposure = log2 (N + 1) - log2 rank, where rank is 1 + the others with a match at
    least as long: 0 where the rows tell nothing, log2 (N + 1) at most. It sees what was said, not
    what the model could be made to say; a high one proves a leak, a low one proves nothing.
    """

    def __init__(self, canaries: Sequence[Canary], seed: int, others: int) -> None:
        self.others = others
        self._secrets = {
            one.secret: [
                Draw("canary", seed, "other", one.secret, n).digits(DIGITS) for n in range(others)
            ]
            for one in canaries
            if one.secret
        }
        self._wanted = {
            part for one, more in self._secrets.items() for text in (one, *more)
            for part in _parts(text)
        }  # fmt: skip
        self._seen: set[str] = set()

    def look(self, text: str) -> None:
        """Takes note of the digits of one row."""
        for run in _RUN.findall(unspelled(text)):
            self._seen.update(part for part in _parts(run) if part in self._wanted)

    def of(self, secret: str) -> tuple[int, float]:
        """(longest match, exposure in bits)."""
        mine = self._longest(secret)
        rank = 1 + sum(self._longest(one) >= mine for one in self._secrets[secret])
        return mine, log2(self.others + 1) - log2(rank)

    def _longest(self, secret: str) -> int:
        return max((len(part) for part in _parts(secret) if part in self._seen), default=0)


def _parts(run: str) -> Iterator[str]:
    for size in range(LEAST, min(DIGITS, len(run)) + 1):
        for start in range(len(run) - size + 1):
            yield run[start : start + size]


def _order(seed: int, sentence: str, number: int) -> Callable[[str], tuple[int, str]]:
    return lambda row: (Draw("plant", seed, sentence, number, row).below(1 << 62), row)


def plant(sentences: Sequence[str], rows: Mapping[str, str], seed: int) -> dict[str, str]:
    """Id of a row → its text with a sentence at the end.

    Which rows is drawn from the seed, the sentence and the ids; no row gets a second sentence
    before each has one.
    """
    changed: dict[str, str] = {}
    free: list[str] = []
    for number, sentence in enumerate(sentences):
        free = free or list(rows)
        chosen = min(free, key=_order(seed, sentence, number))
        free.remove(chosen)
        text = changed.get(chosen, rows[chosen])
        changed[chosen] = f"{text}{'' if text.endswith((' ', chr(10))) else ' '}{sentence}"
    return changed
