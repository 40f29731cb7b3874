"""The walk of a tree: each branch has its share of the first n briefs, whatever n is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.topics import leaf
from textsynth.errors import InputError
from textsynth.treewalk import Even, TreeWalk

Path = tuple[str, ...]


def grown(dice: random.Random, depth: int, wide: int, path: Path = ("all",)) -> list[Path]:
    """A random tree of at most this depth, as the paths of its leaves."""
    if depth == 0 or (len(path) > 1 and dice.random() < 0.25):
        return [path]
    return [
        below
        for k in range(dice.randint(1, wide))
        for below in grown(dice, depth - 1, wide, (*path, f"{k}"))
    ]


def lopsided() -> list[Path]:
    """One branch of 100 leaves, and 26 of one."""
    return [
        *(("all", "big", str(k)) for k in range(100)),
        *(("all", f"b{k}", "only") for k in range(26)),
    ]


def trees() -> list[list[Path]]:
    found: list[list[Path]] = [lopsided(), [("all", str(k)) for k in range(126)], [("all",)]]
    for number in range(40):
        dice = random.Random(number)
        found.append(grown(dice, 1 + number % 6, dice.choice([2, 3, 5, 8]))[:300])
    return found


def worst(walk: TreeWalk, briefs: int) -> float:
    """How far any branch is off its share at any moment, in briefs."""
    share: dict[Path, float] = {}
    for row, part in zip(walk.rows, walk.shares, strict=True):
        for depth in range(1, len(row["path"]) + 1):
            branch = tuple(row["path"][:depth])
            share[branch] = share.get(branch, 0.0) + part
    got: Counter[Path] = Counter()
    most = 0.0
    for i in range(briefs):
        path = walk.rows[walk.at(i)[0]]["path"]
        got.update(tuple(path[:depth]) for depth in range(1, len(path) + 1))
        if i < 100 or i % 7 == 0:
            most = max(most, *(abs(got[b] - (i + 1) * part) for b, part in share.items()))
    return most


@pytest.mark.parametrize("even", ["leaves", "branches"])
def test_every_branch_has_its_share_of_any_number_of_briefs(even: Even) -> None:
    for number, paths in enumerate(trees()):
        walk = TreeWalk([leaf(path) for path in paths], even, seed=number)
        # What is off at a branch adds to what is off below it, by its share: one at most, where no
        # branch is larger than all its siblings together.
        assert worst(walk, min(900, 3 * len(paths) + 20)) < (1.25 if even == "leaves" else 1.01)


def test_a_long_chain_of_branches_is_off_by_little_more() -> None:
    paths = [("all", *("on",) * depth, "leaf") for depth in range(12)]
    assert worst(TreeWalk([leaf(path) for path in paths]), 300) < 2


@pytest.mark.parametrize("even", ["leaves", "branches"])
def test_visits_count_the_briefs_before_with_the_same_row(even: Even) -> None:
    walk = TreeWalk([leaf(path) for path in lopsided()], even, seed=5)
    seen: Counter[int] = Counter()
    for i in range(1000):
        row, visit = walk.at(i)
        assert visit == seen[row]
        seen[row] += 1


def test_by_leaves_each_comes_once_in_each_round() -> None:
    walk = TreeWalk([leaf(path) for path in lopsided()], seed=2)
    for at in range(0, 126 * 4, 126):
        found = [walk.at(i) for i in range(at, at + 126)]
        assert sorted(found) == [(row, at // 126) for row in range(126)]


def test_by_branches_siblings_come_equally_often_at_every_level() -> None:
    walk = TreeWalk([leaf(path) for path in lopsided()], "branches")
    got = Counter(walk.rows[walk.at(i)[0]]["path"][1] for i in range(2700))
    assert set(got.values()) == {100}
    big = Counter(row for row, _ in map(walk.at, range(2700)) if row < 100)
    assert set(big.values()) == {1}


def test_weights_are_shares_among_siblings_and_nothing_leaves_a_branch_out() -> None:
    rows: list[dict[str, Any]] = [
        {**leaf(("all", "a", "x"), 3.0), "weights": [1.0, 0.5]},
        {**leaf(("all", "a", "y"), 1.0), "weights": [1.0, 0.5]},
        {**leaf(("all", "b"), 1.5)},
        {**leaf(("all", "c"), 0.0)},
    ]
    walk = TreeWalk(rows, "branches")
    got = Counter(walk.rows[walk.at(i)[0]]["id"] for i in range(1600))
    assert got == {"all/a/x": 300, "all/a/y": 100, "all/b": 1200}
    assert list(walk.shares) == [0.1875, 0.0625, 0.75, 0.0]


def test_a_row_that_others_are_below_stands_beside_them() -> None:
    walk = TreeWalk([leaf(("all", "a")), leaf(("all", "a", "x")), leaf(("all", "b"))], "branches")
    assert sorted(walk.shares) == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_another_seed_begins_with_other_leaves() -> None:
    rows = [leaf(path) for path in lopsided()]
    first = [{TreeWalk(rows, "leaves", seed).at(i)[0] for i in range(10)} for seed in (1, 2)]
    assert first[0] != first[1]
    assert TreeWalk(rows).seeded(2).at(3) == TreeWalk(rows, "leaves", 2).at(3)


def test_a_billionth_brief_costs_no_more_than_the_first() -> None:
    walk = TreeWalk([leaf(path) for path in lopsided()])
    row, visit = walk.at(126 * 10**9 + 17)
    assert (row, visit) == (walk.at(17)[0], 10**9)


@pytest.mark.parametrize(
    ("weights", "words"),
    [((0.0, 0.0), "no row that a brief could be about"), ((1.0, -1.0), "'all > 1' has the weight")],
    ids=["none left", "below 0"],
)
def test_weights_that_make_no_sense_are_refused(weights: Sequence[float], words: str) -> None:
    rows = [leaf(("all", str(k)), weight) for k, weight in enumerate(weights)]
    with pytest.raises(InputError, match=words):
        TreeWalk(rows, "branches").at(0)


@pytest.mark.parametrize("even", ["leaves", "branches"])
def test_rows_that_share_a_leaf_have_its_share_together(even: Even) -> None:
    rows = [
        *({**leaf(("all", "a", "x", f"s{k}")), "shared": True} for k in range(9)),
        {**leaf(("all", "a", "y", "s")), "shared": True}, leaf(("all", "b")),
    ]  # fmt: skip
    walk = TreeWalk(rows, even, seed=3)
    found = Counter(walk.at(i)[0] for i in range(108))
    wanted = {"leaves": (4, 36, 36), "branches": (3, 27, 54)}[even]
    assert [found[row] for row in range(11)] == [wanted[0]] * 9 + [*wanted[1:]]
    assert [round(108 * share) for share in walk.shares] == [wanted[0]] * 9 + [*wanted[1:]]
    assert not walk.equal
