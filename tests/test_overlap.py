"""Overlap: the longest run and the shares against a plain comparison of all pairs."""

from __future__ import annotations

import random
import unicodedata
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pytest

from textsynth import overlap
from textsynth.overlap import MOST, Overlap, dense, grams, spans, units

ENGLISH = "The desk opens at nine, closes at six; it's shut on Sundays (and on public holidays)."
KOREAN = "창구는 오전 9시에 열고 오후 6시에 닫습니다. 공휴일에는 쉽니다."


def test_units_are_words_or_letters_without_marks_and_case() -> None:
    assert units("It's 9:30, NOT nine!") == ["it", "s", "9", "30", "not", "nine"]
    assert units("창구 A3는 9시") == ["창", "구", "a3", "는", "9", "시"]
    assert units("Ça va, Łódź?") == ["ça", "va", "łódź"]


@pytest.mark.parametrize(
    "text", [ENGLISH, KOREAN, "東京タワーは333m、ครับ"], ids=["en", "ko", "more"]
)
def test_spans_stand_where_the_units_do(text: str) -> None:
    assert [text[a:b].lower() for a, b in spans(text)] == units(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(ENGLISH, False), (KOREAN, True), ("Đường này rất đẹp và ở gần ế", False), ("", False)],
    ids=["en", "ko", "vi", "empty"],
)
def test_dense_says_whether_letters_are_compared(text: str, expected: bool) -> None:
    assert bool(units(text)) is bool(text)
    assert (dense(units(text)) if text else False) is expected


def test_decomposed_hangul_and_case_are_equal() -> None:
    assert units(unicodedata.normalize("NFD", KOREAN)) == units(KOREAN)
    assert units(ENGLISH.upper()) == units(ENGLISH)


@pytest.mark.parametrize("size", [1, 2, 5, 10, 13])
def test_grams_depend_on_every_unit_and_its_place(size: int) -> None:
    row = np.arange(1, 40, dtype=np.uint32)
    hashes = grams(row, size).tolist()
    assert len(hashes) == len(set(hashes)) == 40 - size
    moved = row.copy()
    moved[20] = 99
    changed = [n for n, one in enumerate(grams(moved, size).tolist()) if one != hashes[n]]
    assert changed == list(range(20 - size + 1, 21))


@pytest.mark.parametrize("kind", ["words", "letters"])
def test_runs_and_shares_are_those_of_a_plain_comparison(kind: str) -> None:
    pick = random.Random(kind)
    alphabet = (
        [f"w{n}" for n in range(40)] if kind == "words" else list("가나다라마바사아자차카타파하")
    )
    references = [pick.choices(alphabet, k=pick.randint(3, 60)) for _ in range(30)]
    held = Overlap(3, 4)
    for one in references:
        held.add(one)
    size = 3 if kind == "words" else 4
    for _ in range(120):
        text = pick.choices(alphabet, k=30)
        if pick.random() < 0.7:
            source = pick.choice(references)
            at = pick.randint(0, len(source) - 1)
            text[5 : 5 + len(source) - at] = source[at:]
        found = held.shared([text])
        longest = max(_longest(text, one) for one in references)
        if longest < size:
            assert found == {}
            continue
        run, shares = found[0]
        assert run is not None
        assert run.size == longest
        source = references[run.reference]
        assert text[run.start : run.start + run.size] == source[run.at : run.at + run.size]
        mine = _set(text, size)
        counted = [
            sum(tuple(text[n : n + size]) in _set(one, size) for n in range(len(text) - size + 1))
            for one in references
        ]
        assert mine
        (share,) = shares
        assert (share.hits, share.total) == (max(counted), len(text) - size + 1)
        assert share.reference == counted.index(max(counted))


def _longest(first: list[str], second: list[str]) -> int:
    match = SequenceMatcher(None, first, second, autojunk=False)
    return match.find_longest_match().size


def _set(text: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(text[n : n + size]) for n in range(len(text) - size + 1)}


def test_a_run_does_not_go_from_one_reference_or_text_into_the_next() -> None:
    held = Overlap(3, 10)
    held.add(["a", "b", "c", "d"])
    held.add(["e", "f", "g", "h"])
    run = held.shared([["a", "b", "c", "d", "e", "f", "g", "h"]])[0][0]
    assert run is not None
    assert run.size == 4
    assert held.shared([["x", "a", "b"], ["c", "d", "y"]]) == {}


def test_a_run_through_what_stands_everywhere_is_found_whole() -> None:
    held = Overlap(3, 10)
    common = [f"c{n}" for n in range(20)]
    for number in range(MOST * 2):
        held.add([f"own{number}", f"too{number}", *common, f"end{number}"])
    last = MOST * 2 - 1
    text = [f"own{last}", f"too{last}", *common, f"end{last}"]
    run = held.shared([text])[0][0]
    assert run is not None
    assert (run.size, run.reference) == (23, last)


def test_groups_are_told_apart_and_nothing_is_found_in_nothing() -> None:
    held = Overlap(2, 4)
    held.add(["one", "two", "three"], 0)
    held.add(["three", "four", "five", "six"], 7)
    found = held.shared(
        ["one two", "four five six"][0].split() and [["one", "two"], ["four", "five", "six"]]
    )
    assert sorted(found) == [0, 7]
    assert held.shared([[]]) == {}
    assert Overlap(2, 4).shared([["one", "two"]]) == {}


def test_what_only_hashes_alike_is_not_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def alike(row: Any, size: int) -> Any:
        return np.zeros(max(0, len(row) - size + 1), np.uint64)

    monkeypatch.setattr(overlap, "grams", alike)
    held = Overlap(3, 10)
    held.add(["the", "desk", "opens", "at", "nine", "in", "the", "morning"])
    run = held.shared([["it", "opens", "at", "nine", "and", "the", "desk", "shuts"]])[0][0]
    assert run is not None
    assert (run.size, run.start, run.at) == (3, 1, 2)
    assert held.shared([["nine", "in", "morning", "the", "desk", "shuts", "early"]]) == {}


def test_an_ngram_that_a_reference_has_twice_counts_once() -> None:
    held = Overlap(3, 10)
    held.add(["a", "b", "c", "x", "a", "b", "c"])
    (share,) = held.shared([["a", "b", "c", "d", "e"]])[0][1]
    assert (share.hits, share.total) == (1, 3)
