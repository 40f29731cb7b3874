"""Documents cut at their structure, into pieces of bounded length that know their headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from textsynth.inputs._tables import header_at, keep_captions, room_for_headers, tables

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_BLOCK_START = re.compile(r"\s*(?:[|>#]|[-*+][ \t]|\d+[.)][ \t])")
_LONGEST = 300
"""Characters; a longer line is no heading."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[^\n]*\n){0,60}?---[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a document, the path of headings that all of it stands under, and its place."""

    text: str
    headings: tuple[str, ...]
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Section:
    """The body text between two headings."""

    start: int
    end: int
    path: tuple[str, ...]


def cut(text: str, size: int, least: int, *, markdown: bool) -> list[Piece]:
    """Pieces of `least` to `size` characters, in order.

    A heading goes with the text below it, a caption with the text or table above it; a table that
    is cut has its header row in each piece. A piece shorter than `least` joins a neighbour, and is
    left out when neither has room.
    """
    from semantic_text_splitter import MarkdownSplitter, TextSplitter

    whole = len(text)
    text = _FRONT_MATTER.sub("", text) if markdown else text
    found = tables(text) if markdown else []
    size -= room_for_headers(found, size)
    splitter = MarkdownSplitter(size) if markdown else TextSplitter(size)
    spans = [(start, start + len(part)) for start, part in splitter.chunk_indices(text)]
    sections = _sections(text) if markdown else [_Section(0, len(text), ())]
    spans = _join_headings(spans, sections, size)
    spans = keep_captions(text, spans, size)
    spans = _join_short(spans, size, least)
    return [
        Piece(
            header_at(found, a) + text[a:b].strip("\n"),
            _path(sections, a, b),
            a + whole - len(text),
        )
        for a, b in spans
    ]


def cut_plain(text: str, size: int) -> list[str]:
    """`text` cut at paragraph, sentence or word ends into pieces of at most `size` characters."""
    if len(text) <= size:
        return [text]
    from semantic_text_splitter import TextSplitter

    return list(TextSplitter(size).chunks(text))


def _sections(text: str) -> list[_Section]:
    """The body texts of a Markdown document with their heading paths, blank ones left out."""
    sections: list[_Section] = []
    path: list[tuple[int, str]] = []
    body = 0
    for start, end, level, title in _headings(text):
        sections.append(_Section(body, start, tuple(name for _, name in path)))
        path = [(depth, name) for depth, name in path if depth < level]
        path.append((level, title))
        body = end
    sections.append(_Section(body, len(text), tuple(name for _, name in path)))
    return [section for section in sections if text[section.start : section.end].strip()]


def _headings(text: str) -> list[tuple[int, int, int, str]]:
    """(start, end, level, title) of each heading outside code blocks, in both Markdown styles."""
    found: list[tuple[int, int, int, str]] = []
    fence = ""
    place, before, before_at, paragraph = 0, "", 0, 0
    for line in text.split("\n"):
        end = place + len(line) + 1
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            paragraph = 2
        elif len(line) > _LONGEST:
            paragraph = 2
        elif not fence:
            if (match := _HEADING.fullmatch(line)) and match[2]:
                found.append((place, end, len(match[1]), _plain(match[2])))
                line = ""
            elif (match := _UNDERLINE.fullmatch(line)) and paragraph == 1:
                level = 1 if match[1][0] == "=" else 2
                found.append((before_at, end, level, _plain(before)))
                line = ""
            paragraph = _paragraph(line, paragraph)
        before, before_at, place = line, place, end
    return found


def _paragraph(line: str, lines: int) -> int:
    """How many lines the paragraph has so far; only one line above `---` can be a heading."""
    if not line.strip():
        return 0
    return 2 if _BLOCK_START.match(line) else lines + 1


def _plain(title: str) -> str:
    title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
    return re.sub(r"\*\*|__|`", "", title).strip().strip("*").strip()


def _path(sections: list[_Section], start: int, end: int) -> tuple[str, ...]:
    """The headings that all body text in [start, end) has in common."""
    paths = [section.path for section in _within(sections, start, end)]
    if not paths:
        return ()
    low, high = min(paths), max(paths)
    same = next((k for k, name in enumerate(low) if k >= len(high) or name != high[k]), len(low))
    return low[:same]


def _within(sections: list[_Section], start: int, end: int) -> list[_Section]:
    first = bisect_right(sections, start, key=lambda section: section.end)
    last = bisect_right(sections, end - 1, key=lambda section: section.start)
    return sections[first:last]


def _join_headings(
    spans: list[tuple[int, int]], sections: list[_Section], size: int
) -> list[tuple[int, int]]:
    """Spans in which headings without text went into the next span.

    Where there is no room they are left out: the `headings` of the next piece carry them.
    """
    joined: list[tuple[int, int]] = []
    waiting: int | None = None
    for start, end in spans:
        if not _within(sections, start, end):
            waiting = start if waiting is None else waiting
            continue
        if waiting is not None and end - waiting <= size:
            start = waiting
        waiting = None
        joined.append((start, end))
    return joined


def _join_short(spans: list[tuple[int, int]], size: int, least: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and end - joined[-1][0] <= size:
            last = joined[-1]
            if end - start < least or last[1] - last[0] < least:
                joined[-1] = (last[0], end)
                continue
        joined.append((start, end))
    return [(start, end) for start, end in joined if end - start >= least]
