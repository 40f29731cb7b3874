"""Tells: rows full of a model's phrases go, unless the job's own texts use them as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality._tells_data import ENGLISH, KOREAN
from textsynth.quality.tells import Tells
from textsynth.records import Closing, Setting

ASK = "How do I close my account with you?"
FULL = (
    "Certainly! I'd be happy to help. It's important to note that closing an account is a pivotal "
    "step. Let's dive in and navigate the complexities of our robust process. I hope this helps!"
)
KOREAN_FULL = (
    "좋은 질문입니다! 카드 해지에 대해 알아보겠습니다. 카드 해지는 매우 중요합니다. 다음과 "
    "같은 방법을 통해 다양한 "
    "측면을 고려해야 합니다. 결론적으로 도움이 되셨기를 바랍니다."
)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (FULL, "it's important to note"), (FULL.replace("'", "’"), "i'd be happy to help"),
        (KOREAN_FULL, "에 대해 알아보겠습니다"),
        ("It is not just a card, but a key. We delve into it — fast — well — and — so on. "
         "Moreover, "
         "we foster a bond.", "not just X but Y"),
        ("It delves — it shows — it — and — then — showcases robust — things.", "— (em dash)"),
    ],
    ids=["english", "curly", "korean", "pattern", "dashes"],
)  # fmt: skip
def test_a_row_full_of_tells_goes(text: str, phrase: str) -> None:
    said = verdict(Tells(), chat(ASK, text))
    assert (said.keep, said.reason) == (False, "tells")
    assert phrase in said.details["found"]
    assert said.score is not None
    assert said.score > 25
    assert verdict(Tells(max_rate=200), chat(ASK, text)).keep


@pytest.mark.parametrize(
    "text",
    [
        "Ultimately, it takes two days. Feel free to write again. Thank you for your patience.",
        "I understand your frustration. I apologize for any inconvenience. Is there anything else "
        "I can help with?",
        "불편을 드려 죄송합니다. 확인 후 연락드리겠습니다. 더 궁금한 점 있으시면 언제든지 "
        "문의해 주세요. 양해 "
        "부탁드립니다.",
        "The fee — as of May — is $5 — paid monthly.",
        f"```\n{FULL}\n```",
    ],
    ids=["a-few", "courtesy", "korean-courtesy", "dashes", "code"],
)
def test_a_few_are_no_fault(text: str) -> None:
    assert verdict(Tells(), chat(ASK, text)).keep


def test_a_long_row_may_hold_more() -> None:
    plain = "You can pay it at any branch of ours on any day of the week before noon. " * 30
    assert verdict(Tells(), chat(ASK, plain + FULL)).keep


def test_what_the_jobs_own_texts_say_is_no_tell() -> None:
    own = [{"id": str(n), "text": f"Case {n}. {FULL if n % 8 == 0 else ASK}"} for n in range(40)]
    row = chat(ASK, FULL)
    assert Tells().screen(Setting(rows={"like": own}))(row).keep
    assert not Tells(usual=0.5).screen(Setting(rows={"like": own[:2]}))(row).keep
    assert not Tells().screen(Setting(rows={"like": own[1:8] * 5}))(row).keep


def test_what_is_expected_of_a_row_is_taken_off() -> None:
    own = [{"id": str(n), "text": f"{n} {FULL if n % 2 else ASK}"} for n in range(40)]
    row = chat(ASK, FULL + " " + ASK)
    assert not verdict(Tells(usual=1), row).keep
    assert Tells(usual=1).screen(Setting(rows={"like": own}))(row).keep


def test_own_phrases_and_exceptions() -> None:
    row = chat(ASK, "Blue skies ahead! We wish you blue skies, clear seas and green lights.")
    assert verdict(Tells(), row).keep
    mine = Tells(more=["Blue skies", "clear seas", "green lights"])
    assert verdict(mine, row).details["found"] == ["blue skies", "clear seas", "green lights"]
    assert verdict(Tells(more=mine.more, allow=["clear seas"]), row).keep


def test_the_table_names_the_tells_of_kept_rows_and_of_the_jobs_texts() -> None:
    part = Tells()
    part.screen(Setting(rows={"chunk": [{"id": "1", "text": "We delve into robust loans here."}]}))
    kept = [chat(ASK, FULL), chat(ASK, "We delve into it. A robust, robust card.")]
    (table,) = part.closing(Closing(Path(), Path(), kept, []))
    assert "1 texts of the job" in table.title
    robust = next(row for row in table.rows if row[0] == "robust")
    assert (str(robust[1])[-3:], str(robust[2])[-3:], robust[4]) == ("(3)", "(1)", 2)
    assert next(row for row in table.rows if row[0] == "pivotal")[3] == "never there"
    assert part.closing(Closing(Path(), Path(), [chat(ASK, "Yes.")], [])) == ()
    (alone,) = Tells().closing(Closing(Path(), Path(), kept, []))
    assert alone.rows[0][2:4] == ("-", "-")


@pytest.mark.parametrize("listed", [ENGLISH, KOREAN], ids=["english", "korean"])
def test_the_lists_are_whole(listed: str) -> None:
    lines = listed.strip("\n").split("\n")
    assert len(lines) >= 60
    assert len(set(lines)) == len(lines)
    assert all(line == line.lower() or " ~ " in line or "X" in line for line in lines)
