"""`grow`: a taxonomy grown by a model, as a command; its runs stand in outputs/grow-<name>."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textsynth.errors import JobError
from textsynth.inputs._taxonomy_files import check_written, locate, read_tree
from textsynth.live import View
from textsynth.records import LANGUAGES
from textsynth.runner import run
from textsynth.taxonomy.orders import Grown, Order
from textsynth.taxonomy.tree import Node
from textsynth.taxonomy_growth import grow_into


def grow(
    root: str = "",
    *,
    out: str | Path | None = None,
    depth: int = 2,
    branching: int = 8,
    variants: int = 3,
    about: str = "",
    seed_tree: str | Path | Node | None = None,
    provider: Any = "local",
    models: Mapping[str, Any] | None = None,
    language: str | None = None,
    budget_usd: float | None = None,
    seed: int = 0,
    prices: Any = None,
    view: View | None = None,
) -> Grown:
    """A tree of the topics of `root`, level by level, written to `out` (<root>.yaml) as YAML.

    `depth` levels below the root (1 to 6), at most `branching` children of a node (2 to 40), of
    which `variants` lists are asked for in different ways (1 to 12). `about`: what belongs to the
    root, in words. `seed_tree`: a tree, or its file (also one that textsynth brings, such as
    taxonomies/general.yaml), of which only nodes without children are divided, so one may prune a
    level by hand and go on, also in the file itself. `models`: a model of its own for teacher,
    organiser or enquirer. `language`: else that of the tree, or en. `prices`: as in a job file,
    which a budget needs where the price of a model is not known. The same call goes on where an
    earlier one was stopped.

    Raises JobError for an order that cannot be met or a file that is not its own, InputError for
    one that no tree can be written to, else as `run`.
    """
    start: str | Node = root.strip()
    told, same = "", False
    target = Path(out) if out is not None else None
    if seed_tree is not None:
        tree, told = _tree(seed_tree, language or "")
        if start and start != tree.name:
            raise JobError(
                f"the tree to grow on has the root '{tree.name}', not '{root}'",
                fix="leave the root out, or name the tree's own",
            )
        start = tree
        own = None if isinstance(seed_tree, Node) else Path(seed_tree).resolve()
        same = target is not None and target.resolve() == own
    name = start.name if isinstance(start, Node) else start
    if not name:
        raise JobError("no subject is named", fix="name one, such as 'Retail banking', or a tree")
    target = target or Path(f"{_word(name)}.yaml")
    check_written(target)
    order = Order(
        depth, branching, variants, about, provider, models or {},
        language or (told if told in LANGUAGES else "en"), budget_usd, seed, prices,
    )  # fmt: skip
    job = f"grow-{_word(target.stem)}"
    return grow_into(
        target, start, home=Path("outputs") / job, name=job, order=order,
        run=functools.partial(run, view=view or View()), replace=same,
    )  # fmt: skip


def _tree(tree: str | Path | Node, language: str) -> tuple[Node, str]:
    """A tree and its language: as given, a file, or one of those that are brought."""
    if isinstance(tree, Node):
        return tree, ""
    read = read_tree(locate(str(tree), Path(), language))
    return read.root, read.language


def _word(text: str) -> str:
    """A name as that of a file or a job may be."""
    word = "".join(c if c.isalnum() or c in "._" else "-" for c in text.lower()).strip(".-")
    while "--" in word:
        word = word.replace("--", "-")
    return word[:60] or "taxonomy"
