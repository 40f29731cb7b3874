"""The rules of the filter safety: word lists in files, read once, and what they find in a turn."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from textsynth.quality._stems import Finder, stems

LANGUAGES = ("en", "ko")
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[a-z]{3}")
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_NEVER = re.compile(r"(?!)")


class Hit(NamedTuple):
    """A phrase that a rule found. `asks`: the sentence asks for something; else it says it."""

    category: str
    severity: int
    phrase: str
    asks: bool


class Rule(NamedTuple):
    """`kind`: say, ask (with a word of asking in the sentence, none of protecting) or always."""

    kind: str
    category: str
    severity: int
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Rules:
    """The rules of one language. `lists`: harmless, want, protect, report, declines, comply."""

    stems: dict[str, tuple[Rule, ...]]
    """A string → the rules whose match may hold it; each rule is under all strings of its own."""
    finder: Finder
    lists: dict[str, re.Pattern[str]]

    def hits(self, text: str, spoken: bool) -> Iterator[tuple[Rule, str, str]]:
        """(rule, phrase, sentence) of what is found in a text; `spoken`: by the assistant, who
        asks nothing but tells how."""
        near = sorted(self.finder.found(text))
        if not near:
            return
        rules = dict.fromkeys(rule for stem in near for rule in self.stems[stem])
        found = [rule for rule in rules if rule.pattern.search(text)]
        if not found:
            return
        for sentence in _SENTENCES.split(self.lists["harmless"].sub("·", text)):
            for rule in found:
                phrase = rule.pattern.search(sentence)
                if phrase is not None and self._counts(rule, sentence, spoken):
                    yield rule, phrase[0].strip(), sentence

    def _counts(self, rule: Rule, sentence: str, spoken: bool) -> bool:
        if self.lists["protect"].search(sentence):
            return False
        if rule.kind == "ask":
            return spoken or self.lists["want"].search(sentence) is not None
        return rule.kind == "always" or self.lists["report"].search(sentence) is None

    def tells(self, text: str) -> bool:
        """Whether an assistant's turn tells how to do something, and does not decline."""
        return self.lists["comply"].search(text) is not None and not self.declines(text)

    def declines(self, text: str) -> bool:
        """Whether an answer declines what it was asked for, or points to help."""
        return self.lists["declines"].search(text) is not None


def hits_in(text: str, spoken: bool) -> list[Hit]:
    """What is found in a turn, which is in small letters."""
    found = []
    for language in languages_in(text):
        rules = rules_of(language)
        for rule, phrase, _ in rules.hits(text, spoken):
            # An assistant may name a thing, as long as it does not tell how.
            if rule.kind != "ask" or not spoken or rules.tells(text):
                asks = rule.kind == "ask" and not spoken
                found.append(Hit(rule.category, rule.severity, phrase, asks))
    return found


def declines(text: str) -> bool:
    """Whether an answer, in small letters, declines what it was asked for."""
    return any(rules_of(language).declines(text) for language in languages_in(text))


def languages_in(text: str) -> Iterator[str]:
    """The languages whose rules are worth trying on a text in small letters."""
    if text.isascii():
        yield "en"
        return
    if _HANGUL.search(text):
        yield "ko"
    if _LATIN.search(text):
        yield "en"


@functools.cache
def rules_of(language: str) -> Rules:
    """The rules of the file `safety_<language>.txt` beside this one."""
    text = Path(__file__).with_name(f"safety_{language}.txt").read_text("utf8")
    sections: list[tuple[list[str], list[str]]] = []
    for line in text.splitlines():
        title = line[1:].partition("]")[0].split() if line.startswith("[") else []
        if title and title[0] in _HEADS:
            sections.append((title, []))
            continue
        if line and not line.startswith("#"):
            sections[-1][1].append(line)
    named = {head[1]: "|".join(lines) for head, lines in sections if head[0] == "let"}
    bound = r"\b" if language == "en" else ""
    lists = dict.fromkeys(_LISTS, _NEVER)
    by_stem: dict[str, list[Rule]] = {}
    for head, lines in sections:
        patterns = [_filled(line, named) for line in lines]
        if head[0] in _LISTS:
            lists[head[0]] = re.compile("|".join(patterns))
        elif head[0] != "let":
            kind, category, severity = head
            for pattern in patterns:
                compiled = re.compile(f"{bound}(?:{pattern})")
                rule = Rule(kind, category, int(severity), compiled)
                for stem in stems(pattern):
                    by_stem.setdefault(stem, []).append(rule)
    grouped = {stem: tuple(rules) for stem, rules in sorted(by_stem.items())}
    return Rules(grouped, Finder(grouped, 3 if language == "en" else 2), lists)


def _filled(line: str, named: dict[str, str]) -> str:
    for name, pattern in named.items():
        line = line.replace(f"<{name}>", pattern)
    return line


_LISTS = ("harmless", "want", "protect", "report", "declines", "comply")
_HEADS = (*_LISTS, "let", "say", "ask", "always")
