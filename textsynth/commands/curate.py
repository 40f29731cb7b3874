"""The command that screens rows which are there already."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

import textsynth as ts
from textsynth import show_curated
from textsynth.commands import AsJson, command, emit, err, out
from textsynth.curating import Tick
from textsynth.curation import Curation
from textsynth.live import LINE_EVERY


@command()
def curate(
    source: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, globs, a run, or owner/name of a dataset on the Hub."),
    ] = None,
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="The new run folder.")] = Path(
        "curated"
    ),
    job: Annotated[
        Path | None, typer.Option(help="A quality file, or a job whose filters count.")
    ] = None,
    quality: Annotated[
        list[str] | None,
        typer.Option(help="A filter, such as near_duplicates=0.8 or length.max_chars=4000."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="A code such as ko, or auto: told for each row.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many rows.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of a Hub dataset.")] = None,
    config: Annotated[str | None, typer.Option(help="Configuration of it.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of it.")] = None,
    messages: Annotated[str, typer.Option(help="The column of whole conversations.")] = "",
    instruction: Annotated[str, typer.Option(help="The column of what is asked.")] = "",
    reply: Annotated[str, typer.Option(help="The column of the answer.")] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option(help="system=NAME, label=, chosen=, rejected= or language_column=."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that look.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="Dropped rows shown for a reason.")] = 3,
    rethreshold: Annotated[
        list[str] | None,
        typer.Option(help="Of a run: near_duplicates=0.7, judge.at_least=4; asks nothing."),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Have judged what no judge saw.")] = False,
    quiet: Annotated[bool, typer.Option(help="Show nothing while it goes on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Screen rows that are there already, and keep what is good in the columns that it has."""
    named = {"messages": messages, "instruction": instruction, "reply": reply}
    named |= dict(part.partition("=")[::2] for part in columns or ())
    with _told(quiet or as_json) as tick:
        found = ts.curate(
            source or (), out=out_folder, job=job, quality=quality or (), language=language,
            limit=limit, split=split, config=config, revision=revision, columns=named,
            workers=workers, examples=examples, rethreshold=rethreshold or (), ask=ask, tick=tick,
        )  # fmt: skip
    if as_json:
        emit(show_curated.curated_json(found))
        return
    show_curated.curated(out, found)


@contextlib.contextmanager
def _told(quiet: bool) -> Iterator[Tick]:
    """What is called about once a second: a line that is drawn anew, or one now and then."""
    if quiet:
        yield lambda curation: None
    elif err.is_terminal:
        with err.status("reading") as line:
            yield lambda curation: line.update(show_curated.progress(curation))
    else:
        said = [time.monotonic()]

        def tell(curation: Curation) -> None:
            if time.monotonic() - said[0] >= LINE_EVERY:
                said[0] = time.monotonic()
                err.print(show_curated.progress(curation))

        yield tell
