"""Unpaired preference: each answer of a pair alone, with a verdict."""

from __future__ import annotations

from pathlib import Path

from tests.writers.samples import ENGLISH, PAIR, SUMMARY, lines, turns
from textsynth.writers.preference import Preference
from textsynth.writers.unpaired_preference import UnpairedPreference


def test_two_rows_a_pair(tmp_path: Path) -> None:
    (target,) = UnpairedPreference().write([ENGLISH, PAIR], tmp_path, SUMMARY)
    prompt = list(turns("s: You help customers. | u: Where is my card?"))
    assert lines(target) == [
        {"prompt": prompt, "completion": list(turns("a: It left on Monday.")), "label": True},
        {"prompt": prompt, "completion": list(turns("a: Somewhere.")), "label": False},
    ]


def test_plain_texts() -> None:
    rows = list(UnpairedPreference(conversational=False).rows(PAIR))
    asked = "You help customers.\n\nWhere is my card?"
    assert rows == [
        {"prompt": asked, "completion": "It left on Monday.", "label": True},
        {"prompt": asked, "completion": "Somewhere.", "label": False},
    ]


def test_implicit_pairs_hold_the_prompt_twice() -> None:
    (row,) = Preference(implicit=True).rows(PAIR)
    asked = "s: You help customers. | u: Where is my card?"
    assert row == {
        "chosen": list(turns(f"{asked} | a: It left on Monday.")),
        "rejected": list(turns(f"{asked} | a: Somewhere.")),
    }
