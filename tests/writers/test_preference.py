"""Preference: TRL's explicit form, for samples that are pairs."""

from __future__ import annotations

from pathlib import Path

from tests.writers.samples import ENGLISH, SUMMARY, lines, sample, turns
from textsynth.writers.preference import Preference

PAIR = sample(
    "u: Hi | a: Hello",
    columns={
        "prompt": list(turns("s: Be kind. | u: Hi")),
        "chosen": list(turns("a: Hello")),
        "rejected": list(turns("a: What?")),
    },
)


def test_pairs_are_written_and_nothing_else(tmp_path: Path) -> None:
    (path,) = Preference().write([ENGLISH, PAIR], tmp_path, SUMMARY)
    assert path.name == "preference.jsonl"
    assert lines(path) == [
        {
            "prompt": list(turns("s: Be kind. | u: Hi")),
            "chosen": [{"role": "assistant", "content": "Hello"}],
            "rejected": [{"role": "assistant", "content": "What?"}],
        }
    ]


def test_plain_texts(tmp_path: Path) -> None:
    (path,) = Preference(conversational=False).write([PAIR], tmp_path, SUMMARY)
    assert lines(path) == [{"prompt": "Be kind.\n\nHi", "chosen": "Hello", "rejected": "What?"}]
