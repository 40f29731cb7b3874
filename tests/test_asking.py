"""What a run does with slow rows, failing endpoints, budgets, roles, logs and estimates."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer, Faults
from textsynth.cli import app
from textsynth.errors import JobError, ProviderError, ShortError
from textsynth.live import View
from textsynth.runfolder import read_rows

PRICE = {"scripted-model": {"input": 1.0, "output": 10.0}}


def test_a_slow_row_stops_no_other(server: ChatServer, project: Project) -> None:
    """While the first row waits for a long Retry-After, hundreds of later ones are written."""
    held: list[str] = []
    meanwhile: list[int] = []

    class Once(Faults):
        """Refuses the first request it sees, for four seconds."""

        @property
        def draws(self) -> bool:
            return True

        def draw(self, key: str, seen: int) -> tuple[str | None, bool, float]:
            if not held:
                held.append(key)
            if key == held[0] and seen == 1:
                return "429", False, 0.5
            if key == held[0]:
                meanwhile.append(server.requests)
            return None, False, 0.5

    server.faults = Once(retry_after=4)
    path = project(server.url, count=700, max_briefs=2000, quality=[], concurrency=4)
    assert ts.run(path).summary.kept == 700
    assert meanwhile[0] > 1000


def test_rows_far_ahead_are_written_again_from_the_journal(
    server: ChatServer, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hardly any rows held in memory, the outcome is the same and nothing is asked twice."""
    path = project(server.url, records=12, count=60)
    result = ts.run(path, concurrency=16)
    rows = list(read_rows(result.path / "rows" / "kept.jsonl"))
    asked = server.requests
    monkeypatch.setattr("textsynth.pipeline.HELD", 1)
    again = ts.run(path, concurrency=16, out=result.path.parent / "again")
    assert list(read_rows(again.path / "rows" / "kept.jsonl")) == rows
    assert server.requests == 2 * asked


def test_an_endpoint_that_is_down_for_a_while_is_waited_for(
    server: ChatServer, project: Project
) -> None:
    server.faults = Faults(fail_all=503)
    threading.Timer(4.0, lambda: setattr(server, "faults", Faults())).start()
    words: list[str] = []
    view = View()
    view.fault = words.append  # type: ignore[method-assign, assignment]
    # The first tries, before it is seen that nothing answers, count as a row's own.
    result = ts.run(project(server.url, count=30), retries=8, view=view)
    assert (result.summary.kept, result.summary.failed) == (30, 0)
    assert any("in a row" in said and "503" in said for said in words)


def test_patience_ends_with_words(server: ChatServer, project: Project) -> None:
    server.faults = Faults(fail_all=500)
    with pytest.raises(ProviderError, match="500"):
        ts.run(project(server.url), patience=1, retries=20)


def test_a_budget_closes_the_run_with_what_there_is(server: ChatServer, project: Project) -> None:
    path = project(server.url, count=200, records=40, prices=PRICE, budget={"usd": 0.02})
    with pytest.raises(ShortError, match=r"budget of \$0.02"):
        ts.run(path)
    state = ts.status(path)
    assert state["status"] == "short"
    assert 0 < state["kept"] < 200
    assert 0.015 < state["cost"] < 0.02 + 8 * 0.002
    assert (Path(state["path"]) / "README.md").is_file()
    asked = server.requests
    more = ts.run(project(server.url, count=200, records=40, prices=PRICE, budget={"usd": 5}))
    assert more.summary.kept == 200
    assert len(server.answered) == server.requests
    assert server.requests > asked


@pytest.mark.parametrize("budget", [{"tokens": 3000}, {"minutes": 0.01}], ids=["tokens", "time"])
def test_other_budgets_stop_it_too(
    budget: dict[str, float], server: ChatServer, project: Project
) -> None:
    server.latency = 0.05
    with pytest.raises(ShortError, match="budget"):
        ts.run(project(server.url, count=500, records=40, budget=budget, quality=[]))


def test_a_budget_in_dollars_needs_a_price(server: ChatServer, project: Project) -> None:
    path = project(server.url, budget={"usd": 1})
    with pytest.raises(JobError, match="unknown"):
        ts.check(path)
    with pytest.raises(JobError, match="unknown"):
        ts.run(path)
    assert server.requests == 0


def test_roles_have_models_of_their_own(server: ChatServer, project: Project) -> None:
    path = project(server.url, models={"answerer": "other-model"})
    result = ts.run(path)
    assert set(result.summary.models) == {"scripted-model", "other-model"}
    (exchange, other) = ts.explain("0", path)["exchanges"]
    assert (exchange["model"], other["model"]) == ("scripted-model", "other-model")


def test_a_role_that_nobody_plays_is_refused(server: ChatServer, project: Project) -> None:
    with pytest.raises(JobError, match="Did you mean 'answerer'"):
        ts.load_job(project(server.url, models={"answer": "x"}))


def test_the_log_tells_what_happened_and_no_secret(
    server: ChatServer, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-value-123456")
    server.faults = Faults(rate_429=0.3, retry_after=0.01)
    log = tmp_path / "log.jsonl"
    done = CliRunner().invoke(app, ["run", str(project(server.url)), "--log", str(log), "--quiet"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in log.read_text("utf8").splitlines()]
    kinds = {line["event"] for line in lines}
    assert {"start", "request", "retry", "row", "end"} <= kinds
    assert sum(line["event"] == "row" for line in lines) == ts.status(tmp_path)["briefs"]
    assert "secret" not in log.read_text("utf8")


def test_estimate_says_what_a_run_takes_and_the_run_pays_for_the_rest_only(
    server: ChatServer, project: Project
) -> None:
    path = project(server.url, count=100, records=40, prices=PRICE, quality=[])
    found = ts.estimate(path, sample=10)
    asked = server.requests
    result = ts.run(path)
    assert result.replayed >= asked
    assert found.total is not None
    assert found.total.usd is not None
    low, high = found.total.usd.low, found.total.usd.high
    assert low is not None
    assert high is not None
    assert result.cost is not None
    assert low <= result.cost <= high
    assert {step.step for step in found.steps} == {"question", "answer"}
    shown = CliRunner().invoke(app, ["estimate", str(path), "--sample", "10"])
    assert "question" in shown.output
    assert "$" in shown.output


def test_a_row_that_takes_too_long_fails_alone(server: ChatServer, project: Project) -> None:
    server.latency, server.jitter = 0.1, 0.0
    path = project(server.url, count=3, max_briefs=6, row_timeout=0.05, retries=0)
    with pytest.raises((ShortError, ProviderError), match=r"row took longer|RowTimeout"):
        ts.run(path)
