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
from textsynth.inputs.taxonomy import Taxonomy
from textsynth.jobfile import load_job
from textsynth.materials import prepare
from textsynth.methods._combos import SHAPES, number_of
from textsynth.methods.curriculum import chosen_for
from textsynth.plan import Plan

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


def chosen_in(plan: Plan, count: int) -> dict[tuple[str, str], list[str]]:
    """What each subject and difficulty is asked about, in order; turns are counted on the way."""
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for i in range(count):
        brief = plan.brief(i)
        key = brief.fields["subject"]["id"], brief.facets["difficulty"]
        assert brief.turn == len(cells[key])
        cells[key].append(json.dumps(chosen_for(brief)))
    return cells


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
    cells = chosen_in(plan, 900)
    assert {len(found) for (_, level), found in cells.items() if level == "basic"} == {135}
    for (_, difficulty), found in cells.items():
        total = number_of(SIZES, difficulty)
        assert len(set(found[:total])) == min(total, len(found))


@pytest.mark.parametrize("topics", [("A > X", "A > Y", "B"), ("", "", "")], ids=["tree", "list"])
@pytest.mark.parametrize("people", [0, 3])
def test_each_combination_of_a_class_comes_once_before_any_comes_again(
    tmp_path: Path, topics: tuple[str, ...], people: int
) -> None:
    sessions = [{"name": "One", "concepts": ["a", "b", "c"]}, {"name": "Two", "concepts": ["d"]}]
    listed = [
        {"name": f"Subject {n}", "topic": topics[n % 3], "sessions": sessions} for n in range(6)
    ]
    path = job_of(tmp_path, "http://127.0.0.1:9", 1, 400)
    (tmp_path / "subjects.yaml").write_text(yaml.safe_dump(listed), "utf8")
    raw = yaml.safe_load(path.read_text("utf8"))
    if people:
        lines = [json.dumps({"id": f"p{n}", "description": f"Clerk {n}."}) for n in range(people)]
        (tmp_path / "people.jsonl").write_text("\n".join(lines), "utf8")
        raw["inputs"]["personas"] = "people.jsonl"
    path.write_text(yaml.safe_dump(raw), "utf8")
    plan = prepare(load_job(path)).plan
    cells = chosen_in(plan, 400)
    # Basic: 4 concepts; intermediate: 3 pairs and 1 triple; advanced: 3 + 3 + 1 of both sessions.
    totals = {"basic": 4, "intermediate": 4, "advanced": 7}
    assert len(cells) == 6 * 3
    for (_, difficulty), found in cells.items():
        total = totals[difficulty]
        assert len(found) >= 2 * total
        for start in range(0, len(found) - total + 1, total):
            assert len(set(found[start : start + total])) == total


def check_run(folder: Path, subjects: int, count: int) -> None:
    """Runs a job: what it keeps is even, and nothing comes twice before its time."""
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
    check_run(tmp_path, 12, 720)


def curriculum_of(folder: Path, count: int, **topics: Any) -> list[dict[str, Any]]:
    """The rows of a run from the bundled tree on, by way of subjects and syllabi."""
    with ChatServer(script=course, structured="schema") as server:
        endpoint = {"base_url": server.url, "model": "m", "concurrency": 64}
        job = {
            "name": "school", "count": count, "seed": 5, "quality": ["exact_duplicates"],
            "method": {"curriculum": {"queries": 2, "sessions": 4, "concepts": 3}},
            "inputs": {"taxonomy": {"from": "general", **topics}}, "provider": {"openai": endpoint},
        }  # fmt: skip
        (folder / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
        result = ts.run(folder / "job.yaml")
    assert result.summary.kept == result.summary.briefs == count
    lines = (result.path / "rows/kept.jsonl").read_text("utf8").splitlines()
    return [json.loads(line) for line in lines]


def check_tree(rows: list[dict[str, Any]], shares: dict[str, dict[str, float]]) -> None:
    """Each branch and leaf within two percent or a row of its share, and nothing twice."""
    for level, wanted in shares.items():
        got = Counter(row["facets"][level] for row in rows)
        assert got.keys() == wanted.keys()
        for branch, share in wanted.items():
            assert abs(got[branch] - share * len(rows)) <= max(1.25, 0.02 * share * len(rows))
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        columns = row["columns"]
        chosen = json.dumps([columns["sessions"], columns["concepts"]])
        cells[f"{columns['topic']} > {columns['subject']}", columns["difficulty"]].append(chosen)
    # 4 sessions of 3 concepts: 4 x 3; 4 x (3 + 1); all pairs of sessions, 6 x (9 + 18 + 15 + 6).
    totals = {"basic": 12, "intermediate": 16, "advanced": 288}
    assert totals == {name: number_of((3, 3, 3, 3), name) for name in SHAPES}
    for (_, difficulty), found in cells.items():
        assert len(found) <= totals[difficulty]
        assert len(set(found)) == len(found)
    assert len({row["messages"][0]["content"] for row in rows}) == len(rows)


def shares_of(**topics: Any) -> dict[str, dict[str, float]]:
    """Level → branch → the share that the tree gives it."""
    part = Taxonomy.model_validate({"from": "general", **topics})
    rows = part.load(Path()).rows
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row, share in zip(rows, part.walk(rows).shares, strict=True):
        for level, branch in part.marks(row).items():
            found[level][branch] += share
    return found


@pytest.mark.parametrize("even", ["leaves", "branches"])
def test_a_curriculum_covers_the_branches_of_its_tree(tmp_path: Path, even: str) -> None:
    topics = {"only": ["Mathematics and logic", "Law and public affairs"], "even": even}
    check_tree(curriculum_of(tmp_path, 400, **topics), shares_of(**topics))


@pytest.mark.slow
def test_ten_thousand_rows_of_the_whole_bundled_tree(tmp_path: Path) -> None:
    shares = shares_of()
    assert [len(branches) for branches in shares.values()] == [15, 50, 209]
    check_tree(curriculum_of(tmp_path, 10_000), shares)


@pytest.mark.slow
def test_ten_thousand_rows_are_kept_in_even_shares(tmp_path: Path) -> None:
    check_run(tmp_path, 40, 10_000)
