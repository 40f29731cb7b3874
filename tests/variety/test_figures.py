"""The diversity of rows: figures that order what people would order, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import textsynth as ts
from benchmarks.diversity import corpus
from tests.conftest import Project
from tests.servers.chat import ChatServer
from textsynth.cli import app
from textsynth.errors import InputError
from textsynth.variety.figures import Row, Survey, opening


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_figure_orders_varied_templated_and_collapsed(language: str) -> None:
    found = [
        Survey().extend(corpus(kind, language, 400)).diversity()
        for kind in ("collapsed", "templated", "varied")
    ]
    figures = [one.all for one in found]
    for rising in ("nearest_mean", "vendi"):
        low, middle, high = (getattr(one, rising) for one in figures)
        assert low < middle < high, rising
    for falling in ("self_bleu", "compression"):
        high, middle, low = (getattr(one, falling) for one in figures)
        assert low < middle < high, falling
    for n in range(3):
        shares = [one.distinct[n] or 0.0 for one in figures]
        assert shares == sorted(shares), f"distinct-{n + 1}"
    new = [one.unseen[-1].new for one in found]
    assert new[2] > 0.9 > 0.1 > new[1] >= new[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm calling about my card, please!", ("i'm calling about my card", "i'm calling about")),
        ("네, 카드를 잃어버려서 전화했어요.", ("네 카드를 잃어버려서", "네 카드를")),
        ("我想问一下银行卡", ("我想问一下银", "我想问一")),
        ("  …  ", ("", "")),
    ],
    ids=["en", "ko", "zh", "none"],
)  # fmt: skip
def test_how_a_text_begins(text: str, expected: tuple[str, str]) -> None:
    assert opening(text) == expected


def test_an_opening_is_told_as_long_as_it_stays_the_same() -> None:
    calls = [Row([("user", f"I'm calling about the fee {n}")]) for n in range(30)]
    cards = [Row([("user", f"I'm calling about my card {n}")]) for n in range(30)]
    rest = [Row([("user", f"Question {n} is this one here")]) for n in range(40)]
    ways = Survey().extend([*calls, *cards, *rest]).diversity().openings["user"]
    assert ways[0] == ("i'm calling about", 60, 0.6)
    alone = Survey().extend([*cards, *rest]).diversity().openings["user"]
    assert alone[0][0] == "i'm calling about my card"


def test_each_value_of_a_facet_has_its_figures() -> None:
    dry = [Row([("user", "Where is my card now?")], {"mood": "calm"}) for _ in range(40)]
    rich = [Row(row.turns, {"mood": "cross"}) for row in corpus("varied", "en", 60)]
    found = Survey().extend([*dry, *rich]).diversity().facets["mood"]
    assert found["calm"].vendi == pytest.approx(1.0)
    assert (found["cross"].vendi or 0) > 10
    assert (found["calm"].rows, found["cross"].rows) == (40, 60)
    assert found["calm"].pair_rows == found["cross"].pair_rows == 40


def write(path: Path, rows: list[Row]) -> Path:
    lines = [
        {"messages": [{"role": role, "content": text} for role, text in row.turns]} for row in rows
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf8")
    return path


def test_two_files_stand_side_by_side_in_samples_of_one_size(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", corpus("varied", "en", 300))
    other = write(tmp_path / "other.jsonl", corpus("templated", "en", 120))
    found = ts.diversity(one, against=other)
    assert found.other is not None
    assert found.diversity.all.pair_rows == found.other.all.pair_rows == 120
    ran = CliRunner().invoke(app, ["diversity", str(one), "--against", str(other)])
    assert ran.exit_code == 0, ran.output
    assert "Diversity, side by side" in ran.output
    assert "user: self-BLEU" in ran.output
    plain = CliRunner().invoke(app, ["diversity", str(one), "--against", str(other), "--json"])
    assert json.loads(plain.stdout) == found.to_json() | json.loads(json.dumps(found.to_json()))


def test_the_same_rows_give_the_same_figures_and_another_seed_others(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", corpus("varied", "en", 1500))
    one, again, other = (ts.diversity(file, seed=seed) for seed in (0, 0, 1))
    assert one == again
    assert one.diversity.all != other.diversity.all


def test_plain_texts_and_questions_with_answers_are_read_too(tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text("text\nfirst one\nsecond one here\n", "utf8")
    assert list(ts.diversity(texts).diversity.openings) == ["text"]
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"question": "Why is it so?", "answer": "It just is."}\n', "utf8")
    assert list(ts.diversity(pairs).diversity.roles) == ["user", "assistant"]
    odd = tmp_path / "odd.jsonl"
    odd.write_text('{"wording": "Nobody knows this column."}\n', "utf8")
    assert ts.diversity(odd).diversity.rows == 1


def test_a_file_without_a_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text('{"n": 1}\n', "utf8")
    with pytest.raises(InputError, match="no text"):
        ts.diversity(file)


def test_a_run_tells_its_diversity_when_it_is_closed(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url, count=30, vary={"mood": ["calm", "cross"]}))
    titles = [table.title for table in run.summary.tables]
    assert "Diversity" in titles
    assert "Diversity by mood" in titles
    assert "**Diversity**" in (run.path / "README.md").read_text("utf8")
    assert ts.diversity(run.path).diversity.rows == 30
    off = ts.run(project(server.url, count=30, name="off", diversity=False))
    assert not [table for table in off.summary.tables if "iversity" in table.title]
