"""Every format of the sample files: what is read of it, with headings, pages and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.distance import Levenshtein

from textsynth.errors import InputError
from textsynth.inputs import Items, Row
from textsynth.inputs._ocr import Languages
from textsynth.inputs.documents import Documents

DATA = Path(__file__).parents[1] / "data"


def has_tesseract(*languages: str) -> bool:
    try:
        Languages(languages).read((DATA / "letter.bmp").read_bytes(), "image/bmp", "letter.bmp")
    except InputError:
        return False
    return True


needs_english = pytest.mark.skipif(
    not has_tesseract("eng"), reason="tesseract has no English data on this machine"
)
needs_korean = pytest.mark.skipif(
    not has_tesseract("kor"), reason="tesseract has no Korean data on this machine"
)


def load(*paths: str, **options: Any) -> Items:
    return Documents(paths=list(paths), **options).load(DATA)


def error_rate(read: str, said: str) -> float:
    """Characters to change per character, white space aside."""
    left, right = ("".join(text.split()) for text in (read, said))
    return Levenshtein.distance(left, right) / len(right)


def test_pdf_has_pages_headings_table_rows_and_a_caption_with_its_text() -> None:
    items = load("manual.pdf", chunk_chars=500)
    assert [(row["page"], row["headings"]) for row in items.rows] == [
        (1, ["1. Cards"]), (2, ["2. Fees"]), (3, ["3. Savings"])
    ]  # fmt: skip
    assert "Second debit card 6 pounds once" in items.rows[1]["text"]
    assert items.rows[2]["text"].endswith("by quarter, in millions.")
    assert not any("manual for branches" in row["text"] for row in items.rows)
    (source,) = items.sources
    assert (source.pages, source.ocr_pages) == (3, 0)
    assert source.characters == sum(len(row["text"]) for row in items.rows)


def test_korean_pdf() -> None:
    (row,) = load("leaflet-ko.pdf").rows
    assert "예약하신 분만 받으실 수 있습니다." in row["text"]
    assert "혈액 검사 12,000원" in row["text"]


@pytest.mark.parametrize("name", ["scan-en.png", "scan-en.pdf"])
@needs_english
def test_english_scan(name: str) -> None:
    items = load(name, ocr=["eng"])
    text = "\n".join(row["text"] for row in items.rows)
    assert error_rate(text, (DATA / "scan-en.txt").read_text("utf8")) < 0.05
    assert (items.sources[0].pages, items.sources[0].ocr_pages) == (1, 1)


@pytest.mark.parametrize("name", ["scan-ko.png", "scan-ko.pdf"])
@needs_korean
def test_korean_scan(name: str) -> None:
    (row,) = load(name, ocr=["ko"]).rows
    assert error_rate(row["text"], (DATA / "scan-ko.txt").read_text("utf8")) < 0.06
    assert "진료 시간은 평일 오전 9시부터" in row["text"]


@needs_korean
@needs_english
def test_english_beside_korean_does_not_spoil_the_hangul() -> None:
    (row,) = load("scan-ko.pdf", ocr="eng,kor").rows
    assert error_rate(row["text"], (DATA / "scan-ko.txt").read_text("utf8")) < 0.12


@needs_english
def test_only_pages_without_text_are_read_by_ocr() -> None:
    items = load("mixed.pdf", ocr=["eng"], chunk_chars=300)
    assert (items.sources[0].pages, items.sources[0].ocr_pages) == (3, 1)
    assert {row["page"] for row in items.rows} == {1, 2}
    assert items.rows[0]["text"].startswith("Dear customer, please find enclosed")
    assert "From 3 March the account pays 2.75 percent a year." in items.rows[1]["text"]


def test_without_ocr_the_scanned_page_is_left_out() -> None:
    items = load("mixed.pdf", ocr=False)
    assert [row["page"] for row in items.rows] == [1]
    with pytest.raises(InputError, match=r"It is a scan, and OCR is switched off"):
        load("scan-en.pdf", ocr=False)


@pytest.mark.parametrize(
    ("name", "pages", "last"),
    [
        ("letter.jpg", 1, "send a new one within a week."),
        ("letter.webp", 1, "send a new one within a week."),
        ("letter.bmp", 1, "send a new one within a week."),
        ("letter.tiff", 2, "in every branch from 9 to 17."),
    ],
    ids=["jpg", "webp", "bmp", "tiff of two pages"],
)
@needs_english
def test_pictures(name: str, pages: int, last: str) -> None:
    items = load(name, ocr=["eng"])
    assert "Notice to holders of a Harbour Savings Account" in items.rows[0]["text"]
    assert items.rows[-1]["text"].rstrip().endswith(last)
    assert (items.sources[0].pages, items.sources[0].ocr_pages) == (pages, pages)


def test_language_that_is_not_installed_is_told_with_the_fix() -> None:
    with pytest.raises(InputError, match=r"cannot read 'qqq'.*apt install tesseract-ocr-qqq"):
        load("letter.bmp", ocr=["qqq"])
    items = load("letter.bm*", "visits.md", ocr=["qqq"])
    assert "apt install" in items.sources[0].problem


@pytest.mark.parametrize(
    ("language", "expected"), [("ko", ["kor", "eng"]), ("en", ["eng"]), ("de", ["deu", "eng"])]
)
def test_ocr_reads_in_the_language_of_the_job(language: str, expected: list[str]) -> None:
    context = {"language": language}
    assert Documents.model_validate({"paths": "a"}, context=context).ocr == expected
    given = Documents.model_validate({"paths": "a", "ocr": "jpn"}, context=context)
    assert given.ocr == ["jpn"]


def test_docx_keeps_headings_table_and_caption() -> None:
    rows = load("account.docx", chunk_chars=320).rows
    assert [row["headings"] for row in rows] == [
        ["Opening an account"], ["Opening an account", "Fees"], ["Opening an account", "Fees"],
        ["Opening an account", "해지 안내"],
    ]  # fmt: skip
    assert rows[2]["text"].startswith("| Service | Fee | Paid |")
    assert "| Payment abroad | 1.5 percent | per payment |\n\nTable 1:" in rows[2]["text"]


def test_slides_have_their_number_and_title() -> None:
    items = load("training.pptx", chunk_chars=200)
    assert [(row["page"], row["headings"]) for row in items.rows] == [
        (1, ["Welcome to the front desk"]), (2, [])
    ]  # fmt: skip
    assert "## Opening hours\n\n| Day | Hours |" in items.rows[1]["text"]
    assert "## 예약 변경\n\n예약을 바꾸시려는 분께는" in items.rows[1]["text"]
    assert items.sources[0].pages == 3


def test_epub_chapters_are_headings() -> None:
    rows = load("handbook.epub", chunk_chars=200).rows
    assert [row["headings"] for row in rows] == [
        ["Appointments"], ["Appointments", "Late patients"], ["Prescriptions"], ["Prescriptions"]
    ]  # fmt: skip
    assert "Long-term" in rows[3]["text"]
    assert "page" not in rows[0]


def test_html_is_read_without_what_stands_around_the_article() -> None:
    (row,) = load("fees.html").rows
    assert "| Cheque book | 4 pounds | per book |" in row["text"]
    assert "Students and people in training" in row["text"]
    assert "Shop" not in row["text"]


def test_markdown_in_two_languages() -> None:
    rows = load("visits.md", chunk_chars=200).rows
    assert [row["headings"] for row in rows] == [["Visits"], ["Visits", "면회 안내"]]


def test_csv_in_cp949_reads_as_that_in_utf_8() -> None:
    old, new = (load(name).rows for name in ("faq-cp949.csv", "faq-bom.csv"))
    assert [row["text"] for row in old] == [row["text"] for row in new]
    assert [row["title"] for row in old][1] == "이체 한도는 얼마인가요?"


@pytest.mark.parametrize("name", ["faq.jsonl", "faq.json", "faq.parquet"])
def test_records_keep_lists_and_objects(name: str) -> None:
    rows: list[Row] = list(load(name).rows)
    assert len(rows) == 3
    assert rows[2]["fields"] == {
        "id": 3, "question": "When is interest paid?",
        "answer": "On the last working day of each month, into the same account.",
        "tags": ["faq", "t3"], "meta": {"read": 30},
    }  # fmt: skip
