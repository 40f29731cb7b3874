"""Tools of an agent: read from YAML, called, their arguments held, their results made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.methods.samples import Script, brief
from tests.methods.test_support import GOOD, run, texts
from textsynth.errors import ReplyError
from textsynth.forms import FormError
from textsynth.methods._tools import filled
from textsynth.methods.support import Support

TRACK: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "track_card",
        "description": "Says where a replacement card is.",
        "parameters": {
            "type": "object",
            "properties": {"reason": {"type": "string", "enum": ["lost", "broken"]}},
            "required": ["reason"],
        },
    },
    "returns": {"reason": "lost", "status": "printed, because it was {reason}", "days": [5]},
}
CALLS = {
    **GOOD,
    "choose": ['{"tool": "track_card"}', '{"tool": "none"}'],
    "call": ['{"reason": "broken"}'],
    "agent": ["Your card is printed and arrives within 5 working days.", GOOD["agent"][1]],
}


def made(**options: Any) -> Support:
    return Support.model_validate({"turns": (6, 6), "tools": [TRACK], **options})


def test_a_call_and_its_result_stand_before_the_answer() -> None:
    script = Script(made(), brief(), CALLS)
    draft = run(script)
    roles = [message["role"] for message in draft.messages]
    assert roles == ["user", "assistant", "tool", *["assistant", "user"] * 2, "assistant"]
    call, result = draft.messages[1], draft.messages[2]
    assert call["content"] == ""
    assert call["tool_calls"][0]["type"] == "function"
    assert call["tool_calls"][0]["function"] == {
        "name": "track_card", "arguments": '{"reason": "broken"}',
    }  # fmt: skip
    assert result["tool_call_id"] == call["tool_calls"][0]["id"]
    assert result["name"] == "track_card"
    assert json.loads(result["content"]) == {
        "reason": "broken", "status": "printed, because it was broken", "days": [5],
    }  # fmt: skip
    assert draft.columns["turns"] == 6
    assert json.loads(draft.columns["tools"]) == [{"type": "function", **_function()}]
    told = script.sent[script.steps().index("agent")][0]["content"]
    assert "printed, because it was broken" in told
    assert "tool" not in script.steps()


def _function() -> dict[str, Any]:
    return {"function": TRACK["function"]}


def test_a_scripted_agent_speaks_for_itself_only_after_a_call() -> None:
    draft = run(Script(made(customer="scripted"), brief(), CALLS))
    said = [m["content"] for m in draft.messages if m["role"] == "assistant" and m["content"]]
    assert said[0] == CALLS["agent"][0]
    assert said[1] == "Express delivery costs £12."


def test_an_answer_must_not_make_up_figures_beside_what_was_looked_up() -> None:
    replies = {**CALLS, "agent": ["It arrives on the 31st.", *CALLS["agent"]]}
    assert CALLS["agent"][0] in texts(run(Script(made(), brief(), replies)))


def test_a_result_by_schema_is_asked_of_the_model_and_filled_for_small_ones() -> None:
    returns = {
        "type": "object", "required": ["reason", "days"], "additionalProperties": False,
        "properties": {"reason": {"type": "string"}, "days": {"type": "integer", "minimum": 5}},
    }  # fmt: skip
    tools = [{**TRACK, "returns": returns}]
    replies = {**CALLS, "tool": ['{"reason": "broken", "days": 5}']}
    script = Script(made(tools=tools), brief(), replies)
    assert '"days": 5' in run(script).messages[2]["content"]
    assert script.steps().count("tool") == 1
    small = Script(made(tools=tools, customer="scripted"), brief(), replies)
    assert json.loads(run(small).messages[2]["content"]) == {"reason": "broken", "days": 5}
    assert "tool" not in small.steps()


def test_a_call_may_fail_at_its_rate() -> None:
    tools = [{**TRACK, "fails": 1, "error": "down for maintenance"}]
    draft = run(Script(made(tools=tools), brief(), CALLS))
    assert json.loads(draft.messages[2]["content"]) == {"error": "down for maintenance"}
    rate = [{**TRACK, "fails": 0.3}]
    failed = sum(
        "error" in run(Script(made(tools=rate), brief(n), CALLS)).messages[2]["content"]
        for n in range(60)
    )
    assert 8 <= failed <= 30


def test_figures_in_arguments_must_have_been_said() -> None:
    parameters = {"type": "object", "properties": {"number": {"type": "string"}}}
    tools = [{"name": "find", "parameters": parameters}]
    replies = {**CALLS, "choose": ['{"tool": "find"}'], "call": ['{"number": "4711"}']}
    script = Script(made(tools=tools), brief(), replies)
    assert all(message["role"] != "tool" for message in run(script).messages)
    assert script.asked.count(("call", 1)) == 2


def test_arguments_that_break_the_schema_are_not_taken() -> None:
    with pytest.raises((FormError, ReplyError), match="none of"):
        run(Script(made(), brief(), {**CALLS, "call": ['{"reason": "stolen"}']}))


def test_a_tool_without_parameters_needs_no_arguments() -> None:
    script = Script(
        made(tools=[{"name": "ping"}]), brief(), {**CALLS, "choose": ['{"tool":"ping"}']}
    )
    draft = run(script)
    assert "call" not in script.steps()
    assert draft.messages[2]["content"] == '{"status": "ok"}'


def test_the_list_may_be_a_file_beside_the_job(tmp_path: Path) -> None:
    (tmp_path / "tools.yaml").write_text(
        "- name: ping\n  description: Is it up?\n- name: pong\n  fails: 0.1\n", "utf8"
    )
    method = Support.model_validate({"tools": "tools.yaml"}, context={"home": tmp_path})
    assert [tool.name for tool in method.tools] == ["ping", "pong"]
    assert method.tools[1].fails == 0.1


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ("missing.yaml", r"there is no file 'missing\.yaml'"),
        ([{"name": "a b"}], "string_pattern_mismatch|should match pattern"),
        ([{"name": "none"}], "cannot be named 'none'"),
        ([{"name": "x"}, {"name": "x"}], "'x' is listed twice"),
        ([{"name": "x", "parameters": {"type": "array"}}], "must be an object"),
        ([{"name": "x", "colour": 1}], "extra_forbidden|Extra inputs"),
        (
            [{"name": "x", "parameters": {"properties": {"a": {"$ref": "#/$defs/b"}}}}],
            "leads nowhere",
        ),
    ],
    ids=["file", "name", "none", "twice", "array", "extra", "reference"],
)
def test_a_list_that_is_wrong_says_so(tools: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Support.model_validate({"tools": tools})


def test_examples_take_the_arguments() -> None:
    shown = {"id": "a1", "rows": [{"id": "x", "text": "for {id}"}], "none": "{other}"}
    assert filled(shown, {"id": "b2"}) == {
        "id": "b2", "rows": [{"id": "b2", "text": "for b2"}], "none": "{other}",
    }  # fmt: skip
