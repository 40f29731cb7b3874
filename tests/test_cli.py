"""The command line: what users see, and what they see when their input is wrong."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import textsynth
from tests.conftest import Project
from tests.servers.chat import ChatServer


def in_a_process(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "textsynth", *map(str, words)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def edit(old: str, new: str) -> Callable[[Path], None]:
    def change(job: Path) -> None:
        text = job.read_text("utf8")
        assert old in text
        job.write_text(text.replace(old, new), "utf8")

    return change


def put(name: str, data: bytes, documents: str) -> Callable[[Path], None]:
    def change(job: Path) -> None:
        (job.parent / name).write_bytes(data)
        edit("documents: faq.csv", f"documents: {documents}")(job)

    return change


def own_prompt(text: str) -> Callable[[Path], None]:
    def change(job: Path) -> None:
        folder = job.parent / "prompts/qa"
        folder.mkdir(parents=True)
        (folder / "question.en.jinja").write_text(text, "utf8")

    return change


def people(text: str) -> Callable[[Path], None]:
    def change(job: Path) -> None:
        (job.parent / "people.jsonl").write_text(text, "utf8")

    return change


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


BAD_INPUTS: dict[str, tuple[Callable[[Path], object], int, list[str]]] = {
    "typo in a key": (
        edit("count: 20", "cuont: 20"), 2, ["job.yaml, line", "'cuont'", "Did you mean 'count'"],
    ),
    "missing file": (
        edit("documents: faq.csv", "documents: fax.csv"), 2, ["fax.csv", "faq.csv"],
    ),
    "empty CSV": (put("empty.csv", b"id,question\n", "empty.csv"), 2, ["empty.csv", "no rows"]),
    "binary file named .txt": (
        put("photo.txt", bytes(range(256)) * 20, "photo.txt"), 2, ["photo.txt"],
    ),
    "template with an undefined variable": (
        own_prompt("--- user\n{{ chunk.text }}\n{{ persona.description }} {{ chnk }}\n"), 2,
        ["question.en.jinja, line 3", "'chnk' is undefined", "Did you mean 'chunk'"],
    ),
    "persona without description": (
        people('{"id": "p1", "description": "A baker."}\n{"id": "p2"}\n'), 2,
        ["people.jsonl", "Line 2", "description"],
    ),
    "unknown method": (
        edit("method: qa", "method: quiz"), 2, ["job.yaml, line", "'quiz'", "dialogue, "],
    ),
    "count 0": (edit("count: 20", "count: 0"), 2, ["job.yaml, line", "count", "greater than"]),
    "an endpoint that refuses": (
        lambda job: None, 3, ["127.0.0.1", "refused", "base_url"],
    ),
    "a broken PDF": (
        put("broken.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "broken.pdf"), 2, ["broken.pdf"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_INPUTS)
@pytest.mark.parametrize("command", ["check", "run"])
def test_bad_input_gives_one_clear_paragraph_and_its_exit_code(
    project: Project, name: str, command: str
) -> None:
    spoil, code, words = BAD_INPUTS[name]
    job = project(f"http://127.0.0.1:{free_port()}/v1", retries=1)
    spoil(job)
    real = (command, name) in (("check", "typo in a key"), ("run", "an endpoint that refuses"))
    ran = (in_a_process if real else textsynth)(command, job)
    assert ran.returncode == code, ran.stderr
    said = ran.stderr.strip().splitlines()[-1]
    assert said.startswith("error: ")
    assert "Traceback" not in ran.stderr
    for word in words:
        assert word in said, said
    assert len(said) < 600


def test_json_errors_are_json(project: Project) -> None:
    job = project("http://127.0.0.1:9/v1")
    edit("count: 20", "count: none")(job)
    ran = textsynth("check", job, "--json")
    error = json.loads(ran.stdout)["error"]
    assert (ran.returncode, error["exit_code"]) == (2, 2)
    assert "count" in error["asked"]


def test_a_run_shows_plain_lines_its_funnel_and_where_it_is(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url)
    ran = in_a_process("run", job, "--samples", "1")
    assert ran.returncode == 0, ran.stderr
    assert "kept 20/20" in ran.stderr
    assert "\x1b" not in ran.stderr + ran.stdout
    assert "near_duplicates" not in ran.stdout
    for words in ("briefs", "length", "kept", "The dataset is in", "user:", "assistant:"):
        assert words in ran.stdout
    assert str(job.parent / "outputs" / "trial") in ran.stdout


def test_check_preview_status_explain_and_export_by_command(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url)
    checked = json.loads(textsynth("check", job, "--json").stdout)
    assert any("12 chunks" in line for line in checked["lines"])
    shown = textsynth("preview", job, "--count", "2").stdout
    assert shown.count("reply:") == 4
    assert "20 kept rows would take about" in shown
    result = json.loads(textsynth("run", job, "--json").stdout)
    assert (result["summary"]["kept"], result["replayed"]) == (20, 4)
    found = json.loads(textsynth("status", job, "--json").stdout)
    assert (found["status"], found["kept"]) == ("closed", 20)
    told = textsynth("explain", "0", job)
    assert told.returncode == 0
    for words in ("chunk", "persona", "question", "reply:", "verdicts", "tokens:"):
        assert words in told.stdout
    listed = textsynth("export", job, "--as", "sharegpt", "--as", "messages", "--json")
    files = [Path(name) for name in json.loads(listed.stdout)]
    assert {"sharegpt.jsonl", "messages.jsonl"} <= {file.name for file in files}
    assert all(file.is_file() for file in files)


@pytest.mark.parametrize("template", ["support", "qa", "dialogue", "clinic", "tenancy", "classify"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_init_writes_a_project_that_passes_its_own_check(
    tmp_path: Path, template: str, language: str
) -> None:
    folder = tmp_path / "my-project"
    made = textsynth("init", folder, "--template", template, "--language", language)
    assert made.returncode == 0, made.stderr
    assert f"name: {folder.name}" in (folder / "job.yaml").read_text("utf8")
    method = "qa" if template in ("clinic", "tenancy") else template
    assert any((folder / "prompts" / method).glob(f"*.{language}.jinja"))
    checked = textsynth("check", folder)
    assert checked.returncode == 0, checked.stderr
    again = textsynth("init", folder)
    assert (again.returncode, "not empty" in again.stderr) == (2, True)


def test_explain_names_what_exists_when_the_row_does_not(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, count=3)
    textsynth("run", job)
    told = textsynth("explain", "nosuchrow", job)
    assert told.returncode == 2
    assert "3 kept" in told.stderr


def test_parts_doctor_and_models_by_command() -> None:
    shelves = json.loads(textsynth("parts", "--json").stdout)
    assert {part["shelf"] for part in shelves} == {
        "inputs", "methods", "providers", "quality", "writers",
    }  # fmt: skip
    wrong = textsynth("parts", "qualty")
    assert (wrong.returncode, "Did you mean 'quality'" in wrong.stderr) == (2, True)
    health = json.loads(textsynth("doctor", "--json").stdout)
    assert {"python", "embedded runtime", "disk"} <= {line["what"] for line in health}
    listed = json.loads(textsynth("models", "list", "--json").stdout)
    assert [model["licence"] for model in listed] == ["Apache-2.0"] * 3


def test_a_short_run_shows_its_rows_and_where_the_others_went(
    project: Project, server: ChatServer
) -> None:
    job = project(server.url, records=2, count=4, max_briefs=2, quality=["length"])
    told = textsynth("run", job, "--samples", "1", "--quiet")
    assert told.returncode == 4
    assert "2 of 4 rows are missing" in told.stderr
    assert "  user: " in told.stdout
    assert "kept" in told.stdout.splitlines()[-1]


def test_check_knows_that_a_rewriting_follows_its_register(project: Project) -> None:
    job = project("http://127.0.0.1:9/v1", method="rewrite", vary={"register": ["plain"]})
    told = textsynth("check", job, "--no-endpoint", "--json")
    assert not [words for words in json.loads(told.stdout)["warnings"] if "register" in words]


def test_parts_shows_the_choices_of_an_option() -> None:
    personas = next(
        part for part in json.loads(textsynth("parts", "inputs", "--json").stdout)
        if part["name"] == "personas"
    )  # fmt: skip
    kinds = {option[0]: option[1] for option in personas["options"]}
    assert kinds["pick"] == "all | random | relevant"
    assert kinds["where"] == "dict"
