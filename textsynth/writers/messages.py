"""Conversations as `{messages: [{role, content}]}`, which TRL, Axolotl and OpenAI all read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.errors import JobError, nearest
from textsynth.records import Sample, Summary
from textsynth.writers import JsonLinesWriter


class Messages(JsonLinesWriter):
    """One row a sample: its turns, and the columns asked for."""

    system: bool = True
    """Keep the system turns."""

    columns: list[str] = Field(default_factory=list)
    """Also put in each row: id, language, method, a facet, a column of the method, or a seed
    (chunk, source, persona). A sample without it gets null."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """One file. Raises JobError for a column that no sample has; nothing is written then."""
        return super().write(self._known(samples), folder, summary)

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none if no turn is left."""
        turns = [
            {"role": m["role"], "content": m["content"]}
            for m in sample.messages
            if self.system or m["role"] != "system"
        ]
        if turns:
            fields = _fields(sample)
            yield {"messages": turns} | {name: fields.get(name) for name in self.columns}

    def _known(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        names: set[str] = set()
        for sample in samples:
            names.update(_fields(sample))
            yield sample
        for name in self.columns:
            if names and name not in names:
                raise JobError(
                    f"no sample has '{name}', a column asked for by the writer messages",
                    nearest(name, names),
                )


def _fields(sample: Sample) -> dict[str, Any]:
    own = {"id": sample.id, "language": sample.language, "method": sample.method}
    return sample.seeds | sample.facets | sample.columns | own
