"""Subjects from files: lists, folders, what stages made; complaints name file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from textsynth.errors import InputError
from textsynth.inputs.subjects import Subjects

SYLLABUS = """\
subject: Cards
topic: Bank > Payments
level: introductory
sessions:
- name: One
  concepts: [chip, 3, stripe]
"""


def rows(home: Path, *names: str) -> list[dict[str, object]]:
    return list(Subjects(**{"from": list(names)}).load(home).rows)


def test_lists_records_and_syllabi_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("topic: Bank > Loans\nsubjects: [Rates, {name: Terms}]\n")
    (tmp_path / "one.yaml").write_text(SYLLABUS)
    line = {"name": "Fees", "topic": "Bank", "subtopics": ["late fees"]}
    (tmp_path / "more.jsonl").write_text(json.dumps(line) + "\n\n")
    found = rows(tmp_path, "list.yaml", "one.yaml", "more.jsonl")
    assert [row["name"] for row in found] == ["Rates", "Terms", "Cards", "Fees"]
    assert found[0]["path"] == ["Bank", "Loans"]
    assert (found[2]["topic"], found[2]["level"]) == ("Payments", "introductory")
    assert found[2]["sessions"] == [{"name": "One", "concepts": ["chip", "3", "stripe"]}]
    assert found[3]["subtopics"] == ["late fees"]
    assert len({row["id"] for row in found}) == 4


def test_a_folder_stands_for_its_files_and_equal_subjects_are_one(tmp_path: Path) -> None:
    for name in ("b/one.yaml", "a/two.yaml"):
        (tmp_path / "made" / name).parent.mkdir(parents=True)
        (tmp_path / "made" / name).write_text(SYLLABUS)
    items = Subjects(**{"from": "made"}).load(tmp_path)
    assert len(items.rows) == 1
    assert [(s.path, s.rows, s.duplicates) for s in items.sources] == [
        ("made/a/two.yaml", 1, 0), ("made/b/one.yaml", 0, 1),
    ]  # fmt: skip


def test_the_id_of_a_subject_depends_on_topic_and_name_alone(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SYLLABUS)
    (tmp_path / "b.yaml").write_text(SYLLABUS.replace("introductory", "advanced"))
    (tmp_path / "c.yaml").write_text(SYLLABUS.replace("Payments", "Deposits"))
    ids = [rows(tmp_path, f"{name}.yaml")[0]["id"] for name in "abc"]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- name: A\n- level: high\n", r"x.yaml, line 2: a subject has no name"),
        ("- name: A\n  sessions:\n  - name: One\n", r"line 3: the session 'One' has no concepts"),
        ("- name: A\n  subtopics:\n  - a: b\n", r"line 3: an entry of `subtopics` is no text"),
        ("- name: [A]\n", r"line 1: `name` is no text"),
        ("just words\n", r"line 1: there are no subjects"),
        ("- name: A\n - name: B\n", r"line 2 is not valid YAML"),
        ("subjects: []\n", r"here are no subjects in x.yaml"),
    ],
    ids=["name", "concepts", "subtopics", "list", "words", "yaml", "none"],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(InputError, match=words):
        rows(tmp_path, "x.yaml")


def test_a_line_that_is_no_json_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"name": "A"}\n{"name"\n')
    with pytest.raises(InputError, match=r"x.jsonl, line 2: the line is no JSON"):
        rows(tmp_path, "x.jsonl")
    with pytest.raises(InputError, match=r"no file of subjects at .nowhere\.yaml."):
        rows(tmp_path, "nowhere.yaml")


@pytest.mark.parametrize(
    ("topics", "levels"),
    [
        (["Bank > Loans", "Bank > Cards"], ["Loans", "Cards"]),
        (["Loans > Cars", "Cards"], ["Loans", "Cards"]),
        (["Loans", ""], ["Loans", None]),
    ],
    ids=["root", "no root", "no topic"],
)
def test_levels_begin_below_a_root_that_all_topics_have(
    tmp_path: Path, topics: list[str], levels: list[str | None]
) -> None:
    listed = [{"name": f"S{n}", "topic": topic} for n, topic in enumerate(topics)]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(listed), "utf8")
    part = Subjects(from_=["mine.yaml"])
    rows = part.load(tmp_path).rows
    assert [part.marks(row).get("level_1") for row in rows] == levels
    walk = part.walk(rows)
    assert sorted(walk.at(i) for i in range(4)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
