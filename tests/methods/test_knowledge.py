"""Knowledge: concepts by visit, questions and answers held against their kind and focus."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.methods.samples import CutOnce, Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods._taught import answer_fault, corrects, listed, news, question_fault
from textsynth.methods.knowledge import Knowledge
from textsynth.records import Brief, Draft

LIST = "1. Gluten network\n2. **Oven spring**: the last rise\n3. Crumb structure - holes\n4) Bread"
QUESTION = "How does one tell that the gluten network is strong enough?"
ANSWER = "Stretch a piece of dough: if light shows through before it tears, it is strong enough."


def made(knowledge: str = "factual", focus: str = "core concept", visit: int = 0) -> Brief:
    return replace(brief(knowledge=knowledge, focus=focus), visit=visit)


def run(
    one: Brief, method: Knowledge | None = None, language: str = "en", **replies: list[str]
) -> tuple[Draft, Script]:
    usual = {"concepts": [LIST], "question": [QUESTION], "answer": [ANSWER]}
    script = Script(method or Knowledge(), one, {**usual, **replies}, language)
    return asyncio.run(script.method.write(one, as_ask(script))), script


def test_a_question_about_a_concept_and_its_answer() -> None:
    draft, script = run(made(), Knowledge(system="Be exact."))
    assert [m["role"] for m in draft.messages] == ["system", "user", "assistant"]
    assert draft.columns == {
        "question": QUESTION, "answer": ANSWER, "topic": "Bread", "concepts": ["Gluten network"],
    }  # fmt: skip
    assert script.steps() == ["concepts", "question", "answer"]
    assert "Cooking > Baking > Bread. What it is made of." in script.sent[1][1]["content"]


@pytest.mark.parametrize(("visit", "concept"), [(0, "Gluten network"), (2, "Crumb structure")])
def test_each_visit_of_a_topic_takes_its_next_concept(visit: int, concept: str) -> None:
    question = f"What is the {concept} good for?"
    draft, _ = run(made(visit=visit), question=[question])
    assert draft.columns["concepts"] == [concept]


def test_further_concepts_are_asked_for_when_the_list_is_used_up() -> None:
    more = "1. Oven spring\n2. Proving time\n3. Steam injection"
    draft, script = run(made(visit=4), concepts=[LIST, more], question=["Is steam injection hot?"])
    assert draft.columns["concepts"] == ["Steam injection"]
    assert script.steps()[:2] == ["concepts", "concepts"]
    assert "Gluten network; Oven spring; Crumb structure" in script.sent[1][1]["content"]


def test_the_concepts_are_walked_again_when_no_list_brings_more() -> None:
    draft, script = run(made(visit=3))
    assert draft.columns["concepts"] == ["Gluten network"]
    assert script.steps().count("concepts") == 2


def test_without_a_list_the_question_is_about_the_topic() -> None:
    draft, script = run(made(), Knowledge(concepts=0), question=["What is bread made of?"])
    assert draft.columns["concepts"] == ["Bread"]
    assert script.steps() == ["question", "answer"]


@pytest.mark.parametrize("concepts", [0, 10])
def test_a_relation_has_two_concepts_and_names_both(concepts: int) -> None:
    pairs = {"Gluten network", "Oven spring", "Crumb structure"}
    names = "How do gluten network, oven spring and crumb structure hang together?"
    method = Knowledge(concepts=concepts)
    draft, _ = run(made("conceptual", "relation"), method, question=[names])
    assert len(set(draft.columns["concepts"]) & pairs) == 2
    with pytest.raises(ReplyError, match="does not name"):
        run(made("conceptual", "relation"), method, question=["Why is the gluten network there?"])


def test_pairs_differ_when_the_concepts_come_round_again() -> None:
    names = "How do gluten network, oven spring and crumb structure hang together?"
    found = {
        tuple(run(made("conceptual", "relation", visit), question=[names])[0].columns["concepts"])
        for visit in (0, 3)
    }
    assert len(found) == 2


def test_a_procedure_is_asked_again_until_it_has_numbered_steps() -> None:
    steps = "1. Flour the board.\n2. Stretch the dough.\n3. Hold it up to the light."
    draft, script = run(made("procedural"), answer=["Stretch it and look.", steps])
    assert draft.columns["answer"] == steps
    assert "fewer than 3 numbered steps" in script.sent[-1][-1]["content"]
    with pytest.raises(ReplyError, match="numbered steps"):
        run(made("procedural"), answer=["Stretch it and look."])


def test_an_answer_that_was_cut_is_asked_for_again() -> None:
    replies = {
        "concepts": [LIST],
        "question": [QUESTION],
        "answer": ["A piece of dough that", ANSWER],
    }
    script = CutOnce(Knowledge(), made(), replies)
    draft = asyncio.run(script.method.write(script.brief, as_ask(script)))
    assert draft.columns["answer"] == ANSWER
    assert "it was cut" in script.sent[-1][-1]["content"]


def test_the_judge_must_find_the_answer_right_and_to_the_point() -> None:
    strict = Knowledge(verify="model")

    def verdict(right: bool, answers: bool) -> list[str]:
        found = {"reason": "so", "right": right, "answers_the_question": answers}
        return [json.dumps(found)]

    draft, script = run(made(), strict, verify=verdict(right=True, answers=True))
    assert draft.columns["answer"] == ANSWER
    assert strict.roles[script.steps()[-1]] == "judge"
    for right, answers in ((False, True), (True, False)):
        with pytest.raises(ReplyError, match="judge does not pass the answer: so"):
            run(made(), strict, verify=verdict(right=right, answers=answers))


def test_a_topic_without_concepts_is_told() -> None:
    with pytest.raises(ReplyError, match="o concepts of 'Bread'"):
        run(made(), concepts=["Bread is made of flour."])


@pytest.mark.parametrize(
    ("text", "kind", "focus", "fault"),
    [
        ("How is gluten network built?", "procedural", "core concept", ""),
        ("글루텐은 어떻게 만드나요?", "procedural", "core concept", "name"),
        ("What is gluten network?", "procedural", "core concept", "how something is done"),
        ("Tell me of the gluten network.", "factual", "core concept", "asks nothing"),
        ("Is the gluten network in this topic?", "factual", "core concept", "points at a text"),
        ("Is gluten network old? Is it new?", "factual", "core concept", "more than one"),
        ("What is a sourdough?", "factual", "core concept", "does not name"),
        ("Why does gluten network form?", "conceptual", "application", "no case"),
        ("My dough tore; why is the gluten network weak?", "conceptual", "application", ""),
        ("How can I help you with gluten network?", "factual", "core concept", "no question"),
        ("gluten network " * 31 + "?", "factual", "core concept", "too long"),
    ],
)
def test_what_a_question_is_held_against(text: str, kind: str, focus: str, fault: str) -> None:
    found = question_fault(text, kind, focus, ["gluten network"], "en")
    assert bool(found) == bool(fault)
    assert fault in found


@pytest.mark.parametrize(
    ("text", "kind", "focus", "fault"),
    [
        ("1. 밀가루를 뿌립니다.\n2. 폅니다.\n3. 봅니다.", "procedural", "core concept", ""),
        ("1단계: 뿌립니다.\n2단계: 폅니다.\n3단계: 봅니다.", "procedural", "core concept", ""),
        ("1. One.\n3. Two.\n4. Three.", "procedural", "core concept", "1, 2, 3"),
        ("Many people think it is fat, but it is a protein.", "factual", "misconception", ""),
        ("It is a protein of wheat and not of fat.", "factual", "misconception", "get wrong"),
        ("Many people think that it is a sort of fat.", "factual", "misconception", "get wrong"),
        ("흔히 지방이라고 생각하지만 사실은 단백질입니다.", "factual", "misconception", ""),
        ("글루텐은 밀에 들어 있는 단백질입니다.", "factual", "misconception", "get wrong"),
        ("I'm sorry, but I can't assist with that.", "factual", "core concept", "not answer"),
        ("What do you think gluten is?", "factual", "core concept", "asks instead"),
        ("A protein", "factual", "core concept", "too short"),
    ],
)
def test_what_an_answer_is_held_against(text: str, kind: str, focus: str, fault: str) -> None:
    found = answer_fault(text, "What is gluten?", kind, focus, ["gluten"], "en")
    assert bool(found) == bool(fault)
    assert fault in found


def test_rules_of_words_pass_in_languages_that_are_not_read() -> None:
    german = "Weizen enthält Klebereiweiß, das den Teig zusammenhält."
    assert not answer_fault(german, "Was ist Gluten?", "factual", "misconception", ["Gluten"], "de")
    asked = "Wozu dient das Gluten im Teig?"
    assert not question_fault(asked, "procedural", "application", ["Gluten"], "de")


def test_a_correction_may_say_the_truth_first() -> None:
    assert corrects("It is not fat, though many believe that it is.")
    assert not corrects("It holds the dough together.")


def test_a_list_is_read_without_marks_and_explanations() -> None:
    assert listed("Here:\n1. A b: so\n- **C d**\n2) a B\n* e f - why\n3. " + "long " * 20) == [
        "A b", "C d", "e f",
    ]  # fmt: skip
    assert news(["Mortgage", "Interest rates", "interest rate"], ["Mortgages"]) == [
        "Interest rates"
    ]


def test_the_same_brief_asks_the_same_again() -> None:
    one, two = (run(made(visit=3)) for _ in range(2))
    assert one[0] == two[0]
    assert one[1].sent == two[1].sent


def test_a_korean_pair() -> None:
    one = replace(made("procedural"), language="ko")
    steps = "1. 반죽을 폅니다.\n2. 불빛에 비춰 봅니다.\n3. 찢어지는지 살핍니다."
    draft, script = run(
        one, None, "ko", concepts=["1. 글루텐 조직\n2. 오븐 스프링"],
        question=["글루텐 조직이 충분한지 어떻게 확인하나요?"], answer=[steps],
    )  # fmt: skip
    assert draft.columns["answer"] == steps
    assert "번호를 붙여" in script.sent[-1][-1]["content"]


FORMS: list[tuple[str, str]] = [
    (kind, focus) for kind in Knowledge.closed["knowledge"] for focus in Knowledge.closed["focus"]
]


@pytest.mark.parametrize(("kind", "focus"), FORMS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_kind_and_focus_has_words_of_its_own(kind: str, focus: str, language: str) -> None:
    seen: dict[str, Any] = {}
    for other_kind, other_focus in FORMS:
        script = Script(Knowledge(), made(other_kind, other_focus), {"question": ["x"]}, language)
        asyncio.run(script("question", concept="gluten", second="", problem=""))
        seen[f"{other_kind} {other_focus}"] = script.sent[-1][-1]["content"]
    assert sum(text == seen[f"{kind} {focus}"] for text in seen.values()) == 1


@pytest.mark.parametrize(
    ("language", "named", "passes"), [("ko", "en", True), ("ko", "ko", False), ("sw", "sw", True)]
)
def test_a_topic_named_in_another_language_need_not_be_named(
    language: str, named: str, passes: bool
) -> None:
    one = made("conceptual")
    topic = {**one.fields["topic"], "name": "Lost cards", "language": named}
    one = replace(one, language=language, fields={"topic": topic})
    question = {
        "ko": "카드를 잃어버리면 왜 바로 신고해야 하나요?",
        "sw": "Niripoti lini?",
    }
    replies = {"question": [question[language]], "answer": ["12. " * 9]}
    if passes:
        run(one, Knowledge(concepts=0), language, **replies)
        return
    with pytest.raises(ReplyError, match="does not name 'Lost cards'"):
        run(one, Knowledge(concepts=0), language, **replies)


@pytest.mark.parametrize(
    ("answer", "short"),
    [("1973년이에요.", False), ("储蓄账户由银行担保。", False), ("It is 9.", True), ("네.", True)],
)
def test_a_short_answer_is_measured_by_what_its_letters_say(answer: str, short: bool) -> None:
    fault = answer_fault(answer, "언제부터인가요?", "factual", "core concept", ["예금"], "ko")
    assert (fault == "it is too short") == short
