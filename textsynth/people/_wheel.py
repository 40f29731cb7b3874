"""The wheels of a grid: which values go together, and how often each of them comes."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from textsynth.errors import InputError
from textsynth.people.gridfile import GridFile, When
from textsynth.walk import permute

FINEST = 4096
"""Up to so many slots a wheel has exactly those that hold its weights."""

CLOSE = 64
"""Otherwise so many slots for each combination: shares are off by less than a 64th of the mean."""

MOST = 100_000
"""Combinations of attributes that conditions tie together."""

_GOLDEN = (math.sqrt(5) - 1) / 2

Choice = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Option:
    value: str
    weight: Fraction
    when: When


@dataclass(frozen=True, slots=True)
class Wheel:
    """Attributes that are chosen together; each slot is one combination of their values."""

    names: tuple[str, ...]
    choices: Sequence[Choice]
    ends: Sequence[int]
    """For each choice, the first slot after its own."""

    def __len__(self) -> int:
        return self.ends[-1]

    def at(self, place: int, key: int) -> Choice:
        """What stands at a place; `key` says where the wheel begins.

        Small wheels of one attribute are shuffled; in the others neighbours are alike, and steps
        near the golden section meet all kinds of them in any stretch.
        """
        n = len(self)
        if len(self.names) == 1 and n <= 64:
            slot = permute(place, n, key)
        else:
            slot = (place * _step(n) + key) % n
        return self.choices[bisect_right(self.ends, slot)]


def wheels_of(spec: GridFile) -> list[Wheel]:
    """The wheels of a grid, the largest first."""
    options = {
        name: [_Option(v, _exact(one.weight), one.when) for v, one in attribute.values.items()]
        for name, attribute in spec.attributes().items()
        if attribute.values
    }
    options["template"] = [
        _Option(str(k), _exact(one.weight), one.when) for k, one in enumerate(spec.templates)
    ]
    wheels = [_wheel(names, options) for names in _tied(options)]
    return sorted(wheels, key=lambda wheel: (-len(wheel), wheel.names))


def _tied(options: Mapping[str, Sequence[_Option]]) -> list[list[str]]:
    """The attributes in groups that conditions tie together; in each, conditions look back."""
    needs = {
        name: {other for option in given for other in option.when}
        for name, given in options.items()
    }
    order: list[str] = []
    while len(order) < len(options):
        ready = [n for n in options if n not in order and needs[n] <= set(order)]
        if not ready:
            left = [name for name in options if name not in order]
            raise InputError(
                f"the conditions of {' and '.join(left)} wait for each other",
                fix="let conditions go one way: of two attributes only one may name the other",
            )
        order.append(ready[0])
    groups: list[list[str]] = []
    for name in order:
        met = [group for group in groups if needs[name] & set(group)]
        groups = [group for group in groups if group not in met]
        merged = sorted({other for group in met for other in group}, key=order.index)
        groups.append([*merged, name])
    return groups


def _wheel(names: Sequence[str], options: Mapping[str, Sequence[_Option]]) -> Wheel:
    found: list[tuple[Choice, Fraction]] = []
    for pair in _combinations(names, options, {}, Fraction(1)):
        found.append(pair)
        if len(found) > MOST:
            raise InputError(
                f"the conditions tie {', '.join(names)} together, over {MOST:,} combinations",
                fix="use fewer values, or fewer conditions",
            )
    counts = _apportioned([share for _, share in found])
    return Wheel(tuple(names), [choice for choice, _ in found], [*accumulate(counts)])


def _combinations(
    names: Sequence[str], options: Mapping[str, Sequence[_Option]], chosen: Choice, share: Fraction
) -> Iterator[tuple[Choice, Fraction]]:
    if not names:
        yield chosen, share
        return
    name, *rest = names
    fit = [
        option
        for option in options[name]
        if all(chosen[other] in values for other, values in option.when.items())
    ]
    if not fit:
        so_far = ", ".join(f"{other}={value}" for other, value in chosen.items())
        raise InputError(
            f"no value of {name} goes with {so_far}", fix=f"add a value to {name} that does"
        )
    total = sum((option.weight for option in fit), Fraction(0))
    for option in fit:
        more = share * option.weight / total
        yield from _combinations(rest, options, {**chosen, name: option.value}, more)


def _apportioned(shares: Sequence[Fraction]) -> list[int]:
    """Slots for each share, at least one: exact where FINEST slots can hold them, else closest."""
    whole = math.lcm(*(share.denominator for share in shares)) if len(shares) <= FINEST else 0
    if 0 < whole <= FINEST:
        counts = [int(share * whole) for share in shares]
        common = math.gcd(*counts)
        return [n // common for n in counts]
    size = CLOSE * len(shares)
    counts = [max(1, int(share * size)) for share in shares]
    left = size - sum(counts)
    order = sorted(range(len(shares)), key=lambda k: (counts[k] - shares[k] * size, k))
    for k in order[: max(left, 0)]:
        counts[k] += 1
    return counts


@lru_cache
def _step(n: int) -> int:
    """The whole number nearest to n times the golden section that has no divisor with n."""
    near = round(n * _GOLDEN)
    return next(
        (s for d in range(n) for s in (near + d, near - d) if 0 < s < n and math.gcd(s, n) == 1), 1
    )


def _exact(weight: float) -> Fraction:
    return Fraction(str(weight))
