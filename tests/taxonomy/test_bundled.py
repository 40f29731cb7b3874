"""The trees that textsynth brings: their size, their shape in both languages, and their words."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from textsynth import taxonomies
from textsynth.taxonomy.choosing import misplaced, unfit
from textsynth.taxonomy.near import near_equal
from textsynth.taxonomy.tree import Node

FOLDER = Path(__file__).parents[2] / "taxonomies"
FILES = ("general", "general.ko", "retail-banking", "retail-banking.ko")
# What Korean writes in Latin letters, in these trees: abbreviations and names that have no other.
LATIN = {"DNS", "SQL", "API", "3D"}


def tree(name: str) -> Node:
    return taxonomies.read(FOLDER / f"{name}.yaml").root


def shape(node: Node) -> list[object]:
    return [shape(child) for child in node.children]


@pytest.mark.parametrize(
    ("name", "depth", "branches", "leaves"),
    [("general", 3, 15, 209), ("retail-banking", 2, 12, 97)],
)
def test_a_bundled_tree_has_the_size_that_the_readme_tells(
    name: str, depth: int, branches: int, leaves: int
) -> None:
    root = tree(name)
    found = list(root.leaves())
    assert (root.depth(), len(root.children), len(found)) == (depth, branches, leaves)
    assert {len(path) for path in found} == {depth + 1}
    count = sum(1 for _ in root.walk())
    row = f"| `{name}.yaml`, `{name}.ko.yaml` | {depth} | {branches} | {leaves} | {count} |"
    assert row in (FOLDER / "README.md").read_text("utf8")


@pytest.mark.parametrize("name", ["general", "retail-banking"])
def test_both_languages_have_the_same_shape(name: str) -> None:
    assert shape(tree(name)) == shape(tree(f"{name}.ko"))


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_its_language(name: str) -> None:
    told = taxonomies.read(FOLDER / f"{name}.yaml").language
    assert told == ("ko" if name.endswith(".ko") else "en")


@pytest.mark.parametrize("name", FILES)
def test_siblings_are_different_topics(name: str) -> None:
    for path in tree(name).walk():
        for one, other in itertools.combinations(path[-1].children, 2):
            assert not near_equal(one.name, other.name), (one.name, other.name)


@pytest.mark.parametrize("name", FILES)
def test_every_topic_has_a_name_that_a_topic_can_have_and_says_what_belongs_to_it(
    name: str,
) -> None:
    language = "ko" if name.endswith(".ko") else "en"
    for path in tree(name).walk():
        node = path[-1]
        assert not unfit(node.name, language), node.name
        assert len(node.about) >= 6, node.name
        assert node.about[-1] not in ".,;", node.about
        assert not misplaced(node.name, [above.name for above in path[:-1]])


@pytest.mark.parametrize("name", ["general.ko", "retail-banking.ko"])
def test_korean_is_korean(name: str) -> None:
    for path in tree(name).walk():
        text = f"{path[-1].name} {path[-1].about}"
        assert re.search(r"[가-힣]", path[-1].name), text
        assert set(re.findall(r"\w*[A-Za-z]\w*", text)) <= LATIN, text


@pytest.mark.parametrize("name", ["general", "retail-banking"])
def test_english_has_no_hangul(name: str) -> None:
    assert not re.search(r"[가-힣]", (FOLDER / f"{name}.yaml").read_text("utf8"))


def test_names_of_leaves_are_unique_in_a_tree() -> None:
    for name in FILES:
        names = [path[-1].name for path in tree(name).leaves()]
        assert len(names) == len(set(names)), name
