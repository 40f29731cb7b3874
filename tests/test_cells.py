"""Cells: shares of facets and of products, in whole rows that all quotas agree on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.topics import leaf, levels
from textsynth.apportion import crossed, share, spread
from textsynth.cells import Carried, Odds, told
from textsynth.errors import JobError
from textsynth.quotas import Apportioned, check_quota, check_together

HARD = {"difficulty": {"easy": 2.0, "hard": 1.0}, "kind": {"how": 1.0, "why": 1.0, "2 x 4": 1.0}}
PATHS = [("bank", "deposits", "savings"), ("bank", "deposits", "joint"), ("bank", "loans")]


def odds(even: bool = False) -> Odds:
    rows = [leaf(path) for path in PATHS]
    shares = [0.25, 0.25, 0.5] if even else None
    return Odds(HARD, [Carried("topics", rows, levels, shares)])


def by(rows: Mapping[str, int], place: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for cell, n in rows.items():
        found[cell.split(" x ", 1)[place]] += n
    return dict(found)


def test_facets_that_are_carried_together_make_only_the_cells_that_come() -> None:
    assert odds().weights(["level_1", "level_2"]) == {
        "deposits x deposits > savings": 1, "deposits x deposits > joint": 1, "loans x none": 1,
    }  # fmt: skip
    assert odds().weights(["difficulty", "level_1"]) == {
        "easy x deposits": 4, "easy x loans": 2, "hard x deposits": 2, "hard x loans": 1,
    }  # fmt: skip


def test_a_name_is_a_facet_or_a_product_of_facets() -> None:
    known = odds()
    assert known.parts("level_1 x difficulty") == ("level_1", "difficulty")
    assert known.parts("kind") == ("kind",)
    assert known.parts("kind x kind") == known.parts("kind x mood") == ()
    assert told(("kind", "difficulty"), "how x easy") == "kind=how x difficulty=easy"
    assert told(("kind", "difficulty"), "2 x 4 x easy") == "kind x difficulty=2 x 4 x easy"


@pytest.mark.parametrize(
    ("even", "rows"), [(False, (8, 4)), (True, (6, 6))], ids=["leaf", "branch"]
)
def test_exact_on_a_carried_facet_is_as_the_walk_gives_it(
    even: bool, rows: tuple[int, int]
) -> None:
    found = Apportioned({"level_1": "exact"}, odds(even), 12).rows["level_1"]
    assert (found["deposits"], found["loans"]) == rows


def test_exact_products_agree_with_each_other_and_with_their_facets() -> None:
    quotas: dict[str, Any] = dict.fromkeys(
        ("level_1 x difficulty", "level_2 x kind", "difficulty", "level_1", "kind x difficulty"),
        "exact",
    )
    for count in (1, 7, 31, 100, 1001):
        found = Apportioned(quotas, odds(), count)
        check_together(dict.fromkeys(quotas, "here"), found)
        assert all(sum(rows.values()) == count for rows in found.rows.values())
        both = found.rows["level_1 x difficulty"]
        assert by(both, 0) == found.rows["level_1"]
        assert by(both, 1) == found.rows["difficulty"] == share(HARD["difficulty"], count)
        for cell, weight in odds().weights(["level_1", "difficulty"]).items():
            assert abs(both[cell] - count * weight / 9) < 2


def test_a_branch_has_its_share_whatever_the_order_of_its_leaves() -> None:
    dice = random.Random(4)
    paths = [("all", f"b{k % 9}", f"t{k}") for k in range(130)]
    dice.shuffle(paths)
    known = Odds({}, [Carried("topics", [leaf(path) for path in paths], levels)])
    quotas: dict[str, Any] = {"level_1": "exact", "level_2": "exact"}
    for count in (67, 200, 999):
        rows = Apportioned(quotas, known, count).rows
        for branch, n in Counter(path[1] for path in paths).items():
            assert abs(rows["level_1"][branch] - count * n / 130) <= 1
        assert all(abs(n - count / 130) <= 1 for n in rows["level_2"].values())


def test_exact_follows_the_rows_that_another_quota_names() -> None:
    quotas: dict[str, Any] = {
        "level_1 x difficulty": "exact", "level_1": {"deposits": 30, "loans": 10},
        "kind x difficulty": "exact", "difficulty": "exact", "level_2": "exact",
    }  # fmt: skip
    found = Apportioned(quotas, odds(), 40)
    check_together(dict.fromkeys(quotas, "here"), found)
    assert by(found.rows["level_1 x difficulty"], 0) == {"deposits": 30, "loans": 10}
    assert found.rows["level_2"] == {
        "deposits > savings": 15, "deposits > joint": 15, "none": 10
    }  # fmt: skip
    whole: dict[str, Any] = {
        "level_1 x difficulty": {"deposits x easy": 7, "loans x hard": 3},
        "difficulty": "exact", "level_1": "exact",
    }  # fmt: skip
    rows = Apportioned(whole, odds(), 10).rows
    assert (rows["difficulty"], rows["level_1"]) == (
        {"easy": 7, "hard": 3}, {"deposits": 7, "loans": 3},
    )  # fmt: skip


def test_quotas_that_want_different_numbers_of_the_same_rows_are_refused() -> None:
    quotas: dict[str, Any] = {
        "difficulty": {"easy": 5, "hard": 5},
        "level_1 x difficulty": {"deposits x easy": 8, "loans x hard": 2},
    }
    where = {name: f"line {number}" for number, name in enumerate(quotas)}
    with pytest.raises(JobError, match="'difficulty' and 'level_1 x difficulty' cannot both") as e:
        check_together(where, Apportioned(quotas, odds(), 10))
    assert "difficulty=easy the one wants 5 rows, the other 8" in str(e.value)


@pytest.mark.parametrize(
    ("name", "quota", "words"),
    [
        ("level_3", "exact", "'level_3', which is no facet. Did you mean 'level_2'?"),
        ("level_1 x dificulty", "exact", "'dificulty' is no facet. Did you mean 'difficulty'?"),
        ("kind x kind", "exact", "names a facet twice"),
        ("level_1", {"deposit": 10}, "10 rows of 'deposit', which never comes. Did you mean 'depo"),
        ("level_1 x level_2", {"loans x deposits > joint": 10}, "which never comes"),
        ("level_1 x kind", {"loans x 2 x 4": 9}, "add up to 9, count is 10"),
    ],
    ids=["no level", "no facet in a product", "twice", "no value", "no combination", "sum"],
)
def test_a_quota_that_cannot_hold_is_told(name: str, quota: Any, words: str) -> None:
    with pytest.raises(JobError) as error:
        check_quota("job.yaml, line 7", name, quota, 10, odds())
    assert str(error.value).startswith("job.yaml, line 7: ")
    assert words in str(error.value)


def test_a_quota_with_more_cells_than_memory_should_hold_is_refused() -> None:
    wide = Odds({f"f{k}": {str(n): 1.0 for n in range(100)} for k in range(3)})
    with pytest.raises(JobError, match=r"has 1,000,000 cells\. The limit is 100,000"):
        check_quota("here", "f0 x f1 x f2", "exact", 10, wide)


def test_of_thousands_of_values_only_a_few_are_told() -> None:
    many = Odds({"leaf": {f"leaf {n}": 1.0 for n in range(900)}})
    with pytest.raises(JobError, match=r"900 are known, such as 'leaf 77") as error:
        check_quota("here", "leaf", {"leef 77": 1}, 1, many)
    assert len(str(error.value)) < 300


def test_rows_that_are_spread_are_within_one_of_their_share_in_any_run() -> None:
    weights = {str(k): 1.0 + k % 3 for k in range(60)}
    rows = list(spread(weights, 1000).values())
    parts = [1000 * weight / sum(weights.values()) for weight in weights.values()]
    for at in range(60):
        for end in range(at + 1, 61):
            assert abs(sum(rows[at:end]) - sum(parts[at:end])) <= 1


def test_pairs_are_within_one_of_their_share_and_their_sums_are_exact() -> None:
    for number in range(400):
        dice = random.Random(number)
        count = dice.randint(0, 400)
        one = spread({k: float(dice.choice([1, 1, 9])) for k in range(dice.randint(1, 30))}, count)
        other = share({k: float(dice.randint(1, 9)) for k in range(dice.randint(1, 6))}, count)
        rows = crossed(one, other)
        assert {k: sum(rows[k, j] for j in other) for k in one} == one
        assert {j: sum(rows[k, j] for k in one) for j in other} == other
        for (k, j), n in rows.items():
            assert abs(n - one[k] * other[j] / max(1, count)) < 1
