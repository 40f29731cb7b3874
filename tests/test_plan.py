"""The plan: brief i from (job, i) alone, every combination once a lap, shares kept on the way."""

from __future__ import annotations

import itertools
import json
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from textsynth.errors import JobError
from textsynth.plan import Axis, Plan, Pool
from textsynth.walk import permute, slots

Row = dict[str, Any]
Facets = Mapping[str, Mapping[str, float]]
OUTCOME = {"resolved": 6.0, "escalated": 3.0, "abandoned": 1.0}


def rows(kind: str, count: int) -> list[Row]:
    return [{"id": f"{kind}{number}"} for number in range(count)]


def equal(kind: str, count: int) -> dict[str, float]:
    return {f"{kind}{number}": 1.0 for number in range(count)}


def made(axes: Sequence[int], facets: Sequence[int] | Facets = (), **changes: Any) -> Plan:
    """A plan with axes of these sizes, and facets of these sizes (equal shares) or weights."""
    names = ("chunk", "persona", "third")
    given: dict[str, Any] = {
        "seed": 7,
        "axes": [Axis(n, rows(n, size)) for n, size in zip(names, axes, strict=False)],
        "facets": facets
        if isinstance(facets, Mapping)
        else {f"f{k}": equal(f"f{k}-", size) for k, size in enumerate(facets)},
    }
    return Plan(**(given | changes))


def content(plan: Plan, i: int) -> str:
    """What brief i is about, apart from its id."""
    brief = plan.brief(i)
    return json.dumps([brief.fields, brief.facets], sort_keys=True)


def shapes() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    found: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((), ()), ((6, 4, 3), (4, 6))]
    found += [((c,), (a,)) for c, a in itertools.product(range(1, 8), repeat=2)]
    found += [((c, p), ()) for c, p in itertools.product(range(1, 8), repeat=2)]
    found += [((), (a, b)) for a, b in itertools.product(range(1, 8), repeat=2)]
    found += [((), sizes) for sizes in itertools.product((2, 4, 6), repeat=3)]
    found += [((c, p), (a,)) for c, p, a in itertools.product((1, 2, 3, 4, 6), repeat=3)]
    found += [((c, p), (a, b)) for c, p, a, b in itertools.product((2, 3, 4), repeat=4)]
    return [*found, ((6, 4), (6, 4)), ((7, 5), (3, 2)), ((7, 7), (7, 7)), ((5,), (6, 4, 2))]


def test_a_lap_holds_every_combination_exactly_once() -> None:
    for axes, facets in shapes():
        plan = made(axes, facets)
        size = plan.size
        assert len({content(plan, i) for i in range(size)}) == size, f"{axes} x {facets}"


