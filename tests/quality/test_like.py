"""like: a sample is held to the manner that its facet names."""

from __future__ import annotations

import pytest

from textsynth.quality.like import Like
from textsynth.records import Sample, Setting, Verdict

CASUAL = "hey whats the fee for this stuff"


def word(manner: str | None, text: str, **options: float | bool) -> Verdict:
    screen = Like.model_validate(options).screen(Setting())
    facets = {} if manner is None else {"like": manner}
    made = Sample("s", 0, "b", "classify", "en", (), {"text": text}, facets=facets)
    return screen(made)


@pytest.mark.parametrize(
    ("manner", "text", "reason"),
    [
        ("5-9 words, casual, latin", CASUAL, ""),
        ("8-12 words, casual, latin", CASUAL, ""),
        ("10-12 words, casual, latin", CASUAL, "too_short"),
        ("1-3 words, casual, latin", CASUAL, "too_long"),
        ("5-9 words, formal, latin", CASUAL, "casual_for_formal"),
        ("5-9 words, casual, hangul", CASUAL, "latin_for_hangul"),
        ("5-9 words", CASUAL, ""),
        ("casual", CASUAL, ""),
        ("5-9 words, polite, latin", "Where can I change my address then", ""),
        (None, CASUAL, ""),
    ],
)
def test_the_manner_of_a_text(manner: str | None, text: str, reason: str) -> None:
    verdict = word(manner, text)
    assert (verdict.keep, verdict.reason) == (not reason, reason)


def test_slack_and_switches() -> None:
    assert word("8-12 words", CASUAL, slack=0).reason == "too_short"
    assert word("5-9 words, formal, latin", CASUAL, register_counts=False).keep
    assert word("5-9 words, casual, hangul", CASUAL, language_counts=False).keep
    assert word("20-25 words", CASUAL).score == 7


def test_of_a_conversation_the_user_is_measured() -> None:
    turns = (
        {"role": "user", "content": CASUAL},
        {"role": "assistant", "content": "Dear customer, I would like to inform you. " * 9},
    )
    made = Sample("s", 0, "b", "support", "en", turns, facets={"like": "5-9 words, casual, latin"})  # type: ignore[arg-type]
    assert Like().screen(Setting())(made).keep
