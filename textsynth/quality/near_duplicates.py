"""Drops a sample that says nearly the same as any earlier one, kept or not."""

from __future__ import annotations

from pydantic import Field

from textsynth.minhash import Index, Shingle, normalised
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._text import CONVERSATION, picked
from textsynth.records import Sample, Setting, Verdict


class NearDuplicates(Filter):
    """Jaccard similarity of shingles, found by MinHash and checked exactly; it is the score.

    No two kept rows are within the threshold of each other, save the few pairs right at it that
    the search misses. Memory: 1.0 to 1.6 KB a row plus 4 bytes per distinct shingle (a word in
    English, a character in Korean or Chinese).
    """

    shorthand = "threshold"

    threshold: float = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which a sample is dropped. Math problems that differ in little but
    their numbers need 0.95."""

    on: str = CONVERSATION
    """What is compared: conversation (all turns), first_turn, or the name of a column."""

    shingle: Shingle = "auto"
    """What is compared piece by piece: word-3, char-3, char-5; auto takes char-3 where Hangul, Han,
    Kana or Thai dominate, else word-3."""

    def screen(self, setting: Setting) -> Screen:
        """Puts every sample it sees into one index, also those it drops."""
        index = Index(self.threshold, self.shingle)

        def verdict(sample: Sample) -> Verdict:
            text = normalised(picked(sample, self.on, self.part))
            if not text:
                return Verdict(keep=False, reason="empty")
            score = index.add(text)
            if score is None:
                return KEEP
            return Verdict(keep=False, reason="near_duplicate", score=score)

        return verdict
