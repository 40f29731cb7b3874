"""croissant.json: what it says of a dataset, and that mlcroissant reads the rows through it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.writers.samples import ENGLISH, KOREAN, SUMMARY, sample
from textsynth.records import Sample
from textsynth.writers.dataset import Dataset

CALLING = sample(
    "u: Where is my card?", 7,
    messages=(
        {"role": "user", "content": "Where is my card?"},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": "c1", "type": "function",
             "function": {"name": "look_up", "arguments": '{"subject": "card"}'}}]},
        {"role": "tool", "content": '{"state": "sent"}', "tool_call_id": "c1", "name": "look_up"},
        {"role": "assistant", "content": "It is on its way."},
    ),
    columns={"tools": "[]"},
)  # fmt: skip

ROWS = [
    pytest.param([ENGLISH, KOREAN], id="turns"),
    pytest.param([ENGLISH, CALLING], id="tools"),
]


@pytest.mark.parametrize("rows", ROWS)
def test_every_field_is_a_column_of_the_files(rows: list[Sample], tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    Dataset().write_splits({"train": rows[:1], "test": rows[1:]}, tmp_path, SUMMARY)
    said = json.loads((tmp_path / "croissant.json").read_text("utf8"))
    assert [part["includes"] for part in said["distribution"]] == [
        "data/train-*.parquet", "data/test-*.parquet",
    ]  # fmt: skip
    schema = pq.read_schema(next((tmp_path / "data").glob("train-*")))
    for records in said["recordSet"]:
        assert [field["name"] for field in records["field"]] == schema.names
        for field in records["field"]:
            turn = schema.field(field["name"]).type
            for part in field.get("subField", ()):
                kind = turn.value_type.field(part["source"]["transform"]["jsonPath"]).type
                assert kind == "string", "lists within lists cannot be read"


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_reads_the_rows(rows: list[Sample], tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    Dataset().write(rows, tmp_path, SUMMARY)
    data = mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))
    assert not data.metadata.ctx.issues.errors
    read = list(data.records("train"))
    assert [row["train/id"].decode() for row in read] == [row.id for row in rows]
    assert [
        [turn["train/messages/content"].decode() for turn in row["train/messages"]] for row in read
    ] == [[turn["content"] for turn in row.messages] for row in rows]
