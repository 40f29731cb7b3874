"""The scores of one filter: how they lie, where its threshold is, and what another one would keep.

What another threshold would keep is told only where it can be known from the scores on disk: every
row has one, it depends on nothing that the threshold changes, and one side of the threshold is kept
and the other dropped.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BINS = 24
"""Bars of a histogram."""

_OTHERS = (0.05, 0.2, 0.5, 0.8, 0.95)
"""Quantiles of the scores that are tried as thresholds."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: scores from `low` to `high` of rows that the filter let through, and
    of rows that it did not."""

    low: float
    high: float
    passed: int
    dropped: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How many of the written rows would be kept at a threshold; at least and at most, which differ
    where a later filter has not looked at a row."""

    threshold: float
    least: int
    most: int
    now: bool = False


@dataclass(slots=True)
class Scores:
    """The scores that a filter gave, and what became of the rows. 11 bytes a row."""

    values: array[float] = field(default_factory=lambda: array("d"))
    keeps: bytearray = field(default_factory=bytearray)
    others: bytearray = field(default_factory=bytearray)
    """Of the other filters: 0 one drops it, 1 all pass it, 2 all that have a word pass it."""
    without: int = 0
    """Verdicts without a score."""

    def add(self, score: float | None, keep: bool, others: int) -> None:
        """Takes the next verdict."""
        if score is None or not math.isfinite(score):
            self.without += 1
            return
        self.values.append(score)
        self.keeps.append(keep)
        self.others.append(others)

    def bars(self) -> list[Bar]:
        """The histogram; none where all scores are the same."""
        if not self.values or min(self.values) == max(self.values):
            return []
        low, high = min(self.values), max(self.values)
        width = (high - low) / BINS
        counts = [[0, 0] for _ in range(BINS)]
        for value, keep in zip(self.values, self.keeps, strict=True):
            counts[min(BINS - 1, int((value - low) / width))][0 if keep else 1] += 1
        return [
            Bar(low + n * width, low + (n + 1) * width, passed, dropped)
            for n, (passed, dropped) in enumerate(counts)
        ]

    def threshold(self, options: Mapping[str, Any]) -> tuple[float, bool] | None:
        """(the option that parts kept from dropped, whether low scores are kept); None where no
        option does."""
        passed = [v for v, keep in zip(self.values, self.keeps, strict=True) if keep]
        dropped = [v for v, keep in zip(self.values, self.keeps, strict=True) if not keep]
        numbers = {
            float(value)
            for value in options.values()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        fitting = {
            (number, low_kept)
            for number in numbers
            for low_kept, below, above in ((True, passed, dropped), (False, dropped, passed))
            if all(v <= number for v in below) and all(v >= number for v in above)
        }
        return fitting.pop() if len(fitting) == 1 else None

    def what_if(self, options: Mapping[str, Any], free: bool) -> tuple[list[WhatIf], str]:
        """(kept rows at other thresholds, why it cannot be told).

        `free`: whether a score depends on nothing that the threshold changes.
        """
        if not self.values:
            return [], "it gives no scores"
        if self.without:
            return [], "it scores only some of the rows, such as those that it drops"
        if not free:
            return [], "a score depends on the rows before, which another threshold would change"
        found = self.threshold(options)
        if found is None:
            return [], "no single number among its options parts kept rows from dropped ones"
        now, low_kept = found
        ranked = sorted(self.values)
        tried = {_neat(ranked[int(q * (len(ranked) - 1))]) for q in _OTHERS}
        return [self._at(number, low_kept, number == now) for number in sorted({*tried, now})], ""

    def _at(self, number: float, low_kept: bool, now: bool) -> WhatIf:
        least = unknown = 0
        for value, keep, others in zip(self.values, self.keeps, self.others, strict=True):
            # Right at the threshold of now the filter's own word counts.
            passes = bool(keep) if now else value < number if low_kept else value >= number
            if passes and others:
                least += others == 1
                unknown += others == 2
        return WhatIf(number, least, least + unknown, now)


def _neat(number: float) -> float:
    """The number in three digits."""
    return float(f"{number:.3g}")
