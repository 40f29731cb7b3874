"""The objects of a PDF, as far as its pages and their contents need them.

ISO 32000-1 (PDF 1.7), 7.3 (objects), 7.5.7 (object streams), 7.7.3 (pages). Objects are looked for
by their headers and not by the cross-reference table, which damaged files have wrong; of two
objects with one number the later one counts, as after an incremental update.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

_HEADER = re.compile(rb"(?<![0-9])(\d{1,10})\s+(\d{1,5})\s+obj\b")
_STREAM = re.compile(rb"stream\r?\n")
_REF = re.compile(rb"(\d+)\s+\d+\s+R\b")
_NUMBER = rb"[-+]?\d*\.?\d+"
_BOX = re.compile(rb"\[\s*(" + rb"\s+".join([_NUMBER] * 4) + rb")\s*\]")
LARGEST = 8_000_000
"""Bytes that one stream may unpack to; a larger one is left alone."""


@dataclass(frozen=True, slots=True)
class Object:
    """The dictionary (or other value) of an object, and its packed stream."""

    head: bytes
    stream: bytes | None = None

    def unpacked(self) -> bytes | None:
        """The stream without its filters; None where one of them is for pictures."""
        if self.stream is None:
            return None
        if b"/Predictor" in self.head and not re.search(rb"/Predictor\s+1\b", self.head):
            return None
        data = self.stream
        for name in re.findall(rb"/(\w+)", _value(self.head, b"Filter")):
            if name not in _FILTERS:
                return None
            try:
                data = _FILTERS[name](data)
            except (zlib.error, binascii.Error, ValueError):
                return None
        return data


def _flate(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, LARGEST)


def _ascii85(data: bytes) -> bytes:
    return base64.a85decode(data.strip().removeprefix(b"<~").partition(b"~")[0])


def _hex(data: bytes) -> bytes:
    digits = b"".join(data.partition(b">")[0].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


_FILTERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"FlateDecode": _flate, b"Fl": _flate, b"ASCII85Decode": _ascii85, b"A85": _ascii85,
    b"ASCIIHexDecode": _hex, b"AHx": _hex,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its box (left, bottom, right, top in points), and the numbers of its contents."""

    box: tuple[float, float, float, float]
    contents: tuple[int, ...]
    images: frozenset[bytes] = field(default_factory=frozenset)
    """Names of its resources that are pictures."""


def objects_of(data: bytes) -> dict[int, Object]:
    """Number → object, those inside object streams too."""
    found: dict[int, Object] = {}
    headers = list(_HEADER.finditer(data))
    place = 0
    for header, after in zip(headers, [*headers[1:], None], strict=False):
        if header.start() < place:
            continue  # digits inside a stream
        limit = after.start() if after else len(data)
        found[int(header[1])] = one = _object(data, header.end(), limit)
        if one.stream is not None:
            place = header.end() + len(one.head) + len(one.stream)
    for one in list(found.values()):
        if re.search(rb"/Type\s*/ObjStm\b", one.head):
            for number, head in _inside(one):
                found.setdefault(number, Object(head))
    return found


def pages_of(objects: dict[int, Object]) -> list[Page]:
    """The pages, in the order of the page tree."""
    roots = [n for n, o in objects.items() if re.search(rb"/Type\s*/Catalog\b", o.head)]
    pages: list[Page] = []
    seen: set[int] = set()

    def visit(number: int, inherited: bytes) -> None:
        one = objects.get(number)
        if one is None or number in seen or len(seen) > 20_000:
            return
        seen.add(number)
        own = b"".join(
            b"/" + key + b" " + value
            for key in (b"MediaBox", b"CropBox", b"Resources")
            if (value := _value(one.head, key) or _value(inherited, key))
        )
        kids = _value(one.head, b"Kids")
        if kids:
            for ref in _REF.finditer(_resolved(kids, objects)):
                visit(int(ref[1]), own)
        elif re.search(rb"/Type\s*/Page\b", one.head):
            pages.append(_page(one.head, own, objects))

    for root in roots[-1:]:
        for ref in _REF.finditer(_value(objects[root].head, b"Pages")):
            visit(int(ref[1]), b"")
    return pages


