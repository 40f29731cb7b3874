"""Conversations of `{from: human|gpt, value}` for LLaMA-Factory, with its `dataset_info.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from textsynth.errors import TextsynthError
from textsynth.records import Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._text import put

_NAMES = {"user": "human", "assistant": "gpt"}


class Sharegpt(JsonLinesWriter):
    """One row a sample: human and gpt by turns, human first, gpt last, as LLaMA-Factory demands.

    Turns of one role that follow each other become one, with a blank line between them. System
    turns go to `system`, which stands in every row, empty or not: LLaMA-Factory fails on a column
    that is missing. A last human turn without an answer is cut off. A sample without an answer to
    a human gives no row.
    """

    opening: str = ""
    """What the human says in front of a conversation that the assistant opens, such as "Hello".
    Without it the assistant's opening stands at the end of `system`, after `gpt:`: the model reads
    it and is not trained on it."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """The rows, and an entry `<job name>_sharegpt` in `dataset_info.json`, beside others."""
        path = folder / "dataset_info.json"
        entries = _entries(path)
        (target,) = super().write(samples, folder, summary)
        # LLaMA-Factory takes datasets as a list parted by commas.
        word = re.sub(r"[\s,]+", "-", summary.name).strip("-") or "textsynth"
        name = f"{word}_sharegpt"
        others = {
            key: entry
            for key, entry in entries.items()
            if key == name or not isinstance(entry, dict) or entry.get("file_name") != target.name
        }
        others[name] = {
            "file_name": target.name,
            "formatting": "sharegpt",
            "columns": {"messages": "conversations", "system": "system"},
        }
        # In ASCII, since LLaMA-Factory opens the file in the machine's own encoding.
        return [target, put(json.dumps(others, indent=2) + "\n", path)]

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none."""
        system = [m["content"] for m in sample.messages if m["role"] == "system"]
        spoken = [m for m in sample.messages if m["role"] != "system"]
        turns = [
            {"from": _NAMES[role], "value": _joined(m["content"] for m in group)}
            for role, group in groupby(spoken, key=lambda m: m["role"])
        ]
        if turns and turns[0]["from"] == "gpt":
            if self.opening:
                turns.insert(0, {"from": "human", "value": self.opening})
            else:
                system.append(f"gpt: {turns.pop(0)['value']}")
        turns = turns[: len(turns) // 2 * 2]
        if turns:
            yield {"conversations": turns, "system": _joined(system)}


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _entries(path: Path) -> dict[str, Any]:
    """What `dataset_info.json` holds already."""
    if not path.exists():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf8"))
    except ValueError as error:
        raise TextsynthError(
            f"cannot add the dataset to {path}",
            f"it is not JSON: {error}",
            "mend it or delete it, then export again",
        ) from error
    if not isinstance(entries, dict):
        raise TextsynthError(
            f"cannot add the dataset to {path}",
            "it does not hold a mapping of names to datasets",
            "mend it or delete it, then export again",
        )
    return entries
