"""Rows as they are: the input `rows` and the method `given`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from textsynth.errors import InputError, JobError
from textsynth.inputs.rows import Rows
from textsynth.runfolder import read_rows


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf8")


def load(folder: Path, *rows: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    write(folder / "rows.jsonl", list(rows))
    return list(Rows.model_validate({"from": "rows.jsonl", **options}).load(folder).rows)


def test_a_row_keeps_its_turns_and_all_its_columns(tmp_path: Path) -> None:
    (row,) = load(tmp_path, {
        "id": 7, "question": "How long?", "answer": "Two days.", "context": "x" * 2000,
        "human": {"accuracy": 4}, "tags": ["a"], "empty": None,
    })  # fmt: skip
    assert [turn["content"] for turn in row["messages"]] == ["How long?", "Two days."]
    assert row["columns"] == {"context": "x" * 2000, "human": {"accuracy": 4}, "tags": ["a"]}
    assert row["id"] == "7"


def test_a_pair_keeps_both_answers(tmp_path: Path) -> None:
    (row,) = load(tmp_path, {"prompt": "How long?", "chosen": "Two days.", "rejected": "No idea."})
    assert [turn["content"] for turn in row["messages"]] == ["How long?", "Two days."]
    assert row["columns"] == {"prompt": "How long?", "chosen": "Two days.", "rejected": "No idea."}


def test_repeats_stay_and_have_ids_of_their_own(tmp_path: Path) -> None:
    rows = load(tmp_path, *[{"question": "How long?", "answer": "Two days."}] * 3)
    assert len({row["id"] for row in rows}) == 3


def test_rows_of_another_language_are_left_out(tmp_path: Path) -> None:
    part = Rows.model_validate({"from": "rows.jsonl"})
    write(tmp_path / "rows.jsonl", [
        {"text": "Hello there.", "language": "en"}, {"text": "안녕하세요.", "language": "ko"},
        {"text": "Well."},
    ])  # fmt: skip
    kept = part.admit(part.load(tmp_path), "ko").rows
    assert [row["messages"][0]["content"] for row in kept] == ["안녕하세요.", "Well."]


def test_a_file_without_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row with a text"):
        load(tmp_path, {"question": "", "answer": "Two days."})


def test_rows_of_a_run_come_back_as_they_were(project: Project, server: ChatServer) -> None:
    first = ts.run(project(server.url, count=6))
    job = {
        "name": "again", "method": "given", "count": "all", "inputs": {"rows": str(first.path)},
        "provider": {"openai": {"base_url": server.url, "model": "m"}}, "quality": ["length"],
    }  # fmt: skip
    path = first.path.parents[1] / "again.yaml"
    path.write_text(yaml.safe_dump(job), "utf8")
    asked = server.requests
    again = ts.run(path)
    assert server.requests == asked
    before = {json.dumps(row["messages"]): row for row in read_rows(first.path / "rows/kept.jsonl")}
    after = {json.dumps(row["messages"]): row for row in read_rows(again.path / "rows/kept.jsonl")}
    assert before.keys() == after.keys()
    for said, row in after.items():
        assert row["speakers"] == before[said]["speakers"]
        assert row["columns"].items() >= before[said]["columns"].items()
        assert row["columns"]["written_by"] == ["scripted-model"]


def test_without_rows_there_is_nothing_given(project: Project, server: ChatServer) -> None:
    with pytest.raises(JobError, match="rows: FILE"):
        ts.check(project(server.url, method="given"), endpoint=False)
