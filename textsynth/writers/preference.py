"""Pairs of answers as TRL reads them for DPO: prompt, chosen and rejected, each a list of turns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textsynth.records import Sample
from textsynth.writers import JsonLinesWriter
from textsynth.writers._given import pair_of


class Preference(JsonLinesWriter):
    """One row for each sample that has the columns `prompt`, `chosen` and `rejected`; no other."""

    conversational: bool = True
    """Lists of `{role, content}`. Off: the texts alone, for a base model."""

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The pair, if the sample is one."""
        columns = pair_of(sample)
        pair = {name: columns.get(name) for name in ("prompt", "chosen", "rejected")}
        if not all(isinstance(turns, list) and turns for turns in pair.values()):
            return
        if self.conversational:
            yield pair
        else:
            yield {
                name: "\n\n".join(turn["content"] for turn in turns)
                for name, turns in pair.items()
                if turns
            }
