"""The command that takes a part of the rows of a run, a file or a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import textsynth as ts
from textsynth.commands import AsJson, command, emit, out
from textsynth.sampling import How


@command()
def sample(
    target: Annotated[str, typer.Argument(help="A run, a file, a folder or a Hub dataset.")],
    to: Annotated[Path, typer.Option("--out", help="The file of JSON lines to write.")],
    count: Annotated[int | None, typer.Option(help="Rows to take.")] = None,
    share: Annotated[float | None, typer.Option(help="Or a share of them, such as 0.2.")] = None,
    by: Annotated[
        str, typer.Option(help="Cells: a column, facet or property, such as label or length_band.")
    ] = "",
    how: Annotated[
        str, typer.Option(help="natural, proportional (to the cells) or equal (numbers of each).")
    ] = "natural",
    seed: Annotated[int, typer.Option(help="Another seed, another choice.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Take so many rows, in all or per cell; the same ones each time."""
    way: How = how  # type: ignore[assignment]  # the function refuses other words
    done = ts.sample(target, out=to, count=count, share=share, by=by, how=way, seed=seed)
    if as_json:
        emit(
            {
                "path": str(done.path), "rows": done.rows, "of": done.of,
                "cells": [list(row) for row in done.table.rows],
            }
        )  # fmt: skip
        return
    for cell, taken, size in done.table.rows:
        out.print(escape(f"{cell}: {taken:,} of {size:,}"))
    out.print(escape(f"{done.rows:,} of {done.of:,} rows are in {done.path}"))
