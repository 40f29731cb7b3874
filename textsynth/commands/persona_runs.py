"""Personas made by a model and chosen for a job: infer, grow, choose."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import textsynth as ts
from textsynth import show
from textsynth.commands import AsJson, JobFile, command, emit, err, out, provider_of
from textsynth.commands.personas import personas
from textsynth.errors import ShortError
from textsynth.live import make_view
from textsynth.personas import Made

OutFile = Annotated[Path, typer.Option("--out", "-o", help="The file of personas to write.")]
By = Annotated[
    str, typer.Option("--provider", help="As in a job: local, or {openai: {model: gpt-5-mini}}.")
]
Count = Annotated[int | None, typer.Option(min=1, help="So many personas in all.")]
Dollars = Annotated[float | None, typer.Option("--budget-usd", help="Spend no more than this.")]
Seed = Annotated[int, typer.Option(help="Another seed draws others.")]
Quiet = Annotated[bool, typer.Option(help="Show nothing while it goes on.")]


@command(personas, "infer")
def personas_infer(
    target: OutFile,
    documents: Annotated[
        list[str] | None, typer.Argument(help="Documents, folders or globs.")
    ] = None,
    per_chunk: Annotated[int, typer.Option(min=1, max=100, help="Personas per chunk.")] = 2,
    count: Count = None,
    provider: By = "local",
    language: Annotated[str, typer.Option(help="Language to write in.")] = "en",
    budget: Dollars = None,
    seed: Seed = 0,
    licence: Annotated[str, typer.Option(help="Licence of the personas, such as CC0-1.0.")] = "",
    job: Annotated[Path | None, typer.Option(help="A job of the method persona_infer.")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Infer personas from texts: who needs, reads, writes, likes or dislikes them."""
    found = ts.personas.infer(
        documents or [], out=target, per_chunk=per_chunk, count=count,
        provider=provider_of(provider), language=language, budget_usd=budget, seed=seed,
        licence=licence, job=job, view=make_view(None if quiet or as_json else err),
    )  # fmt: skip
    _tell(found, as_json)


@command(personas, "grow")
def personas_grow(
    file: Annotated[str, typer.Argument(help="A file of personas.")],
    target: OutFile,
    rounds: Annotated[int, typer.Option(help="1 to 6, each from the last one's new ones.")] = 1,
    per_persona: Annotated[int, typer.Option(min=1, max=100, help="Asked for per persona.")] = 2,
    count: Count = None,
    provider: By = "local",
    language: Annotated[str | None, typer.Option(help="Else that of the personas.")] = None,
    budget: Dollars = None,
    seed: Seed = 0,
    with_seeds: Annotated[bool, typer.Option(help="Write those of FILE first.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Grow personas from personas: colleagues, customers, family, suppliers, rivals of theirs."""
    found = ts.personas.grow(
        file, out=target, rounds=rounds, per_persona=per_persona, count=count,
        provider=provider_of(provider), language=language, budget_usd=budget, seed=seed,
        with_seeds=with_seeds, view=make_view(None if quiet or as_json else err),
    )  # fmt: skip
    _tell(found, as_json)


@command(personas, "choose")
def personas_choose(
    job: JobFile,
    chunk: Annotated[
        str | None, typer.Option(help="Number or id of a chunk, or words of its text.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many chunks.")] = 5,
    runners: Annotated[int, typer.Option(min=0, max=50, help="How many who came next.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Show who goes with the chunks of a job, and why. Asks no model."""
    found = ts.personas.choose(job, chunk=chunk, limit=limit, runners=runners)
    if as_json:
        emit([asdict(one) for one in found])
        return
    for one in found:
        show.finding(out, one.table)


def _tell(found: Made, as_json: bool) -> None:
    if as_json:
        emit({**asdict(found), "runs": [str(path) for path in found.runs]})
    else:
        for one in found.rounds:
            out.print(f"round {one['round']}: {one['made']} made, {one['new']} new")
        out.print(f"{found.count:,} personas in {escape(str(found.path))}")
        out.print(", ".join(f"{n:,} {name}" for name, n in found.counts.items()))
        for words in found.notes:
            out.print(f"[yellow]{escape(words)}[/]")
    if found.short:
        raise typer.Exit(ShortError.exit_code)
