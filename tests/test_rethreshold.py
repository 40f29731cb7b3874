"""A closed run screened anew with other thresholds: nothing is asked, nothing is guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.grading_filter import offered, prompt_beside
from tests.servers.chat import ChatServer
from tests.test_curate_streaming import QUALITY, grading, of_run
from textsynth.curated import Curated
from textsynth.errors import JobError
from textsynth.records import Table
from textsynth.runfolder import read_rows


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(tmp_path / "packages", monkeypatch)


def table(found: Curated, title: str) -> Table:
    return next(one for one in found.summary.tables if one.title == title)


@pytest.mark.usefixtures("graded")
def test_a_generated_run_under_another_threshold_asks_nothing(project: Project) -> None:
    with ChatServer(script=grading) as server:
        job = project(server.url, count=15, quality=QUALITY)
        prompt_beside(job.parent)
        run = ts.run(job).path
        asked = server.requests
        found = ts.curate(run, out=job.parent / "stricter", rethreshold=["grading_filter=5"])
        same = ts.curate(run, out=job.parent / "same", rethreshold=["grading_filter.at_least=3"])
        # A curated run can be curated on: its judge's replies are two folders away.
        back = ts.curate(found.path, out=job.parent / "back", rethreshold=["grading_filter=3"])
        assert server.requests == asked
    assert of_run(same.path) == of_run(run)
    assert of_run(back.path) == of_run(run)
    before = {row["id"]: row for row in read_rows(run / "rows" / "kept.jsonl")}
    kept = [row["id"] for row in read_rows(found.path / "rows" / "kept.jsonl")]
    assert kept == [n for n, row in before.items() if row["verdicts"][-1]["score"] == 5]
    lost = len(before) - len(kept)
    first = {row[0]: row[1:] for row in table(found, "Before and after").rows}
    assert first["kept"] == (len(before), len(kept), -lost)
    assert table(found, "Rows that changed sides").rows == (
        ("kept", "dropped, grading_filter: low_grade", lost),
    )
    shown = ts.explain(kept[0], found.path)
    steps = [one["step"] for one in shown["exchanges"]]
    assert (len(steps) > 1, steps[-1]) == (True, "grading_filter/grade")
    assert shown["fields"]["chunk"]["text"], "what the row was written from is still known"


@pytest.mark.usefixtures("graded")
def test_rows_that_no_judge_saw_stay_out_until_they_may_be_asked_for(tmp_path: Path) -> None:
    prompt_beside(tmp_path)
    lines: list[dict[str, Any]] = [
        {"question": f"How much is transfer {n // 2} to the {n % 2} of us, all in all?",
         "answer": "It costs 4 pounds."} for n in range(20)
    ]  # fmt: skip
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf8")
    with ChatServer(script=grading) as server:
        spec = {
            "quality": [{"near_duplicates": 0.5}, {"grading_filter": 1}],
            "provider": {"openai": {"base_url": server.url, "model": "m"}},
        }  # fmt: skip
        job = tmp_path / "quality.yaml"
        job.write_text(json.dumps(spec), "utf8")
        first = ts.curate(source, out=tmp_path / "first", job=job)
        asked, dropped = server.requests, first.summary.reasons["near_duplicates: near_duplicate"]
        assert asked == first.summary.kept == 20 - dropped
        loose = ["near_duplicates=1.0"]
        found = ts.curate(first.path, out=tmp_path / "loose", rethreshold=loose)
        assert server.requests == asked
        assert found.summary.reasons == {"grading_filter: not_judged": dropped}
        assert f"{dropped} rows would pass now" in found.summary.short[0]
        with_ask = ts.curate(first.path, out=tmp_path / "asked", rethreshold=loose, ask=True)
        assert server.requests == asked + dropped
    assert with_ask.summary.kept == 20
    same = (tmp_path / "loose" / "exports" / "same.jsonl").read_text("utf8").splitlines()
    assert json.loads(same[0]) == lines[0]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("near_duplicate=0.7", "id you mean 'near_duplicates'"),
        ("rouge_l=0.7", "not screened by 'rouge_l'"),
        ("length.most=5", "names no option of the filter length"),
        ("length", "rite `filter.option=value`"),
    ],
    ids=["no filter", "not in the run", "no option", "no value"],
)  # fmt: skip
def test_a_threshold_that_makes_no_sense_is_refused(
    tmp_path: Path, setting: str, words: str
) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text('{"text": "What does a new card cost me?"}\n', "utf8")
    run = ts.curate(source, out=tmp_path / "run", quality=["length"]).path
    with pytest.raises(JobError) as caught:
        ts.curate(run, out=tmp_path / "again", rethreshold=[setting])
    assert words in str(caught.value)
