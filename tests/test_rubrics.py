"""The criteria that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from textsynth.errors import JobError
from textsynth.rubrics import Criterion, bundled, criteria_of, read_rubric

SHIPPED = criteria_of(tuple(bundled(Path())), (), Path())


def test_the_shipped_criteria_are_those_that_are_promised() -> None:
    assert set(bundled(Path())) == {
        "accuracy", "completeness", "consistency", "groundedness", "naturalness", "relevance",
        "safety",
    }  # fmt: skip


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.name)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_shipped_criterion_has_an_anchor_for_each_score(one: Criterion, language: str) -> None:
    low, high = one.ends
    words = one.words[language]
    assert set(words.anchors) == set(range(low, high + 1))
    assert words.question.endswith("?")
    korean = any("가" <= char <= "힣" for char in words.question)
    assert korean == (language == "ko")
    assert len(set(words.anchors.values())) == high - low + 1


def test_another_language_is_asked_about_in_english() -> None:
    one = SHIPPED[0]
    assert one.told("sw") == one.words["en"]


def test_a_file_beside_the_job_goes_before_a_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "prompts/judge/rubrics"
    folder.mkdir(parents=True)
    (folder / "accuracy.yaml").write_text('question: "Is it so?"\nscale: binary\n', "utf8")
    (one,) = criteria_of(("accuracy",), (), tmp_path)
    assert (one.told("en").question, one.binary) == ("Is it so?", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- b\n", "not a mapping"), ("tone: friendly\n", "is no rubric"),
        ("tone: {question: [}\n", "cannot be read"),
        ('tone: {question: "Kind?", applies_to: verse}\n', "applies_to"),
    ],
)  # fmt: skip
def test_a_broken_file_is_said_so(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, "utf8")
    with pytest.raises(JobError, match=words):
        read_rubric("mine.yaml", tmp_path)


def test_no_counts_as_one_and_yes_as_five() -> None:
    safety = next(one for one in SHIPPED if one.name == "safety")
    assert [safety.value(score) for score in (0, 0.5, 1)] == [1, 3, 5]
    assert SHIPPED[0].value(4) == 4
