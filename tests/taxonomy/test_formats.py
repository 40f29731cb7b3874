"""Indented text, YAML and JSON: what is read, what is written, and what is refused in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.taxonomy.samples import Names, bank, names, wide
from textsynth.errors import InputError
from textsynth.inputs._taxonomy_files import tree_of
from textsynth.taxonomy.nested import from_nested
from textsynth.taxonomy.nested_writing import to_json, to_yaml
from textsynth.taxonomy.raw import from_python
from textsynth.taxonomy.text import from_text, to_text
from textsynth.taxonomy.tree import Node, Tree

DATA = Path(__file__).parents[1] / "data"
SMALL: Names = {"Bank": {"Deposits": {"Savings": {}, "Terms": {}}, "Cards": {}}}
WRITERS = {".txt": to_text, ".yaml": to_yaml, ".json": to_json}

ODD = [
    "Name: with a colon", "two -- dashes", "ends with --", "- bullet", "* star",
    "# hash", '"quoted"',
    '"half', "back\\slash", "a (x3)", "(x2)", "ATM/debit", "A > B", "yes", "null",
    "~", "2024", "1e5",
    "about", "weight", "children", "name", "topics", "language", "licence", "a: null", "[list]",
    "{map}", "&anchor", "*ref", "!tag", "%percent", "@at", "`tick`", "한글: 이름",
    "🙂 smile", "'", "|",
    ">", "?", "key: [1, 2]", "x" * 200, "null: null", "- - -", "C++", "ends:",
    "：wide", "...", "---",
]  # fmt: skip


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_was_written_reads_back_equal(suffix: str) -> None:
    for tree in (bank(), Tree(Node("", children=[Node("A"), Node("B", "b", [Node("C")])]), "ko")):
        text = WRITERS[suffix](tree)
        assert tree_of(text, suffix, "x") == tree
        assert WRITERS[suffix](tree_of(text, suffix, "x")) == text or suffix == ".json"


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("place", ["leaf", "described", "branch", "root", "top", "about"])
def test_odd_names_come_back_as_they_were(suffix: str, place: str) -> None:
    for name in ODD:
        tree = {
            "leaf": Tree(Node("R", children=[Node(name), Node("other")])),
            "described": Tree(Node("R", children=[Node(name, "x: y", [], 0.125), Node("other")])),
            "branch": Tree(Node("R", children=[Node(name, "x", [Node(name, "", [Node("y")])])])),
            "root": Tree(Node(name, "about it", [Node("y", weight=1e-05)])),
            "top": Tree(Node("", children=[Node(name), Node("other", children=[Node("y")])])),
            "about": Tree(Node("R", children=[Node("leaf", name), Node("b", name, [Node("y")])])),
        }[place]
        assert tree_of(WRITERS[suffix](tree), suffix, "x") == tree, name


def test_text_reads_as_people_write_it() -> None:
    assert from_text((DATA / "topics.txt").read_text("utf8"), "topics.txt") == bank()
    assert from_text((DATA / "topics.txt").read_text("utf8"), "x").notes == bank().notes


@pytest.mark.parametrize(
    "text",
    [
        "Bank\n  Deposits\n    Savings\n    Terms\n  Cards\n",
        "Bank\n\tDeposits\n\t\tSavings\n\t\tTerms\n\tCards\n",
        "Bank\n   Deposits\n        Savings\n        Terms\n   Cards",
        "\ufeffBank\r\n  Deposits\r\n    Savings\r\n    Terms\r\n  Cards\r\n",
        "- Bank\n  - Deposits\n    * Savings\n    + Terms\n  • Cards\n",
        "Bank\n- Deposits\n  - Savings\n  - Terms\n- Cards\n",
        "# Bank tree\n\nBank:\n\n  Deposits:\n  # inner\n    Savings\n\n    Terms\n  Cards:\n\n",
        "    Bank\n      Deposits\n        Savings\n        Terms\n      Cards\n",
        "Bank\n\u00a0\u00a0Deposits\n\u00a0\u00a0\u00a0\u00a0Savings\n    Terms\n  Cards",
    ],
    ids=["spaces", "tabs", "uneven", "bom", "bullets", "markdown", "comments", "set in", "nbsp"],
)
def test_any_consistent_indentation(text: str) -> None:
    assert names(from_text(text, "x")) == SMALL


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A\n    B\n  C\n", r"Line 3 of 'x' is indented by 2.*under 'A' begin elsewhere"),
        ("    A\n  B\n", r"Line 2 of 'x' is indented by 2"),
        ("A\n  B\n\tC\n", r"Line 3 of 'x' is indented with tabs. Line 2 with spaces"),
        ("A\n \tB\n", r"Line 2 of 'x' is indented with tabs and spaces"),
        ("A\n  B\n  C\n  b\n", r"Line 4 of 'x' names 'b' a second time under 'A'.*line 2 of"),
        ("A\n  : about\n", r"Line 2 of 'x' has a topic without a name"),
        ('A\n  ""\n', r"Line 2 of 'x' has a topic without a name"),
        ("A\n  B (x0)\n", r"Line 2 of 'x' has the weight '0'"),
        ("A\n  " + "b" * 201, r"Line 2 of 'x' has a name of 201 characters"),
        ("A: " + "b" * 2001, r"Line 1 of 'x' says in 2,001 characters"),
        ("# nothing\n\n", r"'x' has no topics"),
        ("\n".join(" " * n + f"n{n}" for n in range(10_000)), r"Line 51 of 'x' is nested more"),
    ],
    ids=["between", "before", "tab", "both", "twice", "empty", "quotes", "weight", "long", "about",
         "none", "deep"],
)  # fmt: skip
def test_faulty_text_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        from_text(text, "x")


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".yaml", "Bank:\n  Deposits: {Savings: , Terms: }\n  Cards:\n"),
        (".yaml", "Bank:\n- Deposits:\n  - Savings\n  - Terms\n- Cards\n"),
        (".yaml", "name: Bank\nchildren:\n- {name: Deposits, children: [Savings, Terms]}\n"
                  "- Cards\n"),
        (".yaml", "Bank:\n  children: {Deposits: {children: [Savings, Terms]}, Cards: }\n"),
        (".yaml", "language: en\ntopics:\n  Bank: {Deposits: [Savings, Terms], Cards: {}}\n"),
        (".yaml", "- Bank > Deposits > Savings\n- Bank > Deposits > Terms\n- Bank > Cards\n"),
        (".json", '{"Bank": {"Deposits": {"Savings": {}, "Terms": null}, "Cards": []}}'),
        (".json", '{"Bank": {"Deposits": ["Savings", "Terms"], "Cards": ""}}'),
        (".json", '\ufeff{"name": "Bank", "id": 7, "children": [{"name": "Deposits", "children":'
                  ' [{"name": "Savings", "value": 3}, {"name": "Terms"}]}, {"name": "Cards"}]}'),
        (".json", '[{"topic": "Bank", "subtopics": [{"topic": "Deposits", "subtopics": ["Savings",'
                  ' "Terms"]}, {"topic": "Cards"}]}]'),
        (".json", '["Bank > Deposits > Savings", "Bank > Deposits > Terms", "Bank > Cards"]'),
        (".json", '["Bank", "Bank/Deposits/Savings", "Bank/Deposits/Terms", "Bank/Cards"]'),
        (".json", '[{"path": "Bank/Deposits/Savings"}, {"path": "Bank/Deposits/Terms"},'
                  ' {"path": "Bank/Cards"}]'),
        (".json", '[{"path": ["Bank", "Deposits", "Savings"]}, {"path": ["Bank", "Deposits",'
                  ' "Terms"]}, {"path": ["Bank", "Cards"]}]'),
    ],
)  # fmt: skip
def test_shapes_of_yaml_and_json(suffix: str, text: str) -> None:
    assert names(tree_of(text, suffix, "x")) == SMALL


def test_yaml_carries_language_licence_descriptions_and_weights() -> None:
    tree = tree_of((DATA / "topics.ko.yaml").read_text("utf8"), ".yaml", "x")
    assert (tree.language, tree.licence, tree.notes) == ("ko", "CC0-1.0", ["소매 금융의 주제"])
    deposits, cards, loans = tree.root.children
    assert (deposits.about, deposits.weight) == ("돈을 맡기는 상품", 2)
    assert deposits.children == [Node("정기 예금", "만기까지 맡겨 두는 예금"), Node("보통 예금")]
    assert [child.name for child in cards.children] == ["체크 카드", "신용 카드"]
    assert loans == Node("대출")


def test_plain_values_stay_names() -> None:
    tree = tree_of("Years: [2024, no, 1.50, null-free]\nShares: {A: 3, B: 0.5}\n", ".yaml", "x")
    years, shares = tree.root.children
    assert [node.name for node in years.children] == ["2024", "no", "1.50", "null-free"]
    assert [node.weight for node in shares.children] == [3, 0.5]


@pytest.mark.parametrize(
    ("suffix", "text", "words"),
    [
        (".yaml", "A:\n  B:\n  C:\n  B:\n", r"Line 4 of 'x' names 'B' a second time.*line 2 of"),
        (".yaml", "A:\n  - B\n  -\n", r"Line 3 of 'x' has a topic without a name"),
        (".yaml", "A:\n  - B\n  - [C]\n", r"Line 3 of 'x' has a list inside a list"),
        (".yaml", "A: {weight: -1}\n", r"Line 1 of 'x' has the weight '-1'"),
        (".yaml", "A: &b\n  C:\nD: *b\n", r"Line 1 of 'x' has an anchor or a reference \(b\)"),
        (".yaml", "A:\n\tB:\n", r"Line 2 of 'x' is not valid YAML"),
        (".yaml", "A: [B\n", r"Line 2 of 'x' is not valid YAML"),
        (".yaml", "A:\n---\nB:\n", r"Line 2 of 'x' begins a second document"),
        (".yaml", "? [A]\n: B\n", r"Line 1 of 'x' has a name that is a list"),
        (".yaml", "just a text\n", r"Line 1 of 'x' has `just a text` where topics are expected"),
        (".yaml", "# nothing\n", r"'x' has no topics"),
        (".yaml", "[" * 10_000 + "]" * 10_000, r"Line 1 of 'x' is nested more than 50 levels"),
        (".yaml", "- name: A\n  childs: [B]\n", r"Line 2 of 'x': the topic 'A' has a list under"),
        (".json", '{"A": {"B": {},\n "b": {}}}', r"Line 2 of 'x' names 'b' a second time"),
        (".json", '{"A": {\n"": {}}}', r"Line 2 of 'x' has a topic without a name"),
        (".json", '{"A": {"B": {}', r"'x' is not valid JSON.*line 1"),
        (".json", '["A"]]', r"'x' is not valid JSON"),
        (".json", '{"A" "B"}', r"'x' is not valid JSON"),
        (".json", '["A', r"'x' is not valid JSON"),
        (".json", "", r"'x' is not valid JSON"),
        (".json", "[]", r"'x' has no topics"),
        (".json", '{"a":' * 10_000 + "1" + "}" * 10_000, r"nested more than 50 levels"),
        (".json", '[{"name": "A", "weight": NaN}]', r"has the weight 'NaN'|not valid JSON"),
    ],
)
def test_faulty_yaml_and_json_are_told(suffix: str, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        tree_of(text, suffix, "x")


def test_values_of_a_job_file() -> None:
    value = {"Bank": {"Deposits": ["Savings", "Terms"], "Cards": None}}
    assert names(from_nested(from_python(value, "topics"), "topics")) == SMALL
    flat = from_nested(from_python(["A", 2024], "topics"), "topics")
    assert names(flat) == {"A": {}, "2024": {}}
    for bad, words in (
        ([True], "Topics holds the value true"),
        ([["A"]], "Topics has a list inside a list"),
        ([None], "Topics has a topic without a name"),
        ({}, "'topics' has no topics"),
        (["A", "a"], "Topics names 'a' a second time"),
    ):
        with pytest.raises(InputError, match=words):
            from_nested(from_python(bad, "topics"), "topics")
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(InputError, match="nested more than 50 levels"):
        from_python(deep, "topics")


@pytest.mark.parametrize("suffix", WRITERS)
def test_large_trees(suffix: str) -> None:
    tree = wide(40, 100)
    assert tree_of(WRITERS[suffix](tree), suffix, "x") == tree


def test_control_characters_and_broken_letters_are_taken_out() -> None:
    tree = tree_of(json.dumps(["a\u001b[31mb", "c\nd", "e\ud800f", "\u200bg"]), ".json", "x")
    assert [node.name for node in tree.root.children] == ["a [31mb", "c d", "e?f", "g"]
