"""A whole run in batches: two turns a row, at half price, stopped and taken up elsewhere."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import BatchBehaviour, ChatServer
from textsynth.errors import Interrupted
from textsynth.runfolder import read_rows

PRICE = {"scripted-model": {"input": 1.0, "output": 10.0}}


def batched(server: ChatServer, **options: Any) -> dict[str, Any]:
    return {
        "batch": {
            "base_url": server.url, "model": "scripted-model", "timeout": 20, "gather": 0.1,
            "poll": 0.1, "options": {"max_tokens": None}, **options,
        }
    }  # fmt: skip


def rows(path: Path) -> list[dict[str, Any]]:
    return list(read_rows(path / "rows" / "kept.jsonl"))


def test_a_run_in_batches_keeps_the_same_rows_at_half_the_price(
    server: ChatServer, project: Project
) -> None:
    plain = ts.run(project(server.url, prices=PRICE))
    path = project("", provider=batched(server), prices=PRICE)
    result = ts.run(path, out=plain.path.parent / "batched")
    said = [[row["messages"] for row in rows(one.path)] for one in (plain, result)]
    assert said[0] == said[1]
    assert plain.cost is not None
    assert result.cost == pytest.approx(plain.cost / 2)
    assert 2 <= len(server.batches) <= 8
    assert server.requests == plain.asked


def test_lines_that_fail_come_again_in_a_later_batch(server: ChatServer, project: Project) -> None:
    server.batching = BatchBehaviour(rate_error_500=0.3, end="completed")
    result = ts.run(project("", provider=batched(server), count=40, records=40), retries=10)
    assert (result.summary.kept, result.summary.failed) == (40, 0)
    assert set(server.answered.values()) == {1}


def test_ctrl_c_leaves_the_batch_and_another_machine_collects_it(
    server: ChatServer, project: Project, tmp_path: Path
) -> None:
    server.batching = BatchBehaviour(hold=True)
    path = project("", provider=batched(server))

    def stop() -> None:
        while not any(batch.status == "in_progress" for batch in server.batches):
            time.sleep(0.05)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=stop, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        ts.run(path)
    assert time.monotonic() - began < 20
    made = len(server.batches)
    shutil.rmtree(tmp_path / "outputs")
    server.batching = BatchBehaviour()
    result = ts.run(path)
    assert result.summary.kept == 20
    assert set(server.answered.values()) == {1}
    assert len(server.batches) > made
