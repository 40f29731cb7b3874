"""Rows of files as they are, with all their columns, to be filtered and judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.records import Source, digest
from textsynth.rowfiles.anywhere import records_of
from textsynth.rowfiles.sample_rows import Names, names_in, row_of

HEAD = 50
"""Records that the columns are told from."""


class Rows(Input):
    """Rows of a run, of CSV, TSV, JSONL, JSON and Parquet files, or of a dataset on the Hub.

    For the method `given`. Columns are known by their names, as with `samples`; the others are
    kept with the row, also a chosen and a rejected answer, a `context` and a `reference`. Rows that
    name another `language` than the job's are left out; all others stay, repeats too.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "given"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    from_: list[str] = Field(alias="from", min_length=1)
    """Run folders or their job files, record files, folders, globs, from the job's folder; or
    owner/name of a dataset on the Hub."""

    instruction: str = ""
    """The column of the request; found by its name when not given."""

    reply: str = ""
    """The column of the answer; found by its name when not given."""

    messages: str = ""
    """The column that holds a whole conversation; found by its name when not given."""

    rows: int = Field(default=100_000, ge=1, le=1_000_000)
    """At most so many rows of each file or dataset are read, from the first on."""

    split: str = "train"
    """Which split of a dataset on the Hub."""

    licence: str = ""
    """The licence of these rows, carried into the data card."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def load(self, home: Path) -> Items:
        """Every row that has a text, in order. Raises InputError where there is none."""
        found: list[Row] = []
        sources: list[Source] = []
        for name in self.from_:
            by_source: dict[str, list[Mapping[str, Any]]] = {}
            for one in records_of(name, home, "rows", split=self.split, limit=self.rows):
                by_source.setdefault(one.source, []).append(one.record)
            for source, records in by_source.items():
                own = list(self._rows(source, records))
                left = len(records) - len(own)
                note = f"{left:,} row(s) without a text left out" if left else ""
                sources.append(Source(source, "rows", len(own), licence=self.licence, note=note))
                found += own
        if not found:
            raise InputError(
                f"rows found no row with a text in {', '.join(self.from_)}",
                fix="name the columns with `messages:`, or with `instruction:` and `reply:`",
            )
        return Items(list(_apart(found)), sources)

    def admit(self, items: Items, language: str) -> Items:
        """Without the rows that name another language."""
        rows = [row for row in items.rows if row["language"] in ("", language)]
        return Items(rows, items.sources)

    def _rows(self, source: str, records: list[Mapping[str, Any]]) -> Iterator[Row]:
        given = Names(self.messages, self.instruction, "", self.reply)
        names = names_in(records[:HEAD], source, given)
        for record in records:
            row = row_of(record, names, source)
            if row is None:
                continue
            system = [{"role": "system", "content": row["system"]}] if row["system"] else []
            yield {
                "id": row["id"], "messages": [*system, *row["messages"]],
                "columns": _columns(record, names), "speakers": record.get("speakers") or {},
                "language": str(record.get("language") or ""), "source": source,
            }  # fmt: skip


_OWN = frozenset({"id", "index", "brief", "method", "language", "speakers", "seeds", "replies",
                  "verdicts", "columns"})  # fmt: skip
"""Fields that a row of a run has of itself."""


def _columns(record: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """What else a record says; of a run's row without what the run noted, save for the models that
    wrote it, so that a judge of their family can be told."""
    used = {names.messages, names.instruction, names.more, names.reply} - {"prompt", "chosen"}
    own = record.get("columns")
    replies = record.get("replies")
    writers = {str(one["model"]) for one in replies} if own and isinstance(replies, list) else set()
    rest = {k: v for k, v in record.items() if k not in used and k not in _OWN and v is not None}
    if not isinstance(own, dict):
        return rest
    return {**rest, **own, **({"written_by": sorted(writers)} if writers else {})}


def _apart(rows: list[Row]) -> Iterator[Row]:
    """The rows, each with an id of its own: two may be the same, two files count from 1."""
    seen: dict[str, int] = {}
    for row in rows:
        name = row["id"]
        seen[name] = number = seen.get(name, 0) + 1
        yield row if number == 1 else {**row, "id": digest(name, number, size=8)}
