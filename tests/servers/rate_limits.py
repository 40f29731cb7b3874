"""Rate limits of the test chat server: requests and tokens a minute, and how 429 says so."""

from __future__ import annotations

import math
import time
from email.utils import formatdate

from .bodies import ApiError, Job
from .faults import Faults

_UNITS = {"requests": "requests per min (RPM)", "tokens": "tokens per min (TPM)"}


def _duration(seconds: float) -> str:
    """Write seconds as OpenAI does: 120ms, 1.2s, 1m0s."""
    milliseconds = math.ceil(seconds * 1000)
    if 0 < milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    return (f"{minutes}m" if minutes else "") + f"{rest / 1000:g}s"


def retry_lines(error: ApiError, faults: Faults) -> str:
    """Return the header lines that tell a client when to come back; empty when none do."""
    wait = faults.retry_after if error.wait is None else error.wait
    if wait is None:
        return ""
    if faults.retry_after_date:
        date = formatdate(math.ceil(time.time() + wait), usegmt=True)
        return f"Retry-After: {date}\r\n"
    # A limit's wait is never a whole number: like OpenAI, round it up in the standard header.
    seconds = f"{wait:g}" if error.wait is None else str(math.ceil(wait))
    return f"Retry-After: {seconds}\r\nretry-after-ms: {wait * 1000:g}\r\n"


class _Bucket:
    """An allowance that is full at first and fills up again evenly within a minute."""

    def __init__(self, limit: int, now: float) -> None:
        self.limit = limit
        self.level = float(limit)
        self._seen = now

    def fill(self, now: float) -> None:
        """Add what has come since the last call."""
        self.level = min(self.limit, self.level + (now - self._seen) * self.limit / 60.0)
        self._seen = now

    def seconds_until(self, level: float) -> float:
        """Return the seconds until the level is reached."""
        return max(0.0, level - self.level) * 60.0 / self.limit


class RateLimiter:
    """The allowances of one server."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def take(self, faults: Faults, job: Job, now: float) -> str:
        """Return the header lines of a request's answer; `ApiError` when it is beyond a limit.

        `now` is the event loop's time. What is refused takes nothing from the allowances.
        """
        wanted: dict[str, float] = {"requests": 1, "tokens": job.tokens}
        limits = {"requests": faults.requests_per_minute, "tokens": faults.tokens_per_minute}
        buckets: dict[str, _Bucket] = {}
        for name, limit in limits.items():
            if limit is not None:
                bucket = self._buckets.get(name)
                if bucket is None or bucket.limit != limit:
                    bucket = self._buckets[name] = _Bucket(limit, now)
                bucket.fill(now)
                buckets[name] = bucket
        for name, bucket in buckets.items():
            if wanted[name] > bucket.level:
                raise _beyond(name, bucket, wanted[name], str(job.request["model"]))
        for name, bucket in buckets.items():
            bucket.level -= wanted[name]
        return "".join(_lines(name, bucket) for name, bucket in buckets.items())


def _beyond(name: str, bucket: _Bucket, wanted: float, model: str) -> ApiError:
    message = f"Limit {bucket.limit}, Requested {wanted:g}"
    if wanted > bucket.limit:
        # No wait is long enough, so none is named.
        message = f"Request too large for {model} on {_UNITS[name]}: {message}."
        error = ApiError(429, message, "rate_limit_exceeded", kind=name)
    else:
        wait = bucket.seconds_until(wanted)
        message = f"Rate limit reached for {model} on {_UNITS[name]}: {message}."
        message += f" Please try again in {_duration(wait)}."
        error = ApiError(429, message, "rate_limit_exceeded", kind=name)
        error.wait = wait
    error.headers = _lines(name, bucket)
    return error


def _lines(name: str, bucket: _Bucket) -> str:
    return (
        f"x-ratelimit-limit-{name}: {bucket.limit}\r\n"
        f"x-ratelimit-remaining-{name}: {int(bucket.level)}\r\n"
        f"x-ratelimit-reset-{name}: {_duration(bucket.seconds_until(bucket.limit))}\r\n"
    )
