"""Conversations as `{messages: [{role, content}], tools?}`, which TRL, Axolotl and OpenAI read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.errors import JobError, nearest
from textsynth.records import Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._text import tools_of, turn_of


class Messages(JsonLinesWriter):
    """One row a sample: its turns, and the columns asked for."""

    system: bool = True
    """Keep the system turns."""

    columns: list[str] = Field(default_factory=list)
    """Also put in each row: id, language, method, a facet, a column of the method, or a seed
    (chunk, source, persona). A sample without it gets null."""

    tools_as_text: bool = False
    """`tools` as JSON in a text, which `load_dataset` reads as it is where rows have different
    tools. Off: a list, as OpenAI takes it."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """One file. Raises JobError for a column that no sample has; nothing is written then."""
        return super().write(self._known(samples), folder, summary)

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none if no turn is left."""
        turns = [turn_of(m) for m in sample.messages if self.system or m["role"] != "system"]
        if turns:
            fields = _fields(sample)
            row: dict[str, Any] = {"messages": turns}
            if tools := tools_of(sample):
                text = json.dumps(tools, ensure_ascii=False)
                row["tools"] = text if self.tools_as_text else tools
            yield row | {n: fields.get(n) for n in self.columns if n not in row}

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
