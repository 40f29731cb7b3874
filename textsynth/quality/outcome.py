"""Drops conversations whose finished lines do not show the outcome that they are labelled with."""

from __future__ import annotations

from textsynth.errors import JobError
from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Sample, Setting, Verdict


class Outcome(Filter):
    """Goes by what the method `support` found (its option `verify`); it reads nothing itself.

    The reason names both sides: `said_resolved_found_abandoned`. Rows that nothing is known of
    are dropped as `not_checked`.
    """

    alone = True

    shorthand = "unclear"

    unclear: bool = False
    """Keep rows of which the outcome is unclear, and drop only those that show another one."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time."""

        def verdict(sample: Sample) -> Verdict:
            if "outcome_confirmed" not in sample.columns:
                raise JobError(
                    "the filter outcome needs to know how conversations ended",
                    f"the method '{sample.method}' wrote no column `outcome_confirmed`",
                    "use it with the method support; its rules read English and Korean, its "
                    "`verify: model` all languages",
                )
            found = str(sample.columns.get("outcome_found") or "")
            if sample.columns["outcome_confirmed"] or (self.unclear and found == "unclear"):
                return KEEP
            said = sample.facets.get("outcome", "")
            reason = f"said_{said}_found_{found}" if said and found else "not_checked"
            return Verdict(keep=False, reason=reason)

        return verdict
