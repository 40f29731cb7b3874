"""Drops a sample whose text, normalised, is the same as that of any earlier sample."""

from __future__ import annotations

from textsynth.quality._repeats import _Repeats
from textsynth.quality._seen import Digests, Seen


class ExactDuplicates(_Repeats):
    """Same text after NFC, case folding and collapsing white space; numbers and punctuation count.

    The verdict names the field and the earlier row (`known`: a row of `against`, with its source).
    Memory: one 16-byte digest (XXH3-128) and the row's id, about 180 bytes a row and field.
    """

    shorthand = "on"

    def seen(self) -> Seen:
        """Digests of texts."""
        return Digests()
