"""What a person does to a tree: find, rename, add, describe, move, prune, shorten.

Each changes the tree it is given. A path is `A > B > C` or A/B/C, whatever the case, with or
without the root; its end alone will do where only one topic has it. JobError where it names none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textsynth.errors import JobError, nearest
from textsynth.taxonomy.names import folded, is_arrowed, name_of, split_path
from textsynth.taxonomy.near import near_equal
from textsynth.taxonomy.tree import Node, Tree, words_of

Path = tuple[Node, ...]


def find(tree: Tree, path: str) -> Path:
    """The nodes from the root to the one meant."""
    whole = folded(path)
    given = [names for names in _readings(path) if names]
    ends: list[Path] = []
    for found in tree.root.walk():
        names = [folded(node.name) for node in found]
        below = names[1:]
        if folded(words_of(found)) == whole or any(g in (names, below) for g in given):
            return found
        if any(names[-len(g) :] == g for g in given):
            ends.append(found)
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise JobError(
            f"'{path}' may be any of {len(ends)} topics",
            "; ".join(words_of(end) for end in ends[:5]) + (" …" if len(ends) > 5 else ""),
            "give the whole path",
        )
    raise _missing(tree, path, given)


def found_all(tree: Tree, paths: Iterable[str]) -> list[Path]:
    """`find` for each of several paths."""
    return [find(tree, path) for path in paths]


def rename(tree: Tree, path: str, name: str) -> Node:
    """Gives a topic another name."""
    found = find(tree, path)
    name = name_of(name, "--rename")
    if len(found) > 1:
        _check_new(found[:-1], name, found[-1])
    found[-1].name = name
    return found[-1]


def add(tree: Tree, path: str, child: Node) -> Node:
    """Puts a topic under another, as its last; `path` "" is the top."""
    found = find(tree, path) if path.strip() else (tree.root,)
    child.name = name_of(child.name, "--add")
    _check_new(found, child.name)
    found[-1].children.append(child)
    return child


def describe(tree: Tree, path: str, about: str) -> Node:
    """Says what a topic is about."""
    node = find(tree, path)[-1]
    node.about = about
    return node


def move(tree: Tree, path: str, to: str) -> Node:
    """Puts a topic, with all below it, under another; `to` "" is the top."""
    found = find(tree, path)
    target = find(tree, to) if to.strip() else (tree.root,)
    node = found[-1]
    if len(found) == 1 or any(other is node for other in target):
        raise JobError(
            f"'{words_of(found)}' cannot be moved to '{words_of(target)}'",
            "that is the topic itself, or below it",
            "name a topic that does not belong to it",
        )
    if target[-1] is found[-2]:
        return node
    _check_new(target, node.name)
    _remove(found[-2], node)
    target[-1].children.append(node)
    return node


def prune(tree: Tree, paths: Sequence[str], keep: bool = False) -> int:
    """Takes topics out with all below them, or with `keep` all others. How many nodes went."""
    before = size(tree)
    found = found_all(tree, paths)
    if keep:
        held = {id(node) for path in found for node in path}
        whole = {id(path[-1]) for path in found}
        _keep(tree.root, held, whole)
    else:
        for path in found:
            if len(path) == 1:
                raise JobError(
                    f"'{words_of(path)}' is the root of the tree",
                    "nothing would be left",
                    "name branches below it",
                )
            _remove(path[-2], path[-1])
    if not tree.root.children and size(tree) < before:
        raise JobError("nothing would be left of the tree", fix="name fewer branches")
    return before - size(tree)


def shorten(tree: Tree, depth: int | None = None, children: int | None = None) -> int:
    """Keeps `depth` levels below the root, and the first `children` of each topic."""
    before = size(tree)
    for path in list(tree.root.walk()):
        node = path[-1]
        if depth is not None and len(path) > depth:
            node.children = []
        elif children is not None:
            node.children = node.children[:children]
    return before - size(tree)


def size(tree: Tree) -> int:
    """How many topics; a root without a name is none."""
    return sum(1 for _ in tree.root.walk()) - (not tree.root.name)


def parts(text: str, option: str) -> tuple[str, str]:
    """`A > B=New name` as (path, what is given). Raises JobError without the sign."""
    path, sign, value = text.partition("=")
    if not sign or not value.strip():
        raise JobError(
            f"{option} cannot read '{text}'", fix=f'write {option} "A > B=…", the path first'
        )
    return path.strip(), value.strip()


def _readings(path: str) -> list[list[str]]:
    found = [[folded(path)], [folded(part) for part in split_path(path)]]
    if not is_arrowed(path) and "/" in path:
        found.append([folded(part) for part in path.strip("/ ").split("/")])
    return [names for names in found if all(names)]


def _missing(tree: Tree, path: str, given: list[list[str]]) -> JobError:
    last = path.rpartition(">")[2].strip() if given else path
    near = [found for found in tree.root.walk() if near_equal(found[-1].name, last)][:3]
    if near:
        hint = f"did you mean '{words_of(near[0])}'?"
    else:
        names = {found[-1].name for found in tree.root.walk() if found[-1].name}
        tops = ", ".join(child.name for child in tree.root.children[:12])
        close = nearest(last, names)
        meant = close.partition(" known: ")[0] if close.startswith("did you mean") else ""
        meant = f"{meant.rstrip('?')}, or one of the first level" if meant else "the first level"
        hint = f"{meant}: {tops or 'which is empty'}"
    return JobError(
        f"there is no topic '{path}'", hint, "`textsynth taxonomy show FILE` lists them all"
    )


def _check_new(parent: Path, name: str, but: Node | None = None) -> None:
    for sibling in parent[-1].children:
        if sibling is not but and folded(sibling.name) == folded(name):
            raise JobError(
                f"'{words_of(parent) or 'the top'}' has a topic '{sibling.name}' already",
                fix="take another name, or merge the two: textsynth taxonomy merge",
            )


def _remove(parent: Node, node: Node) -> None:
    parent.children = [child for child in parent.children if child is not node]


def _keep(node: Node, held: set[int], whole: set[int]) -> None:
    if id(node) in whole:
        return
    node.children = [child for child in node.children if id(child) in held]
    for child in node.children:
        _keep(child, held, whole)
