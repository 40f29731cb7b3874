"""Stand-ins and placeholders: consistent, in format, impossible, the same in any process."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.privacy.planted import rows
from textsynth.errors import JobError
from textsynth.privacy import Pseudonyms, Redacted, find, normal
from textsynth.privacy.checks import luhn, right_iban
from textsynth.privacy.particles import last_sound

ROOT = Path(__file__).parents[2]
TEXTS = [row["text"] for name in ("planted", "second") for row in rows(name)]


def stand_in(text: str, kind: str, document: str = "d") -> str:
    redacted = Pseudonyms(3).redact(text, document)
    (edit,) = [one for one in redacted.replaced if one.kind == kind]
    return redacted.text[edit.new_start : edit.new_end]


@pytest.mark.parametrize("style", ["surrogate", "placeholder"])
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_outside_of_the_edits_both_texts_are_equal(text: str, style: str) -> None:
    redacted = Pseudonyms(1, style).redact(text)  # type: ignore[arg-type]
    old = new = 0
    for edit in redacted.replaced:
        assert text[old : edit.start] == redacted.text[new : edit.new_start]
        old, new = edit.end, edit.new_end
    assert text[old:] == redacted.text[new:]
    assert [(f.kind, f.start) for f in find(text)] == [(e.kind, e.start) for e in redacted.replaced]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_value_is_left_in_the_text(text: str) -> None:
    redacted = Pseudonyms(5).redact(text)
    for kind, value in redacted.values:
        if len(value) > 2:
            assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", redacted.text), kind


def test_one_value_has_one_stand_in_whatever_its_spelling() -> None:
    text = "전화 010-1234-5678, 다시 01012345678, 또 +82 10 1234 5678. 다른 번호 010-9999-8888."
    redacted = Pseudonyms(1).redact(text)
    shown = [redacted.text[e.new_start : e.new_end] for e in redacted.replaced]
    assert len({normal("phone", value) for value in shown[:3]}) == 1
    assert normal("phone", shown[3]) != normal("phone", shown[0])
    assert [re.sub("[0-9]", "9", value) for value in shown] == [
        "999-9999-9999",
        "99999999999",
        "+99 99 9999 9999",
        "999-9999-9999",
    ]


def test_two_values_of_a_document_never_share_a_stand_in() -> None:
    people = "name,email,ip\n" + "".join(
        f"Jane Doe{chr(97 + i % 26)}{chr(97 + i // 26)},u{i}@mail.org,"
        f"83.1.{i // 200}.{i % 200 + 1}\n"
        for i in range(300)
    )
    redacted = Pseudonyms(2).redact(people)
    shown: dict[tuple[str, str], str] = {}
    for edit in redacted.replaced:
        key = edit.kind, normal(edit.kind, people[edit.start : edit.end])
        shown[key] = redacted.text[edit.new_start : edit.new_end]
    assert len(shown) == 900
    assert len(set(shown.values())) == 900


@pytest.mark.parametrize(
    ("write", "shape"),
    [
        (
            lambda i: f"call (415) 8{i // 100:02}-{i % 100:02}71",
            r"\(\d{3}\) (555-01|0\d\d-\d\d)\d\d",
        ),
        (lambda i: f"call 079{i // 100:02} 12{i % 100:02}56", r"07700 900\d{3}|01632 \d{6}"),
        (
            lambda i: f"from 81.145.{i // 100}.{i % 100 + 1}",
            r"(192\.0\.2|198\.51\.100|203\.0\.113|198\.1[89]\.\d+)\.\d+",
        ),
    ],
    ids=["american", "british", "ip"],
)
def test_a_range_that_is_used_up_gives_way_to_a_wider_one(
    write: Callable[[int], str], shape: str
) -> None:
    pseudonyms, shown = Pseudonyms(1), []
    for number in range(2600):
        text = pseudonyms.redact(write(number), "d").text
        shown.append(text.split(" ", 1)[1])
    assert len(set(shown)) == 2600
    assert [one for one in shown if not re.fullmatch(shape, one)] == []


def test_two_people_may_have_one_birthday_but_nobody_keeps_a_real_one() -> None:
    days = [f"{1960 + i // 336}-{i // 28 % 12 + 1:02}-{i % 28 + 1:02}" for i in range(3000)]
    pseudonyms = Pseudonyms(1)
    shown = [pseudonyms.redact(f"DOB: {day}", "d", raw=True).text[5:] for day in days]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", one) for one in shown)
    assert not [one for one, day in zip(shown, days, strict=True) if one == day]


def test_a_value_that_equals_a_stand_in_goes_too() -> None:
    pseudonyms = Pseudonyms(1)
    taken = pseudonyms.redact("DOB: 1961-02-14", "d", raw=True).text
    assert pseudonyms.redact(taken, "d").text == taken
    assert pseudonyms.redact(taken, "d", raw=True).text != taken


def test_documents_differ_and_a_document_stays() -> None:
    text = "Write to jane@acme.org"
    one, two = Pseudonyms(1), Pseudonyms(1)
    assert one.redact(text, "a") == two.redact(text, "a")
    assert one.redact(text, "a") != one.redact(text, "b")
    assert one.redact(text, "a") != Pseudonyms(2).redact(text, "a")


def test_a_person_named_in_one_turn_is_known_in_the_next() -> None:
    pseudonyms = Pseudonyms(1)
    first = pseudonyms.redact("My name is Bethany Croft.", "talk").text
    given, family = re.findall(r"is (\w+) (\w+)", first)[0]
    second = pseudonyms.redact("Thanks, Ms Croft.", "talk").text
    assert second == f"Thanks, Ms {family}."
    assert given != "Bethany"


def test_redacting_again_in_the_same_document_changes_nothing() -> None:
    pseudonyms = Pseudonyms(1)
    for number, text in enumerate(TEXTS):
        once = pseudonyms.redact(text, f"doc {number}").text
        again = pseudonyms.redact(once, f"doc {number}")
        assert not [e.kind for e in again.replaced if e.kind in ("email", "phone", "card", "ip")]


def test_placeholders_are_numbered_and_of_the_language() -> None:
    pseudonyms = Pseudonyms(0, "placeholder")
    english = "I'm Jane Doe, jane@acme.org. Ms Doe also has j2@acme.org, not jane@acme.org."
    assert pseudonyms.redact(english).text == (
        "I'm [NAME_1], [EMAIL_1]. Ms [NAME_1] also has [EMAIL_2], not [EMAIL_1]."
    )
    korean = "김민수 고객님, minsu@naver.com으로 보냈습니다. 김민수님 맞으시죠?"
    redacted = pseudonyms.redact(korean)
    assert redacted.text == "[이름_1] 고객님, [이메일_1]으로 보냈습니다. [이름_1]님 맞으시죠?"
    assert pseudonyms.redact(redacted.text).replaced == ()


@pytest.mark.parametrize("number", range(12))
def test_korean_particles_agree_with_the_new_name(number: int) -> None:
    text = "김민수 고객님 건입니다. 김민수가 왔고 김민수를 봤고 김민수는 김민수와 김민수로 불린다."
    redacted = Pseudonyms(number).redact(text)
    name = redacted.text[:3]
    sound = last_sound(name)
    after = re.findall(rf"{name}(이|가|을|를|은|는|과|와|으로|로)(?= )", redacted.text)
    full = ["이", "을", "은", "과", "로" if sound == 2 else "으로"]
    assert after == (full if sound else ["가", "를", "는", "와", "로"])


def test_a_particle_follows_a_number_too() -> None:
    text = "번호는 010-1234-5672이고 메일은 a@b.kr로, 다른 번호는 010-1234-5673이요."
    redacted = Pseudonyms(3).redact(text).text
    assert re.search(r"010-00\d\d-\d{4}(?<=[013678])이요|(?<=[2459])요", redacted)


def test_a_spaced_name_stays_spaced() -> None:
    redacted = Pseudonyms(3).redact("성명 : 김 민 수\n김민수 드림").text
    spaced, closed = redacted.removeprefix("성명 : ").split("\n")
    assert spaced.replace(" ", "") == closed.removesuffix(" 드림") != "김민수"
    assert spaced.count(" ") == 2


@pytest.mark.parametrize(
    ("value", "sound"), [("민수", 0), ("지훈", 1), ("한별", 2), ("5670", 1), ("5671", 2), ("x", 0)]
)
def test_the_last_sound_is_heard(value: str, sound: int) -> None:
    assert last_sound(value) == sound


@pytest.mark.parametrize(
    ("text", "kind", "pattern"),
    [
        ("to jane.doe@acme.co.uk now", "email", r"[a-z.0-9]+@example\.(com|org|net)"),
        (
            "to jane (at) acme (dot) com",
            "email",
            r"[a-z.0-9]+ \(at\) example \(dot\) (com|org|net)",
        ),
        ("call 07911 123456", "phone", r"07700 900\d{3}"),
        ("call +44 7911 123456", "phone", r"\+44 7700 900\d{3}"),
        ("call (415) 867-2671", "phone", r"\(\d{3}\) 555-01\d\d"),
        ("전화 010-4821-7730", "phone", r"010-00\d\d-\d{4}"),
        ("전화 02-732-9918", "phone", r"02-00\d-\d{4}"),
        ("SSN 524-71-3386", "national_id", r"9\d\d-[1-4]\d-\d{4}"),
        ("NI number AB 12 34 56 C", "national_id", r"QQ \d\d \d\d \d\d C"),
        ("주민번호 860314-2148816", "national_id", r"\d\d(023[01]|0431|0631|0931|1131)-2\d{6}"),
        ("from 81.145.33.207", "ip", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+"),
        ("from 2a02:c7f::77ff:a912", "ip", r"2001:db8::[0-9a-f:]+"),
        ("차량 38나 4417", "vehicle", r"00[가-힣] \d{4}"),
        ("key AKIA4QZJ7MTX2WNB6RLC", "secret", r"AKIA[A-Z0-9]{9}EXAMPLE|AKIA[A-Z0-9]{16}"),
        ("DOB: 14/02/1961", "date_of_birth", r"\d\d/\d\d/19(5|6)\d"),
        ("생년월일 1992년 8월 21일", "date_of_birth", r"19[89]\d년 \d+월 \d\d일"),
    ],
)
def test_stand_ins_keep_the_format_and_cannot_be_real(text: str, kind: str, pattern: str) -> None:
    assert re.fullmatch(pattern, stand_in(text, kind))


def test_cards_and_ibans_fail_their_checks() -> None:
    for number in range(50):
        card = stand_in("card 4539 5787 6362 1486", "card", str(number))
        assert re.fullmatch(r"4\d{3}( \d{4}){3}", card)
        assert not luhn(card.replace(" ", ""))
        iban = stand_in("IBAN GB29 NWBK 6016 1331 9268 19", "iban", str(number))
        assert re.fullmatch(r"GB00 [A-Z]{4}( \d{4}){3} \d\d", iban)
        assert not right_iban(iban.replace(" ", ""))


def test_allowed_values_stay() -> None:
    text = "Mail help@fern.example or jo@fern.example, call 020 7183 8750, ask Dr Ravensworth."
    allow = ["*@fern.example", "+44 20 7183 8750", "ravensworth"]
    assert Pseudonyms().redact(text, allow=allow).text == text
    assert Pseudonyms().redact(text).text != text


def test_no_value_is_shown_by_a_repr() -> None:
    pseudonyms = Pseudonyms(1)
    redacted = pseudonyms.redact("Write to jane@acme.org", "d")
    assert redacted.values == {("email", "jane@acme.org")}
    assert "jane" not in repr(redacted)
    assert "jane" not in repr(pseudonyms)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(JobError, match="style of redaction"):
        Pseudonyms(0, "black bars")  # type: ignore[arg-type]


def everything() -> str:
    """A digest of every text, redacted; for processes to compare."""
    parts: list[Redacted] = [Pseudonyms(4).redact(text, str(i)) for i, text in enumerate(TEXTS)]
    return hashlib.sha256("\n".join(part.text for part in parts).encode()).hexdigest()


def test_another_process_writes_the_same_bytes() -> None:
    code = "from tests.privacy.test_pseudonyms import everything; print(everything())"
    digests = {everything()}
    for seed in ("0", "12345"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            cwd=ROOT, env=environment,
        )  # fmt: skip
        digests.add(ran.stdout.strip())
    assert len(digests) == 1
