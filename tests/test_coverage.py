"""Coverage: cells with rows, how many each has, how far off its share any is, which lack most."""

from __future__ import annotations

import itertools

from tests.topics import leaf, levels
from textsynth.cells import Carried, Odds
from textsynth.coverage import Coverage, coverage, crossed

FACETS = {"difficulty": {"easy": 1.0, "hard": 1.0}, "kind": dict.fromkeys(("how", "why"), 1.0)}


def odds() -> Odds:
    rows = [leaf(("bank", branch, str(k))) for branch in ("a", "b", "c") for k in range(2)]
    return Odds(FACETS, [Carried("topics", rows, levels)])


def test_each_level_is_crossed_with_the_facets_of_few_values() -> None:
    assert crossed(odds()) == [
        ("level_1",), ("level_2",),
        ("level_1", "difficulty"), ("level_2", "difficulty"),
        ("level_1", "kind"), ("level_2", "kind"),
        ("level_1", "difficulty", "kind"), ("level_2", "difficulty", "kind"),
    ]  # fmt: skip
    assert crossed(Odds(FACETS)) == [("difficulty", "kind")]
    assert crossed(Odds({"difficulty": FACETS["difficulty"]})) == []


def test_facets_of_many_values_and_products_of_too_many_cells_are_left_out() -> None:
    many = {"leaf": {str(k): 1.0 for k in range(50)}, **FACETS}
    assert crossed(Odds(many)) == [("difficulty", "kind")]
    rows = [leaf(("all", str(k))) for k in range(60_000)]
    assert crossed(Odds(FACETS, [Carried("topics", rows, levels)])) == [("level_1",)]


def test_the_figures_of_rows_that_lack_a_cell() -> None:
    found = Coverage(odds())
    for _ in range(3):
        for branch, level in itertools.product("abc", FACETS["difficulty"]):
            if (branch, level) != ("b", "hard"):
                found.add({"level_1": branch, "difficulty": level, "kind": "how"})
    cover = next(c for c in found.covers() if c.facets == ("level_1", "difficulty"))
    assert (cover.cells, cover.filled) == (6, 5)
    assert (cover.smallest, cover.median, cover.largest) == (0, 3, 3)
    assert cover.emptiest[0] == ("b x hard", 0, 15 / 6)
    assert (cover.off, cover.off_share) == (-2.5, -1.0)
    table, lacking = found.tables()
    assert table.rows[2] == (
        "level_1 x difficulty", 6, 5, 0, 3.0, 3, "-2.5 rows (-100.0 %)"
    )  # fmt: skip
    assert ("level_1=b x difficulty=hard", 0, "2.5") in lacking.rows


def test_only_what_there_are_rows_enough_for_is_told_and_nothing_twice() -> None:
    moods = {
        "mood": dict.fromkeys(("angry", "polite"), 1.0), "end": dict.fromkeys("abc", 1.0),
        "way": dict.fromkeys("de", 1.0),
    }  # fmt: skip
    cells = [dict(zip(moods, values, strict=True)) for values in itertools.product(*moods.values())]
    assert coverage(cells[:6], Odds(moods), {}) == []
    # 12 rows: two for each cell of two facets. 24 rows: for all three, which has the others in it.
    (table,) = coverage(cells, Odds(moods), {})
    assert [row[0] for row in table.rows] == ["mood x end", "mood x way", "end x way"]
    (table,) = coverage(cells * 2, Odds(moods), {})
    assert [row[0] for row in table.rows] == ["mood x end x way"]
    # What a quota is on is told in any case.
    wanted = {f"{end} x {mood}": 1 for end in "abc" for mood in ("angry", "polite")}
    (table,) = coverage(cells[:6:2] + cells[6::2], Odds(moods), {"end x mood": wanted})
    assert [row[0] for row in table.rows] == ["mood x end"]


def test_a_cell_that_lacks_little_is_not_named() -> None:
    moods = {"mood": dict.fromkeys("ab", 1.0), "end": dict.fromkeys("cd", 1.0)}
    rows = [
        {"mood": mood, "end": end}
        for mood, end, number in (("a", "c", 40), ("a", "d", 48), ("b", "c", 52), ("b", "d", 60))
        for _ in range(number)
    ]
    assert [table.title for table in coverage(rows, Odds(moods), {})] == ["Coverage"]
    (_, lacking) = coverage(rows[12:], Odds(moods), {})
    assert [row[0] for row in lacking.rows] == ["mood=a x end=c"]


def test_shares_are_those_that_quotas_ask_for() -> None:
    quotas = {"level_1": {"a": 6, "b": 3, "c": 0}, "difficulty": {"easy": 3, "hard": 6}}
    found = Coverage(odds(), quotas)
    easy, hard = FACETS["difficulty"]
    rows = [*[("a", easy)] * 2, *[("a", hard)] * 4, ("b", easy), *[("b", hard)] * 2]
    for branch, level in rows:
        found.add({"level_1": branch, "difficulty": level})
    wanted = (("level_1",), ("level_1", "difficulty"))
    even = {c.facets: c for c in found.covers() if c.facets in wanted}
    assert even["level_1",].cells == 2
    assert even["level_1", "difficulty"].cells == 4
    assert all(abs(cover.off) < 1e-9 for cover in even.values())


def test_a_quota_on_a_product_gives_the_shares_of_its_parts_too() -> None:
    wanted = {"a x easy": 1, "b x hard": 2, "c x easy": 1}
    found = Coverage(odds(), {"level_1 x difficulty": wanted})
    for cell, number in wanted.items():
        branch, _, level = cell.split()
        for _ in range(number):
            found.add({"level_1": branch, "difficulty": level})
    seen = {c.facets: c for c in found.covers()}
    for cover in (seen["level_1",], seen["level_1", "difficulty"]):
        assert [cover.cells, cover.filled] == [3, 3]
        assert abs(cover.off) < 1e-9


def test_a_run_without_rows_or_with_one_facet_says_nothing() -> None:
    assert coverage([], odds(), {}) == []
    assert coverage([{"difficulty": "easy"}], Odds({"difficulty": FACETS["difficulty"]}), {}) == []


def test_ten_thousand_cells_are_a_few_lines() -> None:
    rows = [leaf(("all", str(k))) for k in range(2500)]
    many = Odds(FACETS, [Carried("topics", rows, levels)])
    found = Coverage(many)
    for k in range(20_000):
        found.add({"level_1": str(k % 2000), "difficulty": "easy", "kind": "how"})
    assert [len(table.rows) for table in found.tables()] == [2, 5]
