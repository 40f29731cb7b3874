"""The shelf of quality filters: each passes a verdict on a sample; what it drops stays on disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from textsynth.asking import Ask
from textsynth.records import Brief, Sample, Setting, Verdict
from textsynth.shelf import Part, Shelf

Screen = Callable[[Sample], Verdict]
"""One filter at work in one run: called once per sample, in the order of the briefs."""

Mend = Callable[[Sample], tuple[Sample, Mapping[str, Any]]]
"""Changes a sample before any filter sees it; also what was changed, for the filter's verdict."""

Judge = Callable[[Sample, Brief, Ask], Awaitable[Verdict]]
"""A filter that asks a model: may be called side by side and in any order."""

KEEP = Verdict(keep=True)


class Filter(Part):
    """A filter's options. `screen` starts it for one run; `judging` where it asks a model."""

    alone: ClassVar[bool] = False
    """Whether its verdict depends on nothing but the sample: it may then be passed in any order,
    beside others, and in another process."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Each prompt it asks, named `folder/step`, with the fields it hands over. A filter with steps
    is asked by `judging`, and only where no filter before it drops the sample."""

    players: ClassVar[Mapping[str, str]] = {}
    """Step → the role that plays it; `models` of the job gives a role a model of its own."""

    may_use: ClassVar[tuple[str, ...]] = ()
    """Fields that its prompts use where they are there; None where they are not."""

    def screen(self, setting: Setting) -> Screen:
        """A fresh screen. It sees every sample, also those that other filters drop.

        A screen may remember earlier samples (duplicates); its verdict depends only on them and
        on the sample, never on time or chance. It may have a method `foresees(sample)`: whether
        the sample will be dropped whatever comes before its turn. That remembers nothing, spares
        the money for a judge, and may say no where it does not know. Two more that it may have:
        `settled(sample, keep)` tells it whether a sample was kept in the end, and
        `save(folder)` lets it write what it remembers into the folder of a run that is closed. One
        that pays for what it needs has `async ahead(sample)`, called side by side before the
        sample's turn; it then sees no sample that a filter before it drops.
        """
        return lambda sample: KEEP

    def mend(self, setting: Setting) -> Mend | None:
        """What the filter changes in each sample, before any filter sees it; None: nothing.

        Depends on the sample alone. The filters' mends follow one another in their order.
        """
        return None

    def judging(self, setting: Setting) -> Judge | None:
        """How it asks for one sample; None where it asks nothing (as the job has it).

        The verdict depends on the sample, the brief and the replies alone. A reply that cannot be
        read is no pass.
        """
        return None

    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """Those of its steps that are asked with these options."""
        return self.steps

    def played(self) -> Sequence[str]:
        """The roles that it lets models play with these options."""
        return tuple(dict.fromkeys(self.players.values()))

    def cautions(self, setting: Setting) -> Sequence[str]:
        """What the user should know before the run starts. Raises JobError where it cannot work."""
        return ()


SHELF = Shelf(__name__, Filter)
