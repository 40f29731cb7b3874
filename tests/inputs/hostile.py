"""Files that are broken or made to do harm, written on the fly."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.inputs.files import docx, pdf

GOOD = "If you lose your card, freeze it in the app at once. A new one takes five days to arrive."

_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)


def zipped(parts: dict[str, bytes], fill: tuple[str, int] | None = None) -> bytes:
    """A zip of `parts`; `fill`: the name of an entry of so many megabytes of zeros."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        if fill:
            with archive.open(fill[0], "w", force_zip64=True) as entry:
                for _ in range(fill[1]):
                    entry.write(bytes(1 << 20))
    return stream.getvalue()


def bomb(megabytes: int) -> bytes:
    """A DOCX whose body unpacks to so many megabytes of zeros."""
    return zipped({"[Content_Types].xml": b"<Types/>"}, ("word/document.xml", megabytes))


def liar(megabytes: int) -> bytes:
    """A DOCX whose directory says that its large entry has 100 bytes."""
    data = bytearray(bomb(megabytes))
    size = struct.pack("<I", 100)
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = size
    return bytes(data)


def nested(depth: int) -> bytes:
    """A DOCX that holds zip files in one another."""
    inner = zipped({"a.txt": b"deep"})
    for _ in range(depth):
        inner = zipped({"word/embeddings/a.zip": inner, "word/document.xml": b"<a/>"})
    return inner


def laughing(name: str) -> bytes:
    """An office file whose part `name` declares entities that multiply."""
    return zipped({"[Content_Types].xml": b"<Types/>", name: _LAUGHS.encode() + b"<a>&l9;</a>"})


def png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds one row."""

    def part(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(min(width, 1000) + 1))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


def tiff(width: int, height: int) -> bytes:
    """A TIFF that says it is so large."""
    tags = ((256, width), (257, height))
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + struct.pack("<I", 0)


def jpeg(width: int, height: int) -> bytes:
    """A JPEG whose header says it is so large."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


def many_pages(count: int) -> bytes:
    """A PDF of so many empty pages, each an object of its own."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % k for k in range(3, count + 3))
    objects.append(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids))
    objects += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"] * count
    out, offsets = [b"%PDF-1.4\n"], []
    place = len(out[0])
    for number, content in enumerate(objects, start=1):
        offsets.append(place)
        out.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        place += len(out[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return b"".join([*out, head, table, tail % (len(objects) + 1, place)])


def vast_page() -> bytes:
    """A PDF whose one page is two miles wide and has a line on it, but no text."""
    data = pdf([[]]).replace(b"[0 0 595 842]", b"[0 0 9000000 9000000]")
    return data.replace(b"BT /F1 9 Tf 40 800 Td 14 TL  ET", b"1 1 m 8888888 8888888 l S       ")


def divs(megabytes: int) -> bytes:
    """A page of nested <div>s."""
    return b"<html><body>" + b"<div>" * (megabytes * 200_000) + b"x"


def locked_docx() -> bytes:
    """What Word writes for a document with a password: an OLE container."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)


def sparse(path: Path, size: int, start: bytes = b"a,b\n") -> None:
    """A file of that size which takes no disk."""
    with path.open("wb") as stream:
        stream.write(start)
        stream.truncate(size)


FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb by what it says": ("a.docx", lambda: bomb(400), r"may do harm.*more than 300 MB"),
    "zip bomb by ratio": ("a.pptx", lambda: bomb(60), r"may do harm.*unpacks to more than"),
    "zip entry that lies": ("a.epub", lambda: liar(40), r"may do harm.*larger than it says"),
    "zips in zips": ("a.docx", lambda: nested(5), r"may do harm.*3 deep"),
    "billion laughs in docx": ("a.docx", lambda: laughing("word/document.xml"), r"XML entities"),
    "billion laughs in pptx": ("a.pptx", lambda: laughing("ppt/slides/slide1.xml"), r"XML entiti"),
    "billion laughs in epub": ("a.epub", lambda: laughing("a.xhtml"), r"XML entities"),
    "docx with a password": ("a.docx", locked_docx, r"protected by a password"),
    "pdf with a password": ("a.pdf", lambda: pdf([[GOOD]], locked=True), r"by a password"),
    "cut pdf": ("a.pdf", lambda: pdf([[GOOD]])[:300], r"cannot be read as PDF"),
    "pdf of 100,000 pages": ("a.pdf", lambda: many_pages(100_000), r"has 100,000 pages.*10,000"),
    "png of absurd size": ("a.png", lambda: png(60_000, 60_000), r"60,000 x 60,000 pixels"),
    "png that ends early": ("a.png", lambda: png(900, 900)[:40], r"cannot be read as PNG"),
    "jpeg of absurd size": ("a.jpg", lambda: jpeg(65_000, 65_000), r"65,000 x 65,000 pixels"),
    "tiff of absurd size": ("a.tiff", lambda: tiff(90_000, 90_000), r"90,000 x 90,000 pixels"),
    "html of 50 MB": ("a.html", lambda: divs(50), r"has 50 MB.*up to 10 MB"),
    "html of nested divs": ("a.html", lambda: divs(2), r"'a\.html' "),
    "csv with a huge cell": ("a.csv", lambda: b"a,b\n" + b"x" * 100_000_000, r"over 10,000,000 ch"),
    "pdf that is a picture": ("a.pdf", lambda: png(9, 9), r"does not begin as a PDF file"),
    "picture that is a zip": ("a.webp", lambda: docx([("", GOOD)]), r"does not begin as a WEBP"),
    "docx that is an epub": ("a.docx", lambda: zipped({"mimetype": b"x"}), r"cannot be read as DO"),
    "parquet that is text": ("a.parquet", lambda: b"PAR1 no", r"cannot be read as Parquet"),
    "page as large as a town": ("a.pdf", vast_page, r"'a\.pdf' "),
    "utf-16": ("a.txt", lambda: GOOD.encode("utf-16"), r"looks like UTF-16"),
    "zero bytes": ("a.pdf", lambda: b"", r"is empty"),
}  # fmt: skip


def write_odd(home: Path) -> dict[str, str]:
    """Paths that are no files: name → the words they are met with."""
    os.mkfifo(home / "pipe.csv")
    (home / "zero.txt").symlink_to("/dev/zero")
    (home / "loop.txt").symlink_to(home / "loop.txt")
    sparse(home / "huge.csv", 500_000_000)
    return {
        "pipe.csv": "no file but a pipe",
        "zero.txt": "no file but a pipe, a socket or a device",
        "loop.txt": "cannot be followed. It is, or holds, a link that leads nowhere or back",
        "huge.csv": "has 500 MB. Files up to 200 MB are read",
    }
