"""Whole runs over a tree: lost rows are made good in their cell, an edit asks for what is new."""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

import textsynth as ts
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.test_run import contents, rows
from tests.topics import leaf, levels
from textsynth.apportion import share
from textsynth.cells import Carried, Odds
from textsynth.counts import Quotas
from textsynth.coverage import Coverage
from textsynth.errors import JobError, ShortError
from textsynth.lineup import Lineup
from textsynth.materials import prepare
from textsynth.plan import Axis, Plan
from textsynth.quotas import Apportioned
from textsynth.treewalk import TreeWalk

BANK: dict[str, Any] = {
    "deposits": {"savings": None, "current": None, "joint": None},
    "loans": {"car": None, "home": {"first": None, "next": None}},
    "cards": {"credit": None, "debit": None},
}
LEVELS = {"difficulty": ["easy", "medium", "hard"]}


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The input `topics` and the method `note`, as another package would bring them."""
    info = tmp_path / "site" / "more_parts-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: more-parts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[textsynth.inputs]\ntopics = tests.topics:Topics\n"
        "[textsynth.methods]\nnote = tests.note:Note\n"
    )
    monkeypatch.syspath_prepend(info.parent)


def job_at(home: Path, url: str, tree: Any = BANK, **fields: Any) -> Path:
    (home / "prompts/note").mkdir(parents=True, exist_ok=True)
    (home / "prompts/note/say.en.jinja").write_text(
        "--- user\n{{ number }} {{ topic.text }} {{ difficulty }}\n", "utf8"
    )
    endpoint = {"base_url": url, "model": "scripted-model", "options": {"max_tokens": None}}
    job = {
        "name": "trial", "method": "note", "seed": 3, "provider": {"openai": endpoint},
        "inputs": {"topics": {"tree": tree, **fields.pop("topics", {})}}, "vary": LEVELS,
        "quality": [{"length": {"min_chars": 30}}], **fields,
    }  # fmt: skip
    path = home / "job.yaml"
    path.write_text(yaml.safe_dump(job, sort_keys=False), "utf8")
    return path


def said(request: dict[str, Any]) -> str:
    """Half of what is asked about cards is too short to be kept, and all that is hard of joint."""
    asked = prompt_texts(request)[-1]
    number = zlib.crc32(asked.encode())
    if ("cards" in asked and number % 2) or "joint hard" in asked:
        return f"Too short {number % 1000}."
    return f"Matter {number} came up at the counter and nobody could tell why."


def run_at(home: Path, at_once: int = 8, **fields: Any) -> tuple[Any, int]:
    """The run, and how many requests reached the server."""
    home.mkdir(exist_ok=True)
    with ChatServer(script=said, latency=0.001 * (at_once > 1), jitter=0.9) as server:
        result = ts.run(job_at(home, server.url, concurrency=at_once, **fields))
        return result, server.requests


def test_cells_that_lose_rows_are_topped_up_whatever_the_concurrency(tmp_path: Path) -> None:
    found, told = [], []
    for at_once in (1, 32):
        result, asked = run_at(
            tmp_path / str(at_once), at_once, count=72, quotas={"level_1 x difficulty": "exact"}
        )
        kept = rows(result.path, "kept")
        cells = Counter((row["facets"]["level_1"], row["facets"]["difficulty"]) for row in kept)
        assert cells == {
            (branch, level): n
            for branch, n in (("deposits", 9), ("loans", 9), ("cards", 6))
            for level in LEVELS["difficulty"]
        }
        summary = result.summary
        assert summary.facets["level_1"] == {"cards": 18, "deposits": 27, "loans": 27}
        lost = Counter(row["facets"]["level_1"] for row in rows(result.path, "dropped"))
        assert lost["cards"] >= 8
        assert lost["deposits"] >= 2
        assert lost["loans"] == 0
        assert asked <= summary.briefs + 4
        found.append(contents(result.path, ("rows/*.jsonl", "data/*.parquet")))
        told.append(summary.tables)
    assert found[0] == found[1]
    assert told[0] == told[1]


def test_levels_are_columns_and_the_coverage_is_told(tmp_path: Path) -> None:
    result, _ = run_at(tmp_path / "run", count=72, quotas={"level_1 x difficulty": "exact"})
    (file,) = (result.path / "data").glob("*.parquet")
    table = pq.read_table(file)
    values = [value for value in table["level_3"].to_pylist() if value != "none"]
    assert {value.rsplit(" > ", 1)[0] for value in values} == {"loans > home"}
    coverage = next(t for t in result.summary.tables if t.title == "Coverage")
    assert coverage.rows[0][:6] == ("level_1", 3, 3, 18, 27.0, 27)
    assert coverage.rows[3][:7] == (
        "level_1 x difficulty", 9, 9, 6, 9.0, 9, "within a row"
    )  # fmt: skip
    assert "| level_1 x difficulty | 9 | 9 | 6 |" in (result.path / "README.md").read_text("utf8")
    assert ts.status(result.path)["tables"][-1]["title"].startswith("C")


def test_a_cell_that_no_brief_fills_is_named(tmp_path: Path) -> None:
    tree = {"deposits": {"joint": None, "savings": None}}
    with pytest.raises(ShortError, match="level_2=deposits > joint x difficulty=hard: 2 more"):
        run_at(
            tmp_path / "run", tree=tree, count=12, max_briefs=60,
            quotas={"level_2 x difficulty": "exact"},
        )  # fmt: skip


def test_an_edit_in_one_branch_asks_only_for_what_is_new(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"count": 90, "quality": []}
    first, asked = run_at(tmp_path / "run", **fields)
    assert asked == 90
    more = {**BANK, "cards": {**BANK["cards"], "gift": None}}
    second, asked = run_at(tmp_path / "run", tree=more, **fields)
    assert second.path == first.path
    assert asked == second.summary.facets["level_2"]["cards > gift"] == 10
    renamed = {"home loans" if name == "loans" else name: below for name, below in more.items()}
    third, asked = run_at(tmp_path / "run", tree=renamed, **fields)
    assert asked == third.summary.facets["level_1"]["home loans"] == 30


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"quotas": {"level_9": "exact"}},
            ("'level_9', which is no facet", "Did you mean 'level_3'"),
        ),
        ({"quotas": {"level_1 x mood": "exact"}}, ("and 'mood' is no facet",)),
        (
            {"quotas": {"level_1": {"deposit": 72}}},
            ("72 rows of 'deposit', which never comes", "Did you mean 'deposits'"),
        ),
        (
            {"quotas": {"level_1": {"loans": 30, "deposits": 40}}},
            ("add up to 70, count is 72"),
        ),
        (
            {"quotas": {"difficulty": {"easy": 72}, "level_1 x difficulty": {"loans x hard": 72}}},
            ("cannot both be met", "difficulty=easy the one wants 72 rows, the other 0"),
        ),
        ({"vary": {"level_1": ["a", "b"]}}, ("carry the facet 'level_1'", "Vary has a facet")),
        ({"topics": {"prefix": "scenario"}, "scenarios": ["x"]}, ()),
    ],
    ids=["no level", "no facet", "no value", "sum", "two quotas", "name taken", "no clash"],
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    tmp_path: Path, fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    job = job_at(tmp_path, "http://127.0.0.1:9", count=72, **fields)
    if not words:
        assert "facets that rows carry: scenario_1 (3 values), scenario_2" in "\n".join(
            ts.check(job, endpoint=False).lines
        )
        return
    with pytest.raises(JobError) as error:
        ts.check(job, endpoint=False)
    for word in words:
        assert word in str(error.value)
    if "quotas" in fields:
        last = list(fields["quotas"])[-1]
        lines = job.read_text("utf8").splitlines()
        place = max(n for n, line in enumerate(lines, 1) if line.startswith(f"  {last}:"))
        assert str(error.value).startswith(f"job.yaml, line {place}: ")


def test_count_all_is_each_leaf_once_and_not_by_branches(tmp_path: Path) -> None:
    result, asked = run_at(tmp_path / "run", count="all", quality=[])
    assert asked == result.summary.kept == 8
    job = job_at(tmp_path, "http://127.0.0.1:9", topics={"even": "branches"}, count="all")
    with pytest.raises(JobError, match="`even: branches` gives some more than others"):
        ts.check(job, endpoint=False)


def test_exact_is_by_branches_where_the_tree_is_walked_so(tmp_path: Path) -> None:
    job = job_at(
        tmp_path, "http://127.0.0.1:9", topics={"even": "branches"}, count=90,
        quotas={"level_1": "exact", "level_3": "exact"},
    )  # fmt: skip
    quotas = prepare(ts.load_job(job)).job.quota_rows()
    assert quotas["level_1"] == {"deposits": 30, "loans": 30, "cards": 30}
    assert sorted(quotas["level_3"].values()) == [7, 8, 75]


def wide() -> tuple[Plan, Odds]:
    """130 leaves under 7 branches of 4 to 40, with three difficulties and four kinds."""
    rows = [
        leaf(("bank", f"b{branch}", f"t{branch}-{k}"))
        for branch, size in enumerate((40, 30, 20, 16, 12, 8, 4))
        for k in range(size)
    ]
    facets = {
        "difficulty": dict.fromkeys(("easy", "medium", "hard"), 1.0),
        "kind": dict.fromkeys(("how", "why", "which", "whether"), 1.0),
    }
    carried = Carried("topics", rows, levels)
    axis = Axis("topic", rows, None, TreeWalk(rows, "leaves", 5), carried.of)
    return Plan(5, [axis], facets), Odds(facets, [carried])


@pytest.mark.parametrize("quota", ["", "level_2 x difficulty x kind"], ids=["no quota", "product"])
def test_ten_thousand_rows_cover_a_tree_evenly(quota: str) -> None:
    plan, odds = wide()
    count = 10_000
    wanted = Apportioned({quota: "exact"} if quota else {}, odds, count).rows
    left = {name: dict(cells) for name, cells in wanted.items()}
    quotas = Quotas(left, {quota: odds.parts(quota)} if quota else None)
    line, covered = Lineup(quotas, plan.facets_of), Coverage(odds)
    under: list[int] = []
    briefs = kept = 0
    while kept < count:
        while len(under) < 64 and (i := line.pick(more=kept + len(under) < count)) is not None:
            under.append(i)
        under.sort()
        # Decided in order; one in five of the largest branch comes to nothing.
        i = under.pop(0)
        facets, briefs = plan.facets_of(i), briefs + 1
        assert i == line.turn
        line.advance()
        if quotas.end(facets) and (facets["level_1"] != "b0" or zlib.crc32(str(i).encode()) % 5):
            quotas.take(facets)
            covered.add(facets)
            kept += 1
    figures = {c.facets: c for c in covered.covers()}
    if quota:
        assert quotas.short() == []
        assert abs(figures["level_2", "difficulty", "kind"].off) < 1
        assert (figures["level_2", "difficulty", "kind"].cells, briefs) == (1560, briefs)
        for level in (("level_1",), ("level_2",)):
            assert abs(figures[level].off_share) < 0.02
            assert abs(figures[level].off) <= 1
        for name in ("difficulty", "kind"):
            rows_of: Counter[str] = Counter()
            for cell, n in wanted[quota].items():
                rows_of[cell.split(" x ")[odds.parts(quota).index(name)]] += n
            assert rows_of == share(odds.facets[name], count)
        assert briefs < 1.2 * count
    else:
        # What is lost in one branch is not made good there: the quota is what does that.
        assert figures["level_1",].off_share < -0.1
        assert figures["level_1",].filled == 7


def test_a_tree_without_losses_is_even_without_any_quota() -> None:
    plan, odds = wide()
    covered = Coverage(odds)
    for i in range(10_000):
        covered.add(plan.facets_of(i))
    figures = {c.facets: c for c in covered.covers()}
    assert abs(figures["level_1",].off) <= 1
    assert abs(figures["level_2",].off) < 1
    assert figures["level_2", "difficulty"].largest - figures["level_2", "difficulty"].smallest <= 2
    cells = figures["level_2", "difficulty", "kind"]
    assert (cells.filled, cells.smallest, cells.largest) == (1560, 6, 7)
