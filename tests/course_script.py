"""Replies for curricula: lists of subjects, outlines, questions; each read back by its own form."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.servers.scripts import asking_text, prompt_texts, request_digest

SUBJECTS = ("Opening Accounts", "Interest and Fees", "Fraud Checks", "Credit Scoring", "Disputes")
"""What every topic is said to hold; the third query names another one first."""

WORDS = (
    "ledger", "margin", "escrow", "clearing", "maturity", "collateral", "settlement", "overdraft",
    "dividend", "annuity", "covenant", "tranche", "hedging", "custody", "rollover", "liquidity",
)  # fmt: skip
SESSIONS, CONCEPTS = 4, 3
LETTERS = "ABCDEF"


KOREAN = {
    "분야를 제대로 익히려면": (
        "수수료 계산은 입문 과목으로, 정액과 정률을 다룹니다.\n"
        "한도 관리는 중급 과목으로, 하루 한도와 한 달 한도를 다룹니다."
    ),
    "과목을 빠짐없이 옮겨": {
        "subjects": [
            {"name": "수수료 계산", "level": "introductory", "subtopics": ["정액", "정률"]},
            {"name": "한도 관리", "level": "intermediate", "subtopics": ["하루 한도"]},
        ]
    },
    "차시를 기초부터": (
        "1. 기초: 정액 수수료, 정률 수수료, 수수료 상한\n"
        "2. 응용: 하루 한도, 한 달 한도, 한도 해제\n"
        "3. 예외: 면제 조건, 환급 절차, 초과 승인"
    ),
    "차시를 순서대로 빠짐없이": {
        "sessions": [
            {"name": "기초", "concepts": ["정액 수수료", "정률 수수료", "수수료 상한"]},
            {"name": "응용", "concepts": ["하루 한도", "한 달 한도", "한도 해제"]},
            {"name": "예외", "concepts": ["면제 조건", "환급 절차", "초과 승인"]},
        ]
    },
}
"""What stands in a Korean prompt, and the reply to it; a record is JSON."""


def korean_course(texts: list[str], key: bytes) -> str | None:
    """A reply for any step of a Korean curriculum; None for other prompts."""
    said = texts[-1]
    for mark, reply in KOREAN.items():
        if mark in said:
            return reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)
    if "문제를 하나 쓰세요" in said:
        concepts = " 및 ".join(re.findall(r"(?m)^- (.+) \(\d+\. ", said))
        return f"{key.hex()[:8]}번 고객의 경우에 {concepts} 항목은 각각 어떻게 계산해야 합니까?"
    if "전문가입니다. 근거를 들어" in texts[0]:
        return f"규정 {key.hex()[:10]}에 따라 먼저 금액을 더하고, 다음에 비율 {key[0]}을 곱합니다."
    return None


def course(request: dict[str, Any]) -> str:
    """A reply for any step of subjects, syllabus and curriculum; a question for anything else."""
    texts = prompt_texts(request)
    said, key = texts[-1], request_digest(request)
    if (korean := korean_course(texts, key)) is not None:
        return korean
    if "Which subjects should somebody study" in said:
        topic = str(re.findall(r'master "([^"]+)"', said)[0])
        return _listed(topic, key)
    if "Copy out every subject" in said:
        found = re.findall(r"(?m)^\d+\. (.+) \((\w+)\): (.+)$", said)
        subjects = [
            {"name": name, "level": level, "subtopics": words.split("; ")}
            for name, level, words in found
        ]
        return json.dumps({"subjects": subjects})
    if "class sessions for this subject" in said:
        subject = str(re.findall(r"Subject: (.+?)(?: \(|\n)", said)[0])
        return outlined(subject)
    if "Copy out every session" in said:
        lines = re.findall(r"(?m)^Session \d+: (.+?) - (.+)$", said)
        return json.dumps({"sessions": [{"name": n, "concepts": c.split("; ")} for n, c in lines]})
    if "question about" in said:
        concepts = re.findall(r"(?m)^- (.+) \(as in", said)
        return f"In case {key.hex()[:12]}, how do {' and '.join(concepts)} work for the customer?"
    if texts[0].startswith("You are an expert in"):
        return f"It works by rule {key.hex()[:12]}, for the reason {key.hex()[12:24]}; so it holds."
    return asking_text(request)


def _listed(topic: str, key: bytes) -> str:
    """A list of subjects; which ones, and how they are spelt, depends on the request."""
    first = key[0] % 3
    names = [f"{topic}: {name}" for name in SUBJECTS[first : first + 3]]
    names[-1] = names[-1].replace(" and ", " & ").lower()
    lines = [
        f"{n}. {name} (introductory): {WORDS[key[n] % 16]}; {WORDS[key[n + 9] % 16]}"
        for n, name in enumerate(names, 1)
    ]
    return "These are worth studying.\n" + "\n".join(lines)


def outlined(subject: str, sessions: int = SESSIONS, concepts: int = CONCEPTS) -> str:
    """An outline whose concepts are all different within a subject."""
    lines = []
    for n in range(sessions):
        own = [f"{WORDS[(n * concepts + k) % 16]} rule {n}{k}" for k in range(concepts)]
        lines.append(f"Session {n + 1}: Stage {'ABCDEF'[n]} of {subject} - {'; '.join(own)}")
    return "\n".join(lines)
