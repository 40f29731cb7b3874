"""Labelled texts with their labels as classes: a parquet file with `ClassLabel` features."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import Field

from textsynth.errors import JobError, nearest
from textsynth.records import Sample, Summary
from textsynth.writers import Writer
from textsynth.writers._text import put, whole

_BATCH = 5_000


class Classification(Writer):
    """`classification.parquet` with `text` and `label`: `load_dataset` gives a ClassLabel.

    Labels are numbered by the order of their names, the same in every export of the same labels.
    `labels.json` beside it has both directions, as a model's `id2label` and `label2id`.
    """

    text: str = ""
    """The column that holds the text; without one the first turn does."""

    label: str = "label"
    """The facet or column that holds the label."""

    labels: list[str] = Field(default_factory=list)
    """All labels in the order of their numbers, where others may come later; else those there."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """Two files. Raises JobError where no sample has a label, or one is not in `labels`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = self._names(samples)
        kinds = {
            "text": {"dtype": "string", "_type": "Value"},
            "label": {"names": names, "_type": "ClassLabel"},
        }
        about = {"huggingface": json.dumps({"info": {"features": kinds}}, ensure_ascii=False)}
        schema = pa.schema([("text", pa.string()), ("label", pa.int64())], metadata=about)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "classification.parquet"
        aside = target.with_suffix(".partial")
        number = {name: n for n, name in enumerate(names)}
        with pq.ParquetWriter(aside, schema, compression="zstd") as file:
            for texts, labels in self._batches(samples):
                columns = [pa.array(texts), pa.array([number[x] for x in labels], pa.int64())]
                file.write_batch(pa.record_batch(columns, schema=schema))
        aside.replace(target)
        both = {"id2label": dict(enumerate(names)), "label2id": number}
        text = json.dumps(both, ensure_ascii=False, indent=1) + "\n"
        return [target, put(text, folder / "labels.json")]

    def _names(self, samples: Iterable[Sample]) -> list[str]:
        found: set[str] = set()
        others: set[str] = set()
        for sample in samples:
            label = self._label(sample)
            if label is None:
                others.update(sample.facets, sample.columns)
            else:
                found.add(label)
        if not found and others:
            raise JobError(
                f"no sample has '{self.label}', which the writer classification takes as its label",
                nearest(self.label, others),
            )
        unknown = sorted(found - set(self.labels)) if self.labels else []
        if unknown:
            raise JobError(
                f"the label '{unknown[0]}' is not among `labels` of the writer classification",
                nearest(unknown[0], self.labels),
            )
        return [whole(name) for name in self.labels or sorted(found)]

    def _label(self, sample: Sample) -> str | None:
        value = sample.facets.get(self.label, sample.columns.get(self.label))
        return None if value is None else whole(str(value))

    def _text(self, sample: Sample) -> str:
        if self.text:
            return whole(str(sample.columns.get(self.text) or ""))
        return whole(next((m["content"] for m in sample.messages if m["role"] == "user"), ""))

    def _batches(self, samples: Iterable[Sample]) -> Iterator[tuple[list[str], list[str]]]:
        rows: Iterator[Any] = ((self._text(s), self._label(s)) for s in samples)
        kept = ((text, label) for text, label in rows if label is not None and text.strip())
        while batch := list(islice(kept, _BATCH)):
            yield [text for text, _ in batch], [label for _, label in batch]
