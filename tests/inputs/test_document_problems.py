"""What a user is told about documents that cannot be used."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.inputs.files import docx, pdf
from textsynth.errors import InputError
from textsynth.inputs._extract import _guard
from textsynth.inputs.documents import Documents
from textsynth.rowfiles import files as _files

GOOD = "If you lose your card, freeze it in the app at once. A new one takes five days to arrive."

BROKEN: dict[str, tuple[str, bytes, str]] = {
    "empty file": ("a.txt", b"", r"'a\.txt' is empty"),
    "only blanks": ("a.md", b" \n\n ", r"'a\.md' has no text"),
    "only a heading": ("a.md", b"# Title\n", r"too few for one chunk"),
    "too short": ("a.txt", b"Hello there.", r"12 characters of text, too few for one chunk"),
    "zero bytes in text": ("a.txt", b"\x00\x01\x02MZ", r"'a\.txt' is a binary file"),
    "latin-1": ("a.txt", "Die Größe für Käse, Öl.".encode("latin-1"), r"looks like Latin-1"),
    "latin-1 that decodes as Korean": ("a.txt", b"\xc4nderungen im Vertrag", r"neither UTF-8 nor"),
    "utf-16": ("a.csv", "q,a\nx,y\n".encode("utf-16"), r"looks like UTF-16"),
    "unsupported kind": ("a.hwp", b"PK", r"a file of kind '\.hwp'\. It reads \.bmp \.csv"),
    "broken pdf": ("a.pdf", b"%PDF-1.4\ngarbage\n" * 9, r"'a\.pdf' cannot be read as PDF"),
    "cut pdf": ("a.pdf", pdf([[GOOD]])[:300], r"'a\.pdf' cannot be read as PDF"),
    "no pdf": ("a.pdf", b"Dear customer, ...", r"does not begin as a PDF file does"),
    "locked pdf": ("a.pdf", pdf([[GOOD]], locked=True), r"protected by a password"),
    "scanned pdf": ("a.pdf", pdf([[]]), r"no text on its 1 page.*empty.*OCR"),
    "no docx": ("a.docx", b"plain text", r"does not begin as a DOCX file does"),
    "broken docx": ("a.docx", docx([("", GOOD)])[:200], r"'a\.docx' cannot be read as DOCX"),
    "page without text": ("a.html", b"<html><body></body></html>", r"'a\.html' has no text"),
    "csv without rows": ("a.csv", b"question,answer\n", r"'a\.csv' has no rows"),
    "csv names a column twice": ("a.csv", b"q,a,q\n1,2,3\n", r"the name 'q' stands there twice"),
    "csv column without name": ("a.csv", b"q,,a\n1,2,3\n", r"column 2 has no name"),
    "csv row too long": ("a.csv", b"q,a\nx,y\nx,y,z\n", r"line 3 of 'a\.csv' has 3 cells"),
    "csv open quote": ("a.csv", b'q,a\n"x,y\nz,w\n', r"is not valid CSV.*never closed"),
    "csv without text": ("a.csv", b"id,a\n1,\n2,\n", r"no row of 'a\.csv' has text"),
    "jsonl list line": ("a.jsonl", b'{"q": "x"}\n[1]\n', r"line 2 of 'a\.jsonl' is no JSON object"),
    "jsonl broken line": (
        "a.jsonl",
        b'{"q": "x"}\n\n{"q": \n',
        r"line 3 of 'a\.jsonl' is no valid",
    ),
    "jsonl nan": ("a.jsonl", b'{"q": NaN}\n', r"NaN is not a JSON value"),
    "jsonl bottomless": ("a.jsonl", b"[" * 200_000 + b"\n", r"line 1 .* nested too deeply"),
    "json object": ("a.json", b'{"q": "x"}', r"must hold a list of objects"),
    "json item": ("a.json", b'[{"q": "x"}, 3]', r"item 2 of 'a\.json' is no JSON object"),
}


@pytest.mark.parametrize(("name", "data", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_named_file_must_be_readable(
    tmp_path: Path, name: str, data: bytes, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(GOOD)
    with pytest.raises(InputError, match=f"(?i){words}") as caught:
        Documents(paths=["good.txt", name]).load(tmp_path)
    assert str(tmp_path) not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("name", "data", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_globbed_file_becomes_a_problem(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(GOOD)
    items = Documents(paths=["*"]).load(tmp_path)
    bad, good = items.sources
    assert [row["text"] for row in items.rows] == [GOOD]
    assert (bad.path, bad.rows, good.problem) == (name, 0, "")
    with pytest.raises(InputError, match=f"(?i){words}"):
        raise InputError(bad.problem)


def test_nothing_usable_lists_the_problems(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.pdf").write_bytes(b"no pdf")
    with pytest.raises(
        InputError, match=r"(?i)no usable row in 2 file.*'a\.txt' is empty.*'b\.pdf'"
    ):
        Documents(paths=["*"]).load(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("docs/faq.cvs", r"asks for 'docs/faq\.cvs', which is not there.*did you mean 'faq\.csv'"),
        ("docs/*.pdf", r"matches no file.*holds: .*faq\.csv"),
        ("dcos/faq.csv", r"did you mean 'docs/'"),
        ("docs/empty", r"a folder without files.*empty"),
        ("https://bank.example/faq.csv", r"files on this machine.*Download"),
    ],
    ids=["file", "glob", "folder", "empty folder", "address"],
)
def test_pattern_that_matches_nothing_names_what_is_near(
    tmp_path: Path, pattern: str, words: str
) -> None:
    (tmp_path / "docs" / "empty").mkdir(parents=True)
    (tmp_path / "docs" / "faq.csv").write_text("q,a\nx,y\n")
    with pytest.raises(InputError, match=f"(?i){words}") as caught:
        Documents(paths=[pattern]).load(tmp_path)
    assert str(tmp_path) not in str(caught.value)


def test_unknown_text_field_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("question,answer\nx,y\n")
    with pytest.raises(InputError, match=r"(?i)asks for 'qestion'.*did you mean 'question'"):
        Documents(paths=["a.csv"], text_fields=["qestion"]).load(tmp_path)


def test_file_name_with_brackets_is_found(tmp_path: Path) -> None:
    (tmp_path / "report [final].txt").write_text(GOOD)
    assert Documents(paths=["report [final].txt"]).load(tmp_path).rows[0]["text"] == GOOD


def test_huge_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as stream:
        stream.truncate(_files.LARGEST + 1)
    with pytest.raises(InputError, match=r"(?i)has 200 MB.*split it into smaller files"):
        Documents(paths=["huge.csv"]).load(tmp_path)


class Panic(BaseException):
    """What a Rust reader raises when it breaks: no Exception."""


@pytest.mark.parametrize("error", [Panic("index 3 of 2"), ValueError("odd"), RecursionError()])
def test_whatever_a_reader_raises_is_told_in_words(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>")
    with (
        pytest.raises(InputError, match=r"'a\.html' cannot be read as HTML"),
        _guard(path, "a.html"),
    ):
        raise error


def test_ctrl_c_while_reading_stays_ctrl_c(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), _guard(tmp_path, "a.html"):
        raise KeyboardInterrupt


@pytest.mark.parametrize("pattern", ["요금 안내.md", "요금*.md", "요금/*.md"])
def test_file_names_in_nfd_are_found_and_shown_in_nfc(tmp_path: Path, pattern: str) -> None:
    text = "매월 1일에 청구됩니다. 문의는 고객센터로 하시기 바랍니다. " * 2
    ids = []
    for form in ("NFC", "NFD"):
        file = tmp_path / form / unicodedata.normalize(form, pattern.replace("*", " 안내"))
        file.parent.mkdir(parents=True)
        file.write_text(text, "utf8")
        (row,) = Documents(paths=[pattern]).load(tmp_path / form).rows
        assert unicodedata.is_normalized("NFC", row["source"] + row["title"])
        ids.append(row["id"])
    assert ids[0] == ids[1]
