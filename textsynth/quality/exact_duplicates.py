"""Drops a sample whose text, normalised, is the same as that of any earlier sample."""

from __future__ import annotations

from textsynth.minhash import normalised
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._text import CONVERSATION, picked
from textsynth.records import Sample, Setting, Verdict


class ExactDuplicates(Filter):
    """Same text after NFC, case folding and collapsing white space; numbers and punctuation count.

    Memory: one 16-byte digest (XXH3-128) a row, about 110 bytes as Python keeps it in a set.
    """

    shorthand = "on"

    on: str = CONVERSATION
    """What is compared: conversation (all turns), first_turn, or the name of a column."""

    def screen(self, setting: Setting) -> Screen:
        """Remembers a digest of every sample it sees, also of those it drops."""
        return _Seen(self)


class _Seen:
    """The texts seen so far, by their digests."""

    def __init__(self, options: ExactDuplicates) -> None:
        self._options = options
        self._seen: set[bytes] = set()

    def __call__(self, sample: Sample) -> Verdict:
        key = self._key(sample)
        if key is None:
            return Verdict(keep=False, reason="empty")
        if key in self._seen:
            return Verdict(keep=False, reason="exact_duplicate")
        self._seen.add(key)
        return KEEP

    def foresees(self, sample: Sample) -> bool:
        """Whether the text was seen already."""
        key = self._key(sample)
        return key is None or key in self._seen

    def _key(self, sample: Sample) -> bytes | None:
        from xxhash import xxh3_128_digest

        text = normalised(picked(sample, self._options.on, self._options.part))
        return xxh3_128_digest(text.encode("utf8", "surrogatepass")) if text else None
