"""Drops samples that are not written in the manner that was asked of them."""

from __future__ import annotations

import re

from pydantic import Field

from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Sample, Setting, Verdict
from textsynth.style import style_of, voice_of

_SIZE = re.compile(r"(\d+)-(\d+) words")
_REGISTERS = ("formal", "neutral", "polite", "plain", "casual")


class Like(Filter):
    """Measures what a real row's text stands for (the text, the question, or what the user says).

    It is asked for by the facet `like`, which the reference rows of the job bring; a sample without
    that facet is kept. The score is the number of words, where that is at fault.
    """

    alone = True

    slack: float = Field(default=0.25, ge=0, le=2)
    """How far a length may lie outside its band, as a share of the band's edge (one word at least
    where this is not 0)."""

    register_counts: bool = True
    """Whether a wrong register drops a sample; a neutral one passes for polite and plain."""

    language_counts: bool = True
    """Whether a wrong mix of languages drops a sample."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first fault names the reason."""

        def verdict(sample: Sample) -> Verdict:
            wanted = sample.facets.get("like")
            if wanted is None:
                return KEEP
            return self._verdict(sample, wanted.split(", "))

        return verdict

    def _verdict(self, sample: Sample, wanted: list[str]) -> Verdict:
        found = style_of(voice_of(sample))
        for part in wanted:
            if size := _SIZE.fullmatch(part):
                fault = self._off(found.words, int(size[1]), int(size[2]))
                if fault:
                    return Verdict(keep=False, reason=fault, score=float(found.words))
            elif part in _REGISTERS:
                near = found.register == "neutral" and part in ("polite", "plain")
                if self.register_counts and found.register != part and not near:
                    return Verdict(keep=False, reason=f"{found.register}_for_{part}")
            elif self.language_counts and found.mix != part:
                return Verdict(keep=False, reason=f"{found.mix or 'none'}_for_{part}")
        return KEEP

    def _off(self, words: int, low: int, high: int) -> str:
        below, above = (max(1.0, edge * self.slack) if self.slack else 0.0 for edge in (low, high))
        if words < low - below:
            return "too_short"
        return "too_long" if words > high + above else ""
