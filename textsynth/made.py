"""What the stages of a job made: readable files in made/ of the run folder, and rows from them.

A file that is there is the truth. It is made again when what it was made from has changed, unless a
person has edited it: then it stays, and a warning says so. state.json beside the files remembers
what each was made from and how it was written; the files themselves carry no marks.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import PrivateAttr

from textsynth.errors import JobError
from textsynth.inputs import Input, Items, Row
from textsynth.job import Job
from textsynth.marked import Misfit, read_marked
from textsynth.methods import Stage
from textsynth.records import Sample, Source, Table, digest
from textsynth.taxonomy.courses import leaf_of, levels_below, rooted
from textsynth.treewalk import Even, TreeWalk

_DEVICE = re.compile(r"con|prn|aux|nul|com[1-9]|lpt[1-9]", re.IGNORECASE)
"""What Windows takes for a device, whatever comes after a dot."""

_HEAD = "# Made by textsynth. Edit it as you like: what you change stays, and the run goes by it.\n"


class _Given(Input):
    """Rows that stages made, in the place of an input."""

    field: ClassVar[str] = ""
    learned: ClassVar[bool] = True
    _items: Items = PrivateAttr(default=Items((), ()))
    _even: Even = PrivateAttr(default="leaves")
    _root: bool = PrivateAttr(default=False)
    _shared: bool = PrivateAttr(default=False)

    def load(self, home: Path) -> Items:
        return self._items

    def walk(self, rows: Sequence[Row]) -> TreeWalk | None:
        """Evenly over the tree, where the rows have a path."""
        paths = [leaf_of(row, self._shared) for row in rows]
        return TreeWalk(paths, self._even) if all(one["path"] for one in paths) else None

    def marks(self, row: Row) -> Mapping[str, str]:
        """level_1, level_2 … of a row's path, below the root where all have one."""
        return levels_below(row.get("path") or (), self._root)


@functools.cache
def _kind(name: str) -> type[_Given]:
    return type(f"Given_{name}", (_Given,), {"field": name, "__module__": __name__})


def given(
    name: str,
    rows: Sequence[Row],
    sources: Sequence[Source] = (),
    even: Even = "leaves",
    shared: bool = False,
) -> Input:
    """An input of that field with these rows, which lie evenly over `even` of their tree.

    `shared`: the subjects of a topic are one leaf together, however many the model named.
    """
    part = _kind(name)()
    part._items, part._even = Items(rows, sources), even
    part._root, part._shared = rooted(rows), shared
    return part


@dataclass(frozen=True)
class Piece:
    """A row of a stage and the file of its product; `make`: whether it is to be made (again)."""

    row: Row
    path: Path
    make: bool
    edited: bool = False
    """A person wrote it, or changed it since it was made."""
    stale: bool = False
    """What it was made from has changed, and it stays for it was edited."""


