"""Finding topics by path, and renaming, adding, moving, pruning and shortening."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.taxonomy.samples import Names, bank, names
from textsynth.errors import JobError
from textsynth.taxonomy.edits import (
    add,
    describe,
    find,
    move,
    parts,
    prune,
    rename,
    shorten,
    size,
)
from textsynth.taxonomy.tree import Node, Tree, words_of

CARDS: dict[str, Names] = {"Debit cards": {}, "Credit cards": {}}
DEPOSITS: Names = {"Savings accounts": {}, "Fixed terms": {}}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Retail banking", "Retail banking"),
        ("Retail banking > Deposits", "Retail banking > Deposits"),
        ("deposits", "Retail banking > Deposits"),
        ("DEPOSITS/fixed terms", "Retail banking > Deposits > Fixed terms"),
        ("Retail banking/Cards/Debit cards", "Retail banking > Cards > Debit cards"),
        ("Fixed terms", "Retail banking > Deposits > Fixed terms"),
        ("Fees: all of them", "Retail banking > Fees: all of them"),
        ("Cards › Debit cards", "Retail banking > Cards > Debit cards"),
    ],
)
def test_paths_as_people_write_them(path: str, words: str) -> None:
    assert words_of(find(bank(), path)) == words


def test_names_with_slashes_and_arrows_are_found() -> None:
    tree = Tree(Node("", children=[Node("ATM/debit", children=[Node("A > B")]), Node("A")]))
    assert words_of(find(tree, "ATM/debit")) == "ATM/debit"
    assert words_of(find(tree, "ATM/debit > A > B")) == "ATM/debit > A > B"


def test_a_name_that_stands_twice_needs_its_path() -> None:
    tree = Tree(
        Node("R", children=[Node("A", children=[Node("Fees")]), Node("B", children=[Node("Fees")])])
    )
    with pytest.raises(JobError, match=r"any of 2 topics. R > A > Fees; R > B > Fees"):
        find(tree, "fees")
    assert words_of(find(tree, "B > Fees")) == "R > B > Fees"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "Depositz",
            r"no topic 'Depositz'. Did you mean 'Deposits', or one of the first",
        ),
        ("Cards > Debit card", r"Did you mean 'Retail banking > Cards > Debit cards'\?"),
        ("Weather", r"The first level: Deposits, Cards, Fees: all of them"),
    ],
)
def test_a_path_that_names_nothing_is_told(path: str, words: str) -> None:
    with pytest.raises(JobError, match=words):
        find(bank(), path)


def test_changes() -> None:
    tree = bank()
    rename(tree, "Deposits", "Money kept")
    rename(tree, "Money kept > Fixed terms", "fixed TERMS")
    describe(tree, "Cards", "new words")
    add(tree, "Cards", Node("Gift cards"))
    add(tree, "", Node("Loans"))
    move(tree, "Savings accounts", "Cards")
    move(tree, "Gift cards", "")
    assert names(tree) == {
        "Retail banking": {
            "Money kept": {"fixed TERMS": {}},
            "Cards": {**CARDS, "Savings accounts": {}},
            "Fees: all of them": {},
            "Loans": {},
            "Gift cards": {},
        }
    }
    assert find(tree, "Cards")[-1].about == "new words"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: rename(t, "Deposits", "cards"), "'Retail banking' has a topic 'Cards' already"),
        (lambda t: rename(t, "Deposits", " "), "--rename has a topic without a name"),
        (lambda t: add(t, "Cards", Node("debit CARDS")), "has a topic 'Debit cards' already"),
        (lambda t: move(t, "Cards", "Debit cards"), "itself, or below it"),
        (lambda t: move(t, "Retail banking", "Cards"), "itself, or below it"),
        (lambda t: move(t, "Cards", "Cards"), "itself, or below it"),
        (lambda t: prune(t, ["Retail banking"]), "is the root of the tree"),
        (lambda t: parts("Deposits", "--rename"), "--rename cannot read 'Deposits'"),
    ],
    ids=["rename", "no name", "add", "below itself", "root", "itself", "prune root", "no sign"],
)
def test_changes_that_cannot_be_leave_the_tree_as_it_was(
    change: Callable[[Tree], object], words: str
) -> None:
    tree = bank()
    with pytest.raises(JobError, match=words):
        change(tree)
    assert tree == bank()


def test_pruning_takes_all_below_and_keeping_all_else() -> None:
    tree = bank()
    assert prune(tree, ["Deposits", "Debit cards", "Deposits > Fixed terms"]) == 4
    assert names(tree) == {
        "Retail banking": {"Cards": {"Credit cards": {}}, "Fees: all of them": {}}
    }
    tree = bank()
    assert prune(tree, ["Deposits", "Debit cards"], keep=True) == 2
    assert names(tree) == {"Retail banking": {"Deposits": DEPOSITS, "Cards": {"Debit cards": {}}}}
    many = Tree(Node("", children=[Node("A"), Node("B")]))
    with pytest.raises(JobError, match="Nothing would be left"):
        prune(many, ["A", "B"])


def test_shortening_by_levels_and_by_number() -> None:
    tree = bank()
    assert shorten(tree, depth=1) == 4
    assert names(tree) == {"Retail banking": {"Deposits": {}, "Cards": {}, "Fees: all of them": {}}}
    tree = bank()
    assert shorten(tree, children=1) == 5
    assert names(tree) == {"Retail banking": {"Deposits": {"Savings accounts": {}}}}
    assert size(tree) == 3
