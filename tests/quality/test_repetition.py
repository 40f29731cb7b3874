"""Repetition: what goes round in circles goes; lists, tables, verse, numbers and laughter stay."""

from __future__ import annotations

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.repetition import Repetition

ASK = "How do I close my account with you?"
BLOCKED = "The card is blocked for your safety. "
CLOSE = "To close it, open the app and go to settings. Choose close account."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("I will look. " + BLOCKED * 3, "repeated_sentences", id="a-sentence-thrice"),
        pytest.param(f"{CLOSE}\n\n{CLOSE}", "repeated_sentences", id="a-paragraph-twice"),
        pytest.param("카드는 앱에서 해지하실 수 있습니다. " * 4, "repeated_sentences", id="korean"),
        pytest.param("我想开一个新的银行账户，请帮我。" * 4, "repeated_sentences", id="chinese"),
        pytest.param("โอนเงินไปธนาคารอื่นใช้เวลานานเท่าไหร่" * 4, "repeated_ngrams", id="thai"),
        pytest.param("Sure:\n" + "Open the app.\n" * 6, "repeated_lines", id="lines"),
        pytest.param(
            "\n".join(f"{n}. Great customer service" for n in range(1, 9)), "repeated_lines",
            id="items-that-differ-by-their-number",
        ),
        pytest.param(
            "We have very good service and very good prices and very good people and very good "
            "cards and very good loans and very good advice and very good branches.",
            "repeated_phrase", id="a-phrase",
        ),
        pytest.param("step one step two " * 15, "repeated_ngrams", id="n-grams"),
        pytest.param("It is very very very very very very very good.", "word_run", id="a-word"),
        pytest.param("정말 정말 정말 정말 정말 정말 정말 감사합니다", "word_run", id="korean-word"),
        pytest.param("Nooooooooooooooooooooo way", "character_run", id="a-letter"),
        pytest.param("감사합니다" * 12, "character_run", id="a-word-without-spaces"),
        pytest.param("ㅋ" * 80, "character_run", id="laughter-without-end"),
        pytest.param("Great 😂😂😂😂😂😂😂😂😂😂", "character_run", id="an-emoji"),
        pytest.param("-" * 300, "character_run", id="a-rule-without-end"),
    ],
)  # fmt: skip
def test_drops(text: str, reason: str) -> None:
    said = verdict(Repetition(), chat(ASK, text))
    assert (said.keep, said.reason, said.details["turn"]) == (False, reason, 2)
    assert said.details["found"]
    assert said.score


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("하하하하 그렇군요 ㅋㅋㅋㅋㅋㅋ ㅠㅠㅠㅠ", id="laughter"),
        pytest.param("No, no, no, no! I want a refund! I want a refund! Now!", id="anger"),
        pytest.param(
            "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you.\n\nThe stars are "
            "bright,\nthe moon is too,\nsugar is sweet,\nand so are you.\n\nThe day is long,\nthe "
            "night is new,\nsugar is sweet,\nand so are you.", id="verse-with-a-refrain",
        ),
        pytest.param(
            "나 보기가 역겨워\n가실 때에는\n말없이 고이 보내 드리우리다\n\n영변에 약산\n진달래꽃\n"
            "아름 따다 뿌리우리다\n\n나 보기가 역겨워\n가실 때에는\n눈물 "
            "흘리우리다", id="korean-verse",
        ),
        pytest.param("| a | b |\n|---|---|\n" + "| 1 | yes |\n" * 8, id="table"),
        pytest.param("0 0 0 0 1 0 0 0\n" * 6, id="numbers"),
        pytest.param("id,name,city\n1,Kim,Seoul\n2,Lee,Seoul\n3,Park,Seoul", id="csv"),
        pytest.param("```python\n" + "print('x')\n" * 12 + "```\nThat is all.", id="code"),
        pytest.param(
            "1. Open the app and tap settings\n2. Open the app and tap cards\n3. Open the app and "
            "tap help\n4. Call us", id="list",
        ),
        pytest.param(
            "\n".join(f"{day}: 9 am to 5 pm" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")),
            id="opening-hours",
        ),
        pytest.param("Well.......... maybe\n==========\nMore ---------- text", id="rules"),
        pytest.param("It costs 1000000000000 won, see https://a.example/aaaaaaaa", id="zeros"),
        pytest.param(
            "First, open the app and sign in. Next, open the menu and tap cards. Then, open the "
            "card and tap freeze. Finally, open the settings and tap save.", id="steps",
        ),
        pytest.param(
            "我想开一个账户，请问需要什么材料？需要身份证、工作证明和地址证明，办理大约需要二十分钟，"
            "您可以随时来我们的网点。", id="chinese",
        ),
    ],
)  # fmt: skip
def test_keeps(text: str) -> None:
    assert verdict(Repetition(), chat(ASK, text)).keep


REFUND = (
    "I have checked it, and the refund was sent to your card on Monday, so it should come soon."
)


@pytest.mark.parametrize(
    "again", [REFUND, REFUND.upper(), REFUND.replace("Monday", "Tuesday")],
    ids=["the-same", "in-capitals", "but-for-a-word"],
)  # fmt: skip
def test_a_speaker_may_not_say_a_turn_again(again: str) -> None:
    said = verdict(Repetition(), chat(ASK, REFUND, "Are you sure?", again))
    assert (said.keep, said.reason, said.details["turn"]) == (False, "repeated_turn", 4)


def test_a_turn_of_a_few_words_may_not_come_back_as_it_was() -> None:
    again = "Please check the status of my refund."
    said = verdict(Repetition(), chat(again, "One moment.", again + "!", "Done."))
    assert (said.reason, said.details["turn"]) == ("repeated_turn", 3)


def test_short_turns_and_those_of_the_other_side_may_be_the_same() -> None:
    thanks = ("Hi there", "Hello, how can I help?", "Thank you so much!", "You are welcome!")
    assert verdict(Repetition(), chat(*thanks, *thanks[2:])).keep
    wait = "네, 잠시만 기다려 주세요."
    assert verdict(Repetition(), chat("카드 해지요", wait, "네", wait)).keep
    assert verdict(Repetition(), chat(REFUND, REFUND)).keep


def test_limits_can_be_set() -> None:
    row = chat(ASK, "It is very very very very very very very good.")
    assert verdict(Repetition(max_words=9), row).keep
    assert not verdict(Repetition(sentences=0.1), chat(ASK, f"{CLOSE} {CLOSE} " + REFUND * 2)).keep
