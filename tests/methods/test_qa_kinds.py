"""Qa's kinds: what each must be like, and that each check sends a useless reply back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.methods.samples import CHUNK, KOREAN_CHUNK, Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods._words import is_unknown, opened, polarity, unknown, yes_no
from textsynth.methods.qa import Qa
from textsynth.records import LANGUAGES, Brief, Draft

OTHER = {
    "id": "o",
    "text": "Without a card you can pay by phone at once. A phone payment is limited to £30.",
    "source": "phone.md",
}
GOOD: dict[str, list[str]] = {
    "question": ["How long does a replacement card take?"],
    "answer": ["It arrives within 5 working days."],
    "yes_no": ["Can I have my card within 5 working days? | Yes, ..."],
    "yes_no_answer": ["Yes, a replacement card arrives within 5 working days."],
    "unanswerable": ["Can I collect my new card at a branch? | whether branches hand out cards"],
    "answerable": ["NOT IN THE TEXT"],
    "needed": ["the branches that hand out cards"],
    "multi_hop": ["How long is my card away, and what can I pay by phone meanwhile? | "],
    "comparison": ["Which is there sooner, a replacement card or a phone payment? | "],
    "answer_two": ["The card arrives within 5 working days. You can pay by phone, up to £30."],
    "fact": [
        "How long does a replacement card take? | A replacement card arrives within 5 days.",
        "How much can I pay by phone? | A phone payment is limited to £30.",
    ],
    "join": ["How long does a replacement card take, and how much can I pay by phone?"],
    "quote": ["A replacement card arrives within 5 working days."],
    "verify": ['{"reason": "It says so.", "supported": true}'],
}  # fmt: skip


def made(kind: str, *, half: int = 0, other: bool = True, language: str = "en") -> Brief:
    chunk = KOREAN_CHUNK if language == "ko" else CHUNK
    plain = replace(brief(0, chunk, kind=kind), half=half, language=language)
    if other:
        plain.fields["other"] = OTHER
    return plain


def write(one: Brief, method: Qa | None = None, **replies: list[str]) -> tuple[Draft, Script]:
    use = method or Qa()
    script = Script(use, one, GOOD | replies, one.language)
    return asyncio.run(use.write(one, as_ask(script))), script


def answer_of(draft: Draft) -> str:
    return draft.messages[-1]["content"]


@pytest.mark.parametrize(
    ("half", "question", "reply", "answer"),
    [
        (0, "Can I have it in 5 days?", "Yes, the card arrives within 5 working days.", "yes"),
        (1, "Can I have it in 2 days?", "No. A card arrives within 5 working days.", "no"),
    ],
)
def test_a_yes_no_answer_is_the_one_that_its_half_is_for(
    half: int, question: str, reply: str, answer: str
) -> None:
    one = made("yes_no", half=half)
    draft, script = write(one, yes_no=[question], yes_no_answer=[reply])
    assert draft.columns["yes_no"] == answer
    assert answer_of(draft).startswith(f"{answer.capitalize()}, ")
    assert f"is {answer.capitalize()}" in script.sent[0][-1]["content"]
    assert draft.columns["quotes"][0]["text"] == "A replacement card arrives within 5 working days."
    with pytest.raises(ReplyError, match=r"was to be|no question for yes"):
        write(made("yes_no", half=1 - half), yes_no=[question], yes_no_answer=[reply])


@pytest.mark.parametrize(
    ("step", "useless", "why"),
    [
        ("yes_no", "What does my card cost?", "no question for yes or no"),
        ("yes_no", "My card is late.", "no question for yes or no"),
        ("yes_no", "Can I have it within 9 days?", "no question for yes or no"),
        ("yes_no_answer", "A card arrives within 5 working days.", "was to be"),
        ("yes_no", "Can I have it in 5 days? | No, it takes longer.", "was to be"),
        ("yes_no_answer", "Yes.", "no reason"),
        ("yes_no_answer", "Yes, it arrives within 7 days.", "no reason"),
        ("yes_no_answer", "Yes, the text explicitly has 5 working days.", "no reason"),
        ("yes_no_answer", "Yes, ask your neighbour on the left.", "no words of the chunk"),
    ],
)
def test_a_useless_yes_no_is_tried_again(step: str, useless: str, why: str) -> None:
    draft, script = write(made("yes_no"), None, **{step: [useless, *GOOD[step]]})
    assert draft.columns["yes_no"] == "yes"
    assert script.asked.count((step, 0)) + script.asked.count((step, 1)) == 2
    with pytest.raises(ReplyError, match=f"(?i){why}"):
        write(made("yes_no"), None, **{step: [useless]})


def test_an_unanswerable_question_is_answered_in_set_words() -> None:
    draft, script = write(made("unanswerable"))
    assert answer_of(draft) == (
        "The information available does not say. To answer that, one would need to know whether "
        "branches hand out cards."
    )
    assert draft.columns["quotes"] == []
    assert draft.columns["needed"] == "whether branches hand out cards"
    assert script.steps() == ["unanswerable", "answerable"]


@pytest.mark.parametrize(
    ("step", "useless", "why"),
    [
        ("unanswerable", "I need a card. | the branch", "wrote no question"),
        ("unanswerable", "Can I ...? | the rules for ...", "wrote no question"),
        ("unanswerable", "Do penguins fly south? | the habits of penguins", "nothing to do with"),
        ("unanswerable", "Replacement card arrives? | the days", "has all of the question"),
        (
            "unanswerable",
            "Can I pay by card? | Express delivery of my card costs £12",
            "from the ch",
        ),
        ("answerable", "A replacement card arrives within 5 working days.", "may answer"),
        ("answerable", "", "may answer"),
    ],
)
def test_a_question_that_the_chunk_may_answer_is_tried_again(
    step: str, useless: str, why: str
) -> None:
    draft, _ = write(made("unanswerable"), None, **{step: [useless, *GOOD[step]]})
    assert "does not say" in answer_of(draft)
    with pytest.raises(ReplyError, match=f"(?i){why}"):
        write(made("unanswerable"), None, **{step: [useless]})


@pytest.mark.parametrize(
    "poor",
    ["", " | You can do it for £9.", " | I do not know my branch", " | The card is. Whether."],
)
def test_what_would_be_needed_is_asked_for_where_the_question_did_not_bring_it(poor: str) -> None:
    question = ["Can I collect my replacement card at a branch?" + poor]
    draft, script = write(made("unanswerable"), unanswerable=question)
    assert draft.columns["needed"] == "the branches that hand out cards"
    assert script.steps()[-1] == "needed"
    with pytest.raises(ReplyError, match="would need"):
        write(made("unanswerable"), unanswerable=question, needed=["You can do that."])


@pytest.mark.parametrize("kind", ["multi_hop", "comparison"])
def test_a_pair_of_two_chunks_has_a_quote_of_each(kind: str) -> None:
    draft, _ = write(made(kind))
    quotes = draft.columns["quotes"]
    assert {quote["chunk"] for quote in quotes} == {"c", "o"}
    texts = {"c": CHUNK, "o": OTHER["text"]}
    for quote in quotes:
        assert texts[quote["chunk"]][quote["start"] : quote["end"]] == quote["text"]
    assert CHUNK in draft.columns["context"]
    assert OTHER["text"] in draft.columns["context"]


@pytest.mark.parametrize("kind", ["multi_hop", "comparison"])
def test_an_answer_that_leaves_one_chunk_out_is_no_answer(kind: str) -> None:
    alone = ["Express delivery costs £12."]
    with pytest.raises(ReplyError, match=r"(?i)only one of the two|nothing of one|no words"):
        write(made(kind), answer_two=alone)
    draft, _ = write(made(kind), answer_two=[*alone, *GOOD["answer_two"]])
    assert "£30" in answer_of(draft)


def test_words_that_both_chunks_have_show_no_use_of_either() -> None:
    with pytest.raises(ReplyError, match="only one of the two"):
        write(made("multi_hop"), answer_two=["It arrives within 5 working days. Your card."])


def test_without_a_second_chunk_nothing_is_asked_for_multi_hop() -> None:
    script = Script(Qa(), made("multi_hop", other=False), GOOD)
    with pytest.raises(ReplyError, match="No other chunk"):
        asyncio.run(Qa().write(script.brief, as_ask(script)))
    assert script.asked == []


def test_a_comparison_within_one_chunk() -> None:
    one = made("comparison", other=False)
    reply = ["A card arrives within 5 working days, while express delivery costs £12."]
    draft, _ = write(one, answer_two=reply)
    assert {quote["chunk"] for quote in draft.columns["quotes"]} == {"c"}


def test_a_joined_question_asks_for_both_and_its_answer_has_both() -> None:
    draft, script = write(made("multi_hop"), Qa(multi_hop="joined"))
    assert script.steps() == ["fact", "fact", "join"]
    assert answer_of(draft) == (
        "A replacement card arrives within 5 days. A phone payment is limited to £30."
    )
    with pytest.raises(ReplyError, match="did not become one"):
        write(
            made("multi_hop"), Qa(multi_hop="joined"), fact=GOOD["fact"] * 3,
            join=["How much can I pay by phone?"],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("quote", "given", "match"),
    [
        ("asked", "A replacement card arrives within 5 working days.", "verbatim"),
        ("asked", "Replacement cards arrive within 5 working days.", "aligned"),
        ("asked", "Something else altogether is said here.", "found"),
        ("required", "A replacement card arrives within 5 working days.", "verbatim"),
    ],
)
def test_the_model_gives_the_quote_and_the_chunk_has_it(quote: Any, given: str, match: str) -> None:
    draft, script = write(made("factual"), Qa(quote=quote), quote=[given])
    (found,) = draft.columns["quotes"]
    assert found["match"] == match
    assert found["text"] in CHUNK
    assert script.steps().count("quote") == (2 if match == "found" else 1)


def test_a_required_quote_that_is_nowhere_fails_the_row() -> None:
    with pytest.raises(ReplyError, match="No words of the chunk"):
        write(made("factual"), Qa(quote="required"), quote=["Something else altogether."])


def test_figures_of_the_answer_must_stand_in_the_quotes() -> None:
    reply = ["It arrives within 5 working days, or express for £12."]
    short = ["A replacement card arrives within 5 working days."]
    with pytest.raises(ReplyError, match="The quotes do not have: 12, £"):
        write(made("factual"), Qa(quote="required"), answer=reply, quote=short)
    both = ["A replacement card arrives within 5 working days. Express delivery costs £12."]
    assert write(made("factual"), Qa(quote="required"), answer=reply, quote=both)[0].columns[
        "quotes"
    ]


def test_a_factual_pair_without_a_request_for_a_quote_may_go_without() -> None:
    draft, script = write(made("factual"), answer=["Ask somebody who knows about it."])
    assert draft.columns["quotes"] == []
    assert script.steps() == ["question", "answer"]


@pytest.mark.parametrize("kind", ["factual", "yes_no", "unanswerable", "multi_hop", "comparison"])
def test_the_judge_fails_closed(kind: str) -> None:
    method = Qa(verify="model")
    assert write(made(kind), method)[1].steps()[-1] == "verify"
    no = ['{"reason": "It does not say so.", "supported": false}']
    with pytest.raises(ReplyError, match="The judge: It does not say so"):
        write(made(kind), method, verify=no)
    assert method.roles["verify"] == "judge"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_its_set_words(language: str) -> None:
    yes, no = yes_no(language)
    assert yes != no
    assert polarity(opened("yes", "…", language), language)[0] == "yes"
    assert polarity(f"{no}. It is not.", language) == ("no", "It is not.")
    said = unknown("X Y Z.", language)
    assert is_unknown(said, language)
    assert "X Y Z" in said
    assert "X Y Z.." not in said


@pytest.mark.parametrize(
    ("reply", "name", "rest"),
    [
        ("네, 5영업일 안에 옵니다.", "yes", "5영업일 안에 옵니다."),
        ("예. 됩니다.", "yes", "됩니다."),
        ("아니오, 안 됩니다.", "no", "안 됩니다."),
        ("네일 숍은 없습니다.", "", "네일 숍은 없습니다."),
        ("", "", ""),
    ],
)
def test_korean_yes_and_no(reply: str, name: str, rest: str) -> None:
    assert polarity(reply, "ko") == (name, rest)


def test_a_korean_pair() -> None:
    one = made("yes_no", half=1, other=False, language="ko")
    draft, script = write(
        one, yes_no=["카드를 2일 안에 받을 수 있나요?"],
        yes_no_answer=["아니오, 재발급 카드는 5영업일 안에 도착합니다."],
    )  # fmt: skip
    assert answer_of(draft) == "아니요, 재발급 카드는 5영업일 안에 도착합니다."
    assert draft.columns["quotes"][0]["text"] == "재발급 카드는 5영업일 안에 도착합니다."
    assert "'아니요'" in script.sent[0][-1]["content"]


def test_the_reason_after_yes_goes_on_small_unless_it_is_a_name() -> None:
    assert opened("yes", "The card comes.", "en") == "Yes, the card comes."
    assert opened("no", "Larkmere is closed.", "en") == "No, Larkmere is closed."
    assert opened("yes", "届きます。", "ja") == "はい、届きます。"


def test_words_that_name_the_source_are_taken_off() -> None:
    reply = ["Yes, you can. The text explicitly states that a card arrives within 5 working days."]
    draft, _ = write(made("yes_no"), yes_no_answer=reply)
    assert answer_of(draft) == "Yes, you can. A card arrives within 5 working days."
