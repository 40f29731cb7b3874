"""How personas look on a terminal: lists, one of them, what a search found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from textsynth.personas import Added, Collection, Deduped, Hit, Stats

_WIDE = 100


def collections(out: Console, found: Sequence[Collection]) -> None:
    """Files and stores, with counts."""
    if not found:
        out.print("There are no personas here. Add some: textsynth personas add FILE")
        return
    table = Table("where", "kind", "personas", "languages", "licences", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    for one in found:
        table.add_row(
            escape(one.path), one.kind, f"{one.count:,}", _counts(one.languages),
            _counts(one.licences),
        )  # fmt: skip
    out.print(table)


def rows(out: Console, found: Sequence[Mapping[str, Any]]) -> None:
    """Personas, one a line."""
    for row in found:
        out.print(f"[bold cyan]{escape(row['id'])}[/]  {escape(_short(row['description']))}")


def row(out: Console, found: Mapping[str, Any]) -> None:
    """All of one persona."""
    out.print(f"[bold cyan]{escape(found['id'])}[/]\n{escape(found['description'])}")
    table = Table(show_header=False, box=None, pad_edge=False)
    rest = {n: v for n, v in found.items() if n not in ("id", "description", "attributes")}
    for name, value in [*(found.get("attributes") or {}).items(), *rest.items()]:
        word = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(escape(name), escape(word))
    out.print(table)


def hits(out: Console, found: Sequence[Hit]) -> None:
    """What a search found, with score and the terms that matched."""
    if not found:
        out.print("Nothing was found.")
    for hit in found:
        score = f"{hit.score:6.2f}  " if hit.matched else ""
        out.print(f"{score}[bold cyan]{escape(hit.row['id'])}[/]  [dim]{' '.join(hit.matched)}[/]")
        out.print(f"        {escape(hit.row['description'])}")


def added(out: Console, found: Added, path: str) -> None:
    """What became of the rows of an `add`."""
    out.print(
        f"{found.added:,} personas added to {escape(path)}"
        + (f", {found.replaced:,} replaced" if found.replaced else "")
        + (f", {found.there:,} were there" if found.there else "")
        + (f", {found.same:,} skipped with the same description" if found.same else "")
    )


def deduped(out: Console, found: Deduped) -> None:
    """Stage by stage: rows in, rows removed; what was not compared, and where all of it is."""
    table = Table("stage", "rows", "removed", "why", box=None, pad_edge=False)
    for number in (1, 2):
        table.columns[number].justify = "right"
    left = found.rows - found.words
    table.add_row("words", f"{found.rows:,}", f"{found.words:,}", "says what an earlier one says")
    if found.embedder:
        table.add_row(
            f"meaning ({found.embedder})", f"{found.compared:,}", f"{found.meaning:,}",
            "means what an earlier one means",
        )  # fmt: skip
    left -= found.meaning
    for reason, rows in found.screened.items():
        table.add_row("screening", f"{left:,}", f"{rows:,}", reason.replace("_", " "))
    out.print(table)
    for language, rows in found.skipped.items():
        out.print(
            f"[yellow]{rows:,} personas in '{escape(language)}' were not compared by meaning:[/] "
            f"{escape(found.embedder)} does not know that language; name an embeddings endpoint "
            "with --embedder and --model"
        )
    if not found.embedder:
        out.print(
            "[yellow]Nothing was compared by meaning:[/] no embedder; install "
            "textsynth\\[vectors] for English, or name an endpoint with --embedder and --model"
        )
    out.print(f"{found.kept:,} of {found.rows:,} kept in {escape(found.out)}")
    out.print(f"The others, with the id that each repeats: {escape(found.removed)}")


def stats(out: Console, found: Stats) -> None:
    """Figures of a set of personas."""
    if not found.rows:
        out.print("There are no personas here.")
        return
    length = found.characters
    near = found.near_duplicates / max(found.looked_at, 1)
    lines = (
        ("personas", f"{found.rows:,}"),
        ("languages", _counts(found.languages)),
        ("licences", _counts(found.licences)),
        ("sources", _counts(dict([*found.sources.items()][:5]))),
        ("characters", f"{length['least']:g} to {length['most']:g}, mean {length['mean']:g}"),
        ("distinct terms", f"{found.distinct_terms:,} of {found.terms:,}"),
        ("near-duplicates", f"{found.near_duplicates:,} of {found.looked_at:,} ({near:.1%})"),
        ("openings", _counts(dict([*found.openings.items()][:5]))),
    )
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, words in lines:
        table.add_row(name, words)
    out.print(table)
    values = Table("attribute", "personas", "values", "most common", box=None, pad_edge=False)
    for number in (1, 2):
        values.columns[number].justify = "right"
    for name, counts in found.attributes.items():
        first = dict([*counts.items()][:4])
        values.add_row(escape(name), f"{found.filled[name]:,}", f"{len(counts):,}", _counts(first))
    out.print()
    out.print(values)


def _counts(values: Mapping[str, int]) -> str:
    return escape(", ".join(f"{value} {rows:,}" for value, rows in values.items()))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"
