"""Quotes: found but for marks and spaces, else aligned; sentences that bear an answer out."""

from __future__ import annotations

import pytest

from textsynth.methods._quotes import bearing, locate, missing, sentences

TEXT = (
    "# Cards\n\nA replacement card arrives within 5 working days. “Express” delivery costs £12 –\n"
    "order before 15:00. The card’s number is new; standing orders are not affected."
)
KOREAN = "재발급 카드는 5영업일 안에 도착합니다. 빠른 배송은 12,000원이며 오후 3시 전에 신청하세요."


@pytest.mark.parametrize(
    ("quote", "words", "match"),
    [
        ("A replacement card arrives within 5 working days", "days.", "verbatim"),
        ('"Express" delivery costs £12 - order before 15:00.', "15:00.", "verbatim"),
        ("The card's number is new", "is new", "verbatim"),
        ("- 'The card's number is new;'", "is new;", "verbatim"),
        ("replacement cards arrive within 5 working days", "within 5 working days.", "aligned"),
        ("A replacement card arrives in 5 working days.", "5 working days.", "aligned"),
    ],
)
def test_a_quote_is_found_and_given_in_the_words_of_the_chunk(
    quote: str, words: str, match: str
) -> None:
    found = locate(quote, TEXT)
    assert found is not None
    assert found.match == match
    assert TEXT[found.start : found.end].endswith(words)
    column = found.column({"id": "c", "source": "cards.md", "text": TEXT})
    assert TEXT[column["start"] : column["end"]] == column["text"]
    assert (column["chunk"], column["source"]) == ("c", "cards.md")


@pytest.mark.parametrize(
    "quote", ["", "Yes.", "£12", "You can cancel whenever you like.", "카드", "x" * 500]
)
def test_what_the_chunk_does_not_have_is_no_quote(quote: str) -> None:
    assert locate(quote, TEXT) is None


def test_a_korean_quote() -> None:
    found = locate("빠른 배송은 12,000원", KOREAN)
    assert found is not None
    assert KOREAN[found.start : found.end] == "빠른 배송은 12,000원"
    near = locate("빠른 배송은 12,000원이며 오후 3시 전에 신청하십시오", KOREAN)
    assert near is not None
    assert near.match == "aligned"


def test_an_aligned_quote_is_never_cut_within_a_word() -> None:
    found = locate("placement card arrives within 5 workin dayz", TEXT)
    assert found is not None
    assert TEXT[found.start : found.end].startswith("replacement card")


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("It is here in 5 working days.", ["A replacement card arrives within 5 working days."]),
        (
            "It costs £12, and the number is new.",
            ["“Express” delivery costs £12 –", "The card’s number is new; standing orders are not "
             "affected."],
        ),
        (
            "A replacement card arrives within 5 working days, standing by.",
            ["A replacement card arrives within 5 working days."],
        ),
        ("Ask your neighbour on Sunday.", []),
        ("", []),
    ],
    ids=["one", "two", "no noise", "none", "empty"],
)  # fmt: skip
def test_the_sentences_that_bear_an_answer_out(answer: str, texts: list[str]) -> None:
    assert [TEXT[q.start : q.end] for q in bearing(answer, TEXT)] == texts


def test_sentences_leave_out_headings_labels_and_questions() -> None:
    record = "category: cards\nquestion: When does it come?\nanswer: Within 5 days. Not on Sundays."
    assert [record[a:b] for a, b in sentences(record)] == [
        "cards", "Within 5 days.", "Not on Sundays.",
    ]  # fmt: skip
    assert next(TEXT[a:b] for a, b in sentences(TEXT)).startswith("A replacement")


@pytest.mark.parametrize(
    ("answer", "known", "lost"),
    [
        ("It costs £12 on 3 May.", "£12 a year from 3 May", []),
        ("It costs £12.", "It costs 12 crowns.", ["£"]),
        ("It costs 1,200 crowns.", "1200 crowns", []),
        ("It takes 5 days.", "It takes five days.", []),
        ("It takes 6 days.", "It takes five days.", ["6"]),
        ("Ask at Alder House.", "the desk in Alder House", []),
        ("Ask at Birch House.", "the desk in Alder House", ["Birch"]),
        ("It opens on Tuesday.", "open on Tuesdays", []),
        ("It opens on Friday.", "open on Tuesdays", ["Friday"]),
        ("수요일에 엽니다.", "월~금요일에 엽니다", []),
        ("토요일에 엽니다.", "월~금요일에 엽니다", ["토요일"]),
        ("화요일에 엽니다.", "월·화·목요일에 엽니다", []),
        ("금요일에 엽니다.", "평일에 엽니다", []),
    ],
)
def test_what_an_answer_has_that_nothing_known_has(
    answer: str, known: str, lost: list[str]
) -> None:
    assert missing(answer, [known]) == lost


def test_names_are_left_alone_where_nouns_have_capitals() -> None:
    assert missing("Die Miete ist am Freitag fällig.", ["fällig"], names=False) == []
