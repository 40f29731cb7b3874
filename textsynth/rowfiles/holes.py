"""Records with their texts cut out: what is left, and how the texts are put back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from textsynth.records import Message, ToolCall
from textsynth.rowfiles.sample_rows import ROLES

Path_ = tuple[str | int, ...]
SEPARATOR = "\n\n"
_OPENAI, _SHAREGPT = {"role", "content"}, {"from", "value"}
_PLAIN = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
_GPT = {"system": "system", "human": "user", "gpt": "assistant"}
_GPT_BACK = {role: name for name, role in _GPT.items()}
_TOOLS = {
    "tool": "tool", "function": "tool", "observation": "tool", "ipython": "tool",
    "tool_response": "tool", "function_response": "tool",
}  # fmt: skip
_CALLS = ("function_call", "tool_call")


class Holes:
    """Takes the texts out of one record, message by message.

    `texts`: for each message the paths of the pieces that it is joined from; of a piece that is
    no text (a number, null) there is none, and the record keeps it.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self.messages: list[Message] = []
        self._said: dict[str, Any] = {}
        self._paths: list[list[Path_]] = []
        self._counts: list[list[int]] = []
        self._alike: dict[str, str] = {}
        self._json: list[str] = []
        self._calls: list[int] = []
        self._starts: dict[str, int] = {}

    def is_list(self, column: str) -> bool:
        """Whether a column holds turns, also as JSON in a text."""
        return isinstance(self._listed(column), list)

    def _listed(self, column: str) -> Any:
        value = self.record.get(column)
        if isinstance(value, str) and value.lstrip()[:2] == "[{":
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    def text(self, role: str, paths: Sequence[Path_]) -> None:
        """One message, joined from columns."""
        values = {path: self.record.get(str(path[0])) for path in paths}
        self._said |= {
            str(path[0]): None if isinstance(value, str) else value
            for path, value in values.items()
        }
        texts = {path: value for path, value in values.items() if isinstance(value, str)}
        # Numbers and null are no text to be changed: the record keeps them.
        others = [str(value) for value in values.values() if value is not None]
        pieces = list(texts.values()) or others[:1] or [""]
        self._add({"role": role, "content": SEPARATOR.join(pieces)}, [*texts], pieces)

    def label(self, column: str) -> None:
        """A label as the assistant's word; the column itself stays where it is."""
        value = self.record.get(column)
        if value is not None:
            self._add({"role": "assistant", "content": str(value)}, [], [])

    def _add(self, message: Message, paths: list[Path_], pieces: Sequence[str]) -> None:
        self.messages.append(message)
        self._paths.append(paths)
        many = len(paths) > 1 and len(paths) == len(pieces)
        self._counts.append([piece.count(SEPARATOR) for piece in pieces] if many else [])

    def turns(self, column: str) -> None:
        """All turns of a column, one message each."""
        value = self._listed(column)
        if isinstance(self.record.get(column), str) and isinstance(value, list):
            self._json.append(column)
        if not isinstance(value, list) or not value:
            raise Unreadable(f"'{column}' holds no turns")
        for keys, roles, name in ((_OPENAI, _PLAIN, "openai"), (_SHAREGPT, _GPT, "sharegpt")):
            who, what = ("role", "content") if name == "openai" else ("from", "value")
            if all(
                isinstance(turn, dict) and turn.keys() == keys and isinstance(turn[what], str)
                and turn[who] in roles for turn in value
            ):  # fmt: skip
                self._alike[column] = name
                self._starts[column] = len(self.messages)
                self._said[column] = len(value)
                for turn in value:
                    self.messages.append({"role": roles[turn[who]], "content": turn[what]})
                    self._paths.append([])
                    self._counts.append([])
                return
        self._said[column] = [self._turn(turn, (column, n)) for n, turn in enumerate(value)]

    def _turn(self, turn: Any, path: Path_) -> Any:
        """One turn of any form; what is left of it."""
        if not isinstance(turn, dict):
            raise Unreadable(f"turn {path[-1]} of '{path[0]}' is no object")
        who = "role" if "role" in turn else "from"
        what = "content" if "content" in turn or "tool_calls" in turn else "value"
        named = str(turn.get(who) or "").strip().casefold()
        role = ROLES.get(named) or _TOOLS.get(named) or ("assistant" if named in _CALLS else "")
        if not role:
            raise Unreadable(f"turn {path[-1]} of '{path[0]}' has the role '{named}'")
        left, value = dict(turn), turn.get(what)
        message: Message = {"role": role, "content": ""}
        paths: list[Path_] = []
        pieces: list[str] = []
        if named in _CALLS and (calls := _calls(_parsed(value))):
            message["tool_calls"] = calls
        elif isinstance(value, str):
            left[what] = None
            paths, pieces = [(*path, what)], [value]
        elif isinstance(value, list):
            left[what] = [dict(part) if isinstance(part, dict) else part for part in value]
            for n, part in enumerate(left[what]):
                if isinstance(part, dict) and isinstance(part.get("text"), str):
                    paths.append((*path, what, n, "text"))
                    pieces.append(part["text"])
                    part["text"] = None
        elif value is not None:
            pieces = [str(value)]
        message["content"] = SEPARATOR.join(pieces)
        if calls := _calls(turn.get("tool_calls")):
            message["tool_calls"] = calls
            if calls == turn["tool_calls"]:
                left["tool_calls"] = None
                self._calls.append(len(self.messages))
        for key in ("tool_call_id", "name"):
            if isinstance(turn.get(key), str) and role == "tool":
                message[key] = turn[key]
        if calls and len(self._calls) and self._calls[-1] == len(self.messages):
            paths = [*paths, (*path, "tool_calls")]
        self._add(message, paths, pieces)
        return left

    def rest(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The columns that nothing was taken from, and the form of what was."""
        columns = {name: value for name, value in self.record.items() if name not in self._said}
        order = list(self.record)
        said = [name for name in order if name in self._said]
        form: dict[str, Any] = {
            "said": {name: self._said[name] for name in said},
            "at": [order.index(name) for name in said],
        }
        if any(self._paths):
            form["paths"] = self._paths
        for name, value in (
            ("counts", self._counts if any(self._counts) else None), ("alike", self._alike),
            ("starts", self._starts if any(self._starts.values()) else None),
            ("json", self._json), ("calls", self._calls),
        ):  # fmt: skip
            if value:
                form[name] = value
        return columns, form


class Unreadable(ValueError):
    """A single row that is no conversation, in words."""


def filled(form: Mapping[str, Any], messages: Sequence[Message]) -> dict[str, Any]:
    """The columns that texts were taken from, with the texts of the messages in them."""
    said: dict[str, Any] = {}
    alike, starts = form.get("alike", {}), form.get("starts", {})
    for name, value in form["said"].items():
        if name in alike:
            first = starts.get(name, 0)
            said[name] = [_alike(alike[name], m) for m in messages[first : first + value]]
        else:
            said[name] = _copied(value)
    counts, calls = form.get("counts", ()), set(form.get("calls", ()))
    for n, paths in enumerate(form.get("paths", ())):
        own = paths
        if n in calls:
            *own, at = paths
            _put(said, at, messages[n].get("tool_calls"))
        texts = _pieces(messages[n]["content"], counts[n] if counts else (), len(own))
        for path, text in zip(own, texts, strict=True):
            _put(said, path, text)
    for name in form.get("json", ()):
        said[name] = json.dumps(said[name], ensure_ascii=False)
    return said


def _alike(form: str, message: Message) -> dict[str, Any]:
    if form == "openai":
        return {"role": message["role"], "content": message["content"]}
    return {"from": _GPT_BACK[message["role"]], "value": message["content"]}


def _pieces(content: str, counts: Sequence[int], many: int) -> list[str]:
    """A message cut into the pieces that it was joined from."""
    if many < 2 or not counts:
        return [content] * min(many, 1)
    parts = content.split(SEPARATOR)
    if len(parts) != sum(counts) + len(counts):
        # Something was changed where the pieces meet: nothing of it is lost.
        return [content, *[""] * (many - 1)]
    found, at = [], 0
    for count in counts:
        found.append(SEPARATOR.join(parts[at : at + count + 1]))
        at += count + 1
    return found


def _put(said: dict[str, Any], path: Sequence[str | int], value: Any) -> None:
    at: Any = said
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(part) for part in value]
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    return value


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _calls(value: Any) -> list[ToolCall]:
    """Calls of tools as messages have them; none where they are of another form."""
    found: list[ToolCall] = []
    for n, call in enumerate([value] if isinstance(value, dict) else value or ()):
        function = call.get("function", call) if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            return []
        arguments = function.get("arguments", {})
        if not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        made: ToolCall = {
            "id": str(call.get("id") or f"call_{n}"), "type": str(call.get("type") or "function"),
            "function": {"name": function["name"], "arguments": arguments},
        }  # fmt: skip
        found.append(made)
    return found
