"""OpenAI: the rules of its fine-tuning files, for chats and for pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.writers.samples import ENGLISH, PAIR, SUMMARY, lines, sample
from textsynth.writers.openai import Openai


@pytest.mark.parametrize(
    ("script", "roles"),
    [
        pytest.param("s: 0 | u: 1 | a: 2 | u: 3", ["system", "user", "assistant"], id="cut"),
        pytest.param("a: 0 | u: 1 | a: 2", ["assistant", "user", "assistant"], id="opened"),
        pytest.param("u: 1", None, id="no-answer"),
        pytest.param("s: 0 | a: 1", None, id="no-user"),
    ],
)
def test_a_row_ends_with_the_assistant(script: str, roles: list[str] | None) -> None:
    found = [[m["role"] for m in row["messages"]] for row in Openai().rows(sample(script))]
    assert found == ([roles] if roles else [])


def test_earlier_answers_weigh_nothing_where_only_the_last_is_learned() -> None:
    (row,) = Openai(learn="last").rows(sample("u: 1 | a: 2 | u: 3 | a: 4"))
    assert [turn.get("weight") for turn in row["messages"]] == [None, 0, None, None]


def test_pairs(tmp_path: Path) -> None:
    (target,) = Openai().write([PAIR, ENGLISH], tmp_path, SUMMARY)
    assert target.name == "openai.jsonl"
    assert lines(target) == [
        {
            "input": {
                "messages": [
                    {"role": "system", "content": "You help customers."},
                    {"role": "user", "content": "Where is my card?"},
                ]
            },
            "preferred_output": [{"role": "assistant", "content": "It left on Monday."}],
            "non_preferred_output": [{"role": "assistant", "content": "Somewhere."}],
        }
    ]
