"""The cheap tests of a line, in English and Korean."""

from __future__ import annotations

import pytest

from textsynth.methods import _lines as lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What does it cost?", True),
        ("얼마인가요", True),
        ("언제 도착할까요.", True),
        ("카드를 받을 수 있는지요", True),
        ("Πότε θα φτάσει η κάρτα;", True),
        ("እንዴት ነው፧", True),
        ("ทำไมต้องรอห้าวัน", True),
        ("การ์ดมีกี่แบบ", True),
        ("การ์ดจะมาถึงในห้าวัน", False),
        ("I will do that;", False),
        ("I will do that.", False),
        ("그렇게 할게요.", False),
    ],
)
def test_asks(text: str, expected: bool) -> None:
    assert lines.asks(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm sorry, but I can’t assist with that.", True),
        ("I don't have the ability to reset your passcode.", True),
        ("As an AI language model, I have no card.", True),
        ("죄송하지만 도와드릴 수 없습니다.", True),
        ("저는 인공지능입니다.", True),
        ("We cannot refund the fee after 30 days.", False),
        ("30일이 지나면 환불할 수 없습니다.", False),
    ],
)
def test_refuses(text: str, expected: bool) -> None:
    assert lines.refuses(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How can I help you today?", True),
        ("Is there anything else?", True),
        ("You're very welcome!", True),
        ("Sure! The fee is 12.", True),
        ("무엇을 도와드릴까요?", True),
        ("고객님, 확인해 드리겠습니다.", True),
        ("Thank you, that helps. Bye!", False),
        ("감사합니다. 수고하세요!", False),
    ],
)
def test_serves(text: str, expected: bool) -> None:
    assert lines.serves(text) is expected


def test_figures_must_be_known() -> None:
    assert lines.grounded("It costs £1200 in 5 days.", "£1,200", "5 working days")
    assert not lines.grounded("It costs $50.", "There is a fee.")


@pytest.mark.parametrize(
    ("text", "known", "low", "high"),
    [
        ("Express delivery", "The cost of an express delivery", 1.0, 1.0),
        ("Please follow these instructions online", "Express delivery costs £12", 0.0, 0.2),
        ("빠른 배송 요금", "빠른 배송은 12,000원입니다", 0.6, 0.7),
        ("", "anything", 1.0, 1.0),
    ],
)
def test_covered(text: str, known: str, low: float, high: float) -> None:
    assert low <= lines.covered(text, known) <= high


def test_an_echo_repeats_nearly_all() -> None:
    assert lines.echoes("The Travel Card costs £20.", "the travel card costs 20")
    assert lines.echoes("카드는 언제 오나요?", "카드는 언제 오나요")
    assert not lines.echoes("The Travel Card costs £20.", "What does the Travel Card cost?")
    assert not lines.echoes("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want to talk to your manager.", True),
        ("담당자와 이야기하고 싶어요.", True),
        ("I disagree.", False),
        ("저는 생각이 달라요.", False),
    ],
)
def test_demands(text: str, expected: bool) -> None:
    assert lines.demands(text) is expected
