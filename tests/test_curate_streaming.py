"""Streaming = batch: what a run keeps is what `curate` keeps of its rows, however either went."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.grading_filter import offered, prompt_beside
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, asking_text, prompt_texts
from textsynth.runfolder import read_rows

QUALITY: list[Any] = [
    {"length": {"max_chars": 400}}, "exact_duplicates", {"near_duplicates": {"on": "first_turn"}},
    "grading_filter",
]  # fmt: skip


def grading(request: Request) -> str | dict[str, Any]:
    """Questions, some of them the same, and grades from 1 to 5."""
    text = prompt_texts(request)[-1]
    if text.startswith("Grade?"):
        return str(1 + sum(text.encode()) % 5)
    words = asking_text(request)
    return "How many days does a new card take?" if len(str(words)) % 2 else words


def of_run(path: Path) -> list[tuple[str, bool, str]]:
    """(id, whether it was kept, why not) of each row, in the order of the briefs."""
    found = []
    for kind in ("kept", "dropped"):
        for row in read_rows(path / "rows" / f"{kind}.jsonl"):
            lost = [v["filter"] + v["reason"] for v in row["verdicts"] if not v["keep"]]
            found.append((row["index"], row["id"], not lost, "".join(lost[:1])))
    return [(name, kept, why) for _, name, kept, why in sorted(found)]


def rows(path: Path, kind: str = "kept") -> bytes:
    return (path / "rows" / f"{kind}.jsonl").read_bytes()


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(tmp_path / "packages", monkeypatch)


@pytest.mark.usefixtures("graded")
def test_batch_keeps_what_streaming_kept_at_any_concurrency(project: Project) -> None:
    with ChatServer(script=grading) as server:
        job = project(server.url, count=16, quality=QUALITY)
        prompt_beside(job.parent)
        runs = [ts.run(job, out=job.parent / f"run{n}", concurrency=n).path for n in (1, 8, 64)]
        asked = server.requests
        streamed = of_run(runs[0])
        reasons = {why for _, kept, why in streamed if not kept}
        assert reasons == {
            "exact_duplicatesexact_duplicate", "near_duplicatesnear_duplicate",
            "grading_filterlow_grade",
        }  # fmt: skip
        batches = [
            ts.curate(run, out=job.parent / f"cur{n}", job=job, workers=n % 2 + 1)
            for n, run in enumerate(runs)
        ]
        assert server.requests == asked, "the replies of the run's own judge were used"
    for found in batches:
        assert of_run(found.path) == streamed
        assert (rows(found.path), rows(found.path, "dropped")) == (
            rows(runs[0]), rows(runs[0], "dropped")
        )  # fmt: skip


@pytest.mark.usefixtures("graded")
def test_judges_counters_and_vectors_that_cost_keep_the_same_together(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(script=grading) as server:
        vectors = {"openai": {"base_url": server.url, "model": "e"}}
        quality = [
            {"grading_filter": 2},
            {"balance": {"bands": {"few": 295, "many": None}, "length_band": {"few": 4, "*": 5}}},
            {"near_duplicates": {"on": "first_turn"}},
            {"semantic_duplicates": {"threshold": 0.95, "on": "answer", "same": [],
                                     "vectors": vectors}},
        ]  # fmt: skip
        job = project(server.url, count=9, quality=quality)
        prompt_beside(job.parent)
        found, cache = [], "TEXTSYNTH_CACHE"
        for n in (1, 8, 64):
            monkeypatch.setenv(cache, str(tmp_path / f"cache{n}"))
            found.append(ts.run(job, out=tmp_path / f"run{n}", concurrency=n).path)
        for n in (1, 8, 64):
            monkeypatch.setenv(cache, str(tmp_path / f"fresh{n}"))
            other = job.with_name(f"other{n}.yaml")
            other.write_text(job.read_text("utf8").replace("concurrency: 8", f"concurrency: {n}"))
            found.append(ts.curate(found[0], out=tmp_path / f"cur{n}", job=other).path)
        asked = sum(server.counts.values())
        monkeypatch.setenv(cache, str(tmp_path / "empty"))
        looser = ts.curate(found[0], out=tmp_path / "looser", rethreshold=["grading_filter=1"])
        assert sum(server.counts.values()) == asked, "no vector is paid for either"
        assert looser.summary.reasons["semantic_duplicates: not_judged"]
    lost = {why.partition("_")[0] for _, kept, why in of_run(found[0]) if not kept}
    assert lost == {"grading", "balancefull: length", "near", "semantic"}
    for kind in ("kept", "dropped"):
        assert len({rows(path, kind) for path in found}) == 1


@pytest.mark.usefixtures("graded")
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")
def test_batch_keeps_what_a_run_kept_that_was_killed_and_given_again(
    project: Project, tmp_path: Path
) -> None:
    with ChatServer(script=grading) as server:
        job = project(server.url, records=24, count=24, quality=QUALITY)
        prompt_beside(job.parent)
        whole = ts.run(job, out=tmp_path / "whole").path
        server.latency, each, out = 0.02, server.requests, tmp_path / "killed"
        command = [
            sys.executable, "-m", "textsynth", "run", str(job), "--out", str(out), "--quiet",
        ]  # fmt: skip
        path = os.pathsep.join([str(tmp_path / "packages"), *sys.path])
        for _ in range(2):
            before = server.requests
            process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})
            end = time.monotonic() + 30
            while server.requests < before + each // 3 and time.monotonic() < end:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
            assert ts.status(out)["status"] == "died"
        again = ts.run(job, out=out, concurrency=64)
        asked = server.requests
        batches = [ts.curate(out, out=tmp_path / f"cur{n}", job=job, workers=n) for n in (1, 2)]
        assert server.requests == asked
    assert again.replayed
    streamed = of_run(whole)
    assert {kept for _, kept, _ in streamed} == {True, False}
    for found in (out, *(batch.path for batch in batches)):
        assert of_run(found) == streamed
        for kind in ("kept", "dropped"):
            assert rows(found, kind) == rows(whole, kind)


@pytest.mark.usefixtures("graded")
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_and_given_again_a_curation_asks_nothing_twice(tmp_path: Path, workers: int) -> None:
    lines = [
        {"prompt": f"What does card {n % 40} cost?", "completion": f"It costs {n} pounds.", "n": n}
        for n in range(60)
    ]
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf8")
    prompt_beside(tmp_path)
    with ChatServer(script=grading) as server:
        server.latency = 0.05
        job = tmp_path / "quality.yaml"
        spec = {
            "quality": ["exact_duplicates", {"near_duplicates": 0.9}, {"grading_filter": 3}],
            "provider": {"openai": {"base_url": server.url, "model": "m", "concurrency": 4}},
        }  # fmt: skip
        job.write_text(json.dumps(spec), "utf8")
        whole = ts.curate(source, out=tmp_path / "whole", job=job, workers=1)
        asked = server.requests
        assert 10 < asked == whole.asked
        command = [
            sys.executable, "-m", "textsynth", "curate", str(source),
            "-o", str(tmp_path / "killed"), "--job", str(job), "--workers", str(workers), "--quiet",
        ]  # fmt: skip
        path = os.pathsep.join([str(tmp_path / "packages"), *sys.path])
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})
        end = time.monotonic() + 30
        while server.requests < asked + 8 and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert ts.status(tmp_path / "killed")["status"] == "died"
        before = server.requests
        again = ts.curate(source, out=tmp_path / "killed", job=job, workers=3 - workers)
        # What was under way when it was killed is asked again, and nothing else.
        assert again.replayed >= before - asked - 8
        assert again.asked + again.replayed == asked
    for kind in ("kept", "dropped", "failed"):
        assert rows(again.path, kind) == rows(whole.path, kind)


@pytest.mark.usefixtures("graded")
@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent differently there")
def test_ctrl_c_saves_what_is_under_way(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    texts = [f"Which of the {n} branches is open on day {n}?" for n in range(80)]
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf8")
    prompt_beside(tmp_path)
    with ChatServer(script=grading) as server:
        server.latency = 0.1
        job = tmp_path / "quality.yaml"
        provider = {"openai": {"base_url": server.url, "model": "m", "concurrency": 4}}
        job.write_text(json.dumps({"quality": ["grading_filter"], "provider": provider}), "utf8")
        command = [sys.executable, "-m", "textsynth", "curate", str(source), "--job", str(job)]
        command += ["-o", str(tmp_path / "out"), "--workers", "2", "--quiet"]
        path = os.pathsep.join([str(tmp_path / "packages"), *sys.path])
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})
        end = time.monotonic() + 30
        while server.requests < 12 and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert ts.status(tmp_path / "out")["status"] == "stopped"
        sent = server.requests
        again = ts.curate(source, out=tmp_path / "out", job=job)
        assert again.rows == 80
        assert (again.asked, again.replayed) == (80 - sent, sent)
