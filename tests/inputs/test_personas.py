"""Personas: what a row needs, and which ones go with a chunk."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from textsynth.errors import InputError
from textsynth.inputs import SHELF, Row
from textsynth.inputs._relevance import Relevance, terms
from textsynth.inputs.personas import Personas
from textsynth.jobfile import made_job
from textsynth.materials import prepare

NURSE = {"id": "nurse", "description": "A night nurse who pays her bills at four in the morning."}
TRAVELLER = {
    "id": "traveller",
    "description": "Away for half of every week.",
    "attributes": {"cares_about": "exchange rates, travel cards"},
}
STUDENT = {"id": "student", "description": "A student living on a loan and an overdraft."}
SHOP = {"id": "shop", "description": "상가에서 꽃집을 운영하며 카드 수수료와 환불을 자주 묻습니다."}
PEOPLE: list[Row] = [NURSE, TRAVELLER, STUDENT, SHOP]

CHUNKS: list[Row] = [
    {
        "id": "a",
        "text": "The travel card has an exchange rate without a margin abroad.",
        "headings": [],
    },
    {"id": "b", "text": "Students get an overdraft without interest.", "headings": []},
    {"id": "c", "text": "카드 결제 수수료는 매달 정산되며 환불은 사흘이 걸립니다.", "headings": []},
    {
        "id": "bills",
        "text": "It takes a minute at any hour.",
        "headings": ["Paying bills at night"],
    },
]


def personas(**options: Any) -> Personas:
    return Personas(**{"from": "people.jsonl", **options})


def write(home: Path, *rows: dict[str, Any], name: str = "people.jsonl") -> None:
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (home / name).write_text("".join(lines), encoding="utf8")


def crowd(count: int) -> list[Row]:
    return [{"id": f"p{n}", "description": f"Person number {n}."} for n in range(count)]


def blank_chunks(count: int) -> list[Row]:
    return [{"id": f"c{n}", "text": "Nothing in common", "headings": []} for n in range(count)]


def test_yaml_forms() -> None:
    short = SHELF.spec({"personas": "people.jsonl"})
    assert short == ("personas", {"from": "people.jsonl"})
    part = Personas(**short[1])
    assert (part.from_, part.pick, part.field, part.use) == (
        ["people.jsonl"], "all", "persona", "axis"
    )  # fmt: skip


def test_rows_keep_what_they_have(tmp_path: Path) -> None:
    full = {**TRAVELLER, "language": "en", "licence": "CC0-1.0", "mood": "brisk"}
    write(tmp_path, full, NURSE)
    items = personas().load(tmp_path)
    assert items.rows == [full, NURSE]
    (source,) = items.sources
    assert (source.path, source.rows, source.licence) == ("people.jsonl", 2, "CC0-1.0")


def test_bundled_personas_are_found_from_anywhere(tmp_path: Path) -> None:
    items = personas(**{"from": "personas/retail-banking.jsonl"}).load(tmp_path)
    assert len(items.rows) >= 50
    assert items.sources[0].path == "personas/retail-banking.jsonl"


def test_file_beside_the_job_comes_first(tmp_path: Path) -> None:
    (tmp_path / "personas").mkdir()
    write(tmp_path, NURSE, name="personas/retail-banking.jsonl")
    assert personas(**{"from": "personas/retail-banking.jsonl"}).load(tmp_path).rows == [NURSE]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('{"id": "x"}', r"line 1 of 'people\.jsonl' \(id 'x'\) has no `description`\. It has id"),
        ('{"id": "x", "description": " "}', r"has no `description`"),
        ('{"description": "A nurse"}', r"line 1 of 'people\.jsonl' has no `id`"),
        ('{"id": "x", "description": "A"}\n' * 2, r"line 2 .* has the id 'x'.*line 1"),
        ('{"id": "x", "description": "A', r"line 1 of 'people\.jsonl' is no valid JSON"),
        ('{"id": "x", "description": "A", "attributes": [1]}', r"`attributes` in line 1"),
        ("", r"is empty"),
    ],
    ids=[
        "no description",
        "blank description",
        "no id",
        "id twice",
        "broken",
        "attributes",
        "empty",
    ],
)
def test_problems_in_words(tmp_path: Path, lines: str, words: str) -> None:
    (tmp_path / "people.jsonl").write_text(lines)
    with pytest.raises(InputError, match=f"(?i){words}"):
        personas().load(tmp_path)


def test_missing_file_names_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, NURSE)
    with pytest.raises(
        InputError, match=r"(?i)did you mean 'people\.jsonl'.*personas/general\.jsonl"
    ):
        personas(**{"from": "poeple.jsonl"}).load(tmp_path)


def test_all_go_with_every_chunk() -> None:
    assert list(personas().suit(PEOPLE, CHUNKS)(2)) == [0, 1, 2, 3]


@pytest.mark.parametrize("pick", ["random", "relevant"])
@pytest.mark.parametrize(("each", "given"), [(1, 1), (3, 3), (9, 4)], ids=["one", "three", "all"])
def test_every_chunk_gets_equally_many_different_ones(pick: str, each: int, given: int) -> None:
    suit = personas(pick=pick, each=each).suit(PEOPLE, CHUNKS)
    for k in range(len(CHUNKS)):
        assert len(suit(k)) == len(set(suit(k))) == given
        assert list(suit(k)) == list(suit(k))


def test_random_is_fair_and_depends_on_ids_alone() -> None:
    people, chunks = crowd(50), blank_chunks(1000)
    suit = personas(pick="random", each=5).suit(people, chunks)
    uses = Counter(place for k in range(1000) for place in suit(k))
    assert len(uses) == 50
    assert 60 <= min(uses.values()) <= max(uses.values()) <= 140
    later = personas(pick="random", each=5).suit(people, chunks[500:])
    assert [suit(k) for k in range(500, 600)] == [later(k) for k in range(100)]


@pytest.mark.parametrize(
    ("chunk", "persona"), [(0, TRAVELLER), (1, STUDENT), (2, SHOP), (3, NURSE)],
    ids=["attributes count", "plural", "Korean", "heading"],
)  # fmt: skip
def test_relevant_finds_whom_a_chunk_concerns(chunk: int, persona: Row) -> None:
    (place,) = personas(pick="relevant", each=1).suit(PEOPLE, [CHUNKS[chunk]])(0)
    assert PEOPLE[place] is persona


def test_relevant_uses_all_equally_when_nothing_tells_them_apart() -> None:
    suit = personas(pick="relevant", each=4).suit(crowd(30), blank_chunks(300))
    uses = Counter(place for k in range(300) for place in suit(k))
    assert set(uses.values()) == {40}


def test_relevant_does_not_wear_out_one_persona() -> None:
    people = [TRAVELLER, *crowd(19)]
    chunks = [{**CHUNKS[0], "id": f"c{n}"} for n in range(400)]
    suit = personas(pick="relevant", each=2).suit(people, chunks)
    uses = Counter(place for k in range(400) for place in suit(k))
    assert 80 <= uses[0] <= 140
    assert min(uses[place] for place in range(20)) >= 25


def test_relevant_is_the_same_each_time() -> None:
    first, second = (personas(pick="relevant", each=2).suit(PEOPLE, CHUNKS) for _ in range(2))
    assert [first(k) for k in range(4)] == [second(k) for k in range(4)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("cards", "card"), ("fees", "fee"), ("paying", "pays"), ("stopped", "stopping"),
        ("closing", "closes"), ("companies", "company"), ("accounts", "Account"), ("moved", "move"),
    ],
)  # fmt: skip
def test_forms_of_a_word_are_one_term(left: str, right: str) -> None:
    assert list(terms(left)) == list(terms(right))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("카드를", ["카드", "드를"]),
        ("銀行員", ["銀行", "行員"]),
        ("ATM과 PIN", ["atm", "과", "pin"]),
    ],
    ids=["Hangul", "Han", "mixed"],
)
def test_terms_of_unspaced_writing_are_pairs(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


def test_words_that_all_share_count_for_little() -> None:
    people = ["A customer.", "A customer, florist by trade, fond of golf, tennis, opera and dogs."]
    scores = Relevance(people, ["The customer pays a fee."] * 9).scores("Customer and florist")
    assert scores[1] > scores[0]


def test_relevance_explains_itself() -> None:
    relevance = Relevance([row["description"] for row in PEOPLE], [c["text"] for c in CHUNKS])
    scores = relevance.scores(CHUNKS[1]["text"])
    assert int(scores.argmax()) == 2
    assert set(relevance.shared(CHUNKS[1]["text"], STUDENT["description"])) == {
        "student",
        "overdraft",
    }


def test_attributes_that_facets_names_are_carried_by_rows(tmp_path: Path) -> None:
    people = [
        {"id": f"p{k}", "description": "Asks about cards.", "attributes": {"age_band": band}}
        for k, band in enumerate(["18-24", "25-44", "25-44", None])
    ]
    lines = "".join(json.dumps(person) + "\n" for person in people)
    (tmp_path / "people.jsonl").write_text(lines, "utf8")
    (tmp_path / "faq.csv").write_text("question,answer\nWhat does it cost?,Nothing.\n", "utf8")
    fields: dict[str, Any] = {
        "name": "trial", "method": "qa", "count": 8, "vary": {"tone": ["dry", "warm"]},
        "inputs": {
            "documents": "faq.csv", "personas": {"from": "people.jsonl", "facets": ["age_band"]}
        },
        "quotas": {"age_band": "exact", "age_band x tone": "exact"},
    }  # fmt: skip
    ready = prepare(made_job(fields, tmp_path))
    assert ready.job.quota_rows()["age_band"] == {"18-24": 2, "25-44": 4, "none": 2}
    assert set(ready.job.quota_rows()["age_band x tone"].values()) == {1, 2}
    for i in range(8):
        brief = ready.plan.brief(i)
        own = brief.fields["persona"]["attributes"].get("age_band") or "none"
        assert brief.facets["age_band"] == ready.plan.facets_of(i)["age_band"] == own
    fields["inputs"]["personas"]["facets"] = ["age"]
    with pytest.raises(InputError, match="facets of personas name 'age', which no persona has"):
        prepare(made_job(fields, tmp_path))
