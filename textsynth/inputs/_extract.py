"""Documents into text: Markdown with headings and tables where the format has them."""

from __future__ import annotations

import logging
import re
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.hidden.html import visible_html
from textsynth.hidden.pdf import visible_pdf
from textsynth.inputs._ocr import Languages
from textsynth.inputs._pdf_layout import markdown_of
from textsynth.inputs._pictures import PICTURE_KINDS, pages_of
from textsynth.inputs._safety import check, locked
from textsynth.rowfiles.text import clean, encoding_of, read_text

PLAIN_KINDS = frozenset({".md", ".markdown", ".txt"})
"""Read in our own process: there is nothing in them that a reader could break at."""

DOCUMENT_KINDS = PLAIN_KINDS | PICTURE_KINDS | {".html", ".htm", ".pdf", ".docx", ".pptx", ".epub"}

PAGES = 10_000
"""A PDF with more is refused."""

CHARACTERS = 50_000_000
"""Text beyond this is refused: it is held in memory."""

_DPI = 200
_SIGHT = 20
"""Dots per inch at which a page is looked at, to see whether anything is on it."""

_LOGGERS = ("trafilatura", "htmldate", "courlan", "justext", "readability", "kreuzberg")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()+\-.!<>~$&])")
_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^)]{0,500}\)")
_HTML_TITLE = re.compile(r"\A---\s*\n+(?:## [a-z_:-]+: [^\n]*\n|[a-z_:-]+: [^\n]*\n)+(?:---\s*\n)?")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.I)
_SLIDE = re.compile(r"¤slide(\d+)¤")
_MIME = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".bmp": "image/bmp",
         ".tif": "image/tiff", ".tiff": "image/tiff", ".webp": "image/webp"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """The clean text of a document, and where in it each page begins."""

    text: str
    markdown: bool
    pages: int = 0
    """0 where the format has none."""
    ocr_pages: int = 0
    marks: Sequence[tuple[int, int]] = ()
    """(offset, page from 1), in order."""


