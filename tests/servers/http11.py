"""HTTP/1.1 as bytes: the parts of a request, chunked bodies, and a JSON response."""

from __future__ import annotations

import http.client
from typing import NamedTuple

_JSON = "application/json"
_OK = f"HTTP/1.1 200 OK\r\nContent-Type: {_JSON}\r\nContent-Length: ".encode("ascii")


class Http(NamedTuple):
    """One whole request; `head` ends with its last line's CRLF, `lower` is it in lower case."""

    method: bytes
    path: bytes
    query: bytes
    head: bytes
    lower: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """Return a header's value, empty when there is none; `name` is lower case."""
        return header_value(self.head, self.lower, name)


class Answer(NamedTuple):
    """A good answer other than a generation; `fault` says how its delivery goes wrong."""

    body: bytes
    kind: str = _JSON
    fault: str | None = None


def header_value(head: bytes, lower: bytes, name: bytes) -> bytes:
    """Return a header's value; `head` ends with its last line's CRLF, `name` is lower case."""
    at = lower.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    start = at + len(name) + 3
    return head[start : head.find(b"\r\n", start)].strip()


def parse_size(digits: bytes, base: int) -> int:
    """Return a length in bytes; ValueError when it is not one."""
    size = int(digits, base)
    if size < 0:
        raise ValueError("a size must not be negative")
    return size


def unchunk(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Return a chunked body and where it ends, or None while it is incomplete."""
    parts: list[bytes] = []
    while (end := data.find(b"\r\n", at)) >= 0:
        size = parse_size(data[at:end].split(b";")[0], 16)
        at = end + 2
        if size == 0:
            if data[at : at + 2] == b"\r\n":
                return b"".join(parts), at + 2
            stop = data.find(b"\r\n\r\n", at)  # trailers
            return (b"".join(parts), stop + 4) if stop >= 0 else None
        parts.append(data[at : at + size])
        at += size + 2
    return None


def response(status: int, body: bytes, keep: bool, extra: str = "", kind: str = _JSON) -> bytes:
    """Return a whole response of this content type; `extra` is header lines with their CRLF."""
    if status == 200 and keep and not extra and kind is _JSON:
        return b"%s%d\r\n\r\n%s" % (_OK, len(body), body)
    reason = http.client.responses.get(status, "Error")
    close = "" if keep else "Connection: close\r\n"
    head = (
        f"HTTP/1.1 {status} {reason}\r\n{extra}{close}"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("latin-1") + body
