"""Filters that ask and filters that mend: in a run, at any concurrency, and after a stop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.asking_filter import AskingFilter
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, asking_text, prompt_texts
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.quality import KEEP, Filter, Mend, Screen
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.records import Brief, Message, Sample, Setting, Verdict
from textsynth.runfolder import read_rows
from textsynth.screening import Screening


def judging(request: Request) -> str | dict[str, Any]:
    text = prompt_texts(request)[-1]
    if text.startswith("Good?"):
        return "no" if sum(text.encode()) % 3 == 0 else "yes"
    words = asking_text(request)
    return "How many days does a new card take?" if len(str(words)) % 2 else words


def judged_job(project: Project, server: ChatServer, *filters: Filter, **fields: Any) -> Job:
    path = project(server.url, **fields)
    folder = path.parent / "prompts" / "asking_filter"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "word.en.jinja").write_text("--- user\nGood? {{ text }}\n", "utf8")
    return load_job(path).model_copy(update={"quality": filters})


def rows(run: Path, kind: str) -> list[dict[str, Any]]:
    return list(read_rows(run / "rows" / f"{kind}.jsonl"))


def test_a_filter_that_asks_keeps_the_same_at_any_concurrency(project: Project) -> None:
    with ChatServer(script=judging) as server:
        job = judged_job(project, server, NearDuplicates(on="first_turn"), AskingFilter())
        runs = [
            ts.run(job, out=job.home / f"out{n}", concurrency=n, count=30).path for n in (1, 8, 64)
        ]
    kept, dropped = rows(runs[0], "kept"), rows(runs[0], "dropped")
    assert len(kept) == 30
    reasons = {v["reason"] for row in dropped for v in row["verdicts"] if not v["keep"]}
    assert reasons == {"near_duplicate", "said_no"}
    for name in ("kept", "dropped"):
        found = {(run / "rows" / f"{name}.jsonl").read_bytes() for run in runs}
        assert len(found) == 1
    for row in kept:
        assert row["verdicts"][-1] | {"details": {"by": "critic"}} == row["verdicts"][-1]
        assert row["replies"][-1]["step"] == "asking_filter/word"
    early = [row for row in dropped if not row["verdicts"][0]["keep"]]
    assert early
    assert all(len(row["verdicts"]) == 1 for row in early), "no judge has a word on those"
    assert all("asking_filter/word" not in json.dumps(row["replies"]) for row in early)


def test_what_was_judged_is_not_asked_again(project: Project) -> None:
    with ChatServer(script=judging) as server:
        job = judged_job(project, server, AskingFilter())
        first = ts.run(job, count=10)
        again = ts.run(job, count=10)
    assert first.asked > 10
    assert (again.asked, again.replayed > 0) == (0, True)


def test_a_filter_has_its_role_and_its_model(project: Project) -> None:
    with ChatServer(script=judging) as server:
        job = judged_job(project, server, AskingFilter(), models=None)
        spec = job.provider.model_copy(update={"model": "another-model"})
        run = ts.run(job.model_copy(update={"models": {"critic": spec}}), count=5)
    by_step = {
        (ref["step"], ref["model"]) for row in rows(run.path, "kept") for ref in row["replies"]
    }
    assert ("asking_filter/word", "another-model") in by_step
    assert all(model != "another-model" for step, model in by_step if step != "asking_filter/word")


class Shouting(Filter):
    """Puts texts in capitals, and wants them so."""

    alone = True

    def mend(self, setting: Setting) -> Mend:
        """Changes every text."""

        def mend(sample: Sample) -> tuple[Sample, Mapping[str, Any]]:
            messages: list[Message] = [
                {"role": m["role"], "content": m["content"].upper()} for m in sample.messages
            ]
            return replace(sample, messages=tuple(messages)), {"raised": len(messages)}

        return mend

    def screen(self, setting: Setting) -> Screen:
        """Sees what the mend made."""

        def verdict(sample: Sample) -> Verdict:
            return KEEP if sample.texts()[0].isupper() else Verdict(keep=False, reason="low")

        return verdict


def test_a_mend_changes_the_row_that_is_written(project: Project, server: ChatServer) -> None:
    job = judged_job(project, server, Shouting())
    run = ts.run(job, count=5)
    for row in rows(run.path, "kept"):
        assert row["messages"][0]["content"].isupper()
        assert row["verdicts"][0]["details"] == {"raised": len(row["messages"])}


def said(text: str, index: int = 0) -> Sample:
    return Sample(f"r{index}", index, f"b{index}", "qa", "en", ({"role": "user", "content": text},))


def test_what_is_foreseen_is_not_asked() -> None:
    screening = Screening([ExactDuplicates(), AskingFilter()], Setting())
    text = "How many days does it take?"
    first = screening.look(said(text))
    assert not screening.certain(first, "asking_filter")
    screening.decide(first, dropped=True)
    second = screening.look(said(text, 1))
    assert screening.certain(second, "asking_filter")


class Broken(Filter):
    """Raises what no filter should."""

    alone = True

    def screen(self, setting: Setting) -> Screen:
        """Falls over the third row."""

        def verdict(sample: Sample) -> Verdict:
            if sample.index == 2:
                raise ZeroDivisionError("the filter is broken")
            return KEEP

        return verdict


def test_a_broken_filter_ends_the_run_in_its_turn(project: Project, server: ChatServer) -> None:
    job = judged_job(project, server, Broken())
    with pytest.raises(ZeroDivisionError):
        ts.run(job, count=10)
    assert [row["index"] for row in rows(job.home / "outputs" / "trial", "kept")] == [0, 1]


def test_a_brief_stands_by_for_what_judges_read(project: Project, server: ChatServer) -> None:
    seen: list[Brief] = []

    class Looking(AskingFilter):
        """Notes what it gets."""

        def judging(self, setting: Setting) -> Any:
            async def judge(sample: Sample, brief: Brief, ask: Any) -> Verdict:
                seen.append(brief)
                return KEEP

            return judge

    job = judged_job(project, server, Looking())
    ts.run(job, count=3)
    assert all(brief.fields["chunk"]["text"] for brief in seen)
