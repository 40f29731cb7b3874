"""What each filter eats: in and out, alone and with others, at what cost; preview and status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.test_run import rows, word_for
from textsynth.cli import app
from textsynth.forecast import Forecast, Taken, Use, chance
from textsynth.funnel import FILTERS, Funnel, excerpt, filters_table
from textsynth.quality.seed_copies import SeedCopies
from textsynth.records import Summary

NAMES = ("length", "language", "judge")


def row(*against: str, judged: bool = True, usd: float | None = 0.5) -> dict[str, Any]:
    """A row that these filters are against; the last one is asked only of rows that pass."""
    verdicts: list[dict[str, Any]] = [
        {"filter": name, "keep": name not in against, "reason": "bad" if name in against else "",
         "score": 1.0, "details": {"span": "x"} if name in against else {}}
        for name in NAMES
        if name != "judge" or judged
    ]  # fmt: skip
    reply = {"model": "m", "tokens_in": 100, "tokens_out": 20, "usd": usd}
    messages = [
        {"role": "user", "content": "Why  is\nit?"},
        {"role": "assistant", "content": "So."},
    ]
    return {"id": "abc", "messages": messages, "verdicts": verdicts, "replies": [reply]}


@pytest.fixture
def funnel() -> Funnel:
    found = Funnel(NAMES, scores=100)
    for _ in range(5):
        found.add(row(), kept=True)
    for against in (("length",), ("length",), ("language",), ("length", "language")):
        found.add(row(*against, judged=False), kept=False)
    found.add(row("judge"), kept=False)
    return found


def test_a_row_goes_at_its_first_filter_and_counts_for_all(funnel: Funnel) -> None:
    what, both = funnel.tables()
    assert [line[:6] for line in what.rows] == [
        ("length", 10, 3, "30 %", 3, 2),
        ("language", 7, 1, "14 %", 2, 1),
        ("judge", 6, 1, "17 %", 1, 1),
    ]
    assert [line[6] for line in what.rows] == [360, 120, 120]
    assert both.columns == ("filter", "length", "language")
    assert both.rows == (("length", "", 1), ("language", 1, ""))


def test_what_lost_rows_cost_is_told_beside_kept_ones(funnel: Funnel) -> None:
    summary = Summary("x", "qa", "en", 5, briefs=12, kept=5, dropped=5, failed=2,
                      tokens_in=1300, tokens_out=260)  # fmt: skip
    table = funnel.costs(summary, usd=7.0)
    told = {line[0]: line[1:] for line in table.rows}
    assert told["kept rows"] == (5, 600, "$2.50", 120, "$0.5000")
    assert told["dropped by length"] == (3, 360, "$1.50", 72, "$0.3000")
    assert told["failed briefs"] == (2, 360, "$2.00", 72, "$0.4000")
    assert told["all"] == (12, 1560, "$7.00", 312, "$1.40")
    assert sum(line[2] for line in table.rows[:-1]) == 1560  # type: ignore[misc]


def test_options_that_hold_options_are_told_by_name() -> None:
    (table,) = filters_table([SeedCopies.model_validate({"chunk": {"words": 9}})])
    told = {name: words for _, name, words in table.rows}
    assert told["chunk"] == '{"words": 9}'
    assert not [words for words in told.values() if "None" in str(words)]


def test_an_unknown_price_stays_unknown() -> None:
    found = Funnel(NAMES)
    found.add(row(usd=None), kept=True)
    table = found.costs(Summary("x", "qa", "en", 1, briefs=1, kept=1, tokens_in=100), None)
    assert {line[3] for line in table.rows} == {"unknown price"}


def test_reasons_come_with_rows_to_look_at(funnel: Funnel) -> None:
    (name, slug, reason), *rest = funnel.reasons()
    assert (name, slug, reason.rows, len(reason.examples)) == ("length", "bad", 3, 3)
    first = reason.examples[0]
    assert (first.id, first.text, first.score) == ("abc", "Why is it? / So.", 1.0)
    assert json.loads(first.evidence) == {"span": "x"}
    assert [one[0] for one in rest] == ["language", "judge"]


def test_an_excerpt_is_one_line_of_at_most_160_characters() -> None:
    long = {"messages": [{"role": "user", "content": "a b\n" * 200}]}
    assert len(excerpt(long)) == 160
    assert "\n" not in excerpt(long)
    assert (
        excerpt({"messages": [], "columns": {"text": "only a column", "n": 3}}) == "only a column"
    )


def test_a_share_of_few_tries_is_wide_and_of_many_narrow() -> None:
    few, many = chance(3, 3), chance(300, 300)
    assert few.point == many.point == 1.0
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.7 < 0.98 < many.low
    nothing = chance(0, 0)
    assert nothing.low is not None
    assert nothing.low < 0.05


def test_a_kept_row_costs_what_lost_ones_cost_too() -> None:
    use = Use("a", "m", 80, 20, 0.01, 0.0)
    found = Forecast.of([Taken(n % 2 == 0, [use]) for n in range(40)], 100).per_kept
    assert found is not None
    tokens, usd = found
    assert tokens.point == pytest.approx(200)
    assert usd is not None
    assert usd.point == pytest.approx(0.02)
    assert usd.low is not None
    assert usd.low < 0.02
    assert Forecast.of([Taken(False, [use])] * 3, 10).per_kept is None


@pytest.fixture
def eaten(project: Project, server: ChatServer) -> Path:
    """A run in which `length` drops some rows and `exact_duplicates` some others."""

    def script(request: dict[str, Any]) -> str:
        text = str(request["messages"])
        if "Why?" in text or "Same?" in text:
            return "So it is, and so it will be."
        if "travel money" in text:
            return "Why?"
        return "Same?" if "lost cards" in text else f"What is {word_for(text)} for, please?"

    server.script = script
    quality = [{"length": {"min_chars": 5}}, "exact_duplicates"]
    return project(server.url, count=20, quality=quality)


def test_a_run_tells_what_each_filter_drops(eaten: Path) -> None:
    result = ts.run(eaten)
    tables = {table.title: table for table in result.summary.tables}
    told = {line[0]: line for line in tables["What each filter drops"].rows}
    dropped = rows(result.path, "dropped")
    firsts = [next(v["filter"] for v in one["verdicts"] if not v["keep"]) for one in dropped]
    assert dropped
    for name in ("length", "exact_duplicates"):
        assert told[name][2] == firsts.count(name) > 0
    options = {line[:2]: line[2] for line in tables[FILTERS].rows}
    assert options["length", "min_chars"] == "5"
    assert ("exact_duplicates", "on") in options
    card = (result.path / "README.md").read_text("utf8")
    assert f"**{FILTERS}**" in card
    assert "| length | min_chars | 5 |" in card.replace("\\_", "_")


def test_status_shows_dropped_rows_by_reason(eaten: Path) -> None:
    path = ts.run(eaten).path
    shown = CliRunner().invoke(app, ["status", str(path), "--examples"]).output
    assert "What kept rows cost, and what lost ones do" in shown
    assert "length: too_short" in shown
    found = ts.status(path, examples=True)
    first = found["lost"][0]
    assert 1 <= len(first["examples"]) <= 3
    assert first["examples"][0]["id"] in shown
    assert found["tokens_per_kept_row"] > 0
    assert "lost" not in ts.status(path)


def test_preview_and_estimate_tell_the_yield_before_it_is_paid_for(eaten: Path) -> None:
    shown = CliRunner().invoke(app, ["preview", str(eaten), "--count", "6"]).output
    assert "Yield by filter, each for itself" in shown
    assert "so of all, with 90 % certainty" in shown
    told = CliRunner().invoke(app, ["estimate", str(eaten), "--sample", "8"]).output
    assert "a kept row, lost ones in it:" in told
    plain = CliRunner().invoke(app, ["estimate", str(eaten), "--sample", "8", "--json"]).output
    assert json.loads(plain)["per_kept_row"]["tokens"]["point"] > 0
