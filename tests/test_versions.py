"""Versions of a run: what a close leaves, what is the same, and what two of them differ in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from textsynth.cli import app
from textsynth.manifest import read_lines
from textsynth.runfolder import read_rows


def ids(run: Path) -> list[str]:
    return [row["id"] for row in read_rows(run / "rows" / "kept.jsonl")]


def test_a_close_leaves_a_version_and_one_without_changes_none(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url)
    first = ts.run(job, count=6)
    ts.run(job, count=6)
    (version,) = ts.versions(first.path)
    assert (version.label, version.rows) == ("v1", 6)
    assert version.manifest == json.loads((first.path / "manifest.json").read_text("utf8"))
    assert [line.id for line in read_lines(version.path / "rows.tsv.gz")] == ids(first.path)
    assert version.how["asked"] == first.asked
    assert version.manifest["filters"]["exact_duplicates"]["on"] == "conversation"
    assert [seed["path"] for seed in version.manifest["seeds"]] == ["faq.csv", "people.jsonl"]


def test_extending_asks_only_for_what_is_new(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=10).path
    before, asked = ids(run), server.requests
    more = ts.extend(run, by=5)
    assert ids(run)[:10] == before
    assert server.requests - asked == more.asked
    assert set(server.counts.values()) == {1}
    found = ts.diff(f"{run}@v1", f"{run}@v2")
    assert (found.same, len(found.added), found.removed, found.changed) == (10, 5, [], [])
    assert found.added == ids(run)[10:]
    assert ("job.count", "10", "15") in found.made_of
    old = sorted((run / "versions" / "v1" / "data").glob("*.parquet"))
    assert len(old) == 1


def test_the_rows_of_an_old_version_stay_readable(project: Project, server: ChatServer) -> None:
    import pyarrow.parquet as pq

    run = ts.run(project(server.url), count=4).path
    before = ids(run)
    ts.extend(run, to=8)
    rows = [
        pq.read_table(file).column("id").to_pylist()
        for label in ("v1", "v2")
        for file in sorted((run / "versions" / label / "data").glob("*.parquet"))
    ]
    assert rows == [before, ids(run)]


def test_changed_rows_are_shown_and_shares_that_moved(project: Project, server: ChatServer) -> None:
    vary: dict[str, Any] = {"sort": {"a": 1, "b": 1}}
    one = ts.run(project(server.url, vary=vary), count=8).path
    other = project(server.url, vary={"sort": {"a": 1}}, name="other")
    two = ts.run(other, count=8).path
    found = ts.diff(one, two)
    assert (found.same, len(found.added), len(found.removed)) == (4, 4, 4)
    moved = {m.name: m for m in found.moved}
    assert moved["sort"].values[0][0] in ("a", "b")
    assert 0 < moved["sort"].divergence <= 1


def test_files_are_compared_by_what_they_say(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": f"text {n}", "label": "ab"[n % 2]} for n in range(6)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[:5]), "utf8")
    rows[2]["text"] = "another"
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[1:]), "utf8")
    found = ts.diff(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert (found.same, found.added, found.removed, found.changed) == (3, ["5"], ["0"], ["2"])
    assert '"another"' in found.examples[0].after


def test_rows_that_say_the_same_are_counted_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n' * 3 + '{"text": "b"}\n', "utf8")
    (tmp_path / "b.jsonl").write_text('{"text": "a"}\n' * 2 + '{"text": "c"}\n', "utf8")
    found = ts.diff(tmp_path / "a.jsonl", tmp_path / "a.jsonl")
    assert (found.same, found.added, found.removed) == (4, [], [])
    found = ts.diff(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert (found.same, len(found.added), len(found.removed)) == (2, 1, 2)


def test_data_that_was_changed_by_hand_is_no_version(project: Project, server: ChatServer) -> None:
    job = project(server.url)
    run = ts.run(job, count=4).path
    (file,) = (run / "data").glob("*.parquet")
    kept = run / "versions" / "v1" / "data" / file.name
    good = file.read_bytes()
    with file.open("wb") as target:  # in place, so under every name that the file has
        target.write(b"not parquet")
    with pytest.raises(ts.TextsynthError, match="is not as it was"):
        ts.diff(f"{run}@v1", run)
    ts.run(job, count=4)
    assert (file.read_bytes(), kept.read_bytes()) == (good, good)
    assert ts.diff(f"{run}@v1", run).same == 4
    assert file.samefile(kept)


def test_a_curated_run_has_versions_too(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=8).path
    out = run.parent / "curated"
    ts.curate(run, out=out, quality=["length"])
    assert [v.rows for v in ts.versions(out)] == [8]
    assert ts.diff(out, out).same == 8
    with pytest.raises(ts.TextsynthError, match="were curated"):
        ts.repair(out, rows=["0"])


def test_the_commands(project: Project, server: ChatServer) -> None:
    run = str(ts.run(project(server.url), count=4).path)
    runner = CliRunner()
    said = runner.invoke(app, ["extend", run, "--by", "2", "--json"])
    assert json.loads(said.stdout)["summary"]["kept"] == 6
    listed = runner.invoke(app, ["versions", run])
    assert "v1" in listed.stdout
    assert "v2" in listed.stdout
    compared = runner.invoke(app, ["diff", f"{run}@v1", run])
    assert "2 added, 0 removed, 0 changed, 4 the same" in compared.stdout


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        pytest.param(["diff", "{run}@v7", "{run}"], "has no version 'v7'", 2, id="no-version"),
        pytest.param(["extend", "{run}"], "--by N", 2, id="no-number"),
        pytest.param(["extend", "{run}", "--to", "3"], "has 4 rows", 2, id="fewer"),
        pytest.param(["versions", "{run}/data"], "There is no run", 5, id="no-run"),
    ],
)
def test_faults_in_words(
    project: Project, server: ChatServer, words: list[str], told: str, code: int
) -> None:
    run = str(ts.run(project(server.url), count=4).path)
    found = CliRunner().invoke(app, [word.replace("{run}", run) for word in words])
    assert found.exit_code == code
    assert told in found.output
