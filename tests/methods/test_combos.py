"""Choices of sessions and key concepts: their numbers are the paper's, and none comes twice."""

from __future__ import annotations

from itertools import combinations
from math import comb

import pytest

from textsynth.methods._combos import SHAPES, Choice, choice, number_of, of_one, of_two

SIZES = [(3, 5, 1, 6), (5, 5), (4,), (2, 1, 1), (5,) * 10]


def every(sizes: tuple[int, ...]) -> set[Choice]:
    """All choices, by going through all subsets of each session and each pair."""
    found = set()
    for n, m in enumerate(sizes):
        for size in range(1, 6):
            found |= {Choice((n,), (chosen,)) for chosen in combinations(range(m), size)}
    for one, other in combinations(range(len(sizes)), 2):
        m = sizes[one]
        for size in range(2, 6):
            for chosen in combinations(range(m + sizes[other]), size):
                left = tuple(k for k in chosen if k < m)
                right = tuple(k - m for k in chosen if k >= m)
                if left and right:
                    found.add(Choice((one, other), (left, right)))
    return found


@pytest.mark.parametrize(("m", "n"), [(5, 5), (3, 6), (1, 1), (2, 7), (10, 4)])
def test_the_counts_are_those_of_the_paper(m: int, n: int) -> None:
    assert of_one(m) == len(every((m,)))
    assert of_one(5) == 5 + 10 + 10 + 5 + 1
    both = [c for c in every((m, n)) if len(c.sessions) == 2]
    assert of_two(m, n) == len(both)
    assert of_two(5, 5) == sum(comb(10, i) - 2 * comb(5, i) for i in range(2, 6)) == 575


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_difficulties_share_all_choices_out_and_each_comes_once(
    sizes: tuple[int, ...],
) -> None:
    found: set[Choice] = set()
    for difficulty in SHAPES:
        count = number_of(sizes, difficulty)
        if count:
            own = {choice(sizes, difficulty, turn, 1, "s") for turn in range(count)}
            assert len(own) == count
            assert found.isdisjoint(own)
            found |= own
            again = {choice(sizes, difficulty, turn, 1, "s") for turn in range(count, 2 * count)}
            assert again == own
    if sum(sizes) < 30:
        assert found == every(sizes)
    paper = sum(map(of_one, sizes)) + sum(of_two(a, b) for a, b in combinations(sizes, 2))
    assert len(found) == paper


def test_shapes_take_turns_so_that_few_concepts_are_no_rarer_than_many() -> None:
    found = [choice((5,) * 8, "advanced", turn, 2, "s") for turn in range(48)]
    shapes = [(len(c.sessions), sum(map(len, c.concepts))) for c in found]
    assert {shape: shapes.count(shape) for shape in SHAPES["advanced"]} == dict.fromkeys(
        SHAPES["advanced"], 8
    )


def test_a_syllabus_that_is_too_small_gives_none() -> None:
    assert [number_of((1,), difficulty) for difficulty in SHAPES] == [1, 0, 0]
    with pytest.raises(ValueError, match="advanced"):
        choice((1,), "advanced", 0, 1)
