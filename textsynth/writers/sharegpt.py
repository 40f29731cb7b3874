"""Conversations of `{from: human|gpt, value}` for LLaMA-Factory, and its `dataset_info.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

from textsynth.records import Message, Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._llama_factory import INFO, enter, entries_of
from textsynth.writers._pairs import Form, holds_pairs, pair_of
from textsynth.writers._text import joined, tools_of

_NAMES = {"user": "human", "assistant": "gpt", "tool": "observation"}
_ASKING = ("human", "observation")


class Sharegpt(JsonLinesWriter):
    """One row a sample: human and gpt by turns, human first, gpt last, as LLaMA-Factory demands.

    Turns of one role that follow each other become one, with a blank line between them. System
    turns go to `system`, which stands in every row, empty or not: LLaMA-Factory fails on a column
    that is missing. A last human turn without an answer is cut off. A sample without an answer to
    a human gives no row. A call of a tool is a `function_call`, what it gave back an `observation`,
    and the tools stand as JSON in `tools`, in every row of a job that has any.
    """

    form: Form = "auto"
    """chat, pairs, or auto: what the first sample is. A pair is a conversation that ends with the
    human, and `chosen` and `rejected`, one turn each."""

    opening: str = ""
    """What the human says in front of a conversation that the assistant opens, such as "Hello".
    Without it the assistant's opening stands at the end of `system`, after `gpt:`: the model reads
    it and is not trained on it."""

    _tools: bool = PrivateAttr(default=False)

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """The rows, and an entry `<job name>_sharegpt` in `dataset_info.json`, beside others."""
        path = folder / INFO
        entries_of(path)  # what cannot be added to is told before anything is written
        pairs = holds_pairs(self.form, samples)
        tools = not pairs and any(_has_tools(sample) for sample in samples)
        own = self.model_copy(update={"form": "pairs" if pairs else "chat"})
        own._tools = tools
        (target,) = JsonLinesWriter.write(own, samples, folder, summary)
        columns = {"messages": "conversations", "system": "system"}
        columns |= {"tools": "tools"} if tools else {}
        columns |= {"chosen": "chosen", "rejected": "rejected"} if pairs else {}
        entry = {"formatting": "sharegpt", **({"ranking": True} if pairs else {})}
        entry = {**entry, "columns": columns}
        return [target, enter(path, summary.name, self.part, target.name, entry)]

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none."""
        if self.form == "pairs":
            yield from self._pair(sample)
            return
        system, turns = self._turns(sample.messages)
        turns = _alternating(turns)
        if turns:
            row: dict[str, Any] = {"conversations": turns, "system": _joined(system)}
            if self._tools or _has_tools(sample):
                row["tools"] = json.dumps(tools_of(sample), ensure_ascii=False)
            yield row

    def _turns(self, messages: Iterable[Message]) -> tuple[list[str], list[dict[str, str]]]:
        """(texts of the system, turns of human and gpt, those that follow each other made one)."""
        said = list(messages)
        system = [m["content"] for m in said if m["role"] == "system"]
        spoken = [m for m in said if m["role"] != "system"]
        turns = [
            {"from": name, "value": _value(name, list(group))}
            for name, group in groupby(spoken, key=_name)
        ]
        if turns and turns[0]["from"] == "gpt":
            if self.opening:
                turns.insert(0, {"from": "human", "value": self.opening})
            else:
                system.append(f"gpt: {turns.pop(0)['value']}")
        return system, turns

    def _pair(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """A conversation that ends with the human, and two answers to it."""
        pair = pair_of(sample)
        system, turns = self._turns(pair.prompt if pair else ())
        fits = all(t["from"] == ("human", "gpt")[n % 2] for n, t in enumerate(turns))
        if pair and fits and len(turns) % 2:
            yield {
                "conversations": turns, "system": _joined(system),
                "chosen": {"from": "gpt", "value": joined(pair.chosen)},
                "rejected": {"from": "gpt", "value": joined(pair.rejected)},
            }  # fmt: skip


def _name(message: Message) -> str:
    return "function_call" if message.get("tool_calls") else _NAMES[message["role"]]


def _value(name: str, group: Sequence[Message]) -> str:
    """The texts of turns that follow each other; of calls, JSON with the arguments as an object."""
    if name != "function_call":
        return _joined(m["content"] for m in group)
    calls = [call["function"] for m in group for call in m.get("tool_calls", ())]
    made = [{"name": c["name"], "arguments": _parsed(c["arguments"])} for c in calls]
    return json.dumps(made[0] if len(made) == 1 else made, ensure_ascii=False)


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _alternating(turns: list[dict[str, str]]) -> list[dict[str, str]]:
    """The longest beginning in which asking and answering turns alternate, answered at the end."""
    fits = 0
    for number, turn in enumerate(turns):
        if (turn["from"] in _ASKING) != (number % 2 == 0):
            break
        fits = number + 1
    kept = turns[: fits // 2 * 2]
    while kept and kept[-1]["from"] == "function_call":
        kept = kept[:-2]
    return kept


def _has_tools(sample: Sample) -> bool:
    return "tools" in sample.columns or any(m.get("tool_calls") for m in sample.messages)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())
