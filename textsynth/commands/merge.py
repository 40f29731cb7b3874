"""The command that mixes runs, files and datasets into one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.markup import escape

import textsynth as ts
from textsynth.commands import AsJson, command, emit, out
from textsynth.errors import JobError, nearest
from textsynth.reading import as_json as plain
from textsynth.show import finding
from textsynth.terms import Purpose


@command()
def merge(
    sources: Annotated[
        list[str], typer.Argument(help="Runs, files, folders, or owner/name on the Hub.")
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="The new run folder.")],
    weights: Annotated[str, typer.Option(help="One for each source, in their order: 2,1.")] = "",
    count: Annotated[int | None, typer.Option(min=1, help="Rows in all.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed takes other rows.")] = 0,
    dedup: Annotated[
        bool, typer.Option("--dedup/--no-dedup", help="Leave out what says the same.")
    ] = True,
    near: Annotated[
        float, typer.Option(min=0, max=1, help="Likeness of near-duplicates; 1: exact ones alone.")
    ] = 0.8,
    language: Annotated[str, typer.Option(help="A code, where it is not told for each row.")] = "",
    licences: Annotated[
        list[str] | None,
        typer.Option("--licence-of", help="SOURCE=cc-by-4.0, where it is not stated there."),
    ] = None,
    licence: Annotated[str, typer.Option(help="Of the merged dataset, as the Hub names it.")] = "",
    purpose: Annotated[
        str, typer.Option(help="commercial, internal, research or education: warns of terms.")
    ] = "",
    splits: Annotated[str, typer.Option(help="Such as train=0.9,test=0.1.")] = "",
    formats: Annotated[
        list[str] | None, typer.Option("--export", help="A format for exports/, such as messages.")
    ] = None,
    split: Annotated[
        str, typer.Option(help="Split that is read of datasets of the Hub.")
    ] = "train",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that look.")] = None,
    as_json: AsJson = False,
) -> None:
    """Mix runs, files and datasets by weight, without repeats, and say where each row came from."""
    if purpose and purpose not in get_args(Purpose):
        raise JobError(f"there is no purpose '{purpose}'", nearest(purpose, get_args(Purpose)))
    given: Any = purpose or None
    found = ts.merge(
        sources, out=out_folder, weights=_numbers(weights, "--weights") or None, count=count,
        seed=seed, dedup=dedup, near=near if 0 < near < 1 else None, language=language or None,
        licences=dict(_pair(text, "--licence-of") for text in licences or ()),
        licence=licence or None, purpose=given, splits=_shares(splits), export=formats or (),
        split=split, workers=workers,
    )  # fmt: skip
    if as_json:
        emit(
            {
                "path": str(found.path), "kept": found.summary.kept,
                "sources": [
                    dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows
                ],
                "warnings": list(found.warnings), "summary": plain(found.summary),
            }
        )  # fmt: skip
        return
    finding(out, found.table)
    for words in found.summary.short:
        out.print(f"[yellow]{escape(words)}[/]")
    out.print(escape(f'{found.summary.kept:,} rows: datasets.load_dataset("{found.path}")'))


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise JobError(
            f"{option} {text} is no list of numbers", fix=f"write {option} 2,1"
        ) from None


def _pair(text: str, option: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    if not sign:
        raise JobError(f"{option} {text} has no '='", fix=f"write {option} NAME=VALUE")
    return name, value


def _shares(text: str) -> dict[str, float] | None:
    pairs = [_pair(part.strip(), "--splits") for part in text.split(",") if part.strip()]
    return {name: _numbers(value, "--splits")[0] for name, value in pairs} or None
