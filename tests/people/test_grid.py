"""Grids: shares, conditions, no repeats, stable rows, and faults of the file in words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from textsynth.errors import InputError
from textsynth.people.grid import Grid, number_bounds
from textsynth.people.gridfile import GridFile
from textsynth.people.schema import checked
from textsynth.people.screening import fault

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "personas/grids").glob("*.yaml"))

SPEC: dict[str, Any] = {
    "id": "trial",
    "demographic": {
        "age_band": {"18-24": 1, "25-64": 2, "65+": 1}, "age": {"within": "age_band"},
    },
    "professional": {
        "occupation": {
            "student": {"weight": 2, "when": {"age_band": "18-24"}, "text": "student of law"},
            "clerk": {"weight": 2, "when": {"age_band": ["18-24", "25-64"]}},
            "baker": {"when": {"age_band": "25-64"}},
            "retired pilot": {"when": {"age_band": "65+"}},
        }
    },
    "behavioural": {
        "habit": ["pays late", "pays early", "never pays"], "mood": {"calm": 3, "sad": 1},
    },
    "templates": ["{A:age}-year-old {occupation} who {habit}, {mood}.",
                  {"text": "{occupation:cap}, {age}: {habit}; {mood}.", "weight": 2}],
}  # fmt: skip


def grid(**changes: Any) -> Grid:
    return Grid(GridFile.model_validate({**SPEC, **changes}))


def test_shares_are_held_and_conditions_kept() -> None:
    rows = [grid().row(i) for i in range(240)]
    bands = Counter(row["attributes"]["age_band"] for row in rows)
    assert all(abs(bands[band] - share) <= 3 for band, share in
               {"18-24": 60, "25-64": 120, "65+": 60}.items())  # fmt: skip
    assert Counter(row["attributes"]["mood"] for row in rows) == {"calm": 180, "sad": 60}
    assert set(Counter(row["attributes"]["habit"] for row in rows).values()) == {80}
    pairs = {(row["attributes"]["age_band"], row["attributes"]["occupation"]) for row in rows}
    assert pairs == {
        ("18-24", "student"), ("18-24", "clerk"), ("25-64", "clerk"), ("25-64", "baker"),
        ("65+", "retired pilot"),
    }  # fmt: skip
    for row in rows:
        low, high = number_bounds(row["attributes"]["age_band"]) or (0, 0)
        assert low <= row["attributes"]["age"] <= high


def test_shares_are_held_in_short_stretches_too() -> None:
    for start in range(0, 400, 24):
        some = [grid().row(i)["attributes"] for i in range(start, start + 24)]
        assert abs(sum(row["age_band"] == "25-64" for row in some) - 12) <= 2
        assert sum(row["mood"] == "sad" for row in some) == 6


def test_every_combination_comes_before_any_comes_twice() -> None:
    simple = grid(
        demographic={"age_band": ["18-24", "25-64"]}, professional={"occupation": ["clerk", "vet"]},
        templates=["{occupation} {age_band} {habit} {mood}"],
        behavioural={"habit": ["a", "b", "c"], "mood": ["x", "y"]},
    )  # fmt: skip
    assert simple.size == 24
    texts = [simple.row(i)["description"] for i in range(48)]
    assert len(set(texts[:24])) == 24
    assert set(texts[24:]) == set(texts[:24])


def test_rows_are_stable_and_their_own() -> None:
    one, two = grid(), grid()
    assert [one.row(i) for i in (5, 3)] == [two.row(i) for i in (5, 3)]
    assert one.row(3)["id"] == "trial-000004"
    assert grid(seed=1).row(3) != one.row(3)
    row = one.row(0)
    assert checked(row, "here") == row
    assert row["language"] == "en"


def test_some_are_all_different_or_it_says_so() -> None:
    rows = grid().some(150)
    assert len({row["description"] for row in rows}) == 150
    few = grid(
        demographic={}, professional={"occupation": ["clerk", "vet"]}, templates=["{occupation}"]
    )
    with pytest.raises(InputError, match=r"gives 2 different personas\. 3 were asked for"):
        few.some(3)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_the_grids_that_textsynth_brings(path: Path) -> None:
    made = Grid.read(path)
    rows = made.some(200)
    language = path.name.split(".")[1]
    assert {row["language"] for row in rows} == {language}
    for row in rows:
        assert checked(row, path.name) == row
        assert fault(row["description"]) is None, row["description"]
        assert "{" not in row["description"]
    bands = Counter(row["attributes"]["age_band"] for row in rows)
    weights = yaml.safe_load(path.read_text("utf8"))["demographic"]["age_band"]
    for band, weight in weights.items():
        assert abs(bands[band] - 200 * weight / sum(weights.values())) <= 6, band


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": ""}, "at id"),
        ({"colour": 1}, "at colour"),
        ({"templates": ["{ocupation}"]}, "template 1 has {ocupation}; did you mean 'occupation'"),
        ({"behavioural": {"habit": {"a": {"when": {"age_band": "99+"}}}}},
         "habit=a asks for age_band=99"),
        ({"behavioural": {"habit": {"a": {"when": {"town": "x"}}}}}, "habit=a asks for town"),
        ({"behavioural": {"habit": []}}, "habit.*write values as a list"),
        ({"behavioural": {"habit": {"a": -1}}}, "greater than 0"),
        ({"behavioural": {"age": ["x"]}}, "stands in two groups"),
        ({"demographic": {"age_band": ["young"], "age": {"within": "age_band"}},
          "professional": {}},
         "young is no band"),
        ({"professional": {"occupation": {"pilot": {"when": {"age_band": ["65+"]}}}}},
         r"no value of occupation goes with age_band=18-24"),
        ({"behavioural": {"habit": {"a": {"when": {"mood": "x"}}},
                          "mood": {"x": {"when": {"habit": "a"}}}}}, "wait for each other"),
    ],
)  # fmt: skip
def test_faults_in_words(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text(yaml.safe_dump({**SPEC, **changes}), "utf8")
    with pytest.raises(InputError, match=f"(?i)the grid 'grid.yaml' cannot be used.*{words}"):
        Grid.read(path)


@pytest.mark.parametrize(("text", "words"), [("a: [", "no valid YAML"), ("- a", "no mapping")])
def test_what_is_no_grid_at_all(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "grid.yaml").write_text(text, "utf8")
    with pytest.raises(InputError, match=words):
        Grid.read(tmp_path / "grid.yaml")
