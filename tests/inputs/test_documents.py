"""Documents: every kind of file into chunks that know their source and their headings."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.inputs.files import docx, pdf, write
from textsynth.inputs import SHELF, Items
from textsynth.inputs.documents import Documents

LOST = "If you lose your card, freeze it in the app at once. A new one takes five days to arrive."
FEES = (
    "A second card costs six pounds, and express delivery costs twelve pounds on top of that price."
)
KOREAN = "카드를 잃어버리면 앱에서 바로 정지하세요. 새 카드는 영업일 기준 닷새 안에 도착합니다."


def load(home: Path, paths: Any, **options: Any) -> Items:
    return Documents(paths=paths, **options).load(home)


def test_shelf_form_sets_paths() -> None:
    assert SHELF.spec({"documents": ["a.md"]}) == ("documents", {"paths": ["a.md"]})
    assert Documents(**SHELF.spec({"documents": "a.md"})[1]).paths == ["a.md"]


def test_smallest_chunk_may_not_exceed_largest() -> None:
    with pytest.raises(ValidationError, match=r"min_chars \(300\) must not exceed chunk_chars"):
        Documents(paths=["a.md"], chunk_chars=200, min_chars=300)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cards.md", f"# Cards\n\n{LOST}\n\n## Fees\n\n{FEES}\n"),
        ("cards.markdown", f"Cards\n=====\n\n{LOST}\n\nFees\n----\n\n{FEES}\n"),
        (
            "cards.html",
            f"<html><body><nav><a href='/'>Home</a></nav><main><h1>Cards</h1><p>{LOST}</p>"
            f"<h2>Fees</h2><p>{FEES}</p></main><footer>All rights reserved</footer></body></html>",
        ),
        ("cards.docx", docx([("Heading1", "Cards"), ("", LOST), ("Heading2", "Fees"), ("", FEES)])),
    ],
    ids=["atx headings", "underlined headings", "html", "docx"],
)
def test_chunks_carry_their_heading_path(tmp_path: Path, name: str, content: str | bytes) -> None:
    write(tmp_path, **{name: content})
    first, second = load(tmp_path, name, chunk_chars=200).rows
    assert (first["headings"], first["title"]) == (["Cards"], "Cards")
    assert (second["headings"], second["title"]) == (["Cards", "Fees"], "Fees")
    assert LOST in first["text"]
    assert FEES in second["text"]
    assert second["source"] == name
    assert second["fields"] == {}


def test_html_leaves_navigation_out_and_keeps_tables(tmp_path: Path) -> None:
    page = (
        f"<html><body><nav><a href='/'>Home</a> <a href='/shop'>Shop</a></nav><article><h1>Cards"
        f"</h1><p>{LOST}</p><table><tr><th>Service</th><th>Fee</th></tr><tr><td>Second card</td>"
        "<td>6 pounds</td></tr></table></article><footer>Copyright 2026</footer></body></html>"
    )
    write(tmp_path, page__html=page)
    (row,) = load(tmp_path, "page.html").rows
    assert "| Second card | 6 pounds |" in row["text"]
    assert "Shop" not in row["text"]
    assert "Copyright" not in row["text"]


def test_html_charset_is_honoured(tmp_path: Path) -> None:
    page = f"<html><head><meta charset='euc-kr'></head><body><p>{KOREAN}</p></body></html>"
    write(tmp_path, page__html=page.encode("euc-kr"))
    assert load(tmp_path, "page.html").rows[0]["text"] == KOREAN
    page = "<meta charset='iso-8859-1'><p>Die Größe der Karte steht auf der Rückseite, unten.</p>"
    write(tmp_path, page__html=page.encode("iso-8859-1"))
    assert "Größe" in load(tmp_path, "page.html").rows[0]["text"]


def test_pdf_headings_are_found_and_running_headers_dropped(tmp_path: Path) -> None:
    pages = [
        [f"Bank manual, page {n}", f"{n}. {title}", "How it works",
         "Every customer who holds an account with us can ask for this service in the app, in",
         f"a branch or by telephone. The {title.lower()} desk replies within two working days, and",
         f"the answer about {title.lower()} is kept for ten years."]
        for n, title in enumerate(["Cards", "Payments", "Savings"], start=1)
    ]  # fmt: skip
    write(tmp_path, manual__pdf=pdf(pages))
    rows = load(tmp_path, "manual.pdf", chunk_chars=400).rows
    assert [row["headings"] for row in rows] == [
        [f"{n}. {title}", "How it works"]
        for n, title in enumerate(["Cards", "Payments", "Savings"], start=1)
    ]
    assert rows[1]["text"].endswith(
        "in the app, in a branch or by telephone. The payments desk replies within two working"
        " days, and the answer about payments is kept for ten years."
    )
    assert not any("Bank manual" in row["text"] for row in rows)


def test_pdf_list_items_are_no_headings(tmp_path: Path) -> None:
    steps = ["Opening an account", "1. Open the app", "2. Show your passport", "3. Wait a day"]
    prose = [
        "Once it is open, the account can be used at once for payments, for savings and for a",
        "card that we send by post. Ask us in a branch if anything about it is unclear to you.",
    ]
    write(tmp_path, steps__pdf=pdf([[*steps, *prose]]))
    (row,) = load(tmp_path, "steps.pdf").rows
    assert "\n1. Open the app\n2. Show your passport\n3. Wait a day\n" in row["text"]


def test_pdf_table_rows_are_no_headings_but_the_line_below_a_chapter_is(tmp_path: Path) -> None:
    lines = [
        "1. Contact",
        "How to reach us",
        "By telephone",
        "Cards line 01632 960 199",
        "Letters go to the head office, where they are opened on each working day and answered",
        "within a week. Please write your customer number on every page of a letter to us.",
    ]
    write(tmp_path, contact__pdf=pdf([lines]))
    (row,) = load(tmp_path, "contact.pdf").rows
    assert row["headings"] == ["1. Contact", "How to reach us"]
    assert "\nCards line 01632 960 199\n" in row["text"]


def test_heading_without_text_goes_with_the_next(tmp_path: Path) -> None:
    sections = "".join(f"## Part {n}\n\n### Detail {n}\n\n{LOST} {FEES}\n\n" for n in range(4))
    write(tmp_path, long__md=f"# Handbook\n\n{sections}")
    rows = load(tmp_path, "long.md", chunk_chars=220).rows
    assert [row["headings"] for row in rows] == [
        ["Handbook", f"Part {n}", f"Detail {n}"] for n in range(4)
    ]
    assert all(LOST in row["text"] and len(row["text"]) <= 220 for row in rows)


def test_heading_without_room_lives_on_in_the_path(tmp_path: Path) -> None:
    heading = "What happens to an account when its owner has died"
    write(tmp_path, a__md=f"# {heading}\n\n{LOST} {FEES}\n")
    (row,) = load(tmp_path, "a.md", chunk_chars=200).rows
    assert (row["text"], row["headings"]) == (f"{LOST} {FEES}", [heading])


def test_heading_of_a_chunk_covers_all_of_it(tmp_path: Path) -> None:
    write(tmp_path, a__md=f"# Cards\n\n## Loss\n\n{LOST}\n\n## Fees\n\n{FEES}\n")
    (row,) = load(tmp_path, "a.md").rows
    assert row["headings"] == ["Cards"]


def test_hash_in_a_code_block_is_no_heading(tmp_path: Path) -> None:
    write(tmp_path, a__md=f"# Setup\n\n```sh\n# not a heading\nrun\n```\n\n{LOST}\n")
    assert load(tmp_path, "a.md").rows[0]["headings"] == ["Setup"]


@pytest.mark.parametrize("text", [LOST + " ", KOREAN + " "], ids=["English", "Korean"])
def test_no_chunk_is_longer_than_asked_and_no_word_is_lost(tmp_path: Path, text: str) -> None:
    numbered = " ".join(f"{n}: {text}" for n in range(60))
    write(tmp_path, a__txt=numbered)
    rows = load(tmp_path, "a.txt", chunk_chars=250).rows
    assert max(len(row["text"]) for row in rows) <= 250
    assert " ".join(row["text"] for row in rows).split() == numbered.split()
    assert {row["title"] for row in rows} == {"a"}


def test_short_pieces_join_a_neighbour(tmp_path: Path) -> None:
    write(tmp_path, a__md=f"{LOST}\n\n{FEES}\n\nYes.\n")
    rows = load(tmp_path, "a.md", chunk_chars=200, min_chars=40).rows
    assert [len(row["text"]) >= 40 for row in rows] == [True] * len(rows)
    assert rows[-1]["text"].endswith("Yes.")


def test_equal_texts_stay_once_and_ids_are_unique(tmp_path: Path) -> None:
    write(tmp_path, a__txt=LOST, b__txt=LOST, c__txt=LOST.upper())
    items = load(tmp_path, "*.txt", near_duplicates=None)
    assert [(row["source"], row["text"]) for row in items.rows] == [
        ("a.txt", LOST),
        ("c.txt", LOST.upper()),
    ]
    assert [source.rows for source in items.sources] == [1, 0, 1]
    assert "repeats an earlier one" in items.sources[1].problem
    assert len({row["id"] for row in items.rows}) == 2


def test_text_is_cleaned(tmp_path: Path) -> None:
    first = "\ufeffThe bank\u2019s fee is schÃ¶n.\u200b\r\n\r\n\r\n\r\n"
    write(tmp_path, a__txt=f"{first}It &amp; that\x07 stay: Ａ１ cafe\u0301.")
    (row,) = load(tmp_path, "a.txt").rows
    assert row["text"] == "The bank\u2019s fee is schön.\n\nIt &amp; that stay: Ａ１ caf\u00e9."


def test_order_follows_paths_and_globs_are_sorted(tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    for name in ("docs/b.txt", "docs/a.txt", "docs/deep/c.txt", "z.txt"):
        (tmp_path / name).write_text(f"{name}: {LOST}")
    sources = load(tmp_path, ["z.txt", "docs/**/*.txt", "docs", "docs/a.txt"]).sources
    assert [s.path for s in sources] == ["z.txt", "docs/a.txt", "docs/b.txt", "docs/deep/c.txt"]


def test_source_says_what_was_read(tmp_path: Path) -> None:
    write(tmp_path, a__txt=LOST)
    (source,) = load(tmp_path, "a.txt", licence="CC0-1.0").sources
    assert (source.path, source.kind, source.rows) == ("a.txt", "txt", 1)
    assert source.licence == "CC0-1.0"
    assert source.sha256 == hashlib.sha256(LOST.encode()).hexdigest()


def test_no_path_of_the_machine_is_shown(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    write(tmp_path, outside__txt=LOST)
    for path in (str(tmp_path / "outside.txt"), "../outside.txt"):
        items = load(tmp_path / "home", path)
        assert items.rows[0]["source"] == items.sources[0].path == "outside.txt"


def test_same_files_same_rows(tmp_path: Path) -> None:
    write(
        tmp_path, a__md=f"# A\n\n{LOST}\n\n{FEES}", b__csv="q,a\nx,y\n", c__pdf=pdf([[LOST, FEES]])
    )
    first, second = (load(tmp_path, "*", chunk_chars=200) for _ in range(2))
    assert first == second


def test_bank_examples_are_read_whole() -> None:
    home = Path(__file__).parents[2] / "examples"
    items = load(home, ["bank/faq.csv", "bank/manual.pdf", "bank/products", "bank-ko/faq.csv"])
    assert not [source.problem for source in items.sources if source.problem]
    manual = [row for row in items.rows if row["source"] == "bank/manual.pdf"]
    chapters = dict.fromkeys(row["headings"][0] for row in manual)
    assert list(chapters)[1:4] == ["1. Opening an account", "2. Cards", "3. Payments and limits"]
    assert len(chapters) == 11
    assert not any("(fictional) Page" in row["text"] for row in manual)
    assert all(len(row["text"]) <= 1200 for row in items.rows)
