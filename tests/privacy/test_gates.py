"""Gates before slow patterns lose nothing: the same findings with every gate open."""

from __future__ import annotations

import random

import pytest

from tests.privacy.planted import rows
from textsynth.privacy import find, gates
from textsynth.privacy.folding import _UNUSUAL as UNUSUAL
from textsynth.privacy.folding import _tables, fold

SETS = ("planted", "second", "clean", "second_clean")
EDGES = (
    "Hi Sarah, thanks Bob. Regards,\n  Jane Doe", "Best wishes!\n-- Omar", "Nurse van der Berg",
    "my name's Liam O'Neill and this is Mary-Jane Watson", "CUSTOMER NAME: jane doe",
    "cc= Tom Ford", "niAB 12 34 56 C", "AB123456C", "ab 12 34 56 c national insurance",
    "GB82 WEST 1234 5698 7654 32", "born 3 May 1980", "d.ob: 1980-05-03", "80년 5월 3일생",
    "1980.5.3 출생", "Flat 2, 10 High Street", "P.O. Box 12", "우편번호 12345", "105동 1203호",
    "12가 3456", "서울 12가3456", "a [at] b dot com", "me ( @ ) host.com", "me at host dot com",
    "fe80::1:2", "::1", "pin 1234", "PIN: 1234", "shopping", "api key = aB3dE5",
    "access key: Zz9", "인증키는 a1b2c3", "보안 코드: 99x1", "bearer abcdef0123456789",
    "저는 김민수입니다", "전 박서연이라고 합니다", "이서준 드림", "성명: 홍 길 동",
    "김민수: 네\n김민수: 아니요", "홍길동 (010-1234-5678)", "[10:21] 김민수: 안녕",
    "안녕하세요, 최지우예요", "예금주 이지은",
)  # fmt: skip


def texts() -> list[str]:
    pick = random.Random(5)
    base = [*EDGES, *(row["text"] for name in SETS for row in rows(name))]
    made = list(base)
    for _ in range(900):
        text = pick.choice(base)
        start, end = sorted((pick.randint(0, len(text)), pick.randint(0, len(text))))
        made.append(
            pick.choice(
                (
                    text[start:end], text.replace(" ", "\n", 3), text.lower(), text.upper(),
                    text + " " + pick.choice(base), text.replace(".", "!\n"), text.replace(" ", ""),
                )
            )
        )  # fmt: skip
    return made


def test_the_same_is_found_with_every_gate_open(monkeypatch: pytest.MonkeyPatch) -> None:
    made = texts()
    fast = [find(text) for text in made]
    monkeypatch.setattr(gates, "OPEN", True)
    assert sum(map(len, fast)) > 500
    for text, found in zip(made, fast, strict=True):
        assert find(text) == found, text


def test_no_letter_that_is_written_differently_passes_for_a_usual_one() -> None:
    table, odd = _tables()
    usual = [chr(code) for code in range(0x110000) if not UNUSUAL.search(chr(code))]
    assert len(usual) > 11_000
    assert not [letter for letter in usual if ord(letter) in table or odd.search(letter)]
    assert fold("０１０–１２３４").text == "010-1234"


@pytest.mark.parametrize(
    "text",
    [
        "다시 받으시려면 78,000원이 들어요.",
        "잠시 쉬었다 가시면 20분이 걸립니다.",
        "혹시 바꾸시려면 12일까지 오세요.",
    ],
)
def test_a_conditional_before_a_number_is_no_address(text: str) -> None:
    assert find(text) == []
    assert [one.kind for one in find("주소는 평택시 솔빛면 78번지입니다.")] == ["address"]
