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
        from xxhash import xxh3_128_digest

        seen: set[bytes] = set()

        def verdict(sample: Sample) -> Verdict:
            text = normalised(picked(sample, self.on, self.part))
            if not text:
                return Verdict(keep=False, reason="empty")
            key = xxh3_128_digest(text.encode("utf8", "surrogatepass"))
            if key in seen:
                return Verdict(keep=False, reason="exact_duplicate")
            seen.add(key)
            return KEEP

        return verdict
