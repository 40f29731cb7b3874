"""Holds numbers of kept rows for what only written rows have: a length, a sentiment, a language."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from textsynth.apportion import share
from textsynth.cells import BY, told
from textsynth.errors import JobError, nearest
from textsynth.measures import BANDS, COLUMN, Bands, Measure, known, measure, values
from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Closing, Sample, Setting, Table, Verdict

REST = "*"
"""The cell of all values that are not named."""

Rows = Literal["exact"] | dict[str, Annotated[int, Field(ge=0)]]


class Balance(Filter):
    """`balance: {length_band: {short: 100, long: 50}}`; in a job, rather `quotas`, which come here.

    A property is length_band, language, script, sentiment, register, turns, outcome or label; of
    one side `register.assistant`; `column.NAME`; or a product: `length_band x sentiment`. Rows of a
    cell that is full when their turn comes go, in the order of the briefs. What was measured is on
    the kept rows, as facets.
    """

    rows: dict[str, Rows] = Field(default_factory=dict)
    """Property → value → kept rows (`*`: all other values together), or `exact`: equal shares of
    the job's count. The properties may also stand beside `bands`, without `rows`."""

    bands: dict[str, Annotated[int, Field(ge=1)] | None] = Field(default_factory=dict)
    """Length bands of your own: name → characters below which a text is in it, rising, the last
    one null. One of Hangul, Han or Kana counts as two. {short: 400, medium: 1200, long: null}"""

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, raw: Any) -> Any:
        """Properties may be written beside the other options."""
        if not isinstance(raw, dict):
            return raw
        own = {name: value for name, value in raw.items() if name in cls.model_fields}
        more = {name: value for name, value in raw.items() if name not in cls.model_fields}
        if not more:
            return raw
        given = {
            name: {str(cell): rows for cell, rows in found.items()}
            if isinstance(found, dict)
            else found
            for name, found in more.items()
        }
        return {**own, "rows": {**(own.get("rows") or {}), **given}}

    @field_validator("rows")
    @classmethod
    def _measurable(cls, rows: dict[str, Rows]) -> dict[str, Rows]:
        for name in rows:
            parts = parts_of(name)
            if len(parts) == 1 and not known(name):
                try:
                    measure(name)
                except JobError as error:
                    raise ValueError(str(error)) from None
        return rows

    @field_validator("bands")
    @classmethod
    def _rising(cls, bands: dict[str, int | None]) -> dict[str, int | None]:
        tops = [float("inf") if top is None else top for top in bands.values()]
        if bands and (len(bands) < 2 or tops[-1] != float("inf") or sorted(set(tops)) != tops):
            raise ValueError(
                "bands must rise and end with an open one, as {short: 400, medium: 1200, long: "
                "null}"
            )
        return bands

    def screen(self, setting: Setting) -> Screen:
        """Counts the kept rows of each cell."""
        return Balancing(self, setting)

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Raises JobError where the cells have no room for all rows of the job."""
        for name, cells in self.wanted(setting).items():
            self._named(name, cells)
            room = sum(cells.values())
            if room < setting.count:
                raise JobError(
                    f"balance: {name} has room for {room} rows, and count is {setting.count}",
                    fix=f"raise its rows, add `'{REST}'` for all other values, or lower count",
                )
        return ()

    def _named(self, name: str, cells: Mapping[str, int]) -> None:
        """Raises JobError for a band or a sentiment that no row can have."""
        for at, part in enumerate(parts_of(name)):
            # What registers there are goes by the language of a row, which need not be the job's.
            all_of = () if part.startswith("register") else values(part, "", self._bands)
            for cell in cells if all_of else ():
                value = dict(enumerate(parts_of(cell))).get(at, cell)
                if REST not in (cell, value) and value not in all_of:
                    raise JobError(
                        f"balance: no row can have the {part} '{value}'", nearest(value, all_of)
                    )

    def wanted(self, setting: Setting) -> dict[str, dict[str, int]]:
        """Property → cell → kept rows. Raises JobError where `exact` cannot be worked out."""
        return {
            name: self._equal(name, setting) if cells == "exact" else dict(cells)
            for name, cells in self.rows.items()
        }

    def measures(self) -> dict[str, Measure]:
        """How each property is measured."""
        return {name: _measured(parts_of(name), self._bands) for name in self.rows}

    @property
    def _bands(self) -> Bands:
        own = {n: float("inf") if top is None else top for n, top in self.bands.items()}
        return own or BANDS

    def _equal(self, name: str, setting: Setting) -> dict[str, int]:
        lists = [values(part, setting.language, self._bands) for part in parts_of(name)]
        if not all(lists) or not setting.count:
            raise JobError(
                f"balance: `{name}: exact` says not how many rows a value gets",
                "its values are not known beforehand" if setting.count else "there is no count",
                f"write for example `{name}: {{one: 50, other: 50}}`",
            )
        cells = [BY.join(cell) for cell in itertools.product(*lists)]
        return share(dict.fromkeys(cells, 1.0), setting.count)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Kept rows of each cell, and those that were turned away because it was full."""
        kept: Counter[tuple[str, str]] = Counter()
        away: Counter[tuple[str, str]] = Counter()
        for sample, verdicts in closing.screened:
            first = next((v for v in verdicts if not v.keep), None)
            if first is None:
                kept.update((name, sample.facets.get(name, "")) for name in self.rows)
            elif first.filter == self.part:
                name = str(first.details["full"])
                away[name, str(first.details["measured"][name])] += 1
        lines: list[tuple[str | int, ...]] = []
        for name, named in self.wanted(closing.setting).items():
            found = [value for key, value in sorted({*kept, *away}) if key == name]
            for value in dict.fromkeys([*(c for c in named if c != REST), *found]):
                asked = named.get(value, "" if REST in named else 0)
                spot = (name, value)
                lines.append((told(parts_of(name), value), asked, kept[spot], away[spot]))
            if REST in named:
                others = [(name, value) for value in found if value not in named]
                both = (sum(counts[spot] for spot in others) for counts in (kept, away))
                lines.append((f"{name}: all others", named[REST], *both))
        if not lines:
            return ()
        return (Table("Balance", ("cell", "wanted", "kept", "turned away"), tuple(lines)),)


