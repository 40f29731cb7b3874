"""Embedders: static vectors, an endpoint with faults, and what cannot be opened, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.servers.chat import ChatServer
from tests.servers.faults import Faults
from textsynth.embedding import open_embedder
from textsynth.embedding.neighbours import earlier, tables_for
from textsynth.embedding.static import unit
from textsynth.errors import JobError, ProviderError, UnreachableError

TEXTS = [
    "A night nurse who pays her bills at four in the morning.",
    "A nurse on the night shift who pays bills early in the morning.",
    "The ferry to the island leaves at noon in summer.",
]


@pytest.fixture
def endpoint() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def test_static_vectors_know_what_is_alike() -> None:
    static = open_embedder("static")
    vectors = static.embed(TEXTS)
    assert vectors.shape == (3, 256)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert static.languages == frozenset({"en"})


def test_static_vectors_do_not_depend_on_the_batch() -> None:
    static = open_embedder("static")
    together = static.embed([*TEXTS, "", "zzz 123"])
    alone = [open_embedder("static").embed([text])[0] for text in TEXTS]
    np.testing.assert_allclose(together[:3], alone, atol=1e-6)
    assert not together[3].any()
    assert static.embed([]).shape == (0, 256)


def test_an_endpoint_gives_unit_vectors_in_order(endpoint: ChatServer) -> None:
    spec = {"base_url": endpoint.url, "model": "some-model", "batch": 2}
    embedder = open_embedder(spec)
    vectors = embedder.embed(TEXTS)
    assert (embedder.name, embedder.languages, vectors.shape) == ("some-model", None, (3, 64))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(embedder.embed([TEXTS[2]])[0], vectors[2], atol=1e-6)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("glove", "no embedder 'glove'. Known: static"),
        ({"base_url": "http://127.0.0.1:1/v1"}, "model cannot be used"),
        ({"base_url": "http://127.0.0.1:1/v1", "model": "m", "key": "x"}, "key cannot be used"),
    ],
)
def test_specs_in_words(spec: object, words: str) -> None:
    with pytest.raises(JobError, match=words):
        open_embedder(spec)  # type: ignore[arg-type]


def vectors(count: int, seed: int = 3) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    dice = np.random.default_rng(seed)
    return unit(dice.standard_normal((count, 32)).astype(np.float32))


def test_the_first_earlier_near_one_is_named() -> None:
    made = vectors(5000)
    made[4000] = made[10]
    made[4500] = made[10]
    made[4999] = made[3000]
    made[7] = 0
    made[8] = 0
    which, cosine = earlier(made, 0.9)
    assert {int(k): int(which[k]) for k in np.flatnonzero(which >= 0)} == {
        4000: 10, 4500: 10, 4999: 3000,
    }  # fmt: skip
    assert cosine[4000] == pytest.approx(1, abs=1e-5)
    assert cosine[0] == 0


def test_hashed_candidates_find_what_all_pairs_find() -> None:
    made = vectors(6000)
    noise = vectors(2000, seed=4)
    made[4000:] = unit(made[:2000] + 0.45 * noise)
    exact, _ = earlier(made, 0.9)
    hashed, cosine = earlier(made, 0.9, exact=100)
    pairs = exact >= 0
    assert pairs.sum() > 1000
    assert (hashed[pairs] >= 0).mean() > 0.95
    found = np.flatnonzero(hashed >= 0)
    assert np.all(np.sum(made[found] * made[hashed[found]], axis=1) >= 0.899)
    assert (cosine[found] >= 0.9).all()


def test_low_thresholds_compare_all_pairs() -> None:
    made = vectors(3000)
    np.testing.assert_array_equal(earlier(made, 0.5)[0], earlier(made, 0.5, exact=10)[0])
    planes, tables = tables_for(0.9, 1_000_000)
    assert (planes, tables) == (12, 18)


def test_nobody_there_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textsynth.embedding.endpoint._TRIES", 2)
    embedder = open_embedder({"base_url": "http://127.0.0.1:9/v1", "model": "m"})
    with pytest.raises(UnreachableError, match="cannot be reached"):
        embedder.embed(TEXTS)


def test_faults_of_an_endpoint() -> None:
    with ChatServer(faults=Faults(rate_429=0.5, retry_after=0.01, seed=5)) as running:
        embedder = open_embedder({"base_url": running.url, "model": "m", "batch": 1})
        assert embedder.embed(TEXTS).shape == (3, 64)
    with ChatServer(faults=Faults(fail_all=401)) as running, pytest.raises(ProviderError):
        open_embedder({"base_url": running.url, "model": "m"}).embed(TEXTS)
