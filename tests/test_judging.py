"""The commands of judges: criteria, score, calibrate, order."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.judge_script import answers, prefers, scores
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request
from textsynth.calibration import OVERALL, Figures, Rated, ratings_of, suggested, thresholds
from textsynth.cli import app
from textsynth.errors import InputError, JobError

KNOWN = ("accuracy", "relevance", "naturalness")


def by(url: str, **more: Any) -> dict[str, Any]:
    return {"openai": {"base_url": url, "model": "scripted-model", "concurrency": 8, **more}}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf8")
    return path


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"human": 4}, {OVERALL: {"1": 4.0}}),
        ({"human": [4, "5"]}, {OVERALL: {"1": 4.0, "2": 5.0}}),
        ({"human": {"accuracy": 4, "overall": 3}}, {"accuracy": {"1": 4}, OVERALL: {"1": 3}}),
        ({"human": {"accuracy": [4, 2]}}, {"accuracy": {"1": 4, "2": 2}}),
        ({"human": {"anna": {"accuracy": 4}, "bert": {"accuracy": "yes"}}},
         {"accuracy": {"anna": 4, "bert": 1}}),
        ({"human_accuracy": "4", "human_accuracy_anna": 5, "Human.relevance": 1, "x": 3},
         {"accuracy": {"1": 4, "anna": 5}, "relevance": {"1": 1}}),
        ({"human": "quite good", "human_accuracy": "", "humans": 4}, {}),
        ({"human": float("nan")}, {}),
    ],
    ids=["one", "several", "by criterion", "lists", "by rater", "columns", "words", "nan"],
)  # fmt: skip
def test_ratings_may_be_written_in_many_ways(
    columns: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert ratings_of(columns, KNOWN) == expected


def test_a_threshold_is_suggested_by_f1_or_by_precision() -> None:
    said = [(1, 1), (2, 2), (2, 4), (3, 2), (3, 5), (4, 4), (4, 5), (5, 2), (5, 5), (5, 4)]
    rated = [Rated(judge, (human,)) for judge, human in said]
    found = thresholds(rated, 3.5)
    assert [(one.value, one.kept) for one in found] == [(1, 10), (2, 9), (3, 7), (4, 5), (5, 3)]
    best, precise = suggested(found, None), suggested(found, 0.79)
    assert best is not None
    assert precise is not None
    # 6 good rows: F1 is 12/15 from 2 on, 10/13 from 3 on, 8/11 from 4 on.
    assert (best.value, best.recall) == (2, 1.0)
    assert (precise.value, precise.precision) == (4, 0.8)
    assert precise.recall == pytest.approx(4 / 6)
    assert suggested(found, 0.99) is None
    assert thresholds(rated, 5.5) == []


def test_figures_of_people_are_there_where_two_rated() -> None:
    one = Figures.of("tone", [Rated(4, (4, 5), ("a", "b")), Rated(2, (2, 2), ("b", "a"))])
    assert one.people["pairs"] == 2
    assert one.people["exact"] == 0.5
    assert one.confusion == ((2, 2, 1), (5, 4, 1))
    assert Figures.of("tone", [Rated(4, (4,))]).people == {}


def rated_rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows whose text tells the truth; two raters who each stray from it now and then."""
    dice = random.Random(seed)
    rows = []
    for number in range(count):
        truth = 1 + number % 5
        human = {
            rater: {"relevance": min(5, max(1, truth + dice.choice((0, 0, 0, -1, 1))))}
            for rater in ("anna", "bert")
        }
        rows.append({"id": f"r{number}", "question": f"Case {number}?", "human": human,
                     "answer": f"worth {truth}, number {number}"})  # fmt: skip
    return rows


def harsh(row: str, question: str, request: Request) -> Any:
    """A judge that gives one point too few, and knows no less than one."""
    return max(1, int(row.partition("worth ")[2][0]) - 1)


def random_judge(row: str, question: str, request: Request) -> Any:
    return 1 + sum(row.encode()) * 7919 % 5


