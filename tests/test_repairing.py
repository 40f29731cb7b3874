"""Rows that are sent back: dropped by hand, written again whole or from a turn on."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import Reply, Request, asking_text, request_hash
from textsynth.cli import app
from textsynth.runfolder import Run, read_rows


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """An endpoint that answers the same request in another way each time, as models do."""
    times: Counter[str] = Counter()

    def script(request: Request) -> Reply:
        key = request_hash(request)
        times[key] += 1
        return asking_text({**request, "user": str(times[key])})

    with ChatServer(script=script) as running:
        yield running


def kept(run: Path) -> list[dict[str, Any]]:
    return list(read_rows(run / "rows" / "kept.jsonl"))


def briefs_asked(run: Path, since: int) -> set[int]:
    """The briefs for which something was asked after the first `since` replies."""
    with closing(sqlite3.connect(run / "journal.sqlite")) as journal:
        rows = journal.execute("SELECT brief FROM replies ORDER BY id").fetchall()
    return {brief for (brief,) in rows[since:]}


def test_v1_repaired_and_extended(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=60).path
    before, asked = kept(run), server.requests
    sent = [row["id"] for row in before[10:16]]
    done = ts.repair(run, rows=sent)
    assert (len(done.rows), done.did) == (6, "regenerate")
    assert server.requests - asked == done.result.asked
    end = before[-1]["index"]
    assert {n for n in briefs_asked(run, asked) if n <= end} == {
        row["index"] for row in before[10:16]
    }
    ts.extend(run, by=12)
    found = ts.diff(f"{run}@v1", run)
    assert len(found.changed) >= 5
    assert len(found.added) >= 12
    after = {row["brief"]: row for row in kept(run)}
    for number, row in enumerate(before):
        if row["id"] not in sent and row["brief"] in after:
            assert after[row["brief"]] == row, number
    again = {key for key, times in server.counts.items() if times > 1}
    assert len(again) <= 6, "only what was sent back was asked a second time"


def test_dropped_rows_are_replaced_by_others(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=20).path
    before = kept(run)
    gone = [str(row["index"]) for row in before[3:6]]
    ts.repair(run, rows=gone, do="drop")
    after = kept(run)
    assert len(after) == 20
    assert [row["id"] for row in after[:17]] == [
        row["id"] for row in before if str(row["index"]) not in gone
    ]
    dropped = [
        row for row in read_rows(run / "rows" / "dropped.jsonl") if str(row["index"]) in gone
    ]
    assert {row["verdicts"][0]["reason"] for row in dropped} == {"by_hand"}
    assert ts.status(run)["reasons"]["repair: by_hand"] == 3


def test_a_repair_given_again_goes_to_another_round(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=5).path
    texts = [kept(run)[2]["messages"]]
    for _ in range(2):
        ts.repair(run, rows=[str(kept(run)[2]["index"])])
        texts.append(kept(run)[2]["messages"])
    assert len({json.dumps(text) for text in texts}) == 3
    assert [v.label for v in ts.versions(run)] == ["v1", "v2", "v3"]


def test_a_run_that_was_repaired_has_the_same_bytes_when_it_is_run_again(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url)
    run = ts.run(job, count=12).path
    ts.repair(run, rows=["4", "7"])
    bytes_before, asked = (run / "rows" / "kept.jsonl").read_bytes(), server.requests
    ts.run(job, count=12)
    assert (run / "rows" / "kept.jsonl").read_bytes() == bytes_before
    assert server.requests == asked


def test_a_dialogue_is_written_again_from_a_turn_on(project: Project, server: ChatServer) -> None:
    job = project(server.url, method={"dialogue": {"turns": [6, 6]}})
    run = ts.run(job, count=3).path
    (first, *_), asked = kept(run), server.requests
    ts.repair(run, rows=[first["id"]], turn=4)
    written = [*kept(run), *read_rows(run / "rows" / "dropped.jsonl")]
    (again,) = [row for row in written if row["brief"] == first["brief"]]
    assert again["messages"][:3] == first["messages"][:3]
    assert again["messages"][3] != first["messages"][3]
    assert briefs_asked(run, asked) <= {first["index"], 3, 4}


def test_a_repair_that_cannot_begin_leaves_no_trace(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=4).path
    with Run(run), pytest.raises(ts.TextsynthError, match="is in use"):
        ts.repair(run, rows=["1"])
    assert not (run / "repairs.json").exists()


def test_rows_by_the_score_of_a_filter(project: Project, server: ChatServer) -> None:
    quality = ["length", {"near_duplicates": {"threshold": 0.99}}, "language"]
    run = ts.run(project(server.url, quality=quality), count=10).path
    with pytest.raises(ts.TextsynthError, match="No kept row"):
        ts.repair(run, filter="near_duplicates", above=0.5)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["repair", "{run}"], "No kept row", id="nothing-meant"),
        pytest.param(["repair", "{run}", "--row", "nope"], "no kept row 'nope'", id="no-row"),
        pytest.param(["repair", "{run}", "--filter", "length"], "Add --below", id="no-bound"),
        pytest.param(["repair", "{run}", "--row", "0", "--turn", "99"], "no turn 99", id="no-turn"),
    ],
)
def test_faults_in_words(project: Project, server: ChatServer, words: list[str], told: str) -> None:
    run = str(ts.run(project(server.url), count=4).path)
    found = CliRunner().invoke(app, [word.replace("{run}", run) for word in words])
    assert found.exit_code == 2
    assert told in found.output.replace("\n", " ")
    assert not (Path(run) / "repairs.json").exists()
