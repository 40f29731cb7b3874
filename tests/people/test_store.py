"""The store: adding, searching in several languages, filters, ranking, reading back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.people.samples import (
    ACCOUNTANT_JA,
    BAKER,
    FLORIST,
    NURSE,
    NURSE_KO,
    PEOPLE,
    VET,
    Row,
    crowd,
    placed,
)  # fmt: skip
from textsynth.errors import InputError
from textsynth.people import adding
from textsynth.people.adding import Added
from textsynth.people.index import MOST_TERMS
from textsynth.people.loose import Loose
from textsynth.people.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    made.add(placed(*PEOPLE))
    return made


def ids(found: Store | Loose, words: str = "", **options: object) -> list[str]:
    return [hit.row["id"] for hit in found.search(words, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("nurses", "nurse"), ("BANKING", "baker"), ("sheep", "vet"), ("parrots", "vet"),
        ("간호사", "nurse-ko"), ("간호사가 적금을", "nurse-ko"), ("카드 수수료", "florist"),
        ("꽃집", "florist"), ("会計士", "accountant-ja"), ("確定申告", "accountant-ja"),
    ],
)  # fmt: skip
def test_finds_by_stems_and_by_pairs_of_characters(store: Store, words: str, first: str) -> None:
    assert ids(store, words)[0] == first


def test_a_hit_says_which_terms_matched(store: Store) -> None:
    (hit,) = store.search("night nurse 간호", limit=1)
    assert hit.row == NURSE_KO or hit.row == NURSE
    (best,) = store.search("night nurse", limit=1)
    assert best.row == NURSE
    assert best.matched == ["night", "nurs"]
    assert best.score > 0


def test_common_words_alone_find_nothing(store: Store) -> None:
    assert ids(store, "who is the") == []
    assert ids(store, "zeppelin") == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"occupation": ["nurse"]}, ["nurse"]),
        ({"age_band": ["25-34"]}, ["nurse", "vet"]),
        ({"occupation": ["BAKER", "vet"]}, ["baker", "vet"]),
        ({"age_band": ["25-34"], "occupation": ["vet"]}, ["vet"]),
        ({"language": ["ko"]}, ["florist", "nurse-ko"]),
        ({"pets": ["parrot"]}, ["vet"]),
        ({"age_band": ["25-34"], "language": ["ko"]}, []),
    ],
    ids=["case", "two rows", "either", "both", "language", "list", "none"],
)
def test_filters(store: Store, where: dict[str, list[str]], expected: list[str]) -> None:
    assert ids(store, where=where) == expected
    assert ids(Loose(placed(*PEOPLE)), where=where) == expected


def test_words_and_filters_together(store: Store) -> None:
    assert ids(store, "pays", where={"age_band": ["25-34"]}) == ["nurse", "vet"]
    assert ids(store, "card", where={"language": ["ko"]}) == []


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"ocupation": ["nurse"]}, r"ocupation=nurse\. Did you mean 'occupation'\?"),
        ({"occupation": ["nurze"]}, r"occupation=nurze\. Did you mean 'nurse'\? it has: baker"),
    ],
    ids=["name", "value"],
)
def test_unknown_filters_in_words(store: Store, where: dict[str, list[str]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        store.search(where=where)


def test_a_long_text_is_cut_to_what_tells_most(store: Store) -> None:
    store.add(placed(*crowd(300)))
    filler = "The clerk keeps ledgers and ledgers keep the clerk. " * 20
    chunk = f"{filler}Horses in the hills need a statement of their own. {filler}"
    assert len(chunk) > 1200
    found = store.search(like=chunk, limit=1)
    assert found[0].row == VET
    names = " ".join(f"n{n}" for n in range(100))
    (hit,) = store.search(like=names, limit=1)
    assert len(store._searcher.telling(names)) == MOST_TERMS
    assert hit.matched[0].startswith("n")


def test_ties_come_in_the_order_of_adding_whatever_the_pages(tmp_path: Path) -> None:
    rows = crowd(2500)
    store = Store.create(tmp_path / "one")
    store.add(placed(*rows[:1000]))
    store.add(placed(*rows[1000:]))
    expected = [row["id"] for row in rows[:60]]
    assert ids(store, "clerk", limit=60) == expected
    pages = [ids(store, "clerk", limit=7, offset=start) for start in range(0, 56, 7)]
    assert [name for page in pages for name in page] == expected[:56]


def test_the_ranking_does_not_depend_on_how_rows_were_added(tmp_path: Path) -> None:
    rows = [*PEOPLE, *crowd(400)]
    whole, parts = Store.create(tmp_path / "whole"), Store.create(tmp_path / "parts")
    whole.add(placed(*rows))
    for start in range(0, len(rows), 37):
        parts.add(placed(*rows[start : start + 37]))
    for words in ("clerk ledgers nurse", "카드 수수료", "n7 n9 n300 keeps"):
        one, two = (
            [(hit.row["id"], hit.score) for hit in found.search(words, limit=30)]
            for found in (whole, parts)
        )
        assert one == two


def test_batches_make_one_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "BATCH", 50)
    store = Store.create(tmp_path / "store")
    rows = crowd(180)
    assert store.add(placed(*rows, rows[3] | {"id": "again"})) == Added(added=180, same=1)
    assert len(store) == 180
    assert list(store.rows()) == rows
    assert ids(store, "n170")[0] == "p000170"


def test_rows_come_back_as_they_were(store: Store) -> None:
    assert list(store.rows()) == PEOPLE
    assert store.get("florist") == FLORIST
    assert store.get("nobody") is None
    lines = (store.path / "rows.jsonl").read_text("utf8").splitlines()
    assert [json.loads(line) for line in lines] == PEOPLE


def test_the_same_id_is_refused_and_nothing_of_the_file_added(store: Store) -> None:
    other: Row = {"id": "other", "description": "A new one."}
    with pytest.raises(InputError, match=r"Line 2 of 'people\.jsonl' has the id 'vet'.*--replace"):
        store.add(placed(other, VET | {"description": "Another vet."}))
    assert list(Store.open(store.path).rows()) == PEOPLE
    with pytest.raises(InputError, match=r"Line 1 of 'people\.jsonl' has it already"):
        store.add(placed(other, other | {"description": "Once more."}))


def test_replace_puts_a_row_in_the_place_of_another(store: Store) -> None:
    new = {"id": "baker", "description": "A zeppelin captain.", "language": "en"}
    assert store.add(placed(new), clash="replace") == Added(replaced=1)
    assert store.get("baker") == new
    assert ids(store, "coins") == []
    assert ids(store, "zeppelin") == ["baker"]
    assert sorted(row["id"] for row in store.rows()) == sorted(row["id"] for row in PEOPLE)
    assert len(store) == len(PEOPLE)
    # It keeps its place in the order.
    assert ids(store)[1] == "baker"
    assert store.add(placed(BAKER | {"id": "baker-2"})) == Added(added=1)


def test_the_same_description_is_skipped_and_counted(store: Store) -> None:
    assert store.add(placed(NURSE | {"id": "twin"})) == Added(same=1)
    assert store.get("twin") is None


def test_spread_draws_evenly(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.add(placed(*[row | {"language": "en"} for row in crowd(100)], *PEOPLE))
    assert [row["id"] for row in store.spread(4)] == ["p000000", "p000026", "p000053", "p000079"]
    assert [row["id"] for row in store.spread(2, {"language": ["ko"]})] == ["florist", "nurse-ko"]
    assert len(store.spread(1000)) == 106


def test_a_file_answers_as_a_store_does(store: Store) -> None:
    loose = Loose(placed(*PEOPLE))
    for words in ("nurse", "카드 수수료", "pays cards"):
        assert loose.search(words) == store.search(words)
    assert loose.get("vet") == VET
    assert ACCOUNTANT_JA in list(loose.rows())
