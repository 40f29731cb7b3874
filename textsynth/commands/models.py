"""The embedded models: list, fetch, remove."""

from __future__ import annotations

from typing import Annotated

import typer

from textsynth import show
from textsynth.commands import AsJson, command, emit, group, out
from textsynth.engine import catalogue, fetch, progress

models = group("models", "The embedded models: list, fetch, remove.")


@command(models, "list")
def models_list(as_json: AsJson = False) -> None:
    """List the embedded models and which of them are on this machine."""
    rows = [
        {
            "name": m.name, "title": m.title, "licence": m.licence, "megabytes": m.size,
            "memory_megabytes": m.memory, "fetched": m.path.is_file(), "use": m.use,
        }
        for m in catalogue.MODELS.values()
    ]  # fmt: skip
    if as_json:
        emit(rows)
        return
    show.models(out, rows)


@command(models, "fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(help="Which model.")] = catalogue.DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Fetch a model; an interrupted fetch goes on where it stopped."""
    model = catalogue.model_named(name)
    with progress.fetching(model) as bar:
        path = fetch.fetch(model, bar)
    emit(str(path)) if as_json else out.print(str(path))


@command(models, "remove")
def models_remove(
    name: Annotated[str, typer.Argument(help="Which model.")], as_json: AsJson = False
) -> None:
    """Delete a fetched model."""
    freed = fetch.remove(catalogue.model_named(name))
    emit({"bytes": freed}) if as_json else out.print(f"{freed / 1e6:.0f} MB freed")
