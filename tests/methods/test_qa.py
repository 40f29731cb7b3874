"""Qa: one question line, an answer from the chunk, and another question when there is none."""

from __future__ import annotations

import asyncio

import pytest

from tests.methods.samples import CHUNK, Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods.qa import Qa, _one_line
from textsynth.records import Draft

QUESTION = "How long does a replacement card take?"
ANSWER = "It arrives within 5 working days."


def run(method: Qa, **replies: list[str]) -> tuple[Draft, Script]:
    script = Script(method, brief(), {"question": [QUESTION], "answer": [ANSWER], **replies})
    return asyncio.run(method.write(script.brief, as_ask(script))), script


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("What is it?", "What is it?"),
        ("Question: What is it?", "What is it?"),
        ("**Question:** What is it?", "What is it?"),
        ("질문: 무엇인가요?", "무엇인가요?"),
        ("1. What is it?\n2. Why?", "What is it?"),
        ('- "What is it?"', "What is it?"),
        ("\n\nWhat is it?", "What is it?"),
        ("Where is the box: left or right?", "Where is the box: left or right?"),
        ("", ""),
    ],
)
def test_one_line(raw: str, line: str) -> None:
    assert _one_line(raw) == line


def test_a_pair_and_its_columns() -> None:
    draft, _ = run(Qa(system="Be exact."))
    assert [m["content"] for m in draft.messages] == ["Be exact.", QUESTION, ANSWER]
    assert draft.columns == {"question": QUESTION, "answer": ANSWER, "context": CHUNK}
    assert "context" not in run(Qa(context=False))[0].columns


@pytest.mark.parametrize(
    "useless",
    ["NOT IN THE TEXT.", "글에 없음", "It takes 9 days.", "According to the text, 5.", QUESTION],
)
def test_another_question_is_tried_when_the_chunk_does_not_answer(useless: str) -> None:
    draft, script = run(Qa(), answer=[useless, ANSWER])
    assert draft.columns["answer"] == ANSWER
    assert script.asked == [("question", 0), ("answer", 0), ("question", 1), ("answer", 0)]
    with pytest.raises(ReplyError, match="does not answer the question"):
        run(Qa(), answer=[useless])


@pytest.mark.parametrize(
    "useless", ["", "It takes 5 days.", "What does the text say?", "Is it £99?", "How do I ...?"]
)
def test_a_line_that_is_no_question_is_asked_again(useless: str) -> None:
    assert run(Qa(), question=[useless, QUESTION])[0].columns["question"] == QUESTION
    with pytest.raises(ReplyError, match="wrote no question"):
        run(Qa(), question=[useless])


def test_the_short_answer_stands_in_only_when_the_chunk_has_it() -> None:
    both = f"{QUESTION} | A replacement card arrives within 5 working days."
    draft, script = run(Qa(), question=[both], answer=["NOT IN THE TEXT"])
    assert draft.columns["question"] == QUESTION
    assert draft.columns["answer"] == "A replacement card arrives within 5 working days."
    assert run(Qa(), question=[both])[0].columns["answer"] == ANSWER
    with pytest.raises(ReplyError, match="does not answer the question"):
        run(Qa(), question=[f"{QUESTION} | Nine weeks."], answer=["NOT IN THE TEXT"])
    assert len(script.asked) == 2
