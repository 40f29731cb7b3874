"""like: real rows are measured, and a job's rows are asked for and held to the same shares."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from textsynth.errors import InputError, JobError
from textsynth.inputs.like import Like, divergence, in_words
from textsynth.methods.qa import Qa
from textsynth.records import Shares

PROMPT = """--- user
{{ chunk.text }} {{ persona.description }}
Ask a question. {{ style }}
"""
ANSWER = "--- user\n{{ question }} {{ chunk.text }}\n"
SHORT = ["hey whats the fee", "thx that worked", "ugh still pending lol"]
LONG = [
    "I would like to enquire whether the transfer limit applies to joint accounts as well.",
    "Could you please confirm which documents are required to close the account this month?",
]
WORDS = [
    "fee",
    "card",
    "limit",
    "account",
    "money",
    "branch",
    "transfer",
    "statement",
    "payment",
    "pin",
    "app",
    "loan",
]


def write(folder: Path, rows: list[dict[str, Any]], name: str = "real.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    return path


def real(folder: Path) -> Path:
    rows = [{"text": text, "label": "chat"} for text in SHORT * 4]
    rows += [{"text": text, "label": "letter"} for text in LONG * 2]
    return write(folder, [{**row, "n": n} for n, row in enumerate(rows)])


def shares(folder: Path, **options: Any) -> Shares:
    return Like.model_validate({"from": "real.jsonl", **options}).shares(folder)


def test_manners_and_labels_come_with_their_shares(tmp_path: Path) -> None:
    real(tmp_path)
    found = shares(tmp_path, bands=2, label="label")
    manners = found.vary["like"]
    assert sum(manners.values()) == 16
    assert manners["3-4 words, casual, latin"] == 12
    assert found.vary["label"] == {"chat": 12, "letter": 4}
    assert found.quotas == {"like": "exact", "label": "exact"}
    assert "label" not in shares(tmp_path).vary
    assert shares(tmp_path, match=["label"]).vary == {"label": {"chat": 12, "letter": 4}}
    only = shares(tmp_path, match=["register"])
    assert only.vary == {"like": {"casual": 12.0, "formal": 4.0}}


def test_many_rows_are_weighted_in_thousandths(tmp_path: Path) -> None:
    write(tmp_path, [{"text": "word " * (1 + n % 7), "n": n} for n in range(5000)])
    assert sum(shares(tmp_path).vary["like"].values()) <= 1000


def test_of_conversations_the_user_counts(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "hey whats up with my card"},
        {"role": "assistant", "content": LONG[0]},
    ]
    write(tmp_path, [{"messages": turns}])
    assert list(shares(tmp_path).vary["like"]) == ["6-6 words, casual, latin"]


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    real(tmp_path)
    with pytest.raises(InputError, match=r"no column 'txt'.*Did you mean 'text'"):
        shares(tmp_path, text="txt")
    with pytest.raises(InputError, match="no column 'kind'"):
        shares(tmp_path, label="kind")


@pytest.mark.parametrize(
    ("manner", "language", "said"),
    [
        ("4-9 words, casual, latin", "en", "Length: 4 to 9 words. Write casually"),
        ("3-3 words, formal, latin", "en", "Length: 3 words. Write formally"),
        ("4-9 words, polite, hangul", "ko", "길이는 4~9단어. 말투는 해요체로."),
        ("casual, hangul+latin", "ko", "한국어에 영어 단어를 조금 섞어서."),
        ("casual, hangul+latin", "en", "In Korean with some English words."),
        ("casual, latin", "de", "Write casually, as people type in a chat."),
    ],
)
def test_a_manner_in_words(manner: str, language: str, said: str) -> None:
    assert said in in_words(manner, language)


def test_divergence_is_0_for_equal_shares_and_1_for_none_shared() -> None:
    assert divergence({"a": 1, "b": 3}, {"a": 10, "b": 30}) == 0
    assert divergence({"a": 5}, {"b": 1}) == 1
    assert divergence({}, {}) == 0
    assert 0.1 < divergence({"a": 9, "b": 1}, {"a": 1, "b": 9}) < 0.6


def obey(request: dict[str, Any]) -> str:
    """A question of the length and register that is asked for; every fifth one disobeys."""
    asked = prompt_texts(request)[-1]
    size = re.search(r"Length: (\d+)(?: to (\d+))? words", asked)
    if not size:
        return "It takes some days and costs some pounds, as the page says."
    seed = sum(map(ord, asked))
    low, high = int(size[1]), int(size[2] or size[1])
    count = low + seed // 5 % (high - low + 1) if seed % 5 else high + 9
    words = [WORDS[(seed + 7 * n + seed // (n + 1)) % len(WORDS)] for n in range(max(1, count - 2))]
    if "formally" in asked:
        return f"Regarding {' '.join(words)}, please confirm?".replace(
            "please confirm", "may I ask"
        )
    return f"hey {' '.join(words)} pls?"


def test_the_kept_rows_are_like_the_real_ones(project: Project, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts/qa"
    prompts.mkdir(parents=True)
    (prompts / "question.en.jinja").write_text(PROMPT, "utf8")
    (prompts / "answer.en.jinja").write_text(ANSWER, "utf8")
    real(tmp_path)
    with ChatServer(script=obey) as server:
        job = project(
            server.url, count=32, like={"from": "real.jsonl", "bands": 2, "match": ["length",
            "register", "language"]}, quality=["length"],
        )  # fmt: skip
        result = ts.run(job)
    kept = [json.loads(x) for x in (result.path / "rows/kept.jsonl").read_text("utf8").splitlines()]
    found = Counter(row["facets"]["like"] for row in kept)
    assert found["3-4 words, casual, latin"] == 24
    assert sum(found.values()) == 32
    assert any(reason.startswith("like: too_long") for reason in result.summary.reasons)
    table = next(t for t in result.summary.tables if t.title.startswith("Like the real rows"))
    cells = {row[0]: row for row in table.rows}
    assert float(cells["register"][3]) <= 0.01
    assert float(cells["length"][3]) <= 0.2
    assert float(cells["vocabulary"][3]) > 0.3
    assert ts.status(result.path)["tables"]


def test_a_complaint_names_the_line(project: Project, tmp_path: Path) -> None:
    real(tmp_path)
    job = project("http://127.0.0.1:9")
    text = job.read_text("utf8") + "\nlike:\n  from: real.jsonl\n  colour: red\n"
    job.write_text(text, "utf8")
    line = text.splitlines().index("  colour: red") + 1
    with pytest.raises(JobError, match=f"line {line}: there is no field 'inputs.like.colour'"):
        ts.load_job(job)


def test_a_prompt_that_ignores_the_manner_is_pointed_out(project: Project, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts/qa"
    prompts.mkdir(parents=True)
    for step in Qa.steps:
        text = PROMPT if step == "fact" else PROMPT.replace("{{ style }}", "")
        (prompts / f"{step}.en.jinja").write_text(text, "utf8")
    real(tmp_path)
    job = project("http://127.0.0.1:9", like="real.jsonl")
    assert not [words for words in ts.check(job, endpoint=False).warnings if "'like'" in words]
    (prompts / "fact.en.jinja").write_text(PROMPT.replace("{{ style }}", ""), "utf8")
    assert [words for words in ts.check(job, endpoint=False).warnings if "'like'" in words]
