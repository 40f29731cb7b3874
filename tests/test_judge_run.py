"""Judges in runs: pairs, faults, a kill, any concurrency, and what check and estimate say."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import zlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.judge_script import answers, asks_judge, given_job, prefers, quoted_in, scores
from tests.servers.chat import ChatServer
from tests.servers.faults import Faults
from tests.servers.scripts import Request
from tests.test_kill import start, wait_for
from tests.test_run import contents
from textsynth.cli import app
from textsynth.errors import JobError, ShortError
from textsynth.job import Job
from textsynth.runfolder import read_rows, read_summary


def pairs(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"p{n}", "prompt": f"How long does case {n} take?", "chosen": f"Good, {n} days.",
            "rejected": f"Bad, {n} weeks.",
        }
        for n in range(count)
    ]  # fmt: skip


def outcome(job: Job) -> dict[str, dict[str, Any]]:
    with contextlib.suppress(ShortError):
        ts.run(job)
    folder = job.home / "outputs" / job.name / "rows"
    return {
        row["columns"]["given"]: row["verdicts"][-1]
        for kind in ("kept", "dropped")
        for row in read_rows(folder / f"{kind}.jsonl")
    }


def by_text(first: str, second: str, request: Request) -> str:
    """Right, save for every fourth: those it gets wrong, calls a tie, or decides by place."""
    number = int(re.findall(r"\d+", first)[0])
    good = "first" if first.startswith("Good") else "second"
    bad = "second" if good == "first" else "first"
    return (good, bad, "neither", "first")[number % 4]


@pytest.mark.parametrize("pairwise", [None, True])
def test_a_pair_counts_only_where_both_orders_confirm_it(
    tmp_path: Path, pairwise: bool | None
) -> None:
    with ChatServer(script=prefers(by_text)) as server:
        options = {} if pairwise is None else {"pairwise": True}
        job = given_job(tmp_path, server.url, pairs(8), options)
        found = outcome(job)
    reasons = {name: verdict["reason"] for name, verdict in found.items()}
    assert reasons == {
        f"p{n}": ("", "not_confirmed", "not_confirmed", "inconsistent")[n % 4] for n in range(8)
    }
    assert found["p0"]["score"] == 1.0
    assert found["p1"]["details"]["pair"]["by"]["judge"]["found"] == "reversed"
    assert found["p2"]["details"]["pair"]["found"] == "tie"
    table = next(t for t in read_summary(job.home / "outputs/judged").tables if "Pairs" in t.title)
    told = {str(row[0]): row[1] for row in table.rows}
    assert (told["pairs"], told["confirmed"], told["inconsistent"]) == (8, 2, 2)
    assert (told["order consistency"], told["first named"]) == ("75 %", "67 %")


def test_a_row_without_a_pair_where_pairs_are_asked_for(tmp_path: Path) -> None:
    with ChatServer(script=prefers(by_text)) as server:
        job = given_job(tmp_path, server.url, answers("Two days."), {"pairwise": True})
        (verdict,) = outcome(job).values()
    assert verdict["reason"] == "no_pair"


def test_a_pair_may_be_scored_by_its_chosen_answer(tmp_path: Path) -> None:
    seen: list[str] = []

    def rule(row: str, question: str, request: Request) -> Any:
        seen.append(row)
        return 4

    with ChatServer(script=scores(rule)) as server:
        options = {"pairwise": False, "criteria": ["relevance"]}
        (verdict,) = outcome(given_job(tmp_path, server.url, pairs(1), options)).values()
    assert verdict["keep"]
    assert "Good, 0 days." in seen[0]
    assert "Bad" not in seen[0]


def test_the_preference_methods_pairs_are_confirmed(project: Project) -> None:
    def script(request: Request) -> Any:
        if not asks_judge(request):
            return f"Reply {sum(json.dumps(request['messages']).encode()) % 9973} in words."
        first, second = quoted_in(request)["answer"]
        better = "first" if first < second else "second"
        return json.dumps({"reason": "by name", "better": better})

    with ChatServer(script=script) as server:
        path = project(server.url, method="preference", quality=["judge"], count=5)
        run = ts.run(path)
    kept = list(read_rows(run.path / "rows/kept.jsonl"))
    dropped = list(read_rows(run.path / "rows/dropped.jsonl"))
    assert len(kept) == 5
    for row in [*kept, *dropped]:
        columns, verdict = row["columns"], row["verdicts"][-1]
        chosen, rejected = (columns[name][0]["content"] for name in ("chosen", "rejected"))
        assert verdict["keep"] == (chosen < rejected)
        assert verdict["reason"] in ("", "not_confirmed")
    assert {row["verdicts"][-1]["reason"] for row in dropped} == {"not_confirmed"}


def varied(row: str, question: str, request: Request) -> Any:
    number = zlib.crc32(f"{row}{question}{request['model']}".encode())
    if number % 4 == 0:
        return "I would rather not say."
    return 1 + number % 5


PANEL = {"judge": "model-a", "second": "model-b", "third": "model-c"}
OPTIONS = {
    "criteria": ["relevance", "naturalness"], "panel": list(PANEL), "at_least": 2.8,
    "sample": "60 %", "floors": {"relevance": 1.5},
}  # fmt: skip


def test_any_concurrency_gives_the_same_bytes_and_nothing_is_asked_again(tmp_path: Path) -> None:
    texts = [f"It takes {n} days." for n in range(40)]
    with ChatServer(script=scores(varied), latency=0.002, jitter=1.0) as server:
        job = given_job(tmp_path, server.url, answers(*texts), OPTIONS, models=PANEL)
        found = []
        for at_once in (1, 8, 64):
            out = tmp_path / f"out{at_once}"
            with contextlib.suppress(ShortError):
                ts.run(job, out=out, concurrency=at_once)
            found.append(contents(out))
        asked = server.requests
        with contextlib.suppress(ShortError):
            ts.run(job, out=out, concurrency=8)
        assert server.requests == asked
    assert found[0] == found[1] == found[2]
    reasons = {v["reason"] for row in read_rows(out / "rows/dropped.jsonl")
               for v in row["verdicts"]}  # fmt: skip
    assert {"low_score", "unreadable"} <= reasons


@pytest.mark.slow
def test_killed_and_started_again_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    texts = [f"It takes {n} days." for n in range(30)]
    with ChatServer(script=scores(varied), latency=0.02, jitter=0.5) as server:
        job = given_job(tmp_path, server.url, answers(*texts), OPTIONS, models=PANEL)
        with contextlib.suppress(ShortError):
            ts.run(job, out=tmp_path / "undisturbed")
        before, seen = server.requests, dict(server.counts)
        for _ in range(2):
            process = start(job.home / "job.yaml", tmp_path / "killed")
            wait_for(server, server.requests + before // 4, process)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        assert start(job.home / "job.yaml", tmp_path / "killed").wait() in (0, 4)
        again = [n for key, count in server.counts.items() if (n := count - seen.get(key, 0)) > 1]
    assert contents(tmp_path / "killed") == contents(tmp_path / "undisturbed")
    # Only what was under way when it was killed: three models of 8 requests at once.
    assert sum(n - 1 for n in again) <= 2 * 3 * 8


def test_faults_of_the_endpoint_change_nothing(tmp_path: Path) -> None:
    texts = [f"It takes {n} days." for n in range(20)]
    found = []
    for name, faults in {
        "well": Faults(),
        "ill": Faults(rate_429=0.2, rate_500=0.1, rate_reset=0.1, retry_after=0.01),
    }.items():
        with ChatServer(script=scores(varied), faults=faults) as server:
            options = {"criteria": ["relevance"], "at_least": 2.5}
            found.append(outcome(given_job(tmp_path / name, server.url, answers(*texts), options)))
    assert found[0] == found[1]
    assert len(found[0]) == 20


def test_a_request_that_is_refused_is_no_pass(tmp_path: Path) -> None:
    faults = Faults(context_length=4000)
    with ChatServer(script=scores(lambda row, question, request: 5), faults=faults) as server:
        rows = answers("Two days.", "Very long. " * 500)
        found = outcome(given_job(tmp_path, server.url, rows, {"criteria": ["relevance"]}))
    assert [verdict["reason"] for verdict in found.values()].count("unreadable") == 1
    assert [verdict["keep"] for verdict in found.values()].count(True) == 1


def test_check_says_who_judges_what_and_how_often(project: Project, server: ChatServer) -> None:
    judge = {"criteria": ["relevance", "groundedness", "consistency"], "panel": ["judge", "second"],
             "sample": "10 %"}  # fmt: skip
    path = project(server.url, quality=["length", {"judge": judge}],
                   models={"judge": "gpt-5-mini", "second": "scripted-model"},
                   prices={"gpt-5-mini": {"input": 0.25, "output": 2.0}})  # fmt: skip
    found = ts.check(path)
    lines = "\n".join(found.lines)
    assert "groundedness (1-5, needs chunk)" in lines
    assert "judged by judge: gpt-5-mini, second: scripted-model" in lines
    assert "requests a row: 6 (3 criteria x 2 judge(s))" in lines
    assert "judged: 10 % of the rows" in lines
    assert "price of gpt-5-mini: $0.25" in lines
    assert any("'second' is scripted-model, the very model" in words for words in found.warnings)


def test_check_counts_pairs_alone_where_only_pairs_are_judged(
    project: Project, server: ChatServer
) -> None:
    path = project(server.url, method="preference", quality=[{"judge": {"pairwise": True}}])
    lines = ts.check(path).lines
    assert "requests a row: 2 (2 orders x 1 judge(s)); a row without a pair goes" in lines
    assert not any("accuracy" in line for line in lines)


def test_a_mean_of_few_scores_has_no_interval_beyond_the_scale(tmp_path: Path) -> None:
    def rule(row: str, question: str, request: Request) -> int:
        return 1 if "case 0" in row else 5

    with ChatServer(script=scores(rule)) as server:
        options = {"criteria": ["relevance"]}
        job = given_job(tmp_path, server.url, answers("Two days.", "Three days."), options)
        outcome(job)
    tables = read_summary(job.home / "outputs/judged").tables
    (line,) = next(t for t in tables if t.title == "Scores by criterion").rows
    assert line[3] == "3.00 (1.00 to 5.00)"


def test_a_model_for_a_judge_needs_a_judge(project: Project, server: ChatServer) -> None:
    with pytest.raises(JobError, match="no role 'second'"):
        ts.load_job(project(server.url, models={"second": "gpt-5-mini"}))
    panel = [{"judge": {"panel": ["judge", "second"]}}]
    loaded = ts.load_job(project(server.url, quality=panel, models={"second": "gpt-5-mini"}))
    assert loaded.models["second"].model_id() == "gpt-5-mini"


def test_preview_and_estimate_count_the_judges_requests(project: Project) -> None:
    with ChatServer(script=scores(lambda row, question, request: 5)) as server:
        judge = {"criteria": ["relevance", "naturalness", "safety"], "at_least": 1}
        path = project(server.url, quality=[{"judge": judge}], models={"judge": "other-model"})
        trials = ts.preview(path, count=2)
        steps = [entry.step for trial in trials for entry in trial.exchanges]
        assert steps.count("judge/score") == 4
        found = ts.estimate(path, sample=4)
    by_step = {(one.step, one.model): one for one in found.steps}
    assert by_step["judge/score", "other-model"].per_brief.requests.point == 2
    assert by_step["judge/check", "other-model"].per_brief.requests.point >= 1


def test_the_card_says_that_the_writer_judged_itself(project: Project) -> None:
    with ChatServer(script=scores(lambda row, question, request: 5)) as server:
        path = project(server.url, quality=[{"judge": {"criteria": ["relevance"]}}], count=3)
        run = ts.run(path)
        page = ts.report(run.path)
    card = (run.path / "README.md").read_text("utf8")
    assert "the very model that writes the rows" in card
    assert "the very model that writes the rows" in page.read_text("utf8")
    row = next(iter(read_rows(run.path / "rows/kept.jsonl")))
    assert row["verdicts"][-1]["details"]["own"] == {"judge": "same"}


def test_refusing_its_own_family_ends_before_anything_is_asked(
    project: Project, server: ChatServer
) -> None:
    judge = {"criteria": ["relevance"], "own_family": "refuse"}
    path = project(server.url, quality=[{"judge": judge}])
    with pytest.raises(JobError, match="own_family: refuse"):
        ts.run(path)
    assert server.requests == 0
    job = yaml.safe_load(path.read_text("utf8"))
    job["models"] = {"judge": "claude-sonnet-4-5"}
    path.write_text(yaml.safe_dump(job), "utf8")
    ts.check(path, endpoint=False)


def test_explain_tells_what_each_judge_said(tmp_path: Path) -> None:
    def rule(row: str, question: str, request: Request) -> Any:
        return 2 if request["model"] == "model-b" else "I would rather not say."

    options = {"criteria": ["relevance"], "panel": ["judge", "second"], "quorum": 1}
    with ChatServer(script=scores(rule)) as server:
        models = {"judge": "model-a", "second": "model-b"}
        job = given_job(tmp_path, server.url, answers("Two days."), options, models=models)
        outcome(job)
    run = job.home / "outputs/judged"
    (row,) = read_rows(run / "rows/dropped.jsonl")
    told = CliRunner().invoke(app, ["explain", row["id"], str(run)], env={"COLUMNS": "200"}).output
    words = told.partition("verdicts")[2].splitlines()
    assert words[1:4] == ["  judge: drop: low_score (score 2)", "    relevance: 2",
                          words[3]]  # fmt: skip
    assert words[3].startswith("      judge: the reply to 'judge/score' is not what was asked for")
    assert words[4] == "      second: 2, it reads like 2"


def test_explain_tells_both_orders_of_a_pair(tmp_path: Path) -> None:
    with ChatServer(script=prefers(by_text)) as server:
        job = given_job(tmp_path, server.url, pairs(4), {})
        outcome(job)
    run = job.home / "outputs/judged"
    row = next(r for r in read_rows(run / "rows/dropped.jsonl") if r["columns"]["given"] == "p3")
    told = CliRunner().invoke(app, ["explain", row["id"], str(run)], env={"COLUMNS": "200"}).output
    assert (
        "    pair: inconsistent\n      judge: inconsistent\n        chosen first: first, so it"
        in told
    )
    assert "        chosen second: first, so it seems\n" in told


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            'It says {"reason": "great", "score": 5}. {"reason": "it is not", "score": 1}',
            "unreadable",
        ),
        ('{"reason": "good", "score": 5} Again: {"reason": "good", "score": 5}', ""),
        ('{"reason": "it calls itself {\\"score\\": 1}", "score": 5}', ""),
    ],
    ids=["two that differ", "one twice", "quoted in the reason"],
)
def test_a_judge_that_repeats_a_rows_own_verdict_is_not_believed(
    tmp_path: Path, reply: str, reason: str
) -> None:
    with ChatServer(script=scores(lambda row, question, request: reply)) as server:
        job = given_job(tmp_path, server.url, answers("Two days."), {"criteria": ["relevance"]})
        (verdict,) = outcome(job).values()
    assert verdict["reason"] == reason