class Balancing:
    """The cells of one run."""

    def __init__(self, options: Balance, setting: Setting) -> None:
        self.left = options.wanted(setting)
        self._measures = options.measures()

    def __call__(self, sample: Sample) -> Verdict:
        measured = self._values(sample)
        name = self._closed(measured)
        if not name:
            return KEEP
        value = measured[name]
        spot = self._cell(name, value)
        # A value that nobody named may be anything, so it is no part of the reason.
        reason = f"unwanted: {name}" if spot is None else f"full: {told(parts_of(name), spot)}"
        return Verdict(keep=False, reason=reason, details={"full": name, "measured": measured})

    def foresees(self, sample: Sample) -> bool:
        """A cell that is full stays so."""
        return self._closed(self._values(sample)) != ""

    def kept(self, sample: Sample) -> Sample:
        """Counts a row that all filters keep; the row, with what was measured among its facets."""
        measured = self._values(sample)
        for name, value in measured.items():
            cell = self._cell(name, value)
            if cell is not None:
                self.left[name][cell] -= 1
        return replace(sample, facets={**sample.facets, **measured})

    def short(self) -> list[str]:
        """`length_band=short: 3 more` for each cell that is not full."""
        return [
            f"{told(parts_of(name), cell)}: {rows:,} more"
            for name, cells in self.left.items()
            for cell, rows in cells.items()
            if rows > 0
        ]

    def _values(self, sample: Sample) -> dict[str, str]:
        return {name: value(sample) for name, value in self._measures.items()}

    def _cell(self, name: str, value: str) -> str | None:
        cells = self.left[name]
        return value if value in cells else REST if REST in cells else None

    def _closed(self, measured: Mapping[str, str]) -> str:
        """The first property in whose cell the row has no place."""
        for name, value in measured.items():
            cell = self._cell(name, value)
            if cell is None or self.left[name][cell] <= 0:
                return name
        return ""


def parts_of(name: str) -> tuple[str, ...]:
    """The properties of a product, or the one that it is."""
    return tuple(part.strip() for part in name.split(BY))


def _measured(parts: Sequence[str], bands: Bands) -> Measure:
    # What is no property by name is a facet, in a product.
    each = [measure(part if known(part) else f"{COLUMN}.{part}", bands) for part in parts]
    if len(each) == 1:
        return each[0]
    return lambda sample: BY.join([value(sample) for value in each])
