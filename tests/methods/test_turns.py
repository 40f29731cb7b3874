"""Conversations: who speaks, when they end, and lines made clean."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from textsynth.errors import ReplyError
from textsynth.methods._turns import Turn, as_messages, converse, over, tidy, view_of
from textsynth.records import Reply


@pytest.mark.parametrize(
    ("lines", "ended"),
    [
        (["Goodbye!", "Bye, take care."], True),
        (["Have a nice day.", "Talk to you soon!"], True),
        (["Goodbye!", "Wait, one more thing."], False),
        (["What is the fee?", "Goodbye."], False),
        (["Goodbye."], False),
        ([], False),
        (["안녕히 계세요.", "네, 좋은 하루 보내세요."], True),
        (["수고하세요!", "다음에 또 뵙겠습니다."], True),
        (["수고하세요!", "카드 번호를 알려 주세요."], False),
    ],
)
def test_a_conversation_is_over_when_both_said_goodbye(lines: list[str], ended: bool) -> None:
    assert over([Turn(i % 2, text) for i, text in enumerate(lines)]) is ended


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Customer: What does it cost?", "What does it cost?"),
        ("**Agent:** It is free.", "It is free."),
        ("고객: 얼마인가요?", "얼마인가요?"),
        ("상담원： 무료입니다.", "무료입니다."),
        ('"It is free."', "It is free."),
        ("“It is free.”", "It is free."),
        ("Sure, here is the message: It is free.", "It is free."),
        ("It is free.\nCustomer: Thanks!", "It is free."),
        ("요금은 없습니다.\n고객: 감사합니다!", "요금은 없습니다."),
        ('"Yes" and "no" are buttons', '"Yes" and "no" are buttons'),
        ("Two lines.\nBoth stay.", "Two lines.\nBoth stay."),
        ("  \n", ""),
    ],
)
def test_tidy_leaves_the_line_itself(raw: str, clean: str) -> None:
    assert tidy(raw, ("Customer", "Agent")) == clean


def test_each_side_sees_itself_as_the_assistant() -> None:
    turns = [Turn(0, "one"), Turn(1, "two")]
    assert [m["role"] for m in view_of(0, turns)] == ["assistant", "user"]
    assert [m["role"] for m in as_messages(turns)] == ["user", "assistant"]


@pytest.mark.parametrize(("least", "expected"), [(2, 2), (4, 4), (6, 6)])
def test_goodbyes_end_a_conversation_only_after_the_fewest_turns(least: int, expected: int) -> None:
    async def speak(side: int, turns: Sequence[Turn], left: int) -> Reply:
        return Reply("Goodbye!", "m")

    turns = asyncio.run(converse(speak, ("A", "B"), least, 8))
    assert len(turns) == expected
    assert [turn.side for turn in turns] == [i % 2 for i in range(expected)]


def test_left_counts_down_to_the_last_turn() -> None:
    seen: list[int] = []

    async def speak(side: int, turns: Sequence[Turn], left: int) -> Reply:
        seen.append(left)
        return Reply(f"Line {len(turns)}.", "m")

    asyncio.run(converse(speak, ("A", "B"), 2, 5))
    assert seen == [4, 3, 2, 1, 0]


def test_silence_is_an_error() -> None:
    async def speak(side: int, turns: Sequence[Turn], left: int) -> Reply:
        return Reply("A:", "m")

    with pytest.raises(ReplyError, match="A said nothing"):
        asyncio.run(converse(speak, ("A", "B"), 2, 4))


def test_emphasis_is_no_part_of_what_is_said() -> None:
    assert tidy("**How can I block new payees?**") == "How can I block new payees?"
    assert tidy("Costs 3 ** 2 pounds.") == "Costs 3 ** 2 pounds."
