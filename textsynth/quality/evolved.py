"""Drops what the method evolve eliminated, by the rule that did."""

from __future__ import annotations

from textsynth.errors import JobError
from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Sample, Setting, Verdict


class Evolved(Filter):
    """Goes by the column `eliminated` of the method `evolve`, whose rules run before anything more
    is asked; it reads nothing itself. It is among the filters of such a job by itself.

    Reasons: empty, cut_off, scaffolding, language_changed, answers_itself, unchanged, not_longer,
    much_longer, not_shorter, not_compared, no_gain, sorry_reply, empty_reply.
    """

    alone = True

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time."""

        def verdict(sample: Sample) -> Verdict:
            if "eliminated" not in sample.columns:
                raise JobError(
                    "the filter evolved needs to know what was eliminated",
                    f"the method '{sample.method}' wrote no column `eliminated`",
                    "use it with the method evolve, or take it off the list",
                )
            fault = str(sample.columns["eliminated"])
            return Verdict(keep=False, reason=fault) if fault else KEEP

        return verdict
