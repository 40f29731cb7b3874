"""The jobs that are shipped: each runs as it is, on another provider than the one it names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.course_script import course
from tests.servers.chat import ChatServer
from tests.servers.scripts import asking_text, prompt_texts
from tests.teaching_script import teaching_reply

ROOT = Path(__file__).parents[1]
JOBS = sorted([*ROOT.glob("prompts/*/example.yaml"), *ROOT.glob("examples/jobs/*.yaml")])


COURSE = (
    "Which subjects should somebody", "class sessions for this subject", "Copy out every ",
    "question about\n", "You answer with your reasons", "분야를 제대로 익히려면",
    "빠짐없이 옮겨 적으세요", "차시를 기초부터", "문제를 하나 쓰세요", "전문가입니다. 근거를 들어",
)  # fmt: skip
"""What stands in the prompts of curricula and of their stages."""


def sure_of(texts: list[str]) -> str:
    """The first label that the judge is offered: right often enough to keep some rows."""
    return str(re.findall(r"(?m)^- ([^:\n]+)", texts[0])[0])


def replies(request: dict[str, Any]) -> str:
    """A line that every method can use: a settled pair where one is asked for, else a question."""
    texts = prompt_texts(request)
    asked = " ".join(texts[-2:])
    if any(mark in " ".join(texts) for mark in COURSE):
        return course(request)
    if texts[-1].startswith("주제: "):
        return "1. 수수료: 드는 비용\n2. 한도: 한 번에 쓸 수 있는 돈"
    if any("Subject: " in text for text in texts):
        return "1. Fees: what it costs\n2. Limits: how much at once"
    if (task := task_reply(texts)) is not None:
        return task
    if "response_format" not in request and (taught := teaching_reply(texts)):
        return taught
    if "Which kind is it?" in texts[-1] or "어느 분류에" in texts[-1]:
        return sure_of(texts)
    if "Copy out" in texts[-1] or "근거가 되는" in texts[-1]:
        return fact_of(texts[0])
    if "|" not in texts[-1] and "Answer the question in" in texts[0]:
        return fact_of(texts[0])
    if "한 문장에서 세 문장으로" in texts[-1]:
        return fact_of(texts[0])
    if " | " in texts[-1]:
        facts = texts[0].replace("?", ".").split("\n")
        fact = max(facts, key=len).split(": ", 1)[-1].split(". ")[0].strip().rstrip(".")
        korean = not asked.isascii() and any("\uac00" <= c <= "\ud7a3" for c in asked)
        word = fact.split()[0]
        return (
            f"1. {word} 어떻게 되나요? | {fact}." if korean else f"1. What about {word}? | {fact}."
        )
    return asking_text(request)


def task_reply(texts: list[str]) -> str | None:
    """What a step of Self-Instruct is answered with; None for other prompts."""
    first, last = texts[0], texts[-1]
    if len(texts) > 1 and texts[1].startswith(("Some tasks:", "과제의 예:")):
        korean = texts[1].startswith("과제")
        said = "".join(texts[1:])
        words = sorted(set(re.findall(r"[가-힣]{3,}" if korean else r"[a-z]{6,}", said)))
        end = "에 관해 말해 주세요." if korean else " for people in a hurry."
        start = "" if korean else "Explain "
        return "\n".join(f"{n}. {start}{' '.join(words[n::9][:4])}{end}" for n in range(3))
    if "label or text" in first or "한 낱말로만" in first:
        return ("label", "선택", "text", "글")[len(last) % 4]
    if first.startswith(("List all answers", "과제에 답할 수 있는")):
        return "good, bad"
    if "reply none" in first or "'없음'이라고만" in first:
        return "none"
    return None


def fact_of(text: str) -> str:
    """The first sentence of a record's answer."""
    lines = [line for line in text.split("\n") if line.startswith(("answer: ", "답변: "))]
    return lines[0].split(": ", 1)[1].split(". ")[0].rstrip(".") + "."


@pytest.mark.parametrize("job", JOBS, ids=lambda p: "/".join(p.parts[-2:]))
def test_a_shipped_job_passes_its_check_and_writes_rows(job: Path, tmp_path: Path) -> None:
    raw = yaml.safe_load(job.read_text("utf8"))
    raw["name"], raw["count"], raw["quality"] = "shipped", 2, ["length"]
    raw.pop("quotas", None)
    if isinstance(raw["method"], dict) and "support" in raw["method"]:
        raw["method"]["support"]["customer"] = "free"
    home = tmp_path / "home"
    home.mkdir()
    for name in ("bank", "bank-ko"):
        shutil.copytree(ROOT / "examples" / name, home / "documents" / name)
    if "documents" in raw.get("inputs", {}):
        language = "bank-ko" if raw["language"] == "ko" else "bank"
        raw["inputs"]["documents"] = f"documents/{language}/faq.csv"
    with ChatServer(script=replies) as server:
        endpoint = {"base_url": server.url, "model": "m", "options": {"max_tokens": None}}
        raw["provider"] = {"openai": {**endpoint, "completions": True, "template": "chatml"}}
        (home / "job.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf8")
        ts.check(home)
        result = ts.run(home)
    assert result.summary.kept == 2
    assert result.summary.language == raw["language"]


@pytest.mark.parametrize("job", JOBS, ids=lambda p: "/".join(p.parts[-2:]))
def test_a_shipped_job_names_only_fields_that_exist(job: Path) -> None:
    loaded = ts.load_job(job)
    assert loaded.provider.part == "local"
    assert loaded.whole or loaded.count >= 4


@pytest.mark.parametrize("story", ["clinic", "tenancy"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_document_of_a_story_can_be_read(story: str, language: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    ts.init(home, template=story, language=language)
    found = ts.check(home, endpoint=False)
    assert not [source.problem for source in found.sources if source.problem]
    assert {source.rows for source in found.sources if source.kind == "jsonl"} == {22}
    assert not found.warnings
