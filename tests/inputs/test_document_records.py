"""Documents that are tables: each record is one chunk with its fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.inputs.files import write
from textsynth.inputs import Items
from textsynth.inputs.documents import Documents

FEES = "A second card costs six pounds and express delivery costs twelve pounds more. "


def load(home: Path, paths: Any, **options: Any) -> Items:
    return Documents(paths=paths, **options).load(home)


def test_csv_row_is_one_chunk_with_its_fields(tmp_path: Path) -> None:
    write(tmp_path, faq__csv='\ufeffid,question,answer,note\nq1,"Lost, what now?","Freeze\nit.",\n')
    (row,) = load(tmp_path, "faq.csv").rows
    assert row["text"] == "question: Lost, what now?\nanswer: Freeze\nit."
    assert row["fields"] == {
        "id": "q1", "question": "Lost, what now?", "answer": "Freeze\nit.", "note": ""
    }  # fmt: skip
    assert row["title"] == "Lost, what now?"
    assert row["headings"] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "질문,답변\n카드 분실,앱에서 정지하세요\n".encode()),
        ("a.csv", "질문,답변\n카드 분실,앱에서 정지하세요\n".encode("utf-8-sig")),
        ("a.csv", "질문;답변\r\n카드 분실;앱에서 정지하세요\r\n".encode("cp949")),
        ("a.tsv", "질문\t답변\n카드 분실\t앱에서 정지하세요\n".encode()),
        ("a.jsonl", '{"질문": "카드 분실", "답변": "앱에서 정지하세요", "n": 3}\n\n'.encode()),
        ("a.json", '[{"질문": "카드 분실", "답변": "앱에서 정지하세요"}]'.encode()),
    ],
    ids=["utf-8", "utf-8 with mark", "cp949 semicolons", "tabs", "jsonl", "json"],
)
def test_korean_records_read_alike(tmp_path: Path, name: str, data: bytes) -> None:
    write(tmp_path, **{name: data})
    (row,) = load(tmp_path, name).rows
    assert row["text"] == "질문: 카드 분실\n답변: 앱에서 정지하세요"


def test_delimiter_is_the_one_that_fits_every_line(tmp_path: Path) -> None:
    write(
        tmp_path, a__csv="question, or topic;answer\nPIN;four digits\nfees, all;none, ever, yet\n"
    )
    rows = load(tmp_path, "a.csv").rows
    assert rows[1]["fields"] == {"question, or topic": "fees, all", "answer": "none, ever, yet"}


def test_text_fields_choose_and_order_the_columns(tmp_path: Path) -> None:
    write(tmp_path, a__jsonl='{"id": 1, "body": "Hello", "tags": ["x", "y"], "score": 3}\n')
    (row,) = load(tmp_path, "a.jsonl", text_fields=["score", "body", "tags"]).rows
    assert row["text"] == 'score: 3\nbody: Hello\ntags: ["x", "y"]'


def test_long_record_is_cut(tmp_path: Path) -> None:
    write(tmp_path, a__csv=f"title,body\nCards,{FEES * 6}\n")
    rows = load(tmp_path, "a.csv", chunk_chars=200, near_duplicates=None).rows
    assert len(rows) > 2
    assert all(len(row["text"]) <= 200 and row["title"] == "Cards" for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


def test_ids_tell_texts_of_one_file_apart(tmp_path: Path) -> None:
    write(tmp_path, a__csv="q,a\none,1\ntwo,2\n")
    first, second = load(tmp_path, "a.csv").rows
    assert first["id"] != second["id"]


def test_ids_stay_when_rows_are_added_above(tmp_path: Path) -> None:
    write(tmp_path, a__csv="q,a\none,1\n")
    before = load(tmp_path, "a.csv").rows[0]
    write(tmp_path, a__csv="q,a\nzero,0\none,1\n")
    assert load(tmp_path, "a.csv").rows[1] == before


NOTE = (
    "Galvanised steel, delivery within two working days, minimum order one box; returns are "
    "accepted within thirty days of delivery if the box is unopened, and tax is included"
)


@pytest.mark.parametrize(
    "row",
    [f'"{NOTE}",{{}}.50 pounds', f'"{NOTE}, less {{}} %",see the list', f'"{NOTE * 2}",{{}},00'],
    ids=["last column", "within", "comma"],
)
def test_rows_that_differ_in_figures_alone_all_stay(tmp_path: Path, row: str) -> None:
    lines = [row.format(price) for price in range(100, 200)]
    header = "note,price,cents" if lines[0].endswith(",00") else "note,price"
    write(tmp_path, a__csv="\n".join([header, *lines]))
    items = load(tmp_path, "a.csv")
    assert (len(items.rows), items.sources[0].near_duplicates) == (100, 0)


def test_rows_with_the_same_figures_that_differ_in_a_word_are_one(tmp_path: Path) -> None:
    write(tmp_path, a__csv=f'note,price\n"{NOTE}",5 pounds\n"{NOTE} too",5 pounds\n')
    items = load(tmp_path, "a.csv", near_duplicates=0.8)
    assert (len(items.rows), items.sources[0].near_duplicates) == (1, 1)
