"""The shelf of quality filters: each passes a verdict on a sample; what it drops stays on disk."""

from __future__ import annotations

from collections.abc import Callable

from textsynth.records import Sample, Setting, Verdict
from textsynth.shelf import Part, Shelf

Screen = Callable[[Sample], Verdict]
"""One filter at work in one run: called once per sample, in the order of the briefs."""

KEEP = Verdict(keep=True)


class Filter(Part):
    """A filter's options. `screen` starts it for one run."""

    def screen(self, setting: Setting) -> Screen:
        """A fresh screen. It sees every sample, also those that other filters drop.

        A screen may remember earlier samples (duplicates); its verdict depends only on them and
        on the sample, never on time or chance.
        """
        raise NotImplementedError


SHELF = Shelf(__name__, Filter)
