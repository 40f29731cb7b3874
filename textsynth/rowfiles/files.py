"""Which files an input's patterns name, and how each becomes rows or a problem in words."""

from __future__ import annotations

import difflib
import glob
import hashlib
import itertools
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.records import Source

LARGEST = 200_000_000
"""Bytes; a larger file is refused, because its rows are held in memory."""

MOST_ROWS = 1_000_000
"""Rows of one file; they take about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class File:
    """One input file: where it is, what people call it, and whether it was asked for by name."""

    path: Path
    shown: str
    exact: bool

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()


def find(
    asker: str,
    patterns: Sequence[str],
    home: Path,
    kinds: Iterable[str],
    lost: list[Source] | None = None,
) -> list[File]:
    """The files that `patterns` name, in their order, each once; globs and folders are sorted.

    Raises InputError when a pattern matches nothing, or names a file of none of the `kinds`; with
    a list `lost`, it becomes a Source with a problem there.
    """
    found: dict[Path, File] = {}
    for pattern in patterns:
        try:
            exact, paths = _matches(asker, pattern, home)
            if not exact:
                # What `ingest` says of its chunks is no document.
                paths = [p for p in paths if not _is_account(p)]
            for path in paths:
                real = path.resolve()
                exact_before = real in found and found[real].exact
                file = File(path, show(path, home), exact or exact_before)
                if exact:
                    check_kind(asker, file, kinds)
                found[real] = file
        except (InputError, OSError, RuntimeError) as fault:
            error = fault if isinstance(fault, InputError) else _endless(pattern)
            if lost is None:
                raise error from None
            lost.append(Source(pattern, Path(pattern).suffix.lstrip("."), problem=str(error)))
    return list(found.values())


def show(path: Path, home: Path) -> str:
    """`path` as people may see it: relative to `home` with slashes, or the bare name outside it.

    In NFC, whatever form the file system keeps names in: ids of chunks are made of it.
    """
    real, root = path.resolve(), home.resolve()
    shown = real.relative_to(root).as_posix() if real.is_relative_to(root) else path.name
    return unicodedata.normalize("NFC", shown)


def check_kind(asker: str, file: File, kinds: Iterable[str]) -> None:
    """Raises InputError when the suffix of `file` is none of `kinds`."""
    known = sorted(kinds)
    if file.suffix not in known:
        raise InputError(
            f"{asker} cannot read '{file.shown}', a file of kind '{file.suffix or 'no suffix'}'",
            f"it reads {' '.join(known)}",
            "convert the file, or rename it if its suffix is wrong",
        )


def gather(
    asker: str,
    files: Sequence[File],
    read: Callable[[File], Iterator[dict[str, Any]]],
    key: Callable[[dict[str, Any]], str],
    licence: str = "",
    *,
    near: Callable[[dict[str, Any]], bool] | None = None,
    lost: list[Source] | None = None,
) -> tuple[list[dict[str, Any]], list[Source]]:
    """The rows of all `files` and a `Source` for each; of rows with equal `key` the first stays.

    `near` says of each row that is left whether it nearly repeats an earlier one: it goes too.
    A file asked for by name must be readable; one that a glob or a folder gave may have a problem,
    and so may any where a list `lost` is given, which holds the problems met so far.
    Raises InputError when no file gave a row.
    """
    rows: list[dict[str, Any]] = []
    sources: list[Source] = list(lost or ())
    seen: set[str] = set()
    for file in files:
        kind = file.suffix.lstrip(".")
        try:
            total, fresh = _rows_of(file, read, key, seen)
            checksum = sha256(file.path)
        except InputError as error:
            if file.exact and lost is None:
                raise
            sources.append(Source(file.shown, kind, licence=licence, problem=str(error)))
            continue
        kept = fresh if near is None else [row for row in fresh if not near(row)]
        problem = "" if kept else f"each of its {total} rows repeats an earlier one"
        rows += kept
        sources.append(
            Source(
                file.shown, kind, len(kept), checksum, licence, problem,
                duplicates=total - len(fresh), near_duplicates=len(fresh) - len(kept),
                characters=sum(len(row.get("text", "")) for row in kept),
            )
        )  # fmt: skip
    if not rows:
        problems = [source.problem for source in sources if source.problem]
        more = f" … and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise InputError(
            f"{asker} found no usable row in {len(sources)} file(s)",
            " ".join(problems[:5]) + more,
            f"give {asker} at least one file with text in it",
        )
    return rows, sources


def sha256(path: Path) -> str:
    """Hex of the file's SHA-256, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def nearby(folder: Path, name: str, most: int = 8) -> str:
    """The entries of `folder`, the most similar to `name` first, with a hint at a likely slip."""
    try:
        entries = [p.name + ("/" if p.is_dir() else "") for p in folder.iterdir()]
    except OSError:
        return ""
    entries = [entry for entry in entries if not entry.startswith(".")]
    if not entries:
        return "that folder is empty"
    ranked = sorted(entries, key=lambda e: (-_similarity(e, name), e))
    hint = f"did you mean '{ranked[0]}'? " if _similarity(ranked[0], name) >= 0.6 else ""
    more = f", … ({len(ranked)} in all)" if len(ranked) > most else ""
    return f"{hint}that folder holds: {', '.join(ranked[:most])}{more}"


