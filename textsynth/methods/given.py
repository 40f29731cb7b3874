"""Rows as they are given: nothing is written, the filters and judges alone decide."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from textsynth.asking import Ask
from textsynth.errors import JobError
from textsynth.methods import Around, Method
from textsynth.records import Brief, Draft, Message


class Given(Method):
    """Takes each row of the input `rows` (or `samples`) as it stands; goes with `count: all`.

    `textsynth curate` does the same for files of any size, and gives every column back as it was.
    """

    reads: ClassVar[tuple[str, ...]] = ("given", "sample")

    def ready(self, around: Around) -> Self:
        """Raises JobError where the job has no rows."""
        if not any(around.rows.get(name) for name in self.reads):
            raise JobError(
                "the method 'given' needs rows",
                f"inputs holds: {', '.join(around.rows) or 'nothing'}",
                "add `rows: FILE` under inputs",
            )
        return self

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """The row, and the columns that came with it; `given` is its id there."""
        row: dict[str, Any] = brief.fields.get("given") or brief.fields["sample"]
        turns: list[Message] = list(row["messages"])
        if row.get("system") and not any(turn["role"] == "system" for turn in turns):
            turns.insert(0, {"role": "system", "content": row["system"]})
        columns = {**row.get("columns", {}), "given": row["id"]}
        return Draft(turns, columns, dict(row.get("speakers", {})))
