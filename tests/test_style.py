"""Length, register and mix of scripts, on lines with known answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textsynth.style import mix, register, style_of, words

LINES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/registers.jsonl").read_text("utf8").splitlines()
]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_registers_of_the_labelled_lines(language: str) -> None:
    mine = [line for line in LINES if line["language"] == language]
    wrong = [line for line in mine if register(line["text"]) != line["register"]]
    assert len(mine) >= 30
    assert len(wrong) <= len(mine) // 20, wrong


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("Where is my card?", "latin"),
        ("카드가 어디 있나요?", "hangul"),
        ("내 account에 login이 안 돼요, error가 나요", "hangul+latin"),
        ("I ate 김치 and 밥 today", "latin+hangul"),
        ("카드 PIN을 잊었어요. 다시 받으려면 어떻게 해야 하나요?", "hangul"),
        ("カードはどこですか", "kana"),
        ("我的卡在哪里", "han"),
        ("Где моя карта", "cyrillic"),
        ("12.50 !?", ""),
    ],
)
def test_the_scripts_of_a_text(text: str, scripts: str) -> None:
    assert mix(text) == scripts


@pytest.mark.parametrize(
    ("text", "count"),
    [("Don't panic, it's 5 pounds", 5), ("카드를 잃어버렸어요", 2), ("我的卡在哪里", 3), ("", 0)],
)
def test_words_are_counted_between_spaces_and_by_two_where_there_are_none(
    text: str, count: int
) -> None:
    assert words(text) == count


def test_a_voice_is_as_long_as_its_middle_text() -> None:
    assert style_of(["one", "one two three", "one two three four five"]).words == 3
    assert style_of([]).words == 0