def _rows_of(
    file: File,
    read: Callable[[File], Iterator[dict[str, Any]]],
    key: Callable[[dict[str, Any]], str],
    seen: set[str],
) -> tuple[int, list[dict[str, Any]]]:
    """How many rows the file has, and those whose key is new; `seen` grows only on success."""
    fresh: dict[str, dict[str, Any]] = {}
    total = 0
    try:
        check_size(file)
        for row in read(file):
            total += 1
            if total > MOST_ROWS:
                raise InputError(
                    f"'{file.shown}' has more than {MOST_ROWS:,} rows",
                    "they are held in memory",
                    "take a sample of it",
                )
            if (name := key(row)) not in seen:
                fresh.setdefault(name, row)
    except OSError as error:
        raise InputError(
            f"'{file.shown}' cannot be read: {error.strerror or type(error).__name__}",
            fix="check that the file is there and that you may read it",
        ) from error
    if not total:
        raise InputError(f"'{file.shown}' has no text", fix="fill it, or take it off the list")
    seen.update(fresh)
    return total, list(fresh.values())


def check_size(file: File) -> None:
    """Raises InputError for what is empty, too large, or no file."""
    about = file.path.stat()
    size = about.st_size
    if not stat.S_ISREG(about.st_mode):
        raise _no_file(file.shown)
    if size == 0:
        raise InputError(f"'{file.shown}' is empty", fix="fill it, or take it off the list")
    if size > LARGEST:
        raise InputError(
            f"'{file.shown}' has {size / 1e6:,.0f} MB",
            f"files up to {LARGEST / 1e6:,.0f} MB are read",
            "split it into smaller files",
        )


def _matches(asker: str, pattern: str, home: Path) -> tuple[bool, list[Path]]:
    """Whether `pattern` names one file exactly, and the files it stands for."""
    if "://" in pattern:
        raise InputError(
            f"{asker} asks for '{pattern}'",
            "inputs are files on this machine",
            "download the file and give its path",
        )
    pattern = _as_written(pattern, home)
    path = home / Path(pattern).expanduser()
    if path.is_symlink() and not path.exists():
        raise _endless(pattern)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise _no_file(pattern)
    if path.is_file():
        return True, [path]
    if path.is_dir():
        files = sorted(_walk(path))
    elif glob.has_magic(pattern):
        names = glob.glob(pattern, root_dir=home, recursive=True)  # noqa: PTH207 (absolute ones too)
        files = sorted(home / name for name in names if (home / name).is_file())
    else:
        files = []
    if not files:
        raise _nothing(asker, pattern, path)
    return False, files


def _as_written(pattern: str, home: Path) -> str:
    """The pattern in the Unicode form that names have there: copied from a Mac, they are in NFD."""
    forms = dict.fromkeys([pattern, *(unicodedata.normalize(f, pattern) for f in ("NFC", "NFD"))])
    if len(forms) == 1:
        return pattern
    there = (form for form in forms if os.path.lexists(home / Path(form).expanduser()))
    globbed = (
        form
        for form in forms
        if glob.has_magic(form) and glob.glob(form, root_dir=home, recursive=True)  # noqa: PTH207
    )
    return next(itertools.chain(there, globbed), pattern)


def _no_file(shown: str) -> InputError:
    return InputError(
        f"'{shown}' is no file but a pipe, a socket or a device",
        fix="write what comes out of it into a file, and give that file",
    )


def _endless(shown: str) -> InputError:
    return InputError(
        f"'{shown}' cannot be followed",
        "it is, or holds, a link that leads nowhere or back to itself, or its name is too long",
        "remove the link, or name the files themselves",
    )


def _is_account(path: Path) -> bool:
    return path.name == "sources.json" and path.with_name("chunks.jsonl").is_file()


def _walk(folder: Path) -> Iterator[Path]:
    """Every file under `folder`; hidden ones and the lock files of office programs are no input."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place) / name for name in names if not name.startswith((".", "~$")))


def _nothing(asker: str, pattern: str, path: Path) -> InputError:
    folder, name = path.parent, path.name
    while folder != folder.parent and (not folder.is_dir() or glob.has_magic(folder.name)):
        folder, name = folder.parent, folder.name
    if path.is_dir():
        folder, what = path, "which is a folder without files"
    elif glob.has_magic(pattern):
        what = "which matches no file"
    else:
        what = "which is not there"
    return InputError(
        f"{asker} asks for '{pattern}', {what}",
        nearby(folder, name),
        "paths are relative to the folder of the job file: correct the path or add the file",
    )


def _similarity(left: str, right: str) -> float:
    return difflib.SequenceMatcher(None, left.lower(), right.lower()).ratio()
