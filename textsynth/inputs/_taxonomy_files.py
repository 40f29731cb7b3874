"""Files and datasets of topics, read into trees; and the trees that textsynth brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from textsynth.errors import InputError
from textsynth.resources import find_file, find_files, roots
from textsynth.rowfiles.files import File, check_kind, check_size, nearby, show
from textsynth.rowfiles.hub import HubRows
from textsynth.rowfiles.record_files import read_records
from textsynth.rowfiles.text import read_text
from textsynth.taxonomy.nested import from_nested
from textsynth.taxonomy.raw import Raw, from_json, from_yaml
from textsynth.taxonomy.rows import are_columns, from_records
from textsynth.taxonomy.text import from_text
from textsynth.taxonomy.tree import Tree

TEXT_KINDS = frozenset({".txt", ".text", ".md"})
NESTED_KINDS = frozenset({".yaml", ".yml", ".json"})
TABLE_KINDS = frozenset({".csv", ".tsv", ".jsonl", ".parquet"})
KINDS = TEXT_KINDS | NESTED_KINDS | TABLE_KINDS

FOLDER = "taxonomies"


class HubTopics(BaseModel):
    """A dataset whose rows are topics."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    hub: str = Field(min_length=1)
    """owner/name on the Hub, or the path of a folder or file."""

    split: str = "train"
    """Which split."""

    config: str | None = None
    """Which configuration, where the dataset has several."""

    revision: str | None = None
    """A branch, tag or commit; name a commit to have the same topics for ever."""

    rows: int = Field(default=100_000, ge=1, le=1_000_000)
    """At most so many rows are read, from the first on."""

    def read(self, home: Path) -> Tree:
        """The tree that its columns say. Raises InputError in words."""
        stream = HubRows(self.hub, self.split, self.config, self.revision, self.rows)
        return from_records(stream.records(home), stream.shown(home))


def bundled(home: Path) -> dict[str, Path]:
    """Name → file of the trees that come with textsynth, or lie in taxonomies/ beside the job."""
    found = find_files(f"{FOLDER}/*.yaml", home)
    return {Path(name).name.removesuffix(".yaml"): path for name, path in found.items()}


def locate(name: str, home: Path, language: str = "") -> File:
    """The file that is meant: a path from `home`, or a tree that textsynth brings.

    `general` is general.ko.yaml for a language `ko`. Raises InputError when there is none.
    """
    path = home / Path(name).expanduser()
    if path.is_dir():
        raise InputError(
            f"'{name}' is a folder", nearby(path, ""), "name the file of the tree in it"
        )
    if not path.exists():
        for own in (f"{FOLDER}/{name}.{language}.yaml", f"{FOLDER}/{name}.yaml", name):
            if "\0" not in own and (found := find_file(own, home)) is not None:
                return File(found, own, exact=True)
        known = ", ".join(bundled(home))
        around = nearby(path.parent, path.name) if path.parent.is_dir() else ""
        brought = f"Trees that come with textsynth: {known}" if known else ""
        raise InputError(
            f"taxonomy asks for '{name}', which is not there",
            ". ".join(part for part in (around, brought) if part),
            "give the path of a file of topics" + (", or one of these names" if known else ""),
        )
    file = File(path, show(path, home), exact=True)
    if file.suffix:
        check_kind("taxonomy", file, KINDS)
    return file


def check_written(path: Path) -> None:
    """Raises InputError for a kind of file that no tree is written as, and for those brought."""
    suffix = path.suffix.lower()
    if suffix in TABLE_KINDS or suffix not in KINDS | {""}:
        raise InputError(
            f"a tree cannot be written to '{path.name}'",
            "trees are written as indented text (.txt, .md), YAML (.yaml) and JSON (.json)",
            "give -o OUT.yaml",
        )
    real = path.resolve()
    for root in roots(real.parent)[1:]:
        if real.is_relative_to((root / FOLDER).resolve()):
            raise InputError(
                f"'{FOLDER}/{path.name}' comes with textsynth and is not written to",
                fix="give -o OUT.yaml",
            )


def read_tree(file: File) -> Tree:
    """The tree of a file of any kind. Raises InputError with the line at fault."""
    try:
        check_size(file)
        if file.suffix in TABLE_KINDS:
            return from_records(read_records(file.path, file.shown), file.shown)
        text = read_text(file.path, file.shown)
    except OSError as error:
        raise InputError(
            f"'{file.shown}' cannot be read: {error.strerror or type(error).__name__}",
            fix="check that the file is there and that you may read it",
        ) from error
    return tree_of(text, file.suffix, file.shown)


def tree_of(text: str, suffix: str, shown: str) -> Tree:
    """The tree of a text of that kind: YAML, JSON, or else indented text."""
    if suffix not in NESTED_KINDS:
        return from_text(text, shown)
    raw, notes = (from_json(text, shown), []) if suffix == ".json" else from_yaml(text, shown)
    if raw.kind == "list" and _are_rows(raw):
        return from_records(_records(raw, shown), shown)
    return from_nested(raw, shown, notes)


def _are_rows(raw: Raw) -> bool:
    names = {key.text for item in raw.items for key, _ in item.pairs}
    return all(item.kind == "map" for item in raw.items) and are_columns(names)


def _records(raw: Raw, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in raw.items:
        record = {
            key.text: [part.text for part in value.items] if value.kind == "list" else value.text
            for key, value in item.pairs
        }
        yield f"line {item.line} of '{shown}'", record
