"""Seed documents and tables, cut into chunks that keep their headings and their source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from textsynth.errors import InputError, nearest
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._chunking import cut, cut_plain
from textsynth.inputs._extract import DOCUMENT_KINDS, extract
from textsynth.inputs._files import File, check_kind, find, gather
from textsynth.inputs._record_files import RECORD_KINDS, read_records
from textsynth.inputs._text import clean, clean_value
from textsynth.records import digest

_KINDS = DOCUMENT_KINDS | RECORD_KINDS
_TITLES = ("title", "subject", "question", "제목", "질문")


class Documents(Input):
    """Markdown, text, HTML, PDF and DOCX cut into chunks; CSV, TSV, JSONL and JSON one row a chunk.

    Each chunk has `id`, `text`, `source`, `title`, `headings` and `fields` (a record's columns).
    """

    shorthand: ClassVar[str] = "paths"
    field: ClassVar[str] = "chunk"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    paths: list[str] = Field(min_length=1)
    """Files, folders or globs (`**` for any depth), relative to the job's folder."""

    chunk_chars: int = Field(default=1200, ge=200, le=20000)
    """No chunk is longer than this many characters."""

    min_chars: int = Field(default=40, ge=1, le=20000)
    """A shorter piece of a document joins a neighbour, or is left out; records may be shorter."""

    text_fields: list[str] | None = Field(default=None, min_length=1)
    """Which columns of a table make the text, in this order; all that hold text by default."""

    licence: str = ""
    """The licence of these documents, carried into the data card."""

    @field_validator("paths", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sizes_fit(self) -> Documents:
        if self.min_chars > self.chunk_chars:
            raise ValueError(
                f"min_chars ({self.min_chars}) must not exceed chunk_chars ({self.chunk_chars})"
            )
        return self

    def load(self, home: Path) -> Items:
        """Every chunk, in the order of `paths`; of equal texts the first stays."""
        files = find("documents", self.paths, home, _KINDS)
        rows, sources = gather(
            "documents", files, self._read, lambda row: row["text"], self.licence
        )
        return Items(rows, sources)

    def _read(self, file: File) -> Iterator[Row]:
        check_kind("documents", file, _KINDS)
        return self._records(file) if file.suffix in RECORD_KINDS else self._pieces(file)

    def _pieces(self, file: File) -> Iterator[Row]:
        text, markdown = extract(file.path, file.shown)
        if not text.strip():
            raise InputError(f"'{file.shown}' has no text", fix="fill it, or take it off the list")
        pieces = cut(text, self.chunk_chars, self.min_chars, markdown=markdown)
        if not pieces:
            raise InputError(
                f"'{file.shown}' has {len(text)} characters of text, too few for one chunk",
                f"a chunk has at least {self.min_chars} characters besides its headings",
                "set min_chars lower, or take the file off the list",
            )
        for piece in pieces:
            yield _row(file, piece.text, piece.headings, {})

    def _records(self, file: File) -> Iterator[Row]:
        seen: dict[str, None] = {}
        texts = 0
        for _, record in read_records(file.path, file.shown):
            seen |= dict.fromkeys(record)
            fields = clean_value(record)
            text = self._record_text(fields)
            for part in cut_plain(text, self.chunk_chars) if text else []:
                texts += 1
                yield _row(file, part, (), fields)
        unknown = [name for name in self.text_fields or [] if name not in seen]
        if unknown:
            raise InputError(
                f"text_fields asks for '{unknown[0]}', which no row of '{file.shown}' has",
                nearest(unknown[0], seen),
                "correct text_fields",
            )
        if not texts:
            raise InputError(
                f"no row of '{file.shown}' has text",
                f"its columns: {', '.join(seen)}",
                "fill its text columns, or name them in text_fields",
            )

    def _record_text(self, fields: dict[str, Any]) -> str:
        """`name: value` lines of the text fields; chosen ones may also hold numbers or lists."""
        if self.text_fields is not None:
            chosen = {name: _plain(fields.get(name)) for name in self.text_fields}
        else:
            chosen = {
                name: value
                for name, value in fields.items()
                if isinstance(value, str) and name.lower() != "id"
            }
        return clean("\n".join(f"{k}: {v.strip()}" for k, v in chosen.items() if v.strip()))


def _row(file: File, text: str, headings: tuple[str, ...], fields: dict[str, Any]) -> Row:
    named = [value for name in _TITLES if isinstance(value := fields.get(name), str) and value]
    return {
        "id": digest(file.shown, text, size=8),
        "text": text,
        "source": file.shown,
        "title": [*named, *reversed(headings), file.path.stem][0],
        "headings": list(headings),
        "fields": fields,
    }


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
