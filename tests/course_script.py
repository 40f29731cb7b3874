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


def course(request: dict[str, Any]) -> str:
    """A reply for any step of subjects, syllabus and curriculum; a question for anything else."""
    texts = prompt_texts(request)
    said, key = texts[-1], request_digest(request)
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
