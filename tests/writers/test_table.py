"""Table: chosen columns in CSV, JSON lines and parquet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.writers.samples import ENGLISH, KOREAN, SUMMARY, lines
from textsynth.errors import JobError
from textsynth.writers.table import Table

PICKED = {"q": "first_user", "a": "last_assistant", "mood": "mood", "steps": "steps"}


def test_a_csv_file_for_spreadsheets(tmp_path: Path) -> None:
    (target,) = Table(columns=PICKED).write([ENGLISH, KOREAN], tmp_path, SUMMARY)
    assert target.read_bytes()[:3] == b"\xef\xbb\xbf"
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["q", "a", "mood", "steps"],
            ['My card\'s "gone".', "I block it.", "angry", '["block", "send"]'],
            ["카드를 잃어버렸어요.", "바로 정지해 드릴게요.\n성함이 어떻게 되세요? 🙂", "걱정", ""],
        ]


def test_json_lines_keep_their_types(tmp_path: Path) -> None:
    given = Table.model_validate({"format": "jsonl", "columns": ["id", "score", "steps"]})
    (target,) = given.write([ENGLISH, KOREAN], tmp_path, SUMMARY)
    assert lines(target) == [
        {"id": "e1", "score": 4.5, "steps": ["block", "send"]},
        {"id": "k1", "score": 3.0, "steps": None},
    ]


def test_parquet_has_all_columns_where_none_is_named(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    (target,) = Table(format="parquet").write([ENGLISH, KOREAN], tmp_path, SUMMARY)
    found = pq.read_table(target)
    assert {"id", "messages", "outcome", "mood", "persona", "tokens_out"} <= set(found.column_names)
    assert found.column("id").to_pylist() == ["e1", "k1"]


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="No sample has 'moood'"):
        Table(columns={"x": "moood"}).write([ENGLISH], tmp_path, SUMMARY)
    assert list(tmp_path.iterdir()) == []
