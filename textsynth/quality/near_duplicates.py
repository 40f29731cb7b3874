"""Drops a sample that says nearly the same as any earlier one, kept or not."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from textsynth.minhash import Shingle, normalised
from textsynth.quality._fields import ANSWER, text_of
from textsynth.quality._repeats import _Repeats
from textsynth.quality._seen import Seen, Shingles
from textsynth.quality._text import CONVERSATION, words
from textsynth.records import Sample


class NearDuplicates(_Repeats):
    """Jaccard similarity of shingles, found by MinHash and checked exactly; it is the score.

    No two kept rows are within the threshold of each other, save the few pairs right at it that
    the search misses, and questions over one passage whose short answers differ. The verdict names
    the field and the earlier row (`known`: a row of `against`, with its source). Memory, compiled:
    0.5 to 0.8 KB a row and field, and 4 bytes per distinct shingle (a word in English, a character
    in Korean or Chinese).
    """

    shorthand = "threshold"

    threshold: float = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which a sample is dropped. Math problems that differ in little but
    their numbers need 0.95."""

    shingle: Shingle = "auto"
    """What is compared piece by piece: word-3, char-3, char-5; auto takes char-3 where Hangul, Han,
    Kana or Thai dominate, else word-3."""

    short_answer: int = Field(default=8, ge=0)
    """Words up to which an answer must be the same for two conversations to be alike: over one long
    passage, two questions with the answers "1672" and "Paris" differ in little else. 0: compare
    them as all others."""

    def group(self, sample: Sample, field: str) -> int:
        """Conversations whose answer is short go by that answer, all others are one group."""
        if field != CONVERSATION or not self.short_answer or not sample.messages:
            return 0
        answer = text_of(sample, ANSWER, self.part)
        if not answer or len(answer) > 24 * self.short_answer or words(answer) > self.short_answer:
            return 0
        from xxhash import xxh3_64_intdigest

        data = normalised(answer).encode("utf8", "surrogatepass")
        return xxh3_64_intdigest(data) >> 4 | 1

    def apart(self) -> dict[str, Any]:
        """What decides on groups."""
        return {"short_answer": self.short_answer}

    def seen(self) -> Seen:
        """Sets of shingles."""
        return Shingles(self.threshold, self.shingle)
