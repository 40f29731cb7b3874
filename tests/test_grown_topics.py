"""A tree grown from its root before a run: by any method, with quotas, edited since."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.course_script import course
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.teaching_script import teaching_reply
from textsynth.errors import JobError, ShortError

Write = Callable[..., Path]
BELOW = {
    "Banking": "1. Deposits: money put in\n2. Loans: money lent",
    "Deposits": "1. Savings: for later\n2. Current accounts: for every day",
    "Loans": "1. Car loans: for a car\n2. Home loans: for a home",
}
ROOT = {"root": "Banking", "depth": 2, "branching": 2}


def divided(texts: list[str]) -> str:
    """The topic that a prompt wants divided; empty for any other prompt."""
    named = re.findall(r'^(?:Subject: |Now only the \w+ ")([A-Z]\w+)', texts[-1])
    return str(named[0]) if named else ""


def reply(request: dict[str, Any]) -> str:
    texts = prompt_texts(request)
    if name := divided(texts):
        return BELOW[name]
    taught = teaching_reply(texts)
    return course(request) if taught is None else taught


@pytest.fixture
def desk() -> Iterator[ChatServer]:
    with ChatServer(script=reply, structured="schema") as running:
        yield running


@pytest.fixture
def write(tmp_path: Path, desk: ChatServer) -> Write:
    def written(**fields: Any) -> Path:
        endpoint = {"base_url": desk.url, "model": "scripted-model", "options": {}}
        job = {
            "name": "bank", "method": "knowledge", "count": 8, "seed": 3,
            "provider": {"openai": endpoint}, "inputs": {"taxonomy": ROOT},
            "quality": ["length"],
            **fields,
        }  # fmt: skip
        path = tmp_path / "job.yaml"
        path.write_text(yaml.safe_dump(job, sort_keys=False), "utf8")
        return path

    return written


SEEDS = str(Path(__file__).parents[1] / "examples/seed-tasks/en.jsonl")


@pytest.mark.parametrize(
    ("method", "more"),
    [("knowledge", {}), ("creative", {}), ("self_instruct", {"examples": SEEDS})],
    ids=["knowledge", "creative", "self_instruct"],
)
def test_any_method_has_its_tree_grown_first(
    write: Write, desk: ChatServer, method: str, more: dict[str, str]
) -> None:
    job = write(
        method=method, inputs={"taxonomy": ROOT, **more}, quotas={"level_2": "exact"}, redact=False
    )
    found = ts.check(job)
    assert "first, a taxonomy is grown from 'Banking': made/taxonomy.yaml" in found.lines
    assert not [words for words in found.warnings if "topic" in words]
    assert len(ts.preview(job, count=1)) == 1
    assert "facets that rows carry: level_1 (2 values), level_2 (4 values)" in ts.check(job).lines
    first = ts.run(job)
    assert first.stages == []
    assert set(first.summary.facets["level_2"].values()) == {2}
    assert ts.run(job).stages == []
    tree = job.parent / "outputs/bank/made/taxonomy.yaml"
    tree.write_text(tree.read_text("utf8").replace("Car loans", "Student loans"), "utf8")
    again = ts.run(job)
    assert again.stages == []
    assert 0 < again.asked < first.asked
    assert again.summary.facets["level_2"]["Loans > Student loans"] == 2
    told = ts.explain("0", job.parent)
    assert told["note"] == ""
    assert told["fields"]["topic"]["text"].startswith("Banking > ")


@pytest.mark.parametrize(
    ("quotas", "words"),
    [
        ({"level_1": "exact", "level_2 x knowledge": "exact"}, ""),
        ({"level_1": {"Deposits": 6, "Loans": 2}}, ""),
        ({"level_1 x focus": {"Deposits x relation": 8}}, ""),
        ({"level_1": {"Deposits": 6, "Loans": 3}}, "add up to 9, count is 8"),
        ({"level_3": "exact"}, "a quota on 'level_3', which is no facet"),
        ({"mood x level_1": "exact"}, "and 'mood' is no facet"),
    ],
    ids=["exact", "numbers", "a product", "another sum", "too deep", "no facet"],
)
def test_quotas_on_what_is_still_to_be_grown(
    write: Write, desk: ChatServer, quotas: dict[str, Any], words: str
) -> None:
    job = write(quotas=quotas)
    if not words:
        ts.check(job, endpoint=False)
        return
    with pytest.raises(JobError, match=words):
        ts.check(job, endpoint=False)
    with pytest.raises(JobError, match=words):
        ts.run(job)
    assert desk.requests == 0


def test_a_quota_on_a_topic_that_did_not_grow_is_told_and_may_be_mended(
    write: Write, desk: ChatServer
) -> None:
    job = write(quotas={"level_1": {"Deposits": 6, "Cards": 2}})
    with pytest.raises(JobError, match=r"wants 2 rows of 'Cards', which never comes.*Loans"):
        ts.run(job)
    asked = desk.requests
    with pytest.raises(JobError, match="Cards"):
        ts.check(job, endpoint=False)
    job = write(quotas={"level_1": {"Deposits": 6, "Loans": 2}})
    assert ts.run(job).summary.facets["level_1"] == {"Deposits": 6, "Loans": 2}
    assert desk.requests > asked
    assert not list((job.parent / "outputs/bank/stages").glob("taxonomy/round-*-more"))


def test_a_tree_that_grew_less_deep_is_told_once(
    write: Write, desk: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    desk.script = lambda request: (
        "I cannot." if divided(prompt_texts(request)) == "Loans" else reply(request)
    )
    job = write()
    assert set(ts.run(job).summary.facets["level_2"]) == {
        "Deposits > Savings", "Deposits > Current accounts", "none",
    }  # fmt: skip
    told = [words for words in caplog.messages if "tree about" in words or "less deep" in words]
    assert len(told) == 3
    assert "round 2: nothing fit below Banking > Loans" in told[1]
    assert "made/taxonomy.yaml is less deep than it was to be" in told[2]
    caplog.clear()
    assert ts.run(job).asked == 0
    assert "less deep" not in caplog.text


def test_a_tree_is_grown_within_the_budget_of_its_job(
    write: Write, desk: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    job = write()
    ts.run(job)
    rounds = ts.status(job.parent / "outputs/bank")["stages"]
    first, second = (one["tokens_in"] + one["tokens_out"] for one in rounds)
    tight = write(name="tight", budget={"tokens": first + second // 2}, concurrency=1)
    with pytest.raises(ShortError):
        ts.run(tight)
    assert "the tree about 'Banking': round-2: " in caplog.text
    assert "budget" in caplog.text
    rounds = ts.status(job.parent / "outputs/tight")["stages"]
    used = sum(one["tokens_in"] + one["tokens_out"] for one in rounds)
    assert first < used < first + second
    with pytest.raises(ShortError, match="o tree could be grown"):
        ts.run(write(name="none", budget={"tokens": 1}, concurrency=1))


def test_other_topics_of_an_edited_tree_are_no_other_tree(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    ts.run(write())
    tree = write().parent / "outputs/bank/made/taxonomy.yaml"
    tree.write_text(tree.read_text("utf8").replace("Car loans", "Student loans"), "utf8")
    only = {**ROOT, "only": "Loans > Student loans", "even": "branches"}
    assert ts.run(write(inputs={"taxonomy": only})).summary.facets["level_1"] == {"Loans": 8}
    assert "another tree" not in caplog.text
    ts.run(write(inputs={"taxonomy": {**ROOT, "about": "what it earns"}}))
    assert "the job now asks for another tree" in caplog.text


@pytest.mark.parametrize(
    ("quotas", "words"),
    [
        ({"level_1": "exact"}, ""),
        ({"level_1": {"Loans": 8}}, ""),
        ({"level_1": {"Cards": 8}}, "'Cards', which never comes"),
        ({"level_2": "exact"}, "'level_2', which is no facet"),
    ],
    ids=["exact", "numbers", "no topic", "too deep"],
)
def test_quotas_on_topics_whose_subjects_are_still_to_come(
    write: Write, quotas: dict[str, Any], words: str
) -> None:
    topics = {"taxonomy": {"topics": ["Deposits", "Loans"]}}
    job = write(method="curriculum", inputs=topics, quotas=quotas)
    if not words:
        ts.check(job, endpoint=False)
        return
    with pytest.raises(JobError, match=words):
        ts.check(job, endpoint=False)
