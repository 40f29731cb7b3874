"""How much new text a run still brings, told while it goes on; and what is done when that dries up.

A row's novelty is the share of its runs of three tokens that no earlier row had, kept or dropped.
Rows are looked at in the order of their briefs, and what follows is decided after each `window` of
them, so the outcome depends on neither concurrency nor interruptions.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from textsynth.counts import Quotas
from textsynth.dryness import Dryness
from textsynth.events import Events
from textsynth.job import Job
from textsynth.records import Sample, Table, Verdict, percent
from textsynth.variety.counting import Distinct
from textsynth.variety.figures import Row, opening
from textsynth.variety.grams import Hashes, Units, grams, shingles
from textsynth.variety.seen import Seen

log = logging.getLogger("textsynth")

DUPLICATES = ("exact_duplicates", "near_duplicates", "semantic_duplicates", "rouge_l")
"""Filters that drop a row because it is like an earlier one."""

VALUES = 200
"""A facet with more values is not told of value by value."""

WARNINGS = 20
"""Values that a run warns of, besides those that it closes."""

PERSONA = "persona"
"""Is told of as the facets are, and is none."""

SHOWN = 20
"""Values in the table: those that bring the least."""

FEWEST = 30
"""Rows from which a run tells of its novelty."""

LONGEST = 2048
"""Tokens of a row that are looked at."""

_OPENINGS = 8192


@dataclass(slots=True)
class Stretch:
    """The last rows of a run, or of a value of a facet, and the first ones."""

    size: int
    rows: int = 0
    last: deque[tuple[int, int, bool]] = field(default_factory=deque)
    """(runs, new ones, whether it was dropped as a duplicate) of each."""
    first: tuple[int, int] = (0, 0)
    """Runs and new ones of the first `size` rows."""
    asked: int = 0
    new: int = 0
    duplicates: int = 0

    def add(self, asked: int, new: int, duplicate: bool) -> None:
        """Takes the next row."""
        self.rows += 1
        self.last.append((asked, new, duplicate))
        self.asked, self.new, self.duplicates = (
            self.asked + asked, self.new + new, self.duplicates + duplicate
        )  # fmt: skip
        if len(self.last) > self.size:
            gone = self.last.popleft()
            self.asked, self.new = self.asked - gone[0], self.new - gone[1]
            self.duplicates -= gone[2]
        if self.rows <= self.size:
            self.first = (self.asked, self.new)

    @property
    def full(self) -> bool:
        """Whether there are as many rows as are judged at a time."""
        return self.rows >= self.size

    @property
    def novelty(self) -> float:
        """The share of what the last rows say that is new; 1 where nothing was said."""
        return self.new / self.asked if self.asked else 1.0

    @property
    def began(self) -> float:
        """The same of the first rows."""
        asked, new = self.first
        return new / asked if asked else 1.0


class Novelty:
    """Watches the rows of one run. `over`: why the run is to end, "" while it is not."""

    def __init__(self, job: Job, quotas: Quotas, events: Events) -> None:
        self.options: Dryness | None = job.novelty or None
        self.over = ""
        self.warnings: list[str] = []
        self._quotas, self._events, self._units = quotas, events, Units()
        self._seen, self._openings = Seen(), Distinct(_OPENINGS)
        self._all = Stretch(self.options.window if self.options else 1)
        self._values: dict[str, dict[str, Stretch]] = {}
        self._many: set[str] = set()
        self._dry: set[tuple[str, str]] = set()
        self._closed: set[tuple[str, str]] = set()
        self._told = False

    def see(self, sample: Sample, dropped: Verdict | None) -> None:
        """Takes the next row that was written, in the order of the briefs."""
        if self.options is None:
            return
        row = Row.of(sample)
        asked, new = self._seen.add(shingles(self._units(row.text, LONGEST)))
        duplicate = dropped is not None and dropped.filter in DUPLICATES
        self._all.add(asked, new, duplicate)
        for facet, value in _marks(sample).items():
            if (stretch := self._of(facet, value)) is not None:
                stretch.add(asked, new, duplicate)
        first = next(iter(row.firsts().values()), "")
        self._openings.add(_whole(self._units(opening(first)[0])))
        if self._all.rows % self.options.window == 0:
            self._turn(self.options)

    def _of(self, facet: str, value: str) -> Stretch | None:
        if facet in self._many or self.options is None:
            return None
        values = self._values.setdefault(facet, {})
        if value not in values and len(values) >= VALUES:
            self._many.add(facet)
            del self._values[facet]
            return None
        return values.setdefault(value, Stretch(self.options.of_a_value))

    def _turn(self, options: Dryness) -> None:
        """The end of a window: tells of it, and does what the job has for the case."""
        self._events.emit("novelty", **self.state())
        if options.floor is None:
            return
        share = self._all.novelty
        if share < options.floor:
            words = (
                f"{percent(share, 1)} of the text of the last {options.window:,} rows is new, "
                f"under the floor of {percent(options.floor, 1)}"
            )
            if options.then == "stop":
                self.over = words
            elif not self._told:
                self._told = True
                self._warn(f"{words} (after {self._all.rows:,} rows)")
        for facet, values in self._values.items():
            if facet != PERSONA:
                self._look(facet, values, options.floor)

    def _look(self, facet: str, values: Mapping[str, Stretch], floor: float) -> None:
        """Finds values that bring nothing new, and goes over to the others where it may."""
        for value, stretch in values.items():
            if (facet, value) in self._closed or not stretch.full or stretch.novelty >= floor:
                continue
            said = f"{facet}={value}: {percent(stretch.novelty, 1)} of the text of its last "
            said += f"{stretch.size} rows is new (after {self._all.rows:,} rows)"
            if facet in self._quotas.loose and self._others(facet, value, floor):
                self._closed.add((facet, value))
                self._quotas.close(facet, value)
                self._warn(f"{said}: the run goes over to the other values of {facet}")
            elif (facet, value) not in self._dry and len(self._dry) < WARNINGS:
                self._warn(said)
            self._dry.add((facet, value))

    def _others(self, facet: str, but: str, floor: float) -> bool:
        """Whether another value of the facet is open and still brings new text, or is untried."""
        known = self._values[facet]
        return any(
            value not in known or not known[value].full or known[value].novelty >= floor
            for value in self._quotas.loose[facet]
            if value != but and (facet, value) not in self._closed
        )

    def _warn(self, words: str) -> None:
        self.warnings.append(words)
        log.warning("warning: %s", words)

    def state(self) -> dict[str, Any]:
        """Where it stands: rows, window, novelty, duplicates, next_opening_new, openings_to_come
        (shares from 0 to 1; openings at least, None: not known yet), dry (values that the run
        warned of)."""
        if self.options is None:
            return {}
        last = len(self._all.last)
        openings, in_all = self._openings, self._openings.in_all
        return {
            "rows": self._all.rows, "window": last, "novelty": round(self._all.novelty, 4),
            "duplicates": round(self._all.duplicates / last, 4) if last else 0.0,
            "next_opening_new": round(openings.unseen, 4),
            "openings_to_come": None if in_all is None else round(in_all - openings.different),
            "dry": [f"{facet}={value}" for facet, value in sorted(self._dry)],
        }  # fmt: skip

    def words(self) -> str:
        """One line for a panel; "" where nothing is known yet."""
        found = self.state()
        if not found or not found["window"]:
            return ""
        return (
            f"new text {percent(found['novelty'], 1)} of the last {found['window']} rows  "
            f"duplicates {percent(found['duplicates'], 1)}  "
            f"next opening new {percent(found['next_opening_new'], 1)}"
        )

    def tables(self) -> list[Table]:
        """What each value of each facet still brought at the end; none of a short run."""
        if self.options is None or self._all.rows < FEWEST:
            return []
        lines = [
            (stretch.novelty, facet, value, stretch)
            for facet, values in sorted(self._values.items())
            if len(values) > 1
            for value, stretch in sorted(values.items())
        ]
        lines = sorted(lines, key=lambda line: line[0])[:SHOWN] if len(lines) > SHOWN else lines
        rows = [("all rows", self._all)]
        rows += [(f"{facet}={value}", stretch) for _, facet, value, stretch in lines]
        closed = {f"{facet}={value}" for facet, value in self._closed}
        heads = ("rows of", "written", "new text at first", "new text lately", "trend", "")
        return [
            Table(
                "Novelty", heads,
                tuple(
                    (name, own.rows, percent(own.began, 1), percent(own.novelty, 1),
                     f"{100 * (own.novelty - own.began):+.0f} %" if own.rows > own.size else "",
                     "no more written" if name in closed else "")
                    for name, own in rows
                ),
            )
        ]  # fmt: skip


def _whole(units: Hashes) -> Hashes:
    """A text as one hash; none of an empty one."""
    return grams(units, max(1, len(units)))


def _marks(sample: Sample) -> dict[str, str]:
    """The facets of a row, and who it is about."""
    persona = sample.seeds.get(PERSONA)
    return {**({PERSONA: persona} if isinstance(persona, str) else {}), **sample.facets}
