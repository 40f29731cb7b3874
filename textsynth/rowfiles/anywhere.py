"""Records from whatever a user names: a run, a file, a folder, a glob, a dataset of the Hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import InputError
from textsynth.resources import find_file
from textsynth.rowfiles.files import File, find, show
from textsynth.rowfiles.hub import HubRows, is_hub_name
from textsynth.rowfiles.record_files import RECORD_KINDS, Record, read_records

KEPT = Path("rows", "kept.jsonl")
ALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Found:
    """One record: the file or dataset as people call it, its place there, and what it holds."""

    source: str
    place: str
    record: Record


def files_of(name: str, home: Path, asker: str) -> list[File] | None:
    """The record files that a name stands for; None: it is a dataset of the Hub.

    `asker` is who asks, for words. Raises InputError where there is nothing to read.
    """
    path = home / Path(name).expanduser()
    if path.is_file() and path.suffix.lower() in (".yaml", ".yml"):
        path = run_of(path, name, asker)
    if (path / KEPT).is_file():
        return [File(path / KEPT, show(path / KEPT, home), exact=True)]
    if path.is_dir() and (path / "rows").is_dir():
        raise InputError(
            f"{asker} asks for '{name}', a run that has kept no row yet",
            fix="let the run go on until it has kept rows",
        )
    if path.is_dir() and any((path / "data").glob("*.parquet")):
        # A dataset as the Hub has it: beside its rows lie a card and other files.
        name = str(Path(name) / "data")
        path = path / "data"
    if not path.exists() and (shipped := find_file(name, home)) is not None:
        return [File(shipped, name, exact=True)]
    pathlike = Path(name).suffix.lower() in RECORD_KINDS or name.startswith((".", "/", "~"))
    if not path.exists() and "/" in name and not pathlike and is_hub_name(name):
        return None
    found = find(asker, [name], home, RECORD_KINDS)
    return [file for file in found if file.exact or file.suffix in RECORD_KINDS] or found


def run_of(file: Path, name: str, asker: str) -> Path:
    """The folder of the run that a job file makes when it is run as it is."""
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        raw = None
    if not isinstance(raw, dict) or not raw.get("name"):
        raise InputError(
            f"{asker} asks for '{name}', which is no job file",
            "a job file is a mapping with a name",
            "give the folder of a run, or a file of rows",
        )
    folder = file.parent / "outputs" / str(raw["name"])
    if not (folder / KEPT).is_file():
        raise InputError(
            f"{asker} asks for the run of '{name}', which has kept no row yet",
            f"looked for outputs/{raw['name']}/{KEPT.as_posix()} beside it",
            "run that job first, or give the folder of its run where it went with --out",
        )
    return folder


def records_of(
    name: str,
    home: Path,
    asker: str,
    *,
    split: str = "train",
    config: str | None = None,
    revision: str | None = None,
    limit: int = ALL,
) -> Iterator[Found]:
    """Every record that a name stands for, streamed; `limit`: of each file or dataset.

    `split`, `config` and `revision` count for datasets of the Hub. Raises InputError in words.
    """
    files = files_of(name, home, asker)
    if files is None:
        hub = HubRows(name, split, config, revision, limit, asker)
        for place, record in hub.records(Path()):
            yield Found(name, place, record)
        return
    for file in files:
        for number, (place, record) in enumerate(read_records(file.path, file.shown)):
            if number >= limit:
                break
            yield Found(file.shown, place, record)


def texts_in(record: Mapping[str, Any]) -> list[str]:
    """The texts of a record, whatever its columns are: what is said in turns, and plain texts.

    Ids, roles and the like are left out by the name of their column.
    """
    found: list[str] = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, str):
            if name not in _NO_TEXT and value.strip():
                found.append(value)
        elif isinstance(value, list):
            for part in value:
                walk(name, part)
        elif isinstance(value, dict):
            for key, part in value.items():
                walk(str(key), part)

    for name, value in record.items():
        if name not in _ASIDE:
            walk(name, value)
    return found


_NO_TEXT = frozenset({"id", "role", "from", "name", "type", "tool_call_id", "source", "language"})
_ASIDE = frozenset({"verdicts", "replies", "seeds", "facets", "speakers", "brief"})
"""Columns of the rows of a run that hold no text of the row."""
