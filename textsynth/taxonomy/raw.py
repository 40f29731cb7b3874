"""YAML and JSON as plain values that know their lines; neither depth nor size can harm it.

Read from events and tokens, not by recursion. Scalars stay as they are written: a topic may be
called `No` or `2024`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from textsynth.errors import InputError
from textsynth.taxonomy.names import DEEPEST, too_deep

_LEVELS = 3 * DEEPEST + 10
"""A topic may take up to three levels of brackets: {name: …, children: [ … ]}."""

NUMBER = re.compile(r"[+]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NOTHING = {"", "~", "null", "Null", "NULL"}
_TOKEN = re.compile(r'\n|"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s\[\]{},:"]+')


@dataclass(slots=True)
class Raw:
    """A value: a mapping or a list of others, a text, a number, or nothing."""

    line: int
    """From 1; 0 where it stands in no file."""
    kind: Literal["map", "list", "text", "number", "none"]
    text: str = ""
    pairs: list[tuple[Raw, Raw]] = field(default_factory=list)
    items: list[Raw] = field(default_factory=list)


class _Stack:
    """Puts values together as they come, in the order of the file."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.open: list[tuple[Raw, Raw | None]] = []
        self.result: Raw | None = None

    def put(self, value: Raw) -> None:
        if not self.open:
            self.result = value
            return
        holder, key = self.open[-1]
        if holder.kind == "list":
            holder.items.append(value)
        elif key is None:
            if value.kind in ("map", "list"):
                raise InputError(
                    f"line {value.line} of '{self.shown}' has a name that is a list or a mapping",
                    fix="a topic's name is a text: put it in quotes if brackets belong to it",
                )
            self.open[-1] = (holder, value)
        else:
            holder.pairs.append((key, value))
            self.open[-1] = (holder, None)

    def enter(self, value: Raw) -> None:
        self.put(value)
        # A key just given is taken: what comes next belongs to the value.
        self.open.append((value, None))
        if len(self.open) > _LEVELS:
            line = f"line {value.line} of " if value.line else ""
            raise too_deep(f"{line}'{self.shown}'")

    def leave(self) -> None:
        self.open.pop()


def from_yaml(text: str, shown: str) -> tuple[Raw, list[str]]:
    """The one document of a YAML file, and the comments at its head."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stack = _Stack(shown)
    documents = 0
    try:
        for event in yaml.parse(text.removeprefix("\ufeff"), Loader=loader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            place = f"line {line} of '{shown}'"
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise InputError(
                        f"{place} begins a second document", fix="keep one tree in a file"
                    )
            elif anchor := getattr(event, "anchor", None):
                raise InputError(
                    f"{place} has an anchor or a reference ({anchor})",
                    "trees are read without them",
                    "write the branch out, or put a name that begins with & or * in quotes",
                )
            elif isinstance(event, yaml.ScalarEvent):
                stack.put(_scalar(event, line))
            elif isinstance(event, yaml.MappingStartEvent):
                stack.enter(Raw(line, "map"))
            elif isinstance(event, yaml.SequenceStartEvent):
                stack.enter(Raw(line, "list"))
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.leave()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"line {mark.line + 1} of '{shown}'" if mark else f"'{shown}'"
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise InputError(
            f"{where} is not valid YAML: {' '.join(str(problem).split())[:160]}",
            fix="check the indentation, and put names with ': ' or ' #' in them in quotes",
        ) from error
    return stack.result or Raw(1, "none"), list(_comments(text))


def from_json(text: str, shown: str) -> Raw:
    """The value of a JSON file."""
    text = text.removeprefix("\ufeff")
    try:
        try:
            value = _from_json(text, shown)
        finally:
            # What the tokens make is the file's only if the file is JSON.
            if not isinstance(sys.exception(), InputError):
                json.loads(text)
    except (ValueError, IndexError) as error:
        raise InputError(f"'{shown}' is not valid JSON: {error}", fix="repair it") from error
    return value


def from_python(value: Any, where: str) -> Raw:
    """Values as a job file holds them. Raises InputError for what can be no topic."""
    stack = _Stack(where)
    # Values to put, and None where a holder ends; no recursion.
    todo: list[Any] = [iter((value,))]
    while todo:
        try:
            one = next(todo[-1])
        except StopIteration:
            todo.pop()
            if todo:
                stack.leave()
            continue
        if isinstance(one, dict):
            stack.enter(Raw(0, "map"))
            todo.append(part for pair in one.items() for part in pair)
        elif isinstance(one, list | tuple):
            stack.enter(Raw(0, "list"))
            todo.append(iter(one))
        elif isinstance(one, bool):
            raise InputError(
                f"{where} holds the value {str(one).lower()}",
                "YAML reads yes, no, on and off as true and false",
                "put the name in quotes",
            )
        elif one is None:
            stack.put(Raw(0, "none"))
        else:
            kind: Literal["text", "number"] = "number" if isinstance(one, int | float) else "text"
            stack.put(Raw(0, kind, str(one)))
    return stack.result or Raw(0, "none")


def _scalar(event: Any, line: int) -> Raw:
    plain = event.style in (None, "")
    if plain and event.value in _NOTHING:
        return Raw(line, "none", event.value)
    if plain and NUMBER.fullmatch(event.value):
        return Raw(line, "number", event.value)
    return Raw(line, "text", event.value)


def _comments(text: str) -> Iterator[str]:
    for line in text.removeprefix("\ufeff").splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            return
        if stripped:
            yield stripped[1:].strip()


def _from_json(text: str, shown: str) -> Raw:
    stack = _Stack(shown)
    line = 1
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token == "\n":
            line += 1
        elif token[0] == '"':
            word = json.loads(token) if "\\" in token else token[1:-1]
            stack.put(Raw(line, "text", word))
        elif token in "[{":
            stack.enter(Raw(line, "list" if token == "[" else "map"))
        elif token in "]}":
            stack.leave()
        elif token == "null":
            stack.put(Raw(line, "none"))
        else:
            stack.put(Raw(line, "number" if NUMBER.fullmatch(token) else "text", token))
    return stack.result or Raw(1, "none")
