"""How large a picture says it is, read from its header, and the pages of a TIFF one by one."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from textsynth.errors import InputError

PICTURE_KINDS = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})

PIXELS = 100_000_000
"""A page of A3 at 600 dots per inch has 70 million."""

SIDE = 30_000
_PAGES = 2000
_NO_SIZE = frozenset({0xC4, 0xC8, 0xCC})


def pages_of(data: bytes, suffix: str, shown: str) -> Iterator[bytes]:
    """Each page of the picture as a file of its own. Raises InputError when one is too large."""
    if suffix not in (".tif", ".tiff"):
        _check(_size(data, suffix), shown, suffix)
        yield data
        return
    order = "<" if data[:2] == b"II" else ">"
    for place in _directories(data, order):
        _check(_tiff_size(data, place, order), shown, suffix)
        # The header names the first page: naming another makes that one the first.
        yield data[:4] + struct.pack(order + "I", place) + data[8:]


def _check(size: tuple[int, int] | None, shown: str, suffix: str) -> None:
    kind = suffix.lstrip(".").upper()
    if size is None:
        raise InputError(
            f"'{shown}' cannot be read as {kind}",
            "its header does not say how large the picture is",
            "save it again with a picture program, or take it off the list",
        )
    width, height = size
    if width * height > PIXELS or max(size) > SIDE:
        raise InputError(
            f"'{shown}' is not opened, it may do harm",
            f"its header says {width:,} x {height:,} pixels; up to {PIXELS // 1_000_000} million "
            f"are read, {SIDE:,} at most on a side",
            "scan it at 300 dots per inch, or take it off the list",
        )


def _size(data: bytes, suffix: str) -> tuple[int, int] | None:
    try:
        if suffix == ".png":
            width, height = struct.unpack_from(">II", data, 16)
        elif suffix == ".bmp":
            width, height = struct.unpack_from("<ii", data, 18)
        elif suffix == ".webp":
            return _webp_size(data)
        else:
            return _jpeg_size(data)
    except (struct.error, IndexError):
        return None
    return abs(width), abs(height)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2
        if not 0xD0 <= marker <= 0xD9 and marker != 0x01:
            place += int(struct.unpack_from(">H", data, place)[0])
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return tuple(int.from_bytes(data[k : k + 3], "little") + 1 for k in (24, 27))  # type: ignore[return-value]
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _directories(data: bytes, order: str) -> Iterator[int]:
    """Where the directory of each page stands."""
    seen: set[int] = set()
    try:
        (place,) = struct.unpack_from(order + "I", data, 4)
        while place and place not in seen and len(seen) < _PAGES:
            seen.add(place)
            (count,) = struct.unpack_from(order + "H", data, place)
            (after,) = struct.unpack_from(order + "I", data, place + 2 + 12 * count)
            yield place
            place = after
    except struct.error:
        return


def _tiff_size(data: bytes, place: int, order: str) -> tuple[int, int] | None:
    found: dict[int, int] = {}
    try:
        (count,) = struct.unpack_from(order + "H", data, place)
        for k in range(count):
            tag, kind = struct.unpack_from(order + "HH", data, place + 2 + 12 * k)
            form = "H" if kind == 3 else "I"
            (found[tag],) = struct.unpack_from(order + form, data, place + 10 + 12 * k)
    except struct.error:
        return None
    return (found[256], found[257]) if 256 in found and 257 in found else None
