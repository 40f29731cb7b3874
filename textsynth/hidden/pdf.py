"""PDFs without the text that no reader sees, by an update appended to the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from textsynth.hidden import note
from textsynth.hidden._contents import Shown, texts_of
from textsynth.hidden._objects import LARGEST, Object, objects_of, pages_of

_EMPTY = b"() "
_BUDGET = 4 * LARGEST
"""Bytes of contents that are looked through in one file; pages after that are taken as they are."""


def visible_pdf(data: bytes, source: str, read: Callable[[bytes], Sequence[str]]) -> bytes:
    """The file without unseen text; the very same bytes where there is none.

    `read` gives the text of each page of a PDF: it is also what turns the unseen part into words.
    Encrypted files, contents with filters other than Flate and ASCII, and forms inside a page are
    taken as they are.
    """
    if b"/Encrypt" in data[-4096:] or not data[:1024].lstrip().startswith(b"%PDF-"):
        return data
    objects = objects_of(data)
    seen: dict[int, bytes] = {}
    unseen: dict[int, bytes] = {}
    kinds: dict[int, tuple[str, str]] = {}
    spent = 0
    for number, page in enumerate(pages_of(objects)):
        parts = [objects[n].unpacked() for n in page.contents if n in objects]
        if not parts or any(part is None for part in parts) or len(parts) != len(page.contents):
            continue
        whole = b"\n".join(part or b"" for part in parts)
        spent += len(whole)
        if spent > _BUDGET:
            break
        found = texts_of(whole, page)
        hidden = [shown for shown in found if shown.hidden]
        if not hidden:
            continue
        how = ", ".join(dict.fromkeys(shown.hidden for shown in hidden))
        kinds[number] = how, _letters(whole, hidden)
        first, *others = page.contents
        seen[first] = _without(whole, hidden)
        unseen[first] = _without(whole, [shown for shown in found if not shown.hidden])
        for other in others:
            seen[other] = unseen[other] = b""
    if not kinds:
        return data
    words = read(_updated(data, objects, unseen))
    for number, (how, letters) in kinds.items():
        text = words[number] if number < len(words) else ""
        # A reader leaves out what is far from the page; then its bytes have to do.
        note(source, how, text if text.strip() else letters, number + 1)
    return _updated(data, objects, seen)


def _letters(contents: bytes, hidden: Sequence[Shown]) -> str:
    """The strings of operators as Latin letters, which they are in most fonts of Latin scripts."""
    strings = (
        string
        for shown in hidden
        for string in re.findall(rb"\(((?:[^()\\]|\\.)*)\)", contents[shown.start : shown.end])
    )
    return b" ".join(strings).decode("latin-1")


def _without(contents: bytes, gone: Sequence[Shown]) -> bytes:
    """The contents in which those operators show nothing."""
    parts, last = [], 0
    for shown in gone:
        operator = contents[shown.end : shown.end + 2]
        empty = b"[] " if operator == b"TJ" else _EMPTY
        if operator[:1] == b'"':
            # Its two numbers set the spacing of words and letters, and stay.
            numbers = re.match(rb"\s*\S+\s+\S+\s", contents[shown.start : shown.end])
            empty = (numbers[0] if numbers else b"0 0 ") + _EMPTY
        parts += [contents[last : shown.start], empty]
        last = shown.end
    return b"".join([*parts, contents[last:]])


def _updated(data: bytes, objects: dict[int, Object], streams: dict[int, bytes]) -> bytes:
    """The file with those streams anew, as an incremental update (ISO 32000-1, 7.5.6)."""
    out, places = [data, b"\n"], {}
    place = len(data) + 1
    for number, stream in sorted(streams.items()):
        part = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
            number, len(stream), stream,
        )  # fmt: skip
        places[number] = place
        out.append(part)
        place += len(part)
    root = re.findall(rb"/Root\s+(\d+\s+\d+\s+R)", data)
    if not root:
        catalogs = [n for n, o in objects.items() if re.search(rb"/Type\s*/Catalog\b", o.head)]
        root = [b"%d 0 R" % number for number in catalogs]
    before = re.findall(rb"startxref\s+(\d+)", data)
    table = b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in places.items()
    )
    prev = b" /Prev " + before[-1] if before else b""
    size = max(objects, default=0) + 1
    trailer = b"<< /Size %d%s%s >>" % (size, b" /Root " + root[-1] if root else b"", prev)
    out.append(b"xref\n" + table + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % place)
    return b"".join(out)
