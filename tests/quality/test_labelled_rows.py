"""The labelled rows of benchmarks/data: whole, and floors under what each filter finds in them."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.rules import (
    CLEAN,
    LANGUAGES,
    MEANT,
    SPLITS,
    Score,
    confusion,
    filters,
    meant,
    mistakes,
    records,
    rows,
    score,
    table,
    verdicts,
)
from textsynth.quality import SHELF
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.records import Setting

RECALL = {
    "copied_question": 0.95,
    "language": 0.95,
    "length": 0.25,
    "markup": 0.65,
    "near_duplicates": 0.35,
    "persona_drift": 0.8,
    "refusal": 0.65,
    "repetition": 0.65,
    "role_flip": 0.65,
    "scaffolding": 0.54,
    "semantic_duplicates": 0.6,
    "tells": 0.4,
    "truncated": 0.9,
    "unanswered": 0.75,
    "unicode": 0.9,
}
"""Least share of its faults that a filter finds, both languages."""

PRECISION = {"length": 0.75, "semantic_duplicates": 0.8, "truncated": 0.8}
"""Least share of faulty rows among those that it drops; 0.93 where it is not named."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_set_is_whole(language: str) -> None:
    given = [row for row in rows(language) if row.split in ("dev", "test")]
    counts = Counter(row.fault or CLEAN for row in given)
    assert counts == {CLEAN: 120, **dict.fromkeys(MEANT, 12)}
    assert len({row.id for row in rows(language)}) == len(rows(language))
    for fault in MEANT:
        own = [row for row in given if row.fault == fault]
        assert Counter(row.split for row in own) == {"dev": 6, "test": 6}
        assert set(Counter(row.level for row in own).values()) == {4}
    assert all(row.note for row in given if row.level == "hard" and row.fault)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_has_the_form_of_its_kind(language: str) -> None:
    pairs = {"qa": ("question", "answer"), "instruction": ("instruction", "output"),
             "text": ("text", "label")}  # fmt: skip
    for row in rows(language):
        said = [message["role"] for message in row.sample.messages]
        assert said == ["user", "assistant"] * (len(said) // 2) + ["user"] * (len(said) % 2), row.id
        if row.kind in pairs:
            assert row.sample.texts() == [row.sample.columns[name] for name in pairs[row.kind]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_near_duplicate_comes_after_the_row_that_it_repeats(language: str) -> None:
    place = {row["id"]: number for number, row in enumerate(records(language))}
    copies = [row for row in records(language) if row["fault"] == "near_duplicate"]
    assert copies
    assert all(place[row["of"]] < place[row["id"]] for row in copies)


@pytest.mark.parametrize("language", LANGUAGES)
def test_clean_rows_are_no_near_duplicates_of_each_other(language: str) -> None:
    screen = NearDuplicates().screen(Setting(language=language))
    assert [row.id for row in rows(language) if not row.fault and not screen(row.sample).keep] == []


@pytest.mark.parametrize("name", sorted({name for names in MEANT.values() for name in names}))
def test_what_a_filter_finds_stays_above_its_floor(name: str) -> None:
    if name not in SHELF.names():
        pytest.skip(f"there is no filter {name}")
    part = SHELF.load(name)()
    total = Score(0, 0, 0, 0)
    for language in LANGUAGES:
        said = verdicts(part, language)
        if said is None:
            pytest.skip(f"{name} cannot work here")
        for split in SPLITS:
            total += score(said, name, language, split)
    assert total.recall >= RECALL[name], total
    assert total.precision >= PRECISION.get(name, 0.93), total


def test_each_fault_has_a_filter_that_is_meant_for_it() -> None:
    assert {fault for name in filters() for fault in meant(name)} <= set(MEANT)
    assert meant("role_flip") == ["role_flip"]


def test_the_tables_tell_what_was_found() -> None:
    part = SHELF.load("role_flip")()
    said = {"role_flip": {code: verdicts(part, code) or {} for code in LANGUAGES}}
    heads, lines = confusion(said)
    own = next(line for line in lines if line[0] == "role_flip")
    missed = sum(line.startswith("role_flip misses") for line in mistakes(said))
    assert heads == ["fault", "rows", "role_flip", "any"]
    assert int(own[1]) - int(own[2]) == missed
    assert table(heads, lines, markdown=True).startswith(
        "| fault | rows | role_flip | any |\n| --- |"
    )
