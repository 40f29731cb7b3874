"""How the batches of the test chat server go, and what goes wrong with them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b

ENDS = ("completed", "expired", "cancelled", "failed")
# Settings that say how often something happens still: they count down as it does.
COUNTED = ("fail_first", "truncate_output", "create_then_reset")


def chance(seed: int, *words: object) -> float:
    """Return a number from 0 to 1 that depends on the seed and the words alone."""
    text = ":".join(map(str, (seed, *words)))
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return float(struct.unpack("<Q", digest)[0] / 2.0**64)


@dataclass(frozen=True, slots=True)
class BatchBehaviour:
    """How long batches take, how they end, and what fails; a `rate_` is a probability.

    It holds for batches under way too: each looks anew at every step. The rates of a group
    exclude each other, so that each group sums to at most 1.

    validating, in_progress, finalizing: seconds that a batch stays in that status; one that
        is cancelled stays in `cancelling` for the seconds of finalizing.
    hold: batches stay in progress, with `finish_share` of their lines finished, until it is
        False again.
    end: how batches end of themselves; failed is settled while they are validated. A client
        that cancels one is obeyed all the same.
    finish_share: share of the lines, rounded, that are finished when a batch expires or is
        cancelled while in progress. The rest of a batch is worked off as that status ends.
    rate_error_400, rate_error_500, rate_error_429: of one line; drawn from (seed, request
        hash, times batches have worked on this request), so that asking again draws anew.
    fail_first: how many of the batches made next end as failed, with `fail_code`.
    fail_code: error code of those, and of all when `end` is "failed".
    truncate_output: how many of the next downloads of a file's content are cut short.
    create_then_reset: how many of the next batches are made, but with the connection reset
        in place of an answer.
    rate_api_500, rate_api_429, rate_api_reset: of one call of /v1/files or /v1/batches, before
        anything is done; drawn from (seed, number of the call).
    """

    validating: float = 0.05
    in_progress: float = 0.05
    finalizing: float = 0.05
    hold: bool = False
    end: str = "completed"
    finish_share: float = 0.5
    rate_error_400: float = 0.0
    rate_error_500: float = 0.0
    rate_error_429: float = 0.0
    fail_first: int = 0
    fail_code: str = "token_limit_exceeded"
    truncate_output: int = 0
    create_then_reset: int = 0
    rate_api_500: float = 0.0
    rate_api_429: float = 0.0
    rate_api_reset: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that cannot be meant."""
        lines = (self.rate_error_400, self.rate_error_500, self.rate_error_429)
        calls = (self.rate_api_500, self.rate_api_429, self.rate_api_reset)
        if not all(0.0 <= rate <= 1.0 for rate in (*lines, *calls, self.finish_share)):
            raise ValueError("each rate and finish_share must be from 0 to 1")
        if max(sum(lines), sum(calls)) > 1.0 + 1e-9:
            raise ValueError("rates that exclude each other sum to more than 1")
        if min(self.validating, self.in_progress, self.finalizing) < 0.0:
            raise ValueError("seconds must not be negative")
        if self.end not in ENDS:
            raise ValueError(f"end must be one of {', '.join(ENDS)}")
        for name in COUNTED:
            count = getattr(self, name)
            if type(count) is not int or count < 0:
                raise ValueError(f"{name} must be a whole number")

    def line_fault(self, key: str, seen: int) -> int | None:
        """Return the HTTP status that a line fails with, or None."""
        which = chance(self.seed, "line", key, seen)
        for status in (400, 500, 429):
            rate = float(getattr(self, f"rate_error_{status}"))
            if which < rate:
                return status
            which -= rate
        return None

    def call_fault(self, number: int) -> str | None:
        """Return what becomes of a call of the API: `500`, `429`, `reset` or None."""
        which = chance(self.seed, "call", number)
        for name in ("500", "429", "reset"):
            rate = float(getattr(self, f"rate_api_{name}"))
            if which < rate:
                return name
            which -= rate
        return None
