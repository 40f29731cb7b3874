"""Which operation a row gets in which round: even over the rows, another one in each round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from textsynth.records import digest


def deal(
    names: Sequence[str], weights: Mapping[str, float], rounds: int, seed: int
) -> dict[str, tuple[str, ...]]:
    """Row id → its operation in each round.

    A row asks for its operations in an order that its id alone decides, and gets the first that has
    room left in that round. So the shares hold to within one row or so, and a row that is added or
    taken away changes few of the others.
    """
    total = sum(weights.values())
    order = sorted(names, key=lambda name: digest("deal", seed, name, size=8))
    dealt: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for round_ in range(rounds):
        room = {name: weight * len(order) / total for name, weight in weights.items()}
        given: Counter[str] = Counter()
        for row in order:
            chosen = _choose(_wishes(weights, seed, row, round_), dealt[row], room, given)
            given[chosen] += 1
            dealt[row] += (chosen,)
    return dealt


def _choose(
    wishes: Sequence[str],
    before: Sequence[str],
    room: Mapping[str, float],
    given: Mapping[str, int],
) -> str:
    """The first wish with room among what the row has had least often, and not just now."""
    had = Counter(before)
    fresh = [name for name in wishes if name not in before[-1:]] or list(wishes)
    least = min(had[name] for name in fresh)
    fresh = [name for name in fresh if had[name] == least]
    whole = next((name for name in fresh if given[name] + 1 <= room[name]), "")
    # All full: the one that is least over its share.
    return whole or min(fresh, key=lambda name: given[name] / room[name])


def _wishes(weights: Mapping[str, float], seed: int, row: str, round_: int) -> list[str]:
    return sorted(weights, key=lambda name: digest("wish", seed, row, round_, name, size=8))
