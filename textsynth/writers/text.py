"""Plain texts as TRL reads them for language modelling: `{text}`, also through a chat template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.errors import JobError, nearest
from textsynth.records import Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._template import ChatTemplate


class Text(JsonLinesWriter):
    """One row a sample: `text`, which the loss falls on from end to end."""

    column: str = ""
    """The column that holds the text; without one the turns make it."""

    template: Path | None = None
    """A chat template that renders the turns: a `.jinja` file, a `tokenizer_config.json`, or a
    folder with either. Without one the turns stand under the names of their speakers."""

    turns: str = Field(default="{who}: {text}", pattern=r"\{text\}")
    """How a turn is written without a template; `{who}` is the speaker (customer, agent, user)."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """One file. Raises JobError where the column or the template cannot be used."""
        if self.column:
            names = {name for sample in samples for name in sample.columns}
            if names and self.column not in names:
                raise JobError(
                    f"no sample has '{self.column}', the column that the writer text takes",
                    nearest(self.column, names),
                )
        return super().write(samples, folder, summary)

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none."""
        text = self._text(sample)
        if text.strip():
            yield {"text": text}

    def _text(self, sample: Sample) -> str:
        if self.column:
            return str(sample.columns.get(self.column) or "")
        if self.template is not None:
            return ChatTemplate.of(self.template).render(sample)
        said = [
            (sample.speakers.get(m["role"], m["role"]), m["content"])
            for m in sample.messages
            if m["content"].strip()
        ]
        if len(said) == 1:
            return said[0][1]
        made = (self.turns.replace("{who}", who).replace("{text}", text) for who, text in said)
        return "\n\n".join(made)
