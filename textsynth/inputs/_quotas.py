"""Quotas over attributes of personas: how many places each kind of persona gets, in whole numbers.

Personas that count alike under every quota make a cell; a cell gets a number of places over all
chunks, such that each value of each attribute comes to its share.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from textsynth.errors import InputError, nearest

Row = dict[str, Any]
Quota = Literal["equal"] | Mapping[str, float]

_ROUNDS = 200
"""Of proportional fitting; far more than shares that can be held together need."""

_SPAN = re.compile(r"(\d+)(?:\s*[-–~]\s*(\d+)|(\+))?")


@dataclass(frozen=True, slots=True)
class Cells:
    """`of`: the cell of each row, -1 for rows that no quota has a place for."""

    of: Sequence[int]
    names: Sequence[str]
    """For people: `age_band 18-24, gender female`."""
    places: Sequence[int]
    """How many places each cell gets over all chunks; they add up to chunks x each."""
    most: Sequence[int]
    """How many places of one chunk a cell can fill."""


def cells_of(rows: Sequence[Row], quotas: Mapping[str, Quota], chunks: int, each: int) -> Cells:
    """The cells of `rows` under `quotas`, for `each` different rows to every chunk.

    Exact for one attribute; with several, as near as whole numbers come.
    Raises InputError for values that no row has, and for shares that these rows cannot hold.
    """
    total = chunks * each
    kinds = kinds_of(rows, quotas)
    wanted = {name: apportion(weights, total) for name, (weights, _) in kinds.items()}
    for name, (weights, counted) in kinds.items():
        _all_there(name, weights, counted, rows)
    counts = zip(*(counted for _, counted in kinds.values()), strict=True)
    keys = [key if None not in key else None for key in counts]
    size = Counter(key for key in keys if key is not None)
    cells = sorted(size, key=lambda key: tuple(map(str, key)))
    most = [min(each, size[cell]) for cell in cells]
    places = _places([tuple(map(str, c)) for c in cells], [size[c] for c in cells],
                     wanted, [chunks * m for m in most])  # fmt: skip
    number = {cell: k for k, cell in enumerate(cells)}
    names = [", ".join(f"{n} {v}" for n, v in zip(quotas, c, strict=True)) for c in cells]
    return Cells([-1 if key is None else number[key] for key in keys], names, places, most)


def kinds_of(
    rows: Sequence[Row], quotas: Mapping[str, Quota], option: str = "quotas"
) -> dict[str, tuple[dict[str, float], list[str | None]]]:
    """Attribute → the weights of its values, and the value that each row counts under, if any.

    `option`: what named them, for the error about one that no row has.
    """
    found = {}
    for name, quota in quotas.items():
        weights = _weights(name, quota, rows, option)
        found[name] = weights, [_counts_as(value_of(row, name), weights) for row in rows]
    return found


def value_of(row: Row, name: str) -> str:
    """An attribute of a persona as text, else a column of that name; empty where it has neither."""
    value = (row.get("attributes") or {}).get(name)
    value = row.get(name) if value is None else value
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def apportion(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """`total` split by weight, by largest remainder; ties to the earlier value."""
    whole = sum(Fraction(w).limit_denominator(10**6) for w in weights.values())
    exact = {v: Fraction(w).limit_denominator(10**6) * total / whole for v, w in weights.items()}
    found = {value: int(part) for value, part in exact.items()}
    left = total - sum(found.values())
    for value in sorted(exact, key=lambda v: found[v] - exact[v])[:left]:
        found[value] += 1
    return found


def counts_as(value: str, name: str) -> bool:
    """Whether a persona's value counts under a quota's: the same, or an age within its span."""
    if value.casefold() == name.casefold():
        return True
    inner, outer = _span(value), _span(name)
    return bool(inner and outer and outer[0] <= inner[0] and inner[1] <= outer[1])


def _span(text: str) -> tuple[float, float] | None:
    """18-24, 45+ or 34 as an interval."""
    match = _SPAN.fullmatch(text.strip())
    if not match:
        return None
    low = float(match[1])
    return low, math.inf if match[3] else float(match[2] or low)


def _weights(name: str, quota: Quota, rows: Sequence[Row], option: str) -> dict[str, float]:
    values = sorted({value for row in rows if (value := value_of(row, name))})
    if not values:
        known = {key for row in rows for key in (row.get("attributes") or {})}
        raise InputError(
            f"the {option} of personas name '{name}', which no persona has",
            nearest(name, known) or "these personas have no attributes",
            "name an attribute that they have",
        )
    if quota == "equal":
        return dict.fromkeys(values, 1.0)
    return {str(value): weight for value, weight in quota.items() if weight}


def _counts_as(value: str, weights: Mapping[str, float]) -> str | None:
    """The quota's value that a persona's counts under: its own before a span around it."""
    if not value:
        return None
    exact = next((name for name in weights if name.casefold() == value.casefold()), None)
    return exact or next((name for name in weights if counts_as(value, name)), None)


def _all_there(
    name: str, weights: Mapping[str, float], counted: Sequence[str | None], rows: Sequence[Row]
) -> None:
    missing = [value for value in weights if value not in counted]
    if missing:
        there = Counter(value for row in rows if (value := value_of(row, name)))
        shown = ", ".join(f"{value} ({n})" for value, n in there.most_common(20))
        raise InputError(
            f"the quotas of personas want {name} '{missing[0]}', which no persona has",
            f"their values, with how many have each: {shown}",
            "correct the value, or add personas",
        )


def _places(
    cells: Sequence[tuple[str, ...]],
    size: Sequence[int],
    wanted: Mapping[str, Mapping[str, int]],
    most: Sequence[int],
) -> list[int]:
    """Places per cell: fitted to all shares at once, then made whole. Raises InputError."""
    wants = list(wanted.items())
    fitted = [min(float(n), m) for n, m in zip(size, most, strict=True)]
    for _ in range(_ROUNDS if len(wants) > 1 else 1):
        for axis, (_, values) in enumerate(wants):
            for value, rows in values.items():
                mine = [k for k, cell in enumerate(cells) if cell[axis] == value]
                now = math.fsum(fitted[k] for k in mine)
                for k in mine:
                    fitted[k] = min(fitted[k] * rows / now if now else 0.0, most[k])
    places = [int(part + 1e-9) for part in fitted]
    _make_whole(places, cells, [values for _, values in wants], most)
    whole = sum(places) == sum(wants[0][1].values())
    worst: tuple[str, str, int, int] | None = None
    least = 0
    for axis, (name, values) in enumerate(wants):
        for value, rows in values.items():
            got = sum(n for n, cell in zip(places, cells, strict=True) if cell[axis] == value)
            slack = 0 if len(wants) == 1 or not whole else len(cells) + rows // 100
            if rows - got > max(slack, least):
                worst, least = (name, value, rows, got), rows - got
    if worst:
        raise _cannot(*worst, len(wants), most)
    return places


def _make_whole(
    places: list[int],
    cells: Sequence[tuple[str, ...]],
    wants: Sequence[Mapping[str, int]],
    most: Sequence[int],
) -> None:
    """Adds and takes single places while that brings the values nearer to what is wanted."""
    total = sum(wants[0].values())
    lack = [dict(values) for values in wants]
    for n, cell in zip(places, cells, strict=True):
        for axis, value in enumerate(cell):
            lack[axis][value] -= n

    def gain(k: int, step: int) -> int:
        """How much nearer the values of cell k come with one place more (1) or less (-1)."""
        now = [lack[axis][value] for axis, value in enumerate(cells[k])]
        return sum(abs(n) - abs(n - step) for n in now)

    def change(k: int, step: int) -> None:
        places[k] += step
        for axis, value in enumerate(cells[k]):
            lack[axis][value] -= step

    for _ in range(total + len(cells)):
        missing = total - sum(places)
        up = [k for k in range(len(cells)) if places[k] < most[k]]
        down = [k for k in range(len(cells)) if places[k] > 0]
        if missing > 0 and up:
            change(max(up, key=lambda k: (gain(k, 1), -k)), 1)
        elif missing < 0 and down:
            change(max(down, key=lambda k: (gain(k, -1), -k)), -1)
        else:
            taken = max(down, key=lambda k: (gain(k, -1), -k), default=-1)
            if taken < 0:
                return
            before = gain(taken, -1)
            change(taken, -1)
            given = max(up, key=lambda k: (gain(k, 1), -k), default=taken)
            if before + gain(given, 1) <= 0:
                change(taken, 1)
                return
            change(given, 1)


def _cannot(
    name: str, value: str, rows: int, got: int, quotas: int, most: Sequence[int]
) -> InputError:
    others = " with the other quotas" if quotas > 1 else ""
    return InputError(
        f"the quotas of personas want {rows:,} places for {name} '{value}'",
        f"these personas can fill {got:,}{others}, each of them once in a chunk, "
        f"{sum(most):,} places in all",
        "change the shares, lower `each`, or add personas",
    )
