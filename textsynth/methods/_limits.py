"""Constraints that a program can check, on pieces of writing; most in English and Korean alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textsynth.methods._particles import settled
from textsynth.methods._things import WORDS
from textsynth.records import Brief

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"[.!?…]+[\"”’)]*(?=\s|$)|[。！？؟۔।॥։።။។]+[\"”’)」』】]*")
"""The end of a sentence; marks that are nothing else need no space behind them."""
_LABEL = re.compile(r"^[^\n:：]{1,24}[:：]\s*")


@dataclass(frozen=True, slots=True)
class Limit:
    """One constraint of a piece: its kind, and the number or word that it is about."""

    kind: str
    value: str

    def words(self, language: str) -> str:
        """As it is said in a request."""
        said = (_KO if language == "ko" else _EN)[self.kind]
        return settled(said.format(self.value, letters=", ".join(self.value)))

    def fault(self, text: str) -> str:
        """How the piece breaks it; empty when it does not."""
        return _CHECKS[self.kind](text, self.value)

    def told_by(self, request: str) -> bool:
        """Whether a request names what the constraint is about."""
        known = _NUMBERS.get(self.value, ()) if self.value.isdigit() else ()
        said = re.sub(r"\d", lambda found: str(int(found[0])), request.casefold())
        # Not every script puts a space before a figure.
        if self.value.isdigit() and re.search(rf"(?<![a-z\d.,]){self.value}(?![a-z\d])", said):
            return True
        return any(
            re.search(rf"(?<![^\W_]){re.escape(form.casefold())}(?![a-z\d])", said)
            for form in (self.value, *known)
        )


_EN: Mapping[str, str] = {
    "lines": "has exactly {0} lines",
    "sentences": "has exactly {0} sentences",
    "most_words": "has no more than {0} words",
    "first_word": 'begins with the word "{0}"',
    "last_word": 'ends with the word "{0}"',
    "no_word": 'does not use the word "{0}"',
    "no_letter": 'does not use the letter "{0}" anywhere',
    "acrostic": 'has one line for each letter of "{0}" and each line begins with that letter, in '
    "order ({letters})",
}
_KO: Mapping[str, str] = {
    "lines": "정확히 {0}줄",
    "sentences": "정확히 {0}문장",
    "most_words": "{0}어절 이내",
    "first_word": '"{0}"(이)라는 말로 시작하기',
    "last_word": '"{0}"(이)라는 말로 끝내기',
    "no_word": '"{0}"(이)라는 말을 쓰지 않기',
    "no_letter": '"{0}"(이)라는 글자를 한 번도 쓰지 않기',
    "acrostic": '"{0}"의 글자마다 한 줄씩, 그 글자로 줄을 시작하기({letters})',
}
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "3": ("three", "세"), "4": ("four", "네"), "5": ("five", "다섯"), "6": ("six", "여섯"),
    "7": ("seven", "일곱"), "8": ("eight", "여덟"), "10": ("ten", "열"),
}  # fmt: skip

FITTING: Mapping[str, tuple[str, ...]] = {
    "poem": ("lines", "acrostic", "no_word", "no_letter", "first_word", "last_word"),
    "story": ("sentences", "most_words", "first_word", "last_word", "no_word", "no_letter"),
    "scene": ("sentences", "most_words", "first_word", "last_word", "no_word", "no_letter"),
    "dialogue": ("lines", "most_words", "no_word", "no_letter"),
    "": ("most_words", "first_word", "no_word", "no_letter"),
}
"""Form → the kinds of constraints that it takes; the last is for a form of the job's own."""

UNMARKED = ("th", "lo")
"""Languages whose sentences end without a mark."""

_CLASH = ({"lines", "acrostic"}, {"sentences", "most_words"}, {"no_word", "no_letter"})
_SPANS = {"lines": (4, 8), "sentences": (4, 7), "most_words": (5, 9)}


