"""The picture of a tree and its figures."""

from __future__ import annotations

from tests.taxonomy.samples import bank
from textsynth.taxonomy.measures import Branch, Level, measure
from textsynth.taxonomy.near import Merge
from textsynth.taxonomy.picture import leaf_counts, picture, summed
from textsynth.taxonomy.tree import Node, Tree


def test_picture_with_counts_and_descriptions() -> None:
    root = bank().root
    assert picture(root, counts=leaf_counts(root), about=True) == (
        "Retail banking [5]: what a bank does for people\n"
        "├── Deposits (x3) [2]\n"
        "│   ├── Savings accounts [1]: they pay interest\n"
        "│   └── Fixed terms [1]\n"
        "├── Cards [2]: plastic and virtual\n"
        "│   ├── Debit cards [1]\n"
        "│   └── Credit cards (x2) [1]\n"
        "└── Fees: all of them [1]"
    )


def test_picture_of_some_levels_says_what_it_leaves_out() -> None:
    assert picture(bank().root, depth=1).splitlines()[1:3] == [
        "├── Deposits (x3) (+2 below)",
        "├── Cards (+2 below)",
    ]
    assert picture(bank().root, depth=0) == "Retail banking (+7 below)"


def test_picture_of_several_tops() -> None:
    root = Node("", children=[Node("A", children=[Node("B", children=[Node("C")])]), Node("D")])
    assert picture(root) == "A\n└── B\n    └── C\nD"


def test_numbers_of_topics_add_up_to_their_branches() -> None:
    root = bank().root
    made = {"Retail banking > Cards > Debit cards": 3, "Retail banking > Fees: all of them": 2}
    total = summed(root, made)
    assert total["Retail banking"] == 5
    assert total["Retail banking > Cards"] == 3
    assert "├── Cards [3]" in picture(root, 1, total)


def test_figures_of_a_tree() -> None:
    found = measure(bank())
    assert (found.nodes, found.leaves, found.depth, found.described, found.weighted) == (
        8, 5, 2, 3, 2
    )  # fmt: skip
    assert found.levels == [Level(0, 1, 0, 3, 3.0, 3), Level(1, 3, 1, 2, 2.0, 2), Level(2, 4, 4)]
    assert found.branches == [
        Branch("Deposits", 2, 1, 0.4),
        Branch("Cards", 2, 1, 0.4),
        Branch("Fees: all of them", 1, 0, 0.2),
    ]
    assert not found.duplicates
    assert not found.near


def test_figures_point_at_what_is_odd() -> None:
    small = [Node(f"B{n}", children=[Node(f"x{n}"), Node("Fees")]) for n in range(3)]
    big = Node("Big", children=[Node(f"L{n}") for n in range(9)])
    tree = Tree(Node("", children=[*small, big, Node("b-0", children=[Node("fee")])]))
    found = measure(tree)
    assert found.duplicates == {"Fees": ["B0 > Fees", "B1 > Fees", "B2 > Fees"]}
    assert found.near == [Merge("B0", "b-0"), Merge("Fees", "fee", "B0")]
    assert [(b.name, b.uneven) for b in found.branches if b.uneven] == [("Big", "large")]
    assert found.levels[0].level == 1
