"""Several trees under one root, and which siblings of theirs mean the same by their vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textsynth.embedding import Embedder
from textsynth.embedding.neighbours import earlier
from textsynth.embedding.static import unit
from textsynth.taxonomy.near import Alike, near_equal
from textsynth.taxonomy.tree import Node, Tree


def union(trees: Sequence[Tree]) -> Tree:
    """All tops under a root without a name; near-equal roots under the first one's name."""
    first = trees[0]
    tops: list[Node] = []
    for tree in trees:
        if not tree.root.name and first.root.name:
            # Topics without a root belong to what the first tree is about.
            tops.append(Node(first.root.name, children=tree.root.children))
        elif tree.root.name and near_equal(tree.root.name, first.root.name):
            tops.append(tree.root)
        else:
            tops += [tree.root] if tree.root.name else tree.root.children
    languages = {tree.language for tree in trees if tree.language}
    licences = dict.fromkeys(tree.licence for tree in trees if tree.licence)
    return Tree(
        Node("", children=tops), languages.pop() if len(languages) == 1 else "",
        ", ".join(licences), list(first.notes),
    )  # fmt: skip


def by_meaning(embedder: Embedder, trees: Sequence[Tree], threshold: float) -> Alike:
    """Who means the same, by the vectors of all names; other figures are another meaning."""
    import numpy as np

    names = list(dict.fromkeys(path[-1].name for tree in trees for path in tree.root.walk()))
    known = [n for n in names if n and (embedder.languages is None or n.isascii())]
    vectors = embedder.embed(known)
    if embedder.centre and len(known):
        vectors = unit(vectors - vectors.mean(axis=0))
    place = {name: number for number, name in enumerate(known)}

    def alike(siblings: Sequence[str]) -> Sequence[int]:
        here = [number for number, name in enumerate(siblings) if name in place]
        found = [-1] * len(siblings)
        if len(here) < 2:
            return found
        which, _ = earlier(np.stack([vectors[place[siblings[n]]] for n in here]), threshold)
        for number, before in zip(here, which.tolist(), strict=True):
            if before >= 0 and _figures(siblings[number]) == _figures(siblings[here[before]]):
                found[number] = here[before]
        return found

    return alike


def _figures(name: str) -> Counter[str]:
    return Counter(letter for letter in name if letter.isdigit())
