"""Scenarios: read in every form, a facet whose share holds, and words that prompts see."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.test_run import rows
from textsynth.errors import JobError
from textsynth.methods.qa import Qa
from textsynth.scenarios import Scenarios

LONG = "the customer has two accounts under two names because of a marriage abroad, and no papers"


@pytest.mark.parametrize(
    ("spec", "texts", "shares"),
    [
        (["a b", "c"], {"a b": "a b", "c": "c"}, {"a b": 0.5, "c": 0.5}),
        ({"a": 3, "b": 1}, {"a": "a", "b": "b"}, {"a": 0.75, "b": 0.25}),
        ({"short": "a long text"}, {"short": "a long text"}, {"short": 1.0}),
        ([{"short": "a long text"}, "b"], {"short": "a long text", "b": "b"},
         {"short": 0.5, "b": 0.5}),
        ({"list": {"a": 2, "b": 1}, "share": 0.3}, {"a": "a", "b": "b"},
         {"a": 0.2, "b": 0.1, "none": 0.7}),
        ([LONG], {"the customer has two accounts under two names…": LONG},
         {"the customer has two accounts under two names…": 1.0}),
    ],
    ids=["list", "weights", "names", "a name among texts", "share", "long"],
)  # fmt: skip
def test_scenarios_are_read(spec: Any, texts: dict[str, str], shares: dict[str, float]) -> None:
    found = Scenarios.read(spec, Path())
    assert found.texts == texts
    assert found.shares() == pytest.approx(shares)


def test_long_ones_that_begin_alike_get_names_of_their_own() -> None:
    found = Scenarios.read([LONG, f"{LONG} at all"], Path())
    first, second = found.texts
    assert second == f"{first} 2"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("edge.txt", "a b\n\nc\n"),
        ("edge.yaml", "- a b\n- c\n"),
        ("edge.yml", "list: [a b, c]\nshare: 0.5\n"),
    ],
)
def test_scenarios_may_stand_in_a_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf8")
    found = Scenarios.read(name, tmp_path)
    assert list(found.texts) == ["a b", "c"]
    assert found.share == (0.5 if name == "edge.yml" else 1.0)
    assert Scenarios.read({"list": name, "share": 0.5}, tmp_path).share == 0.5


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ([], "holds none"),
        (["a", ""], "a scenario is empty"),
        (["a", "a"], "'a' stands twice"),
        (["none"], "'none' is the name for rows without one"),
        ({"a": 0}, "no scenario with a weight"),
        ({"a": True}, "'a' has the value 'True'"),
        ({"list": ["a"], "share": 1.5}, "share of scenarios is '1.5'"),
        ({"list": ["a"], "shares": 0.5}, "no field 'shares'"),
        ([["a"]], "is no scenario"),
        ("gone.txt", "'gone.txt' cannot be read"),
    ],
)
def test_what_is_no_scenario_is_told_with_its_line(project: Project, spec: Any, words: str) -> None:
    with pytest.raises(JobError, match=rf"(?s)job.yaml, line \d+.*{words}"):
        ts.load_job(project("http://127.0.0.1:9", scenarios=spec))


def test_a_facet_and_scenarios_cannot_both_be(project: Project) -> None:
    job = project("http://127.0.0.1:9", scenarios=["a"], vary={"scenario": ["b"]})
    with pytest.raises(JobError, match="Keep one of them"):
        ts.load_job(job)


def test_the_share_is_exact_unless_the_job_says_otherwise(project: Project) -> None:
    spec = {"list": ["a", "b", "c"], "share": 0.3}
    job = ts.load_job(project("http://127.0.0.1:9", count=40, scenarios=spec))
    assert job.quota_rows() == {"scenario": {"a": 4, "b": 4, "c": 4, "none": 28}}
    own = project("http://127.0.0.1:9", count=40, scenarios=spec, quotas={"scenario": None})
    assert ts.load_job(own).quota_rows() == {}


def test_many_scenarios_with_an_odd_share_still_make_a_plan(project: Project) -> None:
    spec = {"list": [f"case {n}" for n in range(37)], "share": 0.333}
    job = ts.load_job(project("http://127.0.0.1:9", count=370, scenarios=spec))
    wanted = job.quota_rows()["scenario"]
    assert sum(wanted.values()) == 370
    assert abs(wanted["none"] - 247) <= 4
    assert ts.check(job, endpoint=False).lines


def used(project: Project, server: ChatServer, **fields: Any) -> Path:
    """A job whose question prompt speaks of the scenario, with the rows' prompts to look at."""
    job = project(server.url, **fields)
    folder = job.parent / "prompts" / "qa"
    folder.mkdir(parents=True)
    (folder / "question.en.jinja").write_text(
        "--- user\n{{ chunk.text }} {{ persona.description }} {{ pick }} Ask."
        "{% if scenario %} In this case: {{ scenario }}.{% endif %}\n",
        "utf8",
    )
    return job


def test_prompts_see_the_text_and_rows_carry_the_name(project: Project, server: ChatServer) -> None:
    spec = {"list": {"papers": LONG}, "share": 0.25}
    result = ts.run(used(project, server, count=12, scenarios=spec))
    kept = rows(result.path, "kept")
    assert Counter(row["facets"]["scenario"] for row in kept) == {"papers": 3, "none": 9}
    for row in kept:
        asked = ts.explain(row["id"], result.path)["exchanges"][0]["messages"][-1]["content"]
        assert (LONG in asked) is (row["facets"]["scenario"] == "papers")
        assert "In this case" in asked or row["facets"]["scenario"] == "none"
        assert "papers." not in asked.replace(LONG, "")


def test_scenarios_that_no_prompt_uses_are_pointed_out(
    project: Project, server: ChatServer
) -> None:
    job = used(project, server, scenarios=["a"])
    assert not [line for line in ts.check(job).warnings if "scenario" in line]
    for step in Qa.steps:
        (job.parent / "prompts" / "qa" / f"{step}.en.jinja").write_text(
            "--- user\n{{ chunk.text }} Ask.\n", "utf8"
        )
    (words,) = [line for line in ts.check(job).warnings if "scenario" in line]
    assert words.startswith("no prompt of 'qa' uses `scenario`")
