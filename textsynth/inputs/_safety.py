"""What is refused before a reader sees it: bombs, lies about sizes, files that are something else.

Everything is read in blocks, so that looking at a hostile file costs little memory.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from textsynth.errors import InputError

ZIPPED = frozenset({".docx", ".pptx", ".epub"})

LARGEST_PAGE = 10_000_000
"""Bytes of an HTML page."""

UNPACKED = 300_000_000
"""Bytes that an office file may unpack to, with what is nested in it."""

RATIO = 150
"""How many times its size a file of over ROOMY bytes may unpack to."""

ROOMY = 30_000_000
ENTRIES = 20_000
DEEPEST = 2
"""Zip files within one another, the outermost not counted."""

_BLOCK = 1 << 16
_STARTS: dict[str, tuple[bytes, ...]] = {
    ".docx": (b"PK",), ".pptx": (b"PK",), ".epub": (b"PK",), ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",), ".jpeg": (b"\xff\xd8\xff",), ".bmp": (b"BM",),
    ".tif": (b"II*\0", b"MM\0*"), ".tiff": (b"II*\0", b"MM\0*"), ".webp": (b"RIFF",),
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (".xml", ".rels", ".xhtml", ".html", ".htm", ".opf", ".ncx")
_FIX = "make a clean copy with its own program, or take it off the list"


def check(path: Path, shown: str) -> None:
    """Raises InputError when the file is not what its suffix says, or is made to do harm."""
    suffix = path.suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(1024)
    kind = suffix.lstrip(".").upper()
    if suffix in ZIPPED and start.startswith(_OLE):
        raise locked(shown)
    known = b"%PDF-" in start if suffix == ".pdf" else start.startswith(_STARTS.get(suffix, (b"",)))
    if not known:
        raise InputError(
            f"'{shown}' cannot be read as {kind}",
            f"it does not begin as a {kind} file does",
            "give it the suffix of its real kind, or take it off the list",
        )
    if suffix in (".html", ".htm") and path.stat().st_size > LARGEST_PAGE:
        raise InputError(
            f"'{shown}' has {path.stat().st_size / 1e6:,.0f} MB",
            f"HTML pages up to {LARGEST_PAGE / 1e6:.0f} MB are read",
            "split it, or take it off the list",
        )
    if suffix in ZIPPED:
        with path.open("rb") as stream:
            _Zip(shown, path.stat().st_size).check(stream, 0)


def locked(shown: str) -> InputError:
    """What is said of a file with a password."""
    return InputError(
        f"'{shown}' is protected by a password",
        fix="save a copy without a password, or take it off the list",
    )


class _Zip:
    """Counts what a zip file and those nested in it truly unpack to."""

    def __init__(self, shown: str, size: int) -> None:
        self.shown, self.size, self.unpacked = shown, size, 0

    def check(self, stream: BinaryIO, depth: int) -> None:
        try:
            with zipfile.ZipFile(stream) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            if depth:
                return  # what only looks like a zip is no bomb
            raise InputError(
                f"'{self.shown}' cannot be read as {self.shown.rpartition('.')[2].upper()}",
                f"its zip directory is broken: {error}",
                "open it in its own program and save it again, or take it off the list",
            ) from error
        if depth > DEEPEST:
            raise self.bomb(f"it holds zip files {depth} deep in one another")
        if len(entries) > ENTRIES:
            raise self.bomb(f"it holds {len(entries):,} files")
        if self.unpacked + sum(entry.file_size for entry in entries) > UNPACKED:
            raise self.bomb(f"it says that it unpacks to more than {UNPACKED / 1e6:,.0f} MB")
        for entry in entries:
            if entry.flag_bits & 1:
                raise locked(self.shown)
            self.entry(stream, entry, depth)

    def entry(self, stream: BinaryIO, entry: zipfile.ZipInfo, depth: int) -> None:
        markup = entry.filename.lower().endswith(_MARKUP)
        size, tail, nested = 0, b"", bytearray()
        for block in _unpacked(stream, entry):
            if size == 0 and block.startswith(b"PK\x03\x04"):
                nested += b" "
            size += len(block)
            self.unpacked += len(block)
            if size > entry.file_size:
                raise self.bomb(f"'{entry.filename[:80]}' in it is larger than it says")
            crowded = self.unpacked > max(ROOMY, RATIO * self.size)
            if crowded or self.unpacked > UNPACKED:
                raise self.bomb(f"it unpacks to more than {self.unpacked // 1_000_000} MB")
            if nested:
                nested += block
            if markup:
                # The zero bytes are those of UTF-16.
                text = (tail + block).replace(b"\0", b"")
                if b"<!ENTITY" in text:
                    raise self.bomb("it declares XML entities, which no honest file needs")
                tail = block[-32:]
        if nested:
            self.check(io.BytesIO(bytes(nested[1:])), depth + 1)

    def bomb(self, words: str) -> InputError:
        return InputError(f"'{self.shown}' is not opened, it may do harm", words, _FIX)


def _unpacked(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry as its stream truly holds them, whatever the directory says of them."""
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if len(header) < 30:
        return
    name, extra = (int.from_bytes(header[k : k + 2], "little") for k in (26, 28))
    stream.seek(name + extra, 1)
    left = entry.compress_size
    unpack = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (block := stream.read(min(_BLOCK, left))):
        left -= len(block)
        if unpack is None:
            yield block
            continue
        try:
            while block:
                yield unpack.decompress(block, _BLOCK * 4)
                block = unpack.unconsumed_tail
        except zlib.error:
            return  # the reader will say what is broken
