"""The filter moderation and its provider: asked through the journal, closed when nobody answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import Request, asking_text
from textsynth.errors import JobError, ProviderError, ShortError
from textsynth.jobfile import load_job
from textsynth.quality.moderation import Moderation
from textsynth.runfolder import read_rows

KEY = "sk-test-0123456789abcdef"


def fighting(request: Request) -> str | dict[str, Any]:
    """Questions, of which every third or so is about a fight."""
    words = str(asking_text(request))
    return f"Why did they fight? {words}" if sum(words.encode()) % 3 == 0 else words


def rows(run: Path, kind: str) -> list[dict[str, Any]]:
    return list(read_rows(run / "rows" / f"{kind}.jsonl"))


def job_at(project: Project, server: ChatServer, moderation: ChatServer | None = None,
           **options: Any) -> Path:  # fmt: skip
    """A job whose filter asks `moderation`, or the server that writes."""
    own = {"base_url": (moderation or server).url, "model": "m1", **options}
    return project(server.url, count=12, quality=["exact_duplicates", {"moderation": own}])


def test_rows_over_the_limit_go_and_nothing_is_asked_twice(project: Project) -> None:
    found = []
    for at_once in (1, 16):
        with ChatServer(script=fighting) as server:
            job = job_at(project, server)
            out = job.parent / f"out{at_once}"
            first = ts.run(job, out=out, concurrency=at_once)
            again = ts.run(job, out=out, concurrency=at_once)
            assert (again.asked, again.summary) == (0, first.summary)
        kept, dropped = rows(out, "kept"), rows(out, "dropped")
        found.append(((out / "rows/kept.jsonl").read_bytes(), len(dropped)))
    assert found[0] == found[1]
    assert dropped
    assert not any("fight" in str(row["messages"]) for row in kept)
    (verdict,) = [v for v in dropped[0]["verdicts"] if not v["keep"]]
    assert (verdict["reason"], verdict["score"]) == ("flagged_violence", 0.9)
    assert verdict["details"]["category"] == "violence"
    assert kept[0]["replies"][-1]["step"] == "moderation/text"
    assert kept[0]["verdicts"][-1]["score"] < 0.1


def test_each_turn_by_itself_and_one_side_alone(project: Project) -> None:
    seen: list[str] = []

    def noted(request: Request) -> dict[str, Any]:
        seen.append(request["input"])
        return {"hate": 0.1}

    with ChatServer(script=fighting) as server, ChatServer(moderation=noted) as scorer:
        job = job_at(project, server, scorer, turns="user", each="turn")
        kept = rows(ts.run(job).path, "kept")
    assert {row["messages"][-2]["content"] for row in kept} <= set(seen)
    assert not {row["messages"][-1]["content"] for row in kept} & set(seen)
    assert [row["verdicts"][-1]["details"]["turn"] for row in kept] == [1] * 12


def test_faults_of_the_endpoint_are_tried_again(project: Project) -> None:
    faults = Faults(
        rate_429=0.1, rate_500=0.1, rate_reset=0.1, rate_truncated=0.1, rate_invalid_json=0.1,
        retry_after=0.01,
    )  # fmt: skip
    with ChatServer(script=fighting) as server, ChatServer(faults=faults) as scorer:
        result = ts.run(job_at(project, server, scorer))
        assert sum(scorer.injected.values()) > 2
        assert max(scorer.answered.values()) == 1, "no answer was paid for twice"
    assert result.summary.kept == 12


def test_it_fails_closed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORER_KEY", KEY)
    with ChatServer(script=asking_text) as server, ChatServer(api_key="other") as scorer:
        job = job_at(project, server, scorer, api_key_env="SCORER_KEY")
        with pytest.raises(ProviderError, match="refuses the key"):
            ts.run(job)
        assert rows(job.parent / "outputs/trial", "kept") == []
    with ChatServer(script=asking_text) as server, ChatServer(moderation=lambda r: {}) as scorer:
        job = job_at(project, server, scorer)
        with pytest.raises(ShortError, match=r"moderation: not_scored \(40\)"):
            ts.run(job, out=job.parent / "empty")


def test_the_key_is_never_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORER_KEY", KEY)
    with ChatServer(script=fighting) as server, ChatServer(api_key=KEY) as scorer:
        job = job_at(project, server, scorer, api_key_env="SCORER_KEY")
        ts.run(job, log_to=job.parent / "log.jsonl")
    files = [file for file in job.parent.rglob("*") if file.is_file()]
    assert len(files) > 8
    assert not [file.name for file in files if KEY.encode() in file.read_bytes()]


def test_a_category_that_nobody_scores_ends_the_run(project: Project) -> None:
    with ChatServer(script=asking_text) as server:
        job = job_at(project, server, categories=["violense"])
        with pytest.raises(JobError, match=r"no score for 'violense'.*mean 'violence'"):
            ts.run(job)


def test_limits_of_each_category() -> None:
    def reply(**scores: float) -> str:
        return json.dumps({"categories": {}, "flagged": False, "scores": scores})

    part = Moderation(at_most={"default": 0.4, "violence": 0.8})
    assert part._verdict(reply(violence=0.7, hate=0.3), 0).keep
    verdict = part._verdict(reply(violence=0.7, hate=0.41), 3)
    assert (verdict.reason, verdict.score, verdict.details["turn"]) == ("flagged_hate", 0.41, 3)
    assert part._verdict("no", 0).reason == "not_scored"
    some = Moderation(at_most=0.5, categories=["hate"])
    assert some._verdict(reply(violence=0.9, hate=0.1), 0).keep


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"provider": "moderation"}, "moderation cannot write rows. It only scores texts"),
        ({"models": {"moderator": "m2"}}, "openai cannot be the moderator. It answers in words"),
    ],
    ids=["main", "role"],
)
def test_chat_and_moderation_are_not_mixed_up(
    project: Project, fields: dict[str, Any], words: str
) -> None:
    job = project("http://127.0.0.1:9/v1", quality=["length", "moderation"], **fields)
    with pytest.raises(JobError, match=words):
        load_job(job)


def test_check_says_where_rows_go(project: Project, server: ChatServer) -> None:
    assert "sends every row" in str(ts.check(job_at(project, server)))
