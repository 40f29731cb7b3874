"""Conversations as OpenAI's fine-tuning takes them, and pairs as its DPO does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from textsynth.records import Message, Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._pairs import Form, holds_pairs, pair_of
from textsynth.writers._text import tools_of, turn_of


class Openai(JsonLinesWriter):
    """One row a sample: `messages` and `tools`, ended by the assistant, with a user turn before.

    What comes after the assistant's last turn is cut off; a sample without an answer gives no row.
    Pairs become `input`, `preferred_output` and `non_preferred_output`; their prompt ends with the
    user and each answer is one turn of the assistant.
    """

    form: Form = "auto"
    """chat, pairs, or auto: what the first sample is."""

    learn: Literal["all", "last"] = "all"
    """Which turns of the assistant are learned: all, or the last one (`weight: 0` on the others).
    The others are still read."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """One file of one form."""
        form: Form = "pairs" if holds_pairs(self.form, samples) else "chat"
        own = self.model_copy(update={"form": form})
        return JsonLinesWriter.write(own, samples, folder, summary)

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none."""
        tools = tools_of(sample)
        beside = {"tools": tools} if tools else {}
        if self.form == "pairs":
            pair = pair_of(sample)
            if pair is not None and pair.prompt[-1]["role"] == "user":
                sides = [[_joined(turns)] for turns in (pair.chosen, pair.rejected)]
                asked = {"messages": [turn_of(m) for m in pair.prompt], **beside}
                yield {
                    "input": asked, "preferred_output": sides[0], "non_preferred_output": sides[1]
                }  # fmt: skip
            return
        turns = [turn_of(m) for m in _answered(sample.messages)]
        if turns:
            if self.learn == "last":
                for turn in turns[:-1]:
                    if turn["role"] == "assistant":
                        turn["weight"] = 0
            yield {"messages": turns, **beside}


def _answered(messages: Iterable[Message]) -> list[Message]:
    """The turns up to the assistant's last text; none where no user came before it."""
    turns = list(messages)
    while turns and (turns[-1]["role"] != "assistant" or turns[-1].get("tool_calls")):
        turns.pop()
    return turns if any(m["role"] == "user" for m in turns) else []


def _joined(turns: Iterable[Message]) -> dict[str, str]:
    text = "\n\n".join(m["content"] for m in turns if m["role"] == "assistant")
    return {"role": "assistant", "content": text}
