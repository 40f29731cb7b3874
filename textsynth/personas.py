"""Personas as commands: list, show, search, add, dedupe, stats.

Python: `textsynth.personas.search("nurse")`.

A place is a JSONL file of personas or a store (a folder that `add` makes). Without one it is the
store: $TEXTSYNTH_PERSONAS, or else personas/.store in the folder that one works in; while there is
no store yet, all files personas/*.jsonl.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from textsynth.embedding import Spec, embedder_of
from textsynth.errors import InputError, JobError
from textsynth.inputs import Row
from textsynth.people.adding import Added, Clash
from textsynth.people.dedupe import Deduped
from textsynth.people.dedupe import dedupe as dedupe_rows
from textsynth.people.grid import Grid
from textsynth.people.loose import Loose
from textsynth.people.schema import checked, named
from textsynth.people.stats import Stats
from textsynth.people.stats import stats as stats_of
from textsynth.people.store import Hit, Store, is_store
from textsynth.persona_choice import Chosen, choose
from textsynth.persona_growth import grow
from textsynth.persona_runs import Made, infer
from textsynth.resources import find_file, find_files
from textsynth.rowfiles.record_files import RECORD_KINDS, read_records

__all__ = [
    "Added",
    "Chosen",
    "Collection",
    "Deduped",
    "Hit",
    "Made",
    "Stats",
    "add",
    "choose",
    "dedupe",
    "grow",
    "infer",
    "list",
    "search",
    "show",
    "stats",
    "store_path",
]

Place = str | Path

GRID_KINDS = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Collection:
    """A file or store: where it is, how many personas, and language and licence → personas."""

    path: str
    kind: str
    count: int
    languages: Mapping[str, int]
    licences: Mapping[str, int]


def store_path(store: Place | None = None) -> Path:
    """Where the store is: `store`, or $TEXTSYNTH_PERSONAS, or personas/.store."""
    return Path(store or os.environ.get("TEXTSYNTH_PERSONAS") or "personas/.store")


def list(
    place: Place | None = None, *, limit: int = 20, offset: int = 0
) -> Sequence[Collection] | Sequence[Row]:
    """The files and stores there are; with a `place`, its rows `offset` to `offset + limit`."""
    if place is not None:
        found = _open(place)
        return [hit.row for hit in found.search(limit=limit, offset=offset)]
    files: dict[str, Path] = find_files("personas/*.jsonl", Path())
    listed = [_collection(name, "file", _open(path)) for name, path in files.items()]
    if is_store(store_path()):
        listed.append(_collection(str(store_path()), "store", Store.open(store_path())))
    return listed


def show(id: str, place: Place | None = None) -> Row:
    """The persona with that id, from `place`, or from the store and the files that there are.

    Raises InputError when there is none.
    """
    if place is not None:
        places: Sequence[Place] = [place]
    else:
        store = [store_path()] if is_store(store_path()) else []
        places = [*store, *find_files("personas/*.jsonl", Path()).values()]
    for one in places:
        row = _open(one).get(id)
        if row is not None:
            return row
    looked = ", ".join(map(str, places)) or "nowhere: there is no store and no file of personas"
    raise InputError(
        f"there is no persona with the id '{id}'",
        f"looked in {looked}",
        "find one with `textsynth personas search`",
    )


def search(
    words: str = "", *, like: str = "", where: Mapping[str, str | Sequence[str]] | None = None,
    place: Place | None = None, limit: int = 10, offset: int = 0,
) -> Sequence[Hit]:  # fmt: skip
    """The personas that suit `words`, or the text `like`, best first (BM25).

    `where`: attribute or column → value, or values of which one must fit. Raises InputError for a
    value that no persona has.
    """
    filters = {n: [v] if isinstance(v, str) else [*v] for n, v in (where or {}).items()}
    return _open(place).search(words, like, filters, limit=limit, offset=offset)


def add(
    files: Place | Sequence[Place] = (), *, grid: Place | None = None, count: int = 0,
    store: Place | None = None, replace: bool = False, text: str = "description",
) -> Added:  # fmt: skip
    """Puts the rows of files, or `count` personas of a grid, into the store, made if need be.

    `text`: the column that describes the person, if not `description`; an id is made of it where a
    row has none. A row whose id is there already is refused, or takes the place of that one with
    `replace`. A row with the same description as an earlier one is skipped. Of a grid, those that
    are there already count: the same call again adds none, a larger `count` the rest.
    """
    paths = [files] if isinstance(files, str | Path) else [*files]
    if bool(paths) == bool(grid) or bool(grid) != (count > 0):
        raise JobError(
            "personas are added from files or of a grid",
            fix="give FILES, or --grid GRID.yaml with --count N",
        )
    if grid:
        made = Grid.read(_file(grid, GRID_KINDS), str(grid))
        return _add_grid(Store.create(store_path(store)), made, count, replace)
    found = [_file(path) for path in paths]
    records = (
        (place, named(record, text))
        for path in found
        for place, record in read_records(path, _shown(path))
    )
    clash: Clash = "replace" if replace else "refuse"
    return Store.create(store_path(store)).add(records, clash=clash)


def dedupe(
    place: Place, out: Place, *, words: float = 0.9, meaning: float = 0.9,
    embedder: Spec | None = None, screen: bool = True,
) -> Deduped:  # fmt: skip
    """Writes to `out` the personas that repeat no earlier one, and to `<out>.removed.jsonl` the
    others with the id that each repeats.

    First those alike in `words` (Jaccard similarity), then those alike in `meaning` (cosine; 0.5
    where variety counts for more than number), then with `screen` those that are too short, name no
    person or end in the middle. `embedder`: `static` (English; the default where it is installed),
    `none`, or {base_url, model, api_key_env} of an embeddings endpoint.
    """
    for name, value in (("words", words), ("meaning", meaning)):
        if not 0 < value <= 1:
            raise JobError(f"{name} is {value}", fix="give a similarity above 0 and up to 1")
    target = Path(out)
    if target.suffix != ".jsonl" or not target.absolute().parent.is_dir():
        raise JobError(
            f"personas cannot be written to '{out}'",
            fix="name a .jsonl file in a folder that is there",
        )
    used = embedder_of(embedder)
    return dedupe_rows(
        lambda: _rows(place), target, words=words, meaning=meaning, embedder=used, screen=screen
    )


def stats(place: Place | None = None) -> Stats:
    """Counts per attribute, language and licence, lengths, variety, and near-duplicates."""
    return stats_of(_rows(place))


def _rows(place: Place | None) -> Iterator[Row]:
    """Every row of a file or store, one at a time."""
    path = store_path() if place is None else Path(place)
    if place is None or path.is_dir():
        yield from Store.open(path).rows()
        return
    path = _file(path)
    for where, record in read_records(path, _shown(path)):
        yield checked(named(record), where)


def _add_grid(store: Store, grid: Grid, count: int, replace: bool) -> Added:
    """Walks the grid until `count` of its personas are in the store, as far as it has so many."""
    whole, start = Added(), 0
    while (missing := count - whole.added - whole.replaced - whole.there) > 0:
        rows = ((f"persona {row['id']}", row) for row in islice(grid.rows(start), missing))
        done = store.add(rows, clash="replace" if replace else "skip")
        start += missing
        whole = whole.plus(done)
        if done.same == missing and start > 2 * grid.size:
            raise InputError(
                f"the grid '{grid.spec.id}' gives {count - missing} different personas",
                f"{count} were asked for; those that it gives are in the store",
                "add values or templates to it, or ask for fewer",
            )
    return whole


def _open(place: Place | None) -> Store | Loose:
    if place is None and not is_store(store_path()) and "TEXTSYNTH_PERSONAS" not in os.environ:
        return _loose(*find_files("personas/*.jsonl", Path()).values())
    path = store_path() if place is None else Path(place)
    return Store.open(path) if place is None or path.is_dir() else _loose(_file(path))


def _loose(*paths: Path) -> Loose:
    return Loose(
        (where, named(record))
        for path in paths
        for where, record in read_records(path, _shown(path))
    )


def _file(place: Place, kinds: frozenset[str] = RECORD_KINDS) -> Path:
    """The file that is meant: one of the working folder, or one that textsynth brings."""
    path = find_file(str(place), Path())
    if path is None:
        pattern = "personas/grids/*.yaml" if kinds == GRID_KINDS else "personas/*.jsonl"
        brought = ", ".join(find_files(pattern, Path()))
        raise InputError(
            f"there is no file '{place}'",
            f"these come with textsynth: {brought}" if brought else "",
            "give the path of a file",
        )
    if path.suffix.lower() not in kinds:
        raise InputError(
            f"personas cannot be read from '{place}'",
            f"files of these kinds are read: {' '.join(sorted(kinds))}",
        )
    return path


def _collection(name: str, kind: str, found: Store | Loose) -> Collection:
    return Collection(name, kind, len(found), _counts(found, "language"), _counts(found, "licence"))


def _counts(found: Store | Loose, column: str) -> Mapping[str, int]:
    """Value → personas, each value as the first row that has it writes it."""
    counts = {}
    for value, rows in found.values(column).items():
        first = found.search(where={column: [value]}, limit=1)
        counts[str(first[0].row[column]) if first else value] = rows
    return counts


def _shown(path: Path) -> str:
    real, here = path.resolve(), Path.cwd().resolve()
    return real.relative_to(here).as_posix() if real.is_relative_to(here) else path.name
