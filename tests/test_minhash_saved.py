"""Indexes on disk: the same bytes from either kernel, taken up where they were left, or refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_minhash import BOTH, compiled, edited, made, odd, texts_with_copies
from textsynth.errors import RunError
from textsynth.indexfile import IndexFile, write
from textsynth.minhash import Index, normalised

TEXTS = [normalised(text) for text, _ in texts_with_copies(11, 400)] + ["ok", "네", "ok then"]


def filled(texts: list[str], *, native: bool = True, threshold: float = 0.8) -> Index:
    index = Index(threshold, native=native)
    for text in texts:
        index.add(text)
    return index


@compiled
def test_both_kernels_write_the_same_bytes(tmp_path: Path) -> None:
    rng = random.Random(5)
    texts = [*TEXTS, *(odd(rng) for _ in range(200)), *(made(rng, True) for _ in range(50))]
    for native in (True, False):
        filled(texts, native=native).save(tmp_path / str(native))
    data = (tmp_path / "True").read_bytes()
    assert data == (tmp_path / "False").read_bytes()
    assert len(data) > 50_000
    Index.load(tmp_path / "True", native=False).save(tmp_path / "again")
    assert data == (tmp_path / "again").read_bytes()


@pytest.mark.parametrize("native", BOTH)
def test_an_index_goes_on_where_it_was_saved(tmp_path: Path, native: bool) -> None:
    whole = Index(0.8, native=native)
    answers = [(whole.add(text), whole.matched) for text in TEXTS + TEXTS[:50]]
    filled(TEXTS[:250], native=native).save(tmp_path / "half")
    rest = Index.load(tmp_path / "half", native=native)
    assert [(rest.add(text), rest.matched) for text in TEXTS[250:] + TEXTS[:50]] == answers[250:]
    assert len(rest) == len(whole)
    assert any(score for score, _ in answers)


@pytest.mark.parametrize("native", BOTH)
def test_asking_enters_nothing_and_answers_alike(native: bool) -> None:
    index = filled(TEXTS[:200], native=native)
    rng = random.Random(9)
    asked = [edited(rng, text) for text in TEXTS[:200]] + ["ok", "never seen"]
    before = len(index), len(index.short)
    found = [(index.find(text), index.matched) for text in asked]
    assert (len(index), len(index.short)) == before
    for text, (score, matched) in list(zip(asked, found, strict=True))[::25]:
        fresh = filled(TEXTS[:200], native=native)
        assert fresh.add(text) == score
        if score is not None:
            assert fresh.matched == matched
    assert sum(score is not None for score, _ in found) > 50


def test_a_part_of_an_index_can_be_saved_and_taken(tmp_path: Path) -> None:
    import numpy as np

    index = filled(["one two three four five", "ok", "six seven eight nine ten"])
    first, first_short = len(index), len(index.short)
    index.add("eleven twelve thirteen fourteen")
    index.add("fine")
    index.add("fifteen sixteen seventeen eighteen")
    index.save(tmp_path / "i", first=first, first_short=first_short)
    later = Index(0.8)
    later.add("fine")
    added = later.take(IndexFile(tmp_path / "i"), np.array([False, True]), np.array([True]))
    assert added == (1, []), "the short text was there already"
    assert later.find("fifteen sixteen seventeen eighteen") == 1.0
    assert later.find("eleven twelve thirteen fourteen") is None
    assert later.find("ok") is None


@pytest.mark.parametrize("at", [3, 7, 20, 200, -40, -1], ids=str)
def test_a_changed_byte_is_refused(tmp_path: Path, at: int) -> None:
    path = tmp_path / "i"
    filled(TEXTS[:40]).save(path)
    data = bytearray(path.read_bytes())
    data[at] ^= 0x11
    path.write_bytes(data)
    with pytest.raises(RunError, match=r"cannot be used\. .*Delete it"):
        Index.load(path)


@pytest.mark.parametrize("left", [0, 5, 60, -1], ids=str)
def test_a_file_cut_off_is_refused(tmp_path: Path, left: int) -> None:
    path = tmp_path / "i"
    filled(TEXTS[:40]).save(path)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(RunError, match="cannot be used"):
        Index.load(path)


def test_other_versions_and_options_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "i"
    filled(TEXTS[:10], threshold=0.7).save(path)
    with pytest.raises(RunError, match=r"threshold is 0\.7 there, 0\.8 here"):
        Index(0.8).take(IndexFile(path))
    data = bytearray(path.read_bytes())
    data[7] = 2
    path.write_bytes(data)
    with pytest.raises(RunError, match="format 2, this version of textsynth reads 1"):
        Index.load(path)
    write(path, "digests", {}, {}, [])
    with pytest.raises(RunError, match="one of digests, not of minhash"):
        Index.load(path)


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x"
        raise OSError("the disk is full")

    with pytest.raises(ValueError, match="section a has 1 bytes, not 2"):
        write(tmp_path / "i", "k", {}, {}, [("a", 2, (b"x",))])
    with pytest.raises(OSError, match="full"):
        write(tmp_path / "i", "k", {}, {}, [("a", 1, broken())])
    assert list(tmp_path.iterdir()) == []
