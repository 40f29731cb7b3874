"""Rows of many sources as rows of one run: one form for all, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from textsynth.apportion import fraction, share
from textsynth.records import Sample, digest
from textsynth.writers._given import pair_columns

ORIGIN, ORIGIN_ROW = "origin", "origin_row"
_OWN = frozenset({"id", "language", "method", "models"})
"""Columns by which a dataset that textsynth wrote is known, beside the messages."""

_LINEAGE = ("persona", "source", "chunk")
_COST = ("tokens_in", "tokens_out")


def merged_sample(
    sample: Sample, record: Mapping[str, Any], origin: str, number: int, first: int
) -> Sample:
    """A row as it stands in a merged run: what is said as turns, all else as columns or seeds.

    `record`: the row as it was read, the `number`-th of all; `first`: number of the first row of
    its source. The row of a run keeps its id, brief, seeds, persona, facets and replies. The id of
    a foreign row, or its place in its source, stands in the column `origin_row`.
    """
    seeds, columns = dict(sample.seeds), dict(sample.columns)
    form = seeds.pop("form", None)
    own = record.get("id")
    row = str(own) if isinstance(own, str | int) and own not in ("", True, False) else ""
    method = sample.method
    if form is not None:
        if form.get("kind") == "preference":
            taken = {form["chosen"], form["rejected"], form.get("prompt")}
            columns = {name: value for name, value in columns.items() if name not in taken}
            columns = {**pair_columns(sample), **columns}
        elif sample.speakers.get("assistant") == "label":
            text, label = (turn["content"] for turn in sample.messages)
            columns = {"text": text, "label": label, **columns}
        known = columns.keys() >= _OWN
        columns.pop("id", None)
        if known:
            method = str(columns.pop("method"))
            columns.pop("language")
            found = {name: columns.pop(name, None) for name in _LINEAGE}
            seeds |= {name: value for name, value in found.items() if value}
            for name in _COST:
                columns.pop(name, None)
    if ORIGIN in columns and ORIGIN_ROW in columns:
        before = [columns.pop(ORIGIN), columns.pop(ORIGIN_ROW)]
        seeds["origins"] = [*(seeds.get("origins") or ()), " ".join(map(str, before))]
    elif ORIGIN in columns:
        columns[f"{ORIGIN}_given"] = columns.pop(ORIGIN)
    columns |= {ORIGIN: origin, ORIGIN_ROW: row or str(number - first + 1)}
    return replace(sample, index=number, method=method, columns=columns, seeds=seeds)


def lot_of(row: Mapping[str, Any], seed: int) -> int:
    """The lot of a merged row: those with the smallest are taken. By its source and its id there,
    so that neither the order of the sources nor their other rows matter."""
    columns = row["columns"]
    return int(digest(seed, "merge", columns[ORIGIN], columns[ORIGIN_ROW], size=8), 16)


def rows_to_take(
    there: Sequence[int], weights: Sequence[float] | None, count: int | None
) -> list[int]:
    """Of each source so many rows, out of those that are `there`.

    Without weights: all of them, or `count` in the proportions in which they are there. With
    weights: `count` rows by weight, where what one source lacks is shared by the others; without a
    count, as many as there can be so that the weights hold, of sources that have any row left.
    """
    if weights is None:
        if count is None or count >= sum(there):
            return list(there)
        dealt = share({n: rows for n, rows in enumerate(there) if rows}, count)
        return [dealt.get(n, 0) for n in range(len(there))]
    parts = [fraction(weight) for weight in weights]
    if count is None:
        own = {n: part for n, part in enumerate(parts) if there[n]}
        whole = min((Fraction(there[n]) / part for n, part in own.items()), default=Fraction())
        found = share(own, int(whole * sum(own.values()))) if own else {}
        return [min(rows, found.get(n, 0)) for n, rows in enumerate(there)]
    taken, left = [0] * len(there), min(count, sum(there))
    open_ = dict(enumerate(parts))
    while open_:
        dealt = share(open_, left)
        full = [n for n, rows in dealt.items() if rows >= there[n]]
        for n in full or dealt:
            taken[n] = min(dealt[n], there[n])
            left -= taken[n]
            del open_[n]
    return taken
