"""Personas: list, show, search, add, dedupe, stats."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import textsynth as ts
from textsynth import show_personas
from textsynth.commands import AsJson, command, emit, group, out
from textsynth.errors import JobError
from textsynth.personas import Collection, store_path

personas = group("personas", "Personas: find, make, tidy and choose them.")

Place = Annotated[Path | None, typer.Argument(help="A file of personas, or a store.")]
In = Annotated[Path | None, typer.Option("--in", "--store", help="A file of personas, or a store.")]
StoreAt = Annotated[
    Path | None,
    typer.Option("--store", help="The store's folder; else $TEXTSYNTH_PERSONAS or personas/.store"),
]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")]
Offset = Annotated[int, typer.Option(min=0, help="Leave out so many from the start.")]


@command(personas, "list")
def personas_list(
    place: Place = None, limit: Limit = 20, offset: Offset = 0, as_json: AsJson = False
) -> None:
    """List the files and stores of personas; with one of them, its personas."""
    found = ts.personas.list(place, limit=limit, offset=offset)
    if as_json:
        emit([asdict(one) if isinstance(one, Collection) else one for one in found])
        return
    if place is None:
        show_personas.collections(out, [one for one in found if isinstance(one, Collection)])
    else:
        show_personas.rows(out, [one for one in found if not isinstance(one, Collection)])


@command(personas, "show")
def personas_show(
    id: Annotated[str, typer.Argument(help="The persona's id.")],
    place: In = None,
    as_json: AsJson = False,
) -> None:
    """Show all of one persona."""
    found = ts.personas.show(id, place)
    emit(found) if as_json else show_personas.row(out, found)


@command(personas, "search")
def personas_search(
    words: Annotated[list[str] | None, typer.Argument(help="What to look for.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, several times: another value or name.")
    ] = None,
    like: Annotated[str, typer.Option(help="A longer text that they should suit.")] = "",
    place: In = None,
    limit: Limit = 10,
    offset: Offset = 0,
    as_json: AsJson = False,
) -> None:
    """Find personas by words, by a text that they should suit, and by attributes."""
    found = ts.personas.search(
        " ".join(words or []), like=like, where=_pairs(where or []), place=place,
        limit=limit, offset=offset,
    )  # fmt: skip
    if as_json:
        emit([asdict(hit) for hit in found])
        return
    show_personas.hits(out, found)


@command(personas, "add")
def personas_add(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of personas.")] = None,
    grid: Annotated[Path | None, typer.Option(help="A grid, instead of files.")] = None,
    count: Annotated[int, typer.Option(min=0, help="Of a grid: how many.")] = 0,
    store: StoreAt = None,
    replace: Annotated[bool, typer.Option(help="Let rows take the place of those there.")] = False,
    text: Annotated[str, typer.Option(help="The column that describes.")] = "description",
    as_json: AsJson = False,
) -> None:
    """Put personas into a store, which searches a million of them in milliseconds."""
    found = ts.personas.add(
        files or [], grid=grid, count=count, store=store, replace=replace, text=text
    )
    if as_json:
        emit(asdict(found))
        return
    show_personas.added(out, found, str(store_path(store)))


@command(personas, "dedupe")
def personas_dedupe(
    place: Annotated[Path, typer.Argument(help="A file of personas, or a store.")],
    out_file: Annotated[Path, typer.Option("--out", "-o", help="The .jsonl file to write.")],
    words: Annotated[float, typer.Option(help="Jaccard similarity of the words.")] = 0.9,
    meaning: Annotated[
        float, typer.Option(help="Cosine of the embeddings; 0.5 where variety beats number.")
    ] = 0.9,
    embedder: Annotated[
        str, typer.Option(help="static, none, or the address of an embeddings endpoint.")
    ] = "",
    model: Annotated[str, typer.Option(help="The model of that endpoint.")] = "",
    api_key_env: Annotated[
        str, typer.Option(help="The variable that holds its key.")
    ] = "OPENAI_API_KEY",
    screen: Annotated[bool, typer.Option(help="Also leave out what is no usable persona.")] = True,
    as_json: AsJson = False,
) -> None:
    """Leave out personas that repeat earlier ones, by their words and by their meaning."""
    spec: Any = embedder or None
    if "://" in embedder:
        spec = {"base_url": embedder, "model": model, "api_key_env": api_key_env}
    found = ts.personas.dedupe(
        place, out_file, words=words, meaning=meaning, embedder=spec, screen=screen
    )
    emit(asdict(found)) if as_json else show_personas.deduped(out, found)


@command(personas, "stats")
def personas_stats(place: Place = None, as_json: AsJson = False) -> None:
    """Count personas by language, licence and attribute, and say how varied they are."""
    found = ts.personas.stats(place)
    emit(asdict(found)) if as_json else show_personas.stats(out, found)


def _pairs(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise JobError(
                f"--where cannot read '{word}'", fix="write NAME=VALUE, such as occupation=nurse"
            )
        found.setdefault(name.strip(), []).append(value.strip())
    return found
