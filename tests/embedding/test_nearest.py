"""The nearest earlier vector, one at a time: exact, found in cells, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from textsynth.embedding.nearest import Nearest, rounded
from textsynth.embedding.static import unit

Vectors = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
NO_MARKS = (0, 0, 0)


def clustered(count: int, width: int = 64, seed: int = 1) -> Vectors:
    """Vectors around 60 directions, as texts about 60 things are."""
    dice = np.random.default_rng(seed)
    centres = dice.standard_normal((60, width))
    return unit(
        (centres[dice.integers(0, 60, count)] + dice.standard_normal((count, width))).astype("f4")
    )


def near(vectors: Vectors, cosine: float, seed: int = 2) -> Vectors:
    """For each vector one at that cosine from it."""
    dice = np.random.default_rng(seed)
    noise = dice.standard_normal(vectors.shape).astype("f4")
    noise = unit(noise - (noise * vectors).sum(axis=1, keepdims=True) * vectors)
    return unit(cosine * vectors + np.sqrt(1 - cosine**2).astype("f4") * noise)


def test_below_the_first_level_it_is_exact() -> None:
    vectors = clustered(600)
    index = Nearest(0.8)
    for vector in vectors:
        index.add(vector, NO_MARKS)
    for query in near(vectors[:200], 0.85):
        cosines = vectors @ query
        found = index.find(query, NO_MARKS)
        assert found is not None
        assert found[0] == int(cosines.argmax())
        assert found[1] == pytest.approx(float(cosines.max()), abs=0.003)
    assert index.find(-vectors[0], NO_MARKS) is None
    assert index.find(np.zeros(64, np.float32), NO_MARKS) is None


@pytest.mark.parametrize(("cosine", "least"), [(0.9, 0.985), (0.95, 0.995)])
def test_cells_find_nearly_all(cosine: float, least: float) -> None:
    vectors = clustered(6000)
    index = Nearest(cosine - 0.02, levels=((1000, 64), (4000, 256)))
    for vector in vectors:
        index.add(vector, NO_MARKS)
    found = [index.find(query, NO_MARKS) for query in near(vectors, cosine)]
    assert np.mean([one is not None for one in found]) >= least
    exact = [one for n, one in enumerate(found) if one is not None and one[0] == n]
    assert len(exact) > 0.97 * len(found)


def test_the_same_vectors_in_the_same_order_give_the_same_index() -> None:
    made = []
    for _ in range(2):
        index = Nearest(0.9, levels=((300, 16),))
        for vector in clustered(500):
            index.add(vector, NO_MARKS)
        made.append(index)
    assert made[0]._centroids is not None
    np.testing.assert_array_equal(made[0]._centroids, made[1]._centroids)
    vectors, marks = made[0].whole()
    np.testing.assert_array_equal(vectors, [rounded(v) for v in clustered(500)])
    assert marks.shape == (500, 3)


@pytest.mark.parametrize("width", [64, 256, 1024, 1536, 3072])
def test_products_of_rounded_vectors_are_exact(width: int) -> None:
    ones = np.ones(width, np.float32)
    whole = rounded(ones)
    assert float(whole @ whole) == sum(int(x) ** 2 for x in whole.tolist()) <= 1 << 24


def test_marks_keep_vectors_apart() -> None:
    index = Nearest(0.9)
    vector = clustered(1)[0]
    index.add(vector, (1, 5, 7))
    assert index.find(vector, (1, 5, 7)) == (0, 1.0)
    assert index.find(vector, (1, 6, 8)) == (0, 1.0)
    assert index.find(vector, (1, 5, 8)) is None
    assert index.find(vector, (2, 5, 7)) is None
