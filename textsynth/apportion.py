"""Whole numbers of rows by shares: for values, for the leaves of a tree, for combinations."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
J = TypeVar("J", bound=Hashable)


def share(weights: Mapping[K, float | Fraction], count: int) -> dict[K, int]:
    """`count` rows split by weight, by largest remainder (ties to the earlier value)."""
    parts = {value: fraction(weight) for value, weight in weights.items()}
    total = sum(parts.values())
    exact = {value: part * count / total for value, part in parts.items()}
    rows = {value: int(part) for value, part in exact.items()}
    left = count - sum(rows.values())
    for value in sorted(exact, key=lambda v: rows[v] - exact[v])[:left]:
        rows[value] += 1
    return rows


def fraction(weight: float | Fraction) -> Fraction:
    """A weight as it was meant: 0.1 is a tenth."""
    whole = isinstance(weight, Fraction)
    return Fraction(weight) if whole else Fraction(weight).limit_denominator(10**6)


def spread(weights: Mapping[K, float | Fraction], count: int) -> dict[K, int]:
    """`count` rows split by weight such that each value, and each run of values that stand side by
    side, has its share within one row: what is rounded off is carried on to the next."""
    parts = {value: fraction(weight) for value, weight in weights.items()}
    total, so_far, given = sum(parts.values()), Fraction(0), 0
    rows: dict[K, int] = {}
    for value, part in parts.items():
        so_far += part
        upto = math.floor(so_far * count / total + Fraction(1, 2)) if total else 0
        rows[value], given = upto - given, upto
    return rows


def crossed(one: Mapping[K, int], other: Mapping[J, int]) -> dict[tuple[K, J], int]:
    """Rows for every pair, within one of what their shares come to; `one` and `other`, which hold
    as many rows in all, are exactly the sums over the pairs.

    What is rounded down is given out line by line, to the columns that lack most by then; where
    that does not come out even, as Gale and Ryser do it.
    """
    total = sum(one.values()) or 1
    columns = list(other)
    rows: dict[tuple[K, J], int] = {}
    parts: list[list[int]] = []
    """What is rounded off, in parts of `total`."""
    for line, wide in one.items():
        split = [divmod(wide * other[column], total) for column in columns]
        rows.update({(line, c): whole for c, (whole, _) in zip(columns, split, strict=True)})
        parts.append([rest for _, rest in split])
    extra = _diffused(parts, total) or _packed(parts, total)
    for line, chosen in zip(one, extra, strict=True):
        for place in chosen:
            rows[line, columns[place]] += 1
    return rows


def _diffused(parts: Sequence[Sequence[int]], total: int) -> list[list[int]]:
    """For each line the columns that get a row more; empty where the columns do not come out."""
    lack = [0] * len(parts[0]) if parts else []
    found = []
    for number, line in enumerate(parts):
        lack = [have + part for have, part in zip(lack, line, strict=True)]
        # Of equal ones another comes first in each line.
        order = sorted(
            (place for place in range(len(lack)) if line[place]),
            key=lambda place: (-lack[place], (place - number) % len(lack)),
        )
        chosen = order[: sum(line) // total]
        for place in chosen:
            lack[place] -= total
        found.append(chosen)
    return found if not any(lack) else []


def _packed(parts: Sequence[Sequence[int]], total: int) -> list[list[int]]:
    """The same, sure to come out: each line gives to the columns that need most."""
    need = [sum(column) // total for column in zip(*parts, strict=True)]
    found = []
    for line in parts:
        order = sorted(range(len(need)), key=lambda place: (-need[place], -line[place], place))
        chosen = order[: sum(line) // total]
        for place in chosen:
            need[place] -= 1
        found.append(chosen)
    return found
