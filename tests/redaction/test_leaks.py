"""Known values are found in their other spellings, and not where an honest text looks alike."""

from __future__ import annotations

import random

import pytest

from textsynth.redaction.leaks import Leaks

KNOWN = [
    ("name", "Theodora Blix", "Ann Lee"),
    ("name", "Min", "Kim"),
    ("name", "홍길동", "김철수"),
    ("name", "지우", "민아"),
    ("name", "남궁민재", "황보지호"),
    ("phone", "010-2345-6789", "010-0000-0001"),
    ("phone", "020 7183 8750", "020 7946 0000"),
    ("email", "t.blix@harrowmail.co.uk", "a.lee@example.org"),
    ("card", "4539 1488 0343 6467", "4000 0000 0000 0002"),
    ("national_id", "900101-1234567", "000000-0000000"),
    ("iban", "GB29 NWBK 6016 1331 9268 19", "GB00 XXXX 0000 0000 0000 00"),
    ("date_of_birth", "1985-03-02", "1970-01-01"),
    ("address", "서울특별시 강남구 테헤란로 152", "서울특별시 중구 세종대로 1"),
    ("name", "Ms. Imogen Ada Farrow", "Eve Hill"),
    ("secret", "hunter-2-Kx9", "[SECRET_1]"),
    ("ip", "10.1.2.3", "192.0.2.1"),
]

SPELLINGS = [
    "Ask Theodora Blix.",
    "Blix, Theodora",
    "Imogen Farrow",
    "Farrow, Imogen",
    "ask THEODORA\nBLIX",
    "Blix? Theodora Blix's card",
    "홍길동은 왔다",
    "홍길동 고객님",
    "홍 길동 씨",
    "고객 홍길동",
    "ｔ.ｂｌｉｘ@harrowmail.co.uk",
    "T.Blix@HarrowMail.co.uk",
    "010 2345 6789",
    "01023456789로",
    "+82 10-2345-6789",
    "(010) 2345.6789",
    "+44 20 7183 8750",
    "02071838750",
    "4539148803436467",
    "4539-1488-0343-6467",
    "9001011234567",
    "gb29nwbk60161331926819",
    "1985년 3월 2일",
    "1985.03.02",
    "서울특별시  강남구 테헤란로152",
    "hunter-2-kx9",
    "from 10.1.2.3 today",
    "남궁민재라는",
    "홍\u200b길동은",
    "홍길동은",
]

HONEST = [
    "Minutes of the meeting; Min. 3",
    "Theodora Blixen",
    "MyTheodora Blix",
    "홍길동전을 읽었다",
    "지우개를 샀다",
    "010-2345-67890",
    "1010-2345-6789",
    "the years 2024 and 2025",
    "9010-2345-6789",
    "110.1.2.34",
    "4539 1488 0343",
    "hunter-2-Kx95",
    "강남구 테헤란로",
    "1985-03-20",
]


@pytest.fixture
def leaks() -> Leaks:
    known = Leaks()
    for kind, value, stand_in in KNOWN:
        known.add(kind, value, stand_in)
    known.seal()
    return known


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_value_is_found_in_another_spelling(leaks: Leaks, text: str) -> None:
    assert len(leaks.find(text)) == 1
    cleaned, _ = leaks.clean(f"See: {text} - thanks")
    assert not leaks.find(cleaned)


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_text_is_left_alone(leaks: Leaks, text: str) -> None:
    assert leaks.clean(text) == (text, [])


def test_each_value_is_replaced_by_its_stand_in_and_the_particle_agrees(leaks: Leaks) -> None:
    text = "홍길동은 010-2345-6789로 전화하고 t.blix@harrowmail.co.uk로 보냈다."
    cleaned, found = leaks.clean(text)
    assert cleaned == "김철수는 010-0000-0001로 전화하고 a.lee@example.org로 보냈다."
    assert [leak.kind for leak in found] == ["name", "phone", "email"]
    assert found[0].start == 0


def test_what_is_too_short_is_counted_and_not_looked_for(leaks: Leaks) -> None:
    assert leaks.unwatched == 2
    assert len(leaks.values) == len(KNOWN)


def test_a_value_that_a_stand_in_holds_is_not_looked_for() -> None:
    leaks = Leaks()
    leaks.add("name", "김철수", "박영희")
    leaks.add("name", "홍길동", "김철수")
    leaks.seal()
    assert not leaks.find("김철수가 왔다")
    assert leaks.find("홍길동이 왔다")
    assert leaks.unwatched == 1


def test_it_says_nothing_of_its_values(leaks: Leaks) -> None:
    assert repr(leaks) == f"Leaks({len(KNOWN)} values)"


def test_none_of_ten_thousand_values_is_missed_or_invented() -> None:
    dice, leaks, said = random.Random(4), Leaks(), []
    for number in range(10_000):
        value = (
            f"{dice.randrange(10**9, 10**10)}" if number % 2 else f"q{dice.randrange(10**12):x}z"
        )
        leaks.add("phone" if number % 2 else "secret", value, "-")
        said.append(value)
    leaks.seal()
    for value in dice.sample(said, 200):
        text = f"Opening hours are nine to five. {value} is the code."
        (found,) = leaks.find(text)
        assert text[found.start : found.end] == value
    assert not leaks.find("Opening hours are nine to five, and 3,000 pounds in 2024. " * 40)
