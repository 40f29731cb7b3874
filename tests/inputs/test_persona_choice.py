"""Personas chosen for a task: diversity, quotas, exclusions, and the reasons given for them."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from textsynth.errors import InputError
from textsynth.inputs import Row
from textsynth.inputs._quotas import apportion, cells_of, counts_as, value_of
from textsynth.inputs.personas import Personas
from textsynth.plan import Axis, Plan

AGES = ("18-24", "25-34", "35-44", "45-54", "75+")
WORDS = [f"w{n}x" for n in range(400)]


def relevant(**options: Any) -> Personas:
    return Personas(**{"from": "people.jsonl", "pick": "relevant", "each": 2, **options})


def crowd(count: int, seed: int = 1) -> list[Row]:
    draw = random.Random(seed)
    return [
        {
            "id": f"p{n}",
            "description": " ".join(draw.choices(WORDS, k=12)),
            "attributes": {
                "age_band": draw.choices(AGES, [1, 4, 4, 3, 2])[0],
                "gender": draw.choices(("female", "male"), [3, 1])[0],
            },
        }
        for n in range(count)
    ]


def texts(count: int, seed: int = 2) -> list[Row]:
    draw = random.Random(seed)
    return [
        {"id": f"c{n}", "text": " ".join(draw.choices(WORDS, k=40)), "headings": []}
        for n in range(count)
    ]


def tally(people: Sequence[Row], suit: Callable[[int], Sequence[int]], n: int, name: str) -> Any:
    return Counter(value_of(people[place], name) for k in range(n) for place in suit(k))


# Quotas


@pytest.mark.parametrize("diversity", [0, 0.3])
def test_a_quota_holds_to_the_place(diversity: float) -> None:
    people, chunks = crowd(60), texts(50)
    shares = {"age_band": {"18-24": 0.2, "25-44": 0.5, "45+": 0.3}}
    suit = relevant(each=4, quotas=shares, diversity=diversity).suit(people, chunks)
    ages = tally(people, suit, 50, "age_band")
    assert ages["18-24"] == 40
    assert ages["25-34"] + ages["35-44"] == 100
    assert ages["45-54"] + ages["75+"] == 60
    assert all(len(set(suit(k))) == 4 for k in range(50))


def test_equal_means_equal_among_the_values_there_are() -> None:
    people, chunks = crowd(40), texts(30)
    suit = relevant(each=3, quotas={"gender": "equal"}).suit(people, chunks)
    assert tally(people, suit, 30, "gender") == {"female": 45, "male": 45}


def test_two_quotas_hold_at_once() -> None:
    people, chunks = crowd(80), texts(100)
    quotas = {"age_band": {"18-24": 1, "25-44": 2, "45+": 1}, "gender": "equal"}
    suit = relevant(each=4, quotas=quotas).suit(people, chunks)
    genders, ages = (tally(people, suit, 100, name) for name in ("gender", "age_band"))
    assert abs(genders["female"] - 200) <= 2
    assert abs(ages["18-24"] - 100) <= 2
    assert abs(ages["45-54"] + ages["75+"] - 100) <= 2


def test_a_quota_goes_over_relevance_and_no_further_than_it_must() -> None:
    people: list[Row] = [
        {"id": "baker", "description": "A baker of bread.", "attributes": {"gender": "male"}},
        {"id": "smith", "description": "A smith at the forge.", "attributes": {"gender": "male"}},
        {"id": "pilot", "description": "A pilot of gliders.", "attributes": {"gender": "female"}},
    ]
    chunks: list[Row] = [
        {"id": f"c{n}", "text": "Bread from the baker, every day.", "headings": []}
        for n in range(8)
    ]
    plain = relevant(each=1).suit(people, chunks)
    held = relevant(each=1, quotas={"gender": {"female": 3, "male": 1}}).suit(people, chunks)
    assert tally(people, plain, 8, "id")["pilot"] < 6
    assert tally(people, held, 8, "id") == {"pilot": 6, "baker": 2}


def test_quotas_nearly_hold_in_every_stretch() -> None:
    people, chunks = crowd(60), texts(120)
    suit = relevant(each=2, quotas={"gender": "equal"}).suit(people, chunks)
    for begin in range(0, 120, 30):
        women = sum(
            value_of(people[p], "gender") == "female" for k in range(begin, begin + 30)
            for p in suit(k)
        )  # fmt: skip
        assert 20 <= women <= 40


@pytest.mark.parametrize(
    ("quotas", "words"),
    [
        ({"age_band": {"90+": 1}}, r"'90\+', which no persona has.*25-34 \("),
        ({"agebnad": "equal"}, r"'agebnad', which no persona has.*did you mean 'age_band'"),
        ({"gender": {"male": 1}}, r"want 10 places for gender 'male'.*can fill 5"),
    ],
    ids=["value", "attribute", "too few"],
)
def test_quotas_that_cannot_hold_are_refused_in_words(quotas: Any, words: str) -> None:
    people = [
        {"id": f"p{n}", "description": "A person.",
         "attributes": {"gender": "female" if n else "male", "age_band": "25-34"}}
        for n in range(4)
    ]  # fmt: skip
    with pytest.raises(InputError, match=f"(?i){words}"):
        relevant(each=2, quotas=quotas).suit(people, texts(5))


def test_quotas_that_exclude_each_other_are_refused() -> None:
    people = [
        {"id": f"p{n}", "description": "A person.",
         "attributes": {"gender": gender, "age_band": age}}
        for n, (gender, age) in enumerate(
            [("female", "18-24")] * 5 + [("male", "75+")] * 5
        )
    ]  # fmt: skip
    quotas = {"gender": "equal", "age_band": {"18-24": 0.9, "75+": 0.1}}
    with pytest.raises(InputError, match="with the other quotas"):
        relevant(each=2, quotas=quotas).suit(people, texts(50))


@pytest.mark.parametrize(
    ("value", "name", "fits"),
    [
        ("25-34", "25-44", True), ("34", "25-44", True), ("75+", "45+", True),
        ("45-54", "45+", True), ("75+", "45-90", False), ("18-24", "25-44", False),
        ("40-49", "25-44", False), ("Female", "female", True), ("male", "female", False),
    ],
)  # fmt: skip
def test_spans_of_ages_take_in_what_lies_within(value: str, name: str, fits: bool) -> None:
    assert counts_as(value, name) is fits


def test_places_are_split_by_largest_remainder() -> None:
    assert apportion({"a": 0.2, "b": 0.5, "c": 0.3}, 7) == {"a": 1, "b": 4, "c": 2}
    assert apportion({"a": 1, "b": 1}, 3) == {"a": 2, "b": 1}


def test_cells_add_up_and_stay_within_what_a_chunk_can_take() -> None:
    cells = cells_of(crowd(30), {"gender": "equal", "age_band": {"25-44": 1, "45+": 1}}, 40, 3)
    assert sum(cells.places) == 120
    assert all(n <= 40 * most for n, most in zip(cells.places, cells.most, strict=True))
    assert -1 in cells.of  # those of 18-24 have no place
    with pytest.raises(InputError, match="want"):
        cells_of(crowd(3), {"gender": "equal"}, 40, 3)


# Diversity


def test_diversity_chooses_unlike_people_for_a_chunk() -> None:
    twins = [
        {"id": f"twin{n}", "description": "A baker of rye bread in Oslo with an old oven."}
        for n in range(3)
    ]
    people = [
        *twins,
        {"id": "miller", "description": "A miller of rye near Oslo, who sends bread flour."},
    ]
    people += crowd(10)
    chunk = {"id": "c", "text": "Rye bread from the oven of a baker in Oslo", "headings": []}
    plain = [people[p]["id"] for p in relevant().suit(people, [chunk])(0)]
    mixed = [people[p]["id"] for p in relevant(diversity=0.6).suit(people, [chunk])(0)]
    assert all(name.startswith("twin") for name in plain)
    assert mixed[0].startswith("twin")
    assert not mixed[1].startswith("twin")


def test_diversity_spares_those_who_are_like_many_in_use() -> None:
    alike = [
        {"id": f"a{n}", "description": f"A clerk of the harbour office, desk number {n}."}
        for n in range(12)
    ]
    draw = random.Random(3)
    others = [{"id": f"o{n}", "description": " ".join(draw.choices(WORDS, k=12))} for n in range(6)]
    people: list[Row] = [*alike, *others]
    chunks: list[Row] = [{"id": f"c{n}", "text": "Nothing", "headings": []} for n in range(60)]

    def used(diversity: float) -> int:
        suit = relevant(each=1, diversity=diversity).suit(people, chunks)
        return sum(place >= 12 for k in range(60) for place in suit(k))

    assert 19 <= used(0.0) <= 21
    assert used(0.5) >= 25


GOLDEN = [[24, 25, 10], [11, 3, 14], [27, 5, 23]]
"""What the pairing was before there was anything but relevance and use."""


def test_without_the_new_options_the_pairing_is_what_it_was() -> None:
    people, chunks = crowd(30), texts(20)
    suit = relevant(each=3).suit(people, chunks)
    assert [suit(k) for k in (0, 7, 19)] == GOLDEN


@pytest.mark.parametrize(
    "options",
    [{"diversity": 0.3}, {"quotas": {"gender": "equal"}}, {"exclude": {"least": 0.05}},
     {"diversity": 0.3, "quotas": {"gender": "equal"}, "exclude": {"least": 0.05}}],
    ids=["diversity", "quotas", "least", "all"],
)  # fmt: skip
def test_every_chunk_keeps_equally_many_different_ones_and_a_lap_is_whole(
    options: dict[str, Any],
) -> None:
    people, chunks = crowd(60), texts(15)
    suit = relevant(each=3, **options).suit(people, chunks)
    again = relevant(each=3, **options).suit(people, chunks)
    assert all(len(set(suit(k))) == 3 for k in range(15))
    assert [suit(k) for k in range(15)] == [again(k) for k in range(15)]
    plan = Plan(5, [Axis("chunk", chunks), Axis("persona", people, suit)])
    met = Counter(
        (brief.fields["chunk"]["id"], brief.fields["persona"]["id"])
        for brief in map(plan.brief, range(45))
    )
    assert met == {(f"c{k}", people[p]["id"]): 1 for k in range(15) for p in suit(k)}


# Meaning


def test_relevance_by_vectors_finds_what_shares_no_word() -> None:
    pytest.importorskip("wordllama")
    people: list[Row] = [
        {"id": "physician", "description": "A physician at a hospital who treats children."},
        {"id": "mechanic", "description": "A mechanic who mends lorries in a garage."},
        {"id": "gardener", "description": "A gardener of roses."},
    ]
    chunks: list[Row] = [
        {"id": "x", "text": "Medical doctors prescribe drugs for young patients.", "headings": []},
        {"id": "y", "text": "The engine of the truck needs oil and new brakes.", "headings": []},
    ]
    part = relevant(each=1, by={"embedding": "static"})
    suit = part.suit(people, chunks)
    assert [people[suit(k)[0]]["id"] for k in (0, 1)] == ["physician", "mechanic"]
    assert part.choices(people, chunks, 0)[0].shared == ()
    assert "know English" in part.cautions(people, chunks, "ko")[0]
    assert part.cautions(people, chunks, "en") == []


# Exclusions

TELLER = {
    "id": "teller",
    "description": "Counts notes.",
    "attributes": {"occupation": "bank teller"},
}
CHILD = {"id": "child", "description": "A child who asks why."}
KID = {"id": "kid", "description": "어린이를 키우지 않는 사람입니다.", "language": "ko"}
CHILDLESS = {"id": "free", "description": "Childless and glad.", "language": "en"}


def admitted(exclude: dict[str, Any], tmp_path: Path, language: str = "en") -> Any:
    lines = [json.dumps(row, ensure_ascii=False) for row in (TELLER, CHILD, KID, CHILDLESS)]
    (tmp_path / "people.jsonl").write_text("\n".join(lines), "utf8")
    part = Personas(**{"from": "people.jsonl", "exclude": exclude})
    items = part.admit(part.load(tmp_path), language)
    return [row["id"] for row in items.rows], items.sources[0]


@pytest.mark.parametrize(
    ("exclude", "left", "note"),
    [
        ({"occupation": ["Bank Teller"]}, ["child", "kid", "free"],
         "1 left out (occupation 'Bank Teller': 1)"),
        ({"words": ["child", "어린이"]}, ["teller", "free"],
         "2 left out (word 'child': 1, word '어린이': 1)"),
        ({"language": "match"}, ["teller", "child", "free"], "1 left out (language: 1)"),
        ({"words": "less"}, ["teller", "child", "kid", "free"],
         "nobody to leave out by word 'less'"),
        ({"words": "teller"}, ["teller", "child", "kid", "free"],
         "nobody to leave out by word 'teller'"),
    ],
    ids=["attribute", "words", "language", "part of a word", "nobody"],
)  # fmt: skip
def test_who_does_not_fit_is_left_out_and_counted(
    tmp_path: Path, exclude: dict[str, Any], left: list[str], note: str
) -> None:
    names, source = admitted(exclude, tmp_path)
    assert names == left
    assert (source.rows, source.note) == (len(left), note)


def test_exclusions_count_per_file(tmp_path: Path) -> None:
    for name, row in (("one", CHILD), ("two", TELLER)):
        rows = [row, {"id": f"{name}-b", "description": "Somebody else."}]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf8")
    part = Personas(**{"from": ["one.jsonl", "two.jsonl"], "exclude": {"words": ["child"]}})
    items = part.admit(part.load(tmp_path), "en")
    assert [source.rows for source in items.sources] == [1, 2]
    assert [source.note for source in items.sources] == ["1 left out (word 'child': 1)", ""]


@pytest.mark.parametrize(
    ("exclude", "words"),
    [
        ({"ocupation": ["bank teller"]}, "'ocupation'.*did you mean 'occupation'"),
        ({"words": ["a", "counts", "어린이", "childless"]}, "leaves nobody of 4"),
    ],
    ids=["unknown attribute", "nobody left"],
)
def test_exclusions_that_cannot_be_meant(
    tmp_path: Path, exclude: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=f"(?i){words}"):
        admitted(exclude, tmp_path)


def test_a_least_relevance_keeps_strangers_away_while_others_are_left() -> None:
    people = [
        {"id": "baker", "description": "A baker of bread."},
        {"id": "miller", "description": "A miller, whose flour makes bread."},
        *crowd(4),
    ]
    bread = [{"id": f"c{n}", "text": "Bread from a baker.", "headings": []} for n in range(9)]
    other = [{"id": "z", "text": "Nothing of the kind", "headings": []}]
    part = relevant(exclude={"least": 0.02})
    suit = part.suit(people, [*bread, *other])
    assert all(sorted(suit(k)) == [0, 1] for k in range(9))
    assert len(set(suit(9))) == 2
    plain = relevant().suit(people, [*bread, *other])
    assert any(sorted(plain(k)) != [0, 1] for k in range(9))


def test_chunks_that_nobody_comes_near_are_told_of() -> None:
    people = [{"id": "baker", "description": "A baker of bread."}, *crowd(4)]
    chunks = [{"id": "a", "text": "Bread.", "headings": []},
              {"id": "b", "text": "Nothing", "headings": []}]  # fmt: skip
    part = relevant(exclude={"least": 0.02})
    told = part.cautions(people, chunks, "en")
    assert len(told) == 2
    assert "1 of 2 chunks have nobody as near" in told[0]
    assert "1 of 2 chunks have fewer than 2" in told[1]


def test_another_language_is_told_of_until_it_is_left_out(tmp_path: Path) -> None:
    people = [KID, CHILDLESS, CHILD]
    assert (
        "1 of 3 personas are in another language than 'en'"
        in relevant().cautions(people, texts(1), "en")[0]
    )
    assert relevant().cautions([KID], texts(1), "ko") == []


@pytest.mark.parametrize(
    "options", [{"diversity": 0.2}, {"quotas": {"gender": "equal"}}, {"exclude": {"least": 0.1}}],
    ids=["diversity", "quotas", "least"],
)  # fmt: skip
def test_options_of_relevant_are_refused_elsewhere(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="works with `pick: relevant`"):
        Personas(**{"from": "people.jsonl", "pick": "random", **options})


# Reasons


def test_why_tells_rank_points_and_words_for_the_persona_and_those_who_came_next() -> None:
    people, chunks = crowd(60), texts(10)
    part = relevant(each=3, diversity=0.3, quotas={"gender": "equal"})
    suit = part.suit(people, chunks)
    plan = Plan(5, [Axis("chunk", chunks), Axis("persona", people, suit)])
    for i in range(30):
        brief = plan.brief(i)
        k = int(brief.fields["chunk"]["id"][1:])
        table = part.why(people, chunks, brief)
        assert table is not None
        lines = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        own, *next_ones = lines
        assert own["persona"] == brief.fields["persona"]["id"]
        assert people[suit(k)[int(own["rank"]) - 1]]["id"] == own["persona"]
        assert [line["rank"] for line in next_ones] == ["next"] * 3
        assert not {line["persona"] for line in next_ones} & {people[p]["id"] for p in suit(k)}
        for line in lines:
            parts = [int(line[name]) for name in ("for it", "in use", "alike", "ahead")]
            assert sum(parts) == line["total"]


def test_why_says_when_a_quota_placed_somebody_and_when_it_was_full() -> None:
    people = [
        {"id": f"m{n}", "description": "A baker of bread.", "attributes": {"gender": "male"}}
        for n in range(3)
    ]
    people.append({"id": "f", "description": "A pilot.", "attributes": {"gender": "female"}})
    chunks = [{"id": "c", "text": "Bread of a baker", "headings": []}]
    part = relevant(quotas={"gender": "equal"})
    found = {people[c.place]["id"]: c for c in part.choices(people, chunks, 0)}
    assert found["f"].quota == "gender female (placed it)"
    runners = [c for c in found.values() if not c.rank]
    assert [c.quota for c in runners] == ["gender male (full)"] * 2
    assert runners[0].shared == ("baker", "bread")[: len(runners[0].shared)] or runners[0].shared


def test_there_is_no_why_where_nobody_was_chosen() -> None:
    people, chunks = crowd(5), texts(3)
    for part in (relevant(pick="all"), relevant(pick="random"), relevant(each=9)):
        plan = Plan(5, [Axis("chunk", chunks), Axis("persona", people)])
        assert part.why(people, chunks, plan.brief(0)) is None
