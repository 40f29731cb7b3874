"""CopiedQuestion: replies and turns that only say again what the turn before them said."""

from __future__ import annotations

import pytest

from tests.quality.samples import SERVICE, chat, verdict
from textsynth.quality.copied_question import CopiedQuestion

COPIES = [
    ("How do I bleed a radiator on the top floor?", "How do I bleed a radiator on the top floor?"),
    ("How do I bleed a radiator?", "how do i bleed a radiator"),
    ("Why do cats purr when they are ill?", "Cats purr when they are ill."),
    ("What is the difference between jam and jelly?", "The difference between jam and jelly."),
    ("My train was late and I missed the ferry.", "Your train was late and you missed the ferry."),
    (
        "My train was late and I missed the ferry.",
        "I understand that your train was late and that you missed the ferry.",
    ),
    (
        "Write a plan for a week without sugar.",
        "I will write you a plan for a week without sugar.",
    ),
    (
        "Is it cheaper to rent a car or to take the bus?",
        "Whether it is cheaper to take the bus or to rent a car is a common question.",
    ),
    (
        "겨울에 창문에 물이 맺히는 이유가 무엇인가요?",
        "겨울에 창문에 물이 맺히는 이유가 무엇인가요?",
    ),
    ("고양이는 아플 때 왜 가르랑거리나요?", "고양이는 아플 때 가르랑거립니다."),
    ("기차가 늦어서 배를 놓쳤어요.", "기차가 늦어서 배를 놓치셨군요."),
    ("기차가 늦어서 배를 놓쳤어요.", "기차가 늦어서 배를 놓치셨다는 말씀이시군요."),
    (
        "설탕 없이 일주일을 보내는 계획을 세워 주세요.",
        "설탕 없이 일주일을 보내는 계획을 세워 드리겠습니다.",
    ),
]
FINE = [
    ("Why do cats purr when they are ill?", "Purring calms them, and may help bones to heal."),
    ("Do cats purr when they are ill?", "Cats do purr when they are ill."),
    ("Does the pass cover the night bus?", "Yes, the pass covers the night bus."),
    ("Is the sun bigger or the moon?", "The sun is bigger than the moon."),
    ("What colour is the door?", "Red."),
    ("My number is 4471 9920.", "4471 9920, is that right?"),
    ("I moved to 14 Mill Row in Ashby.", "You moved to 14 Mill Row in Ashby, correct?"),
    (
        "What is the difference between jam and jelly?",
        "The difference between jam and jelly is that jelly is made from the juice alone.",
    ),
    ("How much is the small locker?", "The small locker is 4 pounds."),
    (
        'Correct the mistakes: "he go to school by bus every days"',
        "He goes to school by bus every day.",
    ),
    ("Translate into English: Ich habe mein Ticket verloren.", "I have lost my ticket."),
    ("Rewrite this politely: send me the file today", "Please send me the file today."),
    ("Extract the names.\n\nAnna met Tom and Lee at the pier.", "Anna, Tom, Lee"),
    ("Thank you and have a nice day!", "Thank you and have a nice day!"),
    ("Okay then.", "Okay then."),
    ("수요일에도 여나요?", "네, 수요일에도 엽니다."),
    ("해가 큰가요, 달이 큰가요?", "달보다 해가 큽니다."),
    ("새 주소는 정조로 14번지 2층입니다.", "정조로 14번지 2층이 맞으신가요?"),
    ("맞춤법을 고쳐 주세요: 오늘은 비가 않 와요", "오늘은 비가 안 와요."),
    ("잼과 젤리의 차이가 무엇인가요?", "잼과 젤리의 차이는 과육입니다. 젤리는 즙만으로 만듭니다."),
    ("좋은 주말 보내세요.", "고객님도 좋은 주말 보내세요."),
]


@pytest.mark.parametrize(("question", "reply"), COPIES)
def test_drops_a_reply_that_is_the_question_again(question: str, reply: str) -> None:
    said = verdict(CopiedQuestion(), chat(question, reply))
    assert (said.keep, said.reason) == (False, "copied_question")
    assert said.details["turn"] == 2


@pytest.mark.parametrize(("question", "reply"), FINE)
def test_keeps_a_reply_that_says_something(question: str, reply: str) -> None:
    assert verdict(CopiedQuestion(), chat(question, reply)).keep


STATED = "The pass is valid on all buses and trams but not on the night ferry."


@pytest.mark.parametrize(
    ("again", "reason"),
    [
        pytest.param(STATED, "copied_reply", id="same"),
        pytest.param(
            "The pass is valid on all trams and buses, but not on the night ferry.",
            "copied_reply",
            id="reworded",
        ),
        pytest.param("So it is not valid on the night ferry?", "", id="makes-sure-of-a-part"),
        pytest.param("Not on the night ferry, I see. And for dogs?", "", id="goes-on"),
    ],
)
def test_a_user_who_says_the_reply_again(again: str, reason: str) -> None:
    sample = chat("Where is it valid?", STATED, again, "Right.", speakers=SERVICE)
    assert verdict(CopiedQuestion(), sample).reason == reason


def test_rows_that_are_columns_only() -> None:
    question = "How do I bleed a radiator?"
    copied = chat(columns={"question": question, "answer": question})
    fine = chat(columns={"question": question, "answer": "Open the valve with a key."})
    assert not verdict(CopiedQuestion(), copied).keep
    assert verdict(CopiedQuestion(), fine).keep


def test_given_text_counts_where_it_is_asked_for() -> None:
    sample = chat("Correct this: she walk to the old mill", "She walks to the old mill.")
    assert verdict(CopiedQuestion(), sample).keep
    assert not verdict(CopiedQuestion(given_text=True, covers=0.4), sample).keep


def test_an_input_that_is_handed_back_whole_is_a_copy() -> None:
    text = 'Correct the mistakes: "he go to school by bus every days"'
    assert verdict(CopiedQuestion(), chat(text, text)).reason == "copied_question"
