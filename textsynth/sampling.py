"""Takes so many rows out of a run, a file or a dataset, in all or per cell, the same each time."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from textsynth.apportion import share as shared
from textsynth.cells import BY, told
from textsynth.errors import InputError, JobError, ShortError, nearest
from textsynth.measures import COLUMN, known, measure
from textsynth.records import Message, Sample, Table, digest
from textsynth.rowfiles.anywhere import records_of

How = Literal["natural", "proportional", "equal"]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sampled:
    """The file that was written, how many rows it has of how many, and these by cell."""

    path: Path
    rows: int
    of: int
    table: Table


def sample(
    target: str | Path,
    *,
    out: str | Path,
    count: int | None = None,
    share: float | None = None,
    by: str = "",
    how: How = "natural",
    seed: int = 0,
) -> Sampled:
    """Writes a part of the rows of a run, a file, a folder or a dataset of the Hub, as JSON lines.

    `count` or `share`: how many. `by`: a column, a facet, a property that quotas know
    (length_band, sentiment …), or a product of them, whose values are the cells. `how`: natural
    (cells as they fall), proportional (each has its share within one row), equal (each the same
    number; what a small cell lacks goes to the others). Which rows: those whose ids, hashed with
    `seed`, are the smallest, so neither order nor other rows of the file matter. Rows stay in their
    order and as they are. Memory: one number for each row that is taken.

    Raises JobError, and ShortError (what there is is written) where there are fewer than `count`.
    """
    if (count is None) == (share is None):
        raise JobError("sample needs either a count or a share", fix="add --count 1000")
    if how not in get_args(How):
        raise JobError(f"there is no way to sample called '{how}'", nearest(how, get_args(How)))
    if how != "natural" and not by:
        raise JobError(f"`{how}` needs cells", fix="add --by with the name of a column")
    if (share is not None and not 0 < share <= 1) or (count is not None and count < 1):
        raise JobError("a share is above 0 and up to 1, a count is 1 or more")
    name, path = str(target), Path(out)
    _check_other(name, path)
    cell_of = _cells(by)
    sizes = Counter(cell_of(record) for record in _records(name))
    _check_there(name, by, sizes)
    total = sizes.total()
    wanted = count if count is not None else round((share or 0) * total)
    rows = _rows_of(sizes, min(wanted, total), how)
    taken = _taken(name, cell_of if how != "natural" else lambda record: "", rows, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".partial")
    found: Counter[str] = Counter()
    with aside.open("w", encoding="utf8", newline="\n", errors="replace") as file:
        for number, record in enumerate(_records(name)):
            if number in taken:
                found[cell_of(record)] += 1
                file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
    aside.replace(path)
    parts = tuple(part.strip() for part in by.split(BY))
    lines = [(told(parts, c) if by else "rows", found[c], sizes[c]) for c in sorted(sizes)]
    table = Table("Sample", ("cell", "taken", "of"), tuple(lines))
    if wanted > total:
        raise ShortError(
            f"{wanted:,} rows were asked for, and '{name}' has {total:,}",
            f"all of them are in {path}",
            "ask for fewer, or name more rows",
        )
    return Sampled(path, found.total(), total, table)


def _check_other(name: str, path: Path) -> None:
    if Path(name).expanduser().resolve() == path.expanduser().resolve():
        raise JobError(f"'{name}' cannot be read and written at once", fix="name another --out")


def _check_there(name: str, by: str, sizes: Mapping[str, int]) -> None:
    """Raises InputError for a column or facet that no row has."""
    for at, part in enumerate(part.strip() for part in by.split(BY) if by):
        if not known(part) and {cell.split(BY)[at] for cell in sizes} == {"none"}:
            first: Record = next(_records(name), {})
            facets = first.get("facets")
            there = [*first, *(facets if isinstance(facets, dict) else {})]
            raise InputError(f"no row of '{name}' has '{part}'", nearest(part, there))


def _records(name: str) -> Iterator[Record]:
    return (found.record for found in records_of(name, Path(), "sample"))


def _cells(by: str) -> Any:
    """What tells the cell of a record."""
    if not by:
        return lambda record: ""
    parts = [part.strip() for part in by.split(BY)]

    def value(record: Record, name: str) -> str:
        facets = record.get("facets")
        for place in (record, facets if isinstance(facets, dict) else {}):
            if name in place and place[name] is not None:
                given = place[name]
                return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        own = name if known(name) else f"{COLUMN}.{name}"
        return measure(own)(_as_sample(record))

    return lambda record: BY.join([value(record, name) for name in parts])


def _as_sample(record: Record) -> Sample:
    """A record as the measures take it: its turns, where it has some, and its columns."""
    turns = record.get("messages") or record.get("conversations") or ()
    messages = tuple(
        Message(role=str(turn["role"]), content=str(turn.get("content") or ""))
        for turn in (turns if isinstance(turns, list) else ())
        if isinstance(turn, dict) and "role" in turn
    )
    inner = record.get("columns")
    columns = {**record, **(inner if isinstance(inner, dict) else {})}
    return Sample("", 0, "", "", str(record.get("language") or ""), messages, columns)


def _rows_of(sizes: Mapping[str, int], count: int, how: How) -> dict[str, int]:
    """Cell → rows to take."""
    cells = {cell: sizes[cell] for cell in sorted(sizes)}
    if how == "natural":
        return {"": count}
    if how == "proportional":
        return shared(cells, count) if count else dict.fromkeys(cells, 0)
    left, rows = count, {}
    # From the smallest on: what one cannot give is shared by all that are larger.
    for number, (size, cell) in enumerate(sorted((size, cell) for cell, size in cells.items())):
        rows[cell] = min(size, -(-left // (len(cells) - number)) if size else 0)
        rows[cell] = min(rows[cell], left)
        left -= rows[cell]
    return rows


def _taken(name: str, cell_of: Any, rows: Mapping[str, int], seed: int) -> set[int]:
    """The numbers of the records with the smallest lots in each cell."""
    heaps: dict[str, list[tuple[int, int]]] = {cell: [] for cell in rows}
    for number, record in enumerate(_records(name)):
        cell = cell_of(record)
        heap, most = heaps[cell], rows[cell]
        entry = (-_lot(record, seed), -number)
        if len(heap) < most:
            heapq.heappush(heap, entry)
        elif heap and entry > heap[0]:
            heapq.heapreplace(heap, entry)
    return {-number for heap in heaps.values() for _, number in heap}


def _lot(record: Record, seed: int) -> int:
    own = record.get("id")
    name = own if isinstance(own, str | int) else json.loads(json.dumps(record, default=str))
    return int(digest(seed, "sample", name, size=8), 16)
