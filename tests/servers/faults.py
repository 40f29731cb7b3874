"""What the test chat server is told to do wrong, and how each fault is drawn."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b

_DRAWN = ("429", "500", "reset", "truncated", "invalid_json", "hang")


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, and how often; a `rate_` is a probability from 0 to 1.

    The rates other than `rate_slow_stream` exclude each other, so their sum is at most 1.
    Each request draws from (seed, request hash, times this request was seen): a retry draws
    anew, and the same sequence of requests always meets the same faults.

    retry_after: seconds, sent with every 429 as `Retry-After` and `retry-after-ms`.
    retry_after_date: say it as an HTTP date in `Retry-After` alone.
    requests_per_minute, tokens_per_minute: limits on requests for generation, each an allowance
        that is full at first and fills up again evenly; what is beyond it gets 429 with the
        wait. Tokens are those of the prompt and all that `max_tokens` lets be made.
    hang_seconds: seconds until a hanging connection is closed without an answer.
    slow_stream_seconds: seconds between the pieces of a slow stream.
    max_in_flight: requests at work at once; those beyond it get 429.
    fail_all: HTTP status that every request under /v1 gets.
    context_length: characters of prompt beyond which 400 is answered.
    """

    rate_429: float = 0.0
    rate_500: float = 0.0
    rate_reset: float = 0.0
    rate_truncated: float = 0.0
    rate_invalid_json: float = 0.0
    rate_hang: float = 0.0
    rate_slow_stream: float = 0.0
    retry_after: float | None = None
    retry_after_date: bool = False
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    hang_seconds: float = 60.0
    slow_stream_seconds: float = 0.05
    max_in_flight: int | None = None
    fail_all: int | None = None
    context_length: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that cannot be meant."""
        rates = [self.rate(name) for name in _DRAWN]
        if not all(0.0 <= rate <= 1.0 for rate in [*rates, self.rate_slow_stream]):
            raise ValueError("each rate must be from 0 to 1")
        if sum(rates) > 1.0 + 1e-9:
            raise ValueError("the rates of faults that exclude each other sum to more than 1")
        if min(self.retry_after or 0.0, self.hang_seconds, self.slow_stream_seconds) < 0.0:
            raise ValueError("seconds must not be negative")
        for limit in (self.max_in_flight, self.context_length):
            if limit is not None and (type(limit) is not int or limit < 0):
                raise ValueError("max_in_flight and context_length must be whole numbers")
        for limit in (self.requests_per_minute, self.tokens_per_minute):
            if limit is not None and (type(limit) is not int or limit < 1):
                raise ValueError("limits a minute must be whole numbers from 1")
        if self.fail_all is not None and not 400 <= self.fail_all <= 599:
            raise ValueError("fail_all must be an HTTP status from 400 to 599")

    def rate(self, name: str) -> float:
        """Return the probability of one drawn fault, such as `429` or `hang`."""
        return float(getattr(self, "rate_" + name))

    @property
    def draws(self) -> bool:
        """Whether any fault is left to chance."""
        # Spelled out because every request asks: a loop over names costs four times as much.
        return bool(
            self.rate_429
            or self.rate_500
            or self.rate_reset
            or self.rate_truncated
            or self.rate_invalid_json
            or self.rate_hang
            or self.rate_slow_stream
        )

    def draw(self, key: str, seen: int) -> tuple[str | None, bool, float]:
        """Return (fault or None, slow stream or not, jitter number from 0 to 1)."""
        digest = blake2b(f"{self.seed}:{key}:{seen}".encode(), digest_size=24).digest()
        which, slow, jitter = (n / 2.0**64 for n in struct.unpack("<QQQ", digest))
        fault = None
        for name in _DRAWN:
            rate = self.rate(name)
            if which < rate:
                fault = name
                break
            which -= rate
        return fault, slow < self.rate_slow_stream, jitter
