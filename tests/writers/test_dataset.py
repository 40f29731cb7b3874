"""Dataset: what `load_dataset` reads back is what was put in, whatever lies beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.writers.samples import ENGLISH, KOREAN, SUMMARY, sample
from textsynth.errors import TextsynthError
from textsynth.records import Sample, Summary
from textsynth.writers._columns import Scan
from textsynth.writers.dataset import Dataset
from textsynth.writers.messages import Messages
from textsynth.writers.sharegpt import Sharegpt

LOAD = """
import json, sys, datasets
streaming = len(sys.argv) > 3
data = datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[2], streaming=streaming)
rows = {split: list(part) for split, part in data.items()}
print(json.dumps({"rows": rows, "columns": data["train"].column_names}))
"""


def loaded(folder: Path, cache: Path, *options: str) -> Any:
    """What `load_dataset` makes of the folder, in a process of its own without network."""
    away = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), str(cache), *options],
        env=os.environ | away,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def ids(folder: Path) -> list[list[str]]:
    """The ids in each shard."""
    return [
        pq.read_table(path).column("id").to_pylist() for path in sorted(folder.rglob("*.parquet"))
    ]


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_load_dataset_gives_back_what_was_put_in(tmp_path: Path) -> None:
    run = tmp_path / "run"
    for name in ("journal.sqlite", "run.json", "rows/0.jsonl", "data.json", "dropped/x.parquet"):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("{}\n")
    Messages().write([ENGLISH], run / "exports", SUMMARY)
    Sharegpt().write([ENGLISH], run / "exports", SUMMARY)
    files = Dataset().write([ENGLISH, KOREAN], run, SUMMARY)
    assert [f.relative_to(run).as_posix() for f in files] == [
        "data/train-00000-of-00001.parquet", "croissant.json", "README.md",
    ]  # fmt: skip
    back = loaded(run, tmp_path / "cache")
    assert back["columns"] == [
        "id", "messages", "outcome", "score", "steps", "extra", "mood", "examples", "language",
        "method", "persona", "source", "chunk", "models", "tokens_in", "tokens_out",
    ]  # fmt: skip
    assert back["rows"] == {
        "train": [
            {
                "id": "e1",
                "messages": [
                    {"role": "system", "content": "You help customers."},
                    {"role": "user", "content": 'My card\'s "gone".'},
                    {"role": "assistant", "content": "I block it."},
                    {"role": "user", "content": "Thanks!"},
                ],
                "outcome": "resolved",
                "score": 4.5,
                "steps": ["block", "send"],
                "extra": '{"a": 1}',
                "mood": "angry",
                "examples": ["x1", "x2"],
                "language": "en",
                "method": "support",
                "persona": "p1",
                "source": "faq.csv",
                "chunk": "c1",
                "models": ["model-a", "model-b"],
                "tokens_in": 350,
                "tokens_out": 90,
            },
            {
                "id": "k1",
                "messages": [
                    {"role": "user", "content": "카드를 잃어버렸어요."},
                    {
                        "role": "assistant",
                        "content": "바로 정지해 드릴게요.\n성함이 어떻게 되세요? 🙂",
                    },
                ],
                "outcome": "escalated",
                "score": 3.0,
                "steps": None,
                "extra": None,
                "mood": "걱정",
                "examples": None,
                "language": "ko",
                "method": "support",
                "persona": None,
                "source": "안내.md",
                "chunk": "c2",
                "models": [],
                "tokens_in": 0,
                "tokens_out": 0,
            },
        ]
    }


def test_no_rows_still_load(tmp_path: Path) -> None:
    # Streaming, since without it `load_dataset` refuses an empty split of any kind.
    shard, *_ = Dataset().write([], tmp_path / "run", SUMMARY)
    back = loaded(tmp_path / "run", tmp_path / "cache", "streaming")
    assert back["rows"] == {"train": []}
    assert back["columns"] == pq.read_table(shard).column_names
    assert back["columns"] == [
        "id", "messages", "language", "method", "persona", "source", "chunk", "models",
        "tokens_in", "tokens_out",
    ]  # fmt: skip


def test_weird_names_load(tmp_path: Path) -> None:
    name = '🙂 "---"\n---\n| a: {b} | </details>'
    odd = sample("u: 1", facets={name: name, "a.b": "---"}, columns={"train": None})
    summary = Summary(
        name=name, method="qa", language="en", asked=1, facets={name: {name: 1}}, job_text=name
    )
    Dataset(license="cc-by-4.0").write([odd], tmp_path / "run", summary)
    (row,) = loaded(tmp_path / "run", tmp_path / "cache")["rows"]["train"]
    assert (row[name], row["a.b"], row["train"]) == (name, "---", None)


def test_shards_hold_so_many_rows_and_fewer_of_them_replace_more(tmp_path: Path) -> None:
    samples = [sample(f"u: {n} | a: {n}", n) for n in range(5)]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train-00007.partial").write_text("left by a kill")
    (tmp_path / "data" / "notes.txt").write_text("mine")
    Dataset(rows_per_shard=2).write(samples, tmp_path, SUMMARY)
    assert names(tmp_path) == [
        "README.md",
        "croissant.json",
        "data/notes.txt",
        "data/train-00000-of-00003.parquet",
        "data/train-00001-of-00003.parquet",
        "data/train-00002-of-00003.parquet",
    ]
    assert ids(tmp_path) == [["s0", "s1"], ["s2", "s3"], ["s4"]]
    Dataset(rows_per_shard=2).write(samples[:4], tmp_path, SUMMARY)
    assert ids(tmp_path) == [["s0", "s1"], ["s2", "s3"]]
    Dataset(rows_per_shard=2).write(samples[:1], tmp_path, SUMMARY)
    assert ids(tmp_path) == [["s0"]]


def test_shards_share_one_schema(tmp_path: Path) -> None:
    samples = [sample("u: 1", 0), sample("u: 1", 1, columns={"late": "x"}, facets={"mood": "y"})]
    *shards, _, _ = Dataset(rows_per_shard=1).write(samples, tmp_path, SUMMARY)
    first, second = (pq.read_schema(path) for path in shards)
    assert first == second
    assert first.metadata is None
    assert {"late", "mood"} <= set(first.names)


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    def content(folder: Path) -> list[bytes]:
        files = Dataset(rows_per_shard=1).write([ENGLISH, KOREAN], folder, SUMMARY)
        return [path.read_bytes() for path in files]

    assert content(tmp_path / "a") == content(tmp_path / "b") == content(tmp_path / "a")


def test_a_row_group_is_a_batch_and_ends_with_its_shard(tmp_path: Path) -> None:
    samples = [sample("u: 1", n) for n in range(1_600)]
    *shards, _, _ = Dataset(rows_per_shard=1_100).write(samples, tmp_path, SUMMARY)
    groups = []
    for path in shards:
        about = pq.read_metadata(path)
        groups.append([about.row_group(n).num_rows for n in range(about.num_row_groups)])
    assert groups == [[1_000, 100], [500]]
    assert [i for shard in ids(tmp_path) for i in shard] == [s.id for s in samples]


def test_samples_that_can_be_walked_only_once_are_refused(tmp_path: Path) -> None:
    Dataset().write([ENGLISH], tmp_path, SUMMARY)
    once: Iterator[Sample] = iter([ENGLISH, KOREAN])
    with pytest.raises(TextsynthError, match="can be walked only once"):
        Dataset().write(once, tmp_path, SUMMARY)
    assert ids(tmp_path) == [["e1"]]


def test_a_late_row_of_another_kind_changes_the_schema_of_all(tmp_path: Path) -> None:
    rows = [sample("u: Hi", n, columns={"score": 1}) for n in range(2_100)]
    rows.append(sample("u: Hi", id="late", columns={"score": 0.5, "note": "new"}))
    Dataset(rows_per_shard=1_000).write(rows, tmp_path, SUMMARY)
    shards = sorted(tmp_path.rglob("*.parquet"))
    assert [pq.read_schema(s).field("score").type for s in shards] == ["double"] * 3
    last = pq.read_table(shards[-1]).to_pylist()[-1]
    assert (last["id"], last["score"], last["note"]) == ("late", 0.5, "new")
    assert [len(shard) for shard in ids(tmp_path)] == [1_000, 1_000, 101]
    assert not list(tmp_path.rglob("*.partial"))


def test_lineage_can_be_left_out(tmp_path: Path) -> None:
    shard, *_ = Dataset(lineage=False).write([ENGLISH], tmp_path, SUMMARY)
    assert pq.read_schema(shard).names == [
        "id", "messages", "outcome", "score", "steps", "extra", "mood", "language", "method"
    ]  # fmt: skip


TURN = {"role": "assistant", "content": "Yes."}


@pytest.mark.parametrize(
    ("values", "kept", "kind"),
    [
        pytest.param(["a", None], ["a", None], "string", id="text"),
        pytest.param(["half \ud83d", "b"], ["half \ufffd", "b"], "string", id="half-character"),
        pytest.param([1, 2], [1, 2], "int64", id="whole-numbers"),
        pytest.param([1, 2.5], [1.0, 2.5], "double", id="numbers"),
        pytest.param([True, None], [True, None], "bool", id="truth"),
        pytest.param([2**63, 1], [str(2**63), "1"], "string", id="too-large"),
        pytest.param([[], ["a"]], [[], ["a"]], "list<element: string>", id="lists"),
        pytest.param([("a",), []], [["a"], []], "list<element: string>", id="tuples"),
        pytest.param([[], None], [[], None], "list<element: string>", id="empty-lists"),
        pytest.param(
            [[TURN], []],
            [[TURN], []],
            "list<element: struct<role: string, content: string>>",
            id="turns",
        ),
        pytest.param([{"한": 1}, [1]], ['{"한": 1}', "[1]"], "string", id="json"),
        pytest.param(["a", 1], ['"a"', "1"], "string", id="mixed"),
        pytest.param([True, 1], ["true", "1"], "string", id="truth-and-number"),
        pytest.param([["a"], [TURN]], ['["a"]', json.dumps([TURN])], "string", id="mixed-lists"),
        pytest.param([None, None], [None, None], "string", id="nothing"),
    ],
)
def test_values_keep_their_type_where_all_agree(
    tmp_path: Path, values: list[Any], kept: list[Any], kind: str
) -> None:
    samples = [sample("u: 1", n, columns={"x": value}) for n, value in enumerate(values)]
    shard, *_ = Dataset().write(samples, tmp_path, SUMMARY)
    column = pq.read_table(shard).column("x")
    assert column.to_pylist() == kept
    assert str(column.type) == kind


def test_names_that_are_taken_get_a_prefix(tmp_path: Path) -> None:
    odd = sample(
        "u: 1",
        columns={"id": "own", "mood": "m", "chosen": [TURN]},
        facets={"mood": "f", "source": "g"},
        seeds={"mood": "s", "chunk": ["c1", "c2"]},
    )
    shard, *_ = Dataset().write([odd], tmp_path, SUMMARY)
    (row,) = pq.read_table(shard).to_pylist()
    assert row["id"] == "s0"
    assert (row["column_id"], row["mood"], row["facet_mood"]) == ("own", "m", "f")
    assert (row["facet_source"], row["seed_mood"], row["source"]) == ("g", "s", None)
    assert (row["chunk"], row["chosen"]) == (["c1", "c2"], [TURN])


def kinds_of(name: str, value: Any) -> dict[str, str]:
    return {c.name: c.kind for c in Scan.of([sample("u: Hi", columns={name: value})]).table(False)}


@pytest.mark.parametrize(
    ("name", "nothing", "something"),
    [
        ("entities", [], [{"start": 0, "end": 2}]),
        ("quotes", [], [{"text": "Hi"}]),
        ("bursts", [], [["Hi", "there"]]),
        ("label_confirmed", None, True),
    ],
)
def test_a_column_has_its_type_also_in_a_run_where_no_row_fills_it(
    name: str, nothing: Any, something: Any
) -> None:
    assert kinds_of(name, nothing) == kinds_of(name, something)
