"""`merge`: shares, repeats across sources, where rows came from, and what goes wrong."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.hub_reads import HubReads
from textsynth.mixing import rows_to_take
from textsynth.runfolder import read_rows, read_summary

WORDS = ("account", "card", "transfer", "statement", "cheque", "pot", "loan", "safe", "visa", "atm")
ROWS: list[dict[str, Any]] = [
    {"id": f"w{n}", "instruction": f"What does a {word} cost at your bank in winter?",
     "output": f"A {word} is {n + 2} pounds a month, and nothing for students.", "level": n % 3}
    for n, word in enumerate(WORDS)
]  # fmt: skip


def file_of(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf8")
    return path


def run_of(project: Project, server: ChatServer, name: str, **fields: Any) -> Path:
    """A run of its own, out of the way of the next one."""
    path = ts.run(project(server.url, name=name, **fields)).path
    home = path.parents[1] / f"home-{name}"
    shutil.copytree(path, home / name)
    shutil.rmtree(path)
    return home / name


def dataset(run: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    files = sorted((run / "data").glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def origins(run: Path) -> Counter[str]:
    return Counter(row["origin"] for row in dataset(run))


def test_two_runs_and_a_file_become_one_dataset(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    one = run_of(project, server, "first", count=8)
    other = run_of(project, server, "second", count=6, seed=9)
    given = file_of(tmp_path / "winter.jsonl")
    found = ts.merge([one, other, given], out=tmp_path / "out", dedup=False)
    assert origins(found.path) == {"first": 8, "second": 6, "winter.jsonl": 10}
    rows = {(row["origin"], row["origin_row"]): row for row in dataset(found.path)}
    for source in (one, other):
        for was in read_rows(source / "rows" / "kept.jsonl"):
            row = rows[source.name, was["id"]]
            assert row["messages"] == was["messages"]
            assert (row["persona"], row["chunk"]) == (
                was["seeds"]["persona"],
                was["seeds"]["chunk"],
            )
            assert (row["method"], row["models"]) == ("qa", ["scripted-model"])
    mine = rows["winter.jsonl", "w3"]
    assert mine["messages"] == [
        {"role": "user", "content": ROWS[3]["instruction"]},
        {"role": "assistant", "content": ROWS[3]["output"]},
    ]
    assert (mine["level"], mine["method"], mine["persona"]) == (0, "given", None)
    requests = read_summary(one).models["scripted-model"]
    assert 0 < found.summary.models["scripted-model"] <= 2 * requests
    paths = [source.path for source in found.summary.sources]
    assert paths[:3] == ["first", "first: faq.csv", "first: people.jsonl"]


def test_what_two_sources_say_alike_comes_once(tmp_path: Path) -> None:
    near = {**ROWS[1], "id": "n", "output": ROWS[1]["output"].replace("nothing", "none")}
    long = " ".join(f"word{n}" for n in range(60))
    rows = [{**row, "output": f"{row['output']} {long}"} for row in (ROWS[1], near)]
    one = file_of(tmp_path / "one.jsonl", [ROWS[0], rows[0]])
    two = file_of(tmp_path / "two.jsonl", [{**ROWS[0], "id": "copy"}, rows[1], ROWS[2]])
    found = ts.merge([one, two], out=tmp_path / "out")
    assert found.summary.reasons == {
        "exact_duplicates: exact_duplicate": 1, "near_duplicates: near_duplicate": 1,
    }  # fmt: skip
    assert origins(found.path) == {"one.jsonl": 2, "two.jsonl": 1}
    exact = ts.merge([one, two], out=tmp_path / "exact", near=None)
    assert origins(exact.path) == {"one.jsonl": 2, "two.jsonl": 2}
    every = ts.merge([one, two], out=tmp_path / "every", dedup=False)
    assert origins(every.path) == {"one.jsonl": 2, "two.jsonl": 3}
    assert len({row["id"] for row in dataset(every.path)}) == 5


def numbered(name: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{name}{n}",
            "prompt": f"{name} asks {n}: {some_words(name, n)}",
            "completion": "Ok",
        }
        for n in range(count)
    ]


def some_words(name: str, n: int) -> str:
    return " ".join(random.Random(f"{name}{n}").choices([f"w{m}" for m in range(900)], k=20))


@pytest.mark.parametrize(
    ("weights", "count", "taken"),
    [
        pytest.param([2, 1], None, {"a.jsonl": 40, "b.jsonl": 20}, id="as-many-as-keep-the-shares"),
        pytest.param([2, 1], 30, {"a.jsonl": 20, "b.jsonl": 10}, id="so-many"),
        pytest.param([1, 3], 40, {"a.jsonl": 20, "b.jsonl": 20}, id="others-make-up"),
        pytest.param(None, 30, {"a.jsonl": 20, "b.jsonl": 10}, id="as-they-are-there"),
    ],
)
def test_shares(
    tmp_path: Path, weights: list[float] | None, count: int | None, taken: dict[str, int]
) -> None:
    a = file_of(tmp_path / "a.jsonl", numbered("a", 40))
    b = file_of(tmp_path / "b.jsonl", numbered("b", 20))
    found = ts.merge([a, b], out=tmp_path / "out", weights=weights, count=count)
    assert origins(found.path) == taken
    rows = [dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows]
    assert {row["source"]: row["rows taken"] for row in rows} == taken
    kept, dropped = found.summary.kept, found.summary.dropped
    assert (kept, dropped) == (sum(taken.values()), 60 - sum(taken.values()))
    lost = list(read_rows(found.path / "rows" / "dropped.jsonl"))
    assert [row["index"] for row in lost] == sorted(row["index"] for row in lost)
    assert all(row["verdicts"][-1]["reason"] == "not_taken" for row in lost)
    assert bool(found.summary.short) == (weights == [1, 3])


def test_which_rows_are_taken_hangs_on_seed_and_ids_alone(tmp_path: Path) -> None:
    a = file_of(tmp_path / "a.jsonl", numbered("a", 40))
    b = file_of(tmp_path / "b.jsonl", numbered("b", 30))

    def ids(out: str, sources: list[Path], **more: Any) -> set[str]:
        found = ts.merge(sources, out=tmp_path / out, **more)
        return {row["origin_row"] for row in dataset(found.path) if row["origin"] == "a.jsonl"}

    one = ids("one", [a, b], weights=[1, 1], count=20)
    assert ids("swapped", [b, a], weights=[1, 1], count=20) == one
    assert ids("other", [a, b], weights=[1, 1], count=20, seed=5) != one
    file_of(a, numbered("a", 40)[::-1])
    assert ids("back", [a, b], weights=[1, 1], count=20) == one
    more = ids("more", [a, b], weights=[1, 1], count=24)
    assert one < more


def test_same_bytes_again_and_with_several_processes(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    run = run_of(project, server, "first", count=6)
    rows = file_of(tmp_path / "rows.jsonl", numbered("a", 600))
    files = []
    for name, workers in (("x/out", 1), ("y/out", 2)):
        (tmp_path / name).parent.mkdir()
        ts.merge(
            [run, rows], out=tmp_path / name, weights=[1, 9], workers=workers,
            splits={"train": 0.8, "test": 0.2},
        )  # fmt: skip
        kinds = ("data/*.parquet", "rows/*.jsonl", "README.md", "manifest.json", "job.yaml")
        found = [file for kind in kinds for file in sorted((tmp_path / name).glob(kind))]
        files.append({file.name: file.read_bytes() for file in found})
    assert files[0].keys() >= {"test-00000-of-00001.parquet", "kept.jsonl", "manifest.json"}
    assert files[0] == files[1]


def test_commands_read_a_merged_run(project: Project, server: ChatServer, tmp_path: Path) -> None:
    run = run_of(project, server, "first", count=4)
    for name in ("faq.csv", "people.jsonl"):
        shutil.copyfile(tmp_path / name, tmp_path / f"home-{run.name}" / name)
    found = ts.merge([run, file_of(tmp_path / "w.jsonl")], out=tmp_path / "out", dedup=False)
    assert ts.status(found.path)["status"] == "closed"
    assert "What came from where" in ts.report(found.path).read_text("utf8")
    was = next(read_rows(run / "rows" / "kept.jsonl"))
    told = ts.explain(was["id"], found.path)
    assert told["fields"]["chunk"]["source"] == "faq.csv"
    assert [one["step"] for one in told["exchanges"]] == [ref["step"] for ref in was["replies"]]
    assert told["columns"]["origin"] == "first"
    foreign = next(row for row in dataset(found.path) if row["origin"] == "w.jsonl")
    assert (ts.explain(foreign["id"], found.path)["note"]) == ""
    (file,) = ts.export(found.path, ["messages"])
    assert len(list(read_rows(file))) == 14
    again = ts.merge([found.path, file_of(tmp_path / "z.jsonl", numbered("z", 3))],
                     out=tmp_path / "again")  # fmt: skip
    first = next(row for row in dataset(again.path) if row["origin"] == "out")
    assert first["origins"] == [f"first {was['id']}"]


def test_pairs_keep_both_answers(tmp_path: Path) -> None:
    turn = {"role": "user", "content": "Is there a fee?"}
    pair = {
        "chosen": [turn, {"role": "assistant", "content": "There is none."}],
        "rejected": [turn, {"role": "assistant", "content": "Ask Anna about it."}],
    }
    found = ts.merge(
        [file_of(tmp_path / "p.jsonl", [pair]), file_of(tmp_path / "w.jsonl")],
        out=tmp_path / "out", export=["preference"],
    )  # fmt: skip
    (row,) = read_rows(found.path / "exports" / "preference.jsonl")
    assert row["prompt"] == [turn]
    assert row["chosen"] == pair["chosen"][1:]
    assert row["rejected"] == pair["rejected"][1:]


def test_licences_stand_with_their_sources_and_warn(tmp_path: Path) -> None:
    card = tmp_path / "fees"
    (card / "data").mkdir(parents=True)
    (card / "README.md").write_text("---\nlicense: cc-by-sa-4.0\n---\n# Fees\n", "utf8")
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(ROWS), card / "data" / "train-00000.parquet")
    rows = file_of(tmp_path / "z.jsonl", numbered("z", 3))
    found = ts.merge(
        [card, rows], out=tmp_path / "out", licences={"z.jsonl": "CC BY-NC 4.0"},
        purpose="commercial", licence="mit",
    )  # fmt: skip
    assert [(s.path, s.licence) for s in found.summary.sources] == [
        ("fees", "cc-by-sa-4.0"), ("z.jsonl", "CC BY-NC 4.0"),
    ]  # fmt: skip
    assert len(found.warnings) == 2
    assert "z.jsonl (CC BY-NC 4.0) is for no commercial use" in found.warnings[0]
    assert "the dataset is to be under mit" in found.warnings[1]
    assert json.loads((found.path / "manifest.json").read_text("utf8"))["purpose"] == "commercial"


def test_a_dataset_of_the_hub_with_the_licence_of_its_card(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "larkmere" / "fees"
    folder.mkdir(parents=True)
    file_of(folder / "train.jsonl")
    (folder / "README.md").write_text("---\nlicense: odc-by\n---\n", "utf8")
    with HubReads(tmp_path / "hub") as hub:
        env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "cache"),
               "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
        env.pop("HF_TOKEN", None)
        own = file_of(tmp_path / "z.jsonl", numbered("z", 20))
        ran = subprocess.run(
            [sys.executable, "-m", "textsynth", "merge", "larkmere/fees", str(own), "--json",
             "-o", str(tmp_path / "out"), "--weights", "1,2"],
            env=env, text=True, stdout=subprocess.PIPE, check=False,
        )  # fmt: skip
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["kept"]) == (0, 30)
    got = [(row["source"], row["rows taken"], row["licence"]) for row in told["sources"]]
    assert got == [("larkmere/fees", 10, "odc-by"), ("z.jsonl", 20, "not stated")]


@pytest.mark.parametrize(
    ("given", "words", "code"),
    [
        pytest.param({"weights": [1]}, "1 weights for 2 sources", 2, id="weights"),
        pytest.param({"weights": [1, 0]}, "a number above 0", 2, id="zero"),
        pytest.param({"sources": []}, "nothing to read", 2, id="none"),
        pytest.param({"sources": ["a.jsonl", "a.jsonl"]}, "named 2 times", 2, id="twice"),
        pytest.param({"sources": ["a.jsonl", "gone.jsonl"]}, "gone.jsonl", 2, id="missing"),
        pytest.param({"sources": ["a.jsonl", "empty.jsonl"]}, "empty.jsonl", 2, id="empty"),
        pytest.param({"licences": {"c.jsonl": "mit"}}, "given for 'c.jsonl'", 2, id="licence"),
        pytest.param({"count": 99}, "99 rows were asked for, and 8 are there", 4, id="short"),
        pytest.param({"splits": {"train": 1}}, "splits", 2, id="splits"),
    ],
)
def test_faults_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], words: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    file_of(Path("a.jsonl"), numbered("a", 5))
    file_of(Path("b.jsonl"), numbered("b", 3))
    file_of(Path("empty.jsonl"), [])
    with pytest.raises(ts.TextsynthError) as raised:
        ts.merge(given.pop("sources", ["a.jsonl", "b.jsonl"]), out="out", **given)
    assert words in str(raised.value)
    assert raised.value.exit_code == code
    if code == 4:
        assert sum(origins(Path("out")).values()) == 8


def test_a_source_of_nothing_but_repeats_takes_no_share(tmp_path: Path) -> None:
    a = file_of(tmp_path / "a.jsonl", numbered("a", 6))
    b = file_of(tmp_path / "b.jsonl", numbered("a", 3))
    merged = ts.merge([a, b], out=tmp_path / "out", weights=[2, 1])
    assert merged.summary.kept == 6


def test_a_run_is_not_merged_into_itself(tmp_path: Path) -> None:
    a = file_of(tmp_path / "a.jsonl", numbered("a", 5))
    run = ts.merge([a], out=tmp_path / "out").path
    with pytest.raises(ts.TextsynthError, match="into itself"):
        ts.merge([run, a], out=run)


@pytest.mark.parametrize(
    ("there", "weights", "count", "taken"),
    [
        ([5, 0, 3], None, None, [5, 0, 3]),
        ([5, 0, 3], None, 4, [3, 0, 1]),
        ([10, 10, 10], [1, 1, 2], None, [5, 5, 10]),
        ([1, 10, 10], [8, 1, 1], 15, [1, 7, 7]),
        ([2, 2], [1, 1], 9, [2, 2]),
        ([48, 0, 10], [2, 1, 1], None, [20, 0, 10]),
        ([0, 0], [1, 1], None, [0, 0]),
    ],
)
def test_rows_to_take(
    there: list[int], weights: list[float] | None, count: int | None, taken: list[int]
) -> None:
    assert rows_to_take(there, weights, count) == taken
