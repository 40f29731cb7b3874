"""Summarize: length and form held, figures from the text, no copies, and the request above it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.methods.samples import Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods.summarize import Summarize, copied, parts_of, run, shaped
from textsynth.records import Draft

TEXT = (
    "The clinic opens at 8:00 on weekdays. Blood tests are taken until 10:30 without an "
    "appointment. Bring your referral and your health card. Results are ready after 3 working days "
    "and can be seen in the patient portal. Parking costs 2 crowns an hour."
)
SHORT = "Blood is taken on weekdays until 10:30. Expect results in the portal 3 working days later."
REQUEST = "Could you boil this down for me?"


def write(
    summary: list[str], request: str = REQUEST, method: Summarize | None = None, **facets: str
) -> tuple[Draft, Script]:
    made = brief(0, TEXT, **({"length": "short", "form": "prose"} | facets))
    use = method or Summarize()
    script = Script(use, made, {"summary": summary, "request": [request]})
    return asyncio.run(use.write(made, as_ask(script))), script


def test_a_row_asks_with_the_text_and_gives_the_summary() -> None:
    draft, script = write([SHORT], method=Summarize(system="Be brief.", purpose="a notice"))
    assert [m["role"] for m in draft.messages] == ["system", "user", "assistant"]
    assert draft.messages[1]["content"] == f"{REQUEST}\n\n{TEXT}"
    assert draft.messages[2]["content"] == draft.columns["summary"] == SHORT
    assert draft.columns["compression"] == round(len(SHORT) / len(TEXT), 3)
    assert 0 < draft.columns["copied"] < 0.5
    assert all("a notice" in str(sent) for sent in script.sent)


@pytest.mark.parametrize(
    ("useless", "why"),
    [
        ("Blood is taken until 11:30. Results come quickly.", "a figure that the text"),
        ("One. Two. Three. Four. Five.", "5 sentences instead of 1 to 3"),
        (TEXT[:160], "copies the text"),
        ("The text says when the clinic opens.", "speaks of the text"),
        ("", "empty"),
        ("I'm sorry, but I can't assist with that.", "empty"),
        ("All in " + "many, " * 90 + "words.", "words; 80 are the most"),
    ],
    ids=["figure", "length", "copy", "about the text", "empty", "refusal", "long"],
)
def test_a_useless_summary_is_asked_again_with_what_was_wrong(useless: str, why: str) -> None:
    draft, script = write([useless, SHORT])
    assert draft.columns["summary"] == SHORT
    assert script.steps() == ["summary", "summary", "request"]
    assert "An earlier try was of no use" in script.sent[1][-1]["content"]
    with pytest.raises(ReplyError, match=why):
        write([useless])


@pytest.mark.parametrize(
    ("form", "length", "good", "bad"),
    [
        ("bullets", "short", "- weekdays from 8:00\n- bring a referral", "- only one"),
        ("bullets", "one sentence", "- weekdays from 8:00", "- a\n- b\n- c"),
        ("headline", "detailed", "Blood tests until 10:30", "Blood " * 17),
        ("prose", "one sentence", "Blood tests run until 10:30.", "One thing. Another thing."),
        ("prose", "detailed", "Open at 8:00. No booking. Bring a card.", "Open at 8:00."),
    ],
)
def test_length_and_form_are_held(form: str, length: str, good: str, bad: str) -> None:
    assert write([good], form=form, length=length)[0].columns["summary"] == good
    with pytest.raises(ReplyError, match=r"instead of|longer than a headline"):
        write([bad], form=form, length=length)


@pytest.mark.parametrize(
    ("reply", "form", "made"),
    [
        ("* one\n\n2. two\n• three", "bullets", "- one\n- two\n- three"),
        ('"Blood tests until 10:30."', "headline", "Blood tests until 10:30"),
        ("Here is the summary:\nIt opens\nat 8:00.", "prose", "It opens at 8:00."),
        ("요약: 8시에 엽니다.", "prose", "8시에 엽니다."),
        ("", "headline", ""),
    ],
)
def test_a_reply_is_put_into_its_form(reply: str, form: str, made: str) -> None:
    assert shaped(reply, form) == made


def test_copied_is_the_longest_run_as_a_share() -> None:
    assert run("a b c x d e", "z a b c d e") == 3
    assert copied("a b c x", "z a b c") == 0.75
    assert copied("", TEXT) == 0
    assert parts_of("하나입니다. 둘입니다.", "prose") == ["하나입니다.", "둘입니다."]


@pytest.mark.parametrize("request_line", ["", "I'm sorry, but I can't help with that.", TEXT[:120]])
def test_a_row_without_a_request_fails(request_line: str) -> None:
    with pytest.raises(ReplyError, match="no request"):
        write([SHORT], request_line)


def test_a_korean_job_wants_korean() -> None:
    made = replace(brief(chunk=TEXT, length="short", form="prose"), language="ko")
    script = Script(Summarize(), made, {"summary": [SHORT], "request": [REQUEST]}, "ko")
    with pytest.raises(ReplyError, match="not in Korean"):
        asyncio.run(Summarize().write(made, as_ask(script)))
