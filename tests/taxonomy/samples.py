"""Trees that several tests use."""

from __future__ import annotations

from typing import Any

from textsynth.taxonomy.tree import Node, Tree

Names = dict[str, Any]
"""{name: {…}}, {} for a leaf."""


def bank() -> Tree:
    """Three branches, six leaves, weights, descriptions and an odd name: tests/data/topics.txt."""
    deposits = Node(
        "Deposits", "", [Node("Savings accounts", "they pay interest"), Node("Fixed terms")], 3
    )
    cards = Node(
        "Cards", "plastic and virtual", [Node("Debit cards"), Node("Credit cards", weight=2)]
    )
    root = Node(
        "Retail banking", "what a bank does for people",
        [deposits, cards, Node("Fees: all of them")],
    )  # fmt: skip
    return Tree(root, "en", notes=["Topics of the bank Larkmere."])


def names(tree: Tree) -> Names:
    """The names of a tree alone."""

    def below(node: Node) -> Names:
        return {child.name: below(child) for child in node.children}

    return {tree.root.name: below(tree.root)} if tree.root.name else below(tree.root)


def wide(branches: int, leaves: int) -> Tree:
    """A root, so many branches, and so many leaves under each."""
    return Tree(
        Node("Everything", children=[
            Node(f"Branch {a}", children=[Node(f"Leaf {a}.{b}", "about") for b in range(leaves)])
            for a in range(branches)
        ])
    )  # fmt: skip
