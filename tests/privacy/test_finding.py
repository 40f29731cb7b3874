"""What `find` finds, in whatever spelling, and what it leaves alone."""

from __future__ import annotations

import random
import unicodedata

import pytest

from benchmarks.privacy import HARD
from tests.privacy.planted import rows, score
from textsynth.errors import JobError
from textsynth.privacy import KINDS, Pseudonyms, find, normal


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_planted_value_is_found(kind: str) -> None:
    result = score("planted")
    assert result.planted[kind] >= 3
    assert result.found[kind] / result.planted[kind] >= 0.95


def test_the_planted_set_is_large_and_half_of_it_awkward() -> None:
    values = [value for row in rows("planted") for value in row["values"]]
    assert len(values) >= 60
    assert sum(value["awkward"] for value in values) * 2 >= len(values)


def test_clean_sentences_stay_clean() -> None:
    assert len(rows("clean")) >= 200
    assert len(score("clean").beside) <= 2


def test_the_second_set_does_not_get_worse() -> None:
    result = score("second")
    assert sum(result.found.values()) >= 36
    assert len(score("second_clean").beside) <= 2


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("메일은 minsu.kim@naver.com으로 주세요", "email", "minsu.kim@naver.com"),
        ("write to jane (at) acme dot com please", "email", "jane (at) acme dot com"),
        ("전화는 ０１０－１２３４－５６７８입니다", "phone", "０１０－１２３４－５６７８"),
        ("call 010\u00a01234\u00a05678", "phone", "010\u00a01234\u00a05678"),
        ("010-12\u200b34-5678로", "phone", "010-12\u200b34-5678"),
        ("010‑1234‑5678을 눌러", "phone", "010‑1234‑5678"),
        ("번호는 900101-1******이다", "national_id", "900101-1******"),
        ("김민수 고객님께", "name", "김민수"),
        ("IP 2001:4860:1:2::17 에서", "ip", "2001:4860:1:2::17"),
        ("https://bob:hunter2@host.test/x", "secret", "bob:hunter2"),
        ("her mobile is on file, 07700 912 004", "phone", "07700 912 004"),
        ("안녕하세요, 송재경입니다.", "name", "송재경"),
        ("성명 : 김 민 수", "name", "김 민 수"),
        ("김민수(35세)님께", "name", "김민수"),
        ("Yours sincerely,\n\nDr. Amelia Stone MD", "name", "Amelia Stone"),
        ("Prof. van der Berg met us", "name", "van der Berg"),
        ("Jane wrote: name: JANE DOE, phone: none", "name", "JANE DOE"),
        ("Name\tEmail\nJane Doe\tj@d.org", "name", "Jane Doe"),
    ],
)
def test_a_value_is_found_in_any_spelling(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


def test_decomposed_hangul_is_found_where_it_stands_in_the_text_given() -> None:
    text = unicodedata.normalize("NFD", "제 이름은 김민수입니다. 김민수 드림")
    name = unicodedata.normalize("NFD", "김민수")
    assert found(text) == [("name", name), ("name", name)]


def test_other_mentions_of_a_named_person_are_found() -> None:
    text = "My name is Jane Doe. Jane called; Ms Doe agreed."
    assert [value for _, value in found(text)] == ["Jane Doe", "Jane", "Doe"]
    korean = "김민수 고객님이 오셨다. 김민수가 앉자 김 과장이 민수 씨를 불렀다."
    assert [value for _, value in found(korean)] == ["김민수", "김민수", "김", "민수"]


@pytest.mark.parametrize(
    "text",
    ["1588-1234", "080-123-4567", "0800 123 4567", "1-800-555-0199", "127.0.0.1", "v1.2.3.4"],
)
def test_numbers_of_nobody_are_left_alone(text: str) -> None:
    assert found(f"See {text} for more. 문의 {text}") == []


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "+82 10-1234-5678", "01012345678"),
        ("phone", "+44 (0)7911 123456", "07911-123456"),
        ("phone", "+1 415 555 2671", "(415) 555-2671"),
        ("email", "Jane.Doe@ACME.com", "jane.doe (at) acme dot com"),
        ("card", "4111 1111 1111 1111", "4111111111111111"),
        ("iban", "gb29 nwbk 6016 1331 9268 19", "GB29NWBK60161331926819"),
        ("name", "JANE  DOE", "Jane Doe"),
        ("date_of_birth", "5 May 1990", "1990-05-05"),
        ("date_of_birth", "90년 3월 5일", "1990.3.5"),
        ("national_id", "900101-1●●●●●●", "9001011******"),
    ],
)
def test_two_spellings_of_a_value_have_one_normal_form(kind: str, one: str, other: str) -> None:
    assert normal(kind, one) == normal(kind, other)


def test_findings_are_sorted_apart_and_of_the_kinds_asked_for() -> None:
    for name in ("planted", "second", "clean"):
        for row in rows(name):
            findings = find(row["text"])
            ends = [0, *(one.end for one in findings)]
            assert all(one.start >= end for one, end in zip(findings, ends, strict=False))
            assert all(0 <= one.start < one.end <= len(row["text"]) for one in findings)
            assert {one.kind for one in find(row["text"], ["email"])} <= {"email"}


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(JobError, match="Did you mean 'email'"):
        find("text", ["emial"])


@pytest.mark.parametrize("unit", HARD.values(), ids=HARD)
def test_no_text_sends_a_pattern_into_the_woods(unit: str) -> None:
    # A tenth of a second or so where the work grows with the text; minutes where it grows faster.
    text = unit * (40_000 // len(unit))
    assert all(one.end - one.start < 300 for one in find(text) if one.kind != "secret")


@pytest.mark.parametrize("number", range(8))
def test_cut_and_shuffled_texts_are_searched_and_redacted_too(number: int) -> None:
    pick = random.Random(number)
    texts = [row["text"] for name in ("planted", "second", "clean") for row in rows(name)]
    for _ in range(40):
        parts = []
        for _ in range(6):
            text = pick.choice(texts)
            at = pick.randrange(len(text))
            parts.append(text[at : at + pick.randrange(60)])
        text = "".join(parts)
        ends = [0]
        for one in find(text):
            assert ends[-1] <= one.start < one.end <= len(text)
            ends.append(one.end)
        redacted = Pseudonyms(number).redact(text)
        old = new = 0
        for edit in redacted.replaced:
            assert text[old : edit.start] == redacted.text[new : edit.new_start]
            old, new = edit.end, edit.new_end
        assert text[old:] == redacted.text[new:]
