"""The diversity of rows that stream by: figures of all, of each role, of each value of a facet."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from xxhash import xxh3_64_intdigest

from textsynth.records import Sample, spoken
from textsynth.variety.counting import Distinct, Frequent, Picked
from textsynth.variety.grams import Hashes, Units, grams_inside
from textsynth.variety.measures import (
    LEVEL,
    compression,
    distinct,
    kinds,
    kinds_left,
    nearest,
    self_bleu,
    vendi,
)

SEED = 0
"""Of the samples, where none is given."""

ROWS, PAIRS, BLEU = 5_000, 1_000, 200
"""Rows that are sampled: for kinds, for figures of all pairs, and for self-BLEU."""

OF_A_VALUE = 100
"""Rows that are sampled for each value of a facet."""

TOKENS, BLOCK = 10_000, 1_000_000
"""Tokens over which distinct runs are told, and bytes over which compression is."""

LONGEST = 512
"""Tokens of a text that figures of pairs look at."""

ENOUGH = 10
"""Rows of a value below which its figures are of fewer than those of the others."""

CUT = 10_000
"""Characters of a turn that a sample holds."""

VALUES = 20
"""Values of a facet that are measured; a facet that has more is left out."""

WORDS, EOJEOL, LETTERS = (5, 3), (3, 2), (6, 4)
"""How long an opening is, and its head: in words, in Korean eojeol, in letters where no spaces are
set."""

_SAME = 0.8
"""An opening that is so much of its head is told in full."""

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")
_UNSPACED = re.compile("[\u0e01-\u0e5b\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_BATCH = 200_000


@dataclass(frozen=True, slots=True)
class Row:
    """What is measured of a row: (role, text) of its turns, and its facets."""

    turns: Sequence[tuple[str, str]]
    facets: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sample: Sample) -> Row:
        """The spoken turns of a sample; without any, its columns that are text."""
        said = [(m["role"], m["content"]) for m in spoken(sample.messages) if m["content"]]
        own = [("text", v) for v in sample.columns.values() if isinstance(v, str)]
        return cls(said or own, sample.facets)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(text for _, text in self.turns)

    def said_by(self, role: str) -> str:
        """The turns of one role."""
        return "\n".join(text for who, text in self.turns if who == role)

    def cut(self) -> Row:
        """The row without what is beyond `CUT` characters of a turn, so that memory is bounded."""
        if all(len(text) <= CUT for _, text in self.turns):
            return self
        return Row([(role, text[:CUT]) for role, text in self.turns], self.facets)

    def firsts(self) -> dict[str, str]:
        """Role → its first turn."""
        found: dict[str, str] = {}
        for role, text in self.turns:
            found.setdefault(role, text)
        return found


@dataclass(frozen=True, slots=True)
class Figures:
    """The diversity of some texts. Each figure is of a sample whose size stands beside it, None
    where there is too little: compare figures of equal sizes."""

    rows: int
    tokens: float
    """Tokens of a text, on average."""
    distinct: tuple[float | None, ...]
    """Different over all runs of 1, 2 and 3 tokens, in blocks of `distinct_tokens`."""
    distinct_tokens: int
    self_bleu: float | None
    bleu_rows: int
    nearest_mean: float | None
    nearest_low: float | None
    """Distance to the nearest other text (1 - Jaccard): mean, and the 5 % quantile."""
    vendi: float | None
    """How many texts without anything in common are as varied as `pair_rows` of these."""
    pair_rows: int
    compression: float | None
    """Bytes over compressed bytes, of `compression_bytes`."""
    compression_bytes: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """What is still to come, by Good and Turing: of one unit, such as the opening of a role."""

    unit: str
    came: int
    different: int
    new: float
    """The chance that the next one is new."""
    in_all: int | None
    """How many different ones there are at least (Chao1); None where it is not known yet."""
    exact: bool


@dataclass(frozen=True, slots=True)
class Diversity:
    """The diversity of a set of rows."""

    rows: int
    seed: int
    all: Figures
    whole: dict[str, Any]
    """Over every row: tokens, distinct_1 to 3, compression; empty where only a sample was read."""
    roles: dict[str, Figures]
    facets: dict[str, dict[str, Figures]]
    openings: dict[str, list[tuple[str, int, float]]]
    """Role → (opening of its first turn, rows, share), the most frequent first."""
    unseen: tuple[Unseen, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, by the names of the fields."""
        return asdict(self)


