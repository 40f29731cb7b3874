"""What holds the texts of an index that have shingles: the compiled kernel, or its twin."""

from __future__ import annotations

from typing import Literal, Protocol


class Texts(Protocol):
    """What holds the texts that are long enough: the compiled one or `Twin`."""

    matched: int

    def add(self, data: bytes, group: int = 0, /) -> float | Literal[False] | None:
        """As `Index.add`, of UTF-8; False for a text shorter than a shingle."""
        ...

    def find(self, data: bytes, group: int = 0, /) -> float | Literal[False] | None:
        """As `Index.find`, likewise."""
        ...

    def keys(self, data: bytes, /) -> list[int]:
        """The keys of a text's bands."""
        ...

    def shingles(self, data: bytes, /) -> bytes:
        """The set of a text, as the bytes of native uint32."""
        ...

    def sets(self, start: int, stop: int, /) -> tuple[bytes, bytes]:
        """(sizes, hashes) of the sets from `start` up to `stop`, as bytes of native uint32."""
        ...

    def band(self, j: int, /) -> bytes:
        """The key of every row in band j, as bytes of native uint64."""
        ...

    def take_rows(self, sizes: bytes, hashes: bytes, /) -> None:
        """Appends sets as `sets` gave them; their keys must follow, band by band."""
        ...

    def take_band(self, j: int, first: int, keys: bytes, /) -> None:
        """The keys of band j for the rows from `first` on."""
        ...

    def __len__(self) -> int: ...
