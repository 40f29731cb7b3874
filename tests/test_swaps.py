"""Persons described as of another gender, name or age, in English and Korean."""

from __future__ import annotations

from typing import Any

import pytest

from textsynth.swaps import Carried, carried, gendered

MIXED = "words of both genders"


@pytest.mark.parametrize(
    ("language", "woman", "man"),
    [
        ("en", "She runs her own shop; customers like her.",
         "He runs his own shop; customers like him."),
        ("en", "The savings are hers, and she trusts herself.",
         "The savings are his, and he trusts himself."),
        ("en", "A mother of two. Her husband helps her with it.",
         "A father of two. His wife helps him with it."),
        ("en", "Ms Kim, a businesswoman, sees her mother on Sundays.",
         "Mr Kim, a businessman, sees his mother on Sundays."),
        ("en", "The waitress lost her card.", "The waiter lost his card."),
        ("ko", "그녀는 어머니를 모시고 사는 여성 회사원입니다. 남편이 가게를 합니다.",
         "그는 어머니를 모시고 사는 남성 회사원입니다. 아내가 가게를 합니다."),
        ("ko", "두 아이의 어머니. 그녀는 남편과 빵집을 운영한다.",
         "두 아이의 아버지. 그는 아내와 빵집을 운영한다."),
        ("ko", "오빠와 함께 사는 여학생입니다.", "형과 함께 사는 남학생입니다."),
    ],
)  # fmt: skip
def test_a_text_is_swapped_to_and_fro(language: str, woman: str, man: str) -> None:
    assert gendered(woman, "man", language).text == man
    assert gendered(woman, "woman", language).text == woman
    assert gendered(man, "man", language).text == man
    assert gendered(man, "woman", language).text == woman


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("en", "She is pregnant and asks about leave.", ("pregnant",)),
        ("en", "She lives with her son, and he is ill.", (MIXED,)),
        ("ko", "임신 중인 여성입니다.", ("임신",)),
        ("ko", "은퇴한 화학 교사입니다.", ()),
        ("ko", "그 가게를 자주 찾는 손님입니다.", ()),
    ],
)
def test_what_cannot_be_swapped_is_told(language: str, text: str, left: tuple[str, ...]) -> None:
    assert gendered(text, "man", language).left == left


@pytest.mark.parametrize(
    ("persona", "name", "value", "language", "text", "how"),
    [
        ({"description": "A baker."}, "gender", "woman", "en", "A baker. Gender: woman.", "stated"),
        ({"description": "빵집을 합니다."}, "gender", "여성", "ko", "빵집을 합니다. 성별: 여성.",
         "stated"),
        ({"description": "He bakes."}, "gender", "female", "en", "She bakes.", "swapped"),
        ({"description": "민수는 제빵사다. 민수가 만든 빵.", "name": "민수"}, "name", "지훈", "ko",
         "지훈은 제빵사다. 지훈이 만든 빵.", "replaced"),
        ({"description": "Ann's bread. Anna eats it.", "name": "Ann"}, "name", "Jamal", "en",
         "Jamal's bread. Anna eats it.", "replaced"),
        ({"description": "A baker."}, "name", "Emily", "en", "A baker. Name: Emily.", "stated"),
        ({"description": "A baker of 30.", "attributes": {"age": "30", "tone": "dry"}}, "age", "70",
         "en", "A baker of 70.", "replaced"),
    ],
)  # fmt: skip
def test_a_persona_carries_a_value(
    persona: dict[str, Any], name: str, value: str, language: str, text: str, how: str
) -> None:
    got: Carried = carried({"id": "x", **persona}, name, value, language)
    assert (got.persona["description"], got.how, got.persona["id"]) == (text, how, "x")
    if "attributes" in persona:
        assert got.persona["attributes"] == {"age": value, "tone": "dry"}


def test_a_value_that_is_neither_is_stated_and_words_of_a_gender_are_told() -> None:
    got = carried({"description": "She bakes."}, "gender", "non-binary", "en")
    assert got.persona["description"] == "She bakes. Gender: non-binary."
    assert got.left == ("words of a gender",)