@pytest.mark.parametrize("facets", [{}, {"mood": equal("m", 4)}, {"outcome": OUTCOME}])
def test_with_suit_each_chunk_meets_only_its_own_rows_and_each_of_them(
    facets: dict[str, dict[str, float]],
) -> None:
    def suit(k: int) -> list[int]:
        return [k % 7, (k + 2) % 7, (k + 3) % 7]

    axes = [Axis("chunk", rows("c", 5)), Axis("persona", rows("p", 7), suit)]
    plan = Plan(3, axes, facets)
    briefs = [plan.brief(i) for i in range(plan.size)]
    met = Counter((b.fields["chunk"]["id"], b.fields["persona"]["id"]) for b in briefs)
    assert met == {(f"c{k}", f"p{p}"): plan.size // 15 for k in range(5) for p in suit(k)}


def test_a_brief_depends_on_the_job_and_its_number_alone() -> None:
    def fresh() -> Plan:
        pools = [Pool("examples", rows("e", 9), 3)]
        return made((5, 4), (3, 2), pools=pools, partner=True)

    one = fresh()
    forwards = [one.brief(i) for i in range(300)]
    other = fresh()
    assert [other.brief(i) for i in reversed(range(300))] == forwards[::-1]
    assert [fresh().brief(i) for i in (0, 119, 120, 299)] == [
        forwards[i] for i in (0, 119, 120, 299)
    ]
    assert [one.facets_of(i) for i in range(300)] == [brief.facets for brief in forwards]


def test_another_seed_gives_another_order_of_the_same_combinations() -> None:
    one, two = ([content(made((6, 5), (4,), seed=s), i) for i in range(120)] for s in (7, 8))
    assert one != two
    assert sorted(one) == sorted(two)


def test_a_second_lap_gives_the_same_combinations_under_other_ids_in_another_order() -> None:
    plan = made((6, 5), (4,))
    first, second = ([content(plan, i) for i in range(at, at + 120)] for at in (0, 120))
    assert first != second
    assert sorted(first) == sorted(second)
    assert len({plan.brief(i).id for i in range(240)}) == 240


def test_ids_are_unique_within_a_lap_also_where_a_value_fills_several_slots() -> None:
    plan = made((4,), {"outcome": OUTCOME})
    assert plan.size == 40
    assert len({plan.brief(i).id for i in range(40)}) == 40


@pytest.mark.parametrize(
    ("axes", "facets"), [((5,), (3,)), ((7, 3), (2, 2)), ((4, 6), (4,)), ((6, 2, 2), (3,))]
)
def test_the_first_axis_is_used_evenly_at_every_moment(
    axes: tuple[int, ...], facets: tuple[int, ...]
) -> None:
    plan = made(axes, facets)
    used: Counter[str] = Counter()
    for i in range(2 * plan.size):
        used[plan.brief(i).fields["chunk"]["id"]] += 1
        low, high = (i + 1) // axes[0], -(-(i + 1) // axes[0])
        assert set(used.values()) <= {low, high}
        assert len(used) == min(i + 1, axes[0])


def test_the_chunks_come_in_another_order_in_each_block() -> None:
    order = [made((12, 8)).brief(i).fields["chunk"]["id"] for i in range(96)]
    assert len({tuple(order[at : at + 12]) for at in range(0, 96, 12)}) == 8


def test_each_chunk_has_its_own_order_of_the_next_axis() -> None:
    plan = made((40, 8))
    assert len({plan.brief(i).fields["persona"]["id"] for i in range(40)}) >= 6


def test_a_facet_keeps_its_shares_in_every_stretch_of_as_many_briefs_as_slots() -> None:
    plan = made((100,), {"outcome": OUTCOME, "mood": equal("m", 5)})
    drawn = [plan.facets_of(i) for i in range(100)]
    for at in range(0, 100, 10):
        counts = Counter(facets["outcome"] for facets in drawn[at : at + 10])
        assert counts == {"resolved": 6, "escalated": 3, "abandoned": 1}
    for at in range(0, 100, 5):
        assert len({facets["mood"] for facets in drawn[at : at + 5]}) == 5


@pytest.mark.parametrize("chunks", [1, 7, 33, 100, 1009])
def test_a_facet_nearly_keeps_its_shares_in_any_stretch(chunks: int) -> None:
    plan = made((chunks,), {"mood": equal("m", 4), "outcome": OUTCOME})
    drawn = [plan.facets_of(i)["outcome"] for i in range(3000)]
    for at, long in itertools.product(range(0, 2000, 17), (10, 60, 200, 1000)):
        counts = Counter(drawn[at : at + long])
        for value, weight in OUTCOME.items():
            off = abs(counts[value] - long * weight / 10)
            assert off <= 4 + long / 200, (at, long, value)


def test_a_weight_is_the_share_of_a_lap_for_every_row_and_every_other_facet() -> None:
    facets = {"outcome": OUTCOME, "mood": {"angry": 3.0, "polite": 1.0}}
    plan = made((4, 2), facets)
    briefs = [plan.brief(i) for i in range(plan.size)]
    by_chunk = Counter((b.fields["chunk"]["id"], b.facets["outcome"]) for b in briefs)
    assert by_chunk == {
        (f"chunk{k}", value): 8 * weight for k in range(4) for value, weight in OUTCOME.items()
    }
    by_persona = Counter((b.fields["persona"]["id"], b.facets["mood"]) for b in briefs)
    assert by_persona == {
        (f"persona{p}", mood): 40 * w for p in (0, 1) for mood, w in facets["mood"].items()
    }
    by_both = Counter((b.facets["outcome"], b.facets["mood"]) for b in briefs)
    assert by_both["resolved", "angry"] == 8 * 6 * 3
    assert by_both["abandoned", "polite"] == 8


@pytest.mark.parametrize(
    ("axes", "facets"), [((24,), (4,)), ((24,), (6, 4)), ((25,), (5, 5)), ((6, 6), (6,))]
)
def test_early_in_a_lap_no_value_of_a_facet_is_tied_to_a_chunk(
    axes: tuple[int, ...], facets: tuple[int, ...]
) -> None:
    plan = made(axes, facets)
    met: dict[str, list[str]] = {}
    for i in range(axes[0] * facets[0]):
        brief = plan.brief(i)
        met.setdefault(brief.fields["chunk"]["id"], []).append(brief.facets["f0"])
    # At random, a chunk meets 1 - 1/e of the values in as many visits as there are values.
    seen = sum(len(set(values)) for values in met.values())
    assert seen >= 0.6 * len(met) * facets[0]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"a": 6, "b": 3, "c": 1}, "aaaaaabbbc"),
        ({"a": 4, "b": 2}, "aab"),
        ({"a": 0.7, "b": 0.2, "c": 0.1}, "aaaaaaabbc"),
        ({"a": 0.5, "b": 1.5}, "abbb"),
        ({"a": 1, "b": 0, "c": 1}, "ac"),
        ({"a": 250.0}, "a"),
        ({"a": 1 / 3, "b": 2 / 3}, "abb"),
    ],
    ids=["whole", "reduced", "tenths", "halves", "zero", "single", "thirds"],
)
def test_weights_become_slots_in_lowest_terms(weights: dict[str, float], expected: str) -> None:
    assert slots("mood", weights) == tuple(expected)


