"""Rates, headers, the breaker and the gate, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from textsynth.limits import Breaker, Limits, Outcome
from textsynth.rates import Bucket


@pytest.mark.parametrize(("per_minute", "amount"), [(60, 1), (6000, 1), (90_000, 700), (10, 1)])
def test_no_minute_gets_more_than_the_rate_and_the_burst(per_minute: float, amount: int) -> None:
    bucket, now = Bucket(per_minute), 1000.0
    left: list[float] = []
    while now < 1300:
        if pause := bucket.wait(now, amount):
            now += pause + 1e-9
            continue
        bucket.take(now, amount)
        left.append(now)
    most = max(sum(t <= u < t + 60 for u in left) for t in left[:: len(left) // 50 + 1])
    assert most * amount <= per_minute + max(per_minute / 12, 2 * amount)
    assert len(left) * amount >= 4.9 * per_minute
    assert sum(t < 1010 for t in left) * amount <= per_minute / 4 + amount  # no stampede


def test_an_estimate_is_corrected_by_what_was_used() -> None:
    saved, wasted = (Limits(99, tokens_per_minute=6000) for _ in "ab")
    for limits, used in ((saved, 100), (wasted, 2000)):
        limits.start(0, 500)
        assert limits.wait(0, 500) == pytest.approx(5.0)
        assert limits.reason == "tokens per minute"
        limits.done(1, 0, "ok", used, 500)
    assert saved.wait(1, 500) == 0
    assert wasted.wait(1, 500) == pytest.approx(19.0)


def test_a_request_over_the_budget_of_a_minute_leaves_and_is_paid_off() -> None:
    limits = Limits(9, requests_per_minute=600, tokens_per_minute=6000)
    assert limits.wait(0, 30_000) == 0
    limits.start(0, 30_000)
    assert limits.wait(0, 1) == pytest.approx(295.01)
    assert limits.wait(295.1, 1) == 0


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("1s", 1), ("6m0s", 360), ("120ms", 0.12), ("1h2m3s", 600), ("1m0.5s", 60.5), ("20", 20),
        ("0", 0), ("0s", 0), ("-5", 0), ("soon", 0), ("", 0), ("1.2.3s", 0), ("inf", 600),
        ("nan", 0), (None, 0),
    ],
)  # fmt: skip
def test_no_requests_left_waits_for_the_reset(reset: str | None, seconds: float) -> None:
    for remaining, name in (
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ):
        limits = Limits(8)
        limits.headers(100, {remaining: "0", **({name: reset} if reset is not None else {})})
        assert limits.wait(100) == pytest.approx(seconds)
        assert limits.wait(100 + seconds) == 0


def test_too_few_tokens_left_waits_unless_the_request_is_small() -> None:
    limits = Limits(8)
    limits.headers(0, {"x-ratelimit-remaining-tokens": "300", "x-ratelimit-reset-tokens": "9s"})
    assert limits.wait(1, 200) == 0
    assert limits.wait(1, 301) == 8
    assert "headers" in limits.reason


def test_a_reset_may_be_a_time() -> None:
    at = (datetime.now(UTC) + timedelta(seconds=30)).isoformat().replace("+00:00", "Z")
    limits, name = Limits(8), "anthropic-ratelimit-requests-"
    limits.headers(0, {f"{name}remaining": "0", f"{name}reset": at})
    assert limits.wait(0) == pytest.approx(30, abs=5)


def test_an_older_answer_does_not_lift_what_a_newer_one_said() -> None:
    limits = Limits(8)
    for now, left, reset in ((0.0, "0", "10"), (0.1, "3", "9.9"), (0.2, "many", "5")):
        limits.headers(now, {"ratelimit-remaining": left, "ratelimit-reset": reset})
    assert limits.wait(1) == 9
    limits.headers(1, {"ratelimit-remaining": "60", "ratelimit-reset": "60"})
    assert limits.wait(1) == 0


def failing(limits: Limits, times: int, began: float, now: float) -> None:
    """So many requests that leave at `began` and fail at `now`."""
    for _ in range(times):
        limits.start(began)
    for _ in range(times):
        limits.done(now, began, "overload", words="503")


def test_the_breaker_needs_ten_in_a_row_and_some_time() -> None:
    quick, few, mixed, burst = (Limits(64) for _ in range(4))
    failing(quick, 64, 0.0, 0.1)
    failing(few, 9, 0.0, 30.0)
    failing(mixed, 9, 0.0, 30.0)
    mixed.start(30)
    mixed.done(31, 30, "refused")
    failing(mixed, 9, 31.0, 60.0)
    failing(burst, 64, 0.0, 3.0)
    assert [one.broken_since(60) > 0 for one in (quick, few, mixed, burst)] == [0, 0, 0, 1]
    assert burst.allowed == 1
    assert burst.wait(4) == 4.0


def test_what_left_before_a_pause_does_not_open_the_breaker() -> None:
    limits = Limits(64)
    for _ in range(40):
        limits.start(0.0)
    for now in [1.5] * 20 + [3.0] * 20:
        limits.done(now, 0.0, "overload")
        limits.retry_after(now, 9.0)
    assert limits.broken_since(3.0) == 0
    assert limits.wait(3.0) == 9.0


@pytest.mark.parametrize("ending", ["ok", "refused", "fault", "cancelled"])
def test_one_probe_decides(ending: Outcome) -> None:
    limits = Limits(64, breaker=Breaker(failures=3, seconds=0, pause=0.5, longest=0.8))
    for _ in range(4):
        limits.start(0)
    failing(limits, 3, 0.0, 1.0)
    assert limits.wait(1.0) == 0.5
    limits.done(1.2, 0.0, "ok")  # it had left before, and says nothing of new requests
    assert limits.broken_since(1.3) == pytest.approx(0.1)
    assert limits.wait(1.5) == 0
    limits.start(1.5)
    assert limits.wait(9.0) is None
    limits.done(2.0, 1.5, ending)
    assert limits.wait(2.0) == {"fault": pytest.approx(0.8)}.get(ending, 0)
    assert limits.allowed == (16 if ending in ("ok", "refused") else 1)


def test_a_probe_that_is_asked_to_wait_still_ends() -> None:
    """A refusal with Retry-After, told before the probe's end, leaves no probe out for ever."""
    limits = Limits(4, breaker=Breaker(failures=2, seconds=0.0, pause=1.0))
    for now in (1.0, 2.0):
        limits.start(now)
        limits.done(now + 0.5, now, "overload")
    assert limits.wait(2.6) not in (0.0, None)
    now = 10.0
    assert limits.wait(now) == 0.0
    limits.start(now)
    limits.retry_after(now + 0.1, 1.0)
    limits.done(now + 0.1, now, "overload")
    assert limits.in_flight == 0
    assert limits.wait(now + 100.0) == 0.0
