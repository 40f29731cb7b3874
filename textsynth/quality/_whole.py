"""Every string of a sample as one text, so that it is looked through once, and the way back."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textsynth.privacy import Finding, Replaced
from textsynth.records import Message, Sample

APART = "\n\0\n"
"""Between two texts: no pattern reaches over a character that no text has."""

_CELL = 200
"""Characters; a longer value of a column is a text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One string of a sample: its path, `messages.0.content`, and where it begins in the whole."""

    path: str
    start: int
    text: str


def pieces(sample: Sample) -> tuple[str, list[Piece]]:
    """The whole text, and its pieces in order.

    The arguments of a tool call are looked through value by value where they are JSON. Before a
    short value of a column stands its name, which may be all that tells what the value is.
    """
    parts: list[str] = []
    found: list[Piece] = []
    at = 0
    for path, text, label in _strings(sample):
        parts += [label, text, APART]
        found.append(Piece(path, at + len(label), text))
        at += len(label) + len(text) + len(APART)
    return "".join(parts), found


def _strings(sample: Sample) -> Iterator[tuple[str, str, str]]:
    for number, message in enumerate(sample.messages):
        path = f"messages.{number}"
        if message["content"]:
            yield f"{path}.content", message["content"], ""
        for call, one in enumerate(message.get("tool_calls") or ()):
            given = one["function"]["arguments"]
            for inner, text in _inside(f"{path}.tool_calls.{call}.arguments", _read(given)):
                yield inner, text, _label(inner, text)
    for path, text in _inside("columns", sample.columns):
        yield path, text, _label(path, text)


def _read(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _inside(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, dict):
        for name, part in value.items():
            if not (path.startswith("columns") and name in ("id", "role", "type")):
                yield from _inside(f"{path}.{name}", part)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _inside(f"{path}.{number}", part)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > 99999:
        yield path, str(value)


def _label(path: str, text: str) -> str:
    name = path.rpartition(".")[2]
    return "" if name.isdigit() or "\n" in text or len(text) > _CELL else f"{name}: "


def within(found: Sequence[Finding], parts: Sequence[Piece]) -> list[Finding]:
    """The findings cut to the pieces they stand in; what stands in labels is none."""
    starts = [part.start for part in parts]
    kept: list[Finding] = []
    for one in found:
        number = max(0, bisect_right(starts, one.start) - 1)
        while number < len(parts) and parts[number].start < one.end:
            part = parts[number]
            start = max(one.start, part.start)
            end = min(one.end, part.start + len(part.text))
            if start < end:
                kept.append(Finding(one.kind, start, end))
            number += 1
    return kept


def rewritten(
    sample: Sample, parts: Sequence[Piece], whole: str, edits: Sequence[Replaced]
) -> tuple[Sample, list[tuple[str, Replaced]]]:
    """The sample with the edits of the whole text; (path, edit with places in its piece).

    `whole`: the text after the edits. A number that was changed becomes a text.
    """
    texts: dict[str, str] = {}
    places: list[tuple[str, Replaced]] = []
    left = list(edits)
    for part in parts:
        end = part.start + len(part.text)
        mine = [one for one in left if part.start <= one.start < end]
        if not mine:
            continue
        left = [one for one in left if one.start >= end]
        made, at, size = [], part.start, 0
        for one in mine:
            new = whole[one.new_start : one.new_end]
            made += [part.text[at - part.start : one.start - part.start], new]
            size += one.start - at
            moved = Replaced(one.kind, one.start - part.start, one.end - part.start, size,
                             size + len(new))  # fmt: skip
            places.append((part.path, moved))
            size, at = size + len(new), one.end
        texts[part.path] = "".join([*made, part.text[at - part.start :]])
    return (_with(sample, texts) if texts else sample), places


def _with(sample: Sample, texts: dict[str, str]) -> Sample:
    def change(path: str, value: Any) -> Any:
        if path in texts:
            return texts[path]
        if isinstance(value, dict):
            return {name: change(f"{path}.{name}", part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [change(f"{path}.{number}", part) for number, part in enumerate(value)]
        return value

    messages = tuple(
        _message(f"messages.{number}", message, change)
        for number, message in enumerate(sample.messages)
    )
    return replace(sample, messages=messages, columns=change("columns", sample.columns))


def _message(path: str, message: Message, change: Callable[[str, Any], Any]) -> Message:
    made = Message(**message)
    made["content"] = change(f"{path}.content", message["content"])
    if calls := message.get("tool_calls"):
        made["tool_calls"] = [
            {
                **call,
                "function": {
                    **call["function"],
                    "arguments": _arguments(
                        f"{path}.tool_calls.{number}.arguments", call["function"]["arguments"],
                        change,
                    ),
                },
            }
            for number, call in enumerate(calls)
        ]  # fmt: skip
    return made


def _arguments(path: str, given: str, change: Callable[[str, Any], Any]) -> str:
    """JSON stays JSON, written anew only where a value changed."""
    before = _read(given)
    after = change(path, before)
    if after == before:
        return given
    return (
        after
        if isinstance(before, str) and before == given
        else json.dumps(after, ensure_ascii=False)
    )
