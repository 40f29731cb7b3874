"""Commands around versions: versions, diff, extend, repair."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

import textsynth as ts
from textsynth import show
from textsynth.commands import AsJson, RunAt, command, emit, err, out
from textsynth.live import make_view
from textsynth.records import percent
from textsynth.versions import Difference


@command()
def versions(target: RunAt, as_json: AsJson = False) -> None:
    """List the versions of a run: rows, what each took, what changed since the one before."""
    found = ts.versions(target)
    if as_json:
        emit([{"label": v.label, "rows": v.rows, **v.how, "manifest": v.manifest} for v in found])
        return
    table = Table("version", "rows", "content", "asked", "replayed", "seconds")
    for v in found:
        figures = [f"{v.how.get(name, 0):,}" for name in ("asked", "replayed", "seconds")]
        table.add_row(v.label, f"{v.rows:,}", str(v.manifest["content"])[:12], *figures)
    out.print(table)


@command()
def diff(
    before: Annotated[str, typer.Argument(help="RUN@v1, a run, a file, or a Hub dataset.")],
    after: Annotated[str, typer.Argument(help="The same, for what it became.")],
    examples: Annotated[int, typer.Option(help="Changed rows to show in full.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Compare two versions: rows added, removed and changed, and distributions that moved."""
    found = ts.diff(before, after, examples=examples)
    if as_json:
        emit(asdict(found))
        return
    _show(found)


def _show(found: Difference) -> None:
    out.print(
        f"{escape(found.before)} -> {escape(found.after)}: {len(found.added):,} added, "
        f"{len(found.removed):,} removed, {len(found.changed):,} changed, {found.same:,} the same"
    )
    if found.moved:
        table = Table("distribution", "divergence (bits)", "what moved most")
        for moved in found.moved:
            shares = (f"{v}: {percent(p, 1)} -> {percent(q, 1)}" for v, p, q in moved.values)
            table.add_row(moved.name, f"{moved.divergence:.4f}", escape("; ".join(shares)))
        out.print(table)
    if found.made_of:
        table = Table("made of", "before", "after")
        for name, old, new in found.made_of:
            table.add_row(escape(name), escape(old[:60]), escape(new[:60]))
        out.print(table)
    for change in found.examples:
        out.print(f"\nbrief {change.brief}, before:")
        out.print(escape(change.before))
        out.print("after:")
        out.print(escape(change.after))


@command()
def extend(
    target: RunAt,
    by: Annotated[int | None, typer.Option(help="So many more kept rows.")] = None,
    to: Annotated[int | None, typer.Option(help="So many kept rows in all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a run for more rows of the same job; what is there is not asked for again."""
    result = ts.extend(target, by=by, to=to, view=make_view(None if as_json else err))
    if as_json:
        emit(show.result_json(result))
        return
    show.result(out, result)


@command()
def repair(
    target: RunAt,
    row: Annotated[
        list[str] | None, typer.Option(help="Id of a row or number of its brief; may come often.")
    ] = None,
    rows_from: Annotated[
        Path | None, typer.Option(help="A file with ids or numbers, one a line.")
    ] = None,
    filter_: Annotated[
        str, typer.Option("--filter", help="Rows by the score of a filter: judge, judge.accuracy …")
    ] = "",
    below: Annotated[float | None, typer.Option(help="Scores below this.")] = None,
    above: Annotated[float | None, typer.Option(help="Scores above this.")] = None,
    turn: Annotated[
        int | None, typer.Option(help="Write dialogues again from this turn on (1: the first).")
    ] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Take them out, and fill up with other briefs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send rows back: they are written again, or dropped; all others stay as they are."""
    names = list(row or [])
    if rows_from is not None:
        names += rows_from.read_text(encoding="utf8").split()
    found = ts.repair(
        target, rows=names, filter=filter_, below=below, above=above, turn=turn,
        do="drop" if drop else "regenerate", view=make_view(None if as_json else err),
    )  # fmt: skip
    if as_json:
        emit({"rows": found.rows, "did": found.did, **show.result_json(found.result)})
        return
    show.result(out, found.result)
    out.print(f"{len(found.rows):,} rows were sent back; `textsynth diff` shows what changed")
