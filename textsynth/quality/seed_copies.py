"""Drops a sample that copies a seed: any of the documents, examples and personas of the job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from textsynth.embedding import open_embedder
from textsynth.overlap import Overlap, Run, Share, dense, spans, units
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._masks import excerpt
from textsynth.quality._passages import Passages
from textsynth.quality._spans import compared, quotes, unquoted
from textsynth.records import Closing, Sample, Setting, Table, Verdict
from textsynth.rowfiles.anywhere import records_of, texts_in

WORDS, CHARACTERS = 5, 10
"""Units of the n-grams that are looked for; no shorter run is seen."""

KINDS = ("chunk", "examples", "persona", "reference")
_KIND_OF = {"chunk": "chunk", "other": "chunk", "persona": "persona", "partner": "persona"}
_NAMES_ONLY = frozenset({"topic", "subject", "like"})


class Limits(BaseModel):
    """From where on a kind of seed counts as copied."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    words: int | None = Field(default=None, ge=WORDS)
    """Longest common run, in words."""

    characters: int | None = Field(default=None, ge=CHARACTERS)
    """Longest common run in Hangul, Han, Kana and the like, in letters without spaces."""

    overlap: float | None = Field(default=None, gt=0, le=1)
    """Share of a turn's n-grams (5 words, 10 letters) that stand in one seed."""


