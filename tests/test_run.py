"""The promises of a run, against a real endpoint on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import asking_text
from textsynth.errors import ProviderError, RunError, ShortError
from textsynth.runfolder import KINDS, read_rows

DETERMINISTIC = ("data/*", "rows/*", "exports/*", "README.md")


def contents(run: Path, patterns: Iterable[str] = DETERMINISTIC) -> dict[str, bytes]:
    """Every file of a run that must not depend on time or chance."""
    files = (file for pattern in patterns for file in sorted(run.glob(pattern)))
    return {file.relative_to(run).as_posix(): file.read_bytes() for file in files}


def word_for(text: str) -> str:
    """A word that differs for different texts, without figures."""
    return "".join("abcdefghij"[int(digit)] for digit in str(sum(map(ord, text))))


def rows(run: Path, kind: str) -> list[dict[str, Any]]:
    return list(read_rows(run / "rows" / f"{kind}.jsonl"))


def test_as_many_rows_are_kept_as_asked_and_every_brief_is_accounted_for(
    project: Project, server: ChatServer
) -> None:
    result = ts.run(project(server.url, quality=["length", "truncated"], count=30))
    kept, dropped, failed = (rows(result.path, kind) for kind in KINDS)
    summary = result.summary
    assert (len(kept), len(dropped), len(failed)) == (30, summary.dropped, summary.failed)
    assert summary.briefs == len(kept) + len(dropped) + len(failed)
    indexes = sorted(row["index"] for row in [*kept, *dropped, *failed])
    assert indexes == list(range(summary.briefs))


def test_every_dropped_row_says_which_filter_dropped_it_and_why(
    project: Project, server: ChatServer
) -> None:
    def script(request: dict[str, Any]) -> str:
        text = str(request["messages"])
        if "Why?" in text:
            return "So?"
        return "Why?" if "travel money" in text else f"What is {word_for(text)} for, please?"

    server.script = script
    result = ts.run(project(server.url, quality=[{"length": {"min_total": 30}}]))
    dropped = rows(result.path, "dropped")
    assert dropped
    for row in dropped:
        verdict = next(v for v in row["verdicts"] if not v["keep"])
        assert (verdict["filter"], verdict["reason"]) == ("length", "too_short")
        assert verdict["score"] is not None
    assert result.summary.reasons == {"length: too_short": len(dropped)}
    assert dict(result.summary.funnel)["length"] == result.summary.kept


def test_same_bytes_whatever_the_concurrency(project: Project, server: ChatServer) -> None:
    server.latency, server.jitter = 0.01, 1.0
    job = project(server.url, export=["messages", "sharegpt"], vary={"sort": ["a", "b"]})
    runs = [
        ts.run(job, out=job.parent / f"out{n}", concurrency=n, count=40).path for n in (1, 7, 32)
    ]
    first = contents(runs[0])
    assert len(first) >= 6
    assert all(contents(run) == first for run in runs[1:])


def test_a_closed_run_given_again_asks_nothing_and_changes_nothing(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url)
    before = ts.run(job)
    asked, files = server.requests, contents(before.path)
    again = ts.run(job)
    assert (again.asked, server.requests) == (0, asked)
    assert contents(again.path) == files


def test_more_rows_cost_only_the_rows_that_are_new(project: Project, server: ChatServer) -> None:
    job = project(server.url)
    ts.run(job, count=10)
    small = rows(job.parent / "outputs/trial", "kept")
    result = ts.run(job, count=40)
    assert rows(result.path, "kept")[:10] == small
    assert set(server.counts.values()) == {1}


def test_exact_quotas_hold_among_the_kept_rows(project: Project, server: ChatServer) -> None:
    def script(request: dict[str, Any]) -> str:
        # Half of the briefs with one mood are lost, so that others must make up for them.
        text = str(request["messages"])
        if "Why?" in text:
            return "So?"
        if "angry" in text and "days" in text and sum(map(ord, text)) % 2:
            return "Why?"
        return f"Where does {word_for(text)} come from and what is it for?"

    server.script = script
    prompts = project(server.url).parent / "prompts/qa"
    prompts.mkdir(parents=True)
    (prompts / "question.en.jinja").write_text("--- user\n{{ mood }} {{ chunk.text }}\n", "utf8")
    (prompts / "answer.en.jinja").write_text("--- user\n{{ mood }} {{ question }}\n", "utf8")
    job = project(
        server.url,
        count=40,
        vary={"mood": {"angry": 3, "calm": 1}},
        quotas={"mood": "exact"},
        quality=[{"length": {"min_total": 30}}],
    )
    summary = ts.run(job).summary
    assert summary.facets["mood"] == {"angry": 30, "calm": 10}
    assert summary.dropped > 5
    assert summary.briefs == summary.kept + summary.dropped + summary.failed


def test_a_run_that_falls_short_says_where_its_rows_went(
    project: Project, server: ChatServer
) -> None:
    server.script = lambda request: "So?" if "Why?" in str(request) else "Why?"
    with pytest.raises(
        ShortError, match=r"20 of 20 rows are missing.*length: too_short \(40\)"
    ) as e:
        ts.run(project(server.url, quality=[{"length": {"min_total": 30}}]))
    assert e.value.exit_code == 4
    run = project(server.url).parent / "outputs/trial"
    assert ts.status(run)["status"] == "short"
    assert len(rows(run, "dropped")) == 40


def test_a_run_stops_when_everything_fails_and_goes_on_when_mended(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, retries=0)
    server.faults = Faults(fail_all=500)
    with pytest.raises(ProviderError, match="10 rows in a row") as raised:
        ts.run(job)
    assert raised.value.exit_code == 3
    assert ts.status(job)["status"] == "stopped"
    server.faults = Faults()
    assert ts.run(job).summary.kept == 20


def test_faults_on_the_way_change_nothing_in_the_rows(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=60, retries=8)
    plain = contents(ts.run(job, out=job.parent / "plain").path)
    server.faults = Faults(
        rate_429=0.1, retry_after=0.02, rate_500=0.05, rate_reset=0.03, rate_truncated=0.03,
        rate_invalid_json=0.02,
    )  # fmt: skip
    result = ts.run(job, out=job.parent / "faulty")
    assert contents(result.path) == plain
    assert sum(server.injected.values()) > 5
    assert result.summary.failed == 0


def test_a_wrong_key_stops_the_run_at_once(project: Project) -> None:
    with (
        ChatServer(api_key="sk-right") as server,
        pytest.raises(ProviderError, match="refuses the key"),
    ):
        ts.run(project(server.url))
    assert server.requests <= 12


def test_rows_that_cannot_be_asked_fail_alone(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=12)
    long = "x" * 3000
    faq = job.parent / "faq.csv"
    faq.write_text(faq.read_text("utf8").replace("4 pounds", f"4 pounds {long}"), "utf8")
    server.faults = Faults(context_length=2000)
    result = ts.run(project_again(job, faq))
    failed = rows(result.path, "failed")
    assert failed
    assert {row["error"].split(":")[0] for row in failed} == {"RequestError"}
    assert result.summary.kept == 12


def project_again(job: Path, faq: Path) -> Path:
    """The job with the long record cut at 5,000 characters, so that it stays one chunk."""
    text = job.read_text("utf8").replace(
        "documents: faq.csv", f"documents: {{paths: [{faq.name}], chunk_chars: 5000}}"
    )
    job.write_text(text, "utf8")
    return job


def test_load_dataset_reads_back_what_was_kept(project: Project, server: ChatServer) -> None:
    result = ts.run(project(server.url))
    code = (
        "import sys, json, datasets\n"
        "rows = datasets.load_dataset(sys.argv[1], split='train', cache_dir=sys.argv[2])\n"
        "print(json.dumps([rows[i] for i in range(len(rows))]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(result.path), str(result.path.parent / "cache")],
        capture_output=True, text=True, check=True, env={"HF_DATASETS_OFFLINE": "1"},
    )  # fmt: skip
    read, kept = json.loads(ran.stdout), rows(result.path, "kept")
    assert [row["id"] for row in read] == [row["id"] for row in kept]
    assert [row["messages"] for row in read] == [row["messages"] for row in kept]
    assert [row["question"] for row in read] == [row["columns"]["question"] for row in kept]


def test_preview_pays_for_what_run_uses_again(project: Project, server: ChatServer) -> None:
    job = project(server.url)
    trials = ts.preview(job, count=3)
    assert [len(trial.exchanges) for trial in trials] == [2, 2, 2]
    result = ts.run(job)
    assert result.replayed == 6
    assert set(server.counts.values()) == {1}


def test_a_run_in_use_is_not_opened_twice(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=200)
    server.latency = 0.05
    code = "import sys, textsynth; textsynth.run(sys.argv[1])"
    with subprocess.Popen([sys.executable, "-c", code, str(job)]) as other:
        try:
            while server.requests < 10 and other.poll() is None:
                pass
            with pytest.raises(RunError, match="in use"):
                ts.run(job)
        finally:
            other.terminate()


def test_a_folder_that_is_no_run_is_left_alone(project: Project, server: ChatServer) -> None:
    job = project(server.url)
    mine = job.parent / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("precious", "utf8")
    with pytest.raises(RunError, match="is not a run"):
        ts.run(job, out=mine)
    assert [file.name for file in mine.iterdir()] == ["thesis.txt"]


def test_run_works_inside_a_running_event_loop(project: Project, server: ChatServer) -> None:
    import asyncio

    async def notebook() -> int:
        return ts.run(project(server.url, count=5)).summary.kept

    assert asyncio.run(notebook()) == 5


def test_explain_shows_everything_that_went_into_a_row(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, vary={"mood": ["angry", "calm"]})
    run = ts.run(job).path
    row = rows(run, "kept")[4]
    found = ts.explain(row["id"][:6], run)
    assert (found["kind"], found["index"]) == ("kept", row["index"])
    assert found["fields"]["chunk"]["id"] == row["seeds"]["chunk"]
    assert found["fields"]["persona"]["id"] == row["seeds"]["persona"]
    assert found["facets"] == row["facets"]
    steps = [(entry["step"], entry["reply"]) for entry in found["exchanges"]]
    assert steps == [
        ("question", row["columns"]["question"]),
        ("answer", row["columns"]["answer"]),
    ]
    assert found["fields"]["chunk"]["text"] in found["exchanges"][0]["messages"][0]["content"]
    assert [v["filter"] for v in found["verdicts"]] == ["length", "exact_duplicates"]


def test_secrets_are_written_nowhere(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "sk-very-secret-0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    with ChatServer(api_key=secret, script=asking_text) as server:
        job = project(server.url, count=5, export=["messages"])
        run = ts.run(job).path
        monkeypatch.setenv("OPENAI_API_KEY", secret + "9")
        with pytest.raises(ProviderError) as raised:
            ts.run(job, out=job.parent / "second")
    for file in job.parent.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file
    assert secret not in str(raised.value)
    assert run.is_dir()
