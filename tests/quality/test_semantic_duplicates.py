"""SemanticDuplicates: the same in other words goes, what differs in a number or a name stays."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, prompt_texts
from textsynth.embedding import EndpointSpec
from textsynth.errors import JobError, ProviderError
from textsynth.quality._facts import bag_of, mark_of
from textsynth.quality.semantic_duplicates import Paid, SemanticDuplicates
from textsynth.records import Sample, Setting, Verdict
from textsynth.runfolder import read_rows

SAME = ("numbers", "negation", "names")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(folder))
    return folder


@pytest.fixture
def endpoint() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def requests(endpoint: ChatServer) -> int:
    return sum(endpoint.counts.values())


def said(texts: list[str], language: str = "en", **options: Any) -> list[Verdict]:
    part = SemanticDuplicates.model_validate(options)
    setting = Setting(language=language)
    part.cautions(setting)
    screen = part.screen(setting)
    return [
        screen(replace(chat(text), id=f"id{n}", index=n, language=language))
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Can you explain how photosynthesis works?", "Please explain how photosynthesis works."),
        ("I would like to open a savings account.", "I want to open a savings account."),
        ("How do I apply for a passport?", "How can I apply for a passport?"),
        ("My internet connection is very slow today.", "My internet connection is slow today."),
    ],
)
def test_the_same_in_other_words_goes(first: str, second: str) -> None:
    found = said([first, "Why do cats purr at night?", second], threshold=0.9)
    assert [v.keep for v in found] == [True, True, False]
    assert found[2].reason == "semantic_duplicate"
    assert found[2].details == {"field": "first_turn", "row": "id0", "index": 0}
    assert found[2].score is not None
    assert 0.9 <= found[2].score <= 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Tom has 13 apples and buys 91 more.", "Tom has 20 apples and buys 89 more."),
        ("The fee is 12.50 euros a month.", "The fee is 12.60 euros a month."),
        ("We leave on 2024-05-03 at noon.", "We leave on 2024-05-04 at noon."),
        ("I need three tips for saving money.", "I need five tips for saving money."),
        ("The branch is open on Monday.", "The branch is open on Tuesday."),
        ("My new card works in this shop.", "My new card does not work in this shop."),
        ("The dog bites the man.", "The man bites the dog."),
        ("How do I get from Paris to Rome?", "How do I get from Rome to Paris?"),
        ("Which sights of Vienna are worth a visit?", "Which sights of Prague are worth a visit?"),
        ("How do I cancel my order?", "How do I change my order?"),
        ("What are the opening hours of the branch?", "What are the fees of the branch?"),
        ("What ingredients do I need for pancakes?", "What ingredients do I need for lasagna?"),
    ],
)
def test_what_differs_in_one_thing_stays(first: str, second: str) -> None:
    assert all(v.keep for v in said([first, second]))


def test_problems_that_differ_in_numbers_are_all_kept() -> None:
    problem = "Tom has {} apples and buys {} more. How many apples does he have now?"
    texts = [problem.format(13 + 7 * i, 91 - 2 * i) for i in range(40)]
    assert all(v.keep for v in said(texts))
    assert sum(v.keep for v in said(texts, same=[])) == 1


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        ("It costs 1,500 pounds", "It costs 1500 pounds", True),
        ("in 2 days", "in two days", True),
        ("at 09:05", "at 9:5", True),
        ("in 2 days", "in 3 days", False),
        ("2 and 3", "3 and 2", True),
        ("2 and 2", "2", False),
        ("다음 주에 갈 수 있어요", "다음 주에 갈 수 없어요", False),
        ("문을 닫아 주세요", "문을 닫지 마세요", False),
        ("수수료는 1500원입니다", "수수료는 1,500원이에요", True),
        ("It isn't here", "It is not here", True),
        ("Ask Anna about it", "Ask Berta about it", False),
        ("Then ask me", "Now ask me", True),
    ],
)
def test_marks(one: str, two: str, equal: bool) -> None:
    assert (mark_of(one, SAME) == mark_of(two, SAME)) is equal


def test_bags() -> None:
    assert bag_of("The dog bites")[0] == bag_of("bites the dog")[0]
    assert bag_of("The dog bites")[1] != bag_of("bites the dog")[1]


def test_one_word_texts_and_empty_ones() -> None:
    words = ["apple", "pear", "plum", "fig", "lime", "kiwi", "mango", "grape", "peach", "melon"]
    assert all(v.keep for v in said(words))
    assert [v.reason for v in said(["", " \n"])] == ["empty", "empty"]


KOREAN = ["카드를 잃어버렸어요. 어떻게 해야 하나요?", "카드를 분실했는데 어떻게 하면 되나요?"]


def test_a_language_that_the_vectors_do_not_know_is_refused_or_let_through() -> None:
    with pytest.raises(JobError, match=r"Korean\. Its static vectors know English alone\. Name an"):
        said(KOREAN, "ko")
    with pytest.raises(JobError, match="Korean"):
        SemanticDuplicates().screen(Setting(language="ko"))
    part = SemanticDuplicates(other_languages="skip")
    assert "Korean through unseen" in part.cautions(Setting(language="ko"))[0]
    found = said([*KOREAN, KOREAN[0]], "ko", other_languages="skip")
    assert [(v.keep, v.details) for v in found] == [(True, {"not_compared": "ko"})] * 3
    assert SemanticDuplicates().cautions(Setting()) == ()


def test_rows_of_another_script_in_an_english_job_are_not_compared() -> None:
    found = said(
        [KOREAN[0], KOREAN[0], "猫はどこですか。", "How do I pay with my 카드 here today?"]
    )
    assert [v.details.get("not_compared") for v in found] == ["hangul", "hangul", "kana", None]


def test_a_dataset_and_a_saved_index_are_known(
    tmp_path: Path, project: Project, server: ChatServer
) -> None:
    (tmp_path / "old.csv").write_text(
        "question,answer\nHow do I apply for a passport?,At the office.\n", "utf8"
    )
    part = SemanticDuplicates(against=("old.csv",), on=("question",), threshold=0.9)
    for _ in range(2):
        screen = part.screen(Setting(home=tmp_path))
        found = screen(chat("How can I apply for a passport?"))
        assert (found.reason, found.details["source"]) == ("known", "old.csv")
        assert screen(chat("Why do cats purr?")).keep
    run = ts.run(project(server.url, count=5, quality=["semantic_duplicates"])).path
    index = run / "index" / "semantic_duplicates.first_turn.bin"
    assert index.is_file()
    rows = [Sample.from_json({k: v for k, v in row.items() if k != "verdicts"})
            for row in read_rows(run / "rows" / "kept.jsonl")]  # fmt: skip
    again = SemanticDuplicates(against=("outputs/trial",)).screen(Setting(home=tmp_path))
    assert [again(row).reason for row in rows] == ["known"] * 5


def test_an_endpoint_is_asked_once_for_a_text(endpoint: ChatServer, tmp_path: Path) -> None:
    spec = {"openai": {"base_url": endpoint.url, "model": "m"}}
    texts = [*KOREAN, KOREAN[0]]
    found = said(texts, "ko", vectors=spec, threshold=0.99)
    assert [v.keep for v in found] == [True, True, False]
    asked = requests(endpoint)
    assert asked == 2
    assert said(texts, "ko", vectors=spec, threshold=0.99) == found
    assert requests(endpoint) == asked
    rows = "".join(f"text {n} of many\n" for n in range(200))
    (tmp_path / "old.csv").write_text("text\n" + rows, "utf8")
    part = SemanticDuplicates.model_validate({"vectors": spec, "against": "old.csv"})
    part.screen(Setting(home=tmp_path))
    assert requests(endpoint) == asked + 2, "128 texts in one request"


def test_texts_that_come_together_are_asked_for_together(endpoint: ChatServer) -> None:
    part = SemanticDuplicates(vectors=EndpointSpec(base_url=endpoint.url, model="m", batch=32))

    async def fetch() -> None:
        screen = part.screen(Setting())
        assert isinstance(screen, Paid)
        samples = [chat(f"text number {n % 40}") for n in range(80)]
        await asyncio.gather(*(screen.ahead(sample) for sample in samples))

    asyncio.run(fetch())
    assert requests(endpoint) == 2, "40 texts, 32 at most in a request"


def words(request: Request) -> str:
    text = prompt_texts(request)[-1]
    code = "".join("abcdefghij"[int(d)] for d in str(sum(text.encode()) % 40))
    return f"Why does {code} stand on my bill with {code * 2} and {code * 3}?"


def test_a_run_asks_in_batches_and_keeps_the_same(project: Project, endpoint: ChatServer) -> None:
    spec = {"openai": {"base_url": endpoint.url, "model": "m"}}
    semantic = {"semantic_duplicates": {"vectors": spec, "threshold": 0.999}}
    quality = [{"length": {"min_chars": 40}}, semantic]
    kept = []
    with ChatServer(script=words) as server:
        for at_once in (1, 16):
            job = project(server.url, count=15, quality=quality)
            run = ts.run(job, concurrency=at_once, out=job.parent / f"out{at_once}").path
            kept.append([(run / "rows" / f"{k}.jsonl").read_bytes() for k in ("kept", "dropped")])
    assert kept[0] == kept[1]
    assert b"semantic_duplicate" in kept[0][1]
    dropped = list(read_rows(run / "rows" / "dropped.jsonl"))
    for row in dropped:
        said_by = {v["filter"]: v["keep"] for v in row["verdicts"]}
        assert ("semantic_duplicates" in said_by) is said_by["length"]
    texts = {row["messages"][0]["content"] for row in dropped} | {
        row["messages"][0]["content"] for row in read_rows(run / "rows" / "kept.jsonl")
    }
    assert 0 < requests(endpoint) <= len(texts)


def test_an_endpoint_that_refuses_stops_the_run(
    project: Project, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {"openai": {"base_url": "http://127.0.0.1:9/v1", "model": "m"}}
    job = project(server.url, count=3, quality=[{"semantic_duplicates": {"vectors": spec}}])
    monkeypatch.setattr("textsynth.embedding.endpoint._TRIES", 1)
    with pytest.raises(ProviderError):
        ts.run(job)


def test_the_same_in_another_process() -> None:
    script = "from tests.quality.test_semantic_duplicates import outcome as o; print(o())"
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=root, text=True, check=True, capture_output=True,
        env={"PYTHONHASHSEED": "2", "PYTHONPATH": str(root), "PATH": ""},
    )  # fmt: skip
    assert ran.stdout.strip() == outcome()


def outcome() -> str:
    texts = [f"How do I {do} my {what}?" for do in ("pay", "close", "open", "shut", "end")
             for what in ("account", "bill", "card", "bank account", "invoice")]  # fmt: skip
    return repr([(v.keep, v.score) for v in said(texts, threshold=0.8)])
