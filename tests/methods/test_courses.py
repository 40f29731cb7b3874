"""Subjects and syllabi: free text first, then records of nothing but what stands in it."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.methods.samples import Script, as_ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _course_checks as checks
from textsynth.methods.subjects import Subjects, cleaned
from textsynth.methods.syllabus import Syllabus
from textsynth.records import Brief, Draft

TOPIC = {"id": "t", "name": "Payments", "text": "Bank > Payments", "about": ""}
SUBJECT = {"id": "s", "name": "Card payments", "level": "", "topic": "", "subtopics": []}
LIST = "1. **Card payments** (introductory): clearing, chargebacks.\n2. Cheques (advanced): fraud."
OUTLINE = "Session 1: Cards - magnetic stripe, chip. Session 2: Clearing - netting, settlement day."
REFUSAL = "I'm sorry, but I cannot help with that request about the subjects of payments."


def brief(language: str = "en") -> Brief:
    fields = {"topic": TOPIC, "subject": SUBJECT}
    return Brief(0, "b", fields, {}, language=language)


def write(method: Method, replies: dict[str, list[str]], language: str = "en") -> Draft:
    made = brief(language)
    return asyncio.run(method.write(made, as_ask(Script(method, made, replies, language))))


def subjects(*names: str) -> str:
    one = {"level": "introductory", "subtopics": ["1. clearing", "clearing", "**rules**:"]}
    return json.dumps({"subjects": [{"name": name, **one} for name in names]})


def sessions(*listed: tuple[str, list[str]]) -> str:
    return json.dumps({"sessions": [{"name": n, "concepts": c} for n, c in listed]})


def test_only_subjects_that_stand_in_the_list_are_read_out_of_it() -> None:
    read = subjects("1. Card payments", "Astronomy", "Introductory", "Bank > Cheques", "Cheques")
    draft = write(Subjects(), {"list": [LIST], "extract": [read]})
    assert draft.columns["topic"] == "Payments"
    assert [one["name"] for one in draft.columns["subjects"]] == ["Card payments", "Cheques"]
    assert draft.columns["subjects"][0]["subtopics"] == ["clearing", "rules"]
    assert draft.messages == [{"role": "assistant", "content": LIST}]


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ({"list": [REFUSAL], "extract": [subjects("Cheques")]}, "refused"),
        ({"list": ["Cheques."], "extract": [subjects("Cheques")]}, "next to nothing"),
        ({"list": [LIST], "extract": [subjects("Astronomy")]}, "stands in the list"),
    ],
    ids=["refusal", "short", "made up"],
)
def test_a_useless_list_is_given_up_after_three_replies(
    replies: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(ReplyError, match=words):
        write(Subjects(), replies)
    good = {
        "list": [replies["list"][0], LIST],
        "extract": [*replies["extract"], subjects("Cheques")],
    }
    assert write(Subjects(), good).columns["subjects"]


@pytest.mark.parametrize("method", [Subjects(), Syllabus(sessions=2)], ids=lambda m: m.part)
def test_a_korean_job_wants_korean(method: Method) -> None:
    first = next(iter(method.steps))
    read = subjects("Cheques") if first == "list" else sessions(("Cards", ["chip"]))
    with pytest.raises(ReplyError, match="another language"):
        write(method, {first: [LIST], "extract": [read]}, "ko")


def test_each_topic_gets_as_many_briefs_as_there_are_queries() -> None:
    assert Subjects(queries=4).visits() == 4


def test_a_syllabus_holds_the_concepts_that_stand_in_the_outline() -> None:
    read = sessions(
        ("Session 1: Cards", ["magnetic stripe", "chip", "Chip", "quantum foam"]),
        ("Clearing", ["netting", "settlement day"]),
        ("Invented", ["dark matter"]),
    )
    draft = write(Syllabus(sessions=2), {"outline": [OUTLINE], "extract": [read]})
    assert draft.columns["sessions"] == [
        {"name": "Cards", "concepts": ["magnetic stripe", "chip"]},
        {"name": "Clearing", "concepts": ["netting", "settlement day"]},
    ]


def test_an_outline_of_too_few_sessions_is_asked_for_again() -> None:
    few = sessions(("Cards", ["chip"]))
    more = sessions(("Cards", ["chip"]), ("Clearing", ["netting"]))
    method = Syllabus(sessions=4)
    draft = write(method, {"outline": [OUTLINE], "extract": [few, more]})
    assert len(draft.columns["sessions"]) == 2
    with pytest.raises(ReplyError, match="1 sessions could be read, and 4 were asked for"):
        write(method, {"outline": [OUTLINE], "extract": [few]})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1. Cards", "Cards"), ("- **Cards**:", "Cards"), ("2) 24-hour banking", "24-hour banking"),
        ("## 카드 결제", "카드 결제"), ("3D Secure", "3D Secure"),
    ],
)  # fmt: skip
def test_names_lose_their_list_marks(text: str, name: str) -> None:
    assert cleaned(text) == name


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("Sure, here's a question about fees:\n\n**What is a fee?**\n\nThis question is hard.",
         "What is a fee?"),
        ("Idea in 1: Risk\n\nQuestion: What raises a risk?", "What raises a risk?"),
        ("**Question:** What is a fee?\n\n**Ideas:** fee", "What is a fee?"),
        ("The question could be:\nHow is it closed?\nThis question needs both.",
         "How is it closed?"),
        ("1. What is a limit?\n\nPlease note that it is short.", "What is a limit?"),
        ("What is a chart?\n\n- Charts\n- Markets", "What is a chart?"),
        ("질문: 수수료는 얼마입니까?", "수수료는 얼마입니까?"),
        ("A plain case. What follows?", "A plain case. What follows?"),
    ],
)  # fmt: skip
def test_what_stands_around_a_question_is_taken_off(reply: str, question: str) -> None:
    assert checks.bare(reply) == question


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("What is a fee?", True),
        ("A fee is 3 %. Calculate what 200 pounds cost.", True),
        ("Explain why a fee is charged.", True),
        ("Closing an account involves a final statement.", False),
        ("What is a fee? A fee is a charge.", False),
        ("수수료는 3 %입니다. 얼마를 내야 합니까?", True),
        ("수수료를 계산하시오.", True),
        ("계좌를 닫으면 마지막 명세서가 나옵니다.", False),
        ("ค่าธรรมเนียมคืออะไร", True),
    ],
)
def test_a_question_asks(text: str, good: bool) -> None:
    assert checks.asks(text) is good


def test_a_question_that_asks_nothing_is_of_no_use() -> None:
    chosen = [{"name": "Closing", "concepts": ["final statement"]}]
    assert checks.fault("What does a final statement show?", chosen, "en") == ""
    told = "Closing an account involves a final statement for the customer."
    assert checks.fault(told, chosen, "en") == "the model stated something and asked nothing"


def test_an_answer_speaks_of_no_text_that_is_not_there() -> None:
    told = "According to the information provided, the minimum balance is 50 dollars."
    assert checks.answer_fault(told, "What is a minimum balance?", "en")
    assert not checks.answer_fault("It is what has to stay on the account.", "What is it?", "en")
