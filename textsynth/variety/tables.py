"""The diversity of rows as tables: of one set, and of two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textsynth.records import Sample, Table, percent
from textsynth.variety.figures import Diversity, Figures, Row, Survey, Unseen

FEWEST = 30
"""Kept rows from which a run tells its diversity when it is closed."""

AT_CLOSING = 300
"""Rows that figures of pairs are of then: a second of work, however long the run."""

_OPENINGS, _OFTEN = 5, 0.02
"""Openings that are shown of a role, and the share from which one is."""

Cell = str | int | float


def _lines(found: Figures) -> Iterator[tuple[str, float | None, str]]:
    """(figure, its value, what it is of)."""
    tokens = f"blocks of {found.distinct_tokens:,} tokens"
    pairs = f"{found.pair_rows:,} rows"
    for n, share in enumerate(found.distinct, 1):
        yield f"distinct-{n}", share, tokens
    yield "self-BLEU", found.self_bleu, f"{found.bleu_rows:,} rows"
    yield "distance to the nearest row, mean", found.nearest_mean, pairs
    yield "the same, 5 % quantile", found.nearest_low, pairs
    yield "Vendi score", found.vendi, pairs
    yield "compression ratio", found.compression, f"{found.compression_bytes:,} bytes"


def _shown(value: float | None) -> Cell:
    return "-" if value is None else value


def tables(found: Diversity) -> list[Table]:
    """The figures of one set of rows; none without a row."""
    if not found.rows:
        return []
    columns = [("all turns" if found.roles else "all", found.all), *found.roles.items()]
    lines = [list(_lines(figures)) for _, figures in columns]
    rows: list[tuple[Cell, ...]] = [
        (name, *(_shown(column[number][1]) for column in lines), of)
        for number, (name, _, of) in enumerate(lines[0])
    ]
    rows += [
        (f"{name.replace('_', '-')} of every row", _shown(value), *["-"] * len(found.roles),
         f"{found.whole['tokens']:,} tokens")
        for name, value in found.whole.items()
        if name not in ("tokens", "exact")
    ]  # fmt: skip
    heads = ("figure", *(name for name, _ in columns), "of")
    made = [Table("Diversity", heads, tuple(rows))]
    return [*made, *_by_facet(found), *_openings(found), *_unseen(found)]


def _by_facet(found: Diversity) -> Iterator[Table]:
    heads = ("value", "rows", "distinct-2", "self-BLEU", "nearest, mean", "Vendi", "of rows")
    for facet, values in found.facets.items():
        yield Table(
            f"Diversity by {facet}", heads,
            tuple(
                (value, own.rows, _shown(own.distinct[1]), _shown(own.self_bleu),
                 _shown(own.nearest_mean), _shown(own.vendi), own.pair_rows)
                for value, own in values.items()
            ),
        )  # fmt: skip


def _openings(found: Diversity) -> list[Table]:
    rows = tuple(
        (role, f"{words} …", times, f"{100 * share:.1f} %")
        for role, openings in found.openings.items()
        for words, times, share in openings[:_OPENINGS]
        if share >= _OFTEN and times > 2
    )
    heads = ("first turn of", "how it begins", "rows", "share")
    return [Table("Openings that come often", heads, rows)] if rows else []


def _unseen(found: Diversity) -> list[Table]:
    rows = tuple(
        (one.unit, one.came, one.different, percent(one.new, 1), _shown(one.in_all))
        for one in found.unseen
        if one.came
    )
    heads = ("unit", "came", "different", "next one is new", "in all, at least")
    return [Table("What is still to come (Good-Turing)", heads, rows)] if rows else []


def compared(one: Diversity, other: Diversity, names: tuple[str, str]) -> list[Table]:
    """The figures of two sets side by side, with what the first has more or less."""
    rows: list[tuple[Cell, ...]] = [("rows", one.rows, other.rows, "", "")]
    for role in ["", *(role for role in one.roles if role in other.roles)]:
        pair = [found.roles[role] if role else found.all for found in (one, other)]
        for (name, left, of), (_, right, at) in zip(*map(_lines, pair), strict=True):
            words = f"{role}: {name}" if role else name
            size = of if of == at else f"{of}; {at}"
            rows.append((words, _shown(left), _shown(right), _more(left, right), size))
    for left_, right_ in _pairs(one, other):
        name = f"next one is new, {left_.unit}"
        shares = (percent(left_.new, 1), percent(right_.new, 1))
        rows.append((name, *shares, f"{100 * (left_.new - right_.new):+.0f} %", ""))
    heads = ("figure", *names, "difference", "of")
    said = [
        (role, f"{words} …", percent(share, 1), percent(dict(_share_of(other, role)).get(words, 0),
                                                        1))
        for role, openings in one.openings.items()
        for words, times, share in openings[:_OPENINGS]
        if share >= _OFTEN and times > 2
    ]  # fmt: skip
    made = [Table("Diversity, side by side", heads, tuple(rows))]
    if said:
        heads_ = ("first turn of", "how it begins", *names)
        made.append(Table("Openings that come often", heads_, tuple(said)))
    return made


def _pairs(one: Diversity, other: Diversity) -> Iterator[tuple[Unseen, Unseen]]:
    there = {own.unit: own for own in other.unseen}
    for own in one.unseen:
        if own.unit in there:
            yield own, there[own.unit]


def _share_of(found: Diversity, role: str) -> list[tuple[str, float]]:
    return [(words, share) for words, _, share in found.openings.get(role, ())]


def _more(left: float | None, right: float | None) -> str:
    if left is None or right is None:
        return ""
    share = f" ({100 * (left / right - 1):+.0f} %)" if right else ""
    return f"{left - right:+.4g}{share}"


def of_run(kept: Iterable[Sample], seed: int) -> list[Table]:
    """What a run tells of its kept rows when it is closed; nothing of fewer than `FEWEST`."""
    survey = Survey(seed, whole=False)
    for sample in kept:
        survey.add(Row.of(sample))
    return tables(survey.diversity(most=AT_CLOSING)) if survey.count >= FEWEST else []
