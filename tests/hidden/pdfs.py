"""Small PDFs, written by hand: contents are given, everything else is made around them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

LINE = b"BT /F1 12 Tf 72 %d Td (%s) Tj ET\n"
TALK = (
    b"Opening hours are nine to five on weekdays.",
    b"A replacement card arrives within five working days.",
    b"Express delivery of a card costs twelve pounds.",
)
VISIBLE = b"".join(LINE % (720 - 24 * n, text) for n, text in enumerate(TALK))


def pdf(pages: Sequence[bytes], *, packed: bool = True, image: bool = False) -> bytes:
    """A PDF with those contents; `/Im1` is a picture, where one is asked for."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(pages)))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    pixels = zlib.compress(b"\xcc" * 16)
    objects.append(
        b"<< /Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(pixels), pixels)
    )
    picture = b"/XObject << /Im1 4 0 R >>" if image else b""
    for number, contents in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (6 + 2 * number, picture)
        )
        stream = zlib.compress(contents) if packed else contents
        how = b"/Filter /FlateDecode " if packed else b""
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (how, len(stream), stream))
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def write(folder: Path, name: str, *pages: bytes, packed: bool = True, image: bool = False) -> Path:
    """A PDF in a file."""
    path = folder / name
    path.write_bytes(pdf(pages, packed=packed, image=image))
    return path
