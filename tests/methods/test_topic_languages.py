"""Topics in one language, samples in another: what low-resource languages are made from."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.methods.samples import Script, as_ask
from tests.methods.test_magpie import made
from tests.quality.sentences import SENTENCES
from tests.servers.chat import ChatServer
from tests.test_run import rows
from textsynth.methods.magpie import Magpie

ENGLISH = ["Banking > Cards > Lost cards", "Banking > Cards > Card fees", "Banking > Savings"]
KOREAN = ["은행 > 카드 > 카드 분실", "은행 > 카드 > 카드 수수료", "은행 > 예금"]


@pytest.mark.parametrize(
    ("language", "topics", "says"),
    [
        ("ko", ENGLISH, "사용자는 한국어로 묻고"),
        ("sw", KOREAN, "The user writes in Swahili, and you answer in Swahili"),
        ("sw", ENGLISH, "The user writes in Swahili, and you answer in Swahili"),
        ("ko", KOREAN, "사용자는 한국어로 묻고"),
    ],
    ids=["english-korean", "korean-swahili", "english-swahili", "korean-korean"],
)
def test_a_tree_in_one_language_and_samples_in_another(
    tmp_path: Path, language: str, topics: list[str], says: str
) -> None:
    question, answer, _ = SENTENCES[language]
    prompts: list[str] = []
    asked: list[list[dict[str, str]]] = []

    def script(request: dict[str, Any]) -> str:
        if "prompt" in request:
            prompts.append(request["prompt"])
            return f"{question[:-1]} {request['seed'] % 1000}?"
        asked.append(request["messages"])
        return answer

    with ChatServer(script=script) as server:
        endpoint = {"base_url": server.url, "model": "m", "completions": True, "template": "qwen"}
        path = tmp_path / "job.yaml"
        job = {
            "name": "far", "method": "magpie", "language": language, "count": 6, "seed": 1,
            "provider": {"openai": endpoint}, "inputs": {"taxonomy": {"topics": topics}},
            "quality": ["length", "language", "truncated", "refusal", "role_flip"],
        }  # fmt: skip
        path.write_text(yaml.safe_dump(job, allow_unicode=True), "utf8")
        result = ts.run(path)
    kept = rows(result.path, "kept")
    assert (len(kept), result.summary.dropped) == (6, 0)
    assert len({row["seeds"]["topic"] for row in kept}) == 3
    names = [topic.rpartition(" > ")[2] for topic in topics]
    assert all(any(name in prompt for name in names) for prompt in prompts)
    assert all(says in prompt for prompt in prompts)
    assert all(not any(name in str(row["messages"]) for name in names) for row in kept)
    (drift,) = (t for t in result.summary.tables if t.title == "Language drift")
    assert [row[3] for row in drift.rows] == ["100 %", "100 %"]
    name = "한국어" if language == "ko" else "Swahili"
    assert all(name in messages[0]["content"] for messages in asked)


@pytest.mark.parametrize(
    ("language", "written", "words"),
    [
        ("ko", "en", "주제의 이름은 다른 언어로 적혀 있어도"),
        ("sw", "ko", "although the topic is named in another language"),
        ("ko", "ko", ""),
        ("sw", "sw", ""),
        ("en", "ko", "you answer in English, although the topic"),
    ],
)
def test_the_prompt_says_that_a_topic_is_named_in_another_language(
    language: str, written: str, words: str
) -> None:
    topic = {"id": "t", "name": "Lost cards", "about": "", "language": written}
    one = made(language=language, topic=topic)
    script = Script(Magpie(), one, {"instruction": ["How?"], "answer": ["So."]}, language)
    asyncio.run(Magpie().write(one, as_ask(script)))
    told = " ".join(message["content"] for message in script.sent[0])
    if words:
        assert words in told
    else:
        assert "another language" not in told
        assert "다른 언어" not in told
