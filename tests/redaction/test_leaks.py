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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Hope", "I hope this helps."),
        ("Mark", "Please mark the form."),
        ("Grace", "A grace period of ten days."),
        ("James", "James from the call centre rang."),
        ("Summer", "Our summer hours"),
        ("Baker", "A baker opens at six."),
    ],
)
def test_a_single_name_that_many_have_is_not_looked_for(value: str, text: str) -> None:
    leaks = Leaks()
    leaks.add("name", value, "Val")
    leaks.add("name", f"{value} Ravensworth", "Val Selwyn")
    leaks.seal()
    assert leaks.clean(text) == (text, [])
    assert leaks.find(f"Ask {value} Ravensworth")
    assert leaks.unwatched == 1


def test_a_single_name_that_few_have_is_looked_for() -> None:
    leaks = Leaks()
    leaks.add("name", "Ravensworth", "Selwyn")
    leaks.seal()
    assert leaks.find("Dear Mr Ravensworth,")


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        ("bank_account", ["100000"], "up to 100,000 or 100 000 pounds, and 100000 points"),
        ("bank_account", [f"{i:06}" for i in range(200_000, 210_002)], "order 205551"),
        (
            "date_of_birth",
            [f"19{50 + i // 12}-{i % 12 + 1:02}-14" for i in range(300)],
            "open since 1960-03-14",
        ),
    ],
    ids=["round", "one in a hundred", "birthdays"],
)
def test_numbers_that_honest_texts_hold_by_chance_are_not_looked_for(
    kind: str, values: list[str], text: str
) -> None:
    leaks = Leaks()
    leaks.add("phone", "010-2345-6789", "010-0000-0001")
    for value in values:
        leaks.add(kind, value, "-")
    leaks.seal()
    assert leaks.clean(text) == (text, [])
    assert leaks.find("call 01023456789")
    assert leaks.unwatched == len(values)


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask Ada  Smith, please.", "Ada  Smith"),
        ("ask SMITH, ADA please", "SMITH, ADA"),
        ("(Jo Smith)", "Jo Smith"),
        ("AdaSmith에게", "AdaSmith"),
        ("Anna Bo Smith paid", "Anna Bo Smith"),
        ("Anna Smith paid", "Anna Smith"),
        ("Ida Smith and Adam Smith paid, and Ada Smithson", ""),
        ("Ada and Smith", ""),
        ("Smith", ""),
    ],
)
def test_of_a_thousand_people_with_one_family_name_the_right_one_is_found(
    text: str, found: str
) -> None:
    leaks = Leaks()
    for number in range(1000):
        leaks.add("name", f"N{number:03}a Smith", "-")
    for name in ("Ada Smith", "Jo Smith", "Anna Bo Smith"):
        leaks.add("name", name, "-")
    leaks.seal()
    assert [text[leak.start : leak.end] for leak in leaks.find(text)] == ([found] if found else [])
