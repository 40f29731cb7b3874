"""Rates: a token bucket for a limit we know, and what reply headers say of theirs."""

from __future__ import annotations

import math
import re
import time
from datetime import datetime

BURST_SECONDS = 5.0
"""Seconds' worth of a rate that may leave at once after a lull."""
LONGEST_PAUSE = 600.0
"""Seconds: no header makes an endpoint wait longer."""


class Bucket:
    """A token bucket for a rate a minute: at most the rate and the burst in any minute.

    A request larger than the burst leaves when the bucket is full, and puts it into debt.
    """

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60  # a second
        self._size = self._level = max(1.0, BURST_SECONDS * self._rate)
        self._at = -math.inf

    def wait(self, now: float, amount: float) -> float:
        """Seconds until `amount` may leave."""
        short = min(amount, self._size) - self._filled(now)
        return short / self._rate if short > 0 else 0.0

    def take(self, now: float, amount: float) -> None:
        """Takes out, or puts back where `amount` is negative."""
        self._level = self._filled(now) - amount
        self._at = now

    def _filled(self, now: float) -> float:
        return min(self._size, self._level + (now - self._at) * self._rate)


class Quota:
    """What reply headers said last about requests or tokens: how many are left until when."""

    def __init__(self) -> None:
        self.until, self._left = 0.0, math.inf

    def hear(self, now: float, remaining: str, reset: str | None) -> None:
        """Takes over a pair of headers, unless one of them cannot be read."""
        try:
            left, seconds = float(remaining), _span(reset or "")
        except (ValueError, OverflowError):
            return
        until = now + min(seconds, LONGEST_PAUSE)
        # Replies overtake each other: more left within the same period is older news.
        if now < self.until and left > self._left and until <= self.until + 1:
            return
        self.until, self._left = until, left

    def wait(self, now: float, amount: float) -> float:
        """Seconds until `amount` may leave."""
        return self.until - now if amount > self._left and now < self.until else 0.0


QUOTAS = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", False),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", True),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", False),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset", True),
    ("ratelimit-remaining", "ratelimit-reset", False),
)
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SPAN = re.compile(r"(?:[\d.]+(?:ms|[dhms]))+")


def _span(text: str) -> float:
    """Seconds in `1m30s`, `120ms`, `2.5`, or until an RFC 3339 or Unix time. Raises ValueError."""
    if _SPAN.fullmatch(text):
        parts = re.findall(r"([\d.]+)(ms|[dhms])", text)
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        number = float(text)
        return number if number < 1e9 else number - time.time()
    except ValueError:
        return datetime.fromisoformat(text).timestamp() - time.time()
