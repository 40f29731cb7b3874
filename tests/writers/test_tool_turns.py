"""Calls of tools and their results in every format, and in filters that read only what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.quality.samples import verdict
from tests.writers.samples import ENGLISH, SUMMARY, lines, sample
from textsynth.quality.length import Length
from textsynth.quality.role_flip import RoleFlip
from textsynth.quality.truncated import Truncated
from textsynth.records import Message, Sample
from textsynth.writers.dataset import Dataset
from textsynth.writers.messages import Messages
from textsynth.writers.prompt_completion import PromptCompletion
from textsynth.writers.sharegpt import Sharegpt

TOOLS = [{"type": "function", "function": {"name": "find", "description": "", "parameters": {}}}]
CALL: Message = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"id": "7"}'}}
    ],
}
RESULT: Message = {
    "role": "tool",
    "content": '{"status": "sent"}',
    "tool_call_id": "c1",
    "name": "find",
}
ASKED: Message = {"role": "user", "content": "Where is my card number 7?"}
SAID: Message = {"role": "assistant", "content": "It was sent."}


def called(number: int = 0, *messages: Message) -> Sample:
    made = sample("u: x", number, columns={"tools": json.dumps(TOOLS)})
    turns = messages or (ASKED, CALL, RESULT, SAID)
    return Sample(**{**made.to_json(), "messages": turns, "replies": ()})


def test_a_sample_with_calls_comes_back_from_json_and_says_only_what_was_said() -> None:
    made = called()
    assert Sample.from_json(json.loads(json.dumps(made.to_json()))) == made
    assert made.texts() == [ASKED["content"], SAID["content"]]


def test_the_dataset_has_one_type_for_rows_with_and_without_calls(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    plain = called(1, ASKED, SAID)
    Dataset().write([called(), plain], tmp_path / "both", SUMMARY)
    Dataset().write([plain], tmp_path / "none", SUMMARY)
    Dataset().write([ENGLISH], tmp_path / "old", SUMMARY)
    both, none, old = (
        pq.read_table(next((tmp_path / name / "data").iterdir()))
        for name in ("both", "none", "old")
    )
    assert both.schema.field("messages") == none.schema.field("messages")
    assert [f.name for f in old.schema.field("messages").type.value_type] == ["role", "content"]
    first, second = both.column("messages").to_pylist()
    assert first[1]["tool_calls"] == CALL["tool_calls"]
    assert (first[2]["tool_call_id"], first[2]["name"]) == ("c1", "find")
    assert [turn["tool_calls"] for turn in second] == [None, None]
    assert json.loads(both.column("tools")[0].as_py()) == TOOLS
    assert "tool_calls" in (tmp_path / "both" / "README.md").read_text("utf8")


def test_messages_are_those_that_openai_and_trl_read(tmp_path: Path) -> None:
    (file,) = Messages().write([called(), ENGLISH], tmp_path, SUMMARY)
    first, second = lines(file)
    assert first == {"messages": [ASKED, CALL, RESULT, SAID], "tools": TOOLS}
    assert set(second) == {"messages"}
    (file,) = Messages(tools_as_text=True, columns=["id"]).write([called()], tmp_path, SUMMARY)
    assert lines(file)[0]["tools"] == json.dumps(TOOLS)
    assert lines(file)[0]["id"] == "s0"


def test_sharegpt_names_calls_and_observations(tmp_path: Path) -> None:
    files = Sharegpt().write([called(), called(1, ASKED, SAID)], tmp_path, SUMMARY)
    first, second = lines(files[0])
    assert first["conversations"] == [
        {"from": "human", "value": ASKED["content"]},
        {"from": "function_call", "value": '{"name": "find", "arguments": {"id": "7"}}'},
        {"from": "observation", "value": '{"status": "sent"}'},
        {"from": "gpt", "value": "It was sent."},
    ]
    assert json.loads(first["tools"]) == json.loads(second["tools"]) == TOOLS
    (entry,) = json.loads(files[1].read_bytes()).values()
    assert entry["columns"]["tools"] == "tools"


@pytest.mark.parametrize(
    ("messages", "kinds"),
    [
        ((ASKED, CALL, RESULT, CALL, RESULT, SAID), "human function_call observation " * 1),
        ((ASKED, CALL, RESULT), ""),
        ((ASKED, SAID, ASKED, CALL), "human gpt"),
        ((ASKED, SAID, ASKED, CALL, RESULT), "human gpt"),
    ],
    ids=["two-calls", "no-answer", "call-last", "result-last"],
)
def test_sharegpt_rows_alternate_and_end_with_an_answer(
    messages: tuple[Message, ...], kinds: str
) -> None:
    rows = list(Sharegpt().rows(called(0, *messages)))
    found = [turn["from"] for row in rows for turn in row["conversations"]]
    if kinds.startswith("human function_call"):
        assert found == ["human", *["function_call", "observation"] * 2, "gpt"]
    else:
        assert found == kinds.split()


def test_a_prompt_ends_with_the_result_and_a_call_is_a_completion() -> None:
    last = list(PromptCompletion().rows(called()))
    assert last == [{"prompt": [ASKED, CALL, RESULT], "completion": [SAID], "tools": TOOLS}]
    every = list(PromptCompletion(every_turn=True).rows(called()))
    assert [row["completion"] for row in every] == [[CALL], [SAID]]
    (plain,) = PromptCompletion(conversational=False).rows(called())
    assert plain["prompt"] == (
        'user: Where is my card number 7?\n\nassistant: find({"id": "7"})\n\n'
        'tool: {"status": "sent"}\n\nassistant:'
    )


def test_filters_pass_over_calls_and_results() -> None:
    for part in (Length(max_turns=2), RoleFlip(), Truncated()):
        assert verdict(part, called()).keep, part.part
    empty: Message = {"role": "assistant", "content": ""}
    assert verdict(Length(), called(0, ASKED, empty)).reason == "empty_turn"
