"""Personas that stand in no file of rows: drawn from a store, or made by a grid."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.inputs import Items, Row
from textsynth.people.grid import Grid
from textsynth.people.index import Where
from textsynth.people.schema import twice
from textsynth.people.store import Store
from textsynth.records import Source
from textsynth.resources import find_file, find_files
from textsynth.rowfiles.files import nearby

_STORE = "store"


def is_store(name: str) -> bool:
    """Whether an entry of `from` names a store: `store`, or `store:PATH`."""
    return name == _STORE or name.startswith(f"{_STORE}:")


def values_of(value: Any) -> Any:
    """A filter as attribute → list of text: {age: 34} means {"age": ["34"]}."""
    if not isinstance(value, dict):
        return value
    return {
        str(name): [str(one) for one in (given if isinstance(given, list) else [given])]
        for name, given in value.items()
    }


def check_origin(names: Sequence[str], grid: str, given: Collection[str]) -> None:
    """ValueError when the options `given` do not go together."""
    if bool(names) == bool(grid):
        raise ValueError("personas come either `from` files and stores, or of a `grid`")
    if not any(map(is_store, names)):
        for option in ("search", "where", "limit"):
            if option in given:
                raise ValueError(f"{option} needs a store: `from: store:PATH`")
    if "count" in given and not grid:
        raise ValueError("count needs a grid: `grid: personas/grids/….yaml`")


def from_stores(names: Sequence[str], search: str, where: Where, limit: int, home: Path) -> Items:
    """At most `limit` rows of each store: those that suit `search`, or else evenly spread."""
    found = [_from_store(name, search, where, limit, home) for name in names]
    places: dict[str, str] = {}
    for rows, source in found:
        for row in rows:
            if row["id"] in places:
                raise twice(row["id"], source.path, places[row["id"]])
            places[row["id"]] = source.path
    return Items([row for rows, _ in found for row in rows], [source for _, source in found])


def _from_store(
    name: str, search: str, where: Where, limit: int, home: Path
) -> tuple[list[Row], Source]:
    given = name.partition(":")[2].strip()
    given = given or os.environ.get("TEXTSYNTH_PERSONAS", "") or "personas/.store"
    path = home / Path(given).expanduser()
    store = Store.open(path)
    if search:
        rows = [hit.row for hit in store.search(search, where=where, limit=limit)]
    else:
        rows = store.spread(limit, where)
    rows = [_for_prompts(row) for row in rows]
    shown = given if not Path(given).is_absolute() else path.name
    if not rows:
        asked = f" for '{search}'" if search else ""
        raise InputError(
            f"the store '{shown}' has no persona{asked}",
            f"it holds {len(store):,}",
            "ask for other words, or add personas: textsynth personas add FILE",
        )
    return rows, _source(f"store:{shown}", "store", rows)


def from_grid(name: str, count: int, home: Path) -> Items:
    """The first `count` personas of a grid file."""
    path = find_file(name, home)
    if path is None:
        known = ", ".join(find_files("personas/grids/*.yaml", home))
        around = nearby((home / name).parent, Path(name).name)
        raise InputError(
            f"personas asks for the grid '{name}', which is not there",
            ". ".join(part for part in (around, f"Grids that can be named: {known}") if part),
            "give a path relative to the folder of the job file",
        )
    shown = name if not Path(name).is_absolute() else path.name
    rows = Grid.read(path, shown).some(count)
    return Items(rows, [_source(shown, "grid", rows)])


def _for_prompts(row: Row) -> Row:
    """Prompts look for the tone inside the attributes, where there are any."""
    attributes = row.get("attributes")
    if attributes is None or "tone" in attributes:
        return row
    return {**row, "attributes": {**attributes, "tone": row.get("tone") or ""}}


def _source(path: str, kind: str, rows: Sequence[Row]) -> Source:
    """What was drawn, known by a hash of the rows themselves."""
    seen = hashlib.sha256()
    for row in rows:
        seen.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf8") + b"\n")
    licences = dict.fromkeys(str(row["licence"]) for row in rows if row.get("licence"))
    return Source(path, kind, len(rows), seen.hexdigest(), ", ".join(licences))