DEFAULTS: Mapping[str, Limits] = {
    "chunk": Limits(words=30, characters=70, overlap=0.5),
    "examples": Limits(words=15, characters=36, overlap=0.4),
    "persona": Limits(words=15, characters=36, overlap=0.4),
    "reference": Limits(words=30, characters=70, overlap=0.5),
}


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose text a reference is."""

    kind: str
    field: str
    id: str
    source: str


class SeedCopies(Filter):
    """Compares what is trained on, the turns of a sample, with every seed of the job at once, not
    only with its own: a copy of another document is a leak too.

    A row goes where a run of units that it shares with one seed, or the share of a turn's n-grams
    that stand in one seed, reaches the limit. A share counts where at least as many units as the
    limit of a run are shared in all: less is a quotation. What a row is given is not compared: a
    user's turn that holds its own chunk or sample whole. The score is the highest of (run / limit,
    overlap / limit): 1 and more drops. Memory: about 30 bytes a word of the seeds.
    """

    alone = True

    words: int | None = Field(default=None, ge=WORDS)
    """Longest common run, in words, for all kinds of seeds; by itself 30 for documents, 15 for
    examples and personas."""

    characters: int | None = Field(default=None, ge=CHARACTERS)
    """The same in letters of Hangul, Han, Kana and scripts without spaces: 70 and 36."""

    overlap: float | None = Field(default=None, gt=0, le=1)
    """Share of a turn's n-grams found in one seed: 0.5 for documents, 0.4 for examples and
    personas."""

    chunk: Limits | Literal["off"] = Limits()
    """Limits for documents: {words: 50, characters: 120, overlap: 0.7}; off: not compared."""

    examples: Limits | Literal["off"] = Limits()
    """Limits for example rows, samples and labelled rows."""

    persona: Limits | Literal["off"] = Limits()
    """Limits for personas."""

    allow_quotes: bool = True
    """Whether quotations in quotation marks that are shorter than the limit of a run are left out,
    as long as they are less than half of the turn."""

    columns: tuple[str, ...] = ()
    """Columns to compare besides the turns. Those such as `quote` repeat a seed on purpose."""

    references: tuple[str, ...] = ()
    """More texts not to copy: files, folders, runs or datasets of the Hub."""

    vectors: float | None = Field(default=None, gt=0, le=1)
    """Cosine from which a passage says the same as one of a seed (0.9); English, and slower.
    Not by itself: answers about a document mean what it says."""

    @field_validator("columns", "references", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("chunk", "examples", "persona", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        return "off" if value is False else value

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Raises JobError where vectors are wanted that are not there."""
        if self.vectors is not None:
            open_embedder("static")
            if setting.language != "en":
                return [f"{self.part}: `vectors` know English only, and rows are not in English"]
        if not any(self._seeds(setting)):
            return [f"{self.part}: the job has no seeds to compare with; name some as `references`"]
        return ()

    def screen(self, setting: Setting) -> Screen:
        """Reads the seeds once; remembers nothing of the samples."""
        return _Screen(self, setting)

    def limits(self, kind: str) -> Limits | None:
        """The limits of a kind of seed; None where it is not compared."""
        own = getattr(self, kind, Limits())
        if own == "off":
            return None
        given = {
            name: next(
                one for one in (getattr(own, name), getattr(self, name),
                                getattr(DEFAULTS[kind], name)) if one is not None
            )
            for name in ("words", "characters", "overlap")
        }  # fmt: skip
        return Limits(**given)

    def _seeds(self, setting: Setting) -> Iterator[tuple[_Owner, str]]:
        """Each text to compare with, and whose it is."""
        for field, rows in setting.rows.items():
            kind = _KIND_OF.get(field, "examples")
            if field in _NAMES_ONLY or self.limits(kind) is None:
                continue
            for row in rows:
                source = str(row.get("source") or field)
                texts = [row["text"]] if kind == "chunk" else dict.fromkeys(texts_in(row))
                for text in texts:
                    yield _Owner(kind, field, str(row.get("id", "")), source), text
        for name in self.references:
            for found in records_of(name, setting.home, f"the filter {self.part}"):
                for text in texts_in(found.record):
                    yield _Owner("reference", "", found.place, found.source), text

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Which seeds were copied most."""
        rows: dict[tuple[str, str, str], list[int]] = {}
        for _, verdicts in closing.screened:
            for one in verdicts:
                if one.filter == self.part and not one.keep:
                    d = one.details
                    key = (str(d["kind"]), str(d["source"]), str(d["id"]))
                    seen = rows.setdefault(key, [0, 0])
                    seen[0] += 1
                    seen[1] = max(seen[1], int(d.get("run", 0)))
        first = sorted(rows.items(), key=lambda pair: (-pair[1][0], pair[0]))[:10]
        lines = tuple((*key, numbers[0], numbers[1]) for key, numbers in first)
        columns = ("kind", "source", "id", "rows dropped", "longest run")
        return [Table("Copied seeds", columns, lines)] if lines else []


def _limit(limits: Limits, letters: bool) -> int:
    return (limits.characters if letters else limits.words) or 1


class _Screen:
    """The references of one run, and the question about one sample."""

    def __init__(self, part: SeedCopies, setting: Setting) -> None:
        self._part = part
        self._overlap = Overlap(WORDS, CHARACTERS)
        self._owners: list[_Owner] = []
        self._limits = {kind: part.limits(kind) for kind in KINDS}
        texts: list[str] = []
        for owner, text in part._seeds(setting):
            self._overlap.add(units(text), KINDS.index(owner.kind))
            self._owners.append(owner)
            if part.vectors is not None:
                texts.append(text)
        self._passages = Passages(texts) if texts else None

    def __call__(self, sample: Sample) -> Verdict:
        texts = compared(sample, self._part.columns)
        found = [units(text) for _, text in texts]
        if self._part.allow_quotes:
            for number, (_, text) in enumerate(texts):
                if not quotes(text):
                    continue
                most = self._longest_quote(dense(found[number]))
                other = unquoted(text, most, len(found[number]))
                if other is not text:
                    texts[number] = (texts[number][0], other)
                    found[number] = units(other)
        shared = self._overlap.shared(found)
        if shared and (given := self._given(sample, texts, found)):
            found = [[] if number in given else one for number, one in enumerate(found)]
            shared = self._overlap.shared(found)
        verdict = self._worst(shared, texts)
        if verdict.keep and self._passages is not None and self._part.vectors is not None:
            return self._meant(texts) or verdict
        return verdict

    def _longest_quote(self, letters: bool) -> int:
        return _limit(self._limits["chunk"] or DEFAULTS["chunk"], letters)

    def _given(
        self, sample: Sample, texts: Sequence[tuple[str, str]], found: Sequence[Sequence[str]]
    ) -> set[int]:
        """The user's turns that hold the sample's own chunk or sample row whole."""
        own = {str(sample.seeds.get(name)) for name in ("chunk", "other", "sample")} - {"None"}
        given: set[int] = set()
        for number, (where, _) in enumerate(texts):
            if not own or not where.startswith("user"):
                continue
            for run, _ in self._overlap.shared([found[number]]).values():
                if run is None or self._owners[run.reference].id not in own:
                    continue
                if run.size >= 0.9 * self._overlap.units_of(run.reference):
                    given.add(number)
        return given

    def _worst(
        self, shared: Mapping[int, tuple[Run | None, Sequence[Share]]],
        texts: Sequence[tuple[str, str]],
    ) -> Verdict:  # fmt: skip
        """The verdict on what is nearest to its limit, or furthest past it; a run before a share,
        for it says more."""
        runs: list[tuple[float, Run]] = []
        most: list[tuple[float, Share]] = []
        for group, (run, shares) in sorted(shared.items()):
            limits = self._limits[KINDS[group]]
            if limits is None:
                continue
            if run is not None:
                runs.append((run.size / _limit(limits, run.dense), run))
            for share in shares:
                units_shared = share.hits + self._overlap.sizes[share.dense] - 1
                if units_shared >= _limit(limits, share.dense):
                    most.append((share.share / (limits.overlap or 1), share))
        by_run = max(runs, key=lambda one: one[0], default=None)
        by_share = max(most, key=lambda one: one[0], default=None)
        level = max(one[0] for one in (by_run, by_share) if one) if by_run or by_share else 0.0
        chosen = by_run if by_run and (by_run[0] >= 1 or not by_share) else by_share
        if chosen is None:
            return KEEP
        what = chosen[1]
        if isinstance(what, Run) and by_share:
            what = self._likelier(what, by_share[1], texts)
        details: dict[str, Any] = {
            "kind": self._owners[what.reference].kind,
            "units": "characters" if what.dense else "words",
            "run": max((run.size for _, run in runs), default=0),
            "overlap": round(max((share.share for _, share in most), default=0.0), 3),
        }
        score = round(level, 3)
        if level < 1:
            return Verdict(keep=True, score=score, details=details if level > 0.5 else {})
        reason = "copied_run" if isinstance(what, Run) else "copied_share"
        same = [run for _, run in runs if (run.reference, run.text) == (what.reference, what.text)]
        shown = self._shown(same[0] if same else what, texts)
        return Verdict(False, reason, score, details={**details, **shown})

    def _likelier(self, run: Run, share: Share, texts: Sequence[tuple[str, str]]) -> Run:
        """The run in the seed that has most of the turn, where it stands in that one too."""
        if (run.text, run.dense) != (share.text, share.dense) or run.reference == share.reference:
            return run
        found = units(texts[run.text][1])[run.start : run.start + run.size]
        at = self._overlap.place(share.reference, found)
        return run if at < 0 else replace(run, reference=share.reference, at=at)

    def _shown(self, what: Run | Share, texts: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Where it comes from, and the text that both have, without personal data."""
        owner = self._owners[what.reference]
        where, text = texts[what.text]
        size = what.size if isinstance(what, Run) else (CHARACTERS if what.dense else WORDS)
        places = spans(text)
        start, end = places[what.start][0], places[what.start + size - 1][1]
        shown: dict[str, Any] = {
            "source": owner.source, "id": owner.id, "where": where, "start": start, "end": end,
            "text": excerpt(text, start, end),
        }  # fmt: skip
        return {**shown, "at": what.at} if isinstance(what, Run) else shown

    def _meant(self, texts: Sequence[tuple[str, str]]) -> Verdict | None:
        assert self._passages is not None
        assert self._part.vectors is not None
        nearest = self._passages.nearest([text for _, text in texts])
        if nearest is None or nearest.cosine < self._part.vectors:
            return None
        owner = self._owners[nearest.reference]
        where, text = texts[nearest.text]
        details = {
            "kind": owner.kind, "source": owner.source, "id": owner.id, "where": where,
            "start": nearest.start, "end": nearest.end,
            "text": excerpt(text, nearest.start, nearest.end),
        }  # fmt: skip
        return Verdict(False, "same_meaning", round(nearest.cosine, 3), details=details)
