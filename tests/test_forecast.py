"""The forecast: what a whole run takes, how sure that is, and what it cannot know."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import pytest

from textsynth.forecast import Forecast, Range, Taken, Use


def use(step: str = "write", **changes: Any) -> Use:
    given: dict[str, Any] = {"model": "m", "tokens_in": 100, "tokens_out": 40, "usd": 0.01}
    given["seconds"] = 2.0
    return Use(step, **(given | changes))


def width(found: Range | None) -> float:
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.point <= found.high
    return found.high - found.low


def test_the_figures_are_those_of_count_over_yield_briefs() -> None:
    taken = [
        Taken(True, [use(), use("judge", model="j", tokens_in=60, tokens_out=1, usd=0.002)]),
        Taken(False, [use(tokens_out=20)]),
        Taken(True, [use(usd=0.03), use("judge", model="j", tokens_in=80, tokens_out=1, usd=0.0)]),
        Taken(False, []),
    ]
    found = Forecast.of(taken, 100)
    assert (found.count, found.taken, found.kept, found.note) == (100, 4, 2, "")
    assert found.briefs is not None
    assert found.rows is not None
    assert found.total is not None
    assert found.total.usd is not None
    # 200 briefs, as half are kept; five requests for four briefs.
    assert (found.briefs.point, found.rows.point) == (200, 100)
    assert found.total.requests.point == pytest.approx(250)
    assert found.total.tokens_in.point == pytest.approx(200 * 440 / 4)
    assert found.total.tokens_out.point == pytest.approx(200 * 102 / 4)
    assert found.total.usd.point == pytest.approx(200 * 0.052 / 4)
    assert found.total.usd == found.total.usd_known
    assert found.total.seconds.point == pytest.approx(500)
    assert found.per_brief.requests.point == pytest.approx(1.25)
    assert [(step.step, step.model) for step in found.steps] == [("write", "m"), ("judge", "j")]
    judge = found.steps[1]
    assert judge.total is not None
    assert judge.total.requests.point == pytest.approx(100)
    assert judge.total.usd_known.point == pytest.approx(0.1)
    assert judge.per_brief.tokens_in.point == pytest.approx(35)
    for figures in (found.total, found.per_brief, judge.total):
        for one in (figures.requests, figures.tokens_in, figures.tokens_out, figures.seconds):
            assert width(one) > 0


def test_the_same_briefs_give_the_same_forecast() -> None:
    taken = [Taken(i % 3 > 0, [use(usd=0.01 * i)]) for i in range(8)]
    state = random.getstate()
    assert Forecast.of(taken, 50) == Forecast.of(taken, 50)
    assert random.getstate() == state


def test_more_briefs_make_it_surer() -> None:
    few, many = ([Taken(i % 4 > 0, [use(usd=0.01 + 0.001 * (i % 5))]) for i in range(k)]
                 for k in (8, 80))  # fmt: skip
    sure, surer = Forecast.of(few, 100), Forecast.of(many, 100)
    assert width(surer.briefs) < 0.5 * width(sure.briefs)
    assert sure.total is not None
    assert surer.total is not None
    assert width(surer.total.usd) < 0.5 * width(sure.total.usd)


def test_all_kept_is_not_taken_for_certain() -> None:
    found = Forecast.of([Taken(True, [use()])] * 5, 100)
    assert found.briefs is not None
    assert found.briefs.high is not None
    assert (found.briefs.point, found.briefs.low) == (100, 100)
    # 5 % of Beta(5.5, 0.5) lie below 0.702.
    assert found.briefs.high == pytest.approx(100 / 0.702, rel=0.05)


def test_without_a_kept_brief_there_is_no_total() -> None:
    found = Forecast.of([Taken(False, [use()])] * 4, 100, brief_limit=520)
    assert (found.briefs, found.rows, found.total, found.seconds(4)) == (None, None, None, None)
    assert [step.total for step in found.steps] == [None]
    assert found.per_brief.tokens_in.point == 100
    assert found.note == (
        "none of 4 briefs was kept, so how many a run takes is not known; "
        "it gives up after 520 briefs"
    )


def test_one_brief_has_no_range() -> None:
    found = Forecast.of([Taken(True, [use()])], 100)
    assert found.briefs == Range(100, None, None)
    assert found.per_brief.tokens_out == Range(40, None, None)
    assert found.note == "one brief does not show how much the others differ"
    assert found.seconds(10) == Range(20, None, None)


def test_no_brief_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one brief"):
        Forecast.of([], 100)


def test_an_unknown_price_leaves_the_total_unknown_and_the_rest_known() -> None:
    taken = [Taken(True, [use(), use("judge", model="new", usd=None)])] * 3
    found = Forecast.of(taken, 100)
    assert found.total is not None
    assert found.total.usd is None
    assert found.per_brief.usd is None
    assert found.total.usd_known.point == pytest.approx(1.0)
    write, judge = (step.total for step in found.steps)
    assert write is not None
    assert judge is not None
    assert write.usd == write.usd_known
    assert judge.usd is None
    assert judge.usd_known.point == 0
    assert found.note == "the price is not known of new"


def test_a_run_takes_no_more_briefs_than_it_may() -> None:
    taken = [Taken(i % 4 == 0, [use()]) for i in range(20)]
    found = Forecast.of(taken, 100, brief_limit=200)
    assert found.briefs is not None
    assert found.rows is not None
    assert found.rows.high is not None
    assert found.total is not None
    assert (found.briefs.point, found.briefs.high) == (200, 200)
    assert (found.rows.point, found.total.requests.point) == (50, 200)
    assert 50 < found.rows.high < 100
    assert found.note == (
        "100 rows would take about 400 briefs, and the run gives up after 200 with about 50 rows"
    )
    assert Forecast.of(taken, 100, brief_limit=5000).note == ""


def test_seconds_are_shared_by_the_requests_at_once() -> None:
    found = Forecast.of([Taken(i > 0, [use(seconds=float(i))]) for i in range(1, 6)], 60)
    one, ten, many = (found.seconds(at_once) for at_once in (1, 10, 10_000))
    assert one is not None
    assert ten is not None
    assert many is not None
    assert one.point == pytest.approx(180)
    assert astuple(ten) == pytest.approx([figure / 10 for figure in astuple(one)])
    assert many.point == pytest.approx(3)  # what one request takes: it cannot be shared


def test_a_step_of_few_briefs_may_as_well_not_come_up() -> None:
    taken = [Taken(True, [use(), *([use("repair")] if i == 0 else [])]) for i in range(4)]
    found = Forecast.of(taken, 100)
    repair = found.steps[1].total
    assert repair is not None
    assert repair.requests.low == 0
    assert width(repair.requests) > 50


def test_it_is_plain_json() -> None:
    taken = [Taken(True, [use()]), Taken(False, [use(usd=None)])]
    row = Forecast.of(taken, 10).to_json()
    assert json.loads(json.dumps(row)) == row | {"steps": list(row["steps"])}
    assert row["briefs"]["point"] == 20
    assert row["total"]["usd"] is None
    assert row["total"]["usd_known"]["point"] == pytest.approx(0.1)
    assert row["steps"][0]["step"] == "write"


def held(share: float, k: int, sigma: float, previews: int) -> float:
    """How often the range holds the true total, over previews of k briefs; no total: left out."""
    rng = random.Random(f"{share} {k} {sigma}")
    hits = counted = 0
    truth = 1000 / share
    for _ in range(previews):
        found = Forecast.of(preview(rng, share, k, sigma), 1000, resamples=200)
        if found.total is None:
            continue
        low, high = found.total.usd_known.low, found.total.usd_known.high
        assert low is not None
        assert high is not None
        counted += 1
        hits += low <= truth <= high
    return hits / counted


def preview(rng: random.Random, share: float, k: int, sigma: float) -> Sequence[Taken]:
    """Briefs of log-normal cost, mean 1."""
    return [
        Taken(rng.random() < share, [use(usd=rng.lognormvariate(-(sigma**2) / 2, sigma))])
        for _ in range(k)
    ]


@pytest.mark.parametrize("k", [5, 20])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_nine_of_ten_ranges_hold_the_true_total(share: float, k: int) -> None:
    assert 0.85 <= held(share, k, 0.5, 150) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("sigma", [0.5, 1.0])
@pytest.mark.parametrize("k", [3, 5, 20, 50])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_the_ranges_hold_as_often_as_it_says(share: float, k: int, sigma: float) -> None:
    low, high = (0.85, 0.98) if sigma == 0.5 else (0.83, 0.93)
    assert low <= held(share, k, sigma, 500) <= high


def test_the_range_of_one_brief_holds_its_true_mean_from_five_briefs_on() -> None:
    rng, hits = random.Random(5), 0
    for _ in range(300):
        found = Forecast.of(preview(rng, 0.7, 5, 0.5), 1000, resamples=200).per_brief.usd_known
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 1 <= found.high
    # The percentiles of plain resamples hold it in 77 %.
    assert 0.85 <= hits / 300 <= 0.95