def _page(head: bytes, own: bytes, objects: dict[int, Object]) -> Page:
    box = _BOX.search(_resolved(_value(own, b"CropBox"), objects)) or _BOX.search(
        _resolved(_value(own, b"MediaBox"), objects)
    )
    sides = [float(side) for side in box[1].split()] if box else [0.0, 0.0, 612.0, 792.0]
    contents = _resolved(_value(head, b"Contents"), objects)
    if not contents.startswith(b"["):
        contents = _value(head, b"Contents")
    resources = _resolved(_value(own, b"Resources"), objects)
    named = _resolved(_value(resources, b"XObject"), objects)
    images = {
        name
        for name, number in re.findall(rb"/([^\s/<>\[\]()]+)\s+(\d+)\s+\d+\s+R", named)
        if int(number) in objects and re.search(rb"/Subtype\s*/Image\b", objects[int(number)].head)
    }
    left, right = sorted((sides[0], sides[2]))
    bottom, top = sorted((sides[1], sides[3]))
    numbers = tuple(int(ref[1]) for ref in _REF.finditer(contents))
    return Page((left, bottom, right, top), numbers, frozenset(images))


def _resolved(value: bytes, objects: dict[int, Object]) -> bytes:
    """The value, or what it refers to."""
    match = _REF.fullmatch(value.strip())
    if match and int(match[1]) in objects:
        return objects[int(match[1])].head.strip()
    return value


def _value(head: bytes, key: bytes) -> bytes:
    """The value of a key at any depth of a dictionary, as it is written; empty without one."""
    match = re.search(rb"/" + key + rb"(?![A-Za-z0-9])\s*", head)
    if not match:
        return b""
    start = match.end()
    for opening, closing in ((b"<<", b">>"), (b"[", b"]")):
        if head.startswith(opening, start):
            depth, place = 0, start
            pattern = re.compile(re.escape(opening) + rb"|" + re.escape(closing))
            for mark in pattern.finditer(head, start):
                depth += 1 if mark[0] == opening else -1
                if depth == 0:
                    place = mark.end()
                    break
            return head[start:place]
    plain = re.match(rb"\d+\s+\d+\s+R\b|/?[^\s/<>\[\]()]+", head[start:])
    return plain[0] if plain else b""


def _object(data: bytes, start: int, limit: int) -> Object:
    """The object behind a header. A stream goes on over what looks like headers inside it."""
    end = data.find(b"endobj", start, limit)
    opened = _STREAM.search(data, start, end if end >= 0 else limit)
    if opened is None:
        return Object(data[start : end if end >= 0 else limit])
    head = data[start : opened.start()]
    length = re.search(rb"/Length\s+(\d+)(?!\s+\d+\s+R)", head)
    if length:
        stop = opened.end() + int(length[1])
        if data[stop : stop + 20].lstrip().startswith(b"endstream"):
            return Object(head, data[opened.end() : stop])
    stop = data.find(b"endstream", opened.end())
    stream = data[opened.end() : stop if stop >= 0 else len(data)]
    return Object(head, stream.removesuffix(b"\n").removesuffix(b"\r"))


def _inside(one: Object) -> list[tuple[int, bytes]]:
    data = one.unpacked()
    first = re.search(rb"/First\s+(\d+)", one.head)
    if data is None or first is None:
        return []
    start = int(first[1])
    figures = [int(figure) for figure in re.findall(rb"\d+", data[:start])]
    places = [*figures[1::2], len(data) - start]
    return [
        (number, data[start + places[i] : start + places[i + 1]])
        for i, number in enumerate(figures[0::2])
        if i + 1 < len(places)
    ]
