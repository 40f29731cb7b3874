"""Curated rows in the form in which they came: the same columns, in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textsynth.records import Sample
from textsynth.writers import JsonLinesWriter
from textsynth.writers._given import record_of


class Same(JsonLinesWriter):
    """One row a sample, as the file had it that it was read from; mended where a filter mends.

    Rows that textsynth made have no other form: their turns as `messages`, and their columns.
    """

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The record."""
        yield record_of(sample)
