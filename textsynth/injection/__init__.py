"""Seed text that tries to instruct the model: found, so that prompts can fence it off.

Phrases of an attack are looked for in English and Korean, after letters in disguise (look-alikes,
full-width forms, zero-width and tag characters, digits, letters set apart) were put back, and
inside base64. What is found is a suspicion and no proof: an article about such attacks quotes them.
It is therefore fenced, unless a job says otherwise, and not thrown away.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from textsynth.injection.disguise import bare, smuggled, visible
from textsynth.injection.phrases import PHRASES, Phrase

__all__ = ["LONGEST", "Injection", "scan", "shown", "visible"]

LONGEST = 80
"""Characters of a finding that may be shown to people."""

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_SWAPPED = re.compile(r"[a-z][01345@$](?=[a-z])")
"""Digits for letters, in the middle of a word: `prev1ous`."""

_LETTER_OF = str.maketrans("01345@$", "oieasas")
_SPACED = re.compile(r"(?<![a-z])(?:[a-z][ ._*-]{1,3}){15,200}[a-z](?![a-z])")
_NO_LETTER = re.compile("[^a-z]")
_SPELT = re.compile(
    r"(?:ignore|disregard|forget)(?:all|any|the|your|my|of){0,3}"
    r"(?:previous|prior|above|earlier|your)?(?:system)?(?:instructions?|prompts?|rules?)"
)
_READABLE = re.compile(r"[\x20-\x7e\s\u00a0-\u024f\uac00-\ud7a3\u3000-\u303f]*")


@dataclass(frozen=True, slots=True)
class Injection:
    """What was found: its kind, and where it stands in the text (characters, end exclusive)."""

    kind: str
    start: int
    end: int

    def to_json(self) -> dict[str, str | int]:
        """Plain JSON, as chunks carry it."""
        return {"kind": self.kind, "start": self.start, "end": self.end}


def scan(text: str, columns: Collection[str] = ()) -> list[Injection]:
    """What in `text` tries to instruct a model, in the order of the text, without overlaps.

    `columns`: names of the columns of a record, whose `name:` lines mark no role. Linear in the
    length of the text: every gap in a pattern is bounded.
    """
    plain, places = bare(text)
    found = [
        Injection(kind, _at(places, start), _at(places, end - 1) + 1)
        for kind, start, end in _phrases(plain, {name.lower() for name in columns})
    ]
    if _SWAPPED.search(plain):
        plain = plain.translate(_LETTER_OF)
        found += [
            Injection(kind, _at(places, start), _at(places, end - 1) + 1)
            for kind, start, end in _phrases(plain, ())
            if kind != "role_marker"
        ]
    found += [
        Injection("override", _at(places, match.start()), _at(places, match.end() - 1) + 1)
        for match in _SPACED.finditer(plain)
        if _SPELT.search(_NO_LETTER.sub("", match[0]))
    ]
    found += [Injection("hidden_characters", start, end) for start, end in smuggled(text)]
    found += [
        Injection("encoded", match.start(), match.end())
        for match in _BASE64.finditer(text)
        if _decodes_to_orders(match[0])
    ]
    return _without_overlaps(found)


def shown(text: str, injection: Injection) -> str:
    """The finding on one line, escaped, at most `LONGEST` characters."""
    raw = text[injection.start : injection.end]
    line = raw.encode("unicode_escape").decode("ascii") if _odd(raw) else " ".join(raw.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _phrases(plain: str, columns: Collection[str]) -> Iterator[tuple[str, int, int]]:
    for phrase in PHRASES:
        if phrase.hints and not any(hint in plain for hint in phrase.hints):
            continue
        for match in phrase.pattern.finditer(plain):
            if _meant(phrase, plain, match) and not (
                phrase.kind == "role_marker" and match[0].strip(" \n\t:#") in columns
            ):
                yield phrase.kind, match.start(), match.end()


def _meant(phrase: Phrase, plain: str, match: re.Match[str]) -> bool:
    """Whether no word before it turns the phrase round: `never ignore the instructions`."""
    before = plain[max(0, match.start() - 40) : match.start()]
    return phrase.unless is None or not phrase.unless.search(before)


def _decodes_to_orders(word: str) -> bool:
    padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
    try:
        decoded = base64.b64decode(padded.translate(_URL_SAFE), validate=True).decode("utf8")
    except (binascii.Error, ValueError):
        return False
    if not _READABLE.fullmatch(decoded):
        return False
    return any(True for _ in _phrases(bare(decoded)[0], ()))


_URL_SAFE = str.maketrans("-_", "+/")


def _odd(raw: str) -> bool:
    return any(not char.isprintable() and char not in "\n\t" for char in raw)


def _at(places: list[int] | None, index: int) -> int:
    return index if places is None else places[index]


def _without_overlaps(found: list[Injection]) -> list[Injection]:
    kept: list[Injection] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end, f.kind)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