def test_weights_that_need_too_many_slots_are_refused() -> None:
    assert len(slots("mood", {"a": 999, "b": 1})) == 1000
    with pytest.raises(JobError, match=r"'mood' need 1001 slots .* 1000\. Use rounder weights"):
        slots("mood", {"a": 1000, "b": 1})


@pytest.mark.parametrize(
    "weights", [{"a": 0.0001, "b": 0.0001}, {"a": 1.0, "b": 0.0004}], ids=["both", "one"]
)
def test_tiny_weights_are_kept_or_refused_in_words(weights: dict[str, float]) -> None:
    try:
        found = slots("mood", weights)
    except JobError:
        return
    assert set(found) == {"a", "b"}


def test_a_value_of_weight_zero_never_comes() -> None:
    plan = made((7,), {"mood": {"angry": 2.0, "calm": 0.0, "sad": 1.0}})
    assert {plan.facets_of(i)["mood"] for i in range(200)} == {"angry", "sad"}


@pytest.mark.parametrize("sizes", [range(1, 201), (1000,), (65537,)], ids=["small", "1k", "64k"])
def test_permute_is_a_bijection(sizes: Sequence[int]) -> None:
    for n in sizes:
        assert {permute(x, n, 99) for x in range(n)} == set(range(n))


@pytest.mark.parametrize("n", [10, 64, 65, 1000])
def test_permute_differs_by_key_and_mixes(n: int) -> None:
    assert len({tuple(permute(x, n, key) for x in range(n)) for key in range(50)}) == 50
    firsts = Counter(permute(0, n, key) for key in range(20 * n))
    assert len(firsts) == n
    assert max(firsts.values()) < 60


def test_the_partner_is_another_persona_and_not_always_the_same() -> None:
    plan = made((3, 5), (2,), partner=True)
    pairs = Counter(
        (b.fields["persona"]["id"], b.fields["partner"]["id"]) for b in map(plan.brief, range(300))
    )
    assert all(one != other for one, other in pairs)
    assert len(pairs) == 5 * 4


@pytest.mark.parametrize(("given", "each", "drawn"), [(9, 3, 3), (2, 3, 2), (200, 5, 5)])
def test_a_pool_draws_distinct_rows_and_all_of_them_in_time(
    given: int, each: int, drawn: int
) -> None:
    plan = made((4,), (), pools=[Pool("examples", rows("e", given), each)])
    seen = set()
    for i in range(400):
        ids = [row["id"] for row in plan.brief(i).fields["examples"]]
        assert len(ids) == len(set(ids)) == drawn
        seen.update(ids)
    assert len(seen) == given


class _Lazy(Sequence[Row]):
    """Ten million rows, each made when it is asked for."""

    asked = 0

    def __len__(self) -> int:
        return 10_000_000

    def __getitem__(self, number: Any) -> Any:
        self.asked += 1
        return {"id": f"c{number}"}


def test_ten_million_rows_cost_no_more_than_the_briefs_that_are_asked_for() -> None:
    lazy = _Lazy()
    plan = Plan(1, [Axis("chunk", lazy), Axis("persona", rows("p", 60))], {"mood": equal("m", 4)})
    assert plan.size == 2_400_000_000
    tracemalloc.start()
    briefs = [plan.brief(i) for i in (*range(100), *range(plan.size - 100, plan.size))]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (lazy.asked, peak < 1_000_000) == (200, True)
    assert len({brief.fields["chunk"]["id"] for brief in briefs[:100]}) == 100


def test_a_plan_may_have_more_combinations_than_a_machine_word_counts() -> None:
    percent = {"a": 33.0, "b": 33.0, "c": 34.0}
    plan = made((50,), {f"f{k}": percent for k in range(10)})
    assert plan.brief(3).facets.keys() == {f"f{k}" for k in range(10)}


def test_a_persona_meets_other_partners_with_other_facets() -> None:
    people = [{"id": f"p{i}"} for i in range(6)]
    plan = Plan(3, [Axis("persona", people)], {"topic": dict.fromkeys("abcdef", 1.0)}, partner=True)
    pairs = {
        (brief.fields["persona"]["id"], brief.fields["partner"]["id"])
        for brief in map(plan.brief, range(plan.size))
    }
    assert len(pairs) > 15
    assert all(one != other for one, other in pairs)
