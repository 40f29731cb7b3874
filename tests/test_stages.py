"""Stages: runs before the run, whose files a person may edit, and what is then asked again."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import textsynth as ts
from tests.course_script import CONCEPTS, SESSIONS, course
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import prompt_texts
from textsynth.cli import app
from textsynth.errors import InputError, JobError, PromptError, ProviderError, ShortError
from textsynth.made import word_of

Write = Callable[..., Path]
METHOD = {"subjects": 4, "queries": 3, "sessions": SESSIONS, "concepts": CONCEPTS}


@pytest.fixture
def school() -> Iterator[ChatServer]:
    with ChatServer(script=course, structured="schema") as running:
        yield running


@pytest.fixture
def write(tmp_path: Path, school: ChatServer) -> Write:
    """Writes a job of two topics; keywords replace fields of it, or options of its method."""

    def written(**fields: Any) -> Path:
        options = {name: fields.pop(name) for name in [*METHOD] if name in fields}
        endpoint = {"base_url": school.url, "model": "m", "options": {"max_tokens": None}}
        job = {
            "name": "bank", "method": {"curriculum": {**METHOD, **options}}, "count": 12, "seed": 3,
            "provider": {"openai": endpoint},
            "inputs": {"taxonomy": {"topics": ["Deposits", "Loans"]}}, "quality": ["length"],
            **fields,
        }  # fmt: skip
        path = tmp_path / "job.yaml"
        path.write_text(yaml.safe_dump(job), "utf8")
        return path

    return written


def made(path: Path) -> Path:
    return path.parent / "outputs/bank/made"


def files_of(folder: Path) -> dict[str, bytes]:
    found = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def dataset(folder: Path) -> dict[str, bytes]:
    found = files_of(folder)
    names = ("rows/", "data/", "README", "made/")
    return {name: data for name, data in found.items() if name.startswith(names)}


def rows(path: Path) -> list[dict[str, Any]]:
    text = (path.parent / "outputs/bank/rows/kept.jsonl").read_text("utf8")
    return [json.loads(line) for line in text.splitlines()]


def edit(file: Path, change: Callable[[Any], None]) -> None:
    value = yaml.safe_load(file.read_text("utf8"))
    change(value)
    file.write_text(yaml.safe_dump(value, sort_keys=False), "utf8")


def syllabi(path: Path) -> list[Path]:
    return sorted((made(path) / "syllabi").rglob("*.yaml"))


def test_a_job_of_two_topics_makes_subjects_then_syllabi_then_rows(
    write: Write, school: ChatServer
) -> None:
    job = write()
    result = ts.run(job)
    assert result.summary.kept == 12
    names = sorted(p.relative_to(made(job)).as_posix() for p in made(job).rglob("*.yaml"))
    assert [name for name in names if name.startswith("subjects/")] == [
        "subjects/Deposits.yaml", "subjects/Loans.yaml",
    ]  # fmt: skip
    assert len(syllabi(job)) == 4
    assert {file.parent.name for file in syllabi(job)} == {"Deposits", "Loans"}
    one = yaml.safe_load(syllabi(job)[0].read_text("utf8"))
    assert list(one) == ["subject", "topic", "level", "subtopics", "sessions"]
    assert [len(session["concepts"]) for session in one["sessions"]] == [CONCEPTS] * SESSIONS
    columns = [row["columns"] for row in rows(job)]
    assert {c["topic"] for c in columns} == {"Deposits", "Loans"}
    assert len({c["subject"] for c in columns}) == 4
    assert sorted(c["difficulty"] for c in columns) == sorted(
        ["basic", "intermediate", "advanced"] * 4
    )
    # 2 topics x 3 queries x 2 requests, 4 syllabi x 2, 12 rows x 2; figures of all runs added up.
    assert result.asked == 12 + 8 + 24
    assert [(s.stage, s.made, s.asked) for s in result.stages] == [
        ("subjects", 2, 12), ("syllabi", 4, 8),
    ]  # fmt: skip
    (table,) = (t for t in result.summary.tables if t.title == "Stages")
    assert table.rows == (("subjects", 2, 4, 0), ("syllabi", 4, 4, 0))


def test_given_again_a_job_asks_nothing_and_changes_nothing(
    write: Write, school: ChatServer
) -> None:
    job = write()
    before = dataset(ts.run(job).path)
    asked = school.requests
    again = ts.run(job)
    assert (again.asked, school.requests) == (0, asked)
    assert dataset(again.path) == before


def test_the_same_bytes_whatever_the_concurrency(write: Write, school: ChatServer) -> None:
    school.latency, school.jitter = 0.005, 1.0
    job = write()
    runs = [ts.run(job, out=job.parent / f"out{n}", concurrency=n).path for n in (1, 16)]
    assert dataset(runs[0]) == dataset(runs[1])


def test_an_edited_syllabus_touches_the_questions_of_its_subject_alone(
    write: Write, school: ChatServer
) -> None:
    job = write()
    ts.run(job)
    before, asked = rows(job), school.requests
    file = syllabi(job)[0]
    edit(file, lambda value: value["sessions"][0].update(concepts=["teller windows", "vaults"]))
    own = yaml.safe_load(file.read_text("utf8"))["subject"]
    result = ts.run(job)
    after = rows(job)
    assert school.requests - asked == result.asked == 6
    assert result.stages == []
    for old, new in zip(before, after, strict=True):
        same = old["messages"] == new["messages"]
        assert same == (old["columns"]["subject"] != own)
    (table,) = (t for t in result.summary.tables if t.title == "Stages")
    assert table.rows[1] == ("syllabi", 4, 4, 1)


def test_a_deleted_file_is_made_again_for_nothing(write: Write, school: ChatServer) -> None:
    job = write()
    ts.run(job)
    before, asked = files_of(made(job)), school.requests
    syllabi(job)[1].unlink()
    (made(job) / "subjects/Loans.yaml").unlink()
    ts.run(job)
    assert files_of(made(job)) == before
    assert school.requests == asked


def test_a_subject_that_is_taken_out_is_gone_and_the_others_stay_as_they_are(
    write: Write, school: ChatServer
) -> None:
    job = write()
    ts.run(job)
    before = {row["messages"][0]["content"] for row in rows(job)}
    kept, asked = {p: p.read_bytes() for p in syllabi(job)}, school.requests
    gone: list[str] = []
    edit(
        made(job) / "subjects/Deposits.yaml",
        lambda value: gone.append(value["subjects"].pop(0)["name"]),
    )
    ts.run(job, count=6)
    assert {row["columns"]["subject"] for row in rows(job)}.isdisjoint(gone)
    assert {p: p.read_bytes() for p in syllabi(job)} == kept
    # Six rows: half of them of the one subject that its topic has left, as before.
    assert {row["messages"][0]["content"] for row in rows(job)} < before
    assert school.requests == asked
    result = ts.run(job)
    assert result.summary.facets["level_1"] == {"Deposits": 6, "Loans": 6}
    assert result.asked == 3 * 2


def test_only_what_changed_is_asked_anew(write: Write, school: ChatServer) -> None:
    tree: dict[str, Any] = {"Saving": ["Deposits", "Bonds"], "Credit": ["Loans"]}

    def asked(weight: float = 1) -> list[int]:
        """Requests of each stage, then of the rows; of 48 rows, evenly over the branches."""
        topics = [
            {"name": name, "children": below, "weight": weight if name == "Credit" else 1}
            for name, below in tree.items()
        ]
        even = {"topics": {"name": "Bank", "children": topics}, "even": "branches"}
        result = ts.run(write(subjects=None, count=48, inputs={"taxonomy": even}))
        stages = [stage.asked for stage in result.stages]
        return [*stages, result.asked - sum(stages)]

    # 3 topics x 3 queries x 2 requests, 9 subjects x 2 requests, 48 rows x 2 requests.
    assert asked() == [18, 18, 96]
    job = write()
    topics = Counter(row["columns"]["topic"] for row in rows(job))
    assert topics == {"Loans": 24, "Deposits": 12, "Bonds": 12}
    # Another syllabus: the 8 rows of its subject.
    file = next(f for f in syllabi(job) if f.parent.name == "Loans")
    edit(file, lambda value: value["sessions"][0].update(concepts=["vaults", "coin counts"]))
    assert asked() == [2 * 8]
    # A subject less: the two others of its topic have 12 rows each instead of 8.
    edit(made(job) / "subjects/Loans.yaml", lambda value: value["subjects"].pop())
    assert asked() == [2 * (4 + 4)]
    # As it was made first: its 8 rows of then are there, and 4 more are new.
    file.unlink()
    assert asked() == [0, 2 * 4]
    # A branch more: its topic, that one's subjects, their rows, which are a third of all.
    tree["Wills"] = ["Trusts"]
    assert asked() == [3 * 2, 3 * 2, 2 * 16]
    # Another weight: each row that comes now came before.
    assert asked(weight=2) == [0]
    assert Counter(row["columns"]["topic"] for row in rows(job)) == {
        "Loans": 24, "Trusts": 12, "Deposits": 6, "Bonds": 6,
    }  # fmt: skip


def test_a_subject_that_changes_gets_a_new_syllabus_and_a_new_one_gets_its_own(
    write: Write, school: ChatServer
) -> None:
    job = write()
    ts.run(job)
    asked = school.requests

    def change(value: Any) -> None:
        value["subjects"][0]["subtopics"] = ["postal orders"]
        value["subjects"].append("Safe deposit boxes")

    edit(made(job) / "subjects/Deposits.yaml", change)
    result = ts.run(job)
    assert [(s.stage, s.made, s.asked) for s in result.stages] == [("syllabi", 2, 4)]
    assert school.requests > asked
    texts = [file.read_text("utf8") for file in syllabi(job)]
    assert sum("postal orders" in text for text in texts) == 1
    assert any(file.name == "Safe-deposit-boxes.yaml" for file in syllabi(job))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("예금과 저축", "예금과-저축"), ("A/B: c*?", "A-B-c"), ("CON", "the-CON"),
        ("aux.yaml", "the-aux.yaml"), ("Console", "Console"), ("Cafe\u0301", "Caf\u00e9"),
    ],
    ids=["korean", "marks", "device", "device with a dot", "no device", "accent"],
)  # fmt: skip
def test_a_topic_gives_a_file_that_any_system_takes(name: str, file: str) -> None:
    assert word_of(name) == file


def test_topics_of_one_name_and_their_subjects_of_one_name_are_kept_apart(write: Write) -> None:
    topics = {"School": {"East": ["Basics"], "West": ["Basics"]}}
    job = write(inputs={"taxonomy": {"topics": topics}})
    result = ts.run(job)
    assert len(list((made(job) / "subjects").iterdir())) == 2
    assert len(syllabi(job)) == 4
    assert result.summary.facets["level_2"] == {"East > Basics": 6, "West > Basics": 6}
    (table,) = (t for t in result.summary.tables if t.title == "Questions by topic")
    assert [(row[0], sum(map(int, row[1:]))) for row in table.rows] == [
        ("East > Basics", 6), ("West > Basics", 6),
    ]  # fmt: skip


def test_an_edit_stays_when_what_it_was_made_from_changes_and_a_warning_says_so(
    write: Write, school: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    job = write()
    ts.run(job)
    name = yaml.safe_load((made(job) / "subjects/Loans.yaml").read_text("utf8"))["subjects"][0]
    file = next(f for f in syllabi(job) if name["name"] in f.read_text("utf8"))
    edit(file, lambda value: value["sessions"][0].update(name="Pawnbrokers"))
    edit(
        made(job) / "subjects/Loans.yaml",
        lambda value: value["subjects"][0].update(subtopics=["pawn tickets"]),
    )
    with caplog.at_level(logging.WARNING):
        result = ts.run(job)
    assert result.stages == []
    assert "Pawnbrokers" in file.read_text("utf8")
    assert f"made/{file.relative_to(made(job)).as_posix()} was edited" in caplog.text


def test_another_number_of_sessions_makes_the_syllabi_again_but_not_the_subjects(
    write: Write, school: ChatServer
) -> None:
    ts.run(write())
    result = ts.run(write(sessions=5))
    assert [s.stage for s in result.stages] == ["syllabi"]


def break_yaml(text: str) -> str:
    return text.replace("sessions:", "sessions: [", 1)


def no_concepts(text: str) -> str:
    value = yaml.safe_load(text)
    value["sessions"][1]["concepts"] = []
    return yaml.safe_dump(value, sort_keys=False)


def no_sessions(text: str) -> str:
    return text.partition("sessions:")[0]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (break_yaml, "is not valid YAML"),
        (no_concepts, "the session 'Stage B of"),
        (no_sessions, "the syllabus has no sessions"),
    ],
    ids=["yaml", "concepts", "sessions"],
)
def test_a_broken_edit_is_told_with_file_and_line_and_loses_nothing(
    write: Write, school: ChatServer, spoil: Callable[[str], str], words: str
) -> None:
    job = write()
    before = dataset(ts.run(job).path)
    file = syllabi(job)[2]
    text, asked = file.read_text("utf8"), school.requests
    file.write_text(spoil(text), "utf8")
    place = file.relative_to(made(job).parent).as_posix()
    with pytest.raises(InputError, match=words) as caught:
        ts.run(job)
    assert f"{place}, line " in str(caught.value)
    found = CliRunner().invoke(app, ["run", str(job)])
    assert found.exit_code == 2
    with pytest.raises(InputError, match=words):
        ts.check(job, endpoint=False)
    file.write_text(text, "utf8")
    assert dataset(ts.run(job).path) == before
    assert school.requests == asked


def test_the_line_that_is_told_is_that_of_the_session(write: Write) -> None:
    job = write()
    ts.run(job)
    file = syllabi(job)[0]
    file.write_text("sessions:\n- name: One\n  concepts: [a, b]\n- name: Two\n", "utf8")
    with pytest.raises(InputError, match=r"line 4: the session 'Two' has no concepts"):
        ts.run(job)


def test_check_says_what_comes_first_and_reads_the_prompts_of_all_stages(
    write: Write, school: ChatServer
) -> None:
    job = write()
    found = ts.check(job, endpoint=False)
    words = "\n".join(found.lines)
    assert "first, the stage subjects, for 2 rows, 3 times each: made/subjects/" in words
    assert "then the stage syllabi, for each row of the stage before" in words
    for name in ("subjects/list.en", "syllabus/extract.en", "question.en"):
        assert name in words
    assert "combinations" not in words
    assert (found.warnings, school.requests) == ([], 0)
    assert not (job.parent / "outputs").exists()
    ts.run(job)
    words = "\n".join(ts.check(job, endpoint=False).lines)
    assert "first" not in words
    assert "inputs: 4 subjects" in words


@pytest.mark.parametrize("place", ["subjects/list", "syllabus/outline", "curriculum/answer"])
def test_check_finds_a_fault_in_the_prompt_of_any_stage(write: Write, place: str) -> None:
    job = write()
    file = job.parent / f"prompts/{place}.en.jinja"
    file.parent.mkdir(parents=True)
    file.write_text("--- user\n{{ nonsense }}\n", "utf8")
    with pytest.raises(PromptError, match="'nonsense' is undefined"):
        ts.check(job, endpoint=False)


def test_preview_and_estimate_run_the_stages_first_and_run_goes_on(
    write: Write, school: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    job = write()
    with caplog.at_level(logging.WARNING):
        trials = ts.preview(job, count=2)
    assert [trial.error for trial in trials] == ["", ""]
    assert "first, the stage subjects, for 2 rows" in caplog.text
    assert [len(trial.exchanges) for trial in trials] == [2, 2]
    caplog.clear()
    forecast = ts.estimate(job, sample=3)
    assert forecast.kept == 3
    assert not caplog.text
    assert ts.run(job).asked == 24 - 6


def test_explain_status_and_export_know_a_job_with_stages(write: Write) -> None:
    job = write()
    path = ts.run(job).path
    found = ts.explain("0", job)
    assert found["note"] == ""
    assert found["fields"]["subject"]["sessions"]
    assert [e["step"] for e in found["exchanges"]] == ["question", "answer"]
    stage = ts.explain("0", path / "stages/syllabi")
    assert stage["note"] == ""
    assert stage["fields"]["subject"]["name"]
    assert ts.explain("1", path / "stages/subjects")["fields"]["topic"]["name"]
    standing = ts.status(job)
    assert standing["status"] == "closed"
    # One more each: how the endpoint takes forms is found out once in each run.
    assert [(s["stage"], s["replies"]) for s in standing["stages"]] == [
        ("subjects", 13), ("syllabi", 9),
    ]  # fmt: skip
    assert ts.export(job, ["messages"])[0].is_file()
    shown = CliRunner().invoke(app, ["run", str(job), "--json"])
    assert json.loads(shown.stdout)["stages"] == []
    assert CliRunner().invoke(app, ["status", str(job)]).exit_code == 0


def test_out_and_count_go_over_the_job_and_more_rows_cost_only_the_new_ones(
    write: Write, school: ChatServer
) -> None:
    job = write()
    out = job.parent / "elsewhere"
    assert ts.run(job, out=out, count=4).summary.kept == 4
    assert not (job.parent / "outputs").exists()
    assert (out / "made/subjects/Loans.yaml").is_file()
    asked = school.requests
    result = ts.run(job, out=out, count=10)
    assert (result.summary.kept, school.requests - asked) == (10, 12)


def test_a_stage_that_is_stopped_goes_on_where_it_was(write: Write, school: ChatServer) -> None:
    job = write(retries=0)
    ts.run(job, out=job.parent / "whole")
    school.faults = Faults(fail_all=500)
    with pytest.raises((ProviderError, ShortError)):
        ts.run(job)
    assert ts.status(job)["status"] == "stopped"
    school.faults = Faults()
    result = ts.run(job)
    assert dataset(result.path) == dataset(job.parent / "whole")


def test_roles_of_the_stages_have_models_of_their_own(write: Write, school: ChatServer) -> None:
    asked: Counter[str] = Counter()

    def script(request: dict[str, Any]) -> str:
        asked[request["model"]] += 1
        return course(request)

    school.script = script
    ts.run(write(models={"expert": "wise", "answerer": "cheap"}))
    assert (asked["wise"], asked["cheap"]) == (6 + 4, 12)


def test_all_runs_of_a_job_share_its_budget(write: Write, school: ChatServer) -> None:
    ts.run(write())
    used = [s["tokens_in"] + s["tokens_out"] for s in ts.status(write())["stages"]]
    job = write(name="tight", budget={"tokens": used[0] + 3 * used[1] // 4})
    with pytest.raises(ShortError, match="he stage 'syllabi' came short") as caught:
        ts.run(job)
    assert "he budget of" in caught.value.exists
    assert "raise the budget" in caught.value.fix
    there = list((job.parent / "outputs/tight/made/syllabi").rglob("*.yaml"))
    assert 0 < len(there) < 4
    more = write(name="tight", budget={"tokens": 100 * sum(used)})
    assert ts.run(more).summary.kept == 12


def test_a_tree_is_grown_from_its_root_once_and_may_be_edited(
    write: Write, school: ChatServer
) -> None:
    grown: list[str] = []

    def script(request: dict[str, Any]) -> str:
        texts = prompt_texts(request)
        if texts[-1].startswith("Subject: Banking"):
            grown.append(texts[-1])
            return "1. Deposits: money put in\n2. Loans: money lent"
        return course(request)

    school.script = script
    job = write(inputs={"taxonomy": {"root": "Banking", "depth": 1, "branching": 2}})
    words = "\n".join(ts.check(job, endpoint=False).lines)
    assert "first, a taxonomy is grown from 'Banking': made/taxonomy.yaml" in words
    first = ts.run(job)
    assert len(grown) == 3
    assert [one.stage for one in first.stages] == ["taxonomy", "subjects", "syllabi"]
    assert first.summary.facets["level_1"] == {"Deposits": 6, "Loans": 6}
    tree, asked = made(job) / "taxonomy.yaml", school.requests
    assert "Deposits" in tree.read_text("utf8")
    assert ts.run(job).asked == 0
    tree.write_text(
        "Banking: {Deposits: money put in, Loans: money lent, Cards: , Fraud: }\n", "utf8"
    )
    staged = ts.run(job)
    assert len(grown) == 3
    # The share of the two old topics is smaller now: their replies are there, so two are asked.
    assert [one.stage for one in staged.stages] == ["subjects", "syllabi"]
    assert [one.asked for one in staged.stages] == [2 * 3 * 2, 2 * 2]
    assert school.requests > asked
    assert ts.explain("0", job.parent)["note"] == ""


def test_a_tree_that_a_person_put_there_is_not_grown(write: Write) -> None:
    path = write(inputs={"taxonomy": {"root": "Banking"}})
    made(path).mkdir(parents=True)
    (made(path) / "taxonomy.yaml").write_text("Banking: [Cards, Cheques]\n", "utf8")
    ts.run(path)
    assert {row["columns"]["topic"] for row in rows(path)} == {"Cards", "Cheques"}
    state = json.loads((made(path) / "state.json").read_text("utf8"))
    assert state["taxonomy"]["taxonomy"]["file"] == "taxonomy.yaml"
    path = write(inputs={"taxonomy": {"root": "Insurance"}})
    assert ts.run(path).asked == 0


def test_subjects_of_a_file_need_no_topics_and_no_syllabus_where_they_have_one(
    write: Write, school: ChatServer
) -> None:
    job = write(inputs={"subjects": {"from": "mine.yaml"}})
    session = {"name": "One", "concepts": ["a toll", "a fine", "a levy", "a duty"]}
    mine = [{"name": "Tolls", "sessions": [session, {**session, "name": "Two"}]}, "Harbour dues"]
    (job.parent / "mine.yaml").write_text(yaml.safe_dump(mine), "utf8")
    result = ts.run(job)
    assert [(s.stage, s.made) for s in result.stages] == [("syllabi", 1)]
    assert {row["columns"]["subject"] for row in rows(job)} == {"Tolls", "Harbour dues"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"inputs": {}}, "needs taxonomy"),
        ({"subjects": 1}, "curriculum.subjects is 1, for 2 topics"),
        ({"vary": {"difficulty": ["hard"]}}, "knows no difficulty 'hard'"),
    ],
    ids=["inputs", "subjects", "difficulty"],
)
def test_what_cannot_work_is_told_before_anything_is_asked(
    write: Write, school: ChatServer, fields: dict[str, Any], words: str
) -> None:
    job = write(**fields)
    for act in (ts.run, ts.preview):
        with pytest.raises(JobError, match=words):
            act(job)
    with pytest.raises(JobError, match=words):
        ts.check(job, endpoint=False)
    assert school.requests == 0


def test_famous_names_in_a_syllabus_stay_and_private_data_does_not(write: Write) -> None:
    job = write(inputs={"subjects": {"from": "mine.yaml"}}, redact=True, count=3)
    first = {"name": "Markets", "concepts": ["Adam Smith on trade", "Nash equilibrium"]}
    second = {"name": "Money", "concepts": ["Call 020 7946 0991", "velocity of money"]}
    mine = [{"name": "Adam Smith and his time", "sessions": [first, second]}]
    (job.parent / "mine.yaml").write_text(yaml.safe_dump(mine), "utf8")
    ts.run(job)
    seen = str(ts.explain("0", job)["exchanges"])
    assert "Adam Smith and his time" in seen
    assert "020 7946 0991" not in seen


def test_a_stage_that_makes_nothing_says_so_and_what_helps(
    write: Write, school: ChatServer
) -> None:
    school.script = lambda request: "I'm sorry, but I can't help with that request at all."
    job = write()
    with pytest.raises(ShortError, match="stage 'subjects' came short: 6 of 6 rows") as caught:
        ts.run(job)
    assert "very row of the inputs was tried" in caught.value.exists
    assert "failed: ReplyError (the model refused) (6)" in caught.value.exists
    assert "another seed or model, or write files in made/subjects/" in caught.value.fix
    school.script = course
    with pytest.raises(ShortError):
        ts.run(job)
    assert ts.run(job, seed=4).summary.kept == 12


@pytest.mark.slow
def test_killed_in_any_stage_it_ends_with_the_same_bytes(write: Write, school: ChatServer) -> None:
    school.latency, school.jitter = 0.05, 0.5
    job = write(concurrency=2)
    whole = dataset(ts.run(job, out=job.parent / "whole").path)
    out = job.parent / "killed"
    command = [sys.executable, "-m", "textsynth", "run", str(job), "--out", str(out), "--quiet"]
    for more in (3, 8, 6, 7):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted, end = school.requests + more, time.monotonic() + 30
        while school.requests < wanted and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert subprocess.run(command, check=True).returncode == 0
    assert dataset(out) == whole
