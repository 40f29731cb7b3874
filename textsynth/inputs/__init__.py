"""The shelf of inputs: each reads files into rows that briefs are drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from textsynth.records import Brief, Shares, Source, Table
from textsynth.shelf import Part, Shelf
from textsynth.treewalk import TreeWalk

Row = dict[str, Any]
"""Plain JSON with an `id` that is unique among its input's rows."""


@dataclass(frozen=True, slots=True)
class Items:
    """What one input read: its rows, and a `Source` per file, also for those it could not read."""

    rows: Sequence[Row]
    sources: Sequence[Source]


class Input(Part):
    """Reads rows. An axis is walked (each brief gets the next row); a pool is drawn from.

    A pool has an option `each`: how many of its rows one brief draws, or all if there are fewer.
    The rows of a reference go into no brief: they are measured.
    With `by`, the name of a facet, a brief draws only rows that hold its value in that column.
    """

    field: ClassVar[str]
    """The name under which prompts see one row (axis) or several (pool)."""

    use: ClassVar[Literal["axis", "pool", "reference"]] = "axis"

    learned: ClassVar[bool] = False
    """Whether the rows are about a field of knowledge, as models write them: names in them, such as
    Adam Smith, are no customer's, and stay."""

    def load(self, home: Path) -> Items:
        """Reads everything; paths are relative to `home`, the job's folder.

        Raises InputError when nothing usable is there; a file that cannot be read while others can
        becomes a `Source` with a problem.
        """
        raise NotImplementedError

    def suit(self, rows: Sequence[Row], chunks: Sequence[Row]) -> Callable[[int], Sequence[int]]:
        """For chunk number k: the numbers of the rows that may go with it, all by default.

        Each chunk must be given equally many rows.
        """
        everything = range(len(rows))
        return lambda k: everything

    def admit(self, items: Items, language: str) -> Items:
        """What was loaded, without the rows that do not fit a job in that language."""
        return items

    def cautions(self, rows: Sequence[Row], chunks: Sequence[Row], language: str) -> Sequence[str]:
        """What about these rows will not do what it seems to, in words for `check` and `run`."""
        return ()

    def walk(self, rows: Sequence[Row]) -> TreeWalk | None:
        """How an axis walks its rows where these are a tree; None: all of them, block by block.

        A brief then depends on its row and on how often that came before, not on the other rows.
        """
        return None

    def marks(self, row: Row) -> Mapping[str, str]:
        """Facets that a row of an axis brings to its briefs: name → value, from the row alone."""
        return {}

    def carries(self) -> bool:
        """Whether rows may bring facets, so that quotas may name ones that no `vary` has."""
        return self.use == "axis" and type(self).marks is not Input.marks

    def shares(self, home: Path) -> Shares | None:
        """What the input says about facets, quotas and count; asked when the job is read."""
        return None

    def says(self, brief: Brief, language: str) -> dict[str, Any]:
        """Fields for the prompts of a brief beyond its own, such as `style`."""
        return {}

    def why(self, rows: Sequence[Row], chunks: Sequence[Row], brief: Brief) -> Table | None:
        """Why this brief got the row of this input that it has, for `explain`."""
        return None


SHELF = Shelf(__name__, Input)
