"""Choices by counter: keyed permutations, weights as slots, a walk through all combinations."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from textsynth.errors import JobError

MAX_SLOTS = 1000
_MASK = (1 << 64) - 1


def diagonal(spot: int, sizes: Sequence[int]) -> list[int]:
    """One place for each of the wheels of these sizes: all combinations come once in prod(sizes).

    Each step turns every wheel by one; a wheel slips by one more whenever it would meet the same
    places of those before it again. So each wheel shows all its places in any stretch of its size.
    """
    places: list[int] = []
    walked = 1
    for n in sizes:
        common = math.gcd(walked, n)
        turn = spot // (walked * n // common) % common
        places.append((spot + turn) % n)
        walked *= n
    return places


def hits_in(
    briefs: int,
    places: int,
    sizes: Sequence[int],
    wheel: int,
    hits: Callable[[int], Sequence[bool]],
) -> int:
    """How many of the first `briefs` of a lap have that wheel of the diagonal at a place that hits.

    A lap goes over `places` times prod(sizes) briefs, as the plan has it: the spot goes up by one
    with each, and slips by one more after every least common multiple of the two. `hits(block)`:
    which places of the wheel hit in a block of as many places as there are spots.
    """
    spots, before = math.prod(sizes), math.prod(sizes[:wheel])
    both, found, n = math.lcm(places, spots), 0, 0
    while n < briefs:
        # A stretch in which the spot goes up by one each time, within one block.
        spot, place = (n + n // both) % spots, n % places
        step = min(briefs - n, spots - spot, both - n % both)
        if places > spots:
            step = min(step, spots - place % spots, places - place)
        own = hits(place // spots)
        found += _shown(spot + step, before, own) - _shown(spot, before, own)
        n += step
    return found


def _shown(spots: int, before: int, hits: Sequence[bool]) -> int:
    """How many of the first spots show a place that hits; `before`: the wheels before, in all."""
    n = len(hits)
    common = math.gcd(before, n)
    slips = spots // (before * n // common) % common
    rounds, left = divmod(spots, n)
    # Between two slips the wheel goes round in full, so only the last round needs a look.
    return rounds * sum(hits) + sum(hits[(k + slips) % n] for k in range(left))


def slots(name: str, weights: Mapping[str, float]) -> tuple[str, ...]:
    """Each value as often as its weight in lowest terms: {a: 2, b: 1} gives (a, a, b)."""
    parts = {v: Fraction(w).limit_denominator(10**6) for v, w in weights.items() if w}
    tiny = [value for value, part in parts.items() if not part]
    if tiny:
        raise JobError(
            f"the weight of {name}={tiny[0]} is too small to be kept", fix="give weights above 1e-6"
        )
    scale = math.lcm(*(part.denominator for part in parts.values()))
    whole = {v: int(part * scale) for v, part in parts.items()}
    common = math.gcd(*whole.values())
    total = sum(whole.values()) // common
    if total > MAX_SLOTS:
        raise JobError(
            f"the weights of '{name}' need {total} slots to be kept exactly",
            f"the limit is {MAX_SLOTS}",
            "use rounder weights",
        )
    return tuple(v for v, n in whole.items() for _ in range(n // common))


def rounded(weights: Mapping[str, float], most: int = MAX_SLOTS) -> dict[str, float]:
    """Weights that `slots` can keep: as they are, or else whole ones that add up to about `most`.

    For shares that hold among kept rows anyway, so that small changes do no harm.
    """
    try:
        slots("", weights)
    except JobError:
        part = max(1, most - len(weights)) / sum(weights.values())
        return {v: float(max(1, round(part * w))) if w else 0.0 for v, w in weights.items()}
    return dict(weights)


@functools.lru_cache(maxsize=4096)
def key_of(*parts: str | int) -> int:
    """A 64-bit key for a named choice."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def permute(x: int, n: int, key: int) -> int:
    """Where x goes in a keyed permutation of range(n); O(1) memory however large n is.

    Up to 64 by a shuffled table, above by a balanced Feistel network with cycle walking
    (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
    """
    if n <= 64:
        return _table(n, key)[x]
    half = ((n - 1).bit_length() + 1) // 2
    mask = (1 << half) - 1
    while True:
        left, right = x >> half, x & mask
        for turn in range(6):
            left, right = right, left ^ (mixed(right, key + turn) & mask)
        x = left << half | right
        if x < n:
            return x


@functools.lru_cache(maxsize=4096)
def _table(n: int, key: int) -> tuple[int, ...]:
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = mixed(i, key) % (i + 1)
        order[i], order[j] = order[j], order[i]
    return tuple(order)


def mixed(x: int, key: int) -> int:
    """The finaliser of SplitMix64 over x and a key."""
    z = (x * 0x9E3779B97F4A7C15 + key) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)
