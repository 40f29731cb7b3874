"""Decides when a request may leave for an endpoint: concurrency, rates, pauses, a breaker."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal

from textsynth.concurrency import Concurrency
from textsynth.rates import LONGEST_PAUSE, QUOTAS, Bucket, Quota

Outcome = Literal["ok", "overload", "fault", "refused", "cancelled"]
"""How a request ended: a reply; 429, 503 or 529; another 5xx, a timeout, a broken connection or
body; a 4xx from an endpoint that works; given up by us, which says nothing of the endpoint."""

RECENT = 20
"""Last completions that tell whether overload dominates."""
SILENCE = 1.0
"""Seconds without a good reply before a Retry-After counts for the whole endpoint."""
FAILURES = 10
"""Failures in a row that open the breaker."""
FAILING_SECONDS = 2.0
"""Seconds that they must span; over SILENCE, so that a Retry-After is heeded first."""
FIRST_BREAK = 5.0
"""Seconds that the breaker stays open at first; doubles with each probe that fails."""
LONGEST_BREAK = 60.0
"""The most seconds between two probes."""
SHORTEST_WAIT = 0.001
"""Seconds: rounding must not make anybody ask again at once."""


class Breaker:
    """Open after failures in a row, then half-open for one probe at a time, closed by a success.

    Failures answer requests that may have left together, so their time counts from the departure
    of the first; answers to what left before it opened do not count as probes.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        seconds: float = FAILING_SECONDS,
        pause: float = FIRST_BREAK,
        longest: float = LONGEST_BREAK,
    ) -> None:
        self.failures, self.seconds, self.pause, self.longest = failures, seconds, pause, longest
        self.failed, self.open, self._probe = 0, False, False
        self._since = self._until = self._next = 0.0

    def wait(self, now: float) -> float | None:
        """Seconds until a probe may leave; None while one is under way. Asked while open."""
        if self._probe:
            return None
        return max(self._until - now, SHORTEST_WAIT) if now < self._until else 0.0

    def start(self) -> None:
        """A probe leaves."""
        self._probe = True

    def worked(self, began: float) -> bool:
        """Whether this success closes it."""
        if self.open and began < self._until:
            return False
        closes, self.open, self._probe, self.failed = self.open, False, False, 0
        return closes

    def cancelled(self, began: float) -> None:
        """A probe that was given up leaves room for another."""
        self._probe = self._probe and began < self._until

    def broke(self, now: float, began: float) -> float:
        """Seconds for which this failure opens it; 0 where it does not."""
        if not self.failed:
            self._since, self._next = began, self.pause
        self.failed += 1
        if self.open and began < self._until:
            return 0.0
        if self.failed < self.failures or now - self._since < self.seconds:
            return 0.0
        pause, self._next = self._next, min(2 * self._next, self.longest)
        self.open, self._probe, self._until = True, False, now + pause
        return pause


