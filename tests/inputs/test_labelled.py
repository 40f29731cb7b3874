"""Labelled rows: which columns, what each class lacks, what is held out, thinned and written."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from textsynth.errors import InputError
from textsynth.inputs._balanced import rows_left, set_aside
from textsynth.inputs._centroids import Centroids
from textsynth.inputs.labelled import Labelled
from textsynth.records import Closing, Sample

MATTERS = {
    "card": "My card number {n} was swallowed by the machine in town.",
    "loan": "The loan {n} for our house has a rate that nobody explained.",
    "fraud": "Somebody stole {n} pounds and pretended to be the bank.",
}


def rows_of(**counts: int) -> list[dict[str, str]]:
    return [
        {"body": MATTERS[label].format(n=100 + n), "category": label}
        for label, count in counts.items()
        for n in range(count)
    ]


def written(home: Path, rows: list[dict[str, Any]], name: str = "tickets.csv") -> str:
    path = home / name
    if path.suffix == ".csv":
        with path.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    return name


def made(
    home: Path, rows: list[dict[str, Any]], name: str = "tickets.csv", **options: Any
) -> Labelled:
    return Labelled.model_validate({"from": written(home, rows, name), **options})


@pytest.mark.parametrize("name", ["tickets.csv", "tickets.jsonl"])
def test_columns_are_found_by_their_names_and_named(tmp_path: Path, name: str) -> None:
    items = made(tmp_path, rows_of(card=2, fraud=1), name).load(tmp_path)
    assert [(row["text"], row["label"]) for row in items.rows] == [
        ("My card number 100 was swallowed by the machine in town.", "card"),
        ("My card number 101 was swallowed by the machine in town.", "card"),
        ("Somebody stole 100 pounds and pretended to be the bank.", "fraud"),
    ]
    assert set(items.rows[0]) == {"id", "text", "label"}
    assert items.sources[0].kind.endswith(", text: body, label: category")


@pytest.mark.parametrize(
    ("names", "options", "took"),
    [
        (("text", "label"), {}, "text: text, label: label"),
        (("문의", "분류"), {}, "text: 문의, label: 분류"),
        (("what", "which"), {}, "text: what, label: which"),
        (("label", "text"), {"text": "label", "label": "text"}, "text: label, label: text"),
        (("label", "what"), {}, "text: what, label: label"),
    ],
    ids=["plain", "korean", "by length", "as told", "the one that is left"],
)
def test_which_columns_are_taken(
    tmp_path: Path, names: tuple[str, str], options: dict[str, str], took: str
) -> None:
    order = took.split("text: ")[1].split(",")[0] == names[0]
    rows = [
        {
            names[0]: row["body" if order else "category"],
            names[1]: row["category" if order else "body"],
        }
        for row in rows_of(card=2, fraud=2)
    ]
    items = made(tmp_path, rows, **options).load(tmp_path)
    assert items.sources[0].kind == f"csv, {took}"
    assert {row["label"] for row in items.rows} == {"card", "fraud"}


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (rows_of(card=3, fraud=1), {"label": "categroy"}, "no column 'categroy'.*mean 'category'"),
        (rows_of(card=3), {}, "of one class only, 'card'"),
        (rows_of(card=3, fraud=3), {"fill_to": 3}, "no class lacks .*fill_to: 3.*card 3, fraud 3"),
        (rows_of(card=3, fraud=1), {"fill_to": {"frud": 9}}, "label 'frud'.*mean 'fraud'"),
        ([{"one": "a b", "two": "c", "three": "d"}] * 2, {}, "which column of 'tickets.csv' is"),
        ([{"id": "x", **row} for row in rows_of(card=1, fraud=1)], {}, "has the id 'x'.*line 2"),
    ],
    ids=["no such column", "one class", "nothing lacks", "no such label", "no guess", "id twice"],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_words(
    tmp_path: Path, rows: list[dict[str, Any]], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=f"(?is){words}"):
        made(tmp_path, rows, **options).shares(tmp_path)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([1, 2.0, 1.5], ["1", "2", "1.5"]),
        ([True, False, True], ["True", "False", "True"]),
    ],
    ids=["numbers", "truth"],
)
def test_labels_that_are_no_words(tmp_path: Path, values: list[Any], labels: list[str]) -> None:
    rows = [{"text": f"Matter {n}.", "label": value} for n, value in enumerate(values)]
    items = made(tmp_path, rows, "a.jsonl").load(tmp_path)
    assert [row["label"] for row in items.rows] == labels


def test_several_labels_in_a_row_are_refused(tmp_path: Path) -> None:
    rows = [{"text": "Matter.", "label": ["card", "loan"]}, {"text": "Other.", "label": ["loan"]}]
    with pytest.raises(InputError, match=r"Line 1 of 'a\.jsonl' has a list .* 'label'"):
        made(tmp_path, rows, "a.jsonl").load(tmp_path)


def test_rows_without_a_label_are_counted_and_equal_ones_count_once(tmp_path: Path) -> None:
    rows = [*rows_of(card=2, fraud=1), *rows_of(card=1)]
    rows += [{"body": "Whose is this?", "category": " "}, {"body": "", "category": "card"}]
    items = made(tmp_path, rows).load(tmp_path)
    assert len(items.rows) == 3
    assert items.sources[0].problem == (
        "1 row(s) without a label left out, 1 row(s) without a text left out"
    )


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"fill_to": 12}, {"card": 2, "loan": 8, "fraud": 11}),
        ({"fill_to": "max"}, {"card": 0, "loan": 6, "fraud": 9}),
        ({"fill_to": "median"}, {"card": 0, "loan": 0, "fraud": 3}),
        ({"fill_to": {"fraud": 6}}, {"card": 0, "loan": 0, "fraud": 5}),
        ({"fill_to": "max", "thin_to": 5}, {"card": 0, "loan": 1, "fraud": 4}),
        ({"fill_to": "max", "thin_to": {"card": 3}}, {"card": 1, "loan": 0, "fraud": 3}),
        ({"fill_to": 10, "hold_out": 0.5}, {"card": 5, "loan": 8, "fraud": 9}),
    ],
    ids=["number", "max", "median", "by label", "thinned", "one thinned", "held out"],
)
def test_each_class_lacks_what_its_target_is_above_what_it_has(
    tmp_path: Path, options: dict[str, Any], wanted: dict[str, int]
) -> None:
    shares = made(tmp_path, rows_of(card=10, loan=4, fraud=1), **options).shares(tmp_path)
    assert shares is not None
    assert shares.quotas == {"label": wanted}
    assert shares.count == sum(wanted.values())
    assert {label for label, w in shares.vary["label"].items() if not w} == {
        label for label, n in wanted.items() if not n
    }


def test_without_a_target_only_the_facet_is_brought(tmp_path: Path) -> None:
    shares = made(tmp_path, rows_of(card=3, fraud=1)).shares(tmp_path)
    assert shares is not None
    assert (shares.vary, shares.quotas, shares.count) == (
        {"label": {"card": 1, "fraud": 1}},
        {},
        None,
    )


def test_what_is_held_out_is_a_share_of_each_class_and_follows_the_text_alone() -> None:
    rows = [
        {"id": str(k), "text": f"text {k}", "label": "ab"[k % 5 == 0]} for k in range(100)
    ]  # fmt: skip
    rest, held = set_aside(rows, 0.2)
    assert Counter(row["label"] for row in held) == {"a": 16, "b": 4}
    assert sorted([*rest, *held], key=lambda row: int(row["id"])) == rows
    shuffled = [{**row, "id": str(1000 - int(row["id"]))} for row in reversed(rows)]
    assert {row["text"] for row in set_aside(shuffled, 0.2)[1]} == {row["text"] for row in held}
    assert set_aside(rows[:1], 0.9) == (rows[:1], [])


def test_a_text_under_two_labels_is_not_held_out_of_one_and_shown_in_the_other() -> None:
    rows = [{"id": f"{k}", "text": f"text {k // 2}", "label": "ab"[k % 2]} for k in range(40)]
    rows += [{"id": f"c{k}", "text": f"Text  {k}", "label": "a"} for k in range(20, 40)]
    rest, held = set_aside(rows, 0.5)
    assert len(held) == 20
    assert not {row["text"].casefold() for row in rest} & {row["text"].casefold() for row in held}


def test_rows_held_out_are_never_among_those_to_be_shown(tmp_path: Path) -> None:
    part = made(tmp_path, rows_of(card=10, fraud=5), hold_out=0.2)
    shown = part.load(tmp_path).rows
    assert Counter(row["label"] for row in shown) == {"card": 8, "fraud": 4}


def test_thinning_is_by_the_seed_or_spread_over_the_class() -> None:
    same = [
        {"id": f"s{k}", "text": f"card lost in town number {k}", "label": "a"} for k in range(20)
    ]
    odd = [
        {"id": f"o{k}", "text": text, "label": "a"}
        for k, text in enumerate(("loan rate", "mortgage letter", "app crash", "branch hours"))
    ]
    rows = [*same, *odd]
    drawn = [rows_left(rows, {"a": 6}, seed, diverse=False) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert [row for row in rows if row in drawn[0]] == drawn[0]
    spread = rows_left(rows, {"a": 6}, 1, diverse=True)
    assert len(spread) == 6
    assert all(row in spread for row in odd)
    assert len([row for row in drawn[0] if row in odd]) < 4


def sample(number: int, label: str) -> Sample:
    return Sample(
        id=f"s{number}", index=number, brief="b", method="classify", language="en",
        messages=({"role": "user", "content": "x"},), columns={"text": f"made {number}"},
        facets={"label": label},
    )  # fmt: skip


def test_closing_writes_one_training_set_and_says_what_each_class_has(tmp_path: Path) -> None:
    part = made(tmp_path, rows_of(card=10, fraud=4), fill_to=8, thin_to=6, hold_out=0.25, each=2)
    kept = [sample(n, "fraud") for n in range(5)]
    (table,) = part.closing(Closing(tmp_path, tmp_path, kept, (), 3))
    assert table.columns == ("label", "real", "thinned", "held out", "synthetic", "after")
    assert table.rows == (("card", 10, 1, 3, 0, 6), ("fraud", 4, 0, 1, 5, 8))
    lines = (tmp_path / "balanced/train.jsonl").read_text("utf8").splitlines()
    train = [json.loads(line) for line in lines]
    assert Counter((row["label"], row["origin"]) for row in train) == {
        ("card", "real"): 6, ("fraud", "real"): 3, ("fraud", "synthetic"): 5
    }  # fmt: skip
    with (tmp_path / "balanced/train.csv").open(encoding="utf8", newline="") as file:
        assert list(csv.DictReader(file)) == train
    held = [
        json.loads(line)
        for line in (tmp_path / "balanced/held_out.jsonl").read_text("utf8").splitlines()
    ]
    assert Counter(row["label"] for row in held) == {"card": 3, "fraud": 1}
    assert not {row["text"] for row in held} & {row["text"] for row in train}
    before = {p.name: p.read_bytes() for p in (tmp_path / "balanced").iterdir()}
    part.closing(Closing(tmp_path, tmp_path, kept, (), 3))
    assert {p.name: p.read_bytes() for p in (tmp_path / "balanced").iterdir()} == before


def test_a_label_is_near_the_one_whose_rows_share_its_words() -> None:
    texts = {
        "card": ("my card was declined", "the card is lost", "card blocked at the till"),
        "fraud": ("my card was stolen and used", "a thief has the card", "the card was cloned"),
        "loan": ("the loan rate rose", "mortgage letter about the rate", "a loan for the house"),
    }
    like = Centroids(
        [text for own in texts.values() for text in own],
        [label for label, own in texts.items() for _ in own],
    )
    assert like.near("card") == ["fraud", "loan"]
    assert like.near("loan")[0] in ("card", "fraud")
    assert like.near("unknown") == ()
    assert like.ranked("the rate of my mortgage")[0] == "loan"
    assert like.ranked("a thief stole it")[0] == "fraud"
    assert like.ranked("zzz") == ()


def test_a_large_class_does_not_draw_every_text_to_itself() -> None:
    large = [f"fee number {k} charged on account {k % 7}" for k in range(300)]
    small = ["stolen card used abroad", "a stolen purse"]
    like = Centroids([*large, *small], ["large"] * 300 + ["small"] * 2)
    assert like.ranked("my card was stolen on account of a thief")[0] == "small"


def test_a_class_of_many_matters_is_not_passed_over_for_one_of_few() -> None:
    matters = "mortgage overdraft savings pension insurance travel student branch parking cheque"
    wide = [f"{matter} letter" for matter in matters.split()]
    tight = ["card branch today", "card branch now", "card branch again"]
    like = Centroids([*wide, *tight], ["wide"] * 10 + ["tight"] * 3)
    assert like.ranked("overdraft at the branch")[0] == "wide"
