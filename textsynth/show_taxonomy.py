"""How trees of topics look on a terminal: pictures, figures, what a change did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree as Branches

from textsynth.taxonomies import Brought, Change, Measures, Merged, Shown
from textsynth.taxonomy.picture import Line, lines, said
from textsynth.taxonomy.tree import Node

_MOST = 12


def brought(out: Console, found: Sequence[Brought]) -> None:
    """The trees that textsynth brings."""
    if not found:
        out.print("No trees of topics come with this installation. Name a file of your own.")
        return
    table = Table("name", "language", "topics", "leaves", "levels", box=None, pad_edge=False)
    for number in (2, 3, 4):
        table.columns[number].justify = "right"
    for one in found:
        table.add_row(
            escape(one.name), one.language, f"{one.topics:,}", f"{one.leaves:,}", str(one.depth)
        )
    out.print(table)


def tree(out: Console, found: Shown, about: bool) -> None:
    """A picture: drawn with colours on a terminal, plain text elsewhere."""
    if not out.is_terminal:
        print(found.picture(about))
        return
    for top in _branches(lines(found.tree.root, found.depth, found.counts), about):
        out.print(top)


def as_json(node: Node, counts: Any = None, depth: int | None = None, path: str = "") -> Any:
    """A tree as plain JSON, with the leaves of each topic where they were counted."""
    words = f"{path} > {node.name}" if path and node.name else path or node.name
    value: dict[str, Any] = {"name": node.name, "about": node.about, "weight": node.weight}
    if counts is not None:
        value["leaves"] = counts.get(words, 0)
    if depth is None or depth > 0:
        below = None if depth is None else depth - 1
        value["children"] = [as_json(child, counts, below, words) for child in node.children]
    return value


def changed(out: Console, found: Change) -> None:
    """What a change did."""
    for step in found.steps:
        out.print(escape(step))
    if found.out:
        out.print(f"{found.before:,} topics before, {found.after:,} now, in {escape(found.out)}")


def merged(out: Console, found: Merged) -> None:
    """What became one; of equal names it needs no telling."""
    unlike = [one for one in found.merges if one.gone != one.kept]
    for one in unlike[:_MOST]:
        under = f"  [dim]under {escape(one.under)}[/]" if one.under else ""
        out.print(f"'{escape(one.gone)}' is one with '{escape(one.kept)}'{under}")
    if len(unlike) > _MOST:
        out.print(f"… and {len(unlike) - _MOST:,} more: --json lists all")
    out.print(
        f"{found.before:,} topics of all, {found.before - found.after:,} merged, "
        f"{found.after:,} in {escape(found.out)}"
    )


def stats(out: Console, found: Measures) -> None:
    """Figures of a tree, and what a person may want to look at."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row("topics", f"{found.nodes:,}")
    table.add_row("leaves", f"{found.leaves:,}")
    table.add_row("levels below the root", str(found.depth))
    table.add_row("with a description", f"{found.described:,}")
    if found.language:
        table.add_row("language", found.language)
    out.print(table)
    levels = Table("level", "topics", "leaves", "divided into", box=None, pad_edge=False)
    for one in found.levels:
        width = f"{one.least} to {one.most}, mean {one.mean:g}" if one.most else ""
        levels.add_row(str(one.level), f"{one.nodes:,}", f"{one.leaves:,}", width)
    out.print()
    out.print(levels)
    branches = Table("branch", "leaves", "share", "levels", "", box=None, pad_edge=False)
    for branch in found.branches[:40]:
        branches.add_row(
            escape(branch.name), f"{branch.leaves:,}", f"{branch.share:.1%}", str(branch.depth),
            f"[yellow]{branch.uneven}[/]" if branch.uneven else "",
        )  # fmt: skip
    if found.branches:
        out.print()
        out.print(branches)
    _listed(
        out, "Names in several branches",
        [f"{name}: {'; '.join(paths)}" for name, paths in found.duplicates.items()],
    )  # fmt: skip
    near = [f"'{m.kept}' and '{m.gone}'" + (f" under {m.under}" if m.under else "")
            for m in found.near]  # fmt: skip
    _listed(out, "Siblings that say nearly the same (`taxonomy merge` makes them one)", near)


def _listed(out: Console, title: str, rows: Sequence[str]) -> None:
    if not rows:
        return
    out.print(f"\n[bold]{title}[/]: {len(rows):,}")
    for row in rows[:_MOST]:
        out.print(f"  {escape(row)}")
    if len(rows) > _MOST:
        out.print(f"  … and {len(rows) - _MOST:,} more: --json lists all")


def _branches(found: Any, about: bool) -> list[Branches]:
    """The lines of a picture as trees of rich: how far in a line stands says whose it is."""
    tops: list[Branches] = []
    open_: list[tuple[int, Branches]] = []
    for line in found:
        level = len(line.lead) // 4
        words = _words(line, about)
        while open_ and open_[-1][0] >= level:
            open_.pop()
        made = open_[-1][1].add(words) if open_ else Branches(words)
        if not open_:
            tops.append(made)
        open_.append((level, made))
    return tops


def _words(line: Line, about: bool) -> str:
    words = escape(said(line))
    name = escape(line.node.name)
    words = f"[bold cyan]{name}[/]{words.removeprefix(name)}"
    return words + (f"[dim]: {escape(line.node.about)}[/]" if about and line.node.about else "")
