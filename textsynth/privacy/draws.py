"""Choices that depend on a key alone: the same in any process, on any machine."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of choices from a key."""

    def __init__(self, *key: object) -> None:
        self._key = "\0".join(map(str, key)).encode("utf8", "surrogatepass")
        self._pool, self._round = 0, 0
        self._room = 1

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`."""
        if self._room < limit << 32:
            data = hashlib.blake2b(self._key + b"\0%d" % self._round, digest_size=64).digest()
            self._pool, self._room = int.from_bytes(data, "big"), 1 << 512
            self._round += 1
        self._pool, drawn = divmod(self._pool, limit)
        self._room //= limit
        return drawn

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]

    def digits(self, count: int) -> str:
        """That many digits."""
        return "".join(str(self.below(10)) for _ in range(count))

    def like(self, text: str) -> str:
        """Another text of the same letters' kinds: digits for digits, capitals for capitals."""
        return "".join(self._letter(letter) for letter in text)

    def _letter(self, letter: str) -> str:
        for kind in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
            if letter in kind:
                return self.pick(kind)
        return letter


def lay(template: str, digits: str) -> str:
    """The digits in the places of a template's digits; its hyphens and brackets stay."""
    left = iter(digits)
    return "".join(next(left, letter) if letter.isdigit() else letter for letter in template)
