"""Qa: one question line, an answer from the chunk, and another question when there is none."""

from __future__ import annotations

import asyncio

import pytest

from tests.methods.samples import CHUNK, Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods._qa_kinds import one_line
from textsynth.methods.qa import Qa
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
    assert one_line(raw) == line


def test_a_pair_and_its_columns() -> None:
    draft, _ = run(Qa(system="Be exact."))
    assert [m["content"] for m in draft.messages] == ["Be exact.", QUESTION, ANSWER]
    quote = {
        "chunk": "c", "source": "", "text": "A replacement card arrives within 5 working days.",
        "start": 0, "end": 49, "match": "found",
    }  # fmt: skip
    assert draft.columns == {
        "question": QUESTION, "answer": ANSWER, "quotes": [quote], "context": CHUNK,
    }  # fmt: skip
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


def test_examples_show_question_answer_and_the_persona_behind_them() -> None:
    made = brief()
    made.fields["examples"] = [
        {"id": "1", "question": "When is it here?", "answer": "Soon.", "persona": "A hasty cook"},
        {"id": "2", "question": "What does it cost?"},
        {"id": "3", "text": "where is my card", "persona": {"id": "x"}},
    ]
    script = Script(Qa(), made, {"question": [QUESTION], "answer": [ANSWER]})
    asyncio.run(Qa().write(made, as_ask(script)))
    asked = script.sent[0][-1]["content"]
    assert "- (A hasty cook) When is it here? | Soon.\n" in asked
    assert "- What does it cost?\n" in asked
    assert "- where is my card\n" in asked


def test_a_question_that_repeats_how_its_asker_sounds_is_tried_again() -> None:
    made = brief()
    made.fields["persona"] = {
        "id": "p", "description": "A cook.", "attributes": {"tone": "thrifty, courteous"},
    }  # fmt: skip
    replies = {"question": [f"Thrifty, courteous. {QUESTION}", QUESTION], "answer": [ANSWER]}
    draft = asyncio.run(Qa().write(made, as_ask(Script(Qa(), made, replies))))
    assert draft.columns["question"] == QUESTION
