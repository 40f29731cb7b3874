"""Nodes of a tree that are to be divided: what `textsynth taxonomy grow` draws its briefs from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, Field, model_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.records import Source, digest
from textsynth.rowfiles.files import File, find, gather
from textsynth.rowfiles.record_files import read_records
from textsynth.taxonomy.tree import BETWEEN


class Frontier(Input):
    """Topics that the method `taxonomy_grow` divides, with what stands beside and below them.

    `textsynth taxonomy grow` writes these itself; a job about topics takes `taxonomy`.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "topic"

    from_: str = Field(alias="from", default="")
    """A JSONL file of nodes: `path` (names from the root down), and if known `about`, `beside`
    (names of its siblings), `listed` (the list that it stands in, in lines) and `known` (names
    below it)."""

    topics: list[str] = Field(default_factory=list)
    """Instead of a file: paths in words, such as "Retail banking > Cards"."""

    @model_validator(mode="after")
    def _one_origin(self) -> Frontier:
        if bool(self.from_) == bool(self.topics):
            raise ValueError("give either `from`, a file, or `topics`, a list of paths")
        return self

    def load(self, home: Path) -> Items:
        """Every node, once. Raises InputError for a row without a path."""
        if self.topics:
            rows = [_row({"path": path.split(BETWEEN.strip())}, path) for path in self.topics]
            own = list({row["id"]: row for row in rows}.values())
            return Items(own, [Source("topics", "job", len(own))])

        def read(file: File) -> Iterator[Row]:
            for place, record in read_records(file.path, file.shown):
                yield _row(record, place)

        files = find("frontier", [self.from_], home, (".jsonl", ".json"))
        return Items(*gather("frontier", files, read, lambda row: str(row["id"])))


def _row(record: dict[str, Any], place: str) -> Row:
    given = record.get("path")
    path = [str(name).strip() for name in given] if isinstance(given, list) else []
    if not path or not all(path):
        raise InputError(
            f"{place} has no path",
            fix='write for example {"path": ["Retail banking", "Cards"]}',
        )
    return {
        "id": digest(path, size=8), "name": path[-1], "path": path, "level": len(path) - 1,
        "text": BETWEEN.join(path), "about": str(record.get("about") or ""),
        **{name: _names(record.get(name)) for name in ("beside", "listed", "known")},
    }  # fmt: skip


def _names(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
