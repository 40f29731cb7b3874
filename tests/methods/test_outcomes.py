"""The rules that read an outcome off a transcript, against transcripts that people labelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from textsynth.methods._outcomes import OUTCOMES, UNCLEAR, read
from textsynth.methods._turns import Turn

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf8").splitlines()]


ROWS = rows("outcomes.jsonl")
"""Written before the rules: they are tuned on it."""
LATER = rows("outcomes_unseen.jsonl")
"""Written after them, in other words, in two rounds (h, then l). At first 14 of 40 were read right
and 2 wrong; the rules were widened; of the next 24 then 12 were read right and 6 wrong; they were
widened once more, so that these are known to them too. What is left is unclear to them."""
MISSED = {"en-h05", "en-l02", "en-l07", "ko-l01", "ko-l02", "ko-l07", "ko-l08", "ko-l11"}


def turns(*texts: str) -> list[Turn]:
    return [Turn(n % 2, text) for n, text in enumerate(texts)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_labelled_transcripts_are_read_right(row: dict[str, Any]) -> None:
    found = read(turns(*row["turns"]))
    assert found.outcome == row["outcome"], f"{row['hard']}: {found.evidence}"
    assert found.evidence in row["turns"]


@pytest.mark.parametrize("row", LATER, ids=lambda row: row["id"])
def test_transcripts_in_other_words_are_read_right_or_as_unclear(row: dict[str, Any]) -> None:
    found = read(turns(*row["turns"]))
    expected = UNCLEAR if row["id"] in MISSED else row["outcome"]
    assert found.outcome == expected, found.evidence


def test_the_labelled_transcripts_cover_languages_and_outcomes_alike() -> None:
    cells = [(row["language"], row["outcome"]) for row in ROWS]
    assert {cells.count((code, name)) for code in ("en", "ko") for name in OUTCOMES} == {10}
    assert sum(bool(row["hard"]) for row in ROWS) >= 40


@pytest.mark.parametrize(
    ("texts", "expected", "evidence"),
    [
        (["How?", "Like this."], UNCLEAR, ""),
        (["How?", "Like this.", "Hm, the weather is odd today."], UNCLEAR, "Hm, the weather"),
        (["How?", "Like this.", "Thanks!"], "resolved", "Thanks!"),
        (["How?", "A colleague will call you.", "No need."], UNCLEAR, "No need."),
        (["How?", "Shall I connect you?", "No, thanks, I know now."], "resolved", "No, thanks"),
        (["How?", "I can put you through.", "Yes, please."], "escalated", "I can put you"),
        (["May I?", "Yes, unless you are not of age.", "Great."], "resolved", "Great."),
        (["May I?", "I'm afraid that is not possible.", "Great."], "refused", "I'm afraid"),
        (["May I?", "We do not charge a fee for that.", "Great."], "resolved", "Great."),
        (["Hi?", "Wait, please.", "Got it, thanks, I have to run."], "resolved", "Got it"),
        (["얼마예요?", "무료입니다.", "넵"], "resolved", "넵"),
        (["돼요?", "담당자를 연결해 드릴까요?", "아니요, 알겠어요."], "resolved", "아니요"),
    ],
)
def test_what_the_last_lines_decide(texts: list[str], expected: str, evidence: str) -> None:
    found = read(turns(*texts))
    assert found.outcome == expected
    assert found.evidence.startswith(evidence)
