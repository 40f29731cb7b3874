"""The commands about personas, on the command line and from Python."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.people.samples import PEOPLE
from textsynth.cli import app
from textsynth.errors import JobError

GRID = "personas/grids/clinic-patients.en.yaml"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with one file of personas and no store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEXTSYNTH_PERSONAS", raising=False)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in PEOPLE]
    (tmp_path / "people.jsonl").write_text("".join(lines), "utf8")
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    found = CliRunner().invoke(app, ["personas", *words])
    assert found.exit_code == code, found.output
    return found.output


def test_from_a_file_to_a_store_that_is_searched(place: Path) -> None:
    assert "6 personas added to personas/.store" in run("add", "people.jsonl")
    assert "nurse" in run("search", "night", "nurse")
    found = json.loads(run("search", "카드", "--where", "language=ko", "--json"))
    assert [hit["row"]["id"] for hit in found] == ["florist"]
    assert found[0]["matched"] == ["카드"]
    assert "Grew up on a sheep farm." in run("show", "vet")
    listed = json.loads(run("list", "--json"))
    store = next(one for one in listed if one["kind"] == "store")
    assert store == {
        "path": "personas/.store", "kind": "store", "count": 6,
        "languages": {"en": 3, "ko": 2, "ja": 1}, "licences": {},
    }  # fmt: skip
    assert "has the id 'nurse'" in run("add", "people.jsonl", code=2)
    assert "0 personas added to personas/.store, 6 replaced" in run(
        "add", "people.jsonl", "--replace"
    )


def test_a_file_is_searched_without_a_store(place: Path) -> None:
    (hit,) = ts.personas.search("nurse", place="people.jsonl", limit=1)
    assert hit.row["id"] == "nurse"
    assert not (place / "personas").exists()
    like = "Our card statement for people who keep horses in the hills"
    assert ts.personas.search(like=like, place="people.jsonl")[0].row["id"] == "vet"
    assert "vet" in run("search", "--like", like, "--in", "people.jsonl")


def test_without_a_store_those_that_textsynth_brings_are_searched(place: Path) -> None:
    found = ts.personas.search("nurse", where={"language": "en"}, limit=5)
    assert {hit.row["id"] for hit in found} >= {"rb-en-001-night-nurse"}
    assert ts.personas.show("rb-en-001-night-nurse")["language"] == "en"


def test_the_environment_and_the_option_name_the_store(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", "people.jsonl", "--store", "mine")
    monkeypatch.setenv("TEXTSYNTH_PERSONAS", "mine")
    assert ts.personas.show("vet")["id"] == "vet"
    assert "florist" in run("list", "mine", "--limit", "4")
    assert "florist" not in run("list", "mine", "--limit", "2")


def test_a_grid_fills_a_store_to_the_number(place: Path) -> None:
    assert ts.personas.add(grid=GRID, count=30).added == 30
    again = ts.personas.add(grid=GRID, count=50)
    assert (again.added, again.there) == (20, 30)
    assert "0 personas added" in run("add", "--grid", GRID, "--count", "50")
    assert len(ts.personas.list(ts.personas.store_path(), limit=100)) == 50


def test_personas_of_another_layout(place: Path) -> None:
    (place / "hub.jsonl").write_text('{"persona": "A diver who maps caves."}\n', "utf8")
    assert ts.personas.add("hub.jsonl", text="persona").added == 1
    (hit,) = ts.personas.search("caves")
    assert hit.row["id"].startswith("p-")


def test_dedupe_and_stats(place: Path) -> None:
    (place / "twice.jsonl").write_text(
        (place / "people.jsonl").read_text("utf8")
        + json.dumps({"id": "twin", "description": PEOPLE[0]["description"] + "!"}),
        "utf8",
    )
    said = run("dedupe", "twice.jsonl", "-o", "out.jsonl")
    assert "6 of 7 kept in out.jsonl" in said
    assert "2 personas in 'ko' were not compared by meaning" in said
    gone = json.loads((place / "out.removed.jsonl").read_text("utf8"))
    assert (gone["id"], gone["repeats"]) == ("twin", "nurse")
    assert json.loads(run("stats", "out.jsonl", "--json"))["rows"] == 6
    assert "near-duplicates" in run("stats", "out.jsonl")
    assert "no embedder" in run("dedupe", "twice.jsonl", "-o", "out.jsonl", "--embedder", "none")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["show", "nobody"], "no persona with the id 'nobody'"),
        (["search", "x", "--where", "language"], "cannot read 'language'"),
        (["search", "x", "--where", "language=fr", "--in", "people.jsonl"], "has: en, ko, ja"),
        (["search", "x", "--in", "nothing.jsonl"], "There is no file 'nothing.jsonl'"),
        (["add"], "FILES, or --grid"),
        (["add", "people.jsonl", "--grid", GRID], "FILES, or --grid"),
        (["add", "--grid", "no.yaml", "--count", "3"], r"grids/clinic-patients"),
        (["dedupe", "people.jsonl", "-o", "out.txt"], r"Name a \.jsonl file"),
        (["dedupe", "people.jsonl", "-o", "out.jsonl", "--words", "2"], "similarity above 0"),
    ],
)
def test_mistakes_in_words(place: Path, words: list[str], expected: str) -> None:
    found = CliRunner().invoke(app, ["personas", *words])
    assert found.exit_code == 2
    assert re.search(expected, " ".join(found.output.split())), found.output


def test_python_refuses_the_same(place: Path) -> None:
    with pytest.raises(JobError, match="FILES, or --grid"):
        ts.personas.add(grid=GRID)
