"""Agreement of raters, held against other people's programs and published examples."""

from __future__ import annotations

import random

import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from textsynth.agreement import (
    agreeing,
    alpha,
    bias,
    bootstrap,
    kendall,
    mean_interval,
    share_interval,
    spearman,
    weighted_kappa,
)


def drawn(n: int, levels: int, seed: int) -> list[tuple[float, float]]:
    dice = random.Random(seed)
    pairs = []
    for _ in range(n):
        one = dice.randint(1, levels)
        pairs.append((float(one), float(min(levels, max(1, one + dice.randint(-1, 1))))))
    return pairs


@pytest.mark.parametrize(("n", "levels"), [(5, 5), (40, 5), (200, 5), (60, 1000)])
def test_correlations_and_kappa_are_those_of_scipy_and_sklearn(n: int, levels: int) -> None:
    pairs = drawn(n, levels, n)
    left, right = zip(*pairs, strict=True)
    assert spearman(pairs) == pytest.approx(stats.spearmanr(left, right).statistic)
    assert kendall(pairs) == pytest.approx(stats.kendalltau(left, right).statistic)
    labels = list(range(1, levels + 1))
    expected = cohen_kappa_score(left, right, weights="quadratic", labels=labels)
    assert weighted_kappa(pairs) == pytest.approx(expected)


def test_what_cannot_be_told_is_none() -> None:
    same = [(3.0, 1.0), (3.0, 2.0), (3.0, 5.0)]
    assert (spearman(same), kendall(same), spearman([]), kendall([(1.0, 1.0)])) == (None,) * 4
    assert weighted_kappa([(3.0, 3.0)] * 4) is None
    assert bootstrap(spearman, same * 5) is None
    assert (mean_interval([4.0]), alpha([[1, 1], [1, 1]]), bias([])) == (None, None, None)


# Krippendorff's example of four observers and twelve units, with gaps.
OBSERVED: list[list[int | None]] = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1],
    [None, None, 3, None],
]  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_that_of_the_published_example(scale: str, value: float) -> None:
    units = [[float(v) for v in unit if v is not None] for unit in OBSERVED]
    assert alpha(units, scale) == pytest.approx(value, abs=0.0006)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_interval_of_a_share(hits: int, n: int, low: float, high: float) -> None:
    assert share_interval(hits, n) == pytest.approx((low, high), abs=0.0006)


@pytest.mark.parametrize("n", [2, 3, 4, 6, 30])
def test_the_interval_of_a_mean(n: int) -> None:
    values = [float(v % 5) for v in range(n)]
    half = stats.t.ppf(0.975, n - 1) * stats.sem(values)
    mean = sum(values) / n
    found = mean_interval(values)
    assert found is not None
    assert found == pytest.approx((mean - half, mean + half), rel=0.02)


def test_the_bootstrap_holds_the_truth_about_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(40):
        dice = random.Random(1000 + seed)
        hidden = [dice.gauss(0, 1) for _ in range(50)]
        pairs = [(value + dice.gauss(0, 1), value + dice.gauss(0, 1)) for value in hidden]
        found = bootstrap(spearman, pairs, seed, times=150)
        assert found is not None
        inside += found[0] <= 0.483 <= found[1]  # 6 / pi * asin(0.5 / 2)
    assert inside >= 34
    assert bootstrap(spearman, pairs, 3) == bootstrap(spearman, pairs, 3)
    assert bootstrap(spearman, pairs, 3) != bootstrap(spearman, pairs, 4)


def test_shares_within_a_distance() -> None:
    pairs = [(4.0, 4.0), (4.0, 5.0), (1.0, 3.0), (4.5, 4.0)]
    assert agreeing(pairs) == 0.25
    assert agreeing(pairs, 0.5) == 0.5
    assert agreeing(pairs, 1) == 0.75
    assert bias(pairs) == pytest.approx(-0.625)
