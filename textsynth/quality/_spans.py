"""Which texts of a sample are compared with seeds and test sets, and what in them is quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from textsynth.overlap import units
from textsynth.records import Sample, spoken

QUOTING = frozenset(
    {"quote", "quotes", "evidence", "context", "contexts", "chunk", "passage", "source", "document"}
)
"""Columns that repeat a seed on purpose: not compared where a sample has no turns."""

_QUOTED = re.compile(
    '“([^“”\n]{1,2000})”|‘([^‘’\n]{4,2000})’(?!\\w)|"([^"\n]{1,2000})"|「([^「」\n]{1,2000})」|『([^『』\n]{1,2000})』'
    "|«([^«»\n]{1,2000})»|„([^„“”\n]{1,2000})[“”]"
)
_BLANK = "ꙮ"
"""A letter that no text has: a run cannot go through it, and places stay where they are."""


def compared(sample: Sample, columns: Collection[str] = ()) -> list[tuple[str, str]]:
    """(where, text) of what a model learns from: the turns, or without turns the columns of text.

    `where` is the role and the number of the turn, `assistant 1`, or the name of a column. Turns
    of labels and the results of tools are left out; `columns` are added.
    """
    silent = {role for role, who in sample.speakers.items() if who == "label"}
    found = [
        (f"{m['role']} {number}", m["content"])
        for number, m in enumerate(sample.messages)
        if m["role"] not in silent and m in spoken([m])
    ]
    if not found:
        found = [
            (name, value)
            for name, value in sample.columns.items()
            if isinstance(value, str) and name not in QUOTING and name not in columns
        ]
    for name in columns:
        value = sample.columns.get(name)
        if value is not None:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            found.append((name, text))
    return found


_MARKS = re.compile('["“‘「『«„]')


def quotes(text: str) -> bool:
    """Whether there is a quotation mark."""
    return _MARKS.search(text) is not None


def unquoted(text: str, most: int, total: int) -> str:
    """The text with its quotations of fewer than `most` units blanked, letter by letter.

    The same object where there is none, or where they make up half of the `total` units.
    """
    cut: list[tuple[int, int]] = []
    size = 0
    for match in _QUOTED.finditer(text):
        inside = len(units(match[match.lastindex or 0]))
        if 0 < inside < most:
            size += inside
            cut.append(match.span(match.lastindex or 0))
    if not cut or 2 * size >= total:
        return text
    parts, at = [], 0
    for start, end in cut:
        parts += [text[at:start], _BLANK * (end - start)]
        at = end
    return "".join([*parts, text[at:]])
