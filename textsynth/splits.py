"""Which rows go to which split, so that no split holds what another one was made from.

Rows that have something in common (a seed document, a near-duplicate, on request a persona or a
branch) are one group, and a group stays whole. Groups are dealt so that each split comes close to
its share, also of every value of the facets that are to be stratified.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Annotated, Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from textsynth.neargroups import NearGroups
from textsynth.records import Sample, Table, digest, percent

DOCUMENT, CHUNK, NEAR = "document", "chunk", "near_duplicates"
_RECORDS = (".csv", ".tsv", ".jsonl", ".json", ".parquet")
_OPTIONS = ("shares", "together", "stratify", "threshold")


class Splits(BaseModel):
    """`{train: 0.9, test: 0.1}`, or the same under `shares` with the other options beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    shares: dict[
        Annotated[str, Field(pattern=r"^[a-z]\w*$", max_length=40)], Annotated[float, Field(gt=0)]
    ] = Field(min_length=2)
    """Split → its share of the rows; shares need not add up to 1."""

    together: tuple[str, ...] = (DOCUMENT, NEAR)
    """What rows of two splits may not have in common: document, chunk, near_duplicates, persona,
    or the name of a facet, a column or a seed. A record of a CSV or JSONL file is a document."""

    stratify: tuple[str, ...] = ()
    """Facets or columns whose values come in every split in the same proportions, as far as whole
    groups allow."""

    threshold: float = Field(default=0.7, gt=0, le=1)
    """Jaccard similarity from which two rows are near-duplicates here. Lower than what a filter
    keeps apart: what is too like is no test."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, dict) and not any(name in value for name in _OPTIONS):
            return {"shares": value}
        return value


@dataclass(frozen=True)
class Assignment:
    """Split of each row, in the order of the rows; what came of the shares, for people."""

    names: tuple[str, ...]
    places: array[int]
    table: Table
    warnings: tuple[str, ...] = ()

    def of(self, position: int) -> str:
        """The split of the row at that position."""
        return self.names[self.places[position]]

    @classmethod
    def found(cls, rows: Iterable[Sample], where: Mapping[str, str]) -> Assignment | None:
        """What is written down already: id → split. None where there is one split alone."""
        names = tuple(dict.fromkeys(where.values()))
        if len(names) < 2:
            return None
        number = {name: n for n, name in enumerate(names)}
        places = array("B", (number[where.get(sample.id, names[0])] for sample in rows))
        return cls(names, places, Table("Splits", (), ()))


def splits_in(data: Path) -> dict[str, str]:
    """Id of a row → its split, of a folder of parquet shards; empty where there is one split alone
    or the rows have no ids (curated ones need not)."""
    import pyarrow.parquet as pq

    found: dict[str, str] = {}
    order = {"train": 0, "validation": 1, "test": 2}
    if len({_split(file) for file in data.glob("*.parquet")}) < 2:
        return {}
    for file in sorted(data.glob("*.parquet"), key=lambda f: (order.get(_split(f), 3), f.name)):
        shard = pq.ParquetFile(file)
        if "id" not in shard.schema_arrow.names:
            return {}
        for batch in shard.iter_batches(columns=["id"]):
            found |= dict.fromkeys(batch.column(0).to_pylist(), _split(file))
    return found


def _split(file: Path) -> str:
    return file.name.split("-")[0]


def assign(
    rows: Iterable[Sample], splits: Splits, seed: int = 0, before: Mapping[str, str] | None = None
) -> Assignment:
    """Deals the rows to the splits; the same for the same rows, splits and seed.

    `before`: brief of a row → its split in an earlier version, which it keeps, and its group with
    it; also where the row was written again since.
    Where two splits claim one group, the one named first gets it: a test row may be given up for
    training, but what was trained on never becomes a test.
    Memory: about 60 bytes a row, and the index of the near-duplicates (0.8 KB a row).
    """
    names = tuple(splits.shares)
    found = _Groups(splits)
    claims: dict[int, int] = {}
    before = before or {}
    for place, sample in enumerate(rows):
        found.add(sample)
        if before.get(sample.brief) in splits.shares:
            claims[place] = names.index(before[sample.brief])
    groups, warnings = found.done()
    claimed: dict[int, int] = {}
    for place, split in claims.items():
        group = groups[place]
        claimed[group] = min(split, claimed.get(group, split))
    total = sum(splits.shares.values())
    shares = [share / total for share in splits.shares.values()]
    dealt = _deal(groups, found.values, shares, claimed, seed)
    places = array("B", (dealt[group] for group in groups))
    got = set(places)
    warnings += [
        f"the split {name} is empty: the rows fall into {len(dealt):,} groups that stay whole"
        for n, name in enumerate(names)
        if n not in got and len(places)
    ]
    return Assignment(names, places, _table(names, shares, places, groups), tuple(warnings))


@runtime_checkable
class Picked(Protocol):
    """Rows of which some can be walked without reading the others."""

    def picked(self, flags: Iterable[bool]) -> Iterator[Sample]:
        """Those whose flag is set."""
        ...


class SplitRows:
    """The rows of one split, in order; walked from their source each time."""

    def __init__(self, rows: Iterable[Sample], assignment: Assignment, split: int) -> None:
        self._rows, self._places, self._split = rows, assignment.places, split

    def __iter__(self) -> Iterator[Sample]:
        mine = (place == self._split for place in self._places)
        if isinstance(self._rows, Picked):
            yield from self._rows.picked(mine)
            return
        for sample, flag in zip(self._rows, mine, strict=True):
            if flag:
                yield sample


def parts_of(rows: Iterable[Sample], assignment: Assignment | None) -> dict[str, Iterable[Sample]]:
    """Split → its rows; `train` → all rows where there are no splits."""
    if assignment is None:
        return {"train": rows}
    return {
        name: SplitRows(rows, assignment, number) for number, name in enumerate(assignment.names)
    }


class _Union:
    """Disjoint sets of positions."""

    def __init__(self) -> None:
        self.parent = array("q")

    def add(self) -> int:
        self.parent.append(len(self.parent))
        return len(self.parent) - 1

    def root(self, item: int) -> int:
        parent = self.parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        a, b = self.root(one), self.root(other)
        # The lower number is the root, so that groups are named by their first row.
        if a < b:
            self.parent[b] = a
        elif b < a:
            self.parent[a] = b

    def roots(self) -> array[int]:
        """The root of every item."""
        return array("q", (self.root(item) for item in range(len(self.parent))))


class _Groups:
    """Which rows have something in common, row by row; once by documents, once by passages."""

    def __init__(self, splits: Splits) -> None:
        self._splits = splits
        self._near = NearGroups(splits.threshold)
        self._whole, self._parts = _Union(), _Union()
        self._first: dict[tuple[str, str], int] = {}
        self._codes: dict[tuple[str, ...], int] = {}
        self.values = array("q")
        """Position → code of its values of the stratified facets."""

    def add(self, sample: Sample) -> None:
        place = self._whole.add()
        self._parts.add()
        values = tuple(_value(sample, name) for name in self._splits.stratify)
        self.values.append(self._codes.setdefault(values, len(self._codes)))
        for name in self._splits.together:
            if name == NEAR:
                self._near.add("\n".join(sample.texts()), place, self._join)
                continue
            for key in _keys(sample, name):
                self._whole.join(place, self._first.setdefault((name, key), place))
            for key in _keys(sample, CHUNK if name == DOCUMENT else name):
                self._parts.join(place, self._first.setdefault((f"{name}/part", key), place))

    def _join(self, one: int, other: int) -> None:
        self._whole.join(one, other)
        self._parts.join(one, other)

    def done(self) -> tuple[array[int], list[str]]:
        """The group of each row, named by its first one; warnings."""
        parts = self._parts
        self._near.close(self._join, lambda a, b: parts.root(a) == parts.root(b))
        groups = self._whole.roots()
        if DOCUMENT in self._splits.together and len(groups) > 1 and not any(groups):
            words = "all rows come from one document, so the splits keep its passages apart instead"
            return self._parts.roots(), [words]
        return groups, []


def _deal(
    groups: Sequence[int],
    values: Sequence[int],
    shares: Sequence[float],
    claimed: Mapping[int, int],
    seed: int,
) -> dict[int, int]:
    """Group → split: large groups first, each to the split that lacks most of what it holds."""
    held: dict[int, Counter[int]] = {}
    for group, value in zip(groups, values, strict=True):
        held.setdefault(group, Counter())[value] += 1
    totals = Counter(values)
    # What each split still lacks, in rows, in all and of each value.
    lacks = [share * len(groups) for share in shares]
    lacks_of = [{value: share * rows for value, rows in totals.items()} for share in shares]

    def give(group: int, split: int) -> None:
        for value, rows in held[group].items():
            lacks[split] -= rows
            lacks_of[split][value] -= rows
        dealt[group] = split

    dealt: dict[int, int] = {}
    for group, split in claimed.items():
        give(group, split)
    order = sorted(
        (group for group in held if group not in dealt),
        key=lambda group: (-sum(held[group].values()), digest(seed, group, size=8)),
    )
    for group in order:
        size = sum(held[group].values())

        def fit(split: int, group: int = group, size: int = size) -> tuple[float, float]:
            own = sum(
                rows * lacks_of[split][value] / totals[value] for value, rows in held[group].items()
            )
            return own / (size * shares[split]), lacks[split] / shares[split]

        give(group, max(range(len(shares)), key=fit))
    return dealt


def _keys(sample: Sample, name: str) -> list[str]:
    """What a row has of a kind that may keep it together with others."""
    seeds = sample.seeds
    if name == CHUNK:
        found = [seeds.get(key) for key in ("chunk", "other", "sample")]
    elif name == DOCUMENT:
        found = [
            seeds.get(key) if _is_records(seeds.get(source)) else seeds.get(source)
            for key, source in (("chunk", "source"), ("other", "other_source"))
        ]
        found.append(seeds.get("sample"))
    else:
        value = _value(sample, name)
        found = [value] if value else []
    return [str(one) for one in found if one]


def documents(chunks: Iterable[Mapping[str, Any]]) -> int:
    """How many documents these passages are of, as splits keep them together."""
    return len({c["id"] if _is_records(c.get("source")) else c.get("source") for c in chunks})


def _is_records(source: Any) -> bool:
    return not source or PurePath(str(source)).suffix.lower() in _RECORDS


def _value(sample: Sample, name: str) -> str:
    for place in (sample.facets, sample.columns, sample.seeds):
        if name in place:
            return str(place[name])
    return ""


def _table(
    names: Sequence[str], shares: Sequence[float], places: Sequence[int], groups: Sequence[int]
) -> Table:
    rows = Counter(places)
    alone = Counter(dict(zip(groups, places, strict=True)).values())
    made = tuple(
        (name, rows[n], percent(rows[n], len(places)), percent(shares[n], 1), alone[n])
        for n, name in enumerate(names)
    )
    return Table("Splits", ("split", "rows", "share", "asked", "groups"), made)