class Limits:
    """All that decides when a request may leave for one endpoint; times are monotonic seconds."""

    def __init__(
        self,
        ceiling: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        breaker: Breaker | None = None,
        on_change: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.ceiling, self.on_change, self.reason = ceiling, on_change, ""
        self.breaker = breaker or Breaker()
        self._level = Concurrency(ceiling, lambda words: self.on_change(words))
        self._requests = Bucket(requests_per_minute) if requests_per_minute else None
        self._tokens = Bucket(tokens_per_minute) if tokens_per_minute else None
        self._quota_requests, self._quota_tokens = Quota(), Quota()
        self._paused_at, self._paused_until = -math.inf, 0.0
        self._worked_at, self._recent, self._words = -math.inf, 0, ""

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return self._level.in_flight

    @property
    def allowed(self) -> int:
        """Requests that may be under way: one while the breaker is not closed."""
        return 1 if self.breaker.open else self._level.limit

    def broken_since(self, now: float) -> float:
        """Seconds since the endpoint last worked, while the breaker is not closed; else 0."""
        return now - self._worked_at if self.breaker.open else 0.0

    def wait(self, now: float, tokens: float = 0) -> float | None:
        """Seconds until asking again is worth it, 0 to leave now, None until a request ends."""
        if self.breaker.open:
            self.reason = f"the endpoint fails: {self._words}"
            pause = self.breaker.wait(now)
            if pause is None or pause > 0:
                return pause
        elif self._level.in_flight >= self._level.limit:
            self.reason = f"{self._level.limit} requests are under way"
            return None
        if now < self._paused_until:
            self.reason = "the endpoint asked to wait"
            return max(self._paused_until - now, SHORTEST_WAIT)
        if self._requests and (pause := self._requests.wait(now, 1)):
            self.reason = "requests per minute"
        elif self._tokens and (pause := self._tokens.wait(now, tokens)):
            self.reason = "tokens per minute"
        elif now < self._quota_requests.until and (pause := self._quota_requests.wait(now, 1)):
            self.reason = "the endpoint's headers leave no requests"
        elif now < self._quota_tokens.until and (pause := self._quota_tokens.wait(now, tokens)):
            self.reason = "the endpoint's headers leave too few tokens"
        else:
            self.reason = ""
            return 0.0
        return max(pause, SHORTEST_WAIT)

    def start(self, now: float, tokens: float = 0) -> None:
        """A request leaves; `tokens` is an estimate of what goes in and comes out."""
        level = self._level
        level.in_flight += 1
        if level.in_flight > level.peak:
            level.peak = level.in_flight
        if self._requests:
            self._requests.take(now, 1)
        if self._tokens:
            self._tokens.take(now, tokens)
        if self.breaker.open:
            self.breaker.start()
            self.on_change("trying the endpoint with one request")

    def done(
        self,
        now: float,
        began: float,
        outcome: Outcome,
        tokens_used: float = 0,
        tokens_estimated: float = 0,
        words: str = "",
    ) -> None:
        """A request that left at `began` ended; `words` say how it failed."""
        self._level.in_flight -= 1
        if self._tokens and tokens_used != tokens_estimated:
            self._tokens.take(now, tokens_used - tokens_estimated)
        if outcome == "ok" or outcome == "refused":
            self._worked_at = now
            self._recent = self._recent << 1 & (1 << RECENT) - 1
            if self.breaker.failed and self.breaker.worked(began):
                self.on_change("the endpoint works again")
                self._level.restart(now)
            if outcome == "ok":
                self._level.done(now, began, True)
        elif outcome == "cancelled":
            self.breaker.cancelled(began)
        else:
            self._failed(now, began, outcome, words)

    def _failed(self, now: float, began: float, outcome: Outcome, words: str) -> None:
        self._words = words
        if self._worked_at == -math.inf:
            self._worked_at = began
        self._recent = (self._recent << 1 | (outcome == "overload")) & (1 << RECENT) - 1
        # What left before the whole endpoint was asked to wait is no news, save a probe's end.
        tells = self.breaker.open or began >= self._paused_at
        if tells and (pause := self.breaker.broke(now, began)):
            self.on_change(
                f"the endpoint failed {self.breaker.failed} requests in a row: {words}; "
                f"trying again in {pause:g} s"
            )
        elif not self.breaker.open:
            self._level.done(now, began, False)

    def retry_after(self, now: float, seconds: float) -> None:
        """An overloaded reply asked to wait: all wait if hardly anything else comes back."""
        crowded = self._recent.bit_count() * 2 >= RECENT
        if crowded and now - self._worked_at >= SILENCE:
            if self._paused_at < self._worked_at:
                self._paused_at = now  # a second pause that did not help is a failure like any
            self._paused_until = now + min(seconds, LONGEST_PAUSE)
            self._level.undo_cuts(now)

    def headers(self, now: float, headers: Mapping[str, str]) -> None:
        """Takes over what a reply says of the rate limits; names are looked up in lower case."""
        for left, reset, of_tokens in QUOTAS:
            if (remaining := headers.get(left)) is not None:
                quota = self._quota_tokens if of_tokens else self._quota_requests
                quota.hear(now, remaining, headers.get(reset))
