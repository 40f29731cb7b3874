"""Replies for Self-Instruct by a model that knows a number of tasks and no more."""

from __future__ import annotations

import zlib
from typing import Any

from tests.servers.scripts import is_korean, prompt_texts

WORDS = [
    "tide",
    "lock",
    "yeast",
    "sail",
    "glue",
    "echo",
    "rust",
    "dew",
    "moth",
    "kiln",
    "oar",
    "well",
    "loom",
    "mill",
    "quay",
    "barn",
]
VERBS = ["Sort", "Count", "Name", "Rhyme", "Weigh", "Mend", "Sell", "Rank", "Paint", "Hide"]
KO_WORDS = [
    "밀물",
    "자물쇠",
    "누룩",
    "돛단배",
    "풀칠",
    "메아리",
    "녹슨못",
    "이슬",
    "나방",
    "가마터",
    "노젓기",
    "우물",
    "베틀",
    "물레방아",
    "부두",
    "헛간",
]
KO_VERBS = [
    "설명해",
    "비교해",
    "요약해",
    "정리해",
    "추천해",
    "분류해",
    "묘사해",
    "번역해",
    "칭찬해",
    "평가해",
]


def writer(breadth: int) -> Any:
    """A model that knows so many tasks, two fifths of them choices, in English and Korean."""

    def answer(request: dict[str, Any]) -> str:
        texts = prompt_texts(request)
        korean = is_korean(request)
        mark = zlib.crc32("".join(texts).encode())
        if "Some tasks:" in texts[1] or "과제의 예:" in texts[1]:
            numbers = [(mark // 7**n) % breadth for n in range(3)]
            return "\n".join(f"{n}. {task(one, korean)}" for n, one in enumerate(numbers, 1))
        if "label or text" in texts[0]:
            return "label" if mark % 5 < 2 else "text"
        if "한 낱말로만" in texts[0]:
            return "선택" if mark % 5 < 2 else "글"
        if texts[0].startswith(("List all", "과제에 답할 수 있는")):
            return "위, 아래" if korean else "up, down"
        if "reply none" in texts[0] or "'없음'이라고만" in texts[0]:
            given = f"목록 {mark % 1000}" if korean else f"List {mark % 1000}"
            return given if mark % 2 == 0 else ("없음" if korean else "none")
        return f"답은 {mark % 10_000}입니다." if korean else f"The answer is {mark % 10_000}."

    return answer


def task(which: int, korean: bool) -> str:
    """A task by its number; tasks whose numbers are near share words."""
    places = [(which * k + which // 16) % 16 for k in (1, 3, 5)]
    if korean:
        a, b, c = (KO_WORDS[place] for place in places)
        return f"{a}, {b}, {c}에 쓰는 {which}번 글을 {KO_VERBS[which % 10]} 주세요."
    a, b, c = (WORDS[place] for place in places)
    return f"{VERBS[which % 10]} {a} {b} for {c} number {which}."
