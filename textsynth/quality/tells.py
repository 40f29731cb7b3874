"""Drops samples that are full of phrases which models use far more than the job's own texts do."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import Field, PrivateAttr

from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._code import prose
from textsynth.quality._tells_data import ENGLISH, KOREAN
from textsynth.quality._text import turns, words
from textsynth.records import Closing, Sample, Setting, Table, Verdict
from textsynth.rowfiles.anywhere import texts_in

DASHES = "— (em dash)"
_FEW = 20
"""Texts of the job under which they tell nothing of what is usual."""
SHOWN = 15
"""Tells in the table of a run."""

_HANGUL = re.compile("[가-힣]")


class Tell(NamedTuple):
    """A phrase: how it is named, what it weighs, where it is looked for and how it is counted."""

    name: str
    weight: float
    hint: str
    pattern: re.Pattern[str]


class Reference(NamedTuple):
    """The job's own texts: their words, their number, and how often each tell stands in them."""

    words: int
    texts: int
    counts: Mapping[str, int]
    holds: Mapping[str, int]
    """Tell → texts that it stands in."""


class Tells(Filter):
    """Counts phrases such as "delve" or "도움이 되셨기를 바랍니다" against the job's own texts.

    English and Korean; code is left out. What the input rows (documents, examples, like …) say as
    often is no tell: what they lead one to expect is taken off, and a phrase that is usual in them
    does not count at all (from 20 texts on). Courtesies of a service desk count half, each em dash
    after the first in a hundred words half. The score is the excess per 1,000 words (in Korean two
    letters are a word); details hold the phrases. After a run a table shows the tells that its kept
    rows hold most of, beside the job's own texts.
    """

    alone = True

    max_rate: float = Field(default=25.0, ge=0)
    """Most tells per 1,000 words beyond those expected; a row of fewer than 100 words is taken as
    one of 100."""

    at_least: int = Field(default=3, ge=1)
    """Different tells that a row must hold to be dropped, however short it is."""

    usual: float = Field(default=0.05, gt=0, le=1)
    """Share of the job's own texts from which a phrase that stands in them is no tell."""

    more: list[str] = Field(default_factory=list)
    """Phrases of your own, which count like the others."""

    allow: list[str] = Field(default_factory=list)
    """Phrases of the list that are no tells here."""

    _reference: list[Reference] = PrivateAttr(default_factory=list)

    def screen(self, setting: Setting) -> Screen:
        """Counts the job's own texts once, then looks at one sample at a time."""
        reference = self._read(setting)
        known = reference.texts >= _FEW
        self._reference[:] = [reference]  # `closing` is asked later, without the rows

        def verdict(sample: Sample) -> Verdict:
            texts = [text for _, text in turns(sample)]
            counts, weights = self._counted(texts)
            if len(counts) < self.at_least:
                return KEEP
            size = sum(words(text) for text in texts)
            excess = 0.0
            for name, count in counts.items():
                if known and reference.holds.get(name, 0) >= self.usual * reference.texts:
                    weights[name] = 0
                    continue
                expected = size * reference.counts.get(name, 0) / reference.words if known else 0
                excess += weights[name] * max(0.0, count - expected)
            found = sorted(n for n in counts if weights[n])
            rate = round(1000 * excess / max(size, 100), 2)
            if len(found) < self.at_least or rate <= self.max_rate:
                return KEEP
            return Verdict(keep=False, reason="tells", score=rate, details={"found": found[:12]})

        return verdict

    def closing(self, closing: Closing) -> Sequence[Table]:
        """The tells that the kept rows hold most of, against the job's own texts."""
        size, counts, holds = 0, Counter[str](), Counter[str]()
        for sample in closing.kept:
            texts = [text for _, text in turns(sample)]
            size += sum(words(text) for text in texts)
            found, _ = self._counted(texts)
            counts.update(found)
            holds.update(found.keys())
        if not counts:
            return ()
        own = self._reference[0] if self._reference else Reference(0, 0, {}, {})
        rows = []
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]:
            here = 1000 * count / size
            there = 1000 * own.counts.get(name, 0) / own.words if own.words else 0.0
            ratio = f"{here / there:.1f}" if there else ("never there" if own.words else "-")
            shown = f"{there:.2f} ({own.counts.get(name, 0)})" if own.words else "-"
            rows.append((name, f"{here:.2f} ({count})", shown, ratio, holds[name]))
        where = f"{own.texts:,} texts of the job" if own.words else "no texts of the job to compare"
        title = f"phrases of models per 1,000 words (times), kept rows against {where}"
        return (Table(title, ("phrase", "kept rows", "own texts", "ratio", "rows"), tuple(rows)),)

    def _read(self, setting: Setting) -> Reference:
        size, texts, counts, holds = 0, 0, Counter[str](), Counter[str]()
        seen: set[str] = set()
        for rows in setting.rows.values():
            for row in rows:
                for text in texts_in(row):
                    if len(text) < 20 or text in seen:
                        continue
                    seen.add(text)
                    size, texts = size + words(text), texts + 1
                    found, _ = self._counted([text])
                    counts.update(found)
                    holds.update(found.keys())
        return Reference(size, texts, counts, holds)

    def _counted(self, texts: Iterable[str]) -> tuple[dict[str, int], dict[str, float]]:
        """(tell → times, tell → weight) of those that stand in the texts."""
        text = prose("\n".join(texts)).lower()
        if not text.isascii():
            text = text.replace("’", "'")
        korean = not text.isascii() and _HANGUL.search(text) is not None
        counts: dict[str, int] = {}
        weights: dict[str, float] = {}
        for tell in _listed(korean, tuple(self.more)):
            if tell.hint in text and tell.name not in self.allow:
                count = len(tell.pattern.findall(text))
                if count:
                    counts[tell.name], weights[tell.name] = count, tell.weight
        dashes = text.count("—") - 1
        if dashes > 0 and DASHES not in self.allow:
            extra = dashes - len(text) // (300 if korean else 600)
            if extra > 0:
                counts[DASHES], weights[DASHES] = extra, 0.5
        return counts, weights


@functools.lru_cache(16)
def _listed(korean: bool, more: tuple[str, ...]) -> tuple[Tell, ...]:
    lines = (KOREAN if korean else ENGLISH).strip("\n").split("\n")
    return tuple(_tell(line) for line in [*lines, *(phrase.lower() for phrase in more)])


def _tell(line: str) -> Tell:
    weight = 0.5 if line.startswith("?") else 1.0
    name, *pattern = line.removeprefix("?").split(" ~ ")
    if pattern:
        return Tell(name, weight, pattern[0], re.compile(pattern[1]))
    bound = r"\b" if name[0].isascii() and name[0].isalpha() else ""
    return Tell(name, weight, name, re.compile(bound + re.escape(name)))
