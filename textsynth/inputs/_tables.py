"""Tables and captions in Markdown, where a document is cut into pieces."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*")
_CAPTION = re.compile(
    r"[*_]{0,2}(?:figure|fig\.|table|chart|그림|표|도표)\s?\d{1,3}(?:[.-]\d{1,3})?\b.{0,280}", re.I
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: where it stands, and its header row with the rule below it."""

    start: int
    body: int
    end: int
    header: str


def tables(text: str) -> list[Table]:
    """The tables of a Markdown text that have a header row, in order."""
    found: list[Table] = []
    place, rows = 0, []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            rows.append((place, line))
        else:
            if len(rows) > 2 and _RULE.fullmatch(rows[1][1]):
                header = f"{rows[0][1].strip()}\n{rows[1][1].strip()}\n"
                last, words = rows[-1]
                found.append(Table(rows[0][0], rows[2][0], last + len(words), header))
            rows = []
        place += len(line) + 1
    return found


def room_for_headers(found: list[Table], size: int) -> int:
    """Characters that a piece must leave free for the header of a table that is cut."""
    longest = max((len(t.header) for t in found if t.end - t.start > size), default=0)
    return longest if longest * 2 <= size else 0


def header_at(found: list[Table], start: int) -> str:
    """The header rows to repeat where a piece begins inside a table, else nothing."""
    k = bisect_right(found, start, key=lambda table: table.start) - 1
    if k < 0 or not found[k].body < start < found[k].end:
        return ""
    return found[k].header


def keep_captions(text: str, spans: list[Span], size: int) -> list[Span]:
    """Spans in which a caption goes with what it stands below, where there is room for both."""
    kept: list[Span] = []
    for start, end in spans:
        if kept and _CAPTION.match(text, start, end):
            before, stop = kept[-1]
            line_end = text.find("\n", start, end)
            line_end = end if line_end < 0 else line_end
            last = text.rfind("\n\n", before, stop) + 2
            if line_end - before <= size:
                kept[-1] = (before, line_end)
                start = line_end
            elif last > before and line_end - last <= size and text[last:stop].strip():
                kept[-1:] = [(before, last), (last, line_end)]
                start = line_end
        if text[start:end].strip():
            start += len(text[start:end]) - len(text[start:end].lstrip("\n"))
            kept.append((start, end))
    return kept
