"""The store when things go wrong: kill -9, broken folders, other formats, two who add at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.people.samples import NURSE, PEOPLE, crowd, placed
from textsynth.errors import InputError
from textsynth.people.adding import Added
from textsynth.people.store import Store

ROOT = Path(__file__).parents[2]

_ADD = """
import itertools, sys
from pathlib import Path
from textsynth.people import adding
from textsynth.people.store import Store
adding.BATCH = 200
rows = ((f"line {n}", {"id": f"k{n}", "description": f"A clerk with the number n{n} in a hall."})
        for n in itertools.count())
Store.open(Path(sys.argv[1])).add(rows, clash=sys.argv[2])
"""


def adding_process(path: Path, clash: str = "refuse") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _ADD, str(path), clash], cwd=ROOT)


def kill_when_longer(process: subprocess.Popen[bytes], file: Path, size: int) -> None:
    for _ in range(3000):
        if file.stat().st_size >= size or process.poll() is not None:
            break
        time.sleep(0.005)
    assert process.poll() is None, "the process ended by itself"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def check(store: Store) -> None:
    """What is found and what is on disk are the same rows, each once."""
    rows = list(store.rows())
    assert len(rows) == len(store) == len({row["id"] for row in rows})
    for row in (rows[0], rows[len(rows) // 2], rows[-1]):
        assert store.get(row["id"]) == row


@pytest.mark.parametrize("size", [30_000, 90_000, 200_000])
def test_a_killed_add_leaves_whole_batches_and_the_next_goes_on(tmp_path: Path, size: int) -> None:
    path = tmp_path / "store"
    store = Store.create(path)
    store.add(placed(*PEOPLE))
    kill_when_longer(adding_process(path), path / "rows.jsonl", size)
    after = Store.open(path)
    assert (len(after) - len(PEOPLE)) % 200 == 0
    assert list(after.rows())[: len(PEOPLE)] == PEOPLE
    check(after)
    assert after.add(placed(*crowd(10))).added == 10
    check(Store.open(path))
    lines = (path / "rows.jsonl").read_text("utf8").splitlines()
    assert len([json.loads(line) for line in lines]) == len(after)


def test_a_kill_while_rows_are_replaced_leaves_each_id_once(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = Store.create(path)
    old = [{"id": f"k{n}", "description": f"Somebody else, called m{n}."} for n in range(3000)]
    store.add(placed(*old))
    size = (path / "rows.jsonl").stat().st_size
    kill_when_longer(adding_process(path, "replace"), path / "rows.jsonl", size + 60_000)
    again = Store.open(path)
    again.add(placed(NURSE))
    check(again)
    assert {f"k{n}" for n in range(3000)} <= {row["id"] for row in again.rows()}


@pytest.mark.parametrize("committed", [True, False], ids=["after", "before"])
def test_a_list_of_replaced_rows_left_behind_is_settled(tmp_path: Path, committed: bool) -> None:
    path = tmp_path / "store"
    store = Store.create(path)
    store.add(placed(*PEOPLE))
    before = (path / "rows.jsonl").read_bytes()
    if committed:
        store.add(placed(NURSE | {"description": "A day nurse."}), clash="replace")
        data = (path / "rows.jsonl").read_bytes()
        (path / "rows.jsonl").write_bytes(before + data[len(before) :])
    (path / "replaced.json").write_text("[0]", "utf8")
    Store.open(path).add(placed(*crowd(1)))
    texts = [row["description"] for row in Store.open(path).rows() if row["id"] == "nurse"]
    assert texts == ["A day nurse." if committed else NURSE["description"]]
    assert not (path / "replaced.json").exists()


def test_a_second_adder_is_refused_and_searchers_are_not(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = Store.create(path)
    store.add(placed(*PEOPLE))
    process = adding_process(path)
    try:
        for _ in range(2000):
            if (path / "rows.jsonl").stat().st_size > 5000:
                break
            time.sleep(0.005)
        with pytest.raises(InputError, match="is in use"):
            store.add(placed(*crowd(1)))
        assert Store.open(path).search("nurse", limit=1)[0].row == NURSE
    finally:
        process.kill()
        process.wait()


def test_a_reader_sees_what_there_was_when_it_opened(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*PEOPLE))
    reader = Store.open(store.path)
    store.add(placed(*crowd(5)))
    assert (len(reader), len(store)) == (len(PEOPLE), len(PEOPLE) + 5)
    assert list(reader.rows()) == PEOPLE


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("index/meta.json", r"is broken\. It has no index/meta\.json.*rows\.jsonl'"),
        ("rows.jsonl", r"is broken\. It has no rows\.jsonl\. Its rows are gone"),
        ("store.json", r"is no store of personas\. That folder has no store\.json"),
    ],
)
def test_a_folder_with_a_part_gone_in_words(tmp_path: Path, gone: str, words: str) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*PEOPLE))
    (store.path / gone).unlink()
    with pytest.raises(InputError, match=words):
        Store.open(store.path)


@pytest.mark.parametrize("name", ["index/meta.json", "store.json"])
def test_a_garbled_file_in_words(tmp_path: Path, name: str) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*PEOPLE))
    (store.path / name).write_text("not json", "utf8")
    with pytest.raises(InputError, match="is broken"):
        Store.open(store.path)


def test_rows_cut_short_in_words(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*PEOPLE))
    os.truncate(store.path / "rows.jsonl", 40)
    with pytest.raises(InputError, match="ends before its last row"):
        Store.open(store.path)
    assert (store.path / "rows.jsonl").stat().st_size == 40


def test_segment_files_gone_in_words(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*PEOPLE))
    for file in (store.path / "index").glob("*.term"):
        file.unlink()
    with pytest.raises(InputError, match="is broken"):
        Store.open(store.path)


def test_another_format_is_refused_in_words(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    (store.path / "store.json").write_text('{"format": 9}', "utf8")
    with pytest.raises(InputError, match=r"has format 9\. This textsynth reads format 1"):
        Store.open(store.path)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", "utf8")
    with pytest.raises(InputError, match="folder with other files"):
        Store.create(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_a_broken_store_is_made_anew_of_its_rows(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*PEOPLE))
    shutil.rmtree(store.path / "index")
    lines = (store.path / "rows.jsonl").read_text("utf8").splitlines()
    new = Store.create(tmp_path / "new")
    assert new.add(placed(*map(json.loads, lines))) == Added(added=len(PEOPLE))
    assert new.search("카드", limit=1)[0].row["id"] == "florist"
