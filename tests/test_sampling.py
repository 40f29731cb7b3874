"""Down-sampling: shares in a stream, exact numbers from a file, whatever the order of the rows."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat
from tests.servers.chat import ChatServer
from textsynth.cli import app
from textsynth.errors import InputError, JobError, ShortError
from textsynth.quality.sample import Sample as SampleFilter
from textsynth.records import Setting
from textsynth.sampling import How

LABELS = {"chat": 60, "mail": 30, "call": 10}


def rows(*, turned: bool = False) -> list[dict[str, Any]]:
    made = [
        {"id": f"{label}{n}", "text": f"{label} number {n}", "label": label}
        for label, size in LABELS.items()
        for n in range(size)
    ]
    return made[::-1] if turned else made


def file_at(home: Path, name: str = "rows.jsonl", **how: bool) -> Path:
    path = home / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(**how)), "utf8")
    return path


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text("utf8").splitlines()]


@pytest.mark.parametrize(
    ("how", "count", "cells"),
    [
        ("proportional", 20, {"chat": 12, "mail": 6, "call": 2}),
        ("equal", 21, {"chat": 7, "mail": 7, "call": 7}),
        ("equal", 50, {"chat": 20, "mail": 20, "call": 10}),
        ("equal", 99, {"chat": 59, "mail": 30, "call": 10}),
    ],
)
def test_exact_numbers_per_cell(
    tmp_path: Path, how: How, count: int, cells: dict[str, int]
) -> None:
    path = file_at(tmp_path)
    done = ts.sample(path, out=tmp_path / "out.jsonl", count=count, by="label", how=how)
    found = Counter(one.rstrip("0123456789") for one in ids(done.path))
    assert (found, done.rows, done.of) == (cells, count, 100)


def test_the_choice_goes_by_ids_and_seed_alone(tmp_path: Path) -> None:
    here, turned = file_at(tmp_path), file_at(tmp_path, "turned.jsonl", turned=True)

    def chosen(path: Path, **more: Any) -> list[str]:
        return ids(ts.sample(path, out=tmp_path / "out.jsonl", **more).path)

    first = chosen(here, count=30)
    assert first == [row["id"] for row in rows() if row["id"] in set(first)]
    assert set(first) == set(chosen(turned, count=30))
    assert set(chosen(here, share=0.1)) < set(first)
    assert set(first) != set(chosen(here, count=30, seed=1))
    kept_apart = chosen(here, count=30, by="label", how="proportional")
    assert len(kept_apart) == 30


def test_a_run_is_sampled_by_facets_and_by_what_is_measured(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    run = ts.run(project(server.url, count=12, vary={"mood": ["angry", "polite"]})).path
    by_mood = ts.sample(run, out=tmp_path / "a.jsonl", count=6, by="mood", how="equal")
    assert [row[1] for row in by_mood.table.rows] == [3, 3]
    bands = ts.sample(run, out=tmp_path / "b.jsonl", share=0.5, by="mood x length_band")
    assert bands.rows == 6
    assert {str(row[0]).split(" x ")[0] for row in bands.table.rows} == {
        "mood=angry", "mood=polite"
    }  # fmt: skip
    assert all("length_band=" in str(row[0]) for row in bands.table.rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either a count or a share"),
        ({"count": 3, "share": 0.5}, "either a count or a share"),
        ({"count": 3, "how": "equal"}, "`equal` needs cells"),
        ({"count": 3, "how": "equl"}, "did you mean 'equal'"),
        ({"share": 1.5}, "up to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(JobError, match=f"(?i){words}"):
        ts.sample(file_at(tmp_path), out=tmp_path / "out.jsonl", **options)
    with pytest.raises(JobError, match="at once"):
        ts.sample(file_at(tmp_path), out=tmp_path / "rows.jsonl", count=3)


def test_a_column_that_no_row_has_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "part.jsonl"
    with pytest.raises(InputError, match=r"No row of .* has 'lable'. Did you mean 'label'"):
        ts.sample(file_at(tmp_path), out=out, count=2, by="lable x length_band", how="equal")
    assert not out.exists()


def test_too_few_rows_are_told_and_all_are_written(tmp_path: Path) -> None:
    with pytest.raises(ShortError, match=r"101 rows were asked for, and .* has 100") as error:
        ts.sample(file_at(tmp_path), out=tmp_path / "out.jsonl", count=101)
    assert error.value.exit_code == 4
    assert len(ids(tmp_path / "out.jsonl")) == 100


def test_the_command_says_what_it_took(tmp_path: Path) -> None:
    args = ["sample", str(file_at(tmp_path)), "--out", str(tmp_path / "o.jsonl"), "--count", "10"]
    ran = CliRunner().invoke(app, [*args, "--by", "label", "--how", "equal"])
    assert ran.exit_code == 0
    assert "label=call: 4 of 10" in ran.output
    told = CliRunner().invoke(app, [*args, "--json"])
    assert json.loads(told.output)["rows"] == 10


def test_a_share_stays_in_a_stream_whatever_the_order() -> None:
    many = [replace(chat("a"), id=f"r{n}", columns={"label": "ab"[n % 2]}) for n in range(4000)]

    def kept(part: SampleFilter, seed: int = 0) -> set[str]:
        screen = part.screen(Setting(seed=seed))
        return {sample.id for sample in many if screen(sample).keep}

    fifth = kept(SampleFilter(share=0.2))
    assert 720 < len(fifth) < 880
    assert kept(SampleFilter(share=0.1)) < fifth
    assert kept(SampleFilter(share=0.2, seed=5)) != fifth
    part = SampleFilter(per={"label": {"a": 0.1, "b": 0.0}})
    assert {int(one[1:]) % 2 for one in kept(part)} == {0}
    assert 160 < len(kept(part)) < 240
    assert kept(SampleFilter()) == {sample.id for sample in many}


def test_shares_are_of_properties_that_are_known() -> None:
    with pytest.raises(ValueError, match="no property that can be measured"):
        SampleFilter(per={"lable": {"a": 0.5}})
