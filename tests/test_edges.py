"""Where runs have gone wrong: faults on the way, changed jobs, folders of others, stops."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import asking_text, prompt_texts
from tests.test_kill import start, wait_for
from tests.test_run import rows
from textsynth.errors import JobError, PromptError, ProviderError, RunError
from textsynth.materials import prepare


def change(job: Path, old: str, new: str) -> Path:
    text = job.read_text("utf8")
    assert old in text
    job.write_text(text.replace(old, new), "utf8")
    return job


def test_other_sampling_options_are_other_requests(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=5)
    ts.run(job)
    asked = server.requests
    result = ts.run(change(job, "max_tokens: null", "temperature: 1.9"))
    assert (result.replayed, server.requests) == (0, asked + result.asked)


def test_fields_of_a_job_object_can_be_replaced_too(project: Project, server: ChatServer) -> None:
    loaded = ts.load_job(project(server.url))
    assert ts.run(loaded, count=3).summary.kept == 3
    with pytest.raises(JobError, match="count"):
        ts.run(loaded, count=0)


def test_explain_knows_a_seed_that_was_given_on_the_command_line(
    project: Project, server: ChatServer
) -> None:
    run = ts.run(project(server.url, count=4), seed=99).path
    row = rows(run, "kept")[2]
    found = ts.explain(row["id"], run)
    assert found["note"] == ""
    assert found["fields"]["chunk"]["id"] == row["seeds"]["chunk"]


def test_explain_still_finds_the_exchanges_after_the_inputs_grew(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, count=8)
    ts.run(job)
    faq = job.parent / "faq.csv"
    faq.write_text(faq.read_text("utf8") + "\nf99,What else?,Nothing else at all today.\n", "utf8")
    run = ts.run(job).path
    for row in rows(run, "kept"):
        assert len(ts.explain(row["id"], run)["exchanges"]) == len(row["replies"]) >= 2


def test_a_facet_or_input_that_no_prompt_uses_is_pointed_out(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, vary={"difficulty": ["easy", "hard"]})
    warned = " ".join(ts.check(job).warnings)
    assert "no prompt of 'qa' uses the facet 'difficulty'" in warned
    with pytest.raises(JobError, match="a field 'question' of its own"):
        ts.check(project(server.url, vary={"question": ["a", "b"]}))


def test_examples_reach_the_prompts(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=2)
    (job.parent / "real.jsonl").write_text('{"text": "wheres my kard"}\n', "utf8")
    change(job, "documents: faq.csv", "documents: faq.csv\n  examples: real.jsonl")
    assert ts.check(job).warnings == []
    run = ts.run(job).path
    sent = ts.explain("0", run)["exchanges"][0]["messages"]
    assert "wheres my kard" in json.dumps(sent)


def test_a_part_of_a_field_that_is_not_there_is_found_before_anything_is_asked(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url)
    prompts = job.parent / "prompts/qa"
    prompts.mkdir(parents=True)
    (prompts / "answer.en.jinja").write_text("--- user\n\n{{ chunk.titel }}\n", "utf8")
    with pytest.raises(PromptError, match=r"answer\.en\.jinja, line 3.*titel"):
        ts.check(job)
    assert server.requests == 0


def test_a_failed_start_leaves_the_rows_of_the_last_run(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, count=5)
    run = ts.run(job).path
    before = rows(run, "kept")
    change(job, "scripted-model", "another-model")
    server.faults = Faults(fail_all=401)
    with pytest.raises(ProviderError):
        ts.run(job)
    assert rows(run, "kept") == before


def test_a_connection_that_fails_is_tried_once_for_all_rows(project: Project) -> None:
    with ChatServer(api_key="right") as server:
        with pytest.raises(ProviderError, match="refuses the key"):
            ts.run(project(server.url))
        assert server.stats.connections <= 2


def test_the_run_of_another_job_is_left_alone(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=3)
    run = ts.run(job).path
    change(job, "name: trial", "name: other")
    with pytest.raises(RunError, match="the run of another job, 'trial'"):
        ts.run(job, out=run)
    with pytest.raises(RunError, match="is a file"):
        ts.run(job, out=job.parent / "faq.csv")
    (job.parent / "mine/rows").mkdir(parents=True)
    with pytest.raises(RunError, match="is not a run"):
        ts.run(job, out=job.parent / "mine")


def test_exports_that_are_no_longer_asked_for_go(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=3, export=["sharegpt", "messages"])
    exports = ts.run(job).path / "exports"
    assert (exports / "sharegpt.jsonl").is_file()
    ts.run(project(server.url, count=2, export=["messages"]))
    assert not (exports / "sharegpt.jsonl").exists()
    assert len((exports / "messages.jsonl").read_text("utf8").splitlines()) == 2


def short_or_long(request: dict[str, Any]) -> str:
    """Half of the briefs come to a row that is too short to keep."""
    text = str(request["messages"])
    if "Why?" in text:
        return "So?"
    return (
        "Why?" if sum(map(ord, text)) % 2 else f"What is {'x' * (len(text) % 9 + 1)} for, please?"
    )


def test_a_run_that_has_enough_closes_whatever_a_later_row_does(
    project: Project, server: ChatServer
) -> None:
    server.script, server.latency = short_or_long, 0.05
    job = project(server.url, records=40, count=9, quality=[{"length": {"min_total": 30}}])
    plain = ts.run(job, out=job.parent / "plain")
    last = plain.summary.briefs
    # Every brief after the last one that is needed breaks in the middle, while it is under way.
    plan = prepare(ts.load_job(job)).plan
    later = [plan.brief(i).fields["chunk"]["id"] for i in range(last, last + 12)]
    needed = {plan.brief(i).fields["chunk"]["id"] for i in range(last)}
    broken = [name for name in later if name not in needed]
    assert broken
    prompts = job.parent / "prompts/qa"
    prompts.mkdir(parents=True)
    text = (Path(__file__).parents[1] / "prompts/qa/answer.en.jinja").read_text("utf8")
    fault = f"{{{{ 1 / 0 if chunk.id in {broken} else '' }}}}"
    (prompts / "answer.en.jinja").write_text(
        text.replace("--- user\n", f"--- user\n{fault}"), "utf8"
    )
    result = ts.run(job, out=job.parent / "broken")
    assert (result.summary.kept, result.summary.briefs) == (9, last)
    assert ts.status(result.path)["tokens_in"] >= result.summary.tokens_in


def test_replies_are_saved_when_a_filter_is_at_fault(project: Project, server: ChatServer) -> None:
    server.latency = 0.1
    job = project(server.url, quality=[{"exact_duplicates": {"on": "nope"}}])
    with pytest.raises(JobError, match="nope"):
        ts.run(job)
    assert ts.status(job)["status"] == "stopped"
    assert ts.status(job)["replies"] == sum(server.answered.values()) > 8


def test_rows_can_be_exported_where_the_job_can_no_longer_be_read(
    project: Project, server: ChatServer
) -> None:
    run = ts.run(project(server.url, count=3)).path
    (run / "job.yaml").write_text("", "utf8")
    (file,) = ts.export(run, ["messages"])
    assert len(file.read_text("utf8").splitlines()) == 3


def test_requests_to_this_machine_go_past_any_proxy(
    project: Project, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert ts.run(project(server.url, count=2)).summary.kept == 2


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent differently there")
def test_ctrl_c_ends_a_wait_for_another_try(project: Project, server: ChatServer) -> None:
    job = project(server.url)
    server.faults = Faults(rate_429=1.0, retry_after=30)
    process = start(job, job.parent / "out")
    wait_for(server, 3, process)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == 130
    assert time.monotonic() - began < 12


def test_a_sign_of_life_while_no_row_is_done(project: Project, server: ChatServer) -> None:
    job = project(server.url, count=3)
    server.latency = 4
    process = start(job, job.parent / "out")
    try:
        wait_for(server, 1, process)
        time.sleep(2.5)
        found = ts.status(job.parent / "out")
        assert found["in_flight"] > 0
        assert found["seconds_since_update"] < 2.2
    finally:
        process.kill()
        process.wait()


def test_interrupting_a_notebook_cell_ends_its_run(project: Project, server: ChatServer) -> None:
    # A notebook's kernel has a running loop and Python's own handler of Ctrl+C.
    server.latency = 0.3
    job = project(server.url, count=400, records=90)
    code = (
        "import asyncio, signal, sys, textsynth\n"
        # A shell starts what runs in its background with Ctrl+C ignored, and Python leaves it so.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "async def cell(): textsynth.run(sys.argv[1])\n"
        "asyncio.new_event_loop().run_until_complete(cell())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(job)], stderr=subprocess.DEVNULL
    )  # fmt: skip
    wait_for(server, 5, process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    assert server.requests < 100


def test_after_an_edit_a_closed_run_asks_for_what_the_edit_touches_and_nothing_ahead(
    project: Project, tmp_path: Path
) -> None:
    def script(request: dict[str, Any]) -> str:
        # Two rows of three are lost to their length, the same ones each time.
        days = re.findall(r"It takes (\d+)", " ".join(prompt_texts(request)))
        return asking_text(request) if int(days[-1]) % 3 == 0 else "Why?"

    with ChatServer(script=script) as server:
        server.latency = 0.05
        job = project(server.url, count=8, records=60, quality=[{"length": {"min_chars": 10}}])
        first = ts.run(job)
        assert first.summary.briefs > 12
        assert ts.run(job).asked == 0
        row = rows(first.path, "kept")[0]
        (days,) = re.findall(r"It takes (\d+) days", row["columns"]["context"])
        file = job.parent / "faq.csv"
        file.write_text(file.read_text("utf8").replace(f"takes {days} days", f"takes {days} weeks"))
        ts.run(job, log_to=tmp_path / "log")
    events = map(json.loads, (tmp_path / "log").read_text("utf8").splitlines())
    assert {one["brief"] for one in events if one["event"] == "request"} == {row["index"]}


@pytest.mark.parametrize("name", ["2024", "true", "my bank"])
def test_a_project_of_any_name_loads(tmp_path: Path, name: str) -> None:
    ts.init(tmp_path / name)
    assert ts.load_job(tmp_path / name).count == 12


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"vary": {"sure": [True, False]}}, "in quotes"),
        ({"vary": {"stars": [1, 2]}, "quotas": {"stars": {1: 7, 2: 14}}}, "add up to 21"),
    ],
    ids=["yes and no", "numbers as values"],
)
def test_values_that_yaml_reads_as_something_else(
    project: Project, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(JobError, match=words):
        ts.load_job(project("http://127.0.0.1:9/v1", **fields))


def test_a_quota_may_be_on_a_facet_of_the_method(project: Project) -> None:
    job = project("http://127.0.0.1:9/v1", method="support", quotas={"outcome": "exact"})
    assert ts.load_job(job).quota_rows() == {
        "outcome": dict.fromkeys(("resolved", "escalated", "abandoned", "refused"), 5)
    }


def test_an_option_that_does_not_fit_is_named_as_an_option(project: Project) -> None:
    with pytest.raises(JobError, match="The option 'count'"):
        ts.load_job(project("http://127.0.0.1:9/v1"), {"count": 0})
