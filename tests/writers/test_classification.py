"""Classification: a parquet file whose labels are classes for `load_dataset`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.writers.samples import SUMMARY, sample
from textsynth.errors import JobError
from textsynth.writers.classification import Classification

ROWS = [
    sample("u: My card is gone.", 0, facets={"label": "lost card"}),
    sample("u: 송금이 안 돼요.", 1, facets={"label": "송금"}),
    sample("u: no label", 2),
    sample("u: My purse was stolen.", 3, facets={"label": "lost card"}),
]


def test_labels_are_classes_when_it_is_loaded(tmp_path: Path) -> None:
    import datasets

    target, names = Classification().write(ROWS, tmp_path, SUMMARY)
    loaded = datasets.load_dataset(
        "parquet", data_files=str(target), cache_dir=str(tmp_path / "cache"), split="train"
    )
    assert loaded.features["label"] == datasets.ClassLabel(names=["lost card", "송금"])
    assert loaded[:] == {
        "text": ["My card is gone.", "송금이 안 돼요.", "My purse was stolen."],
        "label": [0, 1, 0],
    }
    assert json.loads(names.read_text("utf8")) == {
        "id2label": {"0": "lost card", "1": "송금"}, "label2id": {"lost card": 0, "송금": 1},
    }  # fmt: skip


def test_labels_in_a_given_order(tmp_path: Path) -> None:
    given = Classification(labels=["송금", "lost card", "new"])
    _, names = given.write(ROWS, tmp_path, SUMMARY)
    assert json.loads(names.read_text("utf8"))["label2id"] == {"송금": 0, "lost card": 1, "new": 2}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        pytest.param(Classification(label="lable"), "No sample has 'lable'", id="no-such-column"),
        pytest.param(Classification(labels=["송금"]), "'lost card' is not among", id="not-listed"),
    ],
)
def test_labels_that_are_not_there(tmp_path: Path, part: Classification, words: str) -> None:
    with pytest.raises(JobError, match=words):
        part.write(ROWS, tmp_path, SUMMARY)
