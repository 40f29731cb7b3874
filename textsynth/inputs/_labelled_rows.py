"""Rows of a text and its label out of record files: which columns, and what is left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textsynth.errors import InputError, nearest
from textsynth.inputs import Items, Row
from textsynth.records import digest
from textsynth.resources import find_file
from textsynth.rowfiles.files import File, check_kind, find, gather
from textsynth.rowfiles.record_files import RECORD_KINDS, read_records
from textsynth.rowfiles.text import clean

TEXT_NAMES = (
    "text", "body", "message", "content", "sentence", "utterance", "question", "review",
    "comment", "description", "ticket", "본문", "내용", "텍스트", "문장", "문의", "리뷰",
)  # fmt: skip
LABEL_NAMES = (
    "label", "category", "class", "intent", "target", "tag", "topic", "sentiment",
    "라벨", "레이블", "분류", "범주", "카테고리", "유형", "의도",
)  # fmt: skip
_HEAD = 50
"""Records that the columns are guessed from."""


@dataclass
class _Left:
    """What was left out of one file."""

    unlabelled: int = 0
    empty: int = 0

    def words(self) -> str:
        counts = ((self.unlabelled, "without a label"), (self.empty, "without a text"))
        return ", ".join(f"{n} row(s) {what} left out" for n, what in counts if n)


def read_labelled(
    patterns: Sequence[str], home: Path, text: str, label: str, licence: str
) -> Items:
    """{id, text, label} of every record; the source's kind says which columns were taken.

    Rows without text or label are left out and counted; of equal rows the first stays. Raises
    InputError where a column is not there, or cannot be guessed.
    """
    files = [file for pattern in patterns for file in _find(pattern, home)]
    left = {file.shown: _Left() for file in files}
    took: dict[str, str] = {}
    places: dict[str, str] = {}

    def read(file: File) -> Iterator[Row]:
        check_kind("labelled", file, RECORD_KINDS)
        records = read_records(file.path, file.shown)
        head = list(itertools.islice(records, _HEAD))
        names = _columns([record for _, record in head], file.shown, text, label)
        took[file.shown] = f"text: {names[0]}, label: {names[1]}"
        for place, record in itertools.chain(head, records):
            if isinstance(record.get(names[1]), list | dict):
                raise InputError(
                    f"{place} has a list or an object as its label, in '{names[1]}'",
                    fix="give each row one label, or name another column with `label`",
                )
            row = _row(record, names, left[file.shown])
            if row is None:
                continue
            if record.get("id") not in (None, ""):
                if row["id"] in places:
                    raise InputError(
                        f"{place} has the id '{row['id']}'",
                        f"{places[row['id']]} has it already",
                        "give each row an id of its own, or leave `id` out",
                    )
                places[row["id"]] = place
            yield row

    unique = list({file.path.resolve(): file for file in files}.values())
    rows, sources = gather("labelled", unique, read, _key, licence)
    named = []
    for source in sources:
        problems = [source.problem, left[source.path].words()]
        kind = ", ".join(part for part in (source.kind, took.get(source.path, "")) if part)
        problem = "; ".join(part for part in problems if part)
        named.append(replace(source, kind=kind, problem=problem))
    return Items(rows, named)


def _find(pattern: str, home: Path) -> list[File]:
    """The files of one pattern beside the job; a file that is not there may be a shipped one."""
    if not (home / pattern).exists():
        shipped = find_file(pattern, home)
        if shipped is not None:
            return [File(shipped, pattern, exact=True)]
    return find("labelled", [pattern], home, RECORD_KINDS)


def _key(row: Row) -> str:
    return digest(row["text"], row["label"])


def _row(record: Mapping[str, Any], names: tuple[str, str], left: _Left) -> Row | None:
    text, label = (_plain(record.get(name)) for name in names)
    if not label:
        left.unlabelled += 1
        return None
    if not text:
        left.empty += 1
        return None
    own = record.get("id")
    name = digest(text, label, size=8) if own in (None, "") else str(own)
    return {"id": name, "text": text, "label": label}


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of whole numbers with a gap in it is read as 1.0, 2.0
    return "" if value is None else clean(str(value)).strip()


def _columns(
    records: Sequence[Mapping[str, Any]], shown: str, text: str, label: str
) -> tuple[str, str]:
    """The columns of text and label, as given or as their names and contents tell."""
    there = list(dict.fromkeys(name for record in records for name in record))
    for option, name in (("text", text), ("label", label)):
        if name and name not in there:
            raise InputError(
                f"'{shown}' has no column '{name}', which `{option}` names", nearest(name, there)
            )
    by_name = {name.strip().casefold(): name for name in reversed(there)}
    found = [
        given or next((by_name[n] for n in names if n in by_name and by_name[n] != other), "")
        for given, names, other in ((text, TEXT_NAMES, label), (label, LABEL_NAMES, text))
    ]
    rest = [name for name in there if name.strip().casefold() != "id" and name not in found]
    if len(rest) == 1 and sum(map(bool, found)) == 1:
        found[found.index("")] = rest[0]
    elif len(rest) == 2 and not any(found):
        found = sorted(rest, key=lambda name: -_length(records, name))
    for option, name in zip(("text", "label"), found, strict=True):
        if not name:
            raise InputError(
                f"which column of '{shown}' is the {option} cannot be told",
                f"it has: {', '.join(there)}",
                f"name it: `labelled: {{from: {shown}, {option}: …}}`",
            )
    if found[0] == found[1]:
        raise InputError(f"text and label of '{shown}' are the same column, '{found[0]}'")
    return found[0], found[1]


def _length(records: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(len(_plain(record.get(name))) for record in records)
