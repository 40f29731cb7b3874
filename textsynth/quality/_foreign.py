"""Rows of other datasets as samples: what is said in them, and their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.records import Message, Sample
from textsynth.rowfiles.anywhere import Found, records_of
from textsynth.rowfiles.sample_rows import Names, names_in, row_of


def samples_of(name: str, home: Path, asker: str) -> Iterator[tuple[str, str, Sample]]:
    """(source, row, sample) for every record that a name stands for, streamed.

    `row`: the record's id, or its place in the source. Raises InputError in words.
    """
    known: dict[tuple[str, ...], Names | None] = {}
    for found in records_of(name, home, asker):
        sample = _sample(found.record, known)
        yield found.source, _row(found), sample


def _row(found: Found) -> str:
    own = found.record.get("id")
    if isinstance(own, str | int) and not isinstance(own, bool) and own != "":
        return str(own)
    return found.place.removesuffix(f" of '{found.source}'")


def _sample(record: Mapping[str, Any], known: dict[tuple[str, ...], Names | None]) -> Sample:
    messages: list[Message] = []
    given = record.get("messages")
    if isinstance(given, list) and given and all(_is_message(turn) for turn in given):
        messages = given
    else:
        key = tuple(record)
        if key not in known:
            known[key] = _names(record)
        names = known[key]
        row = row_of(record, names, "") if names else None
        if row is not None:
            messages = [Message(role=m["role"], content=m["content"]) for m in row["messages"]]
    columns, speakers = record.get("columns"), record.get("speakers")
    own = {k: v for k, v in record.items() if k not in ("messages", "columns")}
    if isinstance(columns, dict) and "brief" in record:
        own = columns  # a row of a run
    return Sample(
        "", 0, "", "", "", tuple(messages), own, speakers if isinstance(speakers, dict) else {}
    )


def _is_message(turn: Any) -> bool:
    return (
        isinstance(turn, dict)
        and isinstance(turn.get("role"), str)
        and isinstance(turn.get("content"), str)
    )


def _names(record: Mapping[str, Any]) -> Names | None:
    try:
        return names_in([record], "", Names())
    except InputError:
        return None  # its columns are its texts
