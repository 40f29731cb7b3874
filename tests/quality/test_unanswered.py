"""Unanswered: questions met with courtesy, without the figure or time asked for, or not at all."""

from __future__ import annotations

import pytest

from tests.quality.samples import SERVICE, chat, verdict
from textsynth.quality.unanswered import Unanswered

COURTESY = [
    ("Do you sell stamps?", "Thank you for your interest. Have a wonderful day!"),
    ("Do you sell stamps?", "Great question! Is there anything else I can help you with?"),
    ("Is the lift working?", "I completely understand how annoying this must be."),
    ("Is the lift working?", "I'm so sorry to hear that. Goodbye!"),
    ("우표도 파나요?", "관심을 가져 주셔서 감사합니다. 좋은 하루 보내세요!"),
    ("우표도 파나요?", "네, 알겠습니다. 더 궁금하신 점이 있으신가요?"),
    ("승강기는 고쳤나요?", "많이 불편하셨겠습니다."),
]
FIGURES = [
    (
        "How many pages does the guide have?",
        "The guide was written by people who love the hills.",
        "no_figure",
    ),
    (
        "What is 12 times 12?",
        "Multiplying is a useful skill in everyday life and at work.",
        "no_figure",
    ),
    (
        "When was the mill built?",
        "The mill is a well-known sight and loved by painters of the valley.",
        "no_time",
    ),
    (
        "How long does the paint need to dry?",
        "The paint comes in bright colours and has a mild smell.",
        "no_time",
    ),
    ("안내서는 몇 쪽인가요? 몇 장이에요?", "안내서는 산을 사랑하는 분들이 쓰셨습니다.", ""),
    (
        "안내서는 모두 몇 장인가요?",
        "안내서는 산을 사랑하는 분들이 쓰셨고 그림이 아름답습니다.",
        "no_figure",
    ),
    ("방앗간은 언제 지었나요?", "방앗간은 골짜기의 화가들이 사랑하는 이름난 곳입니다.", "no_time"),
]
FINE = [
    ("Do you sell stamps?", "Yes."),
    ("Do you sell stamps?", "Yes, thank you for asking. Have a nice day!"),
    ("Do you sell stamps?", "I'm sorry, only the post office does."),
    ("Thank you for that!", "You're welcome. Have a nice day!"),
    ("How many pages does the guide have?", "Ninety, and a map in the back cover of each copy."),
    ("How many pages does the guide have?", "That depends on the edition that you have at home."),
    ("How many pages does the guide have?", "Let me look that up for you at the desk."),
    ("When was the mill built?", "After the great flood, by the brothers who owned the dam."),
    ("When was the mill built?", "Nobody knows, the papers were lost."),
    ("When do you open?", "At dawn."),
    ("How much is the fine?", "It is free of charge for members of the club."),
    (
        "How do I get there? And when does it close?",
        "Take the road along the river to the old mill.",
    ),
    ("우표도 파나요?", "네."),
    ("우표도 파나요?", "죄송하지만 우체국에서만 팝니다."),
    ("안내서는 모두 몇 장인가요?", "판마다 다르니 가지고 계신 책을 확인해 주세요."),
    ("방앗간은 언제 지었나요?", "큰 홍수가 난 뒤에 둑을 가진 형제가 지었습니다."),
    ("감사합니다!", "네, 좋은 하루 보내세요."),
]


@pytest.mark.parametrize(("question", "reply"), COURTESY)
def test_drops_courtesy_in_place_of_an_answer(question: str, reply: str) -> None:
    said = verdict(Unanswered(), chat(question, reply))
    assert (said.keep, said.reason, said.score) == (False, "courtesy_only", 1)
    assert said.details["question"] == question


@pytest.mark.parametrize(("question", "reply", "reason"), FIGURES)
def test_a_figure_or_a_time_that_is_asked_for(question: str, reply: str, reason: str) -> None:
    assert verdict(Unanswered(), chat(question, reply)).reason == reason
    assert verdict(Unanswered(figures=False), chat(question, reply)).keep


@pytest.mark.parametrize(("question", "reply"), FINE)
def test_keeps_answers(question: str, reply: str) -> None:
    assert verdict(Unanswered(), chat(question, reply)).keep


def test_an_agent_may_ask_back_while_the_dialogue_goes_on() -> None:
    sample = chat(
        "How many boxes fit into the small van with the ramp?",
        "Which of the vans do you mean, the blue or the white?",
        "The white.",
        "About thirty.",
        speakers=SERVICE,
    )
    assert verdict(Unanswered(), sample).keep


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        pytest.param(("Hi.", "Hello.", "Where is my order?"), "left_open", id="question-last"),
        pytest.param(
            ("안녕하세요.", "안녕하세요.", "제 주문은 어디에 있나요?"), "left_open", id="korean"
        ),
        pytest.param(("Hi.", "Hello.", "I give up."), "", id="leaves"),
        pytest.param(("Where is my order?",), "", id="prompt-alone"),
    ],
)
def test_a_dialogue_that_ends_with_a_question(texts: tuple[str, ...], reason: str) -> None:
    sample = chat(*texts, speakers=SERVICE)
    assert verdict(Unanswered(), sample).reason == reason
    assert verdict(Unanswered(open_end=False), sample).keep


def test_rows_that_are_columns_only() -> None:
    sample = chat(columns={"question": "Do you sell stamps?", "answer": "Have a nice day!"})
    assert verdict(Unanswered(), sample).reason == "courtesy_only"
