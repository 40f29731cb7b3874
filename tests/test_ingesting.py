"""`ingest`: what it reads, says, writes, and what `documents` reads back of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from textsynth.cli import app
from textsynth.errors import InputError, JobError
from textsynth.inputs.documents import Documents

LOST = (
    "If you lose your card, freeze it in the app at once. A new one takes five days to arrive by "
    "post, and costs nothing the first time; each further one costs six pounds, which we take from "
    "your account on the next working day after the order. You can follow the letter in the app "
    "from the moment it leaves us, and have it sent to a branch instead of to your home, where it "
    "is kept for four weeks and handed over against a passport."
)
FEES = "A second card costs six pounds, and express delivery costs twelve pounds on top of that."
DATA = Path(__file__).parent / "data"


def ingest(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["ingest", *arguments], env={"COLUMNS": "300"})
    return result.exit_code, result.output


def test_chunks_are_read_back_as_they_are(tmp_path: Path) -> None:
    names = ["manual.pdf", "visits.md", "faq.jsonl", "account.docx"]
    found = ts.ingest(names, home=DATA, out=tmp_path / "read", chunk_chars=250)
    assert {row["source"] for row in found.chunks} == set(names)
    back = Documents(paths=["read/chunks.jsonl"]).load(tmp_path)
    assert list(back.rows) == list(found.chunks)
    again = ts.ingest("read", home=tmp_path, out=tmp_path / "again", chunk_chars=200)
    assert list(again.chunks) == list(found.chunks)
    first, second = (tmp_path / name / "chunks.jsonl" for name in ("read", "again"))
    assert first.read_bytes() == second.read_bytes()


def test_command_says_what_was_read_and_what_was_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LOST)
    (tmp_path / "b.txt").write_text(LOST.replace("five days", "six days"))
    (tmp_path / "c.pdf").write_bytes(b"no pdf")
    code, text = ingest(str(tmp_path / "*"), str(tmp_path / "d.md"), "-o", str(tmp_path / "out"))
    assert code == 0
    assert "1 chunks from 1 of 4 files; 3 could not be used" in text
    assert "'c.pdf' cannot be read as PDF. It does not begin as a PDF file does." in text
    assert "d.md', which is not there" in text
    sources = json.loads((tmp_path / "out" / "sources.json").read_text("utf8"))
    assert [(s["path"], s["rows"], s["near_duplicates"]) for s in sources[1:3]] == [
        ("a.txt", 1, 0), ("b.txt", 0, 1)
    ]  # fmt: skip


def test_json_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LOST)
    code, text = ingest(str(tmp_path / "a.txt"), "--json")
    found = json.loads(text)
    assert (code, found["chunks"], found["files"]) == (0, 1, [])
    assert found["sources"][0]["characters"] == len(LOST)


def test_nothing_usable_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    code, text = ingest(str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"))
    assert code == 2
    assert "'a.txt' is empty" in text
    with pytest.raises(InputError, match="which is not there"):
        ts.ingest("nothing.pdf", home=tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"chunk_chars": 20}, r"option 'chunk_chars' of ingest"),
        ({"ocr": "eng;kor"}, r"'eng;kor' is no language of tesseract"),
        ({"chunks": 3}, r"option 'chunks' of ingest"),
    ],
    ids=["too small", "language", "unknown"],
)
def test_wrong_option_is_told(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(JobError, match=words):
        ts.ingest("a.txt", home=tmp_path, **options)


def test_records_that_look_a_little_like_chunks_are_records(tmp_path: Path) -> None:
    row = {"id": "x", "text": LOST, "source": "a", "title": "t", "headings": []}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    (found,) = ts.ingest("a.jsonl", home=tmp_path).chunks
    assert found["source"] == "a.jsonl"
    assert found["fields"]["source"] == "a"


@pytest.mark.parametrize(
    ("threshold", "kept"), [(0.9, 2), (0.99, 3), (False, 3), (None, 3)],
    ids=["0.9", "0.99", "false", "null"],
)  # fmt: skip
def test_near_duplicates_go_across_files(tmp_path: Path, threshold: Any, kept: int) -> None:
    (tmp_path / "old.txt").write_text(LOST)
    (tmp_path / "new.txt").write_text(LOST.replace("five days", "six days") + "\n\n" + FEES)
    (tmp_path / "new2.txt").write_text(FEES)
    options = {"near_duplicates": threshold, "chunk_chars": 450}
    items = Documents(paths=["old.txt", "new.txt", "new2.tx*"], **options).load(tmp_path)
    assert len(items.rows) == kept
    assert [s.duplicates for s in items.sources] == [0, 0, 1]
    assert sum(s.near_duplicates for s in items.sources) == 3 - kept


def test_a_file_that_breaks_half_way_casts_no_shadow(tmp_path: Path) -> None:
    good, bad = {"text": LOST}, '{"text": '
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(good)}\n{bad}\n")
    (tmp_path / "b.txt").write_text(LOST.replace("five days", "six days"))
    found = ts.ingest("*", home=tmp_path)
    assert [row["source"] for row in found.chunks] == ["b.txt"]
