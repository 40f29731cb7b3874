"""Generations: what is written builds on what was kept, whatever the order of the answers."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.chain import load, write_job
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.test_kill import wait_for
from tests.test_run import contents, rows
from textsynth.errors import JobError, ShortError
from textsynth.runfolder import KINDS


def word(request: dict[str, Any]) -> str:
    """A word by what was asked; one in seven is too short to keep, one in nine no word at all."""
    text = prompt_texts(request)[-1]
    mark = zlib.crc32(text.encode())
    if mark % 9 == 0:
        return "bad"
    return "no" if mark % 7 == 0 else f"word{mark % 100_000}"


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    """Answers in any order: latencies differ from request to request."""
    with ChatServer(script=word) as running:
        running.latency, running.jitter = 0.01, 1.0
        yield running


def check_chain(run: Path, size: int) -> int:
    """That each row was shown what was kept before its generation, in order; how many there are."""
    kept = rows(run, "kept")
    everything = sorted([*kept, *rows(run, "dropped")], key=lambda row: row["index"])
    for row in everything:
        start = row["index"] // size * size
        before = [r["columns"]["word"] for r in kept if r["index"] < start]
        assert row["columns"]["known"] == before, row["index"]
    return len({row["index"] // size for row in everything})


def test_each_generation_is_shown_what_the_ones_before_kept_in_order(
    tmp_path: Path, chat: ChatServer
) -> None:
    result = ts.run(load(write_job(tmp_path, chat.url)))
    assert check_chain(result.path, 5) >= 5
    summary = result.summary
    assert summary.kept == 23
    assert summary.dropped
    assert summary.failed
    indexes = sorted(row["index"] for kind in KINDS for row in rows(result.path, kind))
    assert indexes == list(range(summary.briefs))


@pytest.mark.parametrize("quotas", [False, True], ids=["plain", "quotas"])
def test_same_bytes_whatever_the_concurrency(
    tmp_path: Path, chat: ChatServer, quotas: bool
) -> None:
    fields: dict[str, Any] = {}
    if quotas:
        # 9 of 10 briefs are red, and only 3 rows of 30 may be: most are put off or passed over.
        fields = {"vary": {"hue": {"red": 9, "blue": 1}}, "quotas": {"hue": {"red": 27, "blue": 3}}}
        fields["vary"] = {"hue": {"red": 1, "blue": 3}}
    job = write_job(tmp_path, chat.url, count=30, **fields)
    runs = [
        ts.run(load(job, size=13).changed(concurrency=n), out=tmp_path / f"out{n}")
        for n in (1, 8, 64)
    ]
    first = contents(runs[0].path)
    assert all(contents(run.path) == first for run in runs[1:])
    assert check_chain(runs[0].path, 13) >= 3
    if quotas:
        assert runs[0].summary.facets["hue"] == {"red": 27, "blue": 3}
        seen = {row["index"] for kind in KINDS for row in rows(runs[0].path, kind)}
        gaps = {i // 13 for i in range(max(seen)) if i not in seen}
        assert len(gaps) >= 3, "briefs are passed over in several generations"


def test_a_killed_run_asks_nothing_twice_and_ends_the_same(
    tmp_path: Path, chat: ChatServer
) -> None:
    chat.latency = 0.03
    job = write_job(tmp_path, chat.url, count=90)
    undisturbed = contents(ts.run(load(job, size=20), out=tmp_path / "undisturbed").path)
    before = dict(chat.counts)
    code = f"from tests.chain import main; main({str(job)!r}, {str(tmp_path / 'killed')!r})"
    for share in (25, 30):
        process = subprocess.Popen([sys.executable, "-c", code])
        wait_for(chat, chat.requests + share, process)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    ts.run(load(job, size=20), out=tmp_path / "killed")
    assert contents(tmp_path / "killed") == undisturbed
    again = [n - before.get(key, 0) for key, n in chat.counts.items()]
    assert len(set(before) ^ set(chat.counts)) <= 11, "the same is asked after a kill"
    assert sum(n - 1 for n in again) <= 2 * 11, "only what was in flight is asked once more"


def test_a_slow_first_brief_parks_the_others_and_changes_nothing(
    tmp_path: Path, chat: ChatServer
) -> None:
    chat.latency = 0.002
    job = write_job(tmp_path, chat.url, count=210)
    # While the first brief waits, more rows are written than are held in memory.
    slow = ts.run(load(job, size=150, slow=60), out=tmp_path / "slow")
    quick = ts.run(load(job, size=150).changed(concurrency=1), out=tmp_path / "quick")
    assert check_chain(slow.path, 150) == 2
    texts = [[row["messages"] for row in rows(run.path, "kept")] for run in (slow, quick)]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 210


def test_a_budget_ends_a_run_that_then_goes_on_to_the_same_end(
    tmp_path: Path, chat: ChatServer
) -> None:
    whole = ts.run(load(write_job(tmp_path, chat.url, count=40)), out=tmp_path / "whole")
    before = dict(chat.counts)
    spent = (whole.summary.tokens_in + whole.summary.tokens_out) // 3
    poor = load(write_job(tmp_path, chat.url, count=40, budget={"tokens": spent}))
    with pytest.raises(ShortError, match="budget"):
        ts.run(poor, out=tmp_path / "poor")
    assert 0 < len(rows(tmp_path / "poor", "kept")) < 40
    check_chain(tmp_path / "poor", 5)
    ts.run(load(write_job(tmp_path, chat.url, count=40)), out=tmp_path / "poor")
    # Which brief beyond the last is under way when a run ends is a matter of time.
    assert max(n - before.get(key, 0) for key, n in chat.counts.items()) == 1
    rich, first = contents(tmp_path / "poor"), contents(whole.path)
    assert rich == first


def test_a_method_that_has_had_enough_ends_the_run_with_its_words(
    tmp_path: Path, chat: ChatServer
) -> None:
    job = load(write_job(tmp_path, chat.url, count=100), most=4)
    with pytest.raises(ShortError) as short:
        ts.run(job, out=tmp_path / "out")
    found = ts.status(tmp_path / "out")
    assert found["briefs"] == 20, "no brief of a fifth generation is written"
    assert f"{100 - found['kept']} of 100 rows are missing after 20 briefs" in str(short.value)
    assert "The chain is long enough" in str(short.value)
    assert found["status"] == "short"
    assert check_chain(tmp_path / "out", 5) == 4


def test_a_run_that_is_given_a_higher_count_goes_on(tmp_path: Path, chat: ChatServer) -> None:
    job = load(write_job(tmp_path, chat.url, count=12))
    ts.run(job, out=tmp_path / "out")
    asked = chat.requests
    result = ts.run(job.changed(count=30), out=tmp_path / "out")
    assert check_chain(result.path, 5) >= 6
    assert result.replayed >= 12
    assert max(chat.counts.values()) == 1
    assert chat.requests > asked


@pytest.mark.parametrize("size", [4, 40])
def test_a_preview_stays_in_the_first_generation_and_the_run_uses_it(
    tmp_path: Path, chat: ChatServer, size: int
) -> None:
    job = load(write_job(tmp_path, chat.url), size=size)
    trials = ts.preview(job, count=10, out=tmp_path / "out")
    assert [trial.index for trial in trials] == list(range(min(size, 10)))
    asked = chat.requests
    result = ts.run(job, out=tmp_path / "out")
    assert max(chat.counts.values()) == 1
    assert result.replayed == asked
    assert result.asked == chat.requests - asked


def test_an_estimate_counts_only_what_it_wrote(tmp_path: Path, chat: ChatServer) -> None:
    found = ts.estimate(load(write_job(tmp_path, chat.url), size=6), sample=20)
    assert found.taken == 6


def test_a_generation_of_nothing_is_refused(tmp_path: Path, chat: ChatServer) -> None:
    with pytest.raises(JobError, match="A generation of 'chain' must hold a brief, and has 0"):
        ts.run(load(write_job(tmp_path, chat.url), size=0))


def test_no_request_of_a_generation_leaves_before_the_one_before_is_decided(
    tmp_path: Path, chat: ChatServer
) -> None:
    """Seen from the server: the prompts hold ever longer chains, and never a shorter one again."""
    lengths: list[int] = []

    def noted(request: dict[str, Any]) -> str:
        known = re.findall(r"After (.*) comes", prompt_texts(request)[-1])[0]
        lengths.append(0 if known == "nothing" else len(known.split()))
        return word(request)

    chat.script = noted
    ts.run(load(write_job(tmp_path, chat.url)).changed(concurrency=16))
    assert lengths[:5] == [0] * 5
    assert all(a <= b for a, b in pairwise(lengths))
    assert len(set(lengths)) >= 5
