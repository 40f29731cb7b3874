"""Support from job file to dataset: outcomes confirmed, a judge of its own, tools, human turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.servers.service_desk import ServiceDesk, truth
from textsynth.runner import Result

FACTS = "\n".join(
    [
        "id,question,answer",
        *(
            f'c{n},"What about {name}?","{name} arrive within {n + 3} working days at your home. '
            f'They cost {n + 2} pounds a month, and you can cancel them in the app."'
            for n, name in enumerate(("Travel cards", "Paper statements", "Chequebooks", "Tokens"))
        ),
    ]
)


def job(project: Project, server: ChatServer, tmp_path: Path, **method: Any) -> dict[str, Any]:
    """The fields of a support job with three times four outcomes and the filter `outcome`."""
    (tmp_path / "facts.csv").write_text(FACTS, "utf8")
    return {
        "method": {"support": {"turns": [4, 6], **method}}, "count": 12, "seed": 1,
        "inputs": {"documents": "facts.csv", "personas": "people.jsonl"},
        "vary": {"outcome": ["resolved", "escalated", "abandoned", "refused"]},
        "quotas": {"outcome": "exact"}, "quality": ["outcome"],
    }  # fmt: skip


def kept(result: Result, name: str = "kept") -> list[dict[str, Any]]:
    lines = (result.path / "rows" / f"{name}.jsonl").read_text("utf8").splitlines()
    return [json.loads(line) for line in lines]


def test_kept_rows_show_what_they_say_and_the_others_say_why_not(
    project: Project, tmp_path: Path
) -> None:
    with ChatServer(script=ServiceDesk(broken=0.4)) as server:
        result = ts.run(project(server.url, **job(project, server, tmp_path, tries=0)))
    rows = kept(result)
    assert len(rows) == 12
    for row in rows:
        said = [m["content"] for m in row["messages"] if m["role"] == "user"]
        assert truth("en", said[-1]) == row["facets"]["outcome"] == row["columns"]["outcome_found"]
    assert result.summary.facets["outcome"] == dict.fromkeys(
        ("abandoned", "escalated", "refused", "resolved"), 3
    )
    assert result.summary.dropped > 0
    reasons = [reason for reason in result.summary.reasons if not reason.startswith("failed")]
    assert reasons
    assert all(reason.startswith("outcome: said_") for reason in reasons)
    table = next(t for t in result.summary.tables if t.title.startswith("Outcomes"))
    assert sum(int(row[1]) for row in table.rows) == 12 + result.summary.dropped
    assert sum(int(row[2]) for row in table.rows) == 12
    assert table.title in (result.path / "README.md").read_text("utf8")


def test_ends_that_are_not_confirmed_are_written_again(project: Project, tmp_path: Path) -> None:
    with ChatServer(script=ServiceDesk(broken=0.4)) as server:
        once = ts.run(
            project(server.url, **job(project, server, tmp_path, tries=0)), out=tmp_path / "once"
        )
    # The script answers by the request alone: the same end comes again, and none is confirmed more.
    with ChatServer(script=ServiceDesk(broken=0.4)) as server:
        again = ts.run(
            project(server.url, **job(project, server, tmp_path, tries=2)), out=tmp_path / "again"
        )
    assert again.summary.kept == once.summary.kept == 12
    first, second = (
        {row["index"]: len(row["replies"]) for row in kept(result, "dropped")}
        for result in (once, again)
    )
    assert first
    assert first.keys() == second.keys()
    assert all(second[index] > replies for index, replies in first.items())


def test_a_judge_may_be_a_model_of_its_own(project: Project, tmp_path: Path) -> None:
    desk = ServiceDesk()

    def judging(request: dict[str, Any]) -> str:
        texts = prompt_texts(request)
        if "say how it ended" not in " ".join(texts):
            return desk(request)
        lines = "\n".join(texts).splitlines()
        said = [line for line in lines if line.startswith("customer: ")][-1]
        line = said.removeprefix("customer: ")
        return json.dumps({"evidence": line, "outcome": truth("en", line)})

    with ChatServer(script=judging) as server:
        fields = job(project, server, tmp_path, verify="model")
        result = ts.run(project(server.url, models={"judge": "judge-model"}, **fields))
    assert result.summary.kept == 12
    assert result.summary.dropped == 0
    asked = {(ref["step"], ref["model"]) for row in kept(result) for ref in row["replies"]}
    assert {step for step, model in asked if model == "judge-model"} == {"verify"}
    assert ("verify", "scripted-model") not in asked
    assert all(row["columns"]["outcome_evidence"] for row in kept(result))


def test_tools_and_human_turns_reach_the_dataset(project: Project, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    desk = ServiceDesk()

    def calling(request: dict[str, Any]) -> str:
        system = prompt_texts(request)[0]
        if "one of these tools" in system:
            return '{"tool": "look_up"}'
        if "about to call this tool" in system:
            return '{"subject": "the card"}'
        if "You have just looked this up" in system and "not possible" not in system:
            return "It is on its way to you."
        return desk(request)

    tool = {
        "name": "look_up", "description": "Looks a thing up.",
        "parameters": {"type": "object", "properties": {"subject": {"type": "string"}}},
        "returns": {"subject": "a card", "state": "on its way"},
    }  # fmt: skip
    human = {"typos": 0.5, "lowercase": 0.5}
    with ChatServer(script=calling) as server:
        fields = job(project, server, tmp_path, tools=[tool], human=human)
        fields["quality"] = ["length", "role_flip", "outcome"]
        fields["export"] = ["messages", "sharegpt", "prompt_completion"]
        result = ts.run(project(server.url, **fields))
    table = pq.read_table(next((result.path / "data").glob("*.parquet")))
    called = [
        turn for row in table.column("messages").to_pylist() for turn in row if turn["tool_calls"]
    ]
    assert called
    assert all(
        json.loads(turn["tool_calls"][0]["function"]["arguments"]) == {"subject": "the card"}
        for turn in called
    )
    assert {"outcome", "outcome_confirmed", "human", "tools"} <= set(table.column_names)
    touches = next(t for t in result.summary.tables if t.title == "Human-like user turns")
    assert {row[0] for row in touches.rows} == {"typos", "lowercase"}
    shared = (result.path / "exports" / "sharegpt.jsonl").read_text("utf8").splitlines()
    assert any("function_call" in line for line in shared)


@pytest.mark.parametrize("verify", ["rules", "none"])
def test_the_filter_needs_a_method_that_verifies(
    project: Project, tmp_path: Path, verify: str
) -> None:
    with ChatServer(script=ServiceDesk()) as server:
        path = project(server.url, **job(project, server, tmp_path, verify=verify))
        if verify == "rules":
            assert ts.run(path).summary.kept == 12
            return
        with pytest.raises(ts.TextsynthError, match="outcome_confirmed"):
            ts.run(path)
