"""The schema: rows of today and of tomorrow, and what is wrong with others in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.people.samples import NURSE
from textsynth.errors import InputError
from textsynth.people.schema import Persona, checked, flat, marks, named, searched

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted((ROOT / "personas").glob("*.jsonl")), ids=lambda p: p.name)
def test_every_persona_that_textsynth_brings_reads(path: Path) -> None:
    for line in path.read_text("utf8").splitlines():
        row = json.loads(line)
        persona = Persona.of(checked(row, "here"))
        assert persona.id == row["id"]
        # Tone and expertise stand inside the attributes of these rows.
        assert persona.tone == row["attributes"]["tone"]
        assert persona.expertise == row["attributes"]["expertise"]
        assert "tone" not in persona.attributes
        assert persona.attributes["age_band"] == row["attributes"]["age_band"]


def test_all_columns_are_kept() -> None:
    row = {
        **NURSE, "tone": "dry", "parent": "baker", "relation": "customer", "mood": ["calm", "kind"],
    }  # fmt: skip
    persona = Persona.of(row)
    assert (persona.tone, persona.parent, persona.relation) == ("dry", "baker", "customer")
    assert persona.to_row() == row


def test_a_column_goes_before_an_attribute_of_its_name() -> None:
    row = {"id": "x", "description": "A cook.", "tone": "dry", "attributes": {"tone": "wet"}}
    persona = Persona.of(row)
    assert (persona.tone, persona.attributes) == ("dry", {"tone": "wet"})


def test_numbers_and_lists_become_text_where_text_is_meant() -> None:
    row = {"id": 7, "description": "A cook.", "expertise": ["soup", "bread"], "language": None}
    persona = Persona.of(checked(row, "here"))
    assert (persona.id, persona.expertise, persona.language) == ("7", "soup, bread", "")


def test_attributes_are_flat() -> None:
    assert flat({"home": {"city": "Busan", "rooms": 2}, "age": 34, "none": None}) == {
        "home.city": "Busan", "home.rooms": 2, "age": 34,
    }  # fmt: skip


def test_what_is_searched_and_what_is_filtered() -> None:
    row = {
        "id": "x", "description": "A cook.", "background": "From Oslo.", "licence": "CC0-1.0",
        "attributes": {"pets": ["dog", "parrot"], "age": 34},
    }  # fmt: skip
    assert searched(row) == "A cook.\nFrom Oslo.\ndog, parrot\n34"
    assert list(marks(row)) == [
        ("background", "From Oslo."), ("licence", "CC0-1.0"), ("pets", "dog"), ("pets", "parrot"),
        ("age", "34"),
    ]  # fmt: skip


def test_a_row_without_id_is_named_by_its_text() -> None:
    one, two = (named({"persona": "A cook."}, "persona") for _ in range(2))
    assert one == two
    assert one["description"] == "A cook."
    assert one["id"].startswith("p-")
    assert named({"id": "x", "description": "A cook."})["id"] == "x"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"description": "A"}, "has no `id`"),
        ({"id": True, "description": "A"}, "has no `id`"),
        ({"id": "x", "description": " "}, "has no `description`"),
        ({"id": "x", "description": "A", "attributes": [1]}, "`attributes` in line 3 .* are list"),
    ],
    ids=["no id", "no text for an id", "blank description", "attributes"],
)
def test_faults_name_the_line(record: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=f"(?i){words}") as caught:
        checked(record, "line 3 of 'people.jsonl'")
    assert "ine 3 of 'people.jsonl'" in str(caught.value)
