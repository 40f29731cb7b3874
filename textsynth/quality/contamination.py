"""Drops a sample that holds an item of a test set: what is trained on must not be tested on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from textsynth.errors import InputError
from textsynth.overlap import Overlap, dense, spans, units
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._masks import excerpt
from textsynth.quality._nearby import Nearby
from textsynth.quality._spans import compared
from textsynth.records import Closing, Sample, Setting, Table, Verdict
from textsynth.rowfiles.anywhere import ALL, files_of, records_of, texts_in

SHORTEST = {False: 4, True: 8}
"""Words, or letters, of the shortest item that a whole turn may be equal to: `B` and `Yes, it is`
stand in every set."""


class EvaluationSet(BaseModel):
    """One set: {from: my-org/exam, split: test, columns: [question]}."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=True
    )

    from_: str = Field(alias="from", min_length=1)
    """A file, a folder, a run or the id of a dataset of the Hub."""

    name: str = ""
    """What it is called in reasons and tables; the name of the file or dataset by itself."""

    split: str = "test"
    """Of a dataset of the Hub."""

    config: str | None = None
    """Likewise."""

    revision: str | None = None
    """Likewise."""

    columns: tuple[str, ...] = ()
    """The columns that hold the items' texts; all that hold text by themselves."""

    limit: int = Field(default=ALL, ge=1)
    """Items to read at most, of each file."""

    @field_validator("columns", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @property
    def called(self) -> str:
        """The name, or the last part of what is read."""
        return self.name or Path(self.from_.rstrip("/")).stem or self.from_

    def items(self, home: Path, asker: str) -> Iterator[tuple[str, list[str]]]:
        """(place, texts) of each item. Raises InputError where a column is in none of them."""
        missing = set(self.columns)
        for found in records_of(
            self.from_, home, asker, split=self.split, config=self.config,
            revision=self.revision, limit=self.limit,
        ):  # fmt: skip
            record: Mapping[str, Any] = found.record
            if self.columns:
                missing -= record.keys()
                record = {name: record[name] for name in self.columns if name in record}
                texts = list(_strings(record))
            else:
                texts = texts_in(record)
            yield found.place, texts
        if missing and len(missing) == len(self.columns):
            raise InputError(
                f"{asker}: '{self.from_}' has no column {', '.join(sorted(missing))}",
                fix="look at its columns, or leave `columns` out",
            )


class Contamination(Filter):
    """A row goes where one of its turns shares 13 words in a row with a text of a set (30 letters
    in Hangul, Han, Kana and scripts without spaces), where a whole turn is a shorter item, or where
    it is nearly the same as a text of a set (Jaccard of shingles, as near_duplicates has it).

    Punctuation, case and the spacing of Korean do not count. The score is the length of the run, or
    the similarity. Items of fewer than 4 words or 8 letters are not looked for, nor numbers alone.
    Memory: about 30 bytes a word of the sets, and with `near` 1 KB a text. Nothing is remembered
    of the rows.
    """

    alone = True
    shorthand = "sets"

    sets: tuple[EvaluationSet, ...] = Field(min_length=1)
    """The sets: files, folders, ids of the Hub, or {from, split, columns, name, config, limit}."""

    words: int = Field(default=13, ge=5, le=100)
    """Words in a row that are enough."""

    characters: int = Field(default=30, ge=10, le=300)
    """The same in letters of Hangul, Han, Kana and scripts without spaces, which is about as
    much."""

    near: float | None = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which a turn is nearly an item; null: not compared."""

    columns: tuple[str, ...] = ()
    """Columns of a row to look at besides its turns."""

    @field_validator("sets", mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        listed = value if isinstance(value, list | tuple) else [value]
        return [{"from": one} if isinstance(one, str) else one for one in listed]

    @field_validator("columns", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Nothing, once all files of the sets are there, with their columns. Raises InputError."""
        for one in self.sets:
            if files_of(one.from_, setting.home, f"the filter {self.part}") is not None:
                any(texts for _, texts in one.items(setting.home, f"the filter {self.part}"))
        return ()

    def screen(self, setting: Setting) -> Screen:
        """Reads the sets once, item by item. Raises InputError where one cannot be read."""
        return _Screen(self, setting.home)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """For each set: how many items it has, and how much of it came out."""
        rows: dict[str, dict[str, int]] = {}
        items: dict[str, set[str]] = {}
        for _, verdicts in closing.screened:
            for one in verdicts:
                if one.filter != self.part or one.keep:
                    continue
                name, by = str(one.details["set"]), str(one.details["by"])
                counted = rows.setdefault(name, {})
                counted[by] = counted.get(by, 0) + 1
                items.setdefault(name, set()).add(str(one.details["item"]))
        lines: list[tuple[str | int | float, ...]] = []
        for one_set in self.sets:
            found = rows.get(one_set.called, {})
            total = sum(1 for _ in one_set.items(closing.home, f"the filter {self.part}"))
            by_way = (found.get(by, 0) for by in ("run", "whole", "near"))
            hit = len(items.get(one_set.called, ()))
            lines.append((one_set.called, total, hit, sum(found.values()), *by_way))
        columns = ("set", "items", "items hit", "rows hit", "by a run", "whole", "nearly the same")
        return [Table("Contamination", columns, tuple(lines))]


class _Screen:
    """The sets of one run, and the question about one sample."""

    def __init__(self, part: Contamination, home: Path) -> None:
        self._part = part
        self._overlap = Overlap(part.words, part.characters)
        self._nearby = Nearby(part.near) if part.near is not None else None
        self._whole: dict[str, int] = {}
        self._items: list[tuple[int, str]] = []
        self._texts: list[int] = []
        for number, one_set in enumerate(part.sets):
            for place, texts in one_set.items(home, f"the filter {part.part}"):
                self._items.append((number, place))
                for text in texts:
                    self._add(text, number)

    def _add(self, text: str, group: int) -> None:
        found, item = units(text), len(self._items) - 1
        letters = dense(found)
        if len(found) >= self._overlap.sizes[letters]:
            self._overlap.add(found, group)
            self._texts.append(item)
        elif len(found) >= SHORTEST[letters] and not all(unit.isdigit() for unit in found):
            self._whole.setdefault(" ".join(found), item)
        if self._nearby is not None:
            self._nearby.add(text, item)

    def __call__(self, sample: Sample) -> Verdict:
        texts = compared(sample, self._part.columns)
        found = [units(text) for _, text in texts]
        shared = self._overlap.shared(found)
        for _, (run, _) in sorted(shared.items()):
            if run is None:
                continue
            text = texts[run.text][1]
            places = spans(text)
            start, end = places[run.start][0], places[run.start + run.size - 1][1]
            where = texts[run.text][0]
            return self._verdict(
                self._texts[run.reference], "run", float(run.size), where, text, start, end
            )
        for (where, text), own in zip(texts, found, strict=True):
            item = self._whole.get(" ".join(own)) if self._whole else None
            if item is not None:
                return self._verdict(item, "whole", float(len(own)), where, text, 0, len(text))
            near = self._nearby.find(text) if self._nearby is not None else None
            if near is not None:
                score = round(near[1], 3)
                return self._verdict(near[0], "near", score, where, text, 0, len(text))
        return KEEP

    def _verdict(
        self, item: int, by: str, score: float, where: str, text: str, start: int, end: int
    ) -> Verdict:
        number, place = self._items[item]
        name = self._part.sets[number].called
        slug = re.sub(r"\W+", "_", name.lower()).strip("_")
        details = {
            "set": name, "item": place, "by": by, "where": where, "start": start, "end": end,
            "text": excerpt(text, start, end),
        }  # fmt: skip
        return Verdict(False, f"in_{slug}", score, details=details)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
