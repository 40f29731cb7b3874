"""The one file format of saved indexes: named sections of bytes behind a header, with a checksum.

    8 bytes   b"tsindex" and the number of the format, 1
    4 bytes   length of the header, little-endian
    header    JSON: {"kind", "options", "facts", "sections": [[name, bytes], …]}
    sections  one after the other; whole numbers in them are little-endian
    16 bytes  XXH3-128 over all that stands before

`kind` says whose index it is, `options` what it was made with: an index of other options answers
other questions and is refused. `facts` are about its content. No times, no paths: the same index is
the same bytes, wherever it was written. A file appears whole or not at all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from textsynth.errors import RunError

MAGIC, FORMAT = b"tsindex", 1
_END = 16
_BLOCK = 1 << 20

Section = tuple[str, int, Iterable[bytes]]
"""Name, size in bytes, and the bytes piece by piece."""


def write(
    path: Path, kind: str, options: Mapping[str, Any], facts: Mapping[str, Any],
    sections: Sequence[Section],
) -> None:  # fmt: skip
    """Writes an index file; what stood there is replaced at once, when all is written."""
    from xxhash import xxh3_128

    named = [[name, size] for name, size, _ in sections]
    head = {"kind": kind, "options": options, "facts": facts, "sections": named}
    header = json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two runs may write the same file of a cache at the same time.
    aside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    check = xxh3_128()
    try:
        with aside.open("wb") as file:
            for piece in (MAGIC + bytes([FORMAT]), len(header).to_bytes(4, "little"), header):
                check.update(piece)
                file.write(piece)
            for name, size, pieces in sections:
                begin = file.tell()
                for piece in pieces:
                    check.update(piece)
                    file.write(piece)
                if file.tell() - begin != size:
                    raise ValueError(f"section {name} has {file.tell() - begin} bytes, not {size}")
            file.write(check.digest())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


class IndexFile:
    """An index file opened to read. Raises RunError in words where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                start = file.read(len(MAGIC) + 5)
                self._known(start)
                size = int.from_bytes(start[-4:], "little")
                raw = file.read(min(size, path.stat().st_size))
                head: dict[str, Any] = json.loads(raw)
        except OSError as error:
            raise self._unusable(error.strerror or type(error).__name__) from error
        except ValueError as error:
            raise self._unusable("its header is damaged") from error
        try:
            self.kind: str = head["kind"]
            self.options: Mapping[str, Any] = head["options"]
            self.facts: Mapping[str, Any] = head["facts"]
            places = [(str(name), int(size)) for name, size in head["sections"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._unusable("its header is damaged") from error
        self._places: dict[str, tuple[int, int]] = {}
        at = len(start) + len(raw)
        for name, size in places:
            self._places[name] = (at, size)
            at += size
        self._size = at

    def check(self) -> None:
        """Reads all of it. Raises RunError where a byte is not as it was written."""
        from xxhash import xxh3_128

        if self.path.stat().st_size != self._size + _END:
            raise self._unusable("it is cut off, or longer than it should be")
        check, left = xxh3_128(), self._size
        with self.path.open("rb") as file:
            while left:
                block = file.read(min(_BLOCK, left))
                check.update(block)
                left -= len(block)
                if not block:
                    break
            if file.read(_END) != check.digest():
                raise self._unusable("its checksum is wrong: a byte in it has changed")

    def require(self, kind: str, options: Mapping[str, Any]) -> None:
        """Raises RunError in words where it is another filter's, or made with other options."""
        if self.kind != kind:
            raise self._unusable(f"it is one of {self.kind}, not of {kind}")
        names = sorted({*options, *self.options})
        other = [
            f"{name} is {self.options.get(name)!r} there, {options.get(name)!r} here"
            for name in names
            if self.options.get(name) != options.get(name)
        ]
        if other:
            raise self._unusable("it was made with other options: " + "; ".join(other))

    def fits(self, kind: str, options: Mapping[str, Any]) -> bool:
        """Whether `require` would let it pass."""
        return self.kind == kind and self.options == options

    def size(self, name: str) -> int:
        """Bytes in a section; 0 where there is none of that name."""
        return self._places.get(name, (0, 0))[1]

    def read(self, name: str, start: int = 0, size: int | None = None) -> bytes:
        """A section's bytes, or a part of them."""
        begin, length = self._places.get(name, (0, 0))
        wanted = max(0, min(length - start, length if size is None else size))
        with self.path.open("rb") as file:
            file.seek(begin + start)
            return file.read(wanted)

    def _known(self, start: bytes) -> None:
        if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 5:
            raise self._unusable("it is no index file")
        if start[len(MAGIC)] != FORMAT:
            raise self._unusable(
                f"it has format {start[len(MAGIC)]}, this version of textsynth reads {FORMAT}"
            )

    def _unusable(self, why: str) -> RunError:
        return RunError(
            f"the index {self.path} cannot be used", why, "delete it: it is made anew from the rows"
        )
