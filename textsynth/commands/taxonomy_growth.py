"""Taxonomies made by a model: grow."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import textsynth as ts
from textsynth.commands import AsJson, command, emit, err, out, provider_of
from textsynth.commands.taxonomy import taxonomy
from textsynth.errors import JobError, ShortError
from textsynth.live import make_view
from textsynth.taxonomies import Grown

SHOWN = 10
"""Merges and names left out that are told on the terminal; the record has them all."""


@command(taxonomy, "grow")
def taxonomy_grow(
    root: Annotated[str, typer.Argument(help="The subject, such as 'Retail banking'.")] = "",
    depth: Annotated[int, typer.Option(help="Levels below the root, 1 to 6.")] = 2,
    branching: Annotated[int, typer.Option(help="Children of a node at the most, 2 to 40.")] = 8,
    variants: Annotated[int, typer.Option(help="Lists asked for of each node, 1 to 12.")] = 3,
    about: Annotated[str, typer.Option(help="What belongs to the subject, in words.")] = "",
    seed_tree: Annotated[
        Path | None, typer.Option("--from", help="Grow on from this tree: nodes without children.")
    ] = None,
    provider: Annotated[
        str, typer.Option(help="As in a job: local, or {openai: {model: gpt-5-mini}}.")
    ] = "local",
    model: Annotated[
        list[str] | None,
        typer.Option(help="ROLE=MODEL, several times: teacher, organiser, enquirer."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of the names.")] = None,
    budget: Annotated[
        float | None, typer.Option("--budget-usd", "--budget", help="Spend no more than this.")
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="A file of prices, as in a job, where one is not known.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="The tree to write; else <root>.yaml.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws others.")] = 0,
    quiet: Annotated[bool, typer.Option(help="Show nothing while it goes on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Grow a tree of the topics of a subject with a model, level by level."""
    found = ts.taxonomies.grow(
        root, out=target, depth=depth, branching=branching, variants=variants, about=about,
        seed_tree=seed_tree, provider=provider_of(provider), models=_models(model or []),
        language=language, budget_usd=budget, seed=seed, prices=str(prices) if prices else None,
        view=make_view(None if quiet or as_json else err),
    )  # fmt: skip
    if as_json:
        emit({**asdict(found), "runs": [str(path) for path in found.runs]})
    else:
        _tell(found)
    if found.short:
        raise typer.Exit(ShortError.exit_code)


def _tell(found: Grown) -> None:
    for one in found.rounds:
        more = " again" if one["again"] else ""
        out.print(
            f"round {one['round']}: {one['nodes']} topics divided{more}, {one['named']} names, "
            f"{one['new']} new topics"
        )
    lines = [f"'{one['gone']}' is '{one['into']}' ({one['under']})" for one in found.merges]
    lines += [f"'{one['name']}' left out: {one['why']} ({one['under']})" for one in found.dropped]
    for line in lines[:SHOWN]:
        out.print(escape(line))
    if len(lines) > SHOWN:
        out.print(f"… and {len(lines) - SHOWN} more merged or left out")
    if found.repeats:
        names = ", ".join(sorted(found.repeats)[:SHOWN])
        out.print(escape(f"in several places, and kept: {names}"))
    out.print(escape(f"{found.nodes:,} topics, {found.leaves:,} of them leaves, in {found.path}"))
    out.print(", ".join(f"{n:,} {name}" for name, n in found.counts.items()))
    for words in found.notes:
        out.print(f"[yellow]{escape(words)}[/]")


def _models(given: list[str]) -> dict[str, Any]:
    models: dict[str, Any] = {}
    for one in given:
        role, equals, model = one.partition("=")
        if not equals or not model:
            raise JobError(f"--model is '{one}'", fix="write for example teacher=gpt-5-mini")
        models[role] = provider_of(model)
    return models
