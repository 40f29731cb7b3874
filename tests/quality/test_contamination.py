"""Contamination: items of test sets in rows, whole, in part and nearly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.quality.samples import chat
from textsynth.errors import InputError, JobError
from textsynth.quality.contamination import Contamination
from textsynth.records import Closing, Sample, Setting, Verdict
from textsynth.screening import Screening

ITEMS: list[dict[str, Any]] = [
    {"question": "A farmer has seventeen sheep and all but nine run away through the open gate at "
     "dusk; how many sheep are left?", "choices": ["8", "9", "17"], "answer": "9"},
    {"question": "What is the capital of Australia?", "choices": ["Sydney", "Canberra"],
     "answer": "Canberra"},
    {"question": "다음 글을 읽고 물음에 답하시오. 철수는 아침마다 강가를 따라 여덟 킬로미터를 "
     "달리고 나서 도서관에서 세 시간 동안 책을 읽는다. 그는 몇 시간을 쓰는가?", "answer": "4"},
    {"question": "수도가 어디인지 쓰시오", "answer": "서울"},
]  # fmt: skip

Asked = Callable[..., Verdict]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """What a screen says of one sample; the set is `exam.jsonl`."""
    lines = "\n".join(json.dumps(item, ensure_ascii=False) for item in ITEMS)
    (tmp_path / "exam.jsonl").write_text(lines, "utf8")

    def ask(sample: Sample, **options: Any) -> Verdict:
        part = Contamination.model_validate({"sets": "exam.jsonl", **options})
        return part.screen(Setting(home=tmp_path))(sample)

    return ask


@pytest.mark.parametrize(
    ("text", "by"),
    [
        (
            "Try this: a farmer has SEVENTEEN sheep, and all but nine run away through the gate.",
            "run",
        ),
        (f"{ITEMS[0]['question']}", "run"),
        ("what is the capital of australia", "whole"),
        (
            "철수는 아침마다 강가를 따라 여덟킬로미터를 달리고나서 도서관에서 세시간동안 책을",
            "run",
        ),
        ("수도가 어디 인지 쓰시오!", "whole"),
    ],
    ids=["part", "verbatim", "short", "ko", "ko short"],
)
def test_an_item_is_found(asked: Asked, text: str, by: str) -> None:
    word = asked(chat(text, "Fine."))
    assert (word.keep, word.reason) == (False, "in_exam")
    assert (word.details["set"], word.details["by"]) == ("exam", by)
    assert word.details["where"] == "user 0"
    shown = text[word.details["start"] : word.details["end"]]
    assert shown[:20] in word.details["text"] or by == "run"


def test_an_item_with_a_word_changed_now_and_then_is_nearly_the_same(asked: Asked) -> None:
    text = str(ITEMS[0]["question"]).replace("run", "walk")
    whole = asked(chat(str(ITEMS[0]["question"]), "?"))
    word = asked(chat(text, "?"), near=0.6)
    assert (word.details["by"], word.details["item"]) == ("near", whole.details["item"])
    assert word.score is not None
    assert 0.6 <= word.score < 1
    assert asked(chat(text, "?"), near=None).keep


@pytest.mark.parametrize(
    "text",
    ["9", "Canberra", "서울", "What is the capital of Austria?", "A farmer has seventeen sheep.",
     "In Canberra, what is the capital of Australia known for?", "철수는 강가를 따라 달린다."],
)  # fmt: skip
def test_what_no_item_is_stays(asked: Asked, text: str) -> None:
    assert asked(chat(text, "9")).keep


def test_columns_of_the_set_and_of_the_row(asked: Asked) -> None:
    sample = chat("Hello there", "Good day", columns={"source": "What is the capital of Australia"})
    assert asked(sample).keep
    assert not asked(sample, columns=["source"]).keep
    only = {"from": "exam.jsonl", "columns": "choices", "name": "my exam"}
    assert asked(chat(str(ITEMS[0]["question"]), "?"), sets=[only]).keep


@pytest.mark.parametrize(
    ("sets", "words"),
    [(["nowhere.jsonl"], "nowhere"), ([{"from": "exam.jsonl", "columns": ["prompt"]}], "prompt")],
    ids=["no file", "no column"],
)
def test_a_set_that_cannot_be_read_is_told(asked: Asked, sets: list[Any], words: str) -> None:
    with pytest.raises((InputError, JobError), match=words):
        asked(chat("a", "b"), sets=sets)


@pytest.mark.parametrize(
    ("sets", "words"),
    [(["nowhere.jsonl"], "nowhere"), ([{"from": "exam.jsonl", "columns": ["prompt"]}], "prompt")],
    ids=["no file", "no column"],
)
def test_check_misses_a_set_before_anything_is_asked(
    tmp_path: Path, asked: Asked, sets: list[Any], words: str
) -> None:
    assert asked(chat("a", "b")).keep
    with pytest.raises((InputError, JobError), match=words):
        Contamination(sets=sets).cautions(Setting(home=tmp_path))
    assert Contamination(sets=["exam.jsonl"]).cautions(Setting(home=tmp_path)) == ()


def test_the_table_counts_items_and_rows_by_set(tmp_path: Path, asked: Asked) -> None:
    assert asked(chat("a", "b")).keep
    (tmp_path / "other.jsonl").write_text(
        json.dumps({"q": "Name four rivers of Spain now"}), "utf8"
    )
    part = Contamination.model_validate({"sets": ["exam.jsonl", "other.jsonl"]})
    screening = Screening([part], Setting(home=tmp_path))
    rows = [chat(text, "ok") for text in
            ("What is the capital of Australia?", "what is the capital of australia", "Hello you",
             str(ITEMS[0]["question"]))]  # fmt: skip
    screened = []
    for row in rows:
        sample, verdicts, _ = screening.decide(screening.look(row))
        screened.append((sample, tuple(verdicts)))
    (table,) = part.closing(Closing(tmp_path, tmp_path, [], [], screened=screened))
    assert table.rows == (("exam", 4, 2, 3, 1, 2, 0), ("other", 1, 0, 0, 0, 0, 0))
