"""The shelf of writers: each puts kept samples on disk in a format that people train from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from textsynth.records import Sample, Summary
from textsynth.shelf import Part, Shelf
from textsynth.writers._text import whole


class Writer(Part):
    """Writes samples into a folder, streaming: memory does not grow with their number."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """Writes all samples below `folder` (made if missing) and returns the files written.

        `samples` can be walked more than once: each `iter(samples)` starts again at the first one
        and gives the same samples (a list, or an object that reads its file again; no generator).
        Same samples, same bytes. Files appear whole or not at all (written aside, then renamed).
        """
        raise NotImplementedError


class JsonLinesWriter(Writer):
    """A writer whose format is one JSON object a line, in `<part>.jsonl`."""

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample as rows of the format: usually one, none if it has no such form."""
        raise NotImplementedError

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """One file, UTF-8, a line a row."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{self.part}.jsonl"
        aside = target.with_suffix(".partial")
        with aside.open("w", encoding="utf8", newline="\n") as file:
            for sample in samples:
                for row in self.rows(sample):
                    file.write(whole(json.dumps(row, ensure_ascii=False)) + "\n")
        aside.replace(target)
        return [target]


SHELF = Shelf(__name__, Writer)
