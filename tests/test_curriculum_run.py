"""Ten thousand rows of a curriculum: the tree covered evenly, nothing twice before its time."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.course_script import course
from tests.servers.chat import ChatServer
from textsynth.jobfile import load_job
from textsynth.materials import prepare
from textsynth.methods._combos import SHAPES, number_of
from textsynth.methods.curriculum import chosen_for

SIZES = (4, 5, 3, 5, 4)


def job_of(folder: Path, url: str, subjects: int, count: int) -> Path:
    """A job over subjects of four branches that have their syllabi."""
    listed = [
        {
            "name": f"Subject {n}", "topic": f"Root > Branch {n % 4} > Leaf {n % 12}",
            "sessions": [
                {"name": f"Part {s}", "concepts": [f"rule {n}{s}{k}" for k in range(size)]}
                for s, size in enumerate(SIZES)
            ],
        }
        for n in range(subjects)
    ]  # fmt: skip
    (folder / "subjects.yaml").write_text(yaml.safe_dump(listed), "utf8")
    job: dict[str, Any] = {
        "name": "many", "method": "curriculum", "count": count, "quality": ["length"],
        "inputs": {"subjects": "subjects.yaml"},
        "provider": {"openai": {"base_url": url, "model": "m", "concurrency": 64}},
    }  # fmt: skip
    path = folder / "job.yaml"
    path.write_text(yaml.safe_dump(job), "utf8")
    return path


def check_even(cells: dict[tuple[str, str], list[str]], subjects: int, count: int) -> None:
    """Every subject and difficulty as often as any other, and nothing twice before its time."""
    sizes = [len(found) for found in cells.values()]
    assert len(cells) == 3 * subjects
    mean = count / (3 * subjects)
    assert max(sizes) - min(sizes) <= 1 or max(abs(n - mean) for n in sizes) <= 0.02 * mean
    for (_, difficulty), found in cells.items():
        total = number_of(SIZES, difficulty)
        assert len(set(found[:total])) == min(total, len(found))
        for start in range(0, len(found) - total + 1, total):
            assert len(set(found[start : start + total])) == total


def test_ten_thousand_briefs_walk_all_combinations(tmp_path: Path) -> None:
    subjects, count = 40, 10_000
    job = load_job(job_of(tmp_path, "http://127.0.0.1:9", subjects, count))
    plan = prepare(job).plan
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    branches: Counter[str] = Counter()
    for i in range(count):
        brief = plan.brief(i)
        subject = brief.fields["subject"]
        cells[subject["id"], brief.facets["difficulty"]].append(json.dumps(chosen_for(brief)))
        branches[subject["path"][1]] += 1
    check_even(cells, subjects, count)
    assert max(branches.values()) - min(branches.values()) <= 0.02 * count / len(branches)
    # A subject has 21 basic questions and gets 83 of them, so that the walk starts over there.
    assert number_of(SIZES, "basic") == 21
    assert all(number_of(SIZES, difficulty) > 60 for difficulty in SHAPES if difficulty != "basic")


def test_a_facet_with_weights_and_another_one_beside_it_repeat_nothing_either(
    tmp_path: Path,
) -> None:
    path = job_of(tmp_path, "http://127.0.0.1:9", 5, 900)
    raw = yaml.safe_load(path.read_text("utf8"))
    raw["vary"] = {"difficulty": {"basic": 3, "advanced": 1}, "task": ["explain", "apply", "solve"]}
    path.write_text(yaml.safe_dump(raw), "utf8")
    plan = prepare(load_job(path)).plan
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for i in range(900):
        brief = plan.brief(i)
        key = brief.fields["subject"]["id"], brief.facets["difficulty"]
        assert brief.turn == len(cells[key])
        cells[key].append(json.dumps(chosen_for(brief)))
    assert {len(found) for (_, level), found in cells.items() if level == "basic"} == {135}
    for (_, difficulty), found in cells.items():
        total = number_of(SIZES, difficulty)
        assert len(set(found[:total])) == min(total, len(found))


def run_of(folder: Path, subjects: int, count: int) -> None:
    with ChatServer(script=course) as server:
        result = ts.run(job_of(folder, server.url, subjects, count))
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in (result.path / "rows/kept.jsonl").read_text("utf8").splitlines():
        columns = json.loads(line)["columns"]
        key = columns["subject"], columns["difficulty"]
        cells[key].append(json.dumps([columns["sessions"], columns["concepts"]]))
    assert result.summary.kept == sum(map(len, cells.values())) == count
    check_even(cells, subjects, count)


def test_the_rows_of_a_run_are_what_the_plan_says(tmp_path: Path) -> None:
    run_of(tmp_path, 12, 720)


@pytest.mark.slow
def test_ten_thousand_rows_are_kept_in_even_shares(tmp_path: Path) -> None:
    run_of(tmp_path, 40, 10_000)