def opening(text: str) -> tuple[str, str]:
    """How a text begins, and the head of that: five words in small letters and three of them, in
    Korean three and two, six letters and four where words do not stand apart; no punctuation."""
    begin = unicodedata.normalize("NFC", text[:400]).casefold()
    words = _WORD.findall(begin)
    front = "".join(words[: WORDS[0]])
    if _UNSPACED.search(front):
        letters = "".join(words)
        return letters[: LETTERS[0]], letters[: LETTERS[1]]
    long, short = EOJEOL if _HANGUL.search(front) else WORDS
    return " ".join(words[:long]), " ".join(words[:short])


def frequent(openings: Frequent, heads: Frequent, most: int = 10) -> list[tuple[str, int, float]]:
    """(opening, rows, share) of what most texts begin with: a head, or the whole opening where
    that is nearly always how the head goes on."""
    longer = openings.top(openings.most)
    found = []
    for head, rows in heads.top(most):
        words, often = next(((w, n) for w, n in longer if w.startswith(head)), (head, 0))
        found.append((words if often >= _SAME * rows else head, rows, round(rows / heads.total, 4)))
    return found


class Survey:
    """Reads rows one by one (`add`), in flat memory, then tells (`diversity`).

    Memory: the texts of 5,000 rows, those of 100 rows of each value of a facet, and 70 MB at most.

    `whole`: every row is taken apart into tokens, for figures over all of them; else only a sample
    is, and of the others the openings alone are read, which is some ten times as fast.
    """

    def __init__(self, seed: int = SEED, *, whole: bool = True) -> None:
        self.seed, self.whole, self.count = seed, whole, 0
        self._units = Units()
        self._picked: Picked[Row] = Picked(ROWS, seed)
        self._values: dict[str, dict[str, Picked[Row]]] = {}
        self._many: set[str] = set()
        self._openings: dict[str, tuple[Frequent, Frequent]] = {}
        self._new: dict[str, Distinct] = {}
        self._waiting: dict[str, list[str]] = {}
        self._runs = [Distinct() for _ in range(3)]
        self._batch: list[Hashes] = []
        self._held = self._raw = self._packed = 0
        self._zlib = zlib.compressobj(LEVEL)

    def extend(self, rows: Iterable[Row]) -> Survey:
        """Adds each of these."""
        for row in rows:
            self.add(row)
        return self

    def add(self, row: Row) -> None:
        """Takes the next row; one without a word in it is passed over."""
        if not any(text.strip() for _, text in row.turns):
            return
        self.count += 1
        self._pick(self._picked, row)
        for facet, value in row.facets.items():
            if facet in self._many:
                continue
            values = self._values.setdefault(facet, {})
            if value not in values and len(values) >= VALUES:
                self._many.add(facet)
                del self._values[facet]
                continue
            self._pick(values.setdefault(value, Picked(OF_A_VALUE, self.seed)), row)
        for role, text in row.firsts().items():
            words, head = opening(text)
            if words:
                whole, heads = self._openings.setdefault(role, (Frequent(), Frequent()))
                whole.add(words)
                heads.add(head)
                waiting = self._waiting.setdefault(role, [])
                waiting.append(words)
                if len(waiting) >= 4096:
                    self._flush(role)
        if self.whole:
            self._read(row.text)

    @staticmethod
    def _pick(picked: Picked[Row], row: Row) -> None:
        if picked.wants():
            picked.add(row.cut())
        else:
            picked.skip()

    def _flush(self, role: str) -> None:
        import numpy as np

        words = self._waiting.pop(role, [])
        found = [xxh3_64_intdigest(word.encode("utf8", "surrogatepass")) for word in words]
        self._new.setdefault(role, Distinct()).add(np.array(found, np.uint64))

    def _read(self, text: str) -> None:
        units = self._units(text)
        self._batch.append(units)
        self._held += len(units)
        data = text.encode("utf8", "surrogatepass") + b"\n"
        self._raw += len(data)
        self._packed += len(self._zlib.compress(data))
        if self._held >= _BATCH:
            self._count_runs()

    def _count_runs(self) -> None:
        for n, runs in enumerate(self._runs, 1):
            runs.add(grams_inside(self._batch, n))
        self._batch, self._held = [], 0

    def diversity(self, *, most: int = PAIRS) -> Diversity:
        """The figures; `most`: rows that figures of pairs are of, for comparing with a set that
        has no more."""
        rows = self._picked.rows()
        roles = dict.fromkeys(role for row in rows for role, _ in row.turns)
        told = {role: [row.said_by(role) for row in rows] for role in roles}
        of_roles = {
            role: self._figures([text for text in texts if text], most)
            for role, texts in told.items()
        }
        facets = {
            facet: self._of_facet(values)
            for facet, values in sorted(self._values.items())
            if len(values) > 1
        }
        return Diversity(
            self.count, self.seed, self._figures([row.text for row in rows], most, self.count),
            self._of_all() if self.whole else {}, of_roles if len(roles) > 1 else {}, facets,
            {role: frequent(*both) for role, both in self._openings.items()},
            self._unseen(rows),
        )  # fmt: skip

    def _of_facet(self, values: Mapping[str, Picked[Row]]) -> dict[str, Figures]:
        """The figures of each value, of samples of one size where a value has enough for any."""
        enough = [len(picked.rows()) for picked in values.values() if picked.seen >= ENOUGH]
        size = min(enough, default=OF_A_VALUE)
        return {
            value: self._figures([row.text for row in picked.rows()[:size]], size, picked.seen)
            for value, picked in sorted(values.items())
        }

    def _figures(self, texts: Sequence[str], most: int, rows: int | None = None) -> Figures:
        import numpy as np

        # The sample is shuffled, so its first rows are an even sample as well.
        pairs = texts[:most]
        units = [self._units(text, LONGEST) for text in pairs]
        bleu = [text for text in units if len(text)][:BLEU]
        far = nearest(units)
        shrunk = compression(texts, BLOCK)
        total = sum(len(text) for text in units)
        return Figures(
            len(texts) if rows is None else rows, round(total / max(1, len(units)), 1),
            tuple(_round(distinct(units, n, TOKENS)) for n in (1, 2, 3)), min(TOKENS, total),
            _round(self_bleu(bleu)), len(bleu),
            _round(float(far.mean())) if len(far) else None,
            _round(float(np.quantile(far, 0.05))) if len(far) else None,
            _round(vendi(units), 2), len(pairs),
            _round(shrunk[0], 2) if shrunk else None, shrunk[1] if shrunk else 0,
        )  # fmt: skip

    def _of_all(self) -> dict[str, Any]:
        self._count_runs()
        packed = self._packed + len(self._zlib.copy().flush())
        found: dict[str, Any] = {"tokens": self._runs[0].total}
        for n, runs in enumerate(self._runs, 1):
            share = runs.different / runs.total if runs.total else None
            found[f"distinct_{n}"] = _round(share)
        found["exact"] = all(runs.exact for runs in self._runs)
        found["compression"] = _round(self._raw / packed if self._raw else None, 2)
        return found

    def _unseen(self, rows: Sequence[Row]) -> tuple[Unseen, ...]:
        found = []
        for role in list(self._openings):
            self._flush(role)
            new = self._new[role]
            unit = f"openings of {role}"
            found.append(
                Unseen(unit, new.total, round(new.different), round(new.unseen, 4),
                       _whole(new.in_all), new.exact)
            )  # fmt: skip
        if self.whole and self._runs[2].total:
            runs = self._runs[2]
            found.append(
                Unseen("runs of 3 tokens", runs.total, round(runs.different),
                       round(runs.unseen, 4), _whole(runs.in_all), runs.exact)
            )  # fmt: skip
        firsts = [next(iter(row.firsts().values())) for row in rows]
        came = kinds(firsts)
        different, unseen, in_all = kinds_left(came)
        exact = self.count <= ROWS
        found.append(
            Unseen("kinds of first turns", sum(came.values()), different, round(unseen, 4),
                   _whole(in_all), exact)
        )  # fmt: skip
        return tuple(found)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _round(number: float | None, digits: int = 4) -> float | None:
    return None if number is None else round(number, digits)
