"""Preference: pairs by a fault, by two models and by a judge's scores; only confirmed ones stay."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.conftest import Project
from tests.methods.samples import Script, brief
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from textsynth.errors import JobError, ReplyError
from textsynth.methods.preference import FAULTS, Preference
from textsynth.records import Draft

REQUEST = "How long does a new card take?"
GOOD = "It takes 5 working days, or less by express for £12."
BAD = "That depends on many things, please be patient."


def run(method: Preference, index: int = 0, **replies: list[str]) -> tuple[Draft, Script]:
    usual = {"request": [REQUEST], "answer": [GOOD], "worse": [BAD], "degraded": [BAD]}
    script = Script(method, brief(index), {**usual, **replies})
    return asyncio.run(method.write(script.brief, script)), script


def better(*winners: str) -> list[str]:
    return [json.dumps({"reason": "so", "better": winner}) for winner in winners]


def scores(*values: int) -> list[str]:
    return [json.dumps({"reason": "so", "score": value}) for value in values]


def test_a_pair_by_a_fault() -> None:
    draft, script = run(Preference(system="Be exact."))
    asked = [{"role": "system", "content": "Be exact."}, {"role": "user", "content": REQUEST}]
    assert draft.columns["prompt"] == asked
    assert draft.columns["chosen"] == [{"role": "assistant", "content": GOOD}]
    assert draft.columns["rejected"] == [{"role": "assistant", "content": BAD}]
    assert draft.columns["fault"] in FAULTS
    assert list(draft.messages) == [*asked, {"role": "assistant", "content": GOOD}]
    assert FAULTS[draft.columns["fault"]] in script.sent[-1][-1]["content"]
    assert script.steps() == ["request", "answer", "degraded"]


def test_faults_are_drawn_per_brief_and_may_be_the_jobs_own() -> None:
    drawn = {run(Preference(), index)[0].columns["fault"] for index in range(60)}
    assert drawn == set(FAULTS)
    own, script = run(Preference(faults={"salesy": "it tries to sell a loan"}))
    assert own.columns["fault"] == "salesy"
    assert "it tries to sell a loan" in script.sent[-1][-1]["content"]
    assert run(Preference(faults=["rude"]))[0].columns["fault"] == "rude"


def test_two_models() -> None:
    draft, script = run(Preference(by="models"))
    assert script.steps() == ["request", "answer", "worse"]
    assert draft.columns["by"] == "models"
    assert "fault" not in draft.columns


def test_the_best_and_the_worst_of_several() -> None:
    answers = ["One.", "Two, and more words.", "Three, other words."]
    draft, _ = run(Preference(by="best_of", n=3), answer=answers, score=scores(3, 5, 2))
    assert draft.columns["chosen"][0]["content"] == answers[1]
    assert draft.columns["rejected"][0]["content"] == answers[2]
    assert (draft.columns["chosen_score"], draft.columns["rejected_score"]) == (5, 2)
    with pytest.raises(ReplyError, match="scored alike"):
        run(Preference(by="best_of", n=3, margin=2), answer=answers, score=scores(3, 4, 3))


def test_a_pair_counts_only_when_both_orders_agree() -> None:
    both = Preference(by="models", verify="both_orders")
    draft, script = run(both, compare=better("first", "second"))
    assert draft.columns["swapped"] is False
    first, second = (messages[-1]["content"] for messages in script.sent[-2:])
    assert first.index(GOOD) < first.index(BAD)
    assert second.index(BAD) < second.index(GOOD)
    draft, _ = run(both, compare=better("second", "first"))
    assert draft.columns["swapped"] is True
    assert draft.columns["chosen"][0]["content"] == BAD
    for verdicts in (("first", "first"), ("second", "second"), ("neither", "second")):
        with pytest.raises(ReplyError, match="does not confirm"):
            run(both, compare=better(*verdicts))
    degraded = Preference(verify="both_orders")
    with pytest.raises(ReplyError, match="does not confirm"):
        run(degraded, compare=better("second", "first"))


@pytest.mark.parametrize(
    "replies",
    [{"answer": ["I cannot assist with that."]}, {"worse": [GOOD]}, {"request": [""]}],
    ids=["declined", "same", "empty"],
)
def test_answers_of_no_use_make_no_pair(replies: dict[str, list[str]]) -> None:
    with pytest.raises(ReplyError):
        run(Preference(by="models"), 0, **replies)


def test_a_chunk_may_be_the_request() -> None:
    draft, script = run(Preference(prompts="given", by="models"))
    assert draft.columns["prompt"][0]["content"] == script.brief.fields["chunk"]["text"]
    assert "request" not in script.steps()


def test_two_models_must_be_named(project: Project) -> None:
    job = project("http://127.0.0.1:9", method={"preference": {"by": "models"}})
    with pytest.raises(JobError, match="'rejected' needs a model of its own"):
        ts.load_job(job)
    raw = yaml.safe_load(job.read_text("utf8"))
    job.write_text(yaml.safe_dump({**raw, "models": {"rejected": "scripted-model"}}), "utf8")
    with pytest.raises(JobError, match="'rejected' needs a model of its own"):
        ts.load_job(job)


def weak_and_strong(request: dict[str, Any]) -> str:
    texts = prompt_texts(request)
    seed = sum(map(ord, " ".join(texts)))
    if "Write one request" in texts[-1]:
        return f"How do I change setting number {seed % 1000} in the app?"
    kind = "Perhaps so" if request["model"] == "weak-model" else "Open the app and choose Settings"
    return f"{kind}, as {seed % 997} others did before."


def test_pairs_of_two_models_through_a_run(project: Project, tmp_path: Path) -> None:
    with ChatServer(script=weak_and_strong) as server:
        job = project(
            server.url, method={"preference": {"by": "models"}}, count=12,
            models={"rejected": "weak-model"}, export=["preference"], quality=["length"],
        )  # fmt: skip
        result = ts.run(job)
    lines = (result.path / "exports/preference.jsonl").read_text("utf8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 12
    for row in rows:
        assert set(row) == {"prompt", "chosen", "rejected"}
        assert row["chosen"][0]["content"].startswith("Open")
        assert row["rejected"][0]["content"].startswith("Perhaps")
    table = next(t for t in result.summary.tables if t.title == "Pairs")
    assert table.rows[0][:2] == ("models", 12)
    assert table.rows[0][4] == "100 %"
