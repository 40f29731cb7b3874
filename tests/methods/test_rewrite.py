"""Rewrite: figures stay, copies are asked again, the request names register and reader."""

from __future__ import annotations

import asyncio

import pytest

from tests.methods.samples import CHUNK, KOREAN_CHUNK, NURSE, Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods.rewrite import Rewrite
from textsynth.records import Draft

GOOD = "Your new card is with you in 5 working days at most; for £12 it comes by express."


def run(
    method: Rewrite, *replies: str, language: str = "en", register: str = "plain"
) -> tuple[Draft, Script]:
    made = brief(chunk=CHUNK if language == "en" else KOREAN_CHUNK, register=register)
    script = Script(method, made, {"write": list(replies)}, language)
    return asyncio.run(method.write(made, as_ask(script))), script


def test_a_pair_and_its_columns() -> None:
    draft, script = run(Rewrite(system="Be kind."), GOOD)
    assert draft.columns == {"source_text": CHUNK, "text": GOOD}
    system, asked, said = (m["content"] for m in draft.messages)
    assert (system, said) == ("Be kind.", GOOD)
    assert (
        asked == f"Rewrite this text in plain words, for this reader: A nurse on nights.\n\n{CHUNK}"
    )
    assert CHUNK in script.sent[0][-1]["content"]
    assert str(NURSE["description"]) in script.sent[0][-1]["content"]


@pytest.mark.parametrize(
    ("useless", "fault"),
    [
        (CHUNK, "it is a copy"),
        ("It arrives within 9 working days, or faster for £12 and 5 more.", "figure 9 is new"),
        ("It arrives within 5 working days, and express costs a bit more.", "figure 12 is gone"),
        ("5, £12.", "times as long"),
        ("I cannot assist with that.", "declined"),
        ("A nurse on nights has 5 days until her replacement card; express £12.", "the reader"),
        ("Bring 5 apples and 12 pears to the picnic on the hill for your aunt.", "too little"),
        (
            "According to the text, it takes 5 working days; express costs £12.",
            "speaks of the text",
        ),
    ],
)
def test_what_is_no_rewriting_is_asked_again(useless: str, fault: str) -> None:
    draft, script = run(Rewrite(), useless, GOOD)
    assert draft.columns["text"] == GOOD
    assert script.asked == [("write", 0), ("write", 1)]
    with pytest.raises(ReplyError, match=fault):
        run(Rewrite(), useless)


def test_a_label_before_the_text_is_cut_off() -> None:
    assert run(Rewrite(), f"The text:\n{GOOD}")[0].columns["text"] == GOOD


def test_another_language_shares_no_words_and_need_not() -> None:
    text = "카드를 다시 만들면 5영업일 안에 받으실 수 있고, 12파운드를 내면 더 빨리 와요."
    assert run(Rewrite(), text)[0].columns["text"] == text


def test_a_brief_text_may_lose_figures() -> None:
    short = "New cards take 5 working days."
    assert run(Rewrite(), short, register="brief")[0].columns["text"] == short
    assert run(Rewrite(figures="none_new"), short)[0].columns["text"] == short


def test_korean() -> None:
    text = "카드를 다시 만들면 5영업일 안에 받으실 수 있고, 12,000원을 내면 더 빨리 와요."
    draft, script = run(Rewrite(), text, language="ko", register="warm")
    assert draft.messages[0]["content"].startswith("다음 글을 따뜻하고 친근한 말투로")
    assert "따뜻하고 친근한 해요체로 다시 쓰세요" in script.sent[0][-1]["content"]


def test_a_register_of_the_jobs_own_is_named_as_it_is() -> None:
    draft, _ = run(Rewrite(), GOOD, register="like a pirate")
    assert "in this register: like a pirate" in draft.messages[0]["content"]


def test_a_reader_must_find_that_both_say_the_same() -> None:
    checked = Rewrite(verify="model")
    made = brief(register="plain")
    verdicts = ['{"reason": "it left out x", "same": false}', '{"reason": "fine", "same": true}']
    reader = Script(checked, made, {"write": [GOOD], "verify": verdicts})
    assert asyncio.run(checked.write(made, reader)).columns["text"] == GOOD
    assert reader.steps() == ["write", "verify", "write", "verify"]
    reader = Script(checked, made, {"write": [GOOD], "verify": verdicts[:1]})
    with pytest.raises(ReplyError, match="another thing: it left out x"):
        asyncio.run(checked.write(made, reader))
