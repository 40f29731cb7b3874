"""Figures of what the test chat server has received and answered."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Stats:
    """What the server has received and answered; written by the server's own thread only."""

    requests: int = 0
    connections: int = 0
    abandoned: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    injected: Counter[str] = field(default_factory=Counter)
    script_errors: list[str] = field(default_factory=list)
    in_flight: int = 0
    peak: int = 0
    area: float = 0.0  # request seconds in flight
    first: float = 0.0
    last: float = 0.0

    def arrive(self, key: str) -> int:
        """Count a request for generation; return how many times it has arrived."""
        seen = self.counts.get(key, 0) + 1
        self.counts[key] = seen
        return seen

    def answer(self, key: str) -> None:
        """Count a complete good answer, for which a provider would be paid."""
        self.answered[key] = self.answered.get(key, 0) + 1

    def change(self, step: int) -> None:
        """Note that one request more (1) or less (-1) is at work."""
        now = time.perf_counter()
        if not self.first:
            self.first = self.last = now
        self.area += self.in_flight * (now - self.last)
        self.last = now
        self.in_flight += step
        self.peak = max(self.peak, self.in_flight)

    def mean(self) -> float:
        """Return the mean number of requests at work, from first arrival to last change."""
        return self.area / (self.last - self.first) if self.last > self.first else 0.0

    def summary(self, brief: bool) -> dict[str, Any]:
        """Return the figures as JSON values; `brief` leaves the per-request counts out."""
        figures: dict[str, Any] = {
            "requests": self.requests,
            "distinct": len(self.counts),
            "answered_total": sum(self.answered.values()),
            "connections": self.connections,
            "abandoned": self.abandoned,
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak,
            "mean_in_flight": self.mean(),
            "injected": dict(self.injected),
            "script_errors": self.script_errors,
        }
        if not brief:
            figures |= {"counts": self.counts, "answered": self.answered}
        return figures
