"""Documents into text: Markdown with headings and tables where the format has them."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.inputs._pdf_layout import markdown_of
from textsynth.inputs._text import clean, encoding_of, read_text

DOCUMENT_KINDS = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx"})

_LOGGERS = ("trafilatura", "htmldate", "courlan", "justext", "readability", "kreuzberg")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()+\-.!<>~$&])")
_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^)]{0,500}\)")
_HTML_TITLE = re.compile(r"\A---\s*\n+(?:## [a-z_:-]+: [^\n]*\n|[a-z_:-]+: [^\n]*\n)+(?:---\s*\n)?")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.I)


def extract(path: Path, shown: str) -> tuple[str, bool]:
    """(clean text, whether it is Markdown). Raises InputError when the file cannot be read."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        text = _pdf(path, shown)
    elif suffix == ".docx":
        text = _unescape(_office(path, shown))
    elif suffix in (".html", ".htm"):
        text = _html(path, shown)
    else:
        text = read_text(path, shown)
    return clean(text), suffix != ".txt"


def _pdf(path: Path, shown: str) -> str:
    """The text layer of a PDF; kreuzberg's own Markdown would merge headings into paragraphs."""
    with _guard(path, shown):
        from kreuzberg import ExtractionConfig, PageConfig, extract_file_sync

        config = ExtractionConfig(use_cache=False, pages=PageConfig(extract_pages=True))
        result = extract_file_sync(str(path), mime_type="application/pdf", config=config)
        pages = [str(page["content"]) for page in result.pages or []] or [str(result.content)]
    if not any(page.strip() for page in pages):
        raise InputError(
            f"'{shown}' has no text on its {len(pages)} page(s)",
            "it is probably a scan, and pictures of text are not read",
            "add a text layer with an OCR program such as ocrmypdf, or take it off the list",
        )
    return markdown_of([clean(page) for page in pages])


def _office(path: Path, shown: str) -> str:
    with _guard(path, shown):
        from kreuzberg import ExtractionConfig, extract_file_sync

        config = ExtractionConfig(use_cache=False, output_format="markdown")
        return str(extract_file_sync(str(path), config=config).content)


def _html(path: Path, shown: str) -> str:
    """The main text of a page by trafilatura; all text by kreuzberg where that finds none."""
    page = _decode_html(path, shown)
    with _guard(path, shown):
        import trafilatura

        text: Any = trafilatura.extract(
            page, output_format="markdown", include_tables=True, include_comments=False
        )
    if text and text.strip():
        return str(text)
    with _guard(path, shown):
        from kreuzberg import ExtractionConfig, extract_bytes_sync

        config = ExtractionConfig(use_cache=False, output_format="markdown")
        text = extract_bytes_sync(page.encode("utf-8", "replace"), "text/html", config=config)
        return _unescape(_HTML_TITLE.sub("", str(text.content)))


def _decode_html(path: Path, shown: str) -> str:
    """The page as its `<meta charset>` says if that fits, else as UTF-8 or CP949."""
    data = path.read_bytes()
    if b"\0" not in data[:4096] and (declared := _CHARSET.search(data[:4096])):
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return data.decode(encoding_of(path, shown))


def _unescape(text: str) -> str:
    r"""Markdown without pictures and escapes such as `1\.`, which are no part of the text."""
    return _ESCAPE.sub(r"\1", _IMAGE.sub("", text))


@contextmanager
def _guard(path: Path, shown: str) -> Iterator[None]:
    """Turns whatever a reader raises into an InputError, and keeps its warnings and log quiet.

    A panic of a Rust reader derives from BaseException, not from Exception.
    """
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, OSError, InputError):
        raise
    except BaseException as error:
        raise _unreadable(path, shown, error) from error
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _unreadable(path: Path, shown: str, error: BaseException) -> InputError:
    kind = path.suffix.lower().lstrip(".").upper()
    detail = " ".join(str(error).split())
    if "password" in detail.lower() or "encrypted" in detail.lower():
        return InputError(
            f"'{shown}' is protected by a password",
            fix="save a copy without a password, or take it off the list",
        )
    with path.open("rb") as stream:
        start = stream.read(1024)
    marks = {"PDF": b"%PDF-", "DOCX": b"PK\x03\x04"}
    if kind in marks and marks[kind] not in start:
        exists = f"it does not begin as a {kind} file does"
    else:
        exists = f"the reader says: {type(error).__name__}, {detail[:160]}"
    return InputError(
        f"'{shown}' cannot be read as {kind}",
        exists,
        "open it in its own program and save it again, or take it off the list",
    )
