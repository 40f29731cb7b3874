"""How far raters agree, and how sure a figure of few rows is: correlations, kappa, alpha, ranges.

Everything is plain Python over short lists; what cannot be told (one value alone) is None.
"""

from __future__ import annotations

import bisect
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import NormalDist, fmean, stdev
from typing import Literal

LEVEL = 0.95
RESAMPLES = 1000
Pairs = Sequence[tuple[float, float]]
Range = tuple[float, float]
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


def share_interval(hits: int, n: int) -> Range:
    """Wilson's 95 % interval of a share (E. B. Wilson, 1927); (0, 1) of nothing."""
    if not n:
        return 0.0, 1.0
    p, z = hits / n, _Z
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: Sequence[float]) -> Range | None:
    """The 95 % interval of a mean, by Student's t; None for fewer than two values."""
    if len(values) < 2:
        return None
    half = _t(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def _t(n: int) -> float:
    """The quantile of t of n degrees; exact for 1 and 2, then Abramowitz and Stegun 26.7.5."""
    if n == 1:
        return math.tan(math.pi * LEVEL / 2)
    if n == 2:
        return LEVEL * math.sqrt(2 / (1 - LEVEL**2))
    z = _Z
    t = z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
    t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    return t + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1 on; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    for _, group in itertools.groupby(enumerate(order, 1), key=lambda at: values[at[1]]):
        same = list(group)
        mean = (same[0][0] + same[-1][0]) / 2
        for _, number in same:
            found[number] = mean
    return found


def spearman(pairs: Pairs) -> float | None:
    """Spearman's rank correlation, -1 to 1, ties by mean ranks; None where a side is constant."""
    if len(pairs) < 2:
        return None
    left, right = (ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (len(pairs) + 1) / 2
    over = sum((a - middle) * (b - middle) for a, b in zip(left, right, strict=True))
    spread = math.sqrt(sum((a - middle) ** 2 for a in left) * sum((b - middle) ** 2 for b in right))
    return over / spread if spread else None


def kendall(pairs: Pairs) -> float | None:
    """Kendall's tau-b, -1 to 1, in n log n comparisons (W. R. Knight, 1966); None as above."""
    total = _two(len(pairs))
    ties_left = sum(map(_two, Counter(a for a, _ in pairs).values()))
    ties_right = sum(map(_two, Counter(b for _, b in pairs).values()))
    if total in (ties_left, ties_right):
        return None
    both = sum(map(_two, Counter(pairs).values()))
    seen: list[float] = []
    against = 0
    for _, value in sorted(pairs):
        against += len(seen) - bisect.bisect_right(seen, value)
        bisect.insort(seen, value)
    over = total - ties_left - ties_right + both - 2 * against
    return over / math.sqrt((total - ties_left) * (total - ties_right))


def _two(n: int) -> int:
    return n * (n - 1) // 2


def weighted_kappa(pairs: Pairs) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen, 1968); None where chance leaves no room."""
    if not pairs:
        return None
    left, right = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    seen = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    chance = sum((a - b) ** 2 * n * m for a, n in left.items() for b, m in right.items())
    return 1 - seen / (chance / len(pairs) ** 2) if chance else None


def agreeing(pairs: Pairs, within: float = 0.0) -> float | None:
    """The share of pairs that lie no further apart than `within`."""
    return fmean(abs(a - b) <= within + 1e-9 for a, b in pairs) if pairs else None


def bias(pairs: Pairs) -> float | None:
    """The mean of the first less the second."""
    return fmean(a - b for a, b in pairs) if pairs else None


def bootstrap(
    measure: Callable[[Pairs], float | None], pairs: Pairs, seed: int = 0, times: int = RESAMPLES
) -> Range | None:
    """The 95 % percentile interval of a measure over resampled pairs; the same for one seed.

    None for fewer than five pairs, or where most resamples have no value.
    """
    if len(pairs) < 5:
        return None
    dice = random.Random(seed)
    drawn = (measure(dice.choices(pairs, k=len(pairs))) for _ in range(times))
    found = sorted(value for value in drawn if value is not None)
    if len(found) < times / 2:
        return None
    cut = round((1 - LEVEL) / 2 * (len(found) - 1))
    return found[cut], found[-1 - cut]


def alpha(
    units: Sequence[Sequence[float]], scale: Literal["nominal", "ordinal", "interval"] = "ordinal"
) -> float | None:
    """Krippendorff's alpha of units, each with the values that its raters gave (some may lack).

    1: they agree always, 0: as by chance. None where all values are one ("Computing
    Krippendorff's alpha-reliability", 2011).
    """
    paired = [unit for unit in units if len(unit) > 1]
    counts = Counter(value for unit in paired for value in unit)
    total, values = sum(counts.values()), sorted(counts)
    place = {value: number for number, value in enumerate(values)}
    below = [0, *itertools.accumulate(counts[value] for value in values)]

    def apart(a: float, b: float) -> float:
        if scale == "nominal":
            return float(a != b)
        if scale == "interval":
            return (a - b) ** 2
        low, high = sorted((place[a], place[b]))
        between = below[high + 1] - below[low]
        return (between - (counts[a] + counts[b]) / 2) ** 2

    seen = sum(
        sum(apart(a, b) for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1)
        for unit in paired
    )
    chance = sum(counts[a] * counts[b] * apart(a, b) for a, b in itertools.permutations(values, 2))
    return 1 - seen * (total - 1) / chance if chance else None
