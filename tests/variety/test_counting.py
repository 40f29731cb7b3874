"""Counting in bounded memory: exact while it fits, near the truth beyond, the same each time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from textsynth.variety.counting import Distinct, Frequent, Picked, chao1
from textsynth.variety.grams import mix


def numbers(count: int, of: int, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    drawn = np.random.default_rng(seed).integers(0, of, count)
    return mix(drawn.astype(np.uint64) + np.uint64(1))


def test_what_fits_is_counted_exactly() -> None:
    things, found = numbers(2000, 900), Distinct(1000)
    for start in range(0, 2000, 300):
        found.add(things[start : start + 300])
    often = Counter(Counter(things.tolist()).values())
    assert found.exact
    assert (found.total, found.different) == (2000, sum(often.values()))
    assert (found.times(1), found.times(2)) == (often[1], often[2])
    assert found.unseen == often[1] / 2000


def test_what_does_not_fit_is_near_the_truth_and_depends_on_no_batches() -> None:
    things, one, other = numbers(300_000, 200_000), Distinct(4096), Distinct(4096)
    one.add(things)
    for start in range(0, 300_000, 7001):
        other.add(things[start : start + 7001])
    often = Counter(Counter(things.tolist()).values())
    assert not one.exact
    assert one.different == other.different
    assert one.times(1) == other.times(1)
    assert one.different == pytest.approx(sum(often.values()), rel=0.05)
    assert one.times(1) == pytest.approx(often[1], rel=0.08)


def test_good_turing_tells_how_often_something_new_comes() -> None:
    things, found = numbers(20_000, 30_000), Distinct()
    found.add(things)
    seen = set(things.tolist())
    later = numbers(20_000, 30_000, seed=2).tolist()
    assert found.unseen == pytest.approx(sum(x not in seen for x in later) / 20_000, abs=0.02)
    assert found.in_all == pytest.approx(30_000, rel=0.1)


def test_chao_needs_nothing_that_came_twice() -> None:
    assert chao1(5, 5, 0) == 15
    assert chao1(30, 20, 4) is None
    assert chao1(10, 0, 3) == 10


def test_a_sample_is_even_and_a_smaller_one_is_part_of_it() -> None:
    large, small = Picked[int](400, seed=3), Picked[int](40, seed=3)
    for row in range(20_000):
        for picked in (large, small):
            if picked.wants():
                picked.add(row)
            else:
                picked.skip()
    assert small.rows() == large.rows()[:40]
    assert len(set(large.rows())) == 400
    assert sum(large.rows()) / 400 == pytest.approx(10_000, rel=0.08)
    assert small.rows() != sorted(small.rows())


def test_frequent_words_survive_what_is_forgotten() -> None:
    found = Frequent(most=50)
    for number in range(5000):
        found.add("often" if number % 5 == 0 else f"once {number}")
    (word, rows), *_ = found.top(1)
    assert word == "often"
    assert 1000 - found.forgotten <= rows <= 1000
    assert found.total == 5000
