"""Drops samples whose label was not confirmed by who was asked for it without knowing it."""

from __future__ import annotations

from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Sample, Setting, Verdict


class Label(Filter):
    """Reads the column `label_confirmed` of the method classify; samples without it are kept."""

    alone = True

    unverified: bool = True
    """Keep samples whose label nobody checked."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time."""

        def verdict(sample: Sample) -> Verdict:
            confirmed = sample.columns.get("label_confirmed")
            if confirmed is False:
                return Verdict(keep=False, reason="not_confirmed", score=0.0)
            if confirmed is None and not self.unverified:
                return Verdict(keep=False, reason="not_verified")
            return KEEP

        return verdict
