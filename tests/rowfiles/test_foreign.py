"""Rows of others become conversations, and come out again as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from textsynth.errors import InputError
from textsynth.rowfiles.foreign import put_together, shape_of, taken_apart
from textsynth.rowfiles.holes import Unreadable
from textsynth.rowfiles.sample_rows import Names

CALL = {"id": "c1", "type": "function", "function": {"name": "fee", "arguments": '{"card": "x"}'}}

ROWS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "prompt and completion": (
        {"id": "a", "prompt": "Fee?", "completion": "Two.", "score": 0.5, "tags": ["x", None]},
        [("user", "Fee?"), ("assistant", "Two.")],
    ),
    "alpaca": (
        {"instruction": "Sum\n\nup:", "input": "One.\n\nTwo.", "output": "Both.", "meta": {"n": 1}},
        [("user", "Sum\n\nup:\n\nOne.\n\nTwo."), ("assistant", "Both.")],
    ),
    "alpaca without input": (
        {"instruction": "Say hi", "input": "", "output": "Hi."},
        [("user", "Say hi"), ("assistant", "Hi.")],
    ),
    "numbers and null": (
        {"instruction": "2 + 3", "input": 5, "output": None},
        [("user", "2 + 3"), ("assistant", "")],
    ),
    "korean columns": (
        {"질문": "수수료는요?", "답변": "2,000원입니다.", "분야": "은행"},
        [("user", "수수료는요?"), ("assistant", "2,000원입니다.")],
    ),
    "system beside a pair": (
        {"system": "Be brief.", "question": "Fee?", "response": "Two."},
        [("system", "Be brief."), ("user", "Fee?"), ("assistant", "Two.")],
    ),
    "openai": (
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": " u "},
                      {"role": "assistant", "content": "a\n"}], "source": "x"},
        [("system", "s"), ("user", " u "), ("assistant", "a\n")],
    ),
    "openai with tools": (
        {"messages": [{"role": "user", "content": "Fee?", "weight": 0},
                      {"role": "assistant", "content": None, "tool_calls": [CALL]},
                      {"role": "tool", "tool_call_id": "c1", "content": "2"},
                      {"role": "assistant", "content": "Two."}],
         "tools": [{"type": "function", "function": {"name": "fee"}}]},
        [("user", "Fee?"), ("assistant", ""), ("tool", "2"), ("assistant", "Two.")],
    ),
    "openai in parts": (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "See"},
                       {"type": "image_url", "image_url": {"url": "x"}},
                       {"type": "text", "text": "and\n\nsay"}]},
                      {"role": "assistant", "content": "A card."}]},
        [("user", "See\n\nand\n\nsay"), ("assistant", "A card.")],
    ),
    "sharegpt": (
        {"id": 7, "conversations": [{"from": "human", "value": "u"},
                                    {"from": "gpt", "value": "a"}]},
        [("user", "u"), ("assistant", "a")],
    ),
    "sharegpt with calls": (
        {"conversations": [
            {"from": "human", "value": "u"},
            {"from": "function_call", "value": '{"name": "fee", "arguments": {"card": 1}}'},
            {"from": "observation", "value": "2"}, {"from": "gpt", "value": "a"}], "tools": "[]"},
        [("user", "u"), ("assistant", ""), ("tool", "2"), ("assistant", "a")],
    ),
    "turns in a cell": (
        {"messages": json.dumps([{"role": "user", "content": "요금?"}], ensure_ascii=False)},
        [("user", "요금?")],
    ),
    "explicit preference": (
        {"prompt": "Fee?", "chosen": "Two.", "rejected": "No idea.", "margin": 2},
        [("user", "Fee?"), ("assistant", "Two.")],
    ),
    "implicit preference": (
        {"chosen": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "good"}],
         "rejected": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "bad"}]},
        [("user", "u"), ("assistant", "good")],
    ),
    "text": ({"text": "A text.", "n": 1}, [("user", "A text.")]),
    "text and label": (
        {"label": 2, "text": "A text."}, [("user", "A text."), ("assistant", "2")]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_row_comes_out_as_it_went_in(name: str) -> None:
    record, said = ROWS[name]
    found = taken_apart(record, shape_of([record], "rows.jsonl"))
    assert [(m["role"], m["content"]) for m in found.messages] == said
    form = json.loads(json.dumps(found.form))
    again = put_together(form, found.messages, found.columns)
    assert again == record
    assert list(again) == list(record)


@pytest.mark.parametrize("name", ROWS)
def test_what_a_filter_changes_is_in_the_record(name: str) -> None:
    record, said = ROWS[name]
    found = taken_apart(record, shape_of([record], "rows.jsonl"))
    masked: Any = [{**m, "content": m["content"].replace("Fee", "[fee]")} for m in found.messages]
    again = json.dumps(put_together(found.form, masked, found.columns), ensure_ascii=False)
    assert "Fee" not in again
    assert again.count("[fee]") == sum(text.count("Fee") for _, text in said)
    assert "Fee" not in json.dumps([found.form, found.columns]), "no copy stays anywhere"


def test_a_change_where_two_columns_meet_loses_nothing() -> None:
    record = {"instruction": "Sum up:", "input": "One.", "output": "1"}
    found = taken_apart(record, shape_of([record], "rows.jsonl"))
    merged: Any = [{"role": "user", "content": "Sum up: One."}, found.messages[1]]
    again = put_together(found.form, merged, found.columns)
    assert again == {"instruction": "Sum up: One.", "input": "", "output": "1"}


def test_columns_that_nobody_knows_are_told_with_the_options_that_name_them() -> None:
    rows = [{"anfrage": "Fee?", "erwiderung": "Two."}]
    with pytest.raises(InputError) as caught:
        shape_of(rows, "rows.csv")
    assert "anfrage, erwiderung" in str(caught.value)
    assert "--instruction" in str(caught.value)
    named = shape_of(rows, "rows.csv", Names(instruction="anfrage", reply="erwiderung"))
    assert taken_apart(rows[0], named).messages[1] == {"role": "assistant", "content": "Two."}
    with pytest.raises(InputError, match="no column 'sytem', which system names"):
        shape_of(rows, "rows.csv", None, {"system": "sytem"})


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "no turns"),
        ("not a list", "no turns"),
        ([{"role": "narrator", "content": "x"}], "role 'narrator'"),
        (["x"], "no object"),
    ],
    ids=["empty", "text", "unknown role", "no objects"],
)
def test_a_row_that_is_no_conversation_is_told_in_words(messages: Any, words: str) -> None:
    good = {"messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(Unreadable, match=words):
        taken_apart({"messages": messages}, shape_of([good], "rows.jsonl"))
