"""Pairs of answers as TRL reads them for DPO: prompt, chosen and rejected, each a list of turns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textsynth.records import Sample
from textsynth.writers import JsonLinesWriter
from textsynth.writers._pairs import pair_of
from textsynth.writers._text import joined


class Preference(JsonLinesWriter):
    """One row for each sample that has the columns `prompt`, `chosen` and `rejected`; no other."""

    conversational: bool = True
    """Lists of `{role, content}`. Off: the texts alone, for a base model."""

    implicit: bool = False
    """No column `prompt`: it stands at the beginning of both `chosen` and `rejected`, as reward
    models are trained."""

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The pair, if the sample is one."""
        pair = pair_of(sample)
        if pair is None:
            return
        before = pair.prompt if self.implicit else []
        row = {"prompt": pair.prompt} if not self.implicit else {}
        row |= {"chosen": before + pair.chosen, "rejected": before + pair.rejected}
        yield row if self.conversational else {name: joined(turns) for name, turns in row.items()}
