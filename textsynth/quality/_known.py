"""Other datasets that a run is compared with: read once, then their index comes from disk.

A run folder that was closed with an index of the same options gives that one. Of all else an index
is kept in the user's cache folder, under a name made of the files' paths, sizes and times of change
(of the Hub: the dataset's commit) and of the options, so that a second run reads no row.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

from textsynth.engine.catalogue import cache_folder
from textsynth.errors import InputError, RunError
from textsynth.indexfile import IndexFile
from textsynth.quality._fields import has_field, slug, text_of
from textsynth.quality._foreign import samples_of
from textsynth.quality._seen import Seen
from textsynth.records import Sample, digest
from textsynth.rowfiles.anywhere import KEPT, files_of
from textsynth.rowfiles.files import show

MOST = 8 << 30
"""Bytes of indexes in the cache; the ones not used for longest go first."""

FOLDER = "index"
"""Where in a run folder its indexes are."""

_TAIL = 1 << 16
_BLOCK = 512


def index_path(run: Path, part: str, field: str) -> Path:
    """Where a run keeps the index of a filter's field."""
    return run / FOLDER / f"{part}.{slug(field)}.bin"


def rows_mark(run: Path) -> dict[str, Any]:
    """What ties an index to the kept rows beside it: their size, and a digest of their end."""
    from xxhash import xxh3_128_hexdigest

    path = run / KEPT
    size = path.stat().st_size if path.is_file() else 0
    tail = b""
    if size:
        with path.open("rb") as file:
            file.seek(max(0, size - _TAIL))
            tail = file.read()
    return {"bytes": size, "tail": xxh3_128_hexdigest(tail)}


def check(names: tuple[str, ...], home: Path, part: str) -> None:
    """Raises InputError in words where a name stands for nothing that can be read."""
    for name in names:
        files_of(name, home, _asker(part))


class Comparing(Protocol):
    """A filter that compares, as far as other datasets concern it."""

    part: ClassVar[str]

    @property
    def against(self) -> tuple[str, ...]:
        """The datasets."""

    def group(self, sample: Sample, field: str) -> int:
        """Rows of different groups are not compared."""

    def apart(self) -> dict[str, Any]:
        """What decides on groups."""


def take_known(
    seen: Mapping[str, Seen], options: Comparing, home: Path, make: Callable[[], Seen]
) -> None:
    """Puts the rows of all datasets into the indexes, field by field."""
    for name in options.against:
        missing = {}
        for field, one in seen.items():
            if not _from_run(one, name, field, home, options):
                missing[field] = one
        if missing:
            _from_rows(missing, name, home, options, make)


def _from_run(one: Seen, name: str, field: str, home: Path, options: Comparing) -> bool:
    """Takes the index that a closed run left, if there is one and it fits."""
    part = options.part
    files = files_of(name, home, _asker(part))
    if not files or len(files) > 1 or files[0].path.name != KEPT.name:
        return False
    run = files[0].path.parent.parent
    path = index_path(run, part, field)
    if not path.is_file():
        return False
    try:
        file = IndexFile(path)
        if not file.fits(one.kind, one.options):
            return False
        wanted = {"rows": rows_mark(run), **options.apart()}
        if any(file.facts.get(fact) != value for fact, value in wanted.items()):
            return False
        one.take(file, show(files[0].path, home))
    except RunError:
        return False  # its rows are there
    return True


def _from_rows(
    seen: Mapping[str, Seen], name: str, home: Path, options: Comparing, make: Callable[[], Seen]
) -> None:
    content = _content(name, home, options.part)
    folder = cache_folder().with_name("indexes")
    with tempfile.TemporaryDirectory(prefix="textsynth-") as aside:
        paths = {
            field: (Path(aside) if content is None else folder)
            / f"{digest(content, name, field, one.kind, one.options, options.apart())}.bin"
            for field, one in seen.items()
        }
        fresh = {field: make() for field, path in paths.items() if not _usable(path)}
        if fresh:
            _read(fresh, name, home, options)
        for field, one in seen.items():
            path = paths[field]
            if field in fresh:
                path = _save(fresh.pop(field), path, Path(aside))
            one.take(IndexFile(path))
    if content is not None:
        _shrink(folder)


def _usable(path: Path) -> bool:
    try:
        IndexFile(path).check()
        os.utime(path)
    except (RunError, OSError):
        return False
    return True


def _save(one: Seen, path: Path, aside: Path) -> Path:
    try:
        one.save(path, {})
    except OSError:  # a cache that cannot be written is no reason to stop
        path = aside / path.name
        one.save(path, {})
    return path


def _read(fresh: Mapping[str, Seen], name: str, home: Path, options: Comparing) -> None:
    part = options.part
    columns: dict[str, None] = {}
    rows = samples_of(name, home, _asker(part))
    while block := list(itertools.islice(rows, _BLOCK)):
        for field, one in fresh.items():
            texts = [
                one.form(text_of(sample, field, part)) if has_field(sample, field) else ""
                for _, _, sample in block
            ]
            one.ahead([text for text in texts if text])
            for text, (source, row, sample) in zip(texts, block, strict=True):
                if text:
                    one.add(text, row, source=source, group=options.group(sample, field))
        for _, _, sample in block[:: _BLOCK // 4]:
            columns.update(dict.fromkeys(sample.columns) if len(columns) < 50 else {})
    for field, one in fresh.items():
        if not len(one):
            raise InputError(
                f"{part} compares '{field}' with '{name}', where no row has such a text",
                f"its columns are: {', '.join(columns) or 'none'}",
                "take another field for `on`, or take it off `against`",
            )


def _content(name: str, home: Path, part: str) -> Any:
    """What tells one state of a dataset from another; None where that cannot be known."""
    files = files_of(name, home, _asker(part))
    if files is not None:
        states = [(file.path.resolve(), file.path.stat()) for file in files]
        return [
            [str(path), file.shown, about.st_size, about.st_mtime_ns]
            for file, (path, about) in zip(files, states, strict=True)
        ]
    try:
        from huggingface_hub import HfApi

        return HfApi().dataset_info(name, timeout=10).sha
    except Exception:  # noqa: BLE001 - whatever keeps the Hub from telling, the rows are read
        return None


def _shrink(folder: Path) -> None:
    try:
        files = sorted(folder.glob("*.bin"), key=lambda path: -path.stat().st_mtime_ns)
        held = 0
        for number, path in enumerate(files):
            held += path.stat().st_size
            if held > MOST and number:
                path.unlink()
    except OSError:
        pass  # another process tidies up too


def _asker(part: str) -> str:
    return f"{part}: against"
