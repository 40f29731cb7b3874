"""Trees of topics: show, stats, edit, prune, merge."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import textsynth as ts
from textsynth import show_taxonomy
from textsynth.commands import AsJson, command, emit, group, out
from textsynth.taxonomies import Shown

taxonomy = group("taxonomy", "Topics: look at trees of them, prune, edit and merge.")

_FILE = "A file of topics, the name of a tree that textsynth brings, or hub:owner/name."
Place = Annotated[str, typer.Argument(metavar="FILE", help=_FILE)]
OutFile = Annotated[
    Path | None, typer.Option("--out", "-o", help="The file to write; else FILE itself.")
]
Language = Annotated[str, typer.Option(help="Of a tree that textsynth brings: ko for `general`.")]
PATHS = 'Topics by path, such as "Deposits > Fixed terms".'


@command(taxonomy, "show")
def taxonomy_show(
    place: Annotated[str | None, typer.Argument(metavar="[FILE]", help=_FILE)] = None,
    depth: Annotated[int | None, typer.Option(min=0, help="Levels below the root.")] = None,
    branch: Annotated[str, typer.Option(help="Only this topic and what is below it.")] = "",
    counts: Annotated[bool, typer.Option(help="With the number of leaves.")] = False,
    about: Annotated[bool, typer.Option(help="With what each topic is about.")] = False,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Show a tree of topics; without FILE, list those that textsynth brings."""
    found = ts.taxonomies.show(place, depth=depth, branch=branch, counts=counts, language=language)
    if not isinstance(found, Shown):
        emit([asdict(one) for one in found]) if as_json else show_taxonomy.brought(out, found)
    elif as_json:
        tree = found.tree
        value = show_taxonomy.as_json(tree.root, found.counts, found.depth)
        emit({"file": found.place, "language": tree.language, "licence": tree.licence, **value})
    else:
        show_taxonomy.tree(out, found, about)


@command(taxonomy, "stats")
def taxonomy_stats(place: Place, language: Language = "", as_json: AsJson = False) -> None:
    """Measure a tree: sizes, repeated names, siblings nearly the same, uneven branches."""
    found = ts.taxonomies.stats(place, language=language)
    emit(asdict(found)) if as_json else show_taxonomy.stats(out, found)


@command(taxonomy, "edit")
def taxonomy_edit(
    place: Place,
    out_file: OutFile = None,
    rename: Annotated[list[str] | None, typer.Option(help='"A > B=New name"')] = None,
    about: Annotated[list[str] | None, typer.Option(help='"A > B=What it is about"')] = None,
    add: Annotated[list[str] | None, typer.Option(help='"A > B=Child: about"')] = None,
    move: Annotated[list[str] | None, typer.Option(help='"A > B=C": B under C')] = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Change a tree in your editor, or by options, which may be given several times.

    All --rename are done first, then --about, --add, --move. An edit with -o to another kind of
    file turns a table into YAML.
    """
    found = ts.taxonomies.edit(
        place, out_file, rename=rename or (), about=about or (), add=add or (), move=move or (),
        language=language,
    )  # fmt: skip
    emit(asdict(found)) if as_json else show_taxonomy.changed(out, found)


@command(taxonomy, "prune")
def taxonomy_prune(
    place: Place,
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH...", help=PATHS)] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep these, and take the others.")] = False,
    max_depth: Annotated[int | None, typer.Option(help="Levels that stay below the root.")] = None,
    max_children: Annotated[
        int | None, typer.Option(help="Topics that stay under each, the first ones.")
    ] = None,
    out_file: OutFile = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Take topics out of a tree, with all below them."""
    found = ts.taxonomies.prune(
        place, paths or (), out_file, keep=keep, max_depth=max_depth, max_children=max_children,
        language=language,
    )  # fmt: skip
    emit(asdict(found)) if as_json else show_taxonomy.changed(out, found)


@command(taxonomy, "merge")
def taxonomy_merge(
    places: Annotated[list[str], typer.Argument(metavar="FILE...", help=_FILE)],
    out_file: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    embedder: Annotated[
        str, typer.Option(help="Also by meaning: an endpoint's address, or static (finds little).")
    ] = "",
    model: Annotated[str, typer.Option(help="The model of that endpoint.")] = "",
    api_key_env: Annotated[
        str, typer.Option(help="The variable that holds its key.")
    ] = "OPENAI_API_KEY",
    meaning: Annotated[float, typer.Option(help="The cosine from which on two are one.")] = 0.9,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Make one tree of several: siblings that say nearly the same become one."""
    spec: Any = embedder or None
    if "://" in embedder:
        spec = {"base_url": embedder, "model": model, "api_key_env": api_key_env}
    found = ts.taxonomies.merge(places, out_file, embedder=spec, meaning=meaning, language=language)
    emit(asdict(found)) if as_json else show_taxonomy.merged(out, found)
