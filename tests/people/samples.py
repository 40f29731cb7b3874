"""Personas that several tests use."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

NURSE: Row = {
    "id": "nurse", "description": "A night nurse who pays her bills at four in the morning.",
    "attributes": {"occupation": "Nurse", "age_band": "25-34"}, "language": "en",
}  # fmt: skip
BAKER: Row = {
    "id": "baker", "description": "A baker who banks coins on Mondays and asks about fees.",
    "attributes": {"occupation": "Baker", "age_band": "45-54"}, "language": "en",
}  # fmt: skip
VET: Row = {
    "id": "vet",
    "description": "Treats horses in the hills; pays by card and reads each statement.",
    "attributes": {"occupation": "Vet", "age_band": "25-34", "pets": ["dog", "parrot"]},
    "background": "Grew up on a sheep farm.", "language": "en",
}  # fmt: skip
FLORIST: Row = {
    "id": "florist", "description": "상가에서 꽃집을 운영하며 카드 수수료와 환불을 자주 묻습니다.",
    "attributes": {"occupation": "꽃집 사장"}, "language": "ko",
}  # fmt: skip
NURSE_KO: Row = {
    "id": "nurse-ko",
    "description": "병동에서 밤에 일하는 간호사가 새벽에 앱으로 적금을 확인합니다.",
    "attributes": {"occupation": "간호사"}, "language": "ko",
}  # fmt: skip
ACCOUNTANT_JA: Row = {
    "id": "accountant-ja", "description": "京都の会計士で、確定申告の時期は夜まで働きます。",
    "language": "ja",
}  # fmt: skip
PEOPLE = [NURSE, BAKER, VET, FLORIST, NURSE_KO, ACCOUNTANT_JA]


def placed(*rows: Row) -> list[tuple[str, Row]]:
    """Rows as a store takes them, each with a place."""
    return [(f"line {n} of 'people.jsonl'", row) for n, row in enumerate(rows, start=1)]


def crowd(count: int, start: int = 0) -> list[Row]:
    """So many different rows that share the word clerk."""
    return [
        {"id": f"p{n:06d}", "description": f"A clerk with the number n{n} who keeps ledgers."}
        for n in range(start, start + count)
    ]
