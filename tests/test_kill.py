"""A run that is killed or stopped goes on, pays for nothing twice, and ends with the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.test_run import contents
from textsynth.journal import Journal

COUNT = 100


def start(job: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "textsynth", "run", str(job), "--out", str(out), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(server: ChatServer, requests: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server has seen so many requests, for half a minute at most."""
    end = time.monotonic() + 30
    while server.requests < requests and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)


def test_killed_three_times_and_started_again_it_ends_with_the_same_bytes(
    project: Project, server: ChatServer
) -> None:
    server.latency, server.jitter = 0.02, 0.5
    job = project(server.url, records=40, count=COUNT, export=["messages"])
    undisturbed = contents(ts.run(job, out=job.parent / "undisturbed").path)
    whole, out, dice = server.requests, job.parent / "killed", random.Random(5)
    seen = dict(server.counts)
    for kill in range(3):
        process = start(job, out)
        share = dice.uniform(0.1, 0.25) if kill else 0.02
        wait_for(server, server.requests + max(1, int(share * whole)), process)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert start(job, out).wait() == 0
    assert contents(out) == undisturbed

    # Both runs ask the same requests, so a request is seen once by each of them.
    repeated = {key: n - seen.get(key, 0) for key, n in server.counts.items()}
    again = {key: n for key, n in repeated.items() if n > 1}
    rows_at_once = 11  # of concurrency 8
    assert sum(n - 1 for n in again.values()) <= 3 * rows_at_once
    journal = Journal(out / "journal.sqlite")
    noted = list(journal.sent_more_than_once())
    replies = journal.counts()["replies"]
    journal.close()
    assert len(noted) <= 3 * rows_at_once
    assert replies >= 2 * COUNT


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent differently there")
def test_ctrl_c_saves_what_is_under_way_and_the_same_command_goes_on(
    project: Project, server: ChatServer
) -> None:
    server.latency = 0.1
    job = project(server.url, count=60)
    undisturbed = contents(ts.run(job, out=job.parent / "undisturbed").path)
    before, out = dict(server.counts), job.parent / "stopped"
    asked = server.requests
    process = start(job, out)
    wait_for(server, asked + 20, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert ts.status(out)["status"] == "stopped"
    # Every request that left was answered and saved: nothing is asked a second time.
    assert start(job, out).wait() == 0
    assert {key: n - before.get(key, 0) for key, n in server.counts.items()} == dict.fromkeys(
        server.counts, 1
    )
    assert contents(out) == undisturbed


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent differently there")
def test_a_second_ctrl_c_stops_at_once(project: Project, server: ChatServer) -> None:
    server.latency = 15
    job = project(server.url)
    process = start(job, job.parent / "out")
    wait_for(server, 1, process)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 130
    assert time.monotonic() - began < 10


def test_status_reads_a_run_that_goes_on_and_one_that_died(
    project: Project, server: ChatServer
) -> None:
    server.latency = 0.05
    job = project(server.url, records=90, count=400)
    process = start(job, job.parent / "out")
    wait_for(server, 250, process)
    found = ts.status(job.parent / "out")
    assert found["status"] == "running"
    assert 0 < found["kept"] < 400
    assert found["briefs"] == found["kept"] + found["dropped"] + found["failed"]
    process.kill()
    process.wait()
    assert ts.status(job.parent / "out")["status"] == "died"
