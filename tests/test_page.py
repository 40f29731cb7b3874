"""The report page: what stands on it, that texts of models cannot break it, and how it renders."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from lxml import html
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.teaching_script import teaching_reply
from textsynth.cli import app
from textsynth.errors import RunError, ShortError
from textsynth.page import Branch, is_figure, topics
from textsynth.records import Summary

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = (
    '</p><script>document.title = "broken"</script>{{ 1 }} <img src=x onerror=alert(1)> \ud83d'
)


@pytest.fixture
def run(project: Project, server: ChatServer) -> Path:
    return ts.run(project(server.url, count=8, vary={"mood": ["calm", "cross"]})).path


def words(page: Path) -> str:
    text: str = html.fromstring(page.read_text("utf8")).text_content()
    return " ".join(text.split())


def test_a_page_holds_figures_shares_rows_and_the_job(run: Path) -> None:
    page = ts.report(run)
    assert page == run / "report.html"
    shown = words(page)
    first = json.loads((run / "rows" / "kept.jsonl").read_text("utf8").splitlines()[0])
    for piece in ("8 kept of 8 asked for", "mood", first["id"], "name: trial", "faq.csv"):
        assert piece in shown, piece
    assert first["messages"][0]["content"] in shown


def test_the_page_is_the_same_each_time_and_goes_where_it_is_told(
    run: Path, tmp_path: Path
) -> None:
    one = ts.report(run).read_bytes()
    assert ts.report(run, out=tmp_path / "deep" / "page.html").read_bytes() == one


def test_what_was_lost_is_shown_by_reason(project: Project) -> None:
    with ChatServer(script=lambda body: "Equal question?") as server:
        job = project(server.url, count=5, max_briefs=6)
        with pytest.raises(ShortError):
            ts.run(job)
    shown = words(ts.report(job.parent / "outputs" / "trial"))
    assert "What was lost, by reason" in shown
    assert "of 5 rows are missing after 6 briefs" in shown


@pytest.mark.parametrize(
    ("cell", "right"),
    [(7, True), (0.25, True), ("81 %", True), ("-3 %", True), ("$0.40", True), ("1,915", True),
     ("", False), ("1-5", False), ("3 of 4", False), ("too_long 2", False)],
)  # fmt: skip
def test_numbers_shares_and_prices_stand_to_the_right(cell: object, right: bool) -> None:
    assert is_figure(cell) == right


def test_texts_of_models_stay_text(run: Path) -> None:
    file = run / "rows" / "kept.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf8").splitlines()]
    rows[0]["messages"][1]["content"] = HOSTILE
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    page = html.fromstring(ts.report(run).read_text("utf8"))
    assert not page.xpath("//script | //img")
    assert 'document.title = "broken"' in page.text_content()


def test_the_tree_of_topics_comes_from_the_facets_of_the_rows() -> None:
    facets = {
        "level_1": {"Cards": 3, "Loans": 2},
        "level_2": {"Cards > Lost": 2, "Cards > Fees": 1, "Loans": 2},
    }
    summary = Summary("a", "qa", "en", 5, kept=5, facets=facets)
    found = topics(summary)
    assert found is not None
    assert found.rows == 5
    assert {name: node.rows for name, node in found.below.items()} == {"Cards": 3, "Loans": 2}
    assert found.below["Cards"].below == {"Lost": Branch("Lost", 2), "Fees": Branch("Fees", 1)}
    assert topics(Summary("a", "qa", "en", 5)) is None


def test_topics_without_a_row_are_in_the_tree_too() -> None:
    facets = {"level_1": {"Loans": 2}, "level_2": {"Loans > Car": 2}}
    known = [["Cards", "Lost"], ["Cards", "Fees"], ["Loans", "Car"], ["Loans", "Home"], ["Cash"]]
    found = topics(Summary("a", "qa", "en", 2, kept=2, facets=facets), known)
    assert found is not None
    assert {name: node.rows for name, node in found.below.items()} == {
        "Cards": 0, "Loans": 2, "Cash": 0,
    }  # fmt: skip
    assert [found.told, found.below["Loans"].told, found.below["Cash"].told] == [
        "4 of 5 without a row", "1 of 2 without a row", "",
    ]  # fmt: skip


def test_of_a_large_tree_the_levels_are_shown_that_fit() -> None:
    known = [[f"branch {a}", f"topic {b}"] for a in range(60) for b in range(100)]
    found = topics(Summary("a", "qa", "en", 1), known)
    assert found is not None
    assert found.shown
    assert [node.shown for node in found.below.values()] == [False] * 60
    assert found.below["branch 7"].told == "100 of 100 without a row"


@pytest.mark.parametrize("even", ["leaves", "branches"])
def test_a_run_over_topics_shows_all_of_them(project: Project, even: str) -> None:
    tree = {"Bank": {"Cards": ["Lost", "Fees"], "Loans": {"Car": None, "Home": None}, "Cash": None}}
    with ChatServer(script=lambda request: teaching_reply(prompt_texts(request)) or "A loan.") as s:
        inputs = {"taxonomy": {"topics": tree, "even": even}}
        job = project(s.url, method="knowledge", inputs=inputs, count=2, quality=["length"])
        ran = ts.run(job)
    page = html.fromstring(ts.report(ran.path).read_text("utf8"))
    rows = ran.summary.facets["level_2"]
    (shown,) = page.xpath("//ul[@class='tree']")
    text = " ".join(shown.text_content().split())
    assert text.startswith("all topics 2 3 of 5 without a row Cards")
    for name in ("Lost", "Fees", "Car", "Home"):
        branch = "Cards" if name in ("Lost", "Fees") else "Loans"
        assert f"{name} {rows.get(f'{branch} > {name}', 0)}" in text
    none = {
        " ".join(e.text_content().split()).split()[0] for e in page.xpath("//li[@class='none']")
    }
    assert len(none & {"Lost", "Fees", "Car", "Home", "Cash"}) == 3
    assert not page.xpath("//h3[starts-with(text(), 'level_')]")


def test_the_command_names_the_file(run: Path) -> None:
    found = CliRunner().invoke(app, ["report", str(run), "--json"])
    assert json.loads(found.stdout) == {"path": str(run / "report.html")}


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError):
        ts.report(tmp_path)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{web.server_address[1]}"
        finally:
            web.shutdown()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_shows_the_page_as_it_was_written(run: Path, tmp_path: Path) -> None:
    file = run / "rows" / "kept.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf8").splitlines()]
    rows[0]["messages"][0]["content"] = HOSTILE
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    ts.report(run)
    with served(run) as address:
        done = subprocess.run(
            [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", f"{address}/report.html"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    page = html.fromstring(done.stdout)
    assert page.findtext(".//title") == "trial: report"
    assert "8 kept of 8" in " ".join(page.text_content().split())


def test_the_page_shows_scores_thresholds_and_who_eats_what(
    project: Project, server: ChatServer
) -> None:
    run = ts.run(project(server.url, count=12, quality=["length", "rouge_l"])).path
    page = html.fromstring(ts.report(run).read_text("utf8"))
    shown = " ".join(page.text_content().split())
    assert "What kept rows cost, and what lost ones do" in shown
    assert "The filters as they ran" in shown
    assert "Scores and thresholds" in shown
    assert "a score depends on the rows before" in shown
    (graph,) = page.xpath("//*[local-name()='svg']")
    assert len(graph.xpath(".//*[local-name()='rect']")) == 48


def test_what_was_lost_stays_text_too(project: Project) -> None:
    with ChatServer(script=lambda body: HOSTILE) as server:
        job = project(server.url, count=5, max_briefs=6, quality=["exact_duplicates"])
        with pytest.raises(ShortError):
            ts.run(job)
    page = html.fromstring(ts.report(job.parent / "outputs" / "trial").read_text("utf8"))
    assert not page.xpath("//script | //img")
    assert 'document.title = "broken"' in page.text_content()
