"""The budget: what may be written, when requests may leave, and where a run ends."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import pytest
from pydantic import ValidationError

from textsynth.budget import Budget, Purse


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (20, "write for example `budget: {usd: 20}`"),
        ("20", "write for example `budget: {usd: 20}`"),
        (None, "write for example `budget: {usd: 20}`"),
        ({}, "a budget needs a limit: usd, tokens or minutes"),
        ({"usd": None}, "a budget needs a limit: usd, tokens or minutes"),
        ({"usd": 0}, "greater than 0"),
        ({"tokens": -5}, "greater than 0"),
        ({"minutes": 0.0}, "greater than 0"),
        ({"usd": float("inf")}, "finite"),
        ({"minutes": float("nan")}, "finite"),
        ({"tokens": 1.5}, "valid integer"),
        ({"usd": True}, "YAML reads yes, no, on and off"),
        ({"tokens": True}, "YAML reads yes, no, on and off"),
        ({"dollars": 20}, "Extra inputs"),
    ],
)
def test_a_budget_that_says_nothing_clear_is_refused(raw: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Budget.model_validate(raw)
    assert words in str(caught.value)


def test_a_budget_has_one_limit_or_several_and_says_what_they_are() -> None:
    assert Budget.model_validate({"usd": 20}) == Budget(usd=20.0)
    both = Budget(usd=0.5, tokens=1_000_000, minutes=30)
    assert Budget.model_validate(both) is both
    assert all(field.description for field in Budget.model_fields.values())


def test_the_first_requests_leave_before_anything_is_known() -> None:
    purse = Purse(Budget(usd=1, tokens=100_000), 0.0, 0, 0.0)
    for _ in range(100):
        assert purse.may_spend(0.0)
        purse.leave()
    assert purse.verdict(0.0) == ""


def test_a_request_waits_while_twice_what_is_under_way_may_not_fit() -> None:
    purse = Purse(Budget(usd=10), 0.0, 0, 0.0)
    for _ in range(2):
        purse.leave()
    purse.paid(1.0, 0)  # 1 spent, 1 under way: 1 + 2 x (n + 1) must fit into 10
    left = 1
    while purse.may_spend(0.0):
        purse.leave()
        left += 1
    assert left == 4
    assert purse.verdict(0.0) == ""
    purse.back()
    assert purse.may_spend(0.0)


def test_alone_a_request_leaves_if_it_fits_and_else_the_purse_closes_for_good() -> None:
    purse = Purse(Budget(usd=1.0), 0.0, 0, 0.0)
    for cost in (0.3, 0.3, 0.3):
        assert purse.may_spend(0.0)
        purse.leave()
        purse.paid(cost, 0)
    assert not purse.may_spend(0.0)
    closed = "the budget of $1.00 is used up: $0.9000 spent, and one more request takes about "
    assert purse.verdict(0.0) == closed + "$0.3000"
    # Also a request that is known to be cheap does not open it again.
    assert not purse.may_spend(0.0, key="cheap")


def test_requests_that_fill_the_budget_to_the_cent_all_leave() -> None:
    purse = Purse(Budget(usd=0.3), 0.0, 0, 0.0)
    paid = 0
    while purse.may_spend(0.0):
        purse.leave()
        purse.paid(0.1, 0)
        paid += 1
    assert paid == 3
    assert purse.verdict(0.0) == "the budget of $0.3000 is used up: $0.3000 spent"


def test_each_step_is_expected_to_use_its_own_mean() -> None:
    purse = Purse(Budget(usd=100), 0.0, 0, 0.0)
    for key, cost in (("write", 40.0), ("judge", 1.0)):
        purse.leave(key=key)
        purse.paid(cost, 0, key)
    assert purse.may_spend(0.0, key="judge")
    purse.leave(key="judge")
    assert purse.may_spend(0.0, key="judge")
    assert not purse.may_spend(0.0, key="write")
    assert purse.verdict(0.0) == ""
    # A step without a reply is expected to use what the others do, 20.50 on average.
    assert purse.may_spend(0.0, key="new")
    purse.leave(key="new")
    assert not purse.may_spend(0.0, key="new")


def test_tokens_are_estimated_until_replies_tell() -> None:
    purse = Purse(Budget(tokens=10_000), 0.0, 0, 0.0)
    for _ in range(2):
        assert purse.may_spend(0.0, 2_000)
        purse.leave(2_000)
    assert not purse.may_spend(0.0, 2_000)
    purse.paid(0.5, 500)
    assert purse.may_spend(0.0, 2_000)
    purse.leave(2_000)
    for tokens in (9_400, 0):
        purse.paid(None, tokens)  # under a budget of tokens the price does not matter
    assert not purse.may_spend(0.0, 2_000)
    words = "the budget of 10,000 tokens is used up: 9,900 used, and one more request takes about "
    assert purse.verdict(0.0) == words + "3,300"


def test_minutes_count_from_this_start() -> None:
    purse = Purse(Budget(minutes=1.5), None, 10**9, 1000.0)
    assert purse.may_spend(1089.9)
    purse.leave()
    assert purse.verdict(1089.9) == ""
    assert not purse.may_spend(1090.0)
    assert purse.verdict(1090.0) == (
        "the budget of 1.5 minutes is used up, and 1 request under way"
    )
    purse.back()
    assert purse.verdict(1000.0) == "the budget of 1.5 minutes is used up"


def test_what_is_under_way_is_named_when_a_reply_breaks_the_budget() -> None:
    purse = Purse(Budget(usd=20), 0.0, 0, 0.0)
    for _ in range(13):
        purse.leave()
    purse.paid(20.0, 0)
    assert not purse.may_spend(0.0)
    words = "the budget of $20.00 is used up: $20.00 spent, and 12 requests under way"
    assert purse.verdict(0.0) == words


@pytest.mark.parametrize("earlier", [0.0, None], ids=["a-reply", "an-earlier-start"])
def test_an_unknown_price_ends_a_budget_of_dollars(earlier: float | None) -> None:
    purse = Purse(Budget(usd=20), earlier, 0, 0.0)
    if earlier is not None:
        assert purse.may_spend(0.0)
        purse.leave()
        purse.paid(None, 100)
    assert not purse.may_spend(0.0)
    words = "the budget of $20.00 cannot be kept: the price of the model is unknown"
    assert purse.verdict(0.0) == words


def test_earlier_starts_count_and_tell_what_a_request_costs() -> None:
    assert not Purse(Budget(usd=20), 20.0, 0, 0.0).may_spend(0.0)
    assert not Purse(Budget(tokens=50), 0.0, 50, 0.0).may_spend(0.0)
    # What 1,000 requests cost on average, 2 cents, does not fit into the cent that is left.
    known = Purse(Budget(usd=20), 19.99, 0, 0.0, spent_requests=1000)
    assert not known.may_spend(0.0)
    assert "one more request takes about $0.0200" in known.verdict(0.0)


def test_what_earlier_starts_spent_is_no_cost_of_the_first_reply() -> None:
    purse = Purse(Budget(usd=20), 15.0, 0, 0.0)
    purse.leave(key="a")
    purse.paid(0.01, 0, "a")
    assert purse.may_spend(0.0, key="b")


@dataclass(frozen=True)
class End:
    """How a simulated run ended, in the mean cost of a request."""

    spent: float
    last: float
    """What the requests cost that were under way right after the last one left."""


Lasts = Callable[[random.Random, float], float]


def simulated(seed: int, budget: float, at_once: int, lasts: Lasts, sigma: float = 0.5) -> End:
    """A run of requests of log-normal cost, mean 1, that ends by its budget."""
    rng = random.Random(seed)
    purse = Purse(Budget(usd=budget), 0.0, 0, 0.0)
    under_way: list[tuple[float, int, float]] = []
    now = spent = last = 0.0
    number = 0
    while True:
        while len(under_way) < at_once and purse.may_spend(now):
            cost = rng.lognormvariate(-(sigma**2) / 2, sigma)
            heapq.heappush(under_way, (now + lasts(rng, cost), number, cost))
            purse.leave()
            number += 1
            last = sum(entry[2] for entry in under_way)
        if not under_way:
            assert purse.verdict(now)
            return End(spent, last)
        now, _, cost = heapq.heappop(under_way)
        spent += cost
        purse.paid(cost, 0)


LASTS: dict[str, Lasts] = {
    "any-time": lambda rng, cost: rng.expovariate(1),
    "long-is-dear": lambda rng, cost: 0.2 + cost,
}


@pytest.mark.parametrize("lasts", LASTS.values(), ids=LASTS)
@pytest.mark.parametrize("at_once", [1, 8, 32, 64])
def test_a_run_ends_close_to_its_budget(at_once: int, lasts: Lasts) -> None:
    ends = [simulated(seed, 200, at_once, lasts) for seed in range(60)]
    assert min(end.spent for end in ends) >= 0.97 * 200
    # From below or within one request of it on average, with up to 64 under way.
    assert -2 <= fmean(end.spent for end in ends) - 200 <= 1


@pytest.mark.parametrize("lasts", LASTS.values(), ids=LASTS)
@pytest.mark.parametrize("budget", [3, 30, 300])
def test_a_run_is_over_by_no_more_than_what_was_under_way(budget: float, lasts: Lasts) -> None:
    ends = [simulated(seed, budget, 32, lasts, sigma=1.2) for seed in range(60)]
    assert any(end.spent > budget for end in ends)
    assert all(end.spent - budget <= end.last for end in ends)
