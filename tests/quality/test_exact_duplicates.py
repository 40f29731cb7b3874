"""ExactDuplicates: the same text twice, however it is encoded, cased or spaced."""

from __future__ import annotations

import unicodedata

import pytest

from tests.quality.samples import chat, kept, verdict
from textsynth.errors import JobError
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.records import Setting

KOREAN = "카드를 잃어버렸어요"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("I lost my card.", "I lost my card.", id="same"),
        pytest.param("I lost my card.", "I LOST my Card.", id="case"),
        pytest.param("Straße", "STRASSE", id="case-folding"),
        pytest.param("I lost my card.", "  I lost\n my\tcard. ", id="white-space"),
        pytest.param(KOREAN, unicodedata.normalize("NFD", KOREAN), id="nfd-korean"),
        pytest.param("café", "cafe\u0301", id="nfd-latin"),
    ],
)
def test_drops(first: str, second: str) -> None:
    assert kept(ExactDuplicates(), [chat(first), chat(second)]) == [True, False]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("The fee is 12 euros.", "The fee is 13 euros.", id="numbers"),
        pytest.param("Sure.", "Sure?", id="punctuation"),
        pytest.param("dog bites man", "man bites dog", id="order"),
        pytest.param("카드를 잃어버렸어요", "카드를 분실했어요", id="korean"),
    ],
)
def test_keeps(first: str, second: str) -> None:
    assert kept(ExactDuplicates(), [chat(first), chat(second)]) == [True, True]


@pytest.mark.parametrize("texts", [(), ("",), (" \n", "\t")], ids=["none", "empty", "white-space"])
def test_an_empty_text_is_dropped_as_such(texts: tuple[str, ...]) -> None:
    said = verdict(ExactDuplicates(), chat(*texts))
    assert (said.keep, said.reason, said.score) == (False, "empty", None)


def test_a_repeat_is_dropped_without_a_score() -> None:
    screen = ExactDuplicates().screen(Setting())
    screen(chat("Hello"))
    said = screen(chat("Hello"))
    assert (said.keep, said.reason, said.score) == (False, "exact_duplicate", None)


def test_the_first_turn_alone_may_decide() -> None:
    rows = [chat("Where is my card?", "In the mail."), chat("Where is my card?", "Lost.")]
    assert kept(ExactDuplicates(), rows) == [True, True]
    assert kept(ExactDuplicates(on="first_turn"), rows) == [True, False]


def test_a_column_may_decide() -> None:
    rows = [chat("a", columns={"q": "Why?"}), chat("b", columns={"q": "why?"}),
            chat("c", columns={"q": ["x"]}), chat("d", columns={"q": None})]  # fmt: skip
    assert kept(ExactDuplicates(on="q"), rows) == [True, False, True, False]


def test_an_unknown_column_names_those_that_exist() -> None:
    with pytest.raises(JobError, match="question, answer"):
        verdict(ExactDuplicates(on="quest"), chat("a", columns={"question": "", "answer": ""}))


def test_a_fresh_screen_remembers_nothing() -> None:
    part = ExactDuplicates()
    assert verdict(part, chat("Hello")).keep
    assert verdict(part, chat("Hello")).keep
