"""Single answers with a verdict as TRL reads them for KTO: prompt, completion, label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textsynth.records import Sample
from textsynth.writers import JsonLinesWriter
from textsynth.writers._pairs import pair_of
from textsynth.writers._text import joined


class UnpairedPreference(JsonLinesWriter):
    """Two rows for each sample that is a pair: the better answer is true, the worse one false."""

    conversational: bool = True
    """Lists of `{role, content}`. Off: the texts alone, for a base model."""

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The two answers, if the sample is a pair."""
        pair = pair_of(sample)
        if pair is None:
            return
        for answer, label in ((pair.chosen, True), (pair.rejected, False)):
            row: dict[str, Any] = {"prompt": pair.prompt, "completion": answer}
            if not self.conversational:
                row = {name: joined(turns) for name, turns in row.items()}
            yield row | {"label": label}
