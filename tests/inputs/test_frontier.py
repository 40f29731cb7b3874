"""Nodes to be divided, read from a file or named in the job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from textsynth.errors import InputError
from textsynth.inputs.frontier import Frontier


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    return path


def test_nodes_are_read_with_what_is_known_of_them(tmp_path: Path) -> None:
    write(
        tmp_path / "f.jsonl",
        {"path": ["Banking", "Cards"], "about": "plastic", "beside": ["Loans"], "known": ["PINs"]},
        {"path": ["Banking"]},
        {"path": ["Banking", "Cards"]},
    )
    items = Frontier(**{"from": "f.jsonl"}).load(tmp_path)
    first, second = items.rows
    assert {name: value for name, value in first.items() if name != "id"} == {
        "name": "Cards", "path": ["Banking", "Cards"], "level": 1, "text": "Banking > Cards",
        "about": "plastic", "beside": ["Loans"], "listed": [], "known": ["PINs"],
    }  # fmt: skip
    assert (second["level"], second["about"], second["beside"]) == (0, "", [])
    assert first["id"] != second["id"]
    assert [(s.path, s.rows, s.duplicates) for s in items.sources] == [("f.jsonl", 2, 1)]


def test_topics_of_the_job_are_paths_in_words(tmp_path: Path) -> None:
    rows = Frontier(topics=["Banking", "Banking > Cards", "Banking"]).load(tmp_path).rows
    assert [row["path"] for row in rows] == [["Banking"], ["Banking", "Cards"]]


def test_the_same_node_has_the_same_id_from_both(tmp_path: Path) -> None:
    write(tmp_path / "f.jsonl", {"path": ["Banking", "Cards"]})
    (one,) = Frontier(**{"from": "f.jsonl"}).load(tmp_path).rows
    (other,) = Frontier(topics=["Banking > Cards"]).load(tmp_path).rows
    assert one == other


@pytest.mark.parametrize(
    "row", [{"name": "Cards"}, {"path": []}, {"path": ["Banking", ""]}, {"path": "Cards"}]
)
def test_a_row_without_a_path_is_refused(tmp_path: Path, row: dict[str, Any]) -> None:
    write(tmp_path / "f.jsonl", row)
    with pytest.raises(InputError, match=r"Line 1 of 'f.jsonl' has no path"):
        Frontier(**{"from": "f.jsonl"}).load(tmp_path)


@pytest.mark.parametrize("options", [{}, {"from": "f.jsonl", "topics": ["Cards"]}])
def test_nodes_come_from_one_place(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either `from`, a file, or `topics`"):
        Frontier(**options)
