"""Alpaca: instruction, input, output, system and history, as LLaMA-Factory reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.writers.samples import ENGLISH, KOREAN, PAIR, SUMMARY, lines, sample
from textsynth.writers.alpaca import Alpaca


def test_a_pair_of_turns_is_a_row(tmp_path: Path) -> None:
    target, info = Alpaca().write([ENGLISH, KOREAN], tmp_path, SUMMARY)
    assert target.name == "alpaca.jsonl"
    assert lines(target) == [
        {
            "instruction": 'My card\'s "gone".', "input": "", "output": "I block it.",
            "system": "You help customers.", "history": [],
        },
        {
            "instruction": "카드를 잃어버렸어요.", "input": "",
            "output": "바로 정지해 드릴게요.\n성함이 어떻게 되세요? 🙂", "system": "",
            "history": [],
        },
    ]  # fmt: skip
    assert json.loads(info.read_text("utf8")) == {
        "bank-support_alpaca": {
            "file_name": "alpaca.jsonl",
            "columns": {
                "prompt": "instruction", "query": "input", "response": "output",
                "system": "system", "history": "history",
            },
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("script", "row"),
    [
        pytest.param(
            "u: 1 | a: 2 | u: 3 | a: 4", ("3", "4", "", [["1", "2"]]), id="history-before"
        ),
        pytest.param("u: 1 | u: 2 | a: 3 | a: 4", ("1\n\n2", "3\n\n4", "", []), id="turns-joined"),
        pytest.param("a: 0 | u: 1 | a: 2", ("1", "2", "assistant: 0", []), id="assistant-opens"),
        pytest.param("s: a | u: 1 | s: b | a: 2 | u: 3", ("1", "2", "a\n\nb", []), id="unanswered"),
        pytest.param("u: 1", None, id="no-answer"),
        pytest.param("s: 1 | a: 2", None, id="no-request"),
    ],
)
def test_what_becomes_of_turns(script: str, row: tuple[str, str, str, Any] | None) -> None:
    found = list(Alpaca().rows(sample(script)))
    names = ("instruction", "output", "system", "history")
    assert [tuple(one[name] for name in names) for one in found] == ([row] if row else [])


def test_a_column_goes_into_the_input() -> None:
    (row,) = Alpaca(input="context").rows(sample("u: 1 | a: 2", columns={"context": "facts"}))
    assert row["input"] == "facts"


def test_calls_of_tools_have_no_place() -> None:
    call: Any = {
        "id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}
    }  # fmt: skip
    said: Any = (
        {"role": "user", "content": "1"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "2", "tool_call_id": "c"},
        {"role": "assistant", "content": "3"},
    )
    assert list(Alpaca().rows(sample("", messages=said))) == []


def test_pairs_are_ranked(tmp_path: Path) -> None:
    target, info = Alpaca().write([PAIR, sample("u: 1 | a: 2")], tmp_path, SUMMARY)
    assert lines(target) == [
        {
            "instruction": "Where is my card?", "input": "", "chosen": "It left on Monday.",
            "rejected": "Somewhere.", "system": "You help customers.", "history": [],
        }
    ]  # fmt: skip
    (entry,) = json.loads(info.read_text("utf8")).values()
    assert entry["ranking"] is True
    assert entry["columns"]["chosen"] == "chosen"
    assert "response" not in entry["columns"]


def test_an_unreadable_info_file_stops_it_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text("{", "utf8")
    with pytest.raises(Exception, match="Cannot add the dataset"):
        Alpaca().write([ENGLISH], tmp_path, SUMMARY)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset_info.json"]
