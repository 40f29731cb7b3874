"""Conversations and pairs as Axolotl reads them, with the settings that read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import yaml

from textsynth.records import Message, Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._pairs import Form, holds_pairs, pair_of
from textsynth.writers._text import joined, put, tools_of, turn_of


class Axolotl(JsonLinesWriter):
    """One row a sample: `messages` and `tools` for `type: chat_template`; pairs with `messages`,
    `chosen` and `rejected` (one turn each) for `type: chat_template.default` under `rl: dpo`.

    `axolotl.yaml` beside it holds the `datasets:` part of a configuration that reads the file.
    """

    form: Form = "auto"
    """chat, pairs, or auto: what the first sample is."""

    learn: Literal["all", "last"] = "all"
    """Which turns of the assistant are learned: all, or the last one (`train: false` on the
    others, which are still read)."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """The rows, and the settings beside them."""
        form: Form = "pairs" if holds_pairs(self.form, samples) else "chat"
        own = self.model_copy(update={"form": form})
        (target,) = JsonLinesWriter.write(own, samples, folder, summary)
        text = yaml.safe_dump(own.settings(target.name), sort_keys=False, allow_unicode=True)
        return [target, put(text, folder / "axolotl.yaml")]

    def settings(self, file: str) -> dict[str, Any]:
        """The part of an Axolotl configuration that reads the file."""
        entry: dict[str, Any] = {"path": file, "ds_type": "json", "field_messages": "messages"}
        if self.form == "pairs":
            entry |= {"type": "chat_template.default", "split": "train"}
            entry |= {"field_chosen": "chosen", "field_rejected": "rejected"}
            return {"rl": "dpo", "datasets": [entry]}
        entry |= {"type": "chat_template", "roles_to_train": ["assistant"]}
        if self.learn == "last":
            entry["message_field_training"] = "train"
        return {"datasets": [entry]}

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none."""
        if self.form == "pairs":
            pair = pair_of(sample)
            if pair is not None:
                sides = {
                    name: {"role": "assistant", "content": joined(turns)}
                    for name, turns in (("chosen", pair.chosen), ("rejected", pair.rejected))
                }
                yield {"messages": [turn_of(m) for m in pair.prompt], **sides}
            return
        if not any(m["role"] == "assistant" for m in sample.messages):
            return
        turns = [turn_of(m) for m in sample.messages]
        if self.learn == "last":
            last = _last(sample.messages)
            for number, turn in enumerate(turns):
                turn["train"] = number == last
        tools = tools_of(sample)
        yield {"messages": turns, **({"tools": tools} if tools else {})}


def _last(messages: Iterable[Message]) -> int:
    """The number of the assistant's last turn."""
    return max(n for n, m in enumerate(messages) if m["role"] == "assistant")
