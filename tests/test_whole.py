"""`count: all`: each row of the inputs is written once, and what is good is kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import asking_text
from tests.test_run import contents, rows, word_for
from textsynth import show
from textsynth.errors import JobError, ShortError
from textsynth.live import LiveView, PlainView
from textsynth.materials import prepare
from textsynth.pipeline import Pipeline
from textsynth.runfolder import KINDS
from textsynth.shortfall import HOPELESS

PLAIN: dict[str, Any] = {
    "count": "all", "quality": [{"length": {"min_total": 30}}], "inputs": {"documents": "faq.csv"},
}  # fmt: skip


def question(request: dict[str, Any]) -> str:
    """A question; about parking, pots and passcodes one that is too short to keep."""
    text = str(request["messages"])
    if "So?" in text or "Why?" in text:
        return "So?"
    short = re.search("branch parking|savings pots|app passcodes", text)
    return "Why?" if short else f"What is {word_for(text)} for, please?"


@pytest.fixture
def whole(project: Project, server: ChatServer) -> Path:
    """A job over 12 records, of which nine come to something."""
    server.script = question
    return project(server.url, **PLAIN)


def decided(run: Path) -> list[dict[str, Any]]:
    return [row for kind in KINDS for row in rows(run, kind)]


def test_each_row_is_written_once_and_too_few_kept_is_no_error(whole: Path) -> None:
    result = ts.run(whole)
    chunks = Counter(row["seeds"]["chunk"] for row in decided(result.path))
    assert len(chunks) == 12
    assert set(chunks.values()) == {1}
    assert result.summary.kept == 9
    assert result.summary.asked == result.summary.briefs == 12
    assert not result.summary.short
    assert ts.status(result.path)["status"] == "closed"
    again = contents(result.path)
    assert ts.run(whole).asked == 0
    assert contents(result.path) == again


def test_a_count_on_the_command_line_goes_over_it(whole: Path) -> None:
    result = ts.run(whole, count=5)
    assert (result.summary.asked, result.summary.kept) == (5, 5)
    assert ts.explain(str(0), result.path)["fields"]


def test_a_count_given_to_a_loaded_job_goes_over_it_and_the_run_can_be_explained(
    whole: Path,
) -> None:
    result = ts.run(ts.load_job(whole), count=3)
    assert result.summary.kept == 3
    found = ts.explain("0", result.path)
    assert (found["note"], bool(found["fields"])) == ("", True)
    assert ts.export(result.path, ["messages"])


def test_other_options_leave_it_as_it_is(whole: Path) -> None:
    result = ts.run(ts.load_job(whole), concurrency=2)
    assert result.summary.briefs == 12


def test_nothing_good_at_all_is_an_error(whole: Path, server: ChatServer) -> None:
    server.script = lambda request: "."
    with pytest.raises(ShortError, match="12 of 12 rows are missing"):
        ts.run(whole)


def test_a_long_stretch_without_a_good_row_does_not_end_it(
    project: Project, server: ChatServer
) -> None:
    # Of 550 rows only one comes to something, and it is an early one.
    def answer(request: dict[str, Any]) -> str:
        text = str(request["messages"])
        return f"What is {word_for(text)} for, please?" if "costs 0 pounds" in text else "So?"

    server.script = answer
    job = project(server.url, records=550, **PLAIN)
    plan = prepare(ts.load_job(job)).plan

    def place(seed: int) -> int:
        found = replace(plan, seed=seed)
        texts = (found.brief(i).fields["chunk"]["text"] for i in range(550))
        return next(i for i, text in enumerate(texts) if "costs 0 pounds" in text)

    seed = next(seed for seed in range(200) if place(seed) < HOPELESS - 5)
    result = ts.run(job, seed=seed)
    assert (result.summary.kept, result.summary.briefs) == (1, 550)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"vary": {"mood": ["a", "b"]}, "quotas": {"mood": "exact"}}, "quotas do not go together"),
        ({"max_briefs": 5}, "max_briefs do not go together"),
        (
            {"inputs": {"labelled": {"from": "examples/tickets.csv", "fill_to": 30}}},
            "labelled do not go together",
        ),
        ({"inputs": {"personas": "people.jsonl"}, "whole": True}, "there is no field 'whole'"),
        ({"inputs": {}, "method": {"preference": {}}}, "one row for each row of the inputs"),
    ],
    ids=["quotas", "max_briefs", "an input's quotas", "whole", "nothing to walk"],
)
def test_what_does_not_go_with_it_is_said(
    project: Project, server: ChatServer, fields: dict[str, Any], words: str
) -> None:
    given = {**PLAIN, **fields}
    if "whole" in fields:
        given["count"] = 3
    with pytest.raises(JobError, match=words):
        ts.check(project(server.url, **given), endpoint=False)


def test_check_says_how_many_that_are(whole: Path) -> None:
    lines = ts.check(whole, endpoint=False).lines
    assert "all 12 rows of the inputs, each once" in lines[0]


def test_estimate_is_for_all_rows(whole: Path) -> None:
    found = ts.estimate(whole, sample=8)
    assert found.count == 12
    assert found.briefs is not None
    assert found.briefs.point == 12
    assert "of 12 rows, each written once, about" in found.note
    assert "gives up" not in found.note


def test_preview_promises_no_count(whole: Path) -> None:
    console = Console(record=True, width=200)
    job = ts.load_job(whole)
    show.trials(console, ts.preview(job, count=3), job)
    said = console.export_text()
    assert "kept rows would take" not in said
    assert "textsynth estimate" in said


def test_views_count_the_rows_that_are_done(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    class Watched(LiveView):
        def update(self, pipeline: Pipeline) -> None:
            super().update(pipeline)
            console = Console(record=True, width=120)
            console.print(self.draw(pipeline))
            seen.append(console.export_text())

    result = ts.run(whole, view=Watched(Console(quiet=True)))
    assert f"12 / 12 rows, {result.summary.kept} kept" in seen[-1]
    capsys.readouterr()
    ts.run(whole, view=PlainView())
    assert f"rows 12/12  kept {result.summary.kept}" in capsys.readouterr().err


def test_it_works_with_facets_and_scenarios(project: Project, server: ChatServer) -> None:
    server.script = asking_text
    job = project(
        server.url, count="all", quality=["length"], vary={"mood": ["a", "b"]},
        scenarios={"share": 0.5, "list": ["it rains"]}, inputs={"documents": "faq.csv"},
    )  # fmt: skip
    assert ts.run(job).summary.briefs == 12
