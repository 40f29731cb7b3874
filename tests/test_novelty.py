"""Novelty while a run goes on: what dries up is seen, passed over or ended, the same each time."""

from __future__ import annotations

import json
import random
import re
import signal
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.test_kill import start, wait_for
from tests.test_run import contents, rows
from textsynth.cli import app
from textsynth.errors import JobError, ShortError
from textsynth.jobfile import load_job
from textsynth.live import LiveView
from textsynth.novelty import Stretch
from textsynth.variety.grams import mix
from textsynth.variety.seen import Seen

Job = Callable[..., Path]
WORDS = [f"{a}{b}{c}" for a in "bdfgklm" for b in ("an", "el", "ir", "ost") for c in ("", "ta")]
LABELS = {"label": ["fresh", "stale", "other"]}
SHIFT = {"floor": 0.3, "window": 60, "then": "shift"}


def drying(request: dict[str, Any]) -> str:
    """Texts of the label `stale` are all of one form; the others are free."""
    last = prompt_texts(request)[-1]
    label = re.findall(r'new text of the kind "(\w+)"', last)[0]
    number = zlib.crc32(json.dumps(request, sort_keys=True).encode())
    if label.startswith("stale"):
        return f"I am calling about my card because it does not work at all today, case {number}."
    return " ".join(random.Random(number).choices(WORDS, k=20)) + "."


@pytest.fixture
def dry() -> Any:
    with ChatServer(script=drying) as server:
        yield server


@pytest.fixture
def job(project: Project) -> Job:
    """Writes a job of short texts, each after a record of its own."""

    def write(server: ChatServer, **fields: Any) -> Path:
        given = {
            "method": {"classify": {"verify": "none"}}, "inputs": {"documents": "faq.csv"},
            "count": 240, "vary": LABELS, "quality": ["exact_duplicates"], "novelty": SHIFT,
        }  # fmt: skip
        return project(server.url, records=900, **{**given, **fields})

    return write


