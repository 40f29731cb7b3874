"""Rows that another dataset has already: files, runs, their indexes in the cache and in the run."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, prompt_texts
from textsynth.errors import InputError
from textsynth.indexfile import IndexFile
from textsynth.quality import Filter, _foreign
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.records import Sample, Setting, Verdict
from textsynth.runfolder import read_rows

PARTS: list[type[Filter]] = [ExactDuplicates, NearDuplicates]
CARD = "Where is my new card that I ordered at the branch last week?"
POST = "It is on its way to you and should be there by Friday at noon."
NEW = chat("How do I open an account for my daughter?", "Bring her papers to any branch of ours.")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(folder))
    return folder / "indexes"


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")


def said(part: type[Filter], home: Path, samples: list[Sample], **options: Any) -> list[Verdict]:
    made = part.model_validate(options)
    setting = Setting(home=home)
    made.cautions(setting)
    screen = made.screen(setting)
    return [screen(replace(s, id=f"id{n}", index=n)) for n, s in enumerate(samples)]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("old.jsonl", {"messages": [{"role": "system", "content": "Be kind."},
                                    {"role": "user", "content": CARD},
                                    {"role": "assistant", "content": POST}]}),
        ("old.jsonl", {"conversations": [{"from": "human", "value": CARD},
                                         {"from": "gpt", "value": POST}]}),
        ("old.jsonl", {"instruction": CARD, "input": "", "output": POST}),
        ("old.csv", {"question": CARD, "answer": POST}),
        ("old.csv", {"prompt": CARD, "completion": POST}),
    ],
    ids=["messages", "sharegpt", "alpaca", "questions", "prompts"],
)  # fmt: skip
def test_rows_of_other_datasets_are_known(
    tmp_path: Path, part: type[Filter], name: str, row: dict[str, Any]
) -> None:
    other = {key: "Something else" if isinstance(v, str) else v[:1] for key, v in row.items()}
    write_rows(tmp_path / name, [other, row])
    samples = [chat(CARD, POST), NEW, chat(CARD, POST)]
    found = said(part, tmp_path, samples, against=name)
    assert [(v.keep, v.reason) for v in found] == [(False, "known"), (True, ""), (False, "known")]
    place = "line 2" if name == "old.jsonl" else "row 2"
    assert found[0].details["source"] == name
    assert found[0].details["field"] == "conversation"
    assert found[0].details["row"].startswith(("line", "row", "record")), place


@pytest.mark.parametrize("part", PARTS)
def test_each_field_is_compared_with_that_field_there(tmp_path: Path, part: type[Filter]) -> None:
    write_rows(tmp_path / "old.jsonl", [{"id": "o1", "question": CARD, "answer": POST, "n": "x"}])
    rows = [chat(CARD, "Nobody knows where it went."), chat("Is that so, really?", POST), NEW]
    found = said(part, tmp_path, rows, against=["old.jsonl"], on=["question", "answer"])
    assert [v.details for v in found] == [
        {"field": "question", "row": "o1", "source": "old.jsonl"},
        {"field": "answer", "row": "o1", "source": "old.jsonl"},
        {},
    ]


def test_several_files_in_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    for n in range(3):
        rows = [{"id": f"{n}-{k}", "text": f"Text {k} of the file {n} says this"} for k in range(4)]
        write_rows(tmp_path / "old" / f"part{n}.jsonl", rows)
    samples = [chat("Text 2 of the file 1 says this"), chat("Text 0 of the file 2 says this")]
    for _ in range(2):
        found = said(NearDuplicates, tmp_path, samples, against="old", threshold=1)
        assert [(v.details["source"], v.details["row"]) for v in found] == [
            ("old/part1.jsonl", "1-2"), ("old/part2.jsonl", "2-0"),
        ]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_second_run_reads_no_row(
    tmp_path: Path, part: type[Filter], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.jsonl"
    write_rows(path, [{"text": CARD}, {"text": POST}, {"text": "ok"}])
    samples = [chat(CARD), chat("OK"), NEW]
    first = said(part, tmp_path, samples, against="old.jsonl")
    assert [v.keep for v in first] == [False, False, True]
    (kept,) = cache.glob("*.bin")
    read = _foreign.samples_of
    monkeypatch.setattr("textsynth.quality._known.samples_of", None)
    assert said(part, tmp_path, samples, against="old.jsonl") == first
    monkeypatch.setattr("textsynth.quality._known.samples_of", read)
    kept.write_bytes(kept.read_bytes()[:-3])
    assert said(part, tmp_path, samples, against="old.jsonl") == first, "a damaged one is made anew"
    write_rows(path, [{"text": POST}])
    os.utime(path, ns=(1, 1))
    assert [v.keep for v in said(part, tmp_path, samples, against="old.jsonl")] == [True] * 3


def test_a_cache_that_cannot_be_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(tmp_path / "file"))
    write_rows(tmp_path / "old.jsonl", [{"text": CARD}])
    assert not said(NearDuplicates, tmp_path, [chat(CARD)], against="old.jsonl")[0].keep


def test_what_is_not_there_is_said_before_the_run(tmp_path: Path) -> None:
    write_rows(tmp_path / "old.jsonl", [{"text": CARD}])
    with pytest.raises(InputError, match="against asks for 'odl"):
        NearDuplicates(against=("odl.jsonl",)).cautions(Setting(home=tmp_path))
    with pytest.raises(InputError, match=r"compares 'topic' with 'old.jsonl'.*columns are: text"):
        said(NearDuplicates, tmp_path, [], against="old.jsonl", on="topic")


def words(request: Request) -> str:
    """Questions of which every third comes often."""
    text = prompt_texts(request)[-1]
    number = sum(text.encode())
    code = "".join("abcdefghij"[int(d)] for d in str(number if number % 3 else number % 7))
    more = " ".join(f"{code}{letter}" for letter in "pqrstuvw"[: 1 + number % 7])
    return f"Why does {code} stand on my bill with {more}?"


@pytest.mark.parametrize("part", ["exact_duplicates", "near_duplicates"])
def test_a_closed_run_leaves_an_index_of_what_it_decided_on(
    project: Project, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(script=words) as server:
        quality = ["length", {part: {"on": ["question", "answer"]}}]
        job = project(server.url, count=20, quality=quality)
        run = ts.run(job).path
        files = sorted((run / "index").iterdir())
        before = [file.read_bytes() for file in files]
        assert [file.name for file in files] == [f"{part}.answer.bin", f"{part}.question.bin"]
        ts.run(job, concurrency=2)
        assert [file.read_bytes() for file in files] == before
    kept = [ts_row["id"] for ts_row in read_rows(run / "rows" / "kept.jsonl")]
    rows = [Sample.from_json({k: v for k, v in row.items() if k != "verdicts"})
            for row in read_rows(run / "rows" / "kept.jsonl")]  # fmt: skip
    kind: type[Filter] = NearDuplicates if part == "near_duplicates" else ExactDuplicates
    from_rows = said(kind, run.parent.parent, rows, against=f"outputs/{run.name}", on=["answer"])
    monkeypatch.setattr("textsynth.quality._known.samples_of", None)
    options: dict[str, Any] = {"on": ["question", "answer"]}
    found = said(kind, run.parent.parent, [*rows, NEW], against=f"outputs/{run.name}", **options)
    assert [v.reason for v in found] == ["known"] * len(rows) + [""]
    assert {v.details["source"] for v in found[:-1]} == {f"outputs/{run.name}/rows/kept.jsonl"}
    assert {v.details["row"] for v in found[:-1]} <= set(kept)
    assert [v.keep for v in from_rows] == [False] * len(rows)


def test_of_a_run_only_kept_rows_are_known(project: Project) -> None:
    with ChatServer(script=words) as server:
        quality = ["near_duplicates", {"length": {"min_chars": 50}}]
        run = ts.run(project(server.url, count=10, quality=quality)).path
    kept, dropped = (list(read_rows(run / "rows" / f"{k}.jsonl")) for k in ("kept", "dropped"))
    known = {row["messages"][0]["content"] for row in kept}
    others = [row["messages"][0]["content"] for row in dropped]
    assert [text for text in others if text not in known]
    samples = [chat(row["messages"][0]["content"], *(m["content"] for m in row["messages"][1:]))
               for row in dropped]  # fmt: skip
    with_index = said(NearDuplicates, run.parent.parent, samples, against="outputs/trial")
    (run / "index" / "near_duplicates.conversation.bin").unlink()
    without = said(NearDuplicates, run.parent.parent, samples, against="outputs/trial")
    assert [(v.keep, v.reason) for v in with_index] == [(v.keep, v.reason) for v in without]
    assert any(v.reason != "known" for v in with_index)


def test_an_index_older_than_the_rows_is_not_used(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url, count=5, quality=["near_duplicates"])).path
    rows = list(read_rows(run / "rows" / "kept.jsonl"))
    path = run / "rows" / "kept.jsonl"
    path.write_text(json.dumps(rows[0]) + "\n", "utf8")
    samples = [chat(*(m["content"] for m in row["messages"])) for row in rows]
    found = said(NearDuplicates, run.parent.parent, samples, against="outputs/trial")
    assert found[0].reason == "known"
    assert "known" not in {v.reason for v in found[1:]}


def test_an_index_can_be_left_out(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=5, quality=["near_duplicates"])
    run = ts.run(job).path
    file = run / "index" / "near_duplicates.conversation.bin"
    assert IndexFile(file).facts["sources"] == {"long": [], "short": []}
    ts.run(project(server.url, count=5, quality=[{"near_duplicates": {"save_index": False}}]))
    assert not file.exists()
