"""What a set of personas is like: how many, how varied, in what languages, under which licences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from textsynth.minhash import Index, normalised
from textsynth.people.dedupe import language_of
from textsynth.people.schema import Row, marks
from textsynth.people.terms import terms

NEAR = 0.7
"""Jaccard similarity of words from which two personas count as near-duplicates."""

SAMPLE = 100_000
"""So many rows, the first ones, are looked at for near-duplicates and distinct terms."""

_VALUES = 2000
_OPENING = 3


@dataclass(slots=True)
class Stats:
    """Figures of a set of personas."""

    rows: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    licences: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    characters: dict[str, float] = field(default_factory=dict)
    """Length of the descriptions: least, mean, most."""
    terms: int = 0
    """Terms in the rows that were looked at."""
    distinct_terms: int = 0
    near_duplicates: int = 0
    looked_at: int = 0
    attributes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Attribute → value → rows; of more than 2,000 values the first ones that came."""
    filled: dict[str, int] = field(default_factory=dict)
    """Attribute → rows that have it."""
    openings: dict[str, int] = field(default_factory=dict)
    """The most common first three words."""


def stats(rows: Iterable[Row]) -> Stats:
    """Counts the rows in one pass. Memory: the distinct terms, and 1 KB for each row looked at."""
    found = Stats()
    counts: dict[str, Counter[str]] = {n: Counter() for n in ("language", "licence", "source")}
    values: dict[str, Counter[str]] = {}
    openings: Counter[str] = Counter()
    vocabulary: set[str] = set()
    index = Index(NEAR, "single")
    least, most, total = 0, 0, 0
    for row in rows:
        found.rows += 1
        text = row["description"]
        least = len(text) if found.rows == 1 else min(least, len(text))
        most, total = max(most, len(text)), total + len(text)
        counts["language"][language_of(row)] += 1
        for name in ("licence", "source"):
            counts[name][str(row.get(name) or "not said")] += 1
        _count_marks(row, values, found.filled)
        _count_opening(text, openings)
        if found.rows <= SAMPLE:
            found.looked_at += 1
            found.near_duplicates += index.add(normalised(text)) is not None
            words = terms(text)
            found.terms += len(words)
            vocabulary.update(words)
    found.distinct_terms = len(vocabulary)
    if found.rows:
        mean = round(total / found.rows, 1)
        found.characters = {"least": least, "mean": mean, "most": most}
    found.languages, found.licences, found.sources = (
        dict(c.most_common()) for c in counts.values()
    )
    found.attributes = {name: dict(count.most_common()) for name, count in sorted(values.items())}
    found.filled = dict(sorted(found.filled.items()))
    found.openings = dict(openings.most_common(10))
    return found


def _count_marks(row: Row, values: dict[str, Counter[str]], filled: dict[str, int]) -> None:
    seen = set()
    for name, value in marks(row):
        if name in ("language", "licence", "source"):
            continue
        count = values.setdefault(name, Counter())
        if value in count or len(count) < _VALUES:
            count[value] += 1
        if name not in seen:
            seen.add(name)
            filled[name] = filled.get(name, 0) + 1


def _count_opening(text: str, openings: Counter[str]) -> None:
    opening = " ".join(text.split()[:_OPENING])
    if opening in openings or len(openings) < 100_000:
        openings[opening] += 1
