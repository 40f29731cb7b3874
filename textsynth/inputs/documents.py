"""Seed documents and tables, cut into chunks that keep their headings and their source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._child import Reader
from textsynth.inputs._chunking import cut
from textsynth.inputs._chunks import chunk, nearly_repeats, record_chunks
from textsynth.inputs._extract import DOCUMENT_KINDS, PLAIN_KINDS, Text, extract
from textsynth.inputs._ocr import ALIASES
from textsynth.records import Source
from textsynth.rowfiles.files import File, check_kind, find, gather
from textsynth.rowfiles.record_files import RECORD_KINDS, read_records

KINDS = DOCUMENT_KINDS | RECORD_KINDS


class Documents(Input):
    """Markdown, text, HTML, PDF, DOCX, PPTX, EPUB and pictures of pages, cut into chunks; CSV, TSV,
    JSONL, JSON and Parquet, one row a chunk; `chunks.jsonl` of `textsynth ingest`, as it is.

    Each chunk has `id`, `text`, `source`, `title`, `headings` and `fields` (a record's columns);
    `page` where the format has pages.
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

    near_duplicates: float | None = Field(default=0.9, gt=0, le=1)
    """A chunk is left out when an earlier one with the same figures is as similar as this
    (Jaccard); false: never."""

    ocr: list[str] | None = Field(default=None, validate_default=True)
    """Languages of scanned pages and pictures, as tesseract names them ([kor, eng]); the language
    of the job by default; false: no OCR."""

    licence: str = ""
    """The licence of these documents, carried into the data card."""

    @field_validator("paths", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("ocr", mode="before")
    @classmethod
    def _languages(cls, value: Any, info: ValidationInfo) -> Any:
        """Named ones are required; those of the job's language and the default are not."""
        if value is False:
            return []
        if isinstance(value, str):
            value = [name.strip() for name in value.split(",")]
        if value is None and info.context and "language" in info.context:
            language = ALIASES.get(info.context["language"], "eng")
            return list(dict.fromkeys([language, "eng"]))
        if isinstance(value, list):
            value = [ALIASES.get(str(name), name) for name in value]
            if wrong := [name for name in value if not re.fullmatch(r"\w{2,20}", str(name))]:
                raise ValueError(f"'{wrong[0]}' is no language of tesseract, such as eng or kor")
        return value

    @field_validator("near_duplicates", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        return None if value is False else value

    @model_validator(mode="after")
    def _sizes_fit(self) -> Documents:
        if self.min_chars > self.chunk_chars:
            raise ValueError(
                f"min_chars ({self.min_chars}) must not exceed chunk_chars ({self.chunk_chars})"
            )
        return self

    def load(self, home: Path) -> Items:
        """Every chunk, in the order of `paths`; of equal texts the first stays."""
        return self.read(home, strict=True)

    def read(self, home: Path, *, strict: bool) -> Items:
        """As `load`; unless `strict`, also what was asked for by name may have a problem."""
        lost: list[Source] | None = None if strict else []
        files = find("documents", self.paths, home, KINDS, lost)
        pages: dict[str, tuple[int, int]] = {}
        with Reader(self.ocr) as reader:

            def read(file: File) -> Iterator[Row]:
                check_kind("documents", file, KINDS)
                if file.suffix in RECORD_KINDS:
                    records = read_records(file.path, file.shown)
                    return record_chunks(file.shown, records, self.chunk_chars, self.text_fields)
                take = extract if file.suffix in PLAIN_KINDS else reader.read
                found = take(file.path, file.shown)
                pages[file.shown] = found.pages, found.ocr_pages
                return self._pieces(file, found)

            rows, sources = gather(
                "documents", files, read, lambda row: row["text"], self.licence,
                near=nearly_repeats(self.near_duplicates), lost=lost,
            )  # fmt: skip
        counted = [(source, pages.get(source.path, (0, 0))) for source in sources]
        return Items(rows, [replace(s, pages=n, ocr_pages=ocr) for s, (n, ocr) in counted])

    def _pieces(self, file: File, found: Text) -> Iterator[Row]:
        text = found.text
        if not text.strip():
            raise InputError(f"'{file.shown}' has no text", fix="fill it, or take it off the list")
        pieces = cut(text, self.chunk_chars, self.min_chars, markdown=found.markdown)
        if not pieces:
            raise InputError(
                f"'{file.shown}' has {len(text)} characters of text, too few for one chunk",
                f"a chunk has at least {self.min_chars} characters besides its headings",
                "set min_chars lower, or take the file off the list",
            )
        for piece in pieces:
            # Where a page begins in the middle of a piece, the piece belongs to the page before.
            k = bisect_right(found.marks, piece.start, key=lambda mark: mark[0])
            page = found.marks[max(k - 1, 0)][1] if found.marks else None
            yield chunk(file.shown, piece.text, piece.headings, page=page)
