"""Topics: the leaves of a tree, one to a brief, where there are no documents to draw from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._taxonomy_files import HubTopics, locate, read_tree
from textsynth.inputs._taxonomy_rows import coverage, topic_rows
from textsynth.records import Closing, Source, Table
from textsynth.rowfiles.files import sha256
from textsynth.taxonomy.edits import prune, shorten
from textsynth.taxonomy.nested import from_nested
from textsynth.taxonomy.orders import DEEPEST, WIDEST
from textsynth.taxonomy.raw import from_python
from textsynth.taxonomy.text import from_text
from textsynth.taxonomy.tree import Tree, levels_of
from textsynth.treewalk import TreeWalk

Nested = dict[Any, Any] | list[Any] | str


class Taxonomy(Input):
    """Topics of a tree: indented text, YAML, JSON, a table (CSV, JSONL, Parquet) or a dataset.

    Each has `name`, `text` ("Banking > Deposits > Savings"), `path`, `about`, `branch`, `level`.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "topic"
    learned: ClassVar[bool] = True
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    from_: str | HubTopics = Field(alias="from", default="")
    """A file, from the job's folder; a tree that textsynth brings, such as `general` (in the
    language of the job, where there is one); or {hub: owner/name}."""

    topics: Nested | None = None
    """Instead of `from`: the topics themselves, a list or a nested mapping."""

    root: str = ""
    """Instead of `from`: what a tree is grown about by the model before the run."""

    depth: int = Field(default=2, ge=1, le=DEEPEST)
    """For `root`: levels below it."""

    branching: int = Field(default=8, ge=2, le=WIDEST)
    """For `root`: how many topics each topic is divided into, at the most."""

    about: str = ""
    """For `root`: what belongs to it, in words."""

    level: Literal["leaves"] | Annotated[int, Field(ge=1, le=50)] = "leaves"
    """Which topics: the leaves, or those of this level (1: right below the root) and the leaves
    above it."""

    only: list[str] = Field(default_factory=list)
    """Branches to take, by path: [Deposits, "Cards > Debit cards"]."""

    without: list[str] = Field(default_factory=list)
    """Branches to leave out, by path."""

    even: Literal["leaves", "branches"] = "leaves"
    """What gets equal shares: all leaves, or at each topic those that it is divided into."""

    @field_validator("only", "without", mode="before")
    @classmethod
    def _one_branch(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("from_", mode="after")
    @classmethod
    def _in_its_language(cls, value: str | HubTopics, info: ValidationInfo) -> str | HubTopics:
        """`general` is general.ko for a job in Korean."""
        context = info.context or {}
        home, language = context.get("home"), context.get("language")
        if not isinstance(value, str) or not value or home is None or not language:
            return value
        try:
            shown = locate(value, home, language).shown
        except InputError:
            return value  # told when it is loaded
        return shown if shown.startswith("taxonomies/") and value in shown else value

    @model_validator(mode="after")
    def _one_origin(self) -> Taxonomy:
        given = [bool(self.from_), self.topics is not None, bool(self.root.strip())]
        if sum(given) != 1:
            raise ValueError("topics come either `from` a file, as `topics`, or of a `root`")
        for option in ("depth", "branching", "about"):
            if option in self.model_fields_set and not self.root:
                raise ValueError(f"{option} needs `root`: what the tree is grown about")
        if self.topics is not None:
            try:
                self._tree(Path())
            except InputError as error:
                raise ValueError(str(error)) from None
        return self

    def grown(self, path: str | Path) -> Taxonomy:
        """The same input, reading the tree that was grown for it."""
        kept = {name: getattr(self, name) for name in ("level", "only", "without", "even")}
        return Taxonomy.model_validate({"from_": str(path), **kept})

    def load(self, home: Path) -> Items:
        """A row for each topic, in the order of the tree.

        Raises InputError with file and line, and for a `root` whose tree is not grown yet.
        """
        tree, source = self._tree(home)
        if self.only:
            prune(tree, self.only, keep=True)
        if self.without:
            prune(tree, self.without)
        if self.level != "leaves":
            shorten(tree, self.level)
        title = source.path.rpartition("/")[2].partition(".")[0].replace("-", " ")
        rows = topic_rows(tree.root, title.replace("_", " "), source.path, tree.language)
        return Items(rows, [replace(source, rows=len(rows), licence=tree.licence)])

    def admit(self, items: Items, language: str) -> Items:
        """With a language for rows whose file names none: Korean if written so, else the job's."""
        rows = [
            row if row["language"] else {**row, "language": _guess(row["text"], language)}
            for row in items.rows
        ]
        return Items(rows, items.sources)

    def cautions(self, rows: Sequence[Row], chunks: Sequence[Row], language: str) -> list[str]:
        """That weights count for nothing where each leaf gets as much as any other."""
        weights = (w for row in rows for w in (row["weight"], *row["weights"]))
        if self.even != "leaves" or all(weight == 1 for weight in weights):
            return []
        return [
            f"{rows[0]['source']} gives topics weights, which count with `even: branches` alone: "
            "now each leaf gets as many rows as any other"
        ]

    def walk(self, rows: Sequence[Row]) -> TreeWalk:
        """Evenly over leaves or over branches, at any number of briefs."""
        return TreeWalk(rows, self.even)

    def marks(self, row: Row) -> Mapping[str, str]:
        """The facets of a brief with this topic: level_1, level_2, … as paths below the root."""
        return levels_of(row["path"])

    def closing(self, closing: Closing) -> Sequence[Table]:
        """How many topics of each branch have a kept row."""
        try:
            rows = self.load(closing.home).rows
        except InputError:
            return ()  # the file is gone or changed since
        table = coverage(rows, iter(closing.kept))
        return () if table is None else (table,)

    def _tree(self, home: Path) -> tuple[Tree, Source]:
        if self.root:
            raise InputError(
                f"the tree about '{self.root}' is not grown yet",
                "a model grows it before the run",
                "`textsynth run` does that, or `textsynth taxonomy grow`, which lets you edit it",
            )
        if self.topics is not None:
            if isinstance(self.topics, str):
                tree = from_text(self.topics, "topics")
            else:
                tree = from_nested(from_python(self.topics, "topics"), "topics")
            seen = json.dumps(self.topics, ensure_ascii=False, default=str).encode(
                "utf8", "replace"
            )
            return tree, Source("topics", "inline", sha256=hashlib.sha256(seen).hexdigest())
        if isinstance(self.from_, HubTopics):
            tree = self.from_.read(home)
            return tree, Source(self.from_.hub, "dataset", sha256=_hash(repr(tree.root)))
        file = locate(self.from_, home)
        tree = read_tree(file)
        return tree, Source(file.shown, file.suffix.lstrip("."), sha256=sha256(file.path))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf8", "replace")).hexdigest()


def _guess(text: str, language: str) -> str:
    letters = [letter for letter in text if letter.isalpha()]
    hangul = sum("가" <= letter <= "힣" for letter in letters)
    if 2 * hangul > len(letters):
        return "ko"
    return "en" if language == "ko" and text.isascii() else language