def test_a_known_bias_and_a_known_noise_are_found_again(tmp_path: Path) -> None:
    file = write(tmp_path / "rated.jsonl", rated_rows(60))
    with ChatServer(script=scores(harsh)) as server:
        found = ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")
        asked = server.requests
        again = ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")
        assert server.requests == asked
    assert again.to_json() == found.to_json()
    (relevance, overall) = found.figures
    assert (relevance.name, overall.name, relevance.rows) == ("relevance", OVERALL, 60)
    assert relevance.spearman is not None
    assert relevance.spearman > 0.85
    assert relevance.spearman_range is not None
    assert relevance.spearman_range[0] < relevance.spearman < relevance.spearman_range[1]
    # One point too few for four of five rows, none for the fifth.
    assert relevance.bias == pytest.approx(-0.8, abs=0.15)
    assert relevance.people["spearman"] is not None
    assert found.at_least is not None
    assert found.at_least.value == 3  # what people call 4 the judge calls 3
    assert not found.warnings
    assert json.loads(found.path.read_text("utf8"))["figures"][0]["name"] == "relevance"


def test_a_judge_that_guesses_is_seen_through(tmp_path: Path) -> None:
    file = write(tmp_path / "rated.jsonl", rated_rows(60))
    with ChatServer(script=scores(random_judge)) as server:
        found = ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")
    low, high = found.figures[0].spearman_range or (1, 1)
    assert low < 0.25
    assert high < 0.6


def test_few_rows_and_a_constant_judge_are_warned_of(tmp_path: Path) -> None:
    rows = rated_rows(8)
    rows[0]["human"]["anna"]["tone"] = 3
    file = write(tmp_path / "rated.jsonl", rows)

    def rule(row: str, question: str, request: Request) -> Any:
        return "well, well" if "number 7" in row else 4

    with ChatServer(script=scores(rule)) as server:
        found = ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")
    said = "\n".join(found.warnings)
    assert "relevance: 7 rows are few" in said
    assert "one score only" in said
    assert "1 row(s) could not be read" in said
    assert found.unreadable == 1


def test_each_language_has_a_run_of_its_own(tmp_path: Path) -> None:
    rows = [{**row, "language": ("en", "ko")[n % 2]} for n, row in enumerate(rated_rows(12))]
    seen: set[str] = set()

    def rule(row: str, question: str, request: Request) -> Any:
        seen.add(question)
        return harsh(row, question, request)

    with ChatServer(script=scores(rule)) as server:
        file = write(tmp_path / "rated.jsonl", rows)
        found = ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")
        del rows[0]["language"]
        file = write(tmp_path / "mixed.jsonl", rows)
        with pytest.raises(InputError, match="name their language"):
            ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "other")
    assert seen == {"Is the answer about what was asked?", "물어본 것에 맞는 이야기를 합니까?"}
    assert found.figures[0].rows == 12
    assert {one.name for one in found.parts} >= {"relevance (en)", "relevance (ko)"}
    assert (tmp_path / "run/ko/rows/kept.jsonl").is_file()


def test_a_job_lends_its_judge(tmp_path: Path) -> None:
    with ChatServer(script=scores(lambda row, question, request: harsh(row, question, request)
                                  if request["model"] == "model-b" else 3)) as server:  # fmt: skip
        (tmp_path / "job.yaml").write_text(
            json.dumps({
                "name": "bank", "method": "qa", "count": 5, "provider": by(server.url),
                "inputs": {"documents": "no-such.csv"},
                "quality": ["length", {"judge": {
                    "criteria": ["relevance"], "panel": ["judge", "second"], "pool": "min",
                    "at_least": 4, "sample": "10 %",
                }}],
                "models": {"judge": "model-a", "second": "model-b", "asker": "model-c"},
            }),
            "utf8",
        )  # fmt: skip
        file = write(tmp_path / "rated.jsonl", rated_rows(10))
        found = ts.judging.calibrate(file, job=tmp_path / "job.yaml")
    assert found.models == {"judge": "model-a", "second": "model-b"}
    assert found.figures[0].rows == 10
    names = {one.name: one for one in found.parts}
    assert names["relevance (judge)"].spearman is None
    assert (names["relevance (second)"].spearman or 0) > 0.8
    assert found.path == tmp_path / "outputs/calibrate-rated/calibration.json"


def test_rows_without_ratings_are_refused_in_words(tmp_path: Path) -> None:
    file = write(tmp_path / "plain.jsonl", answers("Two days."))
    with (
        ChatServer(script=scores(lambda row, question, request: 4)) as server,
        pytest.raises(InputError, match=r"has a human rating.*columns are: id, question, answer"),
    ):
        ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")
    assert server.requests == 0


