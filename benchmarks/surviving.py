"""What survives: faults on the way, kill -9 at random moments, and a budget that is used up."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.servers.chat import ChatProcess
from textsynth.journal import Journal

FAULTS = {"rate_429": 0.10, "rate_500": 0.05, "rate_reset": 0.01, "rate_truncated": 0.01}
PRICES = {"scripted-model": {"input": 1.0, "output": 10.0}}


def start(url: str, rows: int, at_once: int, folder: Path, **fields: Any) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "benchmarks.talk", url, str(rows), str(at_once), str(folder)]
    return subprocess.Popen(
        [*command, json.dumps(fields)], stdout=subprocess.PIPE, text=True, env=here,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a run printed at its end."""
    said: dict[str, Any] = json.loads(process.communicate()[0].splitlines()[-1])
    return said


def faults() -> None:
    """Rows lost and requests paid for twice under steady faults."""
    print("\n| rows | at once | faults dealt | rows kept | rows lost | paid twice | seconds |")
    print("|---|---|---|---|---|---|---|")
    for rows in (1_000, 10_000):
        with ChatProcess(["--script", "fixed", "--latency", "0.05"]) as server:
            server.control(faults={**FAULTS, "retry_after": 1})
            with tempfile.TemporaryDirectory() as folder:
                began = time.monotonic()
                said = ended(start(server.url, rows, 64, Path(folder), quality=()))
                wall = time.monotonic() - began
            stats = server.stats(brief=False)
        twice = sum(times - 1 for times in stats["answered"].values())
        dealt = sum(stats["injected"].values())
        print(
            f"| {rows:,} | 64 | {dealt:,} | {said['kept']:,} | {rows - said['kept']} | {twice} "
            f"| {wall:.0f} |",
            flush=True,
        )


def hashes(folder: Path) -> str:
    """A hash over the rows and the dataset of a run."""
    run = folder / "outputs" / "talk"
    files = [*sorted((run / "rows").iterdir()), *sorted((run / "data").iterdir())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def kills() -> None:
    """Requests that arrived and are not on disk, after kill -9 at random moments; the bytes."""
    rows, at_once, draw = 30_000, 64, random.Random(7)
    print("\n| kills | rows | asked again | in flight x kills | most at one kill | same bytes |")
    print("|---|---|---|---|---|---|")
    with (
        ChatProcess(["--script", "echo", "--latency", "0.02"]) as server,
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
    ):
        ended(start(server.url, rows, at_once, Path(one)))
        first = received(server)
        worst, before, done, again = 0, 0, 0, 0
        for _ in range(10):
            process = start(server.url, rows, at_once, Path(two))
            time.sleep(draw.uniform(1.0, 3.0))
            if process.poll() is None:
                done += 1
            process.send_signal(signal.SIGKILL)
            process.communicate()
            again = received(server) - first - journalled(Path(two))
            worst, before = max(worst, again - before), again
        ended(start(server.url, rows, at_once, Path(two)))
        again = received(server) - first - journalled(Path(two))
        worst = max(worst, again - before)
        same = "yes" if hashes(Path(one)) == hashes(Path(two)) else "NO"
        print(
            f"| {done} | {rows:,} | {again} | {at_once} x {done} | {worst} | {same} |", flush=True
        )


def received(server: ChatProcess) -> int:
    """Requests that reached the server, whatever became of them."""
    return int(server.stats()["requests"])


def journalled(folder: Path) -> int:
    """Replies that a run has on disk."""
    path = folder / "outputs" / "talk" / "journal.sqlite"
    if not path.is_file():
        return 0
    with closing(Journal(path)) as journal:
        return journal.counts()["replies"]


def budgets() -> None:
    """How far a run goes over its budget, beside what one request and all in flight cost."""
    print("\n| budget $ | at once | spent $ | share | over by | one request costs about |")
    print("|---|---|---|---|---|---|")
    for usd, at_once in ((0.5, 64), (0.5, 256), (0.05, 64)):
        words = ["--script", "varied", "--latency", "0.05"]
        with ChatProcess(words) as server, tempfile.TemporaryDirectory() as folder:
            fields = {"quality": [], "budget": {"usd": usd}}
            ended(start(server.url, 100_000, at_once, Path(folder), prices=PRICES, **fields))
            path = Path(folder) / "outputs" / "talk" / "journal.sqlite"
            with closing(Journal(path)) as journal:
                spent, replies = journal.cost() or 0.0, journal.counts()["replies"]
        over = f"${max(0.0, spent - usd):.4f}"
        print(
            f"| {usd} | {at_once} | {spent:.4f} | {100 * spent / usd:.1f} % | {over} "
            f"| ${spent / max(replies, 1):.5f} |",
            flush=True,
        )


if __name__ == "__main__":
    faults()
    kills()
    budgets()
