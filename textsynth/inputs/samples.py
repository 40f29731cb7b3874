"""Finished rows: each brief goes on from one of them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, Field

from textsynth.inputs import Input, Items
from textsynth.inputs._record_files import read_records
from textsynth.records import Source, digest


class Samples(Input):
    """Finished rows from a JSONL file with `instruction` and `reply`, or `messages`."""

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "sample"

    from_: str = Field(alias="from")
    """A JSONL file of rows, relative to the job's folder."""

    def load(self, home: Path) -> Items:
        """A row for each record."""
        rows = []
        for place, record in read_records(home / self.from_, self.from_):
            messages = record.get("messages") or [
                {"role": "user", "content": record["instruction"]},
                {"role": "assistant", "content": record["reply"]},
            ]
            asked = next(m["content"] for m in messages if m["role"] == "user")
            rows.append(
                {
                    "id": digest(place, messages, size=8), "instruction": asked,
                    "reply": messages[-1]["content"], "messages": messages, "source": self.from_,
                }
            )  # fmt: skip
        return Items(rows, [Source(self.from_, "samples", len(rows))])
