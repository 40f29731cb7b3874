"""The table of a dataset folder: which columns its samples fill, of which type, in which order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from textsynth.records import Message, Sample
from textsynth.writers._known import ABOUT, KINDS_UNTOLD
from textsynth.writers._text import whole

KINDS: dict[str, str] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "strings": "list of texts",
    "messages": "list of turns (role, content)",
    "calls": "list of turns (role, content, tool_calls, tool_call_id, name)",
    "json": "JSON as text",
    "given": "as it came",
}
"""The kinds of columns, in the words of the card."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind (a key of KINDS), where its value stands, and what it holds."""

    name: str
    kind: str
    read: Callable[[Sample], Any]
    about: str

    def cell(self, sample: Sample) -> Any:
        """The sample's value as Arrow takes it for this kind; None if it has none."""
        value = self.read(sample)
        if value is None:
            return None
        match self.kind:
            case "json":
                return whole(json.dumps(value, ensure_ascii=False))
            case "string":
                return whole(str(value))
            case "strings":
                return [whole(text) for text in value]
            case "messages":
                return [{"role": m["role"], "content": whole(m["content"])} for m in value]
            case "calls":
                return [_turn(m) for m in value]
            case "number":
                return float(value)
        return value


_FIRST = [
    Column("id", "string", lambda s: s.id, "name of the sample, the same in every export"),
    Column("messages", "messages", lambda s: s.messages, "the conversation"),
]
_ALWAYS = [
    Column("language", "string", lambda s: s.language, "language code"),
    Column("method", "string", lambda s: s.method, "method that wrote it"),
]
_SEEDS = {
    "persona": "id of the persona behind it",
    "source": "file that it was made from",
    "chunk": "id of the passage that it was made from",
}
_COST = [
    Column(
        "models",
        "strings",
        lambda s: list(dict.fromkeys(reply.model for reply in s.replies)),
        "models that wrote it",
    ),
    Column(
        "tokens_in",
        "integer",
        lambda s: sum(reply.tokens_in for reply in s.replies),
        "tokens that the models read for it",
    ),
    Column(
        "tokens_out",
        "integer",
        lambda s: sum(reply.tokens_out for reply in s.replies),
        "tokens that the models wrote for it",
    ),
]


@dataclass(slots=True)
class Scan:
    """One walk over the samples: how many there are, and of which kind each of their keys is."""

    rows: int = 0
    tools: bool = False
    """Whether there are tools: then every row has the wider type, also one without a call."""
    columns: dict[str, str] = field(default_factory=dict)
    facets: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Scan:
        """Walks the samples once."""
        scan = cls()
        for sample in samples:
            scan.add(sample)
        return scan

    def add(self, sample: Sample) -> bool:
        """Takes one sample in; whether it changed anything but the number of rows."""
        self.rows += 1
        new = False
        if not self.tools and ("tools" in sample.columns or any(map(_calls, sample.messages))):
            self.tools = new = True
        for key in sample.facets:
            if key not in self.facets:
                self.facets[key] = "string"
                new = True
        for kinds, values in ((self.columns, sample.columns), (self.seeds, sample.seeds)):
            for key, value in values.items():
                before = kinds.get(key)
                kind = _merged(before or "nothing", _kind(value))
                if kind != before:
                    kinds[key] = kind
                    new = True
        return new

    def table(self, lineage: bool) -> list[Column]:
        """The columns in order: id and messages, what the samples bring, then what is always there.

        A name that is taken gets the prefix `column_`, `facet_` or `seed_`.
        """
        taken = {c.name for c in (*_FIRST, *_ALWAYS, *_COST)} | set(_SEEDS)
        brought: list[Column] = []
        for group, about in (
            ("columns", "made by the method"),
            ("facets", "facet that the sample was asked to have"),
            ("seeds", "ids of what else went in"),
        ):
            for key, kind in getattr(self, group).items():
                if group == "seeds" and (key in _SEEDS or not lineage):
                    continue
                name = key
                while name in taken:
                    name = f"{group.removesuffix('s')}_{name}"
                taken.add(name)
                words = ABOUT.get(key, about) if group == "columns" else about
                kind = _settled(kind, key if group == "columns" else "")
                brought.append(Column(whole(name), kind, _at(group, key), words))
        first = [replace(c, kind="calls") if c.kind == "messages" else c for c in _FIRST]
        first = first if self.tools else _FIRST
        if not lineage:
            return [*first, *brought, *_ALWAYS]
        seeds = [
            Column(key, _settled(self.seeds.get(key, "nothing")), _at("seeds", key), about)
            for key, about in _SEEDS.items()
        ]
        return [*first, *brought, *_ALWAYS, *seeds, *_COST]


def _calls(message: Message) -> bool:
    return message["role"] == "tool" or bool(message.get("tool_calls"))


def _turn(message: Message) -> dict[str, Any]:
    """A turn as Arrow takes it where there are tools; arguments are text, so all rows are alike."""
    calls = [
        {
            "id": call["id"], "type": call["type"],
            "function": {
                "name": call["function"]["name"],
                "arguments": whole(call["function"]["arguments"]),
            },
        }
        for call in message.get("tool_calls", ())
    ]  # fmt: skip
    return {
        "role": message["role"], "content": whole(message["content"]), "tool_calls": calls or None,
        "tool_call_id": message.get("tool_call_id"), "name": message.get("name"),
    }  # fmt: skip


def _at(group: str, key: str) -> Callable[[Sample], Any]:
    return lambda sample: getattr(sample, group).get(key)


def _settled(kind: str, column: str = "") -> str:
    """The kind of a column all of whose values are missing, or empty lists, is a guess."""
    if kind in ("nothing", "empty") and column in KINDS_UNTOLD:
        return KINDS_UNTOLD[column]
    return {"nothing": "string", "empty": "strings"}.get(kind, kind)


def _merged(one: str, other: str) -> str:
    """The kind that holds values of both kinds."""
    if one == other:
        return one
    for this, that in ((one, other), (other, one)):
        if this == "nothing":
            return that
        if this == "empty" and that in ("strings", "messages"):
            return that
        if this == "integer" and that == "number":
            return that
    return "json"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return "string"
        case bool():
            return "boolean"
        case int():
            return "integer" if -(2**63) <= value < 2**63 else "json"
        case float():
            return "number"
        case list() | tuple():
            if not value:
                return "empty"
            if all(isinstance(item, str) for item in value):
                return "strings"
            if all(_is_message(item) for item in value):
                return "messages"
    return "json"


def _is_message(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and item.keys() == {"role", "content"}
        and all(isinstance(text, str) for text in item.values())
    )
