"""Forms sent as multipart/form-data: their parts, files included."""

from __future__ import annotations

from email.message import Message
from email.parser import HeaderParser
from typing import NamedTuple


class Part(NamedTuple):
    """One field of a form; `filename` is there when the field is a file."""

    filename: str | None
    data: bytes


def parse_form(content_type: bytes, body: bytes) -> dict[str, Part]:
    """Return the parts of a form by name; ValueError when it is not a whole form."""
    header = Message()
    header["Content-Type"] = content_type.decode("latin-1")
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise ValueError("the body is not multipart/form-data")
    # The first boundary has no line before it, so one is lent to it.
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if not pieces[-1].startswith(b"--") or len(pieces) < 2:
        raise ValueError("the form has no end")
    parts = {}
    for piece in pieces[1:-1]:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        described = HeaderParser().parsestr(head.decode("utf-8", "replace"))
        name = described.get_param("name", header="content-disposition")
        if isinstance(name, str):
            parts[name] = Part(described.get_filename(), data)
    return parts
