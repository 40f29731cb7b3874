"""Literal strings one of which each match of a regular expression holds, to look for first.

So hundreds of expressions can be tried on every row, if each is tried only where a string of its
own stands: trying them all, or an alternation of them, takes a millisecond for 500 characters; to
look for the strings by their rarest letters takes a fiftieth of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# What `re` itself parses with; there is no public door to it.
_parse: Callable[[str], Any] = vars(re)["_parser"].parse


def stems(pattern: str) -> frozenset[str]:
    """Strings one of which each match holds; the longest that are to be had.

    Raises ValueError where a match needs none (`a?`).
    """
    found = _of(list(_parse(pattern)))
    if not found:
        raise ValueError(f"'{pattern}' matches without any certain word")
    return found


def _of(items: Sequence[Any]) -> frozenset[str]:
    """The best strings of a sequence; empty where there are none."""
    choices: list[frozenset[str]] = []
    run = ""
    for op, value in (*items, ("END", None)):
        if str(op) == "LITERAL":
            run += chr(value)
            continue
        if run:
            choices.append(frozenset((run,)))
            run = ""
        choices.append(_inside(str(op), value))
    return max(choices, key=_worth, default=frozenset())


def _inside(op: str, value: Any) -> frozenset[str]:
    if op == "SUBPATTERN":
        return _of(list(value[-1]))
    if op == "BRANCH":
        return _either(_of(list(branch)) for branch in value[1])
    if op == "MAX_REPEAT" and value[0] > 0:
        return _of(list(value[2]))
    return frozenset()


def _either(branches: Iterable[frozenset[str]]) -> frozenset[str]:
    found = list(branches)
    return frozenset().union(*found) if all(found) else frozenset()


def _worth(found: frozenset[str]) -> tuple[int, int]:
    """Longer ones first, then fewer."""
    return (min(map(len, found)), -len(found)) if found else (0, 0)


class Finder:
    """Tells which of many strings stand in a text.

    Each string is known by the `size` letters of it that are rarest in texts; those that are
    shorter, of which there should be few, are looked for one by one.
    """

    def __init__(self, strings: Iterable[str], size: int) -> None:
        self._size = size
        self._short: list[str] = []
        self._by_gram: dict[tuple[str, ...], list[str]] = {}
        for string in strings:
            if len(string) < size:
                self._short.append(string)
                continue
            self._by_gram.setdefault(self._rarest(string), []).append(string)

    def found(self, text: str) -> list[str]:
        """The strings that stand in the text, in no certain order."""
        grams = set(zip(*(text[start:] for start in range(self._size)), strict=False))
        known = self._by_gram
        found = [s for gram in known.keys() & grams for s in known[gram] if s in text]
        return found + [string for string in self._short if string in text]

    def _rarest(self, string: str) -> tuple[str, ...]:
        grams = zip(*(string[start:] for start in range(self._size)), strict=False)
        return min(grams, key=lambda gram: (sum(_COMMON.find(one) + 1 for one in gram), gram))


_COMMON = "zqxjkvbpgfwymcuhdlrnsioat e"
"""Letters of English texts, the rarest first; others, such as syllables of Hangul, are rare."""
