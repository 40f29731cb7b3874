"""Personas of a job out of a store or a grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import textsynth as ts
from tests.conftest import Project
from tests.people.samples import NURSE, PEOPLE, crowd, placed
from textsynth.errors import InputError
from textsynth.inputs.personas import Personas
from textsynth.people.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = Store.create(tmp_path / "personas/.store")
    store.add(placed(*PEOPLE, *crowd(50)))
    return tmp_path


def load(home: Path, **options: Any) -> list[str]:
    return [row["id"] for row in Personas(**options).load(home).rows]


@pytest.mark.parametrize("name", ["store", "store:personas/.store"])
def test_those_that_suit_the_words(home: Path, name: str) -> None:
    options = {"from": name, "search": "night nurse by card", "limit": 2}
    items = Personas(**options).load(home)
    # Prompts look for a tone inside the attributes.
    assert items.rows[0] == NURSE | {"attributes": {**NURSE["attributes"], "tone": ""}}
    (source,) = items.sources
    assert (source.path, source.kind, source.rows) == ("store:personas/.store", "store", 2)
    assert len(source.sha256) == 64
    assert Personas(**options).load(home) == items


def test_filters_and_an_even_draw(home: Path) -> None:
    assert load(home, **{"from": "store", "where": {"language": "ko"}}) == ["florist", "nurse-ko"]
    spread = load(home, **{"from": "store", "limit": 3})
    assert spread == ["nurse", "p000012", "p000031"]


def test_the_store_that_the_environment_names(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Store.create(tmp_path / "elsewhere")
    other.add(placed(NURSE | {"id": "other"}))
    monkeypatch.setenv("TEXTSYNTH_PERSONAS", str(other.path))
    assert load(home, **{"from": "store"}) == ["other"]


def test_a_store_beside_files(home: Path) -> None:
    (home / "more.jsonl").write_text('{"id": "extra", "description": "A diver."}\n', "utf8")
    assert load(home, **{"from": ["more.jsonl", "store"], "limit": 1}) == ["extra", "nurse"]
    (home / "more.jsonl").write_text('{"id": "nurse", "description": "A diver."}\n', "utf8")
    with pytest.raises(InputError, match="has the id 'nurse'"):
        load(home, **{"from": ["more.jsonl", "store"], "limit": 1})


def test_a_grid(home: Path) -> None:
    items = Personas(grid="personas/grids/retail-banking.ko.yaml", count=30).load(home)
    assert len(items.rows) == 30
    assert items.rows[0]["id"] == "rb-grid-ko-000001"
    assert (items.sources[0].kind, items.sources[0].licence) == ("grid", "CC0-1.0")


@pytest.mark.parametrize(
    "options",
    [{"from": "store", "where": {"language": "en"}},
     {"grid": "personas/grids/clinic-patients.en.yaml", "count": 20}],
    ids=["store", "grid"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["qa", "support"])
def test_prompts_take_them(project: Project, home: Path, method: str, options: Any) -> None:
    path = project(
        "http://127.0.0.1:9/v1", method=method, inputs={"documents": "faq.csv", "personas": options}
    )
    assert ts.check(path, endpoint=False).lines


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"from": "store:nowhere"}, "no store of personas"),
        ({"from": "store", "search": "zeppelin"}, r"has no persona for 'zeppelin'. It holds 56"),
        ({"from": "store", "where": {"language": "fr"}}, "no persona here has language=fr"),
        ({"grid": "personas/grids/clinic.yaml"}, r"did you mean|clinic-patients\.en\.yaml"),
    ],
)
def test_what_is_not_there_in_words(home: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=f"(?i){words}"):
        load(home, **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either `from`"),
        ({"from": "a.jsonl", "grid": "b.yaml"}, "either `from`"),
        ({"from": "a.jsonl", "search": "x"}, "search needs a store"),
        ({"from": "a.jsonl", "count": 3}, "count needs a grid"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Personas(**options)
