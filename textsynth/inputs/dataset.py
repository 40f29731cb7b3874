"""A dataset of the Hub, or a local one, whose rows are the chunks that briefs are drawn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from textsynth.inputs import Input, Items, Row
from textsynth.inputs._chunks import nearly_repeats, record_chunks
from textsynth.records import Source
from textsynth.rowfiles.hub import HubRows


class Dataset(Input):
    """The first `rows` rows of a dataset on the Hub, streamed; or of a local folder or file.

    Each row is one chunk with its columns in `fields`; a long text is cut. A dataset that needs an
    account is read with the token that `hf auth login` or HF_TOKEN gives.
    """

    shorthand: ClassVar[str] = "id"
    field: ClassVar[str] = "chunk"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    id: str = Field(min_length=1)
    """owner/name on the Hub; or a folder, a Parquet, JSONL, JSON or CSV file, from the job's
    folder, where there is one of that name."""

    split: str = "train"
    """Which split."""

    config: str | None = None
    """Which configuration, where the dataset has several."""

    revision: str | None = None
    """A branch, tag or commit; name a commit to have the same rows for ever."""

    rows: int = Field(default=5000, ge=1, le=1_000_000)
    """At most so many rows are read, from the first on."""

    text_fields: list[str] | None = Field(default=None, min_length=1)
    """Which columns make the text, in this order; all that hold text by default."""

    chunk_chars: int = Field(default=1200, ge=200, le=20000)
    """No chunk is longer than this many characters."""

    near_duplicates: float | None = Field(default=0.9, gt=0, le=1)
    """A chunk is left out when an earlier one with the same figures is as similar as this
    (Jaccard); false: never."""

    licence: str = ""
    """The licence of these rows, carried into the data card."""

    @field_validator("near_duplicates", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        return None if value is False else value

    def load(self, home: Path) -> Items:
        """Every chunk of the first `rows` rows; of equal texts the first stays."""
        hub = HubRows(self.id, self.split, self.config, self.revision, self.rows)
        shown = hub.shown(home)
        near = nearly_repeats(self.near_duplicates) or (lambda row: False)
        kept: dict[str, Row] = {}
        repeats = close = 0
        for row in record_chunks(shown, hub.records(home), self.chunk_chars, self.text_fields):
            if row["text"] in kept:
                repeats += 1
            elif near(row):
                close += 1
            else:
                kept[row["text"]] = row
        rows = list(kept.values())
        source = Source(
            shown, "dataset", len(rows), "", self.licence, duplicates=repeats,
            near_duplicates=close, characters=sum(len(row["text"]) for row in rows),
        )  # fmt: skip
        return Items(rows, [source])
