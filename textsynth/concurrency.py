"""How many requests an endpoint takes at once, learned from its answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

WINDOW = 32
"""Completions that a level of concurrency is judged by, at least; twice the level, if more."""
GLANCE = 8
"""Completions that do for growing when none of them failed; the level itself, if more."""
MARGIN = 0.05
"""Share of failures, above the one that no load explains, from which a level is too high."""
SIGMAS = 2.0
"""Standard errors by which a share of failures may exceed the one that no load explains."""
PROOF = 3.0
"""Standard errors by which failures must have become rarer for a cut to be kept."""
BURST = 6.0
"""Score of failures in a row, half a point each, that cuts concurrency at once."""
HOLD = 4
"""Windows without an experiment after one that failed; doubles with each further failure."""
LONGEST_HOLD = 16
"""The most windows without an experiment."""
MOST_NOISE = 0.8
"""The largest share of failures that is taken for independent of load."""


class _Trial(NamedTuple):
    """What a level of concurrency showed before it was left for another."""

    limit: int
    bad: int
    seen: int


class Concurrency:
    """How many requests may be under way, found by experiment between 1 and the ceiling.

    A cut is kept if it lowered the share of failures significantly. If not, load is not their
    cause: the share is remembered as noise and the old level comes back. A cut aims at the slots
    that did useful work: the level less the mean number of slots that carried failures (Little's
    law). Growth that raises the share above noise is undone. A CUSUM of failures (Page 1954) cuts
    at once in a storm. Latency is not looked at: batching servers slow down while their throughput
    still rises, and replies differ tenfold by length; a queue too long shows as timeouts.
    """

    def __init__(self, ceiling: int, tell: Callable[[str], None]) -> None:
        self.ceiling, self.limit, self.in_flight = ceiling, ceiling, 0
        self._tell, self._told = tell, ceiling
        self._noise, self._step, self._hold, self._patience = 0.0, 1, 0, HOLD
        self._before: _Trial | None = None
        self._doubt = False
        self._moved, self._opened, self._bad_seconds = -math.inf, -math.inf, 0.0
        self._score, self._drift, self._storm = 0.0, 0.5, BURST
        self._seen, self._bad, self._full, self._glance = 0, 0, WINDOW, GLANCE
        self._settling, self._high, self.peak = ceiling, ceiling, 0
        self._move(-math.inf, ceiling)

    def done(self, now: float, began: float, good: bool) -> None:
        """Learns from a completion; times in seconds."""
        if began < self._moved:
            return  # it met the load of an earlier level
        # The first round at a level misleads: quick refusals are in, slow failures still out.
        if good:
            self._score = max(0.0, self._score - self._drift)
            if self._settling:
                self._settling -= 1
                self._opened = now
                return
        else:
            self._score += 1.0 - self._drift
            if self._score >= self._storm:
                self._cut(now)
                return
            if self._settling:
                return
            self._bad += 1
            self._bad_seconds += now - began
        self._seen += 1
        if self._seen >= self._full or (self._seen >= self._glance and not self._bad):
            self._judge(now)

    def restart(self, now: float) -> None:
        """Begins low and grows fast, after a time in which nothing worked."""
        limit = max(1, self.ceiling // 4)
        self._before, self._hold, self._step = None, 0, max(1, limit // 2)
        self._move(now, limit)

    def undo_cuts(self, now: float) -> None:
        """Takes back the cuts since the last good reply: something else was the cause."""
        if self._settling == self.limit < self._high:
            self._before = None
            self._move(now, self._high)

    def _move(self, now: float, limit: int) -> None:
        self.limit, self._moved, self._settling, self._high = limit, now, limit, limit
        self._storm, self._score = max(BURST, limit / 4), 0.0
        self._open(now)
        if limit != self._told and (
            4 * abs(limit - self._told) > self._told or limit == self.ceiling
        ):
            word = "fewer" if limit < self._told else "more"
            self._told = limit
            self._tell(f"{word} requests at once: {limit} of {self.ceiling}")

    def _open(self, now: float) -> None:
        """Begins a window."""
        self._opened, self._seen, self._bad, self._bad_seconds = now, 0, 0, 0.0
        self._full = max(2 * self.limit, WINDOW)
        cut = self._before is not None and self._before.limit > self.limit
        self._glance = self._full if self._hold or cut else max(self.limit, GLANCE)
        self._drift = (1.0 + self._noise) / 2
        self.peak = self.in_flight

    def _cut(self, now: float) -> None:
        """Nearly everything fails: back to what worked before, or to half."""
        before, self._before = self._before, None
        if before is not None and before.limit < self.limit:
            self._failed(now, before.limit)
        elif self.limit > 1:
            limit = max(1, min(self.limit, self.peak) // 2)
            self._hold, self._step = 0, max(1, limit // 2)
            high = self._high if self._settling == self.limit else self.limit
            self._move(now, limit)
            self._high = high
        else:
            self._score = 0.0

    def _failed(self, now: float, limit: int) -> None:
        """Goes back to a level after an experiment that did not help, and holds it."""
        self._hold, self._step = self._patience, 1
        self._patience = min(2 * self._patience, LONGEST_HOLD)
        self._move(now, limit)

    def _judge(self, now: float) -> None:
        before, self._before = self._before, None
        share, noise = self._bad / self._seen, self._noise
        clean = share <= noise + max(MARGIN, SIGMAS * math.sqrt(noise * (1 - noise) / self._seen))
        if before is not None:
            if before.limit > self.limit and not self._lower(before):
                self._noise = min(MOST_NOISE, (before.bad + self._bad) / (before.seen + self._seen))
                self._failed(now, before.limit)
                return
            if before.limit < self.limit and not clean:
                self._failed(now, before.limit)
                return
            self._patience, self._hold = HOLD, 0
            self._step *= 2
        # One window above known noise may be chance, and would be a flattering one to compare with.
        suspected, self._doubt = self._doubt or not noise, not clean
        if not clean:
            if suspected:
                self._try_less(now)
            else:
                self._open(now)
            return
        self._noise = min(noise, noise + 0.25 * (share - noise))
        if self._hold:
            self._hold -= 1
            self._open(now)
        elif self.limit < self.ceiling and self.peak >= self.limit:
            self._before = _Trial(self.limit, self._bad, self._seen)
            self._move(now, min(self.ceiling, self.limit + min(self._step, self.limit)))
        elif noise > MARGIN:
            self._try_less(now)
        else:
            self._open(now)

    def _lower(self, before: _Trial) -> bool:
        """Whether failures are significantly rarer than before (two-proportion z-test)."""
        pooled = (before.bad + self._bad) / (before.seen + self._seen)
        error = math.sqrt(pooled * (1 - pooled) * (1 / before.seen + 1 / self._seen))
        return before.bad / before.seen - self._bad / self._seen > PROOF * error

    def _try_less(self, now: float) -> None:
        top = min(self.limit, self.peak)
        useful = round(top - self._bad_seconds / max(now - self._opened, 1e-9))
        limit = max((top + 1) // 2, min(top - 1, useful), 1)
        if limit >= self.limit:
            self._noise = min(MOST_NOISE, self._bad / self._seen)
            self._open(now)
            return
        self._before = _Trial(self.limit, self._bad, self._seen)
        self._step = max(1, limit // 10)
        self._move(now, limit)
