"""The figures of a sample, beside plain ways to reckon them."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from textsynth.variety.grams import Units, grams_inside, shingles
from textsynth.variety.measures import (
    compression,
    distinct,
    kinds,
    kinds_left,
    nearest,
    self_bleu,
    vendi,
)

TEXTS = (
    "my card was eaten by the machine near the station",
    "my card was eaten by a dog near the station yesterday",
    "how long does a transfer to Norway take",
    "how long does a transfer take",
    "please close the account of my late father",
    "no",
)


def units(texts: tuple[str, ...]) -> list[np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    read = Units()
    return [read(text) for text in texts]


def plain_bleu(texts: list[list[str]]) -> float:
    """BLEU-4 of each against all others, one loop at a time."""
    values = []
    for i, text in enumerate(texts):
        others = texts[:i] + texts[i + 1 :]
        logs = []
        for n in range(1, 5):
            own = Counter(zip(*(text[k:] for k in range(n)), strict=False))
            if not own:
                continue
            most: Counter[tuple[str, ...]] = Counter()
            for other in others:
                most |= Counter(zip(*(other[k:] for k in range(n)), strict=False))
            hits, more = sum(min(c, most[g]) for g, c in own.items()), int(n > 1)
            share = (hits + more) / (sum(own.values()) + more)
            logs.append(math.log(share) if share else -math.inf)
        size = min((abs(len(o) - len(text)), len(o)) for o in others)[1]
        values.append(math.exp(sum(logs) / len(logs) + min(0.0, 1 - size / len(text))))
    return sum(values) / len(values)


def test_self_bleu_is_that_of_comparing_each_with_all_others() -> None:
    found = self_bleu(units(TEXTS))
    assert found == pytest.approx(plain_bleu([text.lower().split() for text in TEXTS]))
    assert self_bleu(units(("one and the same text",) * 5)) == pytest.approx(1.0)
    assert self_bleu(units(("a b c d e", "f g h i j"))) == 0.0
    assert self_bleu(units(("alone here",))) is None


def test_the_nearest_row_is_the_one_of_all_pairs() -> None:
    sets = [set(shingles(text).tolist()) for text in units(TEXTS)]
    expected = [
        1 - max(len(a & b) / len(a | b) for b in sets[:i] + sets[i + 1 :])
        for i, a in enumerate(sets)
    ]
    assert nearest(units(TEXTS)).tolist() == pytest.approx(expected)
    assert nearest(units(TEXTS[:1])).tolist() == []


def test_vendi_counts_texts_that_have_nothing_in_common() -> None:
    apart = tuple(f"a{n} b{n} c{n} d{n} e{n}" for n in range(20))
    assert vendi(units(apart)) == pytest.approx(20, rel=0.02)
    assert vendi(units(apart[:1] * 20)) == pytest.approx(1.0)
    assert vendi(units(apart[:5] * 4)) == pytest.approx(5, rel=0.02)


def test_distinct_runs_do_not_depend_on_how_many_rows_there_are() -> None:
    words = [f"w{n}" for n in range(60)]
    rng = np.random.default_rng(1)
    texts = tuple(" ".join(rng.choice(words, 40)) for _ in range(400))
    few, many = (distinct(units(t), 2, 1000) for t in (texts[:50], texts))
    assert few == pytest.approx(many, rel=0.02)
    plain = [len(set(g)) / len(g) for g in [grams_inside(units(t), 2).tolist() for t in
             (texts[:50], texts)]]  # fmt: skip
    assert plain[0] > 1.2 * plain[1]


def test_runs_end_where_a_text_does() -> None:
    texts = units(("a b", "c d e", "", "f"))
    assert len(grams_inside(texts, 2)) == 3
    assert len(grams_inside(texts, 3)) == 1
    assert len(grams_inside([], 2)) == 0


def test_compression_grows_with_repetition() -> None:
    rng = np.random.default_rng(1)
    words = [f"{a}{b}" for a, b in itertools.product("bdfgklmn", "aeiou")]
    free = [" ".join(rng.choice(words, 20)) for _ in range(100)]
    high, low = compression(free[:1] * 100, 5000), compression(free, 5000)
    assert high is not None
    assert low is not None
    assert high[0] > 3 * low[0]
    assert high[1] == low[1] == 5000


def test_kinds_are_texts_that_are_half_like_the_first_of_them() -> None:
    found = kinds([
        "Where is the card that I ordered on Monday last week?",
        "Where is the card that I ordered on Friday last week?",
        "Hello.", "Hello.", "What does a transfer to Norway cost me these days?",
    ])  # fmt: skip
    assert sorted(found.values()) == [1, 2, 2]
    assert kinds_left(found) == (3, 0.2, 3.0)
