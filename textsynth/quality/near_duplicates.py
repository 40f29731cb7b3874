"""Drops a sample that says nearly the same as any earlier one, kept or not."""

from __future__ import annotations

from pydantic import Field

from textsynth.minhash import Shingle
from textsynth.quality._repeats import _Repeats
from textsynth.quality._seen import Seen, Shingles


class NearDuplicates(_Repeats):
    """Jaccard similarity of shingles, found by MinHash and checked exactly; it is the score.

    No two kept rows are within the threshold of each other, save the few pairs right at it that
    the search misses. The verdict names the field and the earlier row (`known`: a row of `against`,
    with its source). Memory, compiled: 0.5 to 0.8 KB a row and field, and 4 bytes per distinct
    shingle (a word in English, a character in Korean or Chinese).
    """

    shorthand = "threshold"

    threshold: float = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which a sample is dropped. Math problems that differ in little but
    their numbers need 0.95."""

    shingle: Shingle = "auto"
    """What is compared piece by piece: word-3, char-3, char-5; auto takes char-3 where Hangul, Han,
    Kana or Thai dominate, else word-3."""

    def seen(self) -> Seen:
        """Sets of shingles."""
        return Shingles(self.threshold, self.shingle)
