"""Briefs of a tree: all combinations of a row before any comes again, and nothing but the row's."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.test_treewalk import lopsided
from tests.topics import leaf, levels
from textsynth.cells import Carried
from textsynth.plan import Axis, Plan, Pool
from textsynth.records import Brief
from textsynth.treewalk import Even, TreeWalk

Paths = Sequence[tuple[str, ...]]
BANK: Paths = [
    ("bank", "deposits", "savings"), ("bank", "deposits", "current", "joint"),
    ("bank", "loans"), ("bank", "cards", "credit"), ("bank", "cards", "debit"),
]  # fmt: skip
EQUAL = {"difficulty": {"easy": 1.0, "medium": 1.0, "hard": 1.0}}
BOTH = {**EQUAL, "kind": {"how": 2.0, "why": 1.0, "which": 1.0}}


def tree(
    paths: Paths = BANK,
    facets: Mapping[str, Mapping[str, float]] = BOTH,
    people: int = 0,
    even: Even = "leaves",
    **changes: Any,
) -> Plan:
    rows = [leaf(path) for path in paths]
    marks = Carried("topics", rows, levels).of
    axes = [Axis("topic", rows, None, TreeWalk(rows, even, 7), marks)]
    if people:
        axes.append(Axis("persona", [{"id": f"p{k}"} for k in range(people)]))
    return Plan(**{"seed": 7, "axes": axes, "facets": facets, **changes})


def visits(plan: Plan, briefs: int) -> dict[str, list[Brief]]:
    """Row → its briefs in order."""
    found: dict[str, list[Brief]] = {}
    for brief in map(plan.brief, range(briefs)):
        found.setdefault(brief.fields["topic"]["id"], []).append(brief)
    return found


@pytest.mark.parametrize("people", [0, 1, 2, 4, 6, 9])
@pytest.mark.parametrize("sizes", [(), (3,), (4, 6), (2, 2, 3), (5, 5)], ids=str)
def test_a_row_has_every_combination_once_before_any_comes_again(
    people: int, sizes: tuple[int, ...]
) -> None:
    facets = {f"f{k}": {f"v{n}": 1.0 for n in range(size)} for k, size in enumerate(sizes)}
    plan = tree(facets=facets, people=people)
    lap = plan.size // len(BANK)
    for briefs in visits(plan, 2 * plan.size).values():
        met = [json.dumps([b.fields, b.facets], sort_keys=True) for b in briefs]
        assert len(set(met[:lap])) == len(set(met[lap:])) == lap
        assert sorted(met[:lap]) == sorted(met[lap:])
        assert len({brief.id for brief in briefs}) == 2 * lap


def test_a_row_keeps_the_shares_of_a_facet_in_any_stretch_of_as_many_visits_as_slots() -> None:
    for briefs in visits(tree(), 5 * 12 * 3).values():
        for at in range(0, 36, 12):
            kinds = Counter(brief.facets["kind"] for brief in briefs[at : at + 4])
            assert kinds == {"how": 2, "why": 1, "which": 1}
            assert len({brief.facets["difficulty"] for brief in briefs[at : at + 3]}) == 3


MANY = {
    "kind": {"how": 2.0, "why": 1.0}, "difficulty": {"easy": 3.0, "hard": 1.0, "medium": 2.0},
    "place": {"home": 1.0, "branch": 1.0},
}  # fmt: skip


@pytest.mark.parametrize("even", ["leaves", "branches"])
@pytest.mark.parametrize("people", [0, 1, 4, 6, 40])
@pytest.mark.parametrize("facets", [EQUAL, BOTH, MANY], ids=["one", "two", "three"])
def test_a_turn_counts_the_briefs_of_the_row_with_the_same_value(
    facets: Mapping[str, Mapping[str, float]], people: int, even: Even
) -> None:
    plan = tree(facets=facets, people=people, even=even, counts="difficulty")
    seen: Counter[tuple[str, str]] = Counter()
    for brief in map(plan.brief, range(1500)):
        key = brief.fields["topic"]["id"], brief.facets["difficulty"]
        assert brief.turn == seen[key]
        seen[key] += 1


def test_a_weight_or_another_file_changes_how_often_a_row_comes_and_not_its_briefs() -> None:
    rows = [leaf(path) for path in BANK]
    other = [{**row, "weight": 2.0 + n, "source": "moved.yaml"} for n, row in enumerate(rows)]
    plans = [
        Plan(7, [Axis("topic", r, None, TreeWalk(r, "branches", 7))], BOTH) for r in (rows, other)
    ]
    before, after = ({b.own: b.id for b in map(p.brief, range(200))} for p in plans)
    both = before.keys() & after.keys()
    assert 100 < len(both) < 200
    assert all(before[own] == after[own] for own in both)


def test_rows_do_not_all_begin_alike() -> None:
    plan = tree(lopsided(), people=8)
    first = [plan.brief(i) for i in range(126)]
    for name, values in (("difficulty", 3), ("kind", 3)):
        counts = Counter(brief.facets[name] for brief in first)
        assert len(counts) == values
        assert max(counts.values()) < 90
    assert len({brief.fields["persona"]["id"] for brief in first}) == 8
    plain = tree(lopsided(), facets={})
    assert 40 < sum(plain.brief(i).half for i in range(126)) < 86
    assert [brief.half for brief in visits(plain, 126 * 4)["all/big/3"]] in ([0, 1] * 2, [1, 0] * 2)


def known(plan: Plan, briefs: int) -> dict[tuple[str, int], tuple[Any, ...]]:
    """(row, visit) → all that a brief is, but for where it comes."""
    return {
        (b.fields["topic"]["id"], b.visit): (
            b.id, b.fields, {f: v for f, v in b.facets.items() if not f.startswith("level")},
            b.half, b.own, b.number("turns", 0, 10**9),
        )
        for b in map(plan.brief, range(briefs))
    }  # fmt: skip


@pytest.mark.parametrize("even", ["leaves", "branches"])
@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        ([*BANK, ("bank", "cards", "gift")], ()),
        ([("bank", "cards", "gift", "paper", "red"), *BANK], ()),
        ([*BANK[:2], *BANK[3:]], ("bank/loans",)),
        ([*BANK[:2], ("bank", "mortgages"), *BANK[3:]], ("bank/loans",)),
        (BANK[::-1], ()),
    ],
    ids=["added", "added deeper", "removed", "renamed", "in another order"],
)
def test_an_edit_changes_no_brief_of_another_row(
    changed: Paths, gone: Sequence[str], even: Even
) -> None:
    pools = [Pool("examples", [{"id": f"e{k}"} for k in range(9)], 3)]
    before = known(tree(people=4, even=even, pools=pools, partner=True), 400)
    after = known(tree(changed, people=4, even=even, pools=pools, partner=True), 400)
    both = before.keys() & after.keys()
    assert len(both) > 200
    assert all(before[place] == after[place] for place in both)
    assert {row for row, _ in before.keys() - after.keys() if (row, 0) not in after} == set(gone)


@pytest.mark.parametrize("even", ["leaves", "branches"])
def test_the_facets_alone_are_those_of_the_brief(even: Even) -> None:
    plan = tree(people=3, even=even)
    for i in itertools.chain(range(300), range(10**6, 10**6 + 50)):
        assert plan.facets_of(i) == plan.brief(i).facets


def test_the_levels_of_a_row_are_facets_of_its_briefs_and_one_that_it_has_not_is_none() -> None:
    found = {brief.fields["topic"]["id"]: brief.facets for brief in map(tree().brief, range(5))}
    assert found["bank/loans"].items() >= {
        "level_1": "loans", "level_2": "none", "level_3": "none",
    }.items()  # fmt: skip
    assert found["bank/deposits/current/joint"]["level_2"] == "deposits > current"


def test_rows_of_an_axis_without_a_tree_carry_facets_too() -> None:
    people = [{"id": f"p{k}", "age": "young" if k % 2 else "old"} for k in range(6)]
    carried = Carried("personas", people, lambda row: {"age_band": row["age"]})
    chunks = [{"id": f"c{k}"} for k in range(4)]
    plan = Plan(
        3, [Axis("chunk", chunks), Axis("persona", people, marks=carried.of)],
        {"kind": {"a": 1.0, "b": 1.0}},
    )  # fmt: skip
    for i in range(plan.size):
        brief = plan.brief(i)
        assert brief.facets["age_band"] == brief.fields["persona"]["age"]
        assert plan.facets_of(i) == brief.facets


def test_the_briefs_of_a_job_without_a_tree_are_what_they_were() -> None:
    chunks = [{"id": f"c{k}"} for k in range(5)]
    people = [{"id": f"p{k}"} for k in range(4)]
    plan = Plan(7, [Axis("chunk", chunks), Axis("persona", people)], BOTH, partner=True)
    found = [plan.brief(i) for i in (0, 1, 77, 1000)]
    assert [brief.id for brief in found] == [
        "086aa056223293efe052a42cea2d4093", "74cd1e78a098113c941e1c65a28cea77",
        "03007b9e74bb4b4e3758b746b7254212", "87452570d19605edbdfdf53150510ad7",
    ]  # fmt: skip
    assert [brief.number("turns", 0, 999) for brief in found] == [676, 874, 725, 129]