def labels(run: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows(run, "kept"):
        label = row["facets"]["label"]
        found[label] = found.get(label, 0) + 1
    return found


def test_a_value_that_dries_up_is_passed_over_and_the_count_is_met(
    job: Job, dry: ChatServer
) -> None:
    result = ts.run(job(dry))
    found = labels(result.path)
    assert sum(found.values()) == 240
    assert found["stale"] <= 30
    assert min(found["fresh"], found["other"]) > 80
    (words,) = result.summary.warnings
    assert "label=stale" in words
    assert "goes over to the other values of label" in words
    (table,) = (t for t in result.summary.tables if t.title == "Novelty")
    states = {row[0]: row[-1] for row in table.rows}
    assert states["label=stale"] == "no more written"
    assert states["label=fresh"] == ""


def test_the_same_bytes_at_any_concurrency(tmp_path: Path, job: Job, dry: ChatServer) -> None:
    dry.latency, dry.jitter = 0.005, 0.9
    file = job(dry)
    one, eight, many = (
        contents(ts.run(file, out=tmp_path / f"at{n}", concurrency=n).path) for n in (1, 8, 64)
    )
    assert one == eight == many


def test_killed_and_started_again_it_ends_with_the_same_bytes(
    tmp_path: Path, job: Job, dry: ChatServer
) -> None:
    dry.latency, dry.jitter = 0.01, 0.5
    file = job(dry)
    undisturbed = contents(ts.run(file, out=tmp_path / "undisturbed").path)
    whole, out = dry.requests, tmp_path / "killed"
    for share in (0.3, 0.4):
        process = start(file, out)
        wait_for(dry, dry.requests + int(share * whole), process)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert start(file, out).wait() == 0
    assert contents(out) == undisturbed


def test_a_facet_with_a_quota_is_never_shifted(job: Job, dry: ChatServer) -> None:
    result = ts.run(job(dry, count=120, quotas={"label": "exact"}))
    assert labels(result.path) == {"fresh": 40, "stale": 40, "other": 40}
    assert [words for words in result.summary.warnings if "label=stale" in words]


def test_with_nothing_to_go_over_to_it_only_warns(job: Job) -> None:
    with ChatServer(script=lambda body: "The same text each time.") as all_:
        file = job(all_, count=120, quality=[], vary={"label": ["a", "b"]})
        result = ts.run(file)
    assert min(labels(result.path).values()) >= 40
    assert any("under the floor of 30 %" in words for words in result.summary.warnings)
    assert not any("goes over" in words for words in result.summary.warnings)


def test_a_run_can_be_ended_by_it_and_says_so(tmp_path: Path, job: Job, dry: ChatServer) -> None:
    stop = {"floor": 0.3, "window": 40, "then": "stop"}
    file = job(dry, novelty=stop, vary={"label": ["stale", "staler"]})
    for n in (1, 16):
        with pytest.raises(ShortError, match="of the last 40 rows is new, under the floor of 30 %"):
            ts.run(file, out=tmp_path / f"at{n}", concurrency=n)
    one, other = (tmp_path / f"at{n}" for n in (1, 16))
    assert len(rows(one, "kept")) == 40
    assert contents(one) == contents(other)
    assert ts.status(one)["status"] == "short"


def test_it_is_seen_while_the_run_goes_on(tmp_path: Path, job: Job, dry: ChatServer) -> None:
    class Watched(LiveView):
        panel = ""

        def update(self, pipeline: Any) -> None:
            super().update(pipeline)
            if pipeline.counts.kept == 200:
                with self.console.capture() as shot:
                    self.console.print(self.draw(pipeline))
                Watched.panel = shot.get()

    log = tmp_path / "log.jsonl"
    view = Watched(Console(force_terminal=True, width=140, color_system=None))
    result = ts.run(job(dry), log_to=log, view=view)
    assert re.search(r"new text \d+ % of the last 60 rows +duplicates 0 %", view.panel)
    told = [json.loads(line) for line in log.read_text("utf8").splitlines()]
    events = [line for line in told if line["event"] == "novelty"]
    assert [line["rows"] for line in events] == [60, 120, 180, 240]
    assert events[0]["novelty"] > 0.5
    assert "label=stale" in events[-1]["dry"]
    found = ts.status(result.path)
    assert found["novelty"]["rows"] == 240
    shown = CliRunner().invoke(app, ["status", str(result.path)]).output
    assert "of the last 60 rows, duplicates" in shown
    assert "goes over to the other values of label" in shown


def test_it_can_be_left_out(job: Job, dry: ChatServer) -> None:
    result = ts.run(job(dry, count=40, novelty=False))
    assert ts.status(result.path)["novelty"] == {}
    assert not [table for table in result.summary.tables if table.title == "Novelty"]


def test_a_floor_that_cannot_be_is_refused(job: Job, dry: ChatServer) -> None:
    with pytest.raises(JobError, match="floor"):
        load_job(job(dry, novelty={"floor": 20}))
    with pytest.raises(JobError, match="novelty"):
        load_job(job(dry, novelty={"below": 0.2}))


def test_a_stretch_tells_of_its_last_rows_and_its_first() -> None:
    found = Stretch(3)
    for new in (10, 10, 4, 0, 0, 1):
        found.add(10, new, new == 0)
    assert (found.rows, found.duplicates) == (6, 2)
    assert found.novelty == pytest.approx(1 / 30)
    assert found.began == pytest.approx(24 / 30)


def test_what_came_before_is_known_in_bounded_memory() -> None:
    seen, all_ = Seen(most=100_000), mix(np.arange(1, 400_001, dtype=np.uint64))
    for start_ in range(0, 400_000, 1000):
        asked, new = seen.add(np.sort(all_[start_ : start_ + 1000]))
        assert asked == new
    assert seen.part == 0.25
    again = [seen.add(np.sort(all_[start_ : start_ + 1000])) for start_ in range(0, 400_000, 1000)]
    assert sum(new for _, new in again) == 0
    assert sum(asked for asked, _ in again) == pytest.approx(100_000, rel=0.02)