def drawn(brief: Brief, form: str, number: int, language: str) -> list[Limit]:
    """`number` constraints of different kinds for a piece of that form, or as many as go together.

    The kinds take turns from brief to brief.
    """
    kinds = list(FITTING.get(form, FITTING[""]))
    if language not in WORDS["first"]:
        # Nothing here knows words of that language: lines are counted, sentences by their marks.
        marked = form in ("story", "scene") and language not in UNMARKED
        kinds = ["sentences" if marked else "lines"]
    start = brief.number("limit", 0, len(kinds) - 1)
    found: list[Limit] = []
    for kind in kinds[start:] + kinds[:start]:
        taken = {limit.kind for limit in found}
        if len(found) < number and not any({kind} | taken >= clash for clash in _CLASH):
            found.append(Limit(kind, _value(brief, kind, language)))
    return found


def _value(brief: Brief, kind: str, language: str) -> str:
    if kind in _SPANS:
        count = brief.number(kind, *_SPANS[kind])
        return str(10 * count) if kind == "most_words" else str(count)
    name = {"first_word": "first", "last_word": "last", "no_word": "banned", "no_letter": "letter"}
    lists = WORDS[name.get(kind, kind)]
    words = lists.get(language, lists["en"])
    return words[brief.number(kind, 0, len(words) - 1)]


def lines_of(text: str) -> list[str]:
    """The lines that are not empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def sentences(text: str) -> int:
    """How many sentences a text has, by their marks; a rest without one is one more."""
    ends = list(_SENTENCE.finditer(text.strip()))
    rest = text.strip()[ends[-1].end() :] if ends else text
    return len(ends) + bool(_WORD.search(rest))


def words_of(text: str) -> list[str]:
    """The words of a text, without who speaks in a dialogue."""
    return _WORD.findall("\n".join(_LABEL.sub("", line) for line in text.splitlines()))


def _count(found: int, wanted: str, what: str) -> str:
    return "" if found == int(wanted) else f"it has {found} {what} instead of {wanted}"


def _most(text: str, most: str) -> str:
    found = len(words_of(text))
    return "" if found <= int(most) else f"it has {found} words, more than {most}"


def _first(text: str, word: str) -> str:
    found = words_of(text)
    good = bool(found) and _same(found[0], word)
    return "" if good else f"it does not begin with '{word}'"


def _last(text: str, word: str) -> str:
    found = words_of(text)
    good = bool(found) and _same(found[-1], word)
    return "" if good else f"it does not end with '{word}'"


def _no_word(text: str, word: str) -> str:
    there = any(_same(other, word) for other in _WORD.findall(text))
    return f"it uses the word '{word}'" if there else ""


def _no_letter(text: str, letter: str) -> str:
    return f"it uses '{letter}'" if letter.casefold() in text.casefold() else ""


def _acrostic(text: str, word: str) -> str:
    firsts = ""
    for line in lines_of(text):
        found = _WORD.findall(line)
        # "T - The train" shows the letter before the line instead of beginning with it.
        if len(found) > 1 and re.match(r"\W*\w\s*[-–—:.)]", line):
            return f"a line has its letter before it: {line[:20]}"
        firsts += found[0][0] if found else ""
    good = firsts.casefold() == word.casefold()
    return "" if good else f"its lines begin with {firsts.upper()} instead of {word.upper()}"


def _same(found: str, word: str) -> bool:
    """Whether a word is the one meant; a Korean one may have a particle or an ending behind it."""
    one, other = found.casefold(), word.casefold()
    return one == other or ("\uac00" <= other[0] <= "\ud7a3" and one.startswith(other))


_CHECKS: Mapping[str, Callable[[str, str], str]] = {
    "lines": lambda text, value: _count(len(lines_of(text)), value, "lines"),
    "sentences": lambda text, value: _count(sentences(text), value, "sentences"),
    "most_words": _most,
    "first_word": _first,
    "last_word": _last,
    "no_word": _no_word,
    "no_letter": _no_letter,
    "acrostic": _acrostic,
}
