"""Chunks: what becomes of a document's pieces and of records, and which nearly repeat others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from textsynth.errors import InputError, nearest
from textsynth.inputs import Row
from textsynth.inputs._chunking import cut_plain
from textsynth.minhash import Index, normalised
from textsynth.records import digest
from textsynth.rowfiles.text import clean, clean_value

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_TITLES = ("title", "subject", "question", "제목", "질문")
_OWN = {"id": str, "text": str, "source": str, "title": str, "headings": list, "fields": dict}


def chunk(
    source: str,
    text: str,
    headings: Sequence[str] = (),
    fields: dict[str, Any] | None = None,
    page: int | None = None,
) -> Row:
    """A chunk as briefs and prompts see it; its `id` depends on source and text alone.

    `page` (from 1) is there only where the format has pages.
    """
    fields = fields or {}
    named = [value for name in _TITLES if isinstance(value := fields.get(name), str) and value]
    row = {
        "id": digest(source, text, size=8),
        "text": text,
        "source": source,
        "title": [*named, *reversed(headings), PurePath(source).stem][0],
        "headings": list(headings),
        "fields": fields,
    }
    return row if page is None else {**row, "page": page}


def is_chunk(record: dict[str, Any]) -> bool:
    """Whether a record is a chunk that `textsynth ingest` wrote: it is taken over as it is."""
    return record.keys() <= {*_OWN, "page"} and all(
        isinstance(record.get(name), kind) for name, kind in _OWN.items()
    )


def record_chunks(
    shown: str,
    records: Iterable[tuple[str, dict[str, Any]]],
    size: int,
    text_fields: Sequence[str] | None,
) -> Iterator[Row]:
    """One chunk a record, several if its text is longer than `size` characters.

    Raises InputError when a text field is in no record, or no record has text.
    """
    seen: dict[str, None] = {}
    texts = 0
    for _, record in records:
        if is_chunk(record):
            texts += 1
            yield record
            continue
        seen |= dict.fromkeys(record)
        fields = clean_value(record)
        text = _record_text(fields, text_fields)
        for part in cut_plain(text, size) if text else []:
            texts += 1
            yield chunk(shown, part, (), fields)
    unknown = [name for name in text_fields or [] if seen and name not in seen]
    if unknown:
        raise InputError(
            f"text_fields asks for '{unknown[0]}', which no row of '{shown}' has",
            nearest(unknown[0], seen),
            "correct text_fields",
        )
    if not texts:
        raise InputError(
            f"no row of '{shown}' has text",
            f"its columns: {', '.join(seen)}",
            "fill its text columns, or name them in text_fields",
        )


def nearly_repeats(threshold: float | None) -> Callable[[Row], bool] | None:
    """A test for rows in turn: is the text nearly that of an earlier row? None when it is off.

    Texts with different figures are never alike: the rows of a price list differ in little else.
    """
    if threshold is None:
        return None
    index = Index(threshold)

    def near(row: Row) -> bool:
        text = normalised(row["text"])
        figures = digest(*_FIGURE.findall(text), size=7)
        return bool(text) and index.add(text, int(figures, 16)) is not None

    return near


def _record_text(fields: dict[str, Any], text_fields: Sequence[str] | None) -> str:
    """`name: value` lines of the text fields; chosen ones may also hold numbers or lists."""
    if text_fields is not None:
        chosen = {name: _plain(fields.get(name)) for name in text_fields}
    else:
        chosen = {
            name: value
            for name, value in fields.items()
            if isinstance(value, str) and name.lower() != "id"
        }
    return clean("\n".join(f"{k}: {v.strip()}" for k, v in chosen.items() if v.strip()))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
