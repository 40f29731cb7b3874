"""Tools that an agent may call: their list, the call, its arguments, and what it gives back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from textsynth.asking import Ask
from textsynth.forms import Form
from textsynth.methods import _lines as lines
from textsynth.methods._turns import Turn, view_of
from textsynth.records import Brief, Message, digest
from textsynth.schema.example import example

STEPS: Mapping[str, tuple[str, ...]] = {
    "choose": ("company", "tools"),
    "call": ("company", "tool"),
    "tool": ("tool", "arguments"),
}
"""The prompts that `called` asks, with their fields."""

NOTHING = "none"
_SCHEMA_KEYS = {"properties", "anyOf", "oneOf", "$ref", "items", "enum"}
_SLOT = re.compile(r"\{(\w+)\}")


class Tool(BaseModel):
    """A function in OpenAI's form, with what it gives back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z_][\w-]{0,63}$")
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    returns: Any = None
    """An example of a result, or a JSON schema of one."""

    fails: float = Field(0.0, ge=0, le=1)
    """Share of calls that fail."""

    error: str = "the service is not available at the moment"
    """What a failed call says."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.name == NOTHING:
            raise ValueError(f"a tool cannot be named '{NOTHING}'")
        if self.parameters.get("type", "object") != "object":
            raise ValueError(f"the parameters of '{self.name}' must be an object")
        Form.of({"type": "object", "properties": {}, **self.parameters})
        if self.by_schema:
            Form.of(self.returns)
        return self

    @property
    def by_schema(self) -> bool:
        """Whether `returns` is a schema and no example."""
        given = self.returns
        if not isinstance(given, dict):
            return False
        return bool(_SCHEMA_KEYS & given.keys()) or given.get("type") in ("object", "array")

    def function(self) -> dict[str, Any]:
        """The tool as a request of OpenAI's API names it."""
        own = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": own}

    def words(self) -> str:
        """The tool in one line for a prompt."""
        known = ", ".join(self.parameters.get("properties", {}))
        return f"{self.name}({known}): {self.description}".rstrip(": ")


def _listed(value: Any, info: ValidationInfo) -> Any:
    """A list of tools from a YAML file, or as it stands in the job."""
    if isinstance(value, str):
        home = Path((info.context or {}).get("home", "."))
        path = home / value
        try:
            value = yaml.safe_load(path.read_text(encoding="utf8"))
        except FileNotFoundError:
            raise ValueError(f"there is no file '{value}' in {home}") from None
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ValueError(f"'{value}' cannot be read as YAML: {error}") from None
    if isinstance(value, dict) and "tools" in value:
        value = value["tools"]
    if isinstance(value, list | tuple):
        return tuple(map(_flat, value))
    return value


def _flat(tool: Any) -> Any:
    """`{type: function, function: {...}, returns: ...}` as one mapping."""
    if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
        rest = {key: part for key, part in tool.items() if key not in ("type", "function")}
        return {**{k: v for k, v in tool["function"].items() if k != "strict"}, **rest}
    return tool


def _apart(tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    names = [tool.name for tool in tools]
    twice = [name for n, name in enumerate(names) if name in names[:n]]
    if twice:
        raise ValueError(f"the tool '{twice[0]}' is listed twice")
    return tools


Tools = Annotated[tuple[Tool, ...], BeforeValidator(_listed), AfterValidator(_apart)]
"""The option: the path of a YAML file beside the job, or the list itself."""


async def called(
    tools: Sequence[Tool], company: str, brief: Brief, ask: Ask, turns: Sequence[Turn], small: bool
) -> list[Message]:
    """The agent's call before its next line and what it gave back; nothing where it needs none.

    `small`: results are filled in by rules and no model is asked for them. Arguments are held
    against the schema, and figures in them must have been said before. Raises ReplyError for
    arguments that do not fit twice in a row.
    """
    view = view_of(1, turns)
    names = [tool.name for tool in tools]
    choice = {
        "title": "choice", "type": "object", "required": ["tool"], "additionalProperties": False,
        "properties": {"tool": {"type": "string", "enum": [*names, NOTHING]}},
    }  # fmt: skip
    offered = [tool.words() for tool in tools]
    reply = await ask("choose", history=view, form=choice, company=company, tools=offered)
    if reply.data["tool"] == NOTHING:
        return []
    tool = tools[names.index(reply.data["tool"])]
    arguments = await _arguments(tool, company, ask, turns)
    if arguments is None:
        return []
    result = await _result(tool, arguments, brief, ask, len(turns), small)
    return _messages(tool, arguments, result, f"call_{digest(brief.id, len(turns), size=6)}")


async def _arguments(
    tool: Tool, company: str, ask: Ask, turns: Sequence[Turn]
) -> dict[str, Any] | None:
    if not tool.parameters.get("properties"):
        return {}
    said = [turn.text for turn in turns]
    form = {"title": tool.name, **tool.parameters}
    for take in range(2):
        reply = await ask(
            "call", history=view_of(1, turns), take=take, form=form, company=company,
            tool=tool.words(),
        )  # fmt: skip
        given: dict[str, Any] = reply.data
        if lines.grounded(_json(given), *said, _json(tool.parameters)):
            return given
    return None


async def _result(
    tool: Tool, arguments: dict[str, Any], brief: Brief, ask: Ask, at: int, small: bool
) -> Any:
    if brief.number(f"tool {tool.name} {at}", 0, 999_999) < tool.fails * 1_000_000:
        return {"error": tool.error}
    if not tool.by_schema:
        return filled(tool.returns if tool.returns is not None else {"status": "ok"}, arguments)
    if small:
        return filled(example(tool.returns, tool.returns), arguments)
    said = _json(arguments)
    return (await ask("tool", form=tool.returns, tool=tool.words(), arguments=said)).data


def filled(shown: Any, arguments: Mapping[str, Any]) -> Any:
    """An example of a result with the arguments put in: under their own names and for `{name}`."""
    if isinstance(shown, dict):
        return {
            key: arguments[key]
            if key in arguments and not isinstance(part, dict | list)
            else filled(part, arguments)
            for key, part in shown.items()
        }
    if isinstance(shown, list):
        return [filled(part, arguments) for part in shown]
    if isinstance(shown, str):
        return _SLOT.sub(lambda slot: str(arguments.get(slot[1], slot[0])), shown)
    return shown


def _messages(tool: Tool, arguments: Any, result: Any, name: str) -> list[Message]:
    function: Any = {"name": tool.name, "arguments": _json(arguments)}
    return [
        {
            "role": "assistant", "content": "",
            "tool_calls": [{"id": name, "type": "function", "function": function}],
        },
        {"role": "tool", "content": _json(result), "tool_call_id": name, "name": tool.name},
    ]  # fmt: skip


def looked_up(messages: Sequence[Message]) -> str:
    """A call and its result in words, for the agent's prompt."""
    calls = [call["function"] for m in messages for call in m.get("tool_calls", ())]
    results = [m["content"] for m in messages if m["role"] == "tool"]
    found = zip(calls, results, strict=True)
    return "\n".join(f"{call['name']}({call['arguments']}) = {result}" for call, result in found)


def as_text(tools: Sequence[Tool]) -> str:
    """The list as the column `tools` holds it: JSON, the same in every row."""
    return _json([tool.function() for tool in tools])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