@dataclass
class Products:
    """The files of one job's stages, and what is remembered of them."""

    folder: Path
    """made/ of the run folder."""

    language: str = "en"
    state: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """Stage → id of a row → file, from (hash of what it was made from), wrote (hash of it)."""

    @classmethod
    def of(cls, run: Path, language: str) -> Products:
        """Those of a run folder; a state that cannot be read counts as none."""
        found = cls(run / "made", language)
        try:
            state = json.loads((found.folder / "state.json").read_text("utf8"))
        except (OSError, ValueError):
            return found
        if isinstance(state, dict):
            found.state = state
        return found

    def pieces(self, stage: Stage, rows: Sequence[Row]) -> list[Piece]:
        """Where each row's product lies, and whether it is to be made."""
        known = self.state.get(stage.name, {})
        taken = {entry["file"].casefold() for entry in known.values()}
        found = []
        for row in rows:
            entry = known.get(str(row["id"]))
            name = entry["file"] if entry else self._name(stage, row, taken)
            taken.add(name.casefold())
            path = self.folder / name
            if not path.is_file():
                found.append(Piece(row, path, make=True))
                continue
            edited = entry is None or entry["wrote"] != _hash(path)
            changed = entry is not None and entry["from"] != self._origin(stage, row)
            stale, make = changed and edited, changed and not edited
            found.append(Piece(row, path, make, edited and not make, stale))
        return found

    def rows(self, stage: Stage, piece: Piece) -> list[Row]:
        """The rows that a product stands for. Raises InputError with file and line."""
        marked = read_marked(piece.path, self.shown(piece.path))
        try:
            return stage.rows(piece.row, marked.value)
        except Misfit as found:
            raise marked.fault(found) from None

    def write(self, stage: Stage, made: Sequence[tuple[Piece, Sequence[Sample]]]) -> None:
        """Writes the products of rows.

        What they will be is remembered first: killed in between, a file is missing, and is made
        again from the journal; it never passes for one that a person wrote.
        """
        texts: list[tuple[Piece, str]] = []
        for piece, kept in made:
            data = stage.product(piece.row, kept)
            text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
            texts.append((piece, _HEAD + text))
            piece.path.unlink(missing_ok=True)
            self.note(stage, piece, _HEAD + text)
        self.save()
        for piece, text in texts:
            piece.path.parent.mkdir(parents=True, exist_ok=True)
            aside = piece.path.with_name(piece.path.name + ".partial")
            aside.write_text(text, encoding="utf8")
            aside.replace(piece.path)

    def note(self, stage: Stage, piece: Piece, text: str) -> None:
        """Remembers what a product was made from, and how it was written."""
        self.state.setdefault(stage.name, {})[str(piece.row["id"])] = {
            "file": piece.path.relative_to(self.folder).as_posix(),
            "from": self._origin(stage, piece.row), "wrote": digest(text),
        }  # fmt: skip

    def adopt(self, stage: Stage, pieces: Sequence[Piece]) -> None:
        """Remembers the files that a person put there: from now on they are known as edited."""
        for piece in pieces:
            if str(piece.row["id"]) not in self.state.get(stage.name, {}):
                self.note(stage, piece, "")

    def save(self) -> None:
        """Puts the state on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / "state.json.partial"
        aside.write_text(json.dumps(self.state, ensure_ascii=False, indent=1) + "\n", "utf8")
        aside.replace(self.folder / "state.json")

    def shown(self, path: Path) -> str:
        """A file as it is named to people: made/syllabi/…"""
        return path.relative_to(self.folder.parent).as_posix()

    def _origin(self, stage: Stage, row: Row) -> str:
        return digest(stage.method, dict(stage.options), self.language, stage.about(row))

    def _name(self, stage: Stage, row: Row, taken: set[str]) -> str:
        name = "/".join((stage.name, *(word_of(word) for word in stage.place(row)))) + ".yaml"
        if name.casefold() in taken:
            name = f"{name[:-5]}-{str(row['id'])[:6]}.yaml"
        return name


def word_of(text: str) -> str:
    """A name as the name of a file on any system: words of any script, joined by dashes."""
    plain = unicodedata.normalize("NFC", text)
    word = re.sub(r"[^\w.]+", "-", plain).strip("-._")[:60].rstrip("-._")
    if _DEVICE.fullmatch(word.partition(".")[0]):
        word = f"the-{word}"
    return word or digest(text, size=4)


def _hash(path: Path) -> str:
    return digest(path.read_text(encoding="utf8", errors="replace"))


def open_stages(job: Job) -> list[Stage]:
    """The stages that the job needs: those before a field that its inputs give are left out."""
    stages = list(job.method.stages())
    fed = {part.field for part in job.inputs.values() if part.use == "axis"}
    for number in range(len(stages) - 1, 0, -1):
        if stages[number].takes in fed:
            return stages[number:]
    return stages


def first_rows(job: Job, stage: Stage) -> tuple[list[Row], list[Source]]:
    """The rows of the inputs that a job's first stage starts from, and what was read for them.

    Raises JobError where no input gives such rows.
    """
    parts = [part for part in job.inputs.values() if part.field == stage.takes]
    if not parts:
        wanted = {"topic": "taxonomy", "subject": "subjects"}.get(stage.takes, stage.takes)
        raise JobError(
            f"the method '{job.method.part}' needs {wanted}",
            f"inputs holds: {', '.join(job.inputs) or 'nothing'}",
            f"add `{wanted}:` under inputs",
        )
    read = [part.admit(part.load(job.home), job.language) for part in parts]
    return [row for items in read for row in items.rows], [s for i in read for s in i.sources]


Make = Callable[[Stage, Sequence[Piece]], None]
"""Makes the products of these pieces and writes them, as far as they can be made."""


@dataclass
class Through:
    """What the stages come to: the rows of the last one, and what is to be said of them."""

    rows: list[Row]
    lines: list[tuple[str, int, int, int]] = field(default_factory=list)
    """Per stage: name, rows in, rows out, files edited by hand."""
    warnings: list[str] = field(default_factory=list)


def through(products: Products, stages: Sequence[Stage], rows: list[Row], make: Make) -> Through:
    """Leads rows through stages: each product is read from its file, which is made if need be."""
    found = Through(rows)
    for plain in stages:
        stage = plain.among(found.rows)
        pieces = products.pieces(stage, [row for row in found.rows if not stage.made(row)])
        if wanted := [piece for piece in pieces if piece.make]:
            make(stage, wanted)
        there = {str(piece.row["id"]): piece for piece in pieces if piece.path.is_file()}
        out: list[Row] = []
        for row in found.rows:
            piece = there.get(str(row["id"]))
            if piece is not None:
                out += products.rows(stage, piece)
            elif stage.made(row):
                out.append(row)
        found.warnings += _told(products, pieces)
        edited = sum(piece.edited for piece in pieces)
        found.lines.append((stage.name, len(found.rows), len(out), edited))
        products.adopt(stage, [piece for piece in there.values() if not piece.make])
        found.rows = list({row["id"]: row for row in out}.values())
    return found


def _told(products: Products, pieces: Sequence[Piece]) -> list[str]:
    told = [
        f"{products.shown(piece.path)} was edited, and what it was made from has changed since: it "
        "stays as it is; delete it to have it made again"
        for piece in pieces
        if piece.stale
    ]
    lacking = [products.shown(piece.path) for piece in pieces if not piece.path.is_file()]
    if lacking:
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        told.append(
            f"{', '.join(lacking[:3])}{more} could not be made, so the rows go on without; write "
            "it yourself, or try again with another seed or model"
        )
    return told


def placed(job: Job, run: Path) -> Job:
    """A job with stages as its own run has it: what they made, read from the run folder.

    Asks nothing and writes nothing. Raises InputError where a file is broken.
    """
    job = grown(job, run / "made")
    stages = open_stages(job)
    if not stages:
        return job
    products = Products.of(run, job.language)
    rows, sources = first_rows(job, stages[0])
    found = through(products, stages, rows, lambda stage, pieces: None)
    return with_rows(job, stages, found.rows, sources)


def with_rows(
    job: Job, stages: Sequence[Stage], rows: Sequence[Row], sources: Sequence[Source] = ()
) -> Job:
    """The job with the rows of its last stage in place of the inputs that the stages took.

    Raises JobError where there are no rows.
    """
    if not rows:
        raise JobError(
            f"no rows are left for '{job.method.part}' after its stages",
            f"the files in made/{stages[0].name} list none, or nothing could be made of them",
            "delete one of them, and it is made again",
        )
    taken = {stage.takes for stage in stages} | {stages[-1].gives}
    inputs = {name: part for name, part in job.inputs.items() if part.field not in taken}
    name, here = stages[-1].gives, f"made/{stages[-1].name}"
    left = [part for part in job.inputs.values() if part.field in taken]
    own: Any = next((part for part in left if hasattr(part, "even")), None)
    even: Even = "leaves" if own is None else own.even
    # With `count: all` each row comes as often as any other.
    shared = own is not None and not job.whole
    part = given(name, rows, [*sources, Source(here, "stage", rows=len(rows))], even, shared)
    return job.model_copy(update={"inputs": {**inputs, f"{name}s": part}})


def root_of(job: Job) -> tuple[str, Input] | None:
    """(name, input) of a taxonomy that is to be grown from a root, if the job has one."""
    found = ((name, part) for name, part in job.inputs.items() if getattr(part, "root", ""))
    return next(found, None)


def tree_file(folder: Path) -> Path:
    """Where a grown taxonomy lies."""
    return folder / "taxonomy.yaml"


def grown(job: Job, folder: Path) -> Job:
    """The job with the tree that was grown in place of the root; as it is while there is none."""
    found, file = root_of(job), tree_file(folder).resolve()
    if found is None or not file.is_file():
        return job
    name, part = found
    made: Any = part
    return job.model_copy(update={"inputs": {**job.inputs, name: made.grown(file)}})


def stage_table(lines: Sequence[tuple[str, int, int, int]]) -> Table:
    """What the stages gave: (stage, rows in, rows out, files edited)."""
    columns = ("stage", "rows in", "rows out", "edited by hand")
    return Table("Stages", columns, tuple(lines))