def extract(
    path: Path,
    shown: str,
    ocr: Sequence[str] | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Text:
    """The text of a document. Raises InputError when it cannot be read.

    `ocr`: languages of tesseract; none for no OCR; None for what is installed of the default.
    `tick` is called before each page that takes long.
    """
    suffix = path.suffix.lower()
    if suffix in PLAIN_KINDS:
        return Text(clean(read_text(path, shown)), suffix != ".txt")
    check(path, shown)
    if suffix == ".pdf":
        found = _pdf(path, shown, ocr, tick)
    elif suffix in PICTURE_KINDS:
        found = _picture(path, shown, ocr, tick)
    elif suffix in (".html", ".htm"):
        found = Text(clean(_html(path, shown)), True)
    else:
        found = _office(path, shown)
    if len(found.text) > CHARACTERS:
        raise InputError(
            f"'{shown}' has {len(found.text):,} characters of text",
            f"files with up to {CHARACTERS:,} are read",
            "split it into smaller files",
        )
    return found


def _pdf(path: Path, shown: str, ocr: Sequence[str] | None, tick: Callable[[], None]) -> Text:
    """The text layer; pages without one are read by OCR. Nothing else is taken from the reader:
    its Markdown merges headings into paragraphs, and its tables are mostly prose in columns."""
    with _guard(path, shown):
        from kreuzberg import ExtractionConfig, PageConfig, PdfPageIterator, extract_bytes_sync

        with PdfPageIterator(str(path), dpi=_SIGHT) as counted:
            count = len(counted)
        if count > PAGES:
            raise InputError(
                f"'{shown}' has {count:,} pages",
                f"PDFs of up to {PAGES:,} pages are read",
                "split it into smaller files",
            )
        tick()
        config = ExtractionConfig(use_cache=False, pages=PageConfig(extract_pages=True))

        def texts(data: bytes) -> list[str]:
            result = extract_bytes_sync(data, "application/pdf", config=config)
            pages = [clean(str(page["content"])) for page in result.pages or []]
            return pages or [clean(str(result.content))]

        pages = texts(visible_pdf(path.read_bytes(), shown, texts))
        read, unread = _read_scans(path, shown, pages, ocr, tick)
    if not any(page.strip() for page in pages):
        raise _no_text(shown, len(pages), unread, ocr)
    text, marks = markdown_of(pages)
    return Text(text, True, len(pages), read, marks)


def _read_scans(
    path: Path,
    shown: str,
    pages: list[str],
    ocr: Sequence[str] | None,
    tick: Callable[[], None],
) -> tuple[int, int]:
    """Fills in the pages that have no text but something on them: (how many, how many not)."""
    from kreuzberg import render_pdf_page

    languages = Languages(ocr)
    read = unread = 0
    for number in _seen(path, {k for k, page in enumerate(pages) if not page.strip()}):
        if not languages.names:
            unread += 1
            continue
        tick()
        picture = render_pdf_page(str(path), number, dpi=_DPI)
        for data in pages_of(picture, ".png", shown):
            pages[number] = clean(languages.read(data, "image/png", shown))
        read += 1
    return read, unread


def _seen(path: Path, numbers: set[int]) -> list[int]:
    """Those of the pages that have anything on them, by a look from afar."""
    from kreuzberg import PdfPageIterator

    found: list[int] = []
    if not numbers:
        return found
    last = max(numbers)
    # One walk over all pages: to draw a single one, the reader opens the whole file anew.
    with PdfPageIterator(str(path), dpi=_SIGHT) as sight:
        for number, (_, picture) in enumerate(sight):
            if number in numbers and not _is_blank(picture):
                found.append(number)
            if number >= last:
                break
    return found


def _is_blank(png: bytes) -> bool:
    """Whether all pixels are the same, as far as the compressed rows tell."""
    place, rows = 8, b""
    while place + 8 <= len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == b"IDAT":
            rows += png[place + 8 : place + 8 + size]
        place += size + 12
    # With its filters an even picture has the first pixel, zeros and a filter's number a row.
    return len(set(zlib.decompress(rows))) <= 4


def _no_text(shown: str, pages: int, unread: int, ocr: Sequence[str] | None) -> InputError:
    if unread and ocr is not None and not ocr:
        return InputError(
            f"'{shown}' has no text on its {pages} page(s)",
            "it is a scan, and OCR is switched off",
            "set `ocr` to the languages it is in, such as [eng], or take it off the list",
        )
    return InputError(
        f"'{shown}' has no text on its {pages} page(s)",
        "they are empty, or OCR could not read what is on them",
        "scan it again at 300 dots per inch, or take it off the list",
    )


def _picture(path: Path, shown: str, ocr: Sequence[str] | None, tick: Callable[[], None]) -> Text:
    suffix = path.suffix.lower()
    if ocr is not None and not ocr:
        raise InputError(
            f"'{shown}' is a picture, and OCR is switched off",
            fix="set `ocr` to the languages it is in, such as [eng], or take it off the list",
        )
    pages: list[str] = []
    languages = Languages(ocr)
    for picture in pages_of(path.read_bytes(), suffix, shown):
        tick()
        with _guard(path, shown):
            pages.append(clean(languages.read(picture, _MIME[suffix], shown)))
    if not any(page.strip() for page in pages):
        raise InputError(
            f"'{shown}' has no text that OCR can read",
            f"it was read in {'+'.join(languages.names)}",
            "scan it again at 300 dots per inch, or take it off the list",
        )
    text, marks = markdown_of(pages)
    return Text(text, True, len(pages), len(pages), marks)


def _office(path: Path, shown: str) -> Text:
    with _guard(path, shown):
        from kreuzberg import ExtractionConfig, PageConfig, extract_file_sync

        slides = path.suffix.lower() == ".pptx"
        pages = PageConfig(extract_pages=True, insert_page_markers=True,
                           marker_format="\n\n¤slide{page_num}¤\n\n")  # fmt: skip
        config = ExtractionConfig(
            use_cache=False, output_format="markdown", pages=pages if slides else None
        )
        parts = _SLIDE.split(_unescape(str(extract_file_sync(str(path), config=config).content)))
    text, marks = clean(parts[0]), []
    for number, part in zip(parts[1::2], parts[2::2], strict=True):
        if part := clean(part):
            text += "\n\n" if text else ""
            marks.append((len(text), int(number)))
            text += part
    return Text(text, True, int(parts[-2]) if len(parts) > 1 else 0, 0, marks)


def _html(path: Path, shown: str) -> str:
    """The main text of a page by trafilatura; all text by kreuzberg where that finds none."""
    page = visible_html(_decode_html(path, shown), shown)
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
    detail = " ".join(str(error).split())
    if "password" in detail.lower() or "encrypted" in detail.lower():
        return locked(shown)
    return InputError(
        f"'{shown}' cannot be read as {path.suffix.lower().lstrip('.').upper()}",
        f"the reader says: {type(error).__name__}, {detail[:160]}",
        "open it in its own program and save it again, or take it off the list",
    )
