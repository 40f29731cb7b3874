"""The planted texts as seeds of a job, and a search for their values in all that a run wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from tests.privacy.planted import rows
from textsynth.privacy import find

SETS = ("planted", "second")


def texts() -> list[str]:
    """The planted texts."""
    return [row["text"] for name in SETS for row in rows(name)]


def values() -> set[str]:
    """The planted values that `find` finds, as they are written, but for two letters and the like.

    How many it finds is what the tests of `privacy` are about.
    """
    found: set[str] = set()
    for name in SETS:
        for row in rows(name):
            places = find(row["text"])
            found |= {
                row["text"][value["start"] : value["end"]]
                for value in row["values"]
                if any(one.start <= value["start"] and value["end"] <= one.end for one in places)
            }
    return {value for value in found if len(value) >= 5 or (not value.isascii() and len(value) > 2)}


def seeds(folder: Path) -> Path:
    """Writes the texts as documents, one a line."""
    path = folder / "letters.jsonl"
    lines = (json.dumps({"text": text}, ensure_ascii=False) for text in texts())
    path.write_text("\n".join(lines) + "\n", "utf8")
    return path


def written(run: Path) -> Iterator[tuple[str, str]]:
    """(name, content) of every file of a run; columns of Parquet files as text."""
    for path in sorted(run.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes().decode("utf8", "replace")
            if path.suffix == ".parquet":
                yield path.name, str(pq.read_table(path).to_pylist())
