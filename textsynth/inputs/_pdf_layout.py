"""PDF pages into Markdown: running headers out, headings marked, broken lines joined.

The rules look at line lengths and punctuation only, and rather miss a heading than invent one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_EDGE = 2
"""How many lines at the top and the bottom of a page may be running headers and footers."""

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]")
_NUMBERED = re.compile(r"(?:chapter |제\s?)?(\d{1,3}(?:\.\d{1,3})*)(?:[.)]|장|절|조)?\s+\S", re.I)
_LIST_ITEM = re.compile(r"(?:[-*•·▪◦‣○●]|\(?\d{1,3}[.)]|[a-z]\)|[①-⑳]|[가-하][.)])\s")
_BULLET = re.compile(r"[•·▪◦‣○●]\s*")
_FIGURES = re.compile(r"[£$€₩¥%]|\d\s*원")
_HANGUL_EDGE = re.compile(r"[가-힣]$")


def markdown_of(pages: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The clean text of all pages as one Markdown document, and (offset, page) of each in it."""
    lines: list[str] = []
    opens: dict[int, int] = {}
    for number, page in enumerate(_without_furniture([p.split("\n") for p in pages]), start=1):
        if lines and page and not _continues(lines[-1], page[0]):
            lines.append("")
        if page:
            opens[len(lines)] = number
        lines += page
    width = _width(lines)
    marks: list[int] = []
    for k in range(len(lines)):
        opened = bool(k and marks[-1] and _NUMBERED.match(lines[k - 1]))
        marks.append(_heading(lines, k, width, opened) if width >= 40 else 0)
    return _assembled(_joined(lines, marks, width), opens)


def _assembled(
    parts: list[tuple[int, str]], opens: dict[int, int]
) -> tuple[str, list[tuple[int, int]]]:
    """The parts as one text with single blank lines; `opens`: line → the page it opens."""
    done: list[str] = []
    marks: list[tuple[int, int]] = []
    length, ends = 0, 2
    for line, part in parts:
        body = part.strip("\n")
        if not body:
            ends = min(2, ends + len(part)) if done else 2
            continue
        lead = len(part) - len(part.lstrip("\n"))
        gap = min(2, ends + lead) if done else 0
        done.append("\n" * gap + body)
        length += gap
        if line in opens:
            marks.append((length, opens[line]))
        length += len(body)
        ends = len(part) - len(part.rstrip("\n"))
    return "".join(done), marks


def _without_furniture(pages: list[list[str]]) -> list[list[str]]:
    """Pages without the lines that stand at the edge of at least half of three or more pages."""
    stripped = [[line.strip() for line in page] for page in pages]
    filled = [[line for line in page if line] for page in stripped]
    if len(filled) < 3:
        return stripped
    edges = Counter(
        _DIGITS.sub("#", line)
        for page in filled
        for line in set(page[:_EDGE] + page[max(_EDGE, len(page) - _EDGE) :])
    )
    running = {line for line, count in edges.items() if count >= max(3, len(filled) / 2)}
    return [_trimmed(page, running) for page in stripped]


def _trimmed(page: list[str], running: set[str]) -> list[str]:
    places = [k for k, line in enumerate(page) if line]
    edge = set(places[:_EDGE] + places[-_EDGE:])
    kept = [
        line for k, line in enumerate(page) if not (k in edge and _DIGITS.sub("#", line) in running)
    ]
    return "\n".join(kept).strip("\n").split("\n") if any(kept) else []


def _width(lines: list[str]) -> int:
    """The usual length of a full line: nine in ten lines are not longer."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[int(len(lengths) * 0.9)] if len(lengths) > 4 else 0


def _heading(lines: list[str], k: int, width: int, opened: bool) -> int:
    """The level of the heading on line `k`, else 0; `opened`: a chapter's heading is just above."""
    line = lines[k]
    if not 2 <= len(line) <= 60 or line[-1] in ".,;:!…" or _FIGURES.search(line):
        return 0
    if not (line[0].isupper() or line[0].isdigit() or "가" <= line[0] <= "힣"):
        return 0
    if len(line) > 0.65 * width or len(_LETTERS.findall(line)) < 2:
        return 0
    before = lines[k - 1] if k else ""
    after = next((text for text in lines[k + 1 : k + 3] if text), "")
    number = _NUMBERED.match(line)
    if len(_DIGITS.findall(line[number.end(1) :] if number else line)) > 1:
        return 0
    if number and (_LIST_ITEM.match(before) or _LIST_ITEM.match(after)):
        return 0
    ends = opened or not before or before[-1] in ".!?"
    runs_on = len(before) >= 0.65 * width and not ends and not _FIGURES.search(before)
    opens = len(after) >= 0.65 * width
    if not after or after[0].islower() or runs_on or not (ends or opens):
        return 0
    if not opens and _FIGURES.search(after):
        return 0
    return min(number[1].count(".") + 1, 5) if number else 2


def _joined(lines: list[str], marks: list[int], width: int) -> list[tuple[int, str]]:
    """(number, text) of the lines: a full one that ends no sentence is joined to the next."""
    parts: list[tuple[int, str]] = []
    before = ""
    for k, (line, level) in enumerate(zip(lines, marks, strict=True)):
        if level:
            parts.append((k, f"\n\n{'#' * level} {line}\n\n"))
            before = ""
            continue
        full = width >= 40 and len(before) >= 0.75 * width
        if before and full and _continues(before, line) and not _LIST_ITEM.match(line):
            parts.append((k, line if before.endswith("-") else " " + line))
        else:
            parts.append((k, "\n" + _BULLET.sub("- ", line, count=1) if parts else line))
        before = line
    return parts


def _continues(before: str, after: str) -> bool:
    """Whether a sentence runs from one line into the next.

    A line that ends in Hangul is not joined: whether a space stood there cannot be known. Nor is
    one with an amount before a capital letter: it may be a row of a table.
    """
    if not before or not after or _HANGUL_EDGE.search(before):
        return False
    return after[0].islower() or not (before[-1] in ".!?:" or _FIGURES.search(before))
