"""E-mail addresses, plain and disguised; Hangul may follow at once, for it is no part of them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some
from textsynth.privacy.resolving import Candidate

_LOCAL = frozenset(string.ascii_letters + string.digits + "._%+-")
_PLAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24}(?![a-z0-9])")
_DOT = r"(?: ?[(\[{<] ?(?:dot|\.|점|닷) ?[)\]}>] ?| dot | ?[점닷] ?|\.)"
_HIDDEN = re.compile(rf"[a-z0-9-]{{2,63}}(?:{_DOT}[a-z0-9-]{{2,30}}){{1,4}}")
_AT = re.compile(
    r" ?[(\[{<] ?(?:at|@|골뱅이|앳) ?[)\]}>] ?| at (?=[a-z0-9-]{2,63} (?:dot|[(\[])[ "
    r".d])| ?골뱅이 ?"
)
_DOTTED = re.compile(
    r"[a-z0-9_+-]{1,24}(?: ?[(\[{<] ?(?:dot|\.|점|닷) ?[)\]}>] ?| dot | ?[점닷] ?)$"
)
_SIGNS = (
    "골뱅이",
    *(o + gap + at for o in "([{<" for gap in ("", " ") for at in ("at", "@", "앳")),
)
_SPACED = re.compile(r" @ (?=[a-z0-9-]{2,63}\.[a-z]{2,4}\b)")


def emails(page: Page) -> Iterator[Candidate]:
    """name@host.com, "name (at) host dot com", name 골뱅이 host 점 com."""
    low = page.low
    at = low.find("@")
    while at >= 0:
        start = _left(low, at)
        if start < at and (match := _PLAIN.match(low, at + 1)):
            yield Candidate("email", start, match.end())
        at = low.find("@", at + 1)
    if "@ " in low:
        yield from _around(low, _SPACED, _PLAIN)
    if some(low, _SIGNS) or (" at " in low and some(low, ("dot", "(", "["))):
        yield from _around(low, _AT, _HIDDEN)


def _around(low: str, middle: re.Pattern[str], host: re.Pattern[str]) -> Iterator[Candidate]:
    for match in middle.finditer(low):
        start = _left(low, match.start())
        after = host.match(low, match.end())
        if start < match.start() and after:
            yield Candidate("email", _dotted(low, start), after.end())


def _dotted(low: str, start: int) -> int:
    """Where "first (dot) last" begins, seen from its last word."""
    for _ in range(3):
        before = _DOTTED.search(low[max(0, start - 40) : start])
        if not before:
            break
        start -= len(before[0])
    return start


def _left(low: str, at: int) -> int:
    """Where the part before the sign begins, at most 64 characters back."""
    start = at
    while start > 0 and at - start < 64 and low[start - 1] in _LOCAL:
        start -= 1
    while start < at and low[start] in ".-%+":
        start += 1
    return start
