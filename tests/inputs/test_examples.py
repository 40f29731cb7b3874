"""Examples: few-shot rows with all their columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from textsynth.errors import InputError
from textsynth.inputs import SHELF
from textsynth.inputs.examples import Examples


@pytest.mark.parametrize(
    ("spec", "each"),
    [({"examples": "rows.jsonl"}, 3), ({"examples": {"from": "rows.jsonl", "each": 5}}, 5)],
    ids=["short form", "with options"],
)
def test_yaml_forms(spec: object, each: int) -> None:
    name, options = SHELF.spec(spec)
    part = SHELF.load(name)(**options)
    assert isinstance(part, Examples)
    assert (part.from_, part.each, part.use, part.field) == (
        ["rows.jsonl"],
        each,
        "pool",
        "examples",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.csv", "text,label\n카드를 잃어버렸어요,card\n"),
        ("rows.tsv", "text\tlabel\n카드를 잃어버렸어요\tcard\n"),
        ("rows.jsonl", '{"text": "카드를 잃어버렸어요", "label": "card"}\n'),
        ("rows.json", '[{"label": "card", "text": "카드를 잃어버렸어요"}]'),
    ],
    ids=["csv", "tsv", "jsonl", "json"],
)
def test_rows_keep_their_columns_and_get_an_id(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf8")
    (row,) = Examples(from_=[name]).load(tmp_path).rows
    assert row == {"id": "1915d726cd935b50", "text": "카드를 잃어버렸어요", "label": "card"}


def test_own_ids_stay_and_numbers_become_text(tmp_path: Path) -> None:
    rows = '{"id": 7, "q": "a"}\n{"id": "x", "q": "b"}\n{"id": null, "q": "c"}\n{"q": "c"}\n'
    (tmp_path / "rows.jsonl").write_text(rows)
    ids = [row["id"] for row in Examples(from_=["rows.jsonl"]).load(tmp_path).rows]
    assert ids[:2] == ["7", "x"]
    assert len(ids) == 3


def test_content_is_not_rewritten(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"q": " a\\n\\n\\n\\nb ", "turns": [{"role": "user"}]}\n')
    (row,) = Examples(from_=["rows.jsonl"]).load(tmp_path).rows
    assert row["q"] == " a\n\n\n\nb "
    assert row["turns"] == [{"role": "user"}]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "id,q\n1,x\n1,y\n", r"line 3 of 'a\.csv' has the id '1'.*line 2 of 'a\.csv' has"),
        ("a.jsonl", '{"id": [1], "q": "x"}\n', r"the id in line 1 of 'a\.jsonl' is list"),
        ("a.jsonl", '"text"\n', r"line 1 of 'a\.jsonl' is no JSON object"),
        ("a.csv", "q,a\n", r"'a\.csv' has no rows"),
        ("a.md", "# Hi\n", r"examples cannot read 'a\.md', a file of kind '\.md'"),
    ],
    ids=["id twice", "id of a list", "no object", "no rows", "unsupported kind"],
)
def test_problems_in_words(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=f"(?i){words}"):
        Examples(from_=[name]).load(tmp_path)


def test_a_shipped_file_is_found_and_one_beside_the_job_goes_over_it(tmp_path: Path) -> None:
    name = "examples/seed-tasks/en.jsonl"
    shipped = Examples.model_validate({"from": name}).load(tmp_path)
    assert len(shipped.rows) >= 60
    assert [source.path for source in shipped.sources] == [name]
    (tmp_path / "examples" / "seed-tasks").mkdir(parents=True)
    (tmp_path / name).write_text('{"instruction": "Name a river."}\n', "utf8")
    (own,) = Examples.model_validate({"from": name}).load(tmp_path).rows
    assert own["instruction"] == "Name a river."
