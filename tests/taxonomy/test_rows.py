"""Tables of topics: levels, paths, parents; gaps, circles and columns that say no tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.taxonomy.samples import Names, names
from textsynth.errors import InputError
from textsynth.taxonomy.rows import from_records
from textsynth.taxonomy.tree import Node

SMALL: Names = {"Bank": {"Deposits": {"Savings": {}, "Terms": {}}, "Cards": {}}}


def table(*lines: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Records of a table whose cells are parted by |, the first line names the columns."""
    columns = lines[0].split("|")
    for number, line in enumerate(lines[1:], start=2):
        yield f"line {number} of 'x'", dict(zip(columns, line.split("|"), strict=True))


@pytest.mark.parametrize(
    "lines",
    [
        ["level1|level2|level3", "Bank|Deposits|Savings", "Bank|Deposits|Terms", "Bank|Cards|"],
        ["Level 2|Level 1|Level 3", "Deposits|Bank|Savings", "Deposits|Bank|Terms", "Cards|Bank|"],
        ["level1|level2|level3", "Bank||", "|Deposits|", "||Savings", "||Terms", "|Cards|"],
        ["level1|level2|level3", "Bank|Deposits|Savings", "bank|DEPOSITS|Terms", "Bank|Cards|",
         "Bank|Cards|"],
        ["대분류|중분류|소분류", "Bank|Deposits|Savings", "Bank|Deposits|Terms", "Bank|Cards|"],
        ["category|subcategory|topic", "Bank|Deposits|Savings", "Bank|Deposits|Terms",
         "Bank|Cards|"],
        ["path", "Bank > Deposits > Savings", "Bank > Deposits > Terms", "Bank > Cards"],
        ["id|path", "1|Bank/Deposits/Savings", "2|Bank/Deposits/Terms", "3|Bank/Cards"],
        ["path|level", "Bank|1", "Bank > Deposits > Savings|3", "Bank > Deposits > Terms|3",
         "Bank > Cards|2"],
        ["name|parent", "Bank|", "Deposits|Bank", "Savings|Deposits", "Terms|Deposits",
         "Cards|Bank"],
        ["parent|name", "Deposits|Savings", "Deposits|Terms", "Bank|Deposits", "Bank|Cards"],
        ["id|name|parent_id", "3|Savings|2", "1|Bank|", "2|Deposits|1", "4|Terms|2", "5|Cards|1"],
    ],
    ids=["levels", "shuffled", "filled down", "repeats", "korean", "named levels", "arrows",
         "slashes", "path first", "parents", "edges", "ids"],
)  # fmt: skip
def test_tables_that_say_a_tree(lines: Sequence[str]) -> None:
    assert names(from_records(table(*lines), "x")) == SMALL


def test_the_same_name_may_stand_in_two_branches_by_ids() -> None:
    tree = from_records(
        table("id|parent|name", "1||A", "2||B", "3|1|Fees", "4|2|Fees", "5|4|Late"), "x"
    )
    assert names(tree) == {"A": {"Fees": {}}, "B": {"Fees": {"Late": {}}}}


def test_about_and_weight_belong_to_the_last_topic() -> None:
    tree = from_records(
        table("level1|level2|description|weight", "Bank||All of it|", "Bank|Cards|Plastic|2.5"), "x"
    )
    assert tree.root == Node("Bank", "All of it", [Node("Cards", "Plastic", [], 2.5)])


def test_a_single_column_is_a_list_of_topics() -> None:
    tree = from_records(table("topic|score", "Cards|3", "Loans|4", "Cards|5"), "x")
    assert names(tree) == {"Cards": {}, "Loans": {}}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["text|label_id", "a|b"], r"'x' has no columns that say a tree.*It has: text, label_id; "
                                   r"looked for were `path`, level columns"),
        (["level1|level2|level3", "A||C"], r"Line 2 of 'x' leaves 'level2' empty"),
        (["level1|level2", "|B"], r"Line 2 of 'x' leaves 'level1' empty"),
        (["name|parent", "A|C", "B|A", "C|B"], r"Line \d of 'x' is part of a circle: [abc] < "),
        (["name|parent", "A|A"], r"Line 2 of 'x' is part of a circle: a < a"),
        (["id|name|parent", "1|A|9", "9|B|1"], r"part of a circle: 1 < 9 < 1"),
        (["id|name|parent", "1|A|", "2|B|1", "3|C|7"], r"Line 4 of 'x' stands under the id '7'"),
        (["id|name|parent", "1|A|", "1|B|1"], r"Line 3 of 'x' has the id '1' a second time"),
        (["name|parent", "A|", "B|", "C|A", "C|B", "D|C"], r"Line 5 of 'x' puts 'C' under a"),
        (["name|parent", "A|", "|A"], r"Line 3 of 'x' has nothing under 'name'"),
        (["path", "A > > C"], r"Line 2 of 'x' has a topic without a name"),
        (["path", " > ".join("abcdefgh" * 20)], r"Line 2 of 'x' is nested more than 50"),
        (["path|weight", "A|heavy"], r"Line 2 of 'x' has the weight 'heavy'"),
        (["level1|level2", "|"], r"'x' has no topics"),
        (["level1"], r"'x' has no topics"),
    ],
    ids=["columns", "gap", "no first", "circle", "itself", "circle of ids", "no such id",
         "id twice", "two parents", "no name", "empty part", "deep", "weight", "empty", "no rows"],
)  # fmt: skip
def test_faulty_tables_are_told_with_their_line(lines: Sequence[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        from_records(table(*lines), "x")


def test_a_long_chain_of_parents_is_refused_not_followed_for_ever() -> None:
    lines = ["name|parent", *(f"n{n}|n{n - 1}" for n in range(1, 10_001))]
    with pytest.raises(InputError, match="nested more than 50 levels"):
        from_records(table(*lines), "x")


def test_many_rows_with_parents() -> None:
    lines = ["name|parent", *(f"b{n}|root" for n in range(100))]
    lines += [f"l{n}|b{n % 100}" for n in range(10_000)]
    tree = from_records(table(*lines), "x")
    assert len(tree.root.children) == 100
    assert sum(1 for _ in tree.root.leaves()) == 10_000
