"""Trees of topics as commands: grow, show, stats, edit, prune, merge.

Python: `textsynth.taxonomies.show("general").picture()`.

A place is a file (indented text, YAML, JSON, CSV, TSV, JSONL, Parquet), the name of a tree that
textsynth brings, or `hub:owner/name`. A tree is written as indented text, YAML or JSON, by the
suffix of the file, whole or not at all; those that textsynth brings are never written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textsynth.embedding import Spec, embedder_of
from textsynth.errors import InputError, JobError
from textsynth.inputs._taxonomy_files import (
    FOLDER,
    NESTED_KINDS,
    TABLE_KINDS,
    HubTopics,
    bundled,
    check_written,
    locate,
    read_tree,
)
from textsynth.rowfiles.files import File
from textsynth.rowfiles.text import read_text
from textsynth.taxonomy import edits
from textsynth.taxonomy.editor import changed
from textsynth.taxonomy.measures import Measures, measure
from textsynth.taxonomy.near import Merge, merged
from textsynth.taxonomy.orders import Grown
from textsynth.taxonomy.picture import leaf_counts, picture
from textsynth.taxonomy.saving import save, written_as
from textsynth.taxonomy.text import from_text, to_text, topic_of
from textsynth.taxonomy.tree import Node, Tree, words_of
from textsynth.taxonomy_runs import grow
from textsynth.taxonomy_union import by_meaning, union

__all__ = [
    "Brought",
    "Change",
    "Grown",
    "Measures",
    "Merge",
    "Merged",
    "Node",
    "Shown",
    "Tree",
    "edit",
    "grow",
    "merge",
    "prune",
    "read",
    "show",
    "stats",
    "write",
]

Place = str | Path

_HUB = "hub:"


@dataclass(frozen=True, slots=True)
class Brought:
    """A tree that comes with textsynth: its name, and what it holds."""

    name: str
    path: str
    language: str
    topics: int
    leaves: int
    depth: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A tree, or a branch of one, to be looked at."""

    place: str
    tree: Tree
    depth: int | None = None
    counts: Mapping[str, int] | None = None
    """Path in words → leaves at or below it; None where no counts were asked for."""

    def picture(self, about: bool = False) -> str:
        """As plain text, `depth` levels below its root; `about`: with what topics are about."""
        return picture(self.tree.root, self.depth, self.counts, about)


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a tree: where it was written, topics before and after, each step in words.

    `out` is "" where nothing had to be written.
    """

    out: str
    before: int
    after: int
    steps: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """Trees made one: where it was written, topics of all and of the one, each merge."""

    out: str
    before: int
    after: int
    merges: Sequence[Merge] = field(default_factory=list)


def read(place: Place, *, language: str = "") -> Tree:
    """The tree at a place. Raises InputError with file and line when it cannot be read."""
    if str(place).startswith(_HUB):
        return HubTopics(hub=str(place).removeprefix(_HUB)).read(Path())
    return read_tree(_file(place, language))


def write(tree: Tree, out: Place) -> Path:
    """Writes a tree as YAML, JSON or indented text, by the suffix of `out`, whole or not at all."""
    path = _target(out)
    save(path, written_as(tree, path.suffix))
    return path


def show(
    place: Place | None = None, *, depth: int | None = None, branch: str = "",
    counts: bool = False, language: str = "",
) -> Shown | Sequence[Brought]:  # fmt: skip
    """A tree, or a branch of it; without a place the trees that textsynth brings."""
    if place is None:
        return [_brought(name, path) for name, path in sorted(bundled(Path()).items())]
    tree = read(place, language=language)
    if branch:
        tree.root = edits.find(tree, branch)[-1]
    leaves = leaf_counts(tree.root) if counts else None
    return Shown(str(place), tree, depth, leaves)


def stats(place: Place, *, language: str = "") -> Measures:
    """Topics, leaves, levels, names that come twice, siblings nearly the same, uneven branches."""
    return measure(read(place, language=language))


def edit(
    place: Place, out: Place | None = None, *, rename: Sequence[str] = (),
    about: Sequence[str] = (), add: Sequence[str] = (), move: Sequence[str] = (),
    language: str = "",
) -> Change:  # fmt: skip
    """Changes a tree by itself, or without any change asked for, in an editor ($EDITOR).

    Each change is `PATH=…`: rename "A > B=New name", about "A > B=what it is about", add
    "A=Child: about" ("=Child" at the top), move "A > B=C" (B under C), done in this order. In the
    editor the tree stands as indented text; when that cannot be read, the file stays as it was and
    the text stays beside it, for the next `edit` to go on with. A new `out` is written also where
    nothing was changed.
    """
    tree, target = _opened(place, out, language)
    before = edits.size(tree)
    if not (rename or about or add or move):
        return _by_hand(place, tree, target, language)
    steps: list[str] = []
    for text in rename:
        path, name = edits.parts(text, "--rename")
        was = words_of(edits.find(tree, path))
        steps.append(f"'{was}' is now '{edits.rename(tree, path, name).name}'")
    for text in about:
        path, words = edits.parts(text, "--about")
        steps.append(
            f"'{edits.describe(tree, path, ' '.join(words.split())).name}' has a new about"
        )
    for text in add:
        path, line = edits.parts(text, "--add")
        name, said, weight = topic_of(line, "--add")
        child = edits.add(tree, path, Node(name, said, [], weight))
        steps.append(f"'{child.name}' is new under '{path or 'the top'}'")
    for text in move:
        path, to = edits.parts(text, "--move")
        steps.append(f"'{edits.move(tree, path, to).name}' is now under '{to}'")
    return Change(str(write(tree, target)), before, edits.size(tree), steps)


def prune(
    place: Place, paths: Sequence[str] = (), out: Place | None = None, *, keep: bool = False,
    max_depth: int | None = None, max_children: int | None = None, language: str = "",
) -> Change:  # fmt: skip
    """Takes topics out, with all below them; with `keep` all others.

    `max_depth`: levels that stay below the root; `max_children`: how many topics stay under each,
    the first ones.
    """
    limits = [limit for limit in (max_depth, max_children) if limit is not None]
    if (not paths and not limits) or any(limit < 1 for limit in limits):
        raise JobError(
            "nothing says what to prune",
            fix='name paths ("Deposits > Fixed terms"), or give --max-depth or --max-children, '
            "from 1 on",
        )
    tree, target = _opened(place, out, language)
    before = edits.size(tree)
    steps = []
    if paths:
        gone = edits.prune(tree, paths, keep)
        steps.append(f"{_topics(gone)} went, {'not ' if keep else ''}at or below what was named")
    if limits:
        gone = edits.shorten(tree, max_depth, max_children)
        steps.append(f"{_topics(gone)} went past the limits")
    return Change(str(write(tree, target)), before, edits.size(tree), steps)


def merge(
    places: Sequence[Place], out: Place, *, embedder: Spec | None = None, meaning: float = 0.9,
    language: str = "",
) -> Merged:  # fmt: skip
    """One tree of several; equal and near-equal siblings are one, and so are roots.

    A file of topics without a root of their own joins the first tree. With an `embedder` (`static`,
    or {base_url, model}) siblings also count as one from the cosine `meaning` on. Static vectors
    know names of two or three words too little to find much: an endpoint does better.
    """
    if not 0 < meaning <= 1:
        raise JobError(f"meaning is {meaning}", fix="give a similarity above 0 and up to 1")
    if not places:
        raise JobError("no tree is named", fix="name the files to merge")
    target = _target(out)
    trees = [read(place, language=language) for place in places]
    whole = union(trees)
    used = embedder_of(embedder) if embedder else None
    children, merges = merged(
        whole.root.children, by_meaning(used, trees, meaning) if used else None
    )
    whole.root.children = children
    whole.settled()
    before = sum(edits.size(tree) for tree in trees)
    return Merged(str(write(whole, target)), before, edits.size(whole), merges)


def _by_hand(place: Place, tree: Tree, target: Path, language: str) -> Change:
    """Through the editor; a text file is edited as it is, with all its comments."""
    source = None if str(place).startswith(_HUB) else _file(place, language)
    is_text = source is not None and source.suffix not in NESTED_KINDS | TABLE_KINDS
    text = read_text(source.path, source.shown) if source and is_text else to_text(tree)
    before = edits.size(tree)
    edited = changed(text, target, lambda words: from_text(words, f"{target.name}.edited.txt"))
    if edited is None and target.exists():
        return Change("", before, before, ["nothing was changed"])
    if edited is None:  # what was asked for is a copy, or the same in another form
        return Change(str(write(tree, target)), before, before, ["nothing was changed"])
    words, after = edited
    if target.suffix.lower() in NESTED_KINDS:
        write(after, target)
    else:
        save(target, words)
    target.with_name(f"{target.name}.edited.txt").unlink(missing_ok=True)
    return Change(str(target), before, edits.size(after), ["edited by hand"])


def _topics(number: int) -> str:
    return "1 topic" if number == 1 else f"{number:,} topics"


def _brought(name: str, path: Path) -> Brought:
    tree = read_tree(File(path, f"{FOLDER}/{path.name}", exact=True))
    leaves = sum(1 for _ in tree.root.leaves())
    return Brought(
        name, f"{FOLDER}/{path.name}", tree.language, edits.size(tree), leaves, tree.root.depth()
    )


def _file(place: Place, language: str) -> File:
    return locate(str(place), Path(), language)


def _opened(place: Place, out: Place | None, language: str) -> tuple[Tree, Path]:
    """The tree, and where it is to be written."""
    if out is not None:
        target = _target(out)
    elif str(place).startswith(_HUB):
        raise JobError(f"'{place}' cannot be written to", fix="give -o OUT.yaml")
    else:
        target = _target(_file(place, language).path)
    return read(place, language=language), target


def _target(out: Place) -> Path:
    """Where a tree may be written. Raises InputError where it may not, or cannot."""
    path = Path(out)
    check_written(path)
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise InputError(f"'{out}' cannot be written", fix="name a file in a folder that is there")
    return path
