"""Trees out of rows: columns for levels, a path, or a parent and a name.

Looked for in this order, whatever the case of the names: `path` (A > B > C, A/B/C or a list);
level1, level2, … (also `topic 1`, `lvl_2`), category and subcategory, 대분류, 중분류, 소분류;
`parent` and `name`, by names or by ids; `name` alone, a list of topics. `about` and `weight` belong
to the last topic of a row. Where the leading levels are empty, those of the row above go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from textsynth.errors import InputError
from textsynth.taxonomy.names import (
    Growing,
    about_of,
    folded,
    is_arrowed,
    no_topics,
    split_path,
    tidy,
    weight_of,
)
from textsynth.taxonomy.tree import Node, Tree

Place = tuple[str, Mapping[str, Any]]
"""Where a record stands, and its columns."""

_LOOKED_AT = 1000
"""Rows whose columns are known; a JSON record need not have all."""

_PATHS = ("path", "topic_path", "category_path", "taxonomy_path", "경로")
_NAMES = ("name", "topic", "title", "label", "category", "topics", "이름", "주제")
_PARENTS = ("parent", "parent_name", "parent_topic", "parent_id", "상위")
_ABOUTS = ("about", "description", "설명")
_WEIGHTS = ("weight", "가중치")
_LEVEL = re.compile(
    r"(level|lvl|l|tier|depth|category|cat|topic|taxonomy|단계|레벨)[ _-]?(\d{1,2})"
)
_LADDERS = (
    ("field", "subfield", "discipline"),
    ("field", "sub_field", "discipline"),
    ("domain", "subdomain", "topic", "subtopic"),
    ("category", "subcategory", "topic", "subtopic"),
    ("category", "sub_category", "topic", "sub_topic"),
    ("area", "topic", "subtopic"),
    ("subject", "topic", "subtopic"),
    ("topic", "subtopic", "subsubtopic"),
    ("topic", "sub_topic", "sub_sub_topic"),
    ("대분류", "중분류", "소분류", "세분류"),
)


def from_records(records: Iterable[Place], shown: str) -> Tree:
    """The tree of a table. Raises InputError where no columns say one, or a row is at fault."""
    rows = iter(records)
    first = list(islice(rows, _LOOKED_AT))
    columns = {_plain(name): name for _, record in first for name in record}
    growing = Growing(shown)
    reader = _Reader(growing, columns)
    every = chain(first, rows)
    levels = _levels(columns)
    if path := _one(columns, _PATHS):
        reader.paths(every, path)
    elif levels:
        reader.levels(every, levels)
    elif (parent := _one(columns, _PARENTS)) and (name := _one(columns, _NAMES)):
        reader.parents(list(every), parent, name, columns.get("id"))
    elif name := _one(columns, _NAMES):
        reader.levels(every, [name])
    elif first:
        raise InputError(
            f"'{shown}' has no columns that say a tree of topics",
            f"it has: {', '.join(list(columns.values())[:20])}; looked for were `path`, level "
            "columns such as level1, level2 (or category, subcategory; 대분류, 중분류), "
            "`parent` with `name`, and `name` or `topic` alone",
            "rename its columns so",
        )
    if not growing.count:
        raise no_topics(shown)
    return Tree(growing.root).settled()


def are_columns(names: Iterable[str]) -> bool:
    """Whether records with these columns are rows of a table of topics, and no nested topics."""
    columns = {_plain(name): name for name in names}
    edges = _one(columns, _PARENTS) and _one(columns, _NAMES)
    return bool(_one(columns, _PATHS) or _levels(columns) or edges)


class _Reader:
    def __init__(self, growing: Growing, columns: Mapping[str, str]) -> None:
        self.growing = growing
        self.about, self.weight = _one(columns, _ABOUTS), _one(columns, _WEIGHTS)

    def paths(self, rows: Iterable[Place], column: str) -> None:
        """A path in each row."""
        found = [(place, record, record.get(column)) for place, record in rows]
        texts = [value for _, _, value in found if isinstance(value, str)]
        arrows = any(map(is_arrowed, texts))
        for place, record, value in found:
            if isinstance(value, list):
                names = [tidy(str(part)) for part in value if part is not None]
            elif arrows or "/" in _text(value):
                names = split_path(_text(value))
            else:
                names = [_text(value)]
            if any(names):
                self.put(names, place, record)

    def levels(self, rows: Iterable[Place], columns: Sequence[str]) -> None:
        """A column for each level; leading cells that are empty are as in the row above."""
        above: list[str] = []
        for place, record in rows:
            cells = [_text(record.get(column)) for column in columns]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            empty = next((n for n, cell in enumerate(cells) if cell), 0)
            cells[:empty] = above[:empty]
            if "" in cells or len(above) < empty:
                column = columns[cells.index("") if "" in cells else len(above)]
                raise InputError(
                    f"{place} leaves '{column}' empty and fills a level below it",
                    "only leading levels may be empty, which then go on from the row above",
                    "fill the gap",
                )
            above = cells
            self.put(cells, place, record)

    def put(self, names: Sequence[str], place: str, record: Mapping[str, Any]) -> Node:
        node = self.growing.reach(names, place)
        if self.about and (about := _text(record.get(self.about))):
            node.about = node.about or about_of(about, place)
        if self.weight and (weight := _text(record.get(self.weight))):
            node.weight = weight_of(weight, place)
        return node

    def parents(self, rows: list[Place], parent: str, name: str, id: str | None) -> None:
        """A name and what it stands under; by ids where parents name those of a column `id`."""
        by_id = id is not None and self._by_ids(rows, parent, id)
        key = id if by_id and id is not None else name
        # Who stands under whom, by keys; a parent without a row of its own stands at the top.
        below: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
        places: dict[str, str] = {}
        for place, record in rows:
            own, above = folded(_text(record.get(key))), folded(_text(record.get(parent)))
            if not own:
                raise InputError(f"{place} has nothing under '{key}'", fix="fill it")
            if by_id and own in places:
                raise InputError(
                    f"{place} has the id '{_text(record.get(key))}' a second time",
                    f"the first is {places[own]}",
                )
            below.setdefault(above, []).append((own, place, record))
            places.setdefault(own, place)
        self._check_parents(below, places, by_id, name)
        for above in [above for above in below if above and above not in places]:
            named = next(_text(r.get(parent)) for _, _, r in below[above])
            below.setdefault("", []).append((above, below[above][0][1], {name: named}))
        todo = [("", [self.growing.root])]
        while todo:
            above, path = todo.pop()
            for own, place, record in below.get(above, ()):
                names = [*(node.name for node in path[1:]), _text(record.get(name))]
                node = self.put(names, place, record)
                if own in below:
                    todo.append((own, [*path, node]))

    def _by_ids(self, rows: list[Place], parent: str, id: str) -> bool:
        ids = {folded(_text(record.get(id))) for _, record in rows}
        given = (folded(_text(record.get(parent))) for _, record in rows)
        return any(above in ids for above in given if above)

    def _check_parents(
        self, below: Mapping[str, list[tuple[str, str, Mapping[str, Any]]]],
        places: Mapping[str, str], by_id: bool, name: str,
    ) -> None:  # fmt: skip
        """Refuses parents that are not there, circles, and a branch under two parents."""
        parents: dict[str, list[str]] = {}
        for above, children in below.items():
            for own, place, record in children:
                parents.setdefault(own, []).append(above)
                if by_id and above and above not in places:
                    raise InputError(
                        f"{place} stands under the id '{above}', which no row has", fix="correct it"
                    )
                if len(parents[own]) > 1 and own in below:
                    raise InputError(
                        f"{place} puts '{_text(record.get(name))}' under a second parent",
                        f"the first is {places[own]}, and topics stand under it: which of the two "
                        "they belong to cannot be known",
                        "give the rows a column `id`, and name these under `parent`",
                    )
        done: set[str] = {""}
        for start in parents:
            trail: dict[str, None] = {}
            key = start
            while key not in done and key in parents:
                if key in trail:
                    circle = [*list(trail)[list(trail).index(key) :], key]
                    raise InputError(
                        f"{places[key]} is part of a circle: {' < '.join(circle[:8])}",
                        "each of them stands under the next",
                        "let one of them stand under nothing",
                    )
                trail[key] = None
                key = parents[key][0]
            done.update(trail)


def _levels(columns: Mapping[str, str]) -> list[str]:
    """The columns of the levels, from the top; none where there are none."""
    by_stem: dict[str, list[tuple[int, str]]] = {}
    for plain, name in columns.items():
        if found := _LEVEL.fullmatch(plain):
            by_stem.setdefault(found[1], []).append((int(found[2]), name))
    if by_stem:
        longest = max(by_stem.values(), key=len)
        return [name for _, name in sorted(longest)]
    ladders = [[columns[name] for name in ladder if name in columns] for ladder in _LADDERS]
    best = max(ladders, key=len)
    return best if len(best) > 1 else []


def _one(columns: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _plain(name: str) -> str:
    return re.sub(r"[ -]+", "_", tidy(str(name)).casefold())


def _text(value: Any) -> str:
    """A cell as text; a whole number that a table holds as 3.0 is 3."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return tidy(str(value))
