"""Dialogue: two personas in turn, lines that no person would say asked again."""

from __future__ import annotations

import asyncio

import pytest

from tests.methods.samples import Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods.dialogue import Dialogue

LINES = [
    "I knit on trains.",
    "I fish at dawn.",
    "Fish bore me.",
    "Then I must go.",
    "Goodbye!",
    "Bye!",
]


def test_the_sides_take_turns_and_goodbyes_end_it() -> None:
    method = Dialogue(turns=(4, 8), topic="a hobby")
    script = Script(method, brief(6), {"open": ["I have a cold."], "turn": LINES})
    draft = asyncio.run(method.write(script.brief, as_ask(script)))
    roles = [message["role"] for message in draft.messages]
    assert roles == [("user", "assistant")[i % 2] for i in range(len(roles))]
    assert 4 <= len(roles) <= 8
    assert draft.columns["partner"] == "farmer"
    assert all("a hobby" in str(sent) for sent in script.sent)
    assert "You are this person: A farmer" in script.sent[1][0]["content"]


@pytest.mark.parametrize(
    "useless", ["How can I assist you today?", "I can't help with that.", "I have a cold.", ""]
)
def test_a_line_that_no_person_says_is_asked_again(useless: str) -> None:
    method = Dialogue(turns=(2, 2))
    replies = {"open": ["I have a cold."], "turn": [useless, "Drink tea with honey."]}
    draft = asyncio.run(method.write(brief(), as_ask(Script(method, brief(), replies))))
    assert draft.messages[1]["content"] == "Drink tea with honey."
    with pytest.raises(ReplyError, match="'turn' were of no use"):
        asyncio.run(
            method.write(brief(), as_ask(Script(method, brief(), {**replies, "turn": [useless]})))
        )


def test_a_facet_named_topic_comes_first() -> None:
    method = Dialogue(turns=(2, 2), topic="a hobby")
    script = Script(method, brief(topic="rain"), {"open": ["It pours."], "turn": ["It does."]})
    asyncio.run(method.write(script.brief, as_ask(script)))
    assert all("rain" in str(sent) and "a hobby" not in str(sent) for sent in script.sent)
