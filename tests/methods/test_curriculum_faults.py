"""Faults that a public re-implementation of GLAN has: each of them would show here."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.course_script import course, outlined
from tests.methods.samples import Script, as_ask
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from textsynth.errors import ReplyError
from textsynth.methods._course_checks import answer_fault, fault
from textsynth.methods._course_stages import merged
from textsynth.methods.curriculum import Curriculum, chosen_for
from textsynth.records import Brief, Draft
from textsynth.taxonomy.courses import subject_row

SESSIONS = [
    {"name": "Pledges", "concepts": ["lien priority", "collateral value", "margin calls"]},
    {"name": "Ledgers", "concepts": ["double entry", "suspense accounts", "trial balance"]},
    {"name": "Rates", "concepts": ["compound interest", "annual percentage rate", "rate caps"]},
]
SUBJECT = subject_row({"name": "Secured lending", "sessions": SESSIONS}, "Bank > Loans", ())
ANSWER = "The bank adds up what is owed and compares it with the value of what was pledged."


def brief(difficulty: str, turn: int = 0, language: str = "en") -> Brief:
    return Brief(
        turn, f"b{turn}", {"subject": SUBJECT}, {"difficulty": difficulty}, 5, 0, language,
        turn, turn=turn,
    )  # fmt: skip


def asked(one: Brief) -> str:
    """A question that names all that a brief is about."""
    concepts = [concept for session in chosen_for(one) for concept in session["concepts"]]
    return f"How would the bank treat {' and '.join(concepts)} when a customer falls behind?"


def written(one: Brief, questions: list[str], answers: list[str]) -> tuple[Draft, Script]:
    method = Curriculum()
    script = Script(method, one, {"question": questions, "answer": answers})
    return asyncio.run(method.write(one, as_ask(script))), script


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("difficulty", ["basic", "intermediate", "advanced"])
def test_the_whole_syllabus_reaches_the_prompt_of_a_question(
    difficulty: str, language: str
) -> None:
    one = brief(difficulty, language="en")
    method = Curriculum()
    script = Script(method, one, {"question": [asked(one)], "answer": [ANSWER]}, language)
    asyncio.run(method.write(one, as_ask(script)))
    sent = "\n".join(message["content"] for message in script.sent[0])
    for number, session in enumerate(SESSIONS, 1):
        concepts = "; ".join(session["concepts"])
        assert f"{number}. {session['name']}: {concepts}" in sent
    known = max(session["number"] for session in chosen_for(one))
    assert (f"in 1 to {known}" if language == "en" else f"1번부터 {known}번까지") in sent


def test_the_whole_syllabus_is_in_what_a_job_sends(tmp_path: Path) -> None:
    seen: list[str] = []

    def script(request: dict[str, Any]) -> str:
        texts = prompt_texts(request)
        if "question about" in texts[-1]:
            seen.append("\n".join(texts))
        return course(request)

    with ChatServer(script=script, structured="schema") as server:
        job = {
            "name": "j", "count": 6, "quality": [],
            "method": {"curriculum": {"subjects": 2, "queries": 2, "sessions": 4}},
            "provider": {"openai": {"base_url": server.url, "model": "m"}},
            "inputs": {"taxonomy": {"topics": ["Loans", "Cards"]}},
        }  # fmt: skip
        (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
        ts.run(tmp_path)
    assert len(seen) == 6
    for text in seen:
        outline = next(
            line.removeprefix("You write exam questions on ").split(" (")[0]
            for line in text.splitlines()
            if line.startswith("You write exam questions on ")
        )
        for line in outlined(outline).splitlines():
            name, _, concepts = line.partition(": ")[2].partition(" - ")
            assert f"{name}: {concepts}" in text


def test_advanced_questions_are_about_two_sessions_as_well_as_one() -> None:
    found = Counter(len(chosen_for(brief("advanced", turn))) for turn in range(60))
    assert found[2] > found[1] >= 0
    assert all(
        session["concepts"] for turn in range(60) for session in chosen_for(brief("advanced", turn))
    )
    pairs = {tuple(s["number"] for s in chosen_for(brief("advanced", turn))) for turn in range(60)}
    assert {(1, 2), (1, 3), (2, 3)} <= pairs


@pytest.mark.parametrize("difficulty", ["basic", "intermediate", "advanced"])
def test_each_question_of_a_round_has_concepts_of_its_own(difficulty: str) -> None:
    found = {json.dumps(chosen_for(brief(difficulty, turn))) for turn in range(9)}
    assert len(found) == 9
    other = {**SUBJECT, "id": "another"}
    firsts = [
        json.dumps(chosen_for(replace(brief(difficulty, turn), fields={"subject": other})))
        for turn in range(9)
    ]
    assert firsts != [json.dumps(chosen_for(brief(difficulty, turn))) for turn in range(9)]


def subject(name: str, *subtopics: str, level: str = "introductory") -> dict[str, Any]:
    return {"name": name, "level": level, "subtopics": list(subtopics)}


def test_subjects_that_several_queries_name_are_one() -> None:
    lists = [
        [subject("Payment Systems", "clearing"), subject("Cash Handling", "tills")],
        [subject("Loans and Mortgages", "rates"), subject("payment system", "settlement")],
        [subject("Loans & mortgages", "Rates", "terms"), subject("Cards"),
         subject("Payment Systems (basics)", "cheques", level="advanced")],
    ]  # fmt: skip
    found = merged(lists)
    assert [one["name"] for one in found] == [
        "Payment Systems", "Loans and Mortgages", "Cash Handling", "Cards",
    ]  # fmt: skip
    assert found[0]["subtopics"] == ["clearing", "settlement", "cheques"]
    assert found[1]["subtopics"] == ["rates", "terms"]
    assert found[0]["level"] == "introductory"


def test_korean_subjects_are_merged_by_their_names_and_not_by_how_they_begin() -> None:
    lists = [
        [subject("저축 예금"), subject("저축 보험")],
        [subject("저축예금"), subject("주택 대출")],
    ]
    assert [one["name"] for one in merged(lists)] == ["저축 예금", "저축 보험", "주택 대출"]


REFUSALS = [
    "I'm sorry, but I can't assist with that request about lien priority and collateral value.",
    "As an AI language model, I cannot answer that question about margin calls and rates.",
    "죄송하지만 담보 순위에 관한 그 요청에는 답변드릴 수 없습니다.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_asked_again_and_never_kept(text: str) -> None:
    one = brief("basic")
    draft, script = written(one, [text, asked(one)], [text, ANSWER])
    assert (draft.columns["question"], draft.columns["answer"]) == (asked(one), ANSWER)
    assert script.steps() == ["question", "question", "answer", "answer"]
    for questions, answers in (([text], [ANSWER]), ([asked(one)], [text])):
        with pytest.raises(ReplyError, match="refused"):
            written(one, questions, answers)


def test_what_is_no_refusal_is_kept_at_the_first_asking() -> None:
    one = brief("basic")
    answer = "The bank refuses the loan: it cannot lend on a pledge that another lender holds."
    draft, script = written(one, [asked(one)], [answer])
    assert draft.columns["answer"] == answer
    assert script.steps() == ["question", "answer"]
    assert answer_fault(answer, "Why?", "en") == ""


@pytest.mark.parametrize(
    "text",
    [
        "According to the syllabus, what is lien priority and when does it matter?",
        "In session 3 you met lien priority: what does it mean for a second lender?",
        "What does this course say about lien priority and the second lender?",
        "Using the concepts above, explain how lien priority works for a lender.",
        "What is lien priority?\nAnswer: The order in which lenders are paid.",
    ],
    ids=["syllabus", "session", "course", "concepts", "answer"],
)
def test_a_question_that_leans_on_the_syllabus_is_junk(text: str) -> None:
    chosen = [{"number": 1, "name": "Pledges", "concepts": ["lien priority"]}]
    assert fault(text, chosen, "en")
    assert fault("What does lien priority mean for a second lender?", chosen, "en") == ""


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("둘째로 돈을 빌려준 은행에게 담보 순위는 어떤 의미가 있습니까?", True),
        ("이 과목에서 배운 담보 순위는 무엇을 뜻합니까?", False),
        ("3차시에서 다룬 담보 순위를 설명하십시오. 예를 드십시오.", False),
        ("창구 직원은 고객에게 어떤 서류를 받아야 합니까?", False),
    ],
    ids=["good", "course", "session", "no trace"],
)
def test_korean_questions_are_read_in_the_same_way(text: str, good: bool) -> None:
    chosen = [{"number": 1, "name": "담보", "concepts": ["담보의 순위"]}]
    assert (fault(text, chosen, "ko") == "") is good


def test_a_question_shows_a_concept_of_each_of_its_sessions() -> None:
    chosen = [SESSIONS[0], SESSIONS[2]]
    assert "no trace" in fault(
        "What happens to collateral values in a falling market?", chosen, "en"
    )
    both = "How does compounding interest wear down the collateral of a loan?"
    assert fault(both, chosen, "en") == ""
