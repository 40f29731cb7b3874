"""Marked text: `I lost my <PRODUCT>travel card</PRODUCT>.` into plain text, spans and tags."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)\s*([^<>/\s][^<>/]*?)\s*>")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_EDGES = " \t\n\"'“”‘’.,;:!?…"
_JOINED = re.compile(r"[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
"""A letter of a script that sets spaces between words, or a digit."""

_HANGUL = re.compile("[\uac00-\ud7a3]")


class MarkError(ValueError):
    """Marks that cannot be read; the words say why."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` of a text, and what they are."""

    start: int
    end: int
    label: str

    def to_json(self, text: str) -> dict[str, str | int]:
        """Plain JSON with the words themselves."""
        return {
            "start": self.start, "end": self.end, "label": self.label,
            "text": text[self.start : self.end],
        }  # fmt: skip


def read_marks(
    marked: str, labels: Collection[str], known: Collection[str] = ()
) -> tuple[str, list[Span]]:
    """(plain text, spans). Raises MarkError for a mark that is unknown, nested, empty, open.

    Marks of punctuation at the edges of a span go, unless its words are among the `known`.
    """
    whole = {words.casefold() for words in known}
    names = {label.lower(): label for label in labels}
    plain: list[str] = []
    spans: list[Span] = []
    place = length = 0
    opened: tuple[str, int] | None = None
    for tag in _TAG.finditer(marked):
        piece = marked[place : tag.start()]
        plain.append(piece)
        length += len(piece)
        place = tag.end()
        label = names.get(tag[2].lower())
        if label is None:
            raise MarkError(f"there is a mark <{tag[2]}>, which is no type")
        if not tag[1]:
            if opened:
                raise MarkError(f"<{label}> opens inside <{opened[0]}>")
            opened = (label, length)
        else:
            if opened is None or opened[0] != label:
                raise MarkError(f"</{label}> closes what was not opened")
            spans.append(Span(opened[1], length, label))
            opened = None
    if opened:
        raise MarkError(f"<{opened[0]}> is not closed")
    text = "".join([*plain, marked[place:]])
    if "<" in text or ">" in text:
        raise MarkError("there is a stray < or >")
    return text, [_trimmed(span, text, whole) for span in spans]


def _trimmed(span: Span, text: str, whole: Collection[str]) -> Span:
    """Without white space at its edges, nor marks of punctuation that are no part of its words."""
    start, end = span.start, span.end
    words = text[start:end]
    if words.strip().casefold() in whole:
        start += len(words) - len(words.lstrip())
        return Span(start, start + len(words.strip()), span.label)
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    if start == end:
        raise MarkError(f"<{span.label}> holds nothing")
    return Span(start, end, span.label)


def completed(text: str, spans: Iterable[Span], known: Mapping[str, str]) -> list[Span]:
    """The spans, and those that were left unmarked: words marked elsewhere, and the `known` ones.

    `known`: words → label. Longer words go first; no two spans overlap. In order.
    """
    found = sorted(spans)
    wanted = {**known, **{text[s.start : s.end]: s.label for s in found}}
    for words in sorted(wanted, key=lambda w: (-len(w), w)):
        for start in _places(words, text):
            end = start + len(words)
            if all(end <= s.start or start >= s.end for s in found):
                found.append(Span(start, end, wanted[words]))
    return sorted(found)


def _places(words: str, text: str) -> Iterable[int]:
    """Where words stand in a text as such: not inside a longer word or number.

    In Korean a particle may follow, so only what stands before counts.
    """
    place = text.find(words) if len(words) > 1 else -1
    while place >= 0:
        before, after = text[place - 1 : place], text[place + len(words) : place + len(words) + 1]
        cut = (
            (_JOINED.match(before) and _JOINED.match(words[0]))
            or (_JOINED.match(after) and _JOINED.match(words[-1]))
            or (_HANGUL.match(before) and _HANGUL.match(words[0]))
        )
        if not cut:
            yield place
        place = text.find(words, place + 1)


def tagged(text: str, spans: Sequence[Span]) -> tuple[list[str], list[str]]:
    """(tokens, BIO tags): words and marks, cut where a span begins or ends inside a word.

    So `2일에` of a date `2일` becomes two tokens, and no tag covers a particle.
    """
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    tokens: list[str] = []
    tags: list[str] = []
    for match in _TOKEN.finditer(text):
        cuts = [match.start(), *(e for e in edges if match.start() < e < match.end()), match.end()]
        for start, end in itertools.pairwise(cuts):
            span = next((s for s in spans if s.start <= start and end <= s.end), None)
            tokens.append(text[start:end])
            tags.append(
                "O" if span is None else f"{'B' if start == span.start else 'I'}-{span.label}"
            )
    return tokens, tags
