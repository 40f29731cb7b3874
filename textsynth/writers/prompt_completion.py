"""Prompts and their completions, as TRL reads them: the loss falls on the completion alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from textsynth.records import Message, Sample
from textsynth.writers import JsonLinesWriter
from textsynth.writers._text import tools_of, turn_of


class PromptCompletion(JsonLinesWriter):
    """One row a sample: the last thing the assistant says, and all that was said before it.

    Assistant turns that follow each other count as one; a call of a tool and what follows its
    result are two, and `tools` stand in the row. What comes after the last of them is left out, and
    so is one that no user turn precedes: a sample with nothing else gives no row.
    """

    every_turn: bool = False
    """One row for each assistant turn, not only for the last one."""

    conversational: bool = True
    """Lists of `{role, content}`. Off: plain strings, for a base model. The prompt is then the
    user's text if there is nothing else, and otherwise the turns under their role names, up to
    `assistant:`. TRL puts nothing between the two strings."""

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """A row for the last assistant turn, or for each of them."""
        pairs = list(_pairs(sample.messages))
        for prompt, completion in pairs if self.every_turn else pairs[-1:]:
            if self.conversational:
                tools = tools_of(sample)
                turns = [[turn_of(m) for m in part] for part in (prompt, completion)]
                row: dict[str, Any] = {"prompt": turns[0], "completion": turns[1]}
                yield row | {"tools": tools} if tools else row
            else:
                text = "\n\n".join(_said(m) for m in completion)
                yield {"prompt": _plain(prompt), "completion": text}


def _pairs(messages: Sequence[Message]) -> Iterator[tuple[list[Message], list[Message]]]:
    said: list[Message] = []
    for role, group in groupby(messages, key=lambda m: m["role"]):
        turns = list(group)
        if role == "assistant" and any(m["role"] == "user" for m in said):
            yield list(said), turns
        said += turns


def _plain(prompt: list[Message]) -> str:
    if len(prompt) == 1:
        return prompt[0]["content"]
    return "\n\n".join([f"{m['role']}: {_said(m)}" for m in prompt] + ["assistant:"])


def _said(message: Message) -> str:
    """The text of a turn; a call as `name(arguments)`."""
    calls = [call["function"] for call in message.get("tool_calls", ())]
    words = [f"{call['name']}({call['arguments']})" for call in calls]
    return "\n".join(part for part in (message["content"], *words) if part)
