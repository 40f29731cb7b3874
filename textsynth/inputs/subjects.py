"""Subjects that are taught, with their syllabi where they have them: the rows of a curriculum."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, Field, PrivateAttr, field_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.marked import Marked, Misfit, read_marked
from textsynth.records import Source
from textsynth.resources import find_file
from textsynth.taxonomy.courses import leaf_of, levels_below, rooted, subject_row, subject_rows
from textsynth.treewalk import TreeWalk


class Subjects(Input):
    """Rows of YAML or JSONL files: name, level, topic ("A > B"), subtopics, and sessions if known.

    A file is a list of subjects, `{topic, subjects: [...]}`, or one subject with its sessions; the
    files in made/ of a run folder are such. A folder stands for all such files in it.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "subject"
    learned: ClassVar[bool] = True

    from_: list[str] = Field(alias="from", min_length=1)
    """Files, from the job's folder or else from those that textsynth brings; or folders."""

    _root: bool = PrivateAttr(default=False)

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def walk(self, rows: Sequence[Row]) -> TreeWalk:
        """Evenly over the subjects, as leaves of the tree of their topics."""
        return TreeWalk([leaf_of(row) for row in rows])

    def marks(self, row: Row) -> Mapping[str, str]:
        """level_1, level_2 … of the topic's path, below the root where all topics have one."""
        return levels_below(row["path"], self._root)

    def load(self, home: Path) -> Items:
        """All subjects, in the order of the files; of equal ones the first.

        Raises InputError with file and line for what is no subject.
        """
        found: dict[str, Row] = {}
        sources: list[Source] = []
        for name in self.from_:
            for path in _files(home, name):
                rows = list(_rows(path))
                new = {row["id"]: row for row in rows if row["id"] not in found}
                found |= new
                shown = path.relative_to(home) if path.is_relative_to(home) else path
                again = len(rows) - len(new)
                kind = path.suffix.lstrip(".")
                sources.append(Source(shown.as_posix(), kind, rows=len(new), duplicates=again))
        if not found:
            raise InputError(f"there are no subjects in {', '.join(self.from_)}")
        rows = list(found.values())
        self._root = rooted(rows)
        return Items(rows, sources)


def _files(home: Path, name: str) -> list[Path]:
    if file := find_file(name, home):
        return [file]
    path = home / name
    kinds = (".yaml", ".yml", ".jsonl")
    found = sorted(p for p in path.rglob("*") if p.suffix in kinds) if path.is_dir() else []
    if not found:
        raise InputError(
            f"there is no file of subjects at '{name}'",
            fix="name a YAML or JSONL file, or a folder",
        )
    return found


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix != ".jsonl":
        marked = read_marked(path, path.name)
        try:
            yield from subject_rows(marked.value)
        except Misfit as found:
            raise marked.fault(found) from None
        return
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _of_line(line, Marked(None, {(): number}, path.name))


def _of_line(line: str, place: Marked) -> Row:
    try:
        return subject_row(json.loads(line), "", ())
    except Misfit as found:
        raise place.fault(found) from None
    except ValueError:
        raise place.fault(Misfit("the line is no JSON")) from None
