"""The command `diversity`: how varied rows are, alone or beside others."""

from __future__ import annotations

from typing import Annotated

import typer

import textsynth as ts
from textsynth import show
from textsynth.commands import AsJson, command, emit, out


@command()
def diversity(
    target: Annotated[str, typer.Argument(help="A run, a file, a folder, or owner/name.")],
    against: Annotated[
        str | None, typer.Option(help="Rows to compare with: real ones, or another version.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the samples that figures are of.")] = 0,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Read so many rows of each file at most.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how varied rows are: words, openings, neighbours, and what is still to come."""
    found = ts.diversity(target, against=against, seed=seed, limit=limit)
    if as_json:
        emit(found.to_json())
        return
    for table in found.tables():
        show.finding(out, table)
