"""Length: limits on turns, characters and words, fair to scripts that say more per character."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from tests.quality.samples import chat, verdict
from textsynth.quality.length import Length
from textsynth.records import Message

LONG = "Could you tell me how long the transfer takes?"


@pytest.mark.parametrize(
    ("texts", "options", "reason", "score"),
    [
        pytest.param((LONG, ""), {}, "empty_turn", 0, id="empty"),
        pytest.param((LONG, " \n\t"), {}, "empty_turn", 0, id="white-space"),
        pytest.param((LONG, "\u200b\ufeff"), {}, "empty_turn", 0, id="prints-nothing"),
        pytest.param((), {}, "empty_turn", 0, id="no-turns"),
        pytest.param((LONG, "k"), {}, "too_short", 1, id="one-letter"),
        pytest.param(("Hi there", "Hello"), {}, "too_short", 13, id="whole-sample"),
        pytest.param((LONG, "a" * 2001), {}, "too_long", 2001, id="long"),
        pytest.param((LONG, "No."), {"min_words": 2}, "too_short", 1, id="few-words"),
        pytest.param((LONG, "one two three"), {"max_words": 2}, "too_long", 9, id="many-words"),
        pytest.param(("잠시만 기다려 주세요",), {"max_words": 4}, "too_long", 5, id="korean-words"),
        pytest.param((LONG,), {"min_turns": 2}, "too_few_turns", 1, id="few-turns"),
        pytest.param((LONG,) * 3, {"max_turns": 2}, "too_many_turns", 3, id="many-turns"),
    ],
)
def test_drops(texts: tuple[str, ...], options: dict[str, int], reason: str, score: float) -> None:
    said = verdict(Length(**options), chat(*texts))
    assert (said.keep, said.reason, said.score) == (False, reason, score)


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        pytest.param((LONG, "OK"), {}, id="ok"),
        pytest.param(("계좌를 새로 만들고 싶어요", "네"), {}, id="korean-yes"),
        pytest.param(("수도는 어디인가요?", "서울"), {}, id="short-korean-whole"),
        pytest.param((LONG, "가" * 2000), {}, id="maximum-in-plain-characters"),
        pytest.param(("我想开一个账户。", "好的，请稍等。"), {"min_words": 3}, id="chinese-words"),
        pytest.param((LONG, LONG), {"min_turns": 2, "max_turns": 2}, id="turns"),
        pytest.param((LONG, "a   " * 600), {}, id="runs-of-space-count-once"),
    ],
)
def test_keeps(texts: tuple[str, ...], options: dict[str, int]) -> None:
    assert verdict(Length(**options), chat(*texts)).keep


def test_the_system_turn_does_not_count() -> None:
    assert not verdict(Length(), chat("Hi", "Hello", system="You are a helpful bank agent.")).keep


def test_text_columns_stand_in_for_turns() -> None:
    said = verdict(Length(), chat(columns={"text": "The card arrived on Monday.", "stars": 4}))
    assert said.keep


def test_limits_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match=r"min_chars \(5\) is above max_chars \(4\)"):
        Length(min_chars=5, max_chars=4)


def test_questions_and_answers_have_limits_of_their_own() -> None:
    row = chat("How long?", "Five days, in most cases, and ten where a card goes abroad.")

    def word(**limits: dict[str, int]) -> str:
        return verdict(Length.model_validate({"roles": limits}), row).reason

    assert word(user={"max_chars": 20}) == ""
    assert word(assistant={"max_chars": 20}) == "too_long"
    assert word(user={"min_chars": 12}) == "too_short"
    assert word(user={"max_words": 2}, assistant={"max_words": 8}) == "too_long"
    with pytest.raises(ValidationError):
        word(user={"max_turns": 1})


def test_the_order_of_the_speakers() -> None:
    row = chat("How long does it take?", "Five days.", "Thanks.")
    twice = replace(row, messages=(*row.messages[:2], row.messages[1]))
    called = Message(role="tool", content="5")
    between = replace(row, messages=(*row.messages[:2], called, row.messages[1]))
    assert verdict(Length(), twice).keep
    said = verdict(Length(alternate=True), twice)
    assert (said.reason, said.score) == ("same_speaker_twice", 3)
    assert verdict(Length(alternate=True), row).keep
    assert verdict(Length(alternate=True), between).keep
    assert verdict(Length(last="assistant"), row).reason == "wrong_last_turn"
    assert verdict(Length(last="user"), row).keep
    assert verdict(Length(last="assistant", alternate=True), chat(columns={"text": LONG})).keep


def test_the_turn_at_fault_is_named() -> None:
    assert verdict(Length(max_chars=20), chat("Hi", LONG)).details == {"turn": 2}


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ({"usr": {"max_chars": 5}}, "no turn of a row is by 'usr'; did you mean 'user'"),
        ({"agent": {"max_chars": 5}}, "by 'agent'; known: assistant, user"),
        ({"user": {"min_chars": 50, "max_chars": 10}}, r"roles.user: min_chars \(50\) is above"),
        ({"assistant": {"min_chars": 5000}}, r"roles.assistant: .* above max_chars \(2000\)"),
    ],
)
def test_limits_of_roles_that_cannot_hold_are_refused(roles: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Length.model_validate({"roles": roles})
