"""Datasets as chunks: from a Hub on loopback, and from local files without any network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.servers.hub_reads import HubReads
from textsynth.errors import InputError
from textsynth.inputs import SHELF
from textsynth.inputs.dataset import Dataset
from textsynth.inputs.documents import Documents
from textsynth.jobfile import load_job
from textsynth.materials import prepare

DATA = Path(__file__).parents[1] / "data"
LOST = "question: I have lost my card. What now?\nanswer: Freeze it in the app under Cards."

# The Hub's client reads its endpoint when it is imported, hence a process of its own.
_ASK = """
import json, sys
from pathlib import Path
from textsynth.errors import InputError
from textsynth.inputs.dataset import Dataset
for line in sys.stdin:
    try:
        items = Dataset(**json.loads(line)).load(Path("."))
        print(json.dumps([[row["fields"].get("id") for row in items.rows], items.rows[0]["text"]]))
    except InputError as error:
        print(json.dumps(str(error)))
"""


def ask(endpoint: str, home: Path, *options: dict[str, Any]) -> list[Any]:
    """What each dataset gives: [ids of its rows, the first text], or the words of an error."""
    env = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home / "cache"),
           "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
    env.pop("HF_TOKEN", None)
    ran = subprocess.run(
        [sys.executable, "-c", _ASK], input="\n".join(map(json.dumps, options)), env=env,
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_hub_dataset_is_streamed_and_its_faults_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "larkmere" / "faq"
    (folder / "data").mkdir(parents=True)
    shutil.copy(DATA / "faq.parquet", folder / "data" / "train-00000-of-00001.parquet")
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n")
    (tmp_path / "hub" / "larkmere" / "secret").mkdir()
    with HubReads(tmp_path / "hub", gated=("larkmere/secret",)) as hub:
        whole, two, missing, gated, split, config, revision = ask(
            hub.url, tmp_path,
            {"id": "larkmere/faq"},
            {"id": "larkmere/faq", "rows": 2, "text_fields": ["answer"]},
            {"id": "larkmere/nothing"},
            {"id": "larkmere/secret"},
            {"id": "larkmere/faq", "split": "test"},
            {"id": "larkmere/faq", "config": "old"},
            {"id": "larkmere/faq", "revision": "v9"},
        )  # fmt: skip
        asked = [line for line in hub.asked if "train-00000" in line]
    assert whole[0] == [1, 2, 3]
    assert whole[1].startswith(LOST)
    assert two == [[1, 2], whole[1].partition("\n")[2]]
    assert missing.startswith(f"There is no dataset 'larkmere/nothing' at {hub.url}.")
    assert "is gated" in gated
    assert f"ask for access at {hub.url}/datasets/larkmere/secret".lower() in gated.lower()
    assert "has no split 'test'. Bad split: test. Available splits: ['train']" in split
    assert "cannot be read with the config 'old'" in config
    assert "no dataset 'larkmere/faq' in the revision 'v9'" in revision
    assert asked


@pytest.mark.slow
def test_no_network_is_told(tmp_path: Path) -> None:
    (words,) = ask("http://127.0.0.1:9", tmp_path, {"id": "larkmere/faq"})
    assert "http://127.0.0.1:9 cannot be reached" in words
    assert "give the path of a local copy" in words


@pytest.mark.parametrize("name", ["faq.parquet", "faq.jsonl", "folder"])
def test_local_dataset_needs_no_network(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    shutil.copy(DATA / "faq.jsonl", tmp_path / "folder")
    for file in ("faq.parquet", "faq.jsonl"):
        shutil.copy(DATA / file, tmp_path)
    items = Dataset(id=name, rows=2, licence="CC0-1.0").load(tmp_path)
    assert [row["fields"]["tags"] for row in items.rows] == [["faq", "t1"], ["faq", "t2"]]
    assert items.rows[0]["text"].startswith(LOST)
    (source,) = items.sources
    assert (source.path, source.kind, source.rows, source.licence) == (
        name,
        "dataset",
        2,
        "CC0-1.0",
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"id": "a/b/c d"}, r"neither a path that exists nor a name on the Hub"),
        ({"id": "notes.md"}, r"a file of kind '\.md'. It reads folders and \.csv \.json"),
        ({"id": "broken.parquet"}, r"'broken\.parquet' cannot be read"),
        ({"id": "faq.jsonl", "text_fields": ["anwser"]}, r"(?i)did you mean 'answer'"),
    ],
    ids=["no name", "kind", "broken", "text field"],
)
def test_dataset_that_cannot_be_read_is_told(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    shutil.copy(DATA / "faq.jsonl", tmp_path)
    (tmp_path / "notes.md").write_text("# Notes\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    with pytest.raises(InputError, match=words):
        Dataset(**options).load(tmp_path)


def test_shorthand_and_limits() -> None:
    assert SHELF.spec({"dataset": "owner/name"}) == ("dataset", {"id": "owner/name"})
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Dataset(id="owner/name", rows=0)


def test_equal_rows_stay_once_and_are_counted(tmp_path: Path) -> None:
    rows = [{"a": "One text that is long enough."}] * 3 + [{"a": "Another text."}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    items = Dataset(id="a.jsonl").load(tmp_path)
    assert len(items.rows) == 2
    assert (items.sources[0].rows, items.sources[0].duplicates) == (2, 2)


def test_documents_and_dataset_stand_side_by_side(tmp_path: Path) -> None:
    for file in ("faq.jsonl", "visits.md"):
        shutil.copy(DATA / file, tmp_path)
    (tmp_path / "job.yaml").write_text(
        "name: both\nmethod: qa\ncount: 4\nlanguage: ko\n"
        "inputs: {documents: visits.md, dataset: faq.jsonl}\n"
    )
    job = load_job(tmp_path)
    documents = job.inputs["documents"]
    assert isinstance(documents, Documents)
    assert documents.ocr == ["kor", "eng"]
    ready = prepare(job)
    (axis,) = ready.plan.axes
    assert [row["source"] for row in axis.rows] == ["visits.md", *["faq.jsonl"] * 3]
    assert ready.rows == {"chunk": 4}
    assert {ready.plan.brief(i).fields["chunk"]["source"] for i in range(4)} == {
        "visits.md", "faq.jsonl"
    }  # fmt: skip
    assert len(ready.sources) == 2