def test_ratings_of_what_is_not_asked_are_told(tmp_path: Path) -> None:
    file = write(tmp_path / "rated.jsonl", answers("Two days.", human={"warmth": 4}))
    with (
        ChatServer(script=scores(lambda row, question, request: 4)) as server,
        pytest.raises(InputError, match=r"No row has both a human .* rated by people: warmth"),
    ):
        ts.judging.calibrate(file, provider=by(server.url), out=tmp_path / "run")


def place(first: str, second: str, request: Request) -> str:
    """Names the first one for every third pair, else the good one."""
    number = int(first.rpartition(" ")[2].rstrip("."))
    good = "first" if first.startswith("Good") else "second"
    return "first" if number % 3 == 0 else good


def pair_rows(count: int) -> list[dict[str, Any]]:
    return [{"id": f"p{n}", "prompt": f"Case {n}?", "chosen": f"Good {n}.", "rejected": f"Bad {n}."}
            for n in range(count)]  # fmt: skip


def test_the_order_of_two_answers_is_seen_to_sway_a_judge(tmp_path: Path) -> None:
    file = write(tmp_path / "pairs.jsonl", pair_rows(30))
    with ChatServer(script=prefers(place)) as server:
        (found,) = ts.judging.order(file, provider=by(server.url), out=tmp_path / "run")
    assert (found.pairs, found.read) == (30, 30)
    assert found.consistent == pytest.approx(20 / 30)
    assert found.right == pytest.approx(20 / 30)
    assert found.found["inconsistent"] == 10
    assert found.first_named == pytest.approx((20 + 20) / 60)
    assert found.consistent_range[0] < 20 / 30 < found.consistent_range[1]


def test_rows_of_any_file_are_scored_and_none_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("question,answer\nHow long?,worth 5\nHow much?,worth 1\n", "utf8")
    with ChatServer(script=scores(harsh)) as server:
        found = ts.judging.score(
            file, criteria=["relevance"], at_least=3, provider=by(server.url), out=tmp_path / "run"
        )
    assert (found.rows, found.passed, found.failed) == (2, 1, 0)
    rows = (tmp_path / "run/rows/kept.jsonl").read_text("utf8").splitlines()
    assert sorted(json.loads(row)["verdicts"][0]["score"] for row in rows) == [1.0, 4.0]
    assert {table.title for table in found.tables} >= {"Judges", "Scores by criterion"}


def cli(*args: str) -> Any:
    return CliRunner().invoke(app, ["judge", *args])


def test_the_commands_print_tables_and_json(tmp_path: Path) -> None:
    rated = str(write(tmp_path / "rated.jsonl", rated_rows(12)))
    pairs = str(write(tmp_path / "pairs.jsonl", pair_rows(6)))

    def script(request: Request) -> Any:
        compares = "compare two answers" in str(request["messages"][0])
        return (prefers(place) if compares else scores(harsh))(request)

    with ChatServer(script=script) as server:
        provider = ["--provider", json.dumps(by(server.url)), "--quiet"]
        out = ["--out", str(tmp_path / "c")]
        shown = cli("calibrate", "--human", rated, *provider, *out)
        plain = cli("calibrate", "--human", rated, *provider, *out, "--json")
        order = cli("order", pairs, *provider, "--out", str(tmp_path / "o"), "--json")
        table = cli("order", pairs, *provider, "--out", str(tmp_path / "o"))
        scored = cli("score", rated, "-c", "relevance", *provider, "--out", str(tmp_path / "s"),
                     "--model", "judge=another-model", "--json")  # fmt: skip
    for result in (shown, plain, order, table, scored):
        assert result.exit_code == 0, result.output
    assert "suggested: at_least:" in shown.output
    assert json.loads(plain.output)["figures"][0]["rows"] == 12
    assert json.loads(order.output)[0]["pairs"] == 6
    assert "order consistency" in table.output
    assert json.loads(scored.output)["rows"] == 12
    listed = json.loads(cli("criteria", "--json").output)
    assert "groundedness" in {one["name"] for one in listed}
    bad = cli("score", rated, "--model", "judge")
    assert (bad.exit_code, "no model of a role" in bad.output) == (2, True)


def test_a_job_without_a_judge_cannot_lend_one(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text("name: a\nmethod: qa\ncount: 1\nquality: [length]\n", "utf8")
    with pytest.raises(JobError, match="has no judge"):
        ts.judging.score(write(tmp_path / "r.jsonl", answers("x")), job=tmp_path / "job.yaml")
