"""Scores of a filter: the histogram, where the threshold is, and what another would keep."""

from __future__ import annotations

from typing import Any

import pytest

from textsynth.thresholds import BINS, Scores

ALL, ONE_DROPS, SOME = 1, 0, 2


def scores(*rows: tuple[float | None, bool, int]) -> Scores:
    found = Scores()
    for row in rows:
        found.add(*row)
    return found


GRADES = scores(*((n / 2, n / 2 >= 3.5, ALL) for n in range(11)))
LIKENESS = scores(*((n / 10, n / 10 < 0.7, ALL) for n in range(11)))


def test_bars_hold_every_score_once() -> None:
    bars = GRADES.bars()
    assert len(bars) == BINS
    assert sum(bar.passed for bar in bars) == 4
    assert sum(bar.dropped for bar in bars) == 7
    assert (bars[0].low, bars[-1].high) == (0.0, 5.0)
    assert bars[-1].passed == 1
    assert scores((1.0, True, ALL), (1.0, True, ALL)).bars() == []


@pytest.mark.parametrize(
    ("found", "options", "expected"),
    [
        (GRADES, {"at_least": 3.5, "panel": 2, "strict": True}, (3.5, False)),
        (LIKENESS, {"threshold": 0.7, "words": 5}, (0.7, True)),
        (LIKENESS, {"other": 0.2}, None),
        (scores((1.0, False, ALL), (5.0, True, ALL), (9.0, False, ALL)), {"low": 2, "high": 8},
         None),
    ],
    ids=["low is bad", "high is bad", "no option fits", "two limits"],
)  # fmt: skip
def test_the_option_that_parts_kept_from_dropped(
    found: Scores, options: dict[str, Any], expected: tuple[float, bool] | None
) -> None:
    assert found.threshold(options) == expected


def test_kept_rows_at_other_thresholds_are_those_of_running_it_so() -> None:
    rows = [(n / 20, n / 20 < 0.7, n % 3 != 0) for n in range(100)]
    found = scores(*((score, keep, ALL if others else ONE_DROPS) for score, keep, others in rows))
    told, why = found.what_if({"threshold": 0.7}, free=True)
    assert why == ""
    assert len(told) == 6
    for one in told:
        kept = sum(1 for score, _, others in rows if score < one.threshold and others)
        assert one.least == one.most == kept
    assert [one.threshold for one in told if one.now] == [0.7]


def test_rows_that_a_later_filter_has_not_seen_may_be_kept_or_not() -> None:
    found = scores((0.2, True, ALL), (0.9, False, SOME), (0.95, False, ONE_DROPS))
    told, _ = found.what_if({"threshold": 0.5}, free=True)
    highest = told[-1]
    assert highest.threshold == 0.9
    assert (highest.least, highest.most) == (1, 1)
    wide = scores((0.2, True, ALL), (0.6, False, SOME), *[(0.9, False, SOME)] * 30)
    told, _ = wide.what_if({"threshold": 0.5}, free=True)
    assert (told[-1].threshold, told[-1].least, told[-1].most) == (0.9, 1, 2)


@pytest.mark.parametrize(
    ("found", "free", "words"),
    [
        (scores((None, True, ALL)), True, "gives no scores"),
        (scores((0.9, False, ALL), (None, True, ALL)), True, "only some of the rows"),
        (LIKENESS, False, "depends on the rows before"),
        (scores((0.1, True, ALL), (0.2, False, ALL), (0.3, True, ALL)), True, "no single number"),
    ],
    ids=["none", "some", "memory", "two sides"],
)
def test_what_cannot_be_told_says_why(found: Scores, free: bool, words: str) -> None:
    told, why = found.what_if({"threshold": 0.7}, free)
    assert told == []
    assert words in why
