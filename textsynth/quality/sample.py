"""Keeps a share of the samples, in all or of some: which ones depends on their ids and a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, field_validator

from textsynth.errors import JobError
from textsynth.measures import known, measure
from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Sample as Row
from textsynth.records import Setting, Verdict, digest

Share = Annotated[float, Field(ge=0, le=1)]
_ALL = 1 << 64


class Sample(Filter):
    """`sample: 0.2`, or `sample: {per: {label: {chat: 0.1}}}`: for rows that cost nothing (curate).

    A row's lot is drawn from its id, so the same rows stay whatever else is in the set and in
    whatever order it comes; a smaller share takes a part of the same rows. Shares come out as
    chance has it (of 10,000 rows, 0.2 gives 2,000, give or take 80). For exact numbers, in all or
    per cell, there is the command `textsynth sample`, which reads all rows before it chooses.
    """

    alone = True

    shorthand = "share"

    share: Share = 1.0
    """Share of the rows that stay."""

    per: dict[str, dict[str, Share]] = Field(default_factory=dict)
    """Property → value → share of the rows with that value that stay, on top of `share`; values
    that are not named stay. Properties are those of quotas: label, language, column.NAME."""

    seed: int | None = None
    """Another seed, another choice; the job's own when not given."""

    @field_validator("per")
    @classmethod
    def _measurable(cls, per: dict[str, dict[str, Share]]) -> dict[str, dict[str, Share]]:
        for name in per:
            if not known(name):
                try:
                    measure(name)
                except JobError as error:
                    raise ValueError(str(error)) from None
        return per

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time."""
        seed = setting.seed if self.seed is None else self.seed
        properties = [(measure(name), shares) for name, shares in self.per.items()]

        def verdict(sample: Row) -> Verdict:
            share = self.share
            for value, shares in properties:
                share *= shares.get(value(sample), 1.0)
            if int(digest(seed, "sample", sample.id, size=8), 16) < share * _ALL:
                return KEEP
            return Verdict(keep=False, reason="not_sampled", score=share)

        return verdict

    def cautions(self, setting: Setting) -> Sequence[str]:
        """In a run, rows are paid for before they are left out."""
        if not setting.count:
            return ()
        return ["the filter sample leaves out rows that are written and paid for; it is for curate"]
