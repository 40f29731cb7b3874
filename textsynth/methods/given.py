"""Rows as they are given: nothing is written, the filters alone decide."""

from __future__ import annotations

from typing import ClassVar

from textsynth.asking import Ask
from textsynth.methods import Method
from textsynth.records import Brief, Draft, Message


class Given(Method):
    """Takes each row of the input `samples` as it stands, for a job that only filters.

    `textsynth curate` does the same for files of any size, and keeps every column.
    """

    needs: ClassVar[tuple[str, ...]] = ("sample",)
    lacking: ClassVar = {"sample": "name rows under `inputs: {samples: …}`"}
    reads: ClassVar[tuple[str, ...]] = ("sample",)

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """The row, and the columns that came with it."""
        row = brief.fields["sample"]
        system: list[Message] = (
            [{"role": "system", "content": row["system"]}] if row.get("system") else []
        )
        turns: list[Message] = [
            {"role": turn["role"], "content": turn["content"]} for turn in row["messages"]
        ]
        return Draft([*system, *turns], dict(row.get("columns", {})))
