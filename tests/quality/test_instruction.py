"""Instruction: the elimination rules, in English and Korean, each with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.quality.samples import chat
from textsynth.instructions import words
from textsynth.quality.instruction import Instruction
from textsynth.records import Sample, Setting, Verdict

ROOT = Path(__file__).parents[2]
TASK = "Name three rivers in Wales."


def task(instruction: str = TASK, given: str = "", output: str = "Wye, Usk, Taff") -> Sample:
    columns = {"instruction": instruction, "input": given, "output": output}
    return chat(f"{instruction}\n\n{given}".strip(), output, columns=columns)


def reasons(*samples: Sample, language: str = "en", part: Instruction | None = None) -> list[str]:
    screen = (part or Instruction()).screen(Setting(language=language))
    found: list[Verdict] = [screen(sample) for sample in samples]
    assert all(verdict.keep is (not verdict.reason) for verdict in found)
    return [verdict.reason for verdict in found]


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "Write a poem", "too_short"),
        ("en", "Write a short poem", ""),
        ("en", "Say it " + "again and " * 75, "too_long"),
        ("en", "Describe the picture in one line.", "not_for_text"),
        ("en", "Draw a house with two windows.", "not_for_text"),
        ("en", "Open the attached file and sum it up.", "not_for_text"),
        ("en", "Explain the profile of a good drawer.", ""),
        ("en", "- Name three rivers in Wales.", "begins_with_a_sign"),
        ("en", '"Bread" in three languages, please.', "begins_with_a_sign"),
        ("en", "이 문장을 영어로 옮겨 주세요.", "begins_in_another_script"),
        ("en", "Translate 안녕 into plain English.", ""),
        ("ko", "시 한 편", "too_short"),
        ("ko", "글을 요약하세요.", ""),
        ("ko", "이 사진을 한 줄로 설명해 주세요.", "not_for_text"),
        ("ko", "첨부한 파일을 열어 요약해 주세요.", "not_for_text"),
        ("ko", "그림자를 소재로 시를 써 주세요.", ""),
        ("ko", "파일럿이 하는 일을 설명해 주세요.", ""),
        ("ko", "'바람'으로 이행시를 지어 주세요.", ""),
        ("ko", "…을 넣어 문장을 완성해 주세요.", "begins_with_a_sign"),
        ("ko", "가" * 310, "too_long"),
    ],
)
def test_what_speaks_against_an_instruction(language: str, text: str, reason: str) -> None:
    assert reasons(task(text), language=language) == [reason]


def test_more_words_of_ones_own() -> None:
    own = Instruction(words=["rivers", "C++"])
    assert reasons(task(), task("Explain how a lake is made."), part=own) == ["not_for_text", ""]


@pytest.mark.parametrize(
    ("given", "output", "reason"),
    [
        ("", " ", "no_output"),
        ("The Wye", "the  wye", "output_repeats_input"),
        ("", TASK, "output_repeats_input"),
        ("The Wye", "The Wye is one.", ""),
    ],
    ids=["empty", "the input", "the instruction", "a new one"],
)
def test_what_speaks_against_an_answer(given: str, output: str, reason: str) -> None:
    assert reasons(task(given=given, output=output)) == [reason]


def test_the_same_task_with_the_same_or_another_answer() -> None:
    assert reasons(
        task(), task(TASK.upper(), output="wye, usk, taff"), task(output="Dee"), task(given="x")
    ) == ["", "exact_repeat", "other_output", ""]
    # What had no answer stands in nobody's way.
    assert reasons(task(output=""), task()) == ["no_output", ""]
    assert reasons(task(output=TASK), task()) == ["output_repeats_input", ""]


def test_rows_without_columns_are_read_from_their_turns() -> None:
    assert reasons(chat(TASK, "Wye, Usk, Taff"), chat("Too short", "x"), chat(TASK)) == [
        "", "too_short", "no_output",
    ]  # fmt: skip


def test_words_are_counted_by_what_they_carry() -> None:
    assert words("Don't sort them by hand") == 5
    assert words("글을 요약하세요") == 4
    assert words("JSON으로 답하세요") == 4


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_seed_task_that_is_shipped_passes(language: str) -> None:
    text = (ROOT / "examples" / "seed-tasks" / f"{language}.jsonl").read_text("utf8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) >= 60
    assert len({row["instruction"] for row in rows}) == len(rows)
    choices = sum(row["is_classification"] for row in rows)
    assert 0.25 < choices / len(rows) < 0.45
    assert sum(not row["input"] for row in rows) >= 15
    samples = [task(row["instruction"], row["input"], row["output"]) for row in rows]
    assert reasons(*samples, language=language) == [""] * len(rows)
