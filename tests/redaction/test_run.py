"""No redacted value leaves in a prompt, nor stands in anything that a run writes."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.conftest import Project
from tests.redaction.planted import seeds, values, written
from tests.servers.chat import ChatServer
from tests.servers.scripts import asking_text
from tests.test_kill import start, wait_for
from tests.test_run import contents, rows
from textsynth.jobfile import load_job
from textsynth.journal import Journal
from textsynth.materials import prepare

NAME, PHONE, MAIL = "Theodora Blix", "020 7183 8750", "t.blix@harrowmail.co.uk"
SECRETS = (NAME, PHONE, MAIL)
LETTERS = [
    f"Dear {NAME},\n\nyour card arrives within five working days. We hold your home number as "
    f"{PHONE}, and your email is {MAIL}.\n\nKind regards,\nThe bank",
    "Opening hours are nine to five on weekdays, and ten to two on Saturdays. Branches are shut "
    "on Sundays. Complaints: ask THEODORA BLIX, phone 02071838750.",
    "Express delivery of a card costs twelve pounds, and takes two days in the whole country.",
]
WORDS = "Which question does the letter leave open for somebody who"

Sent = list[str]


@pytest.fixture
def letters(tmp_path: Path, server: ChatServer) -> Callable[..., tuple[Path, Sent]]:
    """Writes a job over three letters; what is sent to the server is gathered."""

    def write(script: Callable[[str], str] | None = None, **fields: Any) -> tuple[Path, Sent]:
        lines = (json.dumps({"letter": text}) for text in fields.pop("texts", LETTERS))
        (tmp_path / "letters.jsonl").write_text("\n".join(lines) + "\n", "utf8")
        sent: Sent = []

        def answer(request: dict[str, Any]) -> str:
            sent.append(json.dumps(request["messages"], ensure_ascii=False))
            own = script(sent[-1]) if script else ""
            return own or str(asking_text(request))

        server.script = answer
        endpoint = {"base_url": server.url, "model": "m", "timeout": 20, "concurrency": 8}
        job = {
            "name": "letters", "method": "qa", "count": 6, "seed": 3,
            "provider": {"openai": endpoint}, "quality": ["length"],
            "inputs": {"documents": "letters.jsonl"}, **fields,
        }  # fmt: skip
        path = tmp_path / "job.yaml"
        path.write_text(yaml.safe_dump({k: v for k, v in job.items() if v is not None}), "utf8")
        return path, sent

    return write


def remembers(text: str) -> str:
    """The question about one of the letters names somebody who is in another one."""
    asked = "Express" in text and "Write one question" in text
    return f"{WORDS} wrote to {NAME.lower()}?" if asked else ""


Letters = Callable[..., tuple[Path, Sent]]


def figures(result: Any) -> dict[str, int]:
    (table,) = (t for t in result.summary.tables if t.title == "Redaction, proved")
    return dict(table.rows)


def test_no_planted_value_is_sent_or_written(tmp_path: Path, server: ChatServer) -> None:
    seeds(tmp_path)
    sent: Sent = []

    def script(request: dict[str, Any]) -> str:
        sent.append(json.dumps(request, ensure_ascii=False))
        return str(asking_text(request))

    server.script = script
    endpoint = {"base_url": server.url, "model": "m", "timeout": 20, "concurrency": 8}
    documents = {"paths": "letters.jsonl", "chunk_chars": 3000}
    job = {
        "name": "planted", "method": "qa", "count": 50, "provider": {"openai": endpoint},
        "inputs": {"documents": documents}, "quality": ["length"], "export": ["messages"],
    }  # fmt: skip
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
    run = ts.run(tmp_path / "job.yaml").path
    planted = values()
    assert len(planted) > 100
    assert len(sent) == 100
    assert not [value for value in planted if value in "\n".join(sent)]
    for name, content in written(run):
        assert not [value for value in planted if value in content], name


def test_the_places_are_on_disk_and_the_values_are_not(letters: Letters) -> None:
    job, sent = letters()
    result = ts.run(job)
    assert not [text for text in sent for secret in SECRETS if secret.lower() in text.lower()]
    lines = (result.path / "redactions.jsonl").read_text("utf8").splitlines()
    marks = [json.loads(line) for line in lines]
    assert all(m.keys() == {"source", "row", "field", "kind", "start", "end"} for m in marks)
    seed = f"letter: {LETTERS[0]}"
    found = {(m["kind"], seed[m["start"] : m["end"]]) for m in marks if m["field"] == "text"}
    assert {("name", NAME), ("phone", PHONE), ("email", MAIL)} <= found
    assert {row["seeds"]["chunk"] for row in rows(result.path, "kept")} >= {m["row"] for m in marks}
    (table,) = (t for t in result.summary.tables if t.title == "Redacted seeds")
    assert ("email", 1, 1) in table.rows
    assert figures(result)["prompts checked"] == len(sent)
    assert figures(result)["rows checked"] == 6


def test_a_second_spelling_that_tells_nothing_by_itself_goes_too(letters: Letters) -> None:
    text = "Opening hours are nine to five. The book of Theodora Blix lies open, see theodora blix."
    job, sent = letters(texts=[LETTERS[0], text, LETTERS[2]])
    ts.run(job)
    assert not [text for text in sent if "blix" in text.lower()]


def test_a_row_in_which_the_model_remembers_a_value_is_dropped(letters: Letters) -> None:
    job, sent = letters(remembers, count=5)
    result = ts.run(job)
    dropped = rows(result.path, "dropped")
    assert dropped
    assert result.summary.reasons == {"redaction: leaked": len(dropped)}
    assert dict(result.summary.funnel)["redaction"] == 5
    assert figures(result)["rows that held one, and were dropped"] == len(dropped)
    assert figures(result)["prompts that would have held one"] == len(dropped)
    verdict = dropped[0]["verdicts"][0]
    assert (verdict["filter"], verdict["keep"], verdict["reason"]) == ("redaction", False, "leaked")
    assert not [text for text in sent if MAIL in text]
    assert not [
        name
        for name, text in written(result.path)
        if NAME.lower() in text and "journal" not in name
    ]
    journal = Journal(result.path / "journal.sqlite")
    try:
        replies = [e.reply.text for e in journal.entries([r["key"] for r in dropped[0]["replies"]])]
    finally:
        journal.close()
    assert NAME.lower() in replies[0]  # the model's own words stay what they were


def test_a_failed_row_holds_no_value_either(letters: Letters) -> None:
    job, _ = letters(lambda text: f"{MAIL} is no question", count=2, max_briefs=3)
    with pytest.raises(ts.TextsynthError):
        ts.run(job)
    run = job.parent / "outputs" / "letters"
    assert rows(run, "failed")
    assert MAIL not in (run / "rows" / "failed.jsonl").read_text("utf8")


def test_a_value_in_a_prompt_of_the_user_is_replaced_before_it_leaves(letters: Letters) -> None:
    job, sent = letters()
    folder = job.parent / "prompts" / "qa"
    folder.mkdir(parents=True)
    text = "--- user\nYou are theodora  blix. {{ question }}\n{{ chunk.text }}\n"
    (folder / "answer.en.jinja").write_text(text, "utf8")
    result = ts.run(job)
    assert not [text for text in sent if "blix" in text.lower()]
    assert figures(result)["prompts that would have held one"] == 6
    assert figures(result)["rows that held one, and were dropped"] == 0


def test_the_copy_of_the_job_file_holds_no_value_and_still_explains(letters: Letters) -> None:
    job, _ = letters()
    job.write_text(job.read_text("utf8") + f"# asked for by {NAME}, {PHONE}\n", "utf8")
    result = ts.run(job)
    assert not [n for n, text in written(result.path) for secret in SECRETS if secret in text]
    found = ts.explain("0", result.path)
    assert found["note"] == ""
    assert found["fields"]["chunk"]["text"]


def test_a_file_named_after_somebody_is_told_and_still_explains(letters: Letters) -> None:
    job, sent = letters(inputs={"documents": f"{NAME}.jsonl"})
    (job.parent / "letters.jsonl").rename(job.parent / f"{NAME}.jsonl")
    told = [line for line in prepare(load_job(job)).warnings if "file name holds" in line]
    assert len(told) == 1
    result = ts.run(job)
    assert not [text for text in sent if NAME in text]
    assert ts.explain("0", result.path)["note"] == ""


def test_explain_shows_places_and_stand_ins(letters: Letters) -> None:
    job, _ = letters()
    result = ts.run(job)
    row = next(r for r in rows(result.path, "kept") if "Dear" in r["columns"]["context"])
    found = ts.explain(row["id"], result.path)
    (table,) = (t for t in found["tables"] if t.title == "redacted in the seeds")
    seed = f"letter: {LETTERS[0]}"
    for _, field, _, first, end, stand_in in table.rows:
        if field == "text":
            assert seed[first:end] in SECRETS
            assert stand_in in row["columns"]["context"]


def test_off_sends_plain_text_and_check_warns(letters: Letters) -> None:
    job, sent = letters(redact=False)
    result = ts.run(job)
    assert [text for text in sent if MAIL in text]
    assert not (result.path / "redactions.jsonl").exists()
    assert not [t for t in result.summary.tables if t.title == "Redaction, proved"]
    found = ts.check(job, endpoint=False)
    (warning,) = (line for line in found.warnings if line.startswith("redaction is off"))
    assert "1 email" in warning
    assert "letters.jsonl" in warning
    assert "redaction: off" in found.lines


def test_check_says_what_will_be_redacted(letters: Letters) -> None:
    job, _ = letters(redact={"kinds": ["email", "phone"]})
    found = ts.check(job, endpoint=False)
    assert "redaction: 1 email, 2 phone in letters.jsonl" in found.lines
    assert not [line for line in found.warnings if "redaction" in line]


def test_on_this_machine_nothing_is_redacted_unless_asked(letters: Letters) -> None:
    job, _ = letters(provider="local")
    assert not prepare(load_job(job)).redactions.marks
    job, _ = letters(provider="local", redact=True)
    assert prepare(load_job(job)).redactions.marks
    job, _ = letters(provider="local", models={"asker": {"openai": {"model": "gpt-5-mini"}}})
    assert prepare(load_job(job)).redactions.marks


def test_an_id_of_ones_own_stays_and_a_hash_of_the_content_is_made_anew(letters: Letters) -> None:
    job, _ = letters(inputs={"documents": "letters.jsonl", "examples": "mine.csv"})
    (job.parent / "mine.csv").write_text(f"id,question\nmine-1,Who is {MAIL}?\n", "utf8")
    plain = prepare(load_job(job, {"redact": False}))
    first, again = prepare(load_job(job)), prepare(load_job(job))
    assert first.items["examples"][0]["id"] == "mine-1"
    assert MAIL not in first.items["examples"][0]["question"]
    ids = [[row["id"] for row in made.items["documents"]] for made in (plain, first, again)]
    assert ids[0][0] != ids[1][0]
    assert ids[0][2] == ids[1][2]
    assert ids[1] == ids[2]
    assert [s.sha256 for s in first.sources if s.path == "letters.jsonl"] == [""]
    assert first.items["documents"][0]["fields"]["letter"] in first.items["documents"][0]["text"]


def test_placeholders_and_allowed_values(letters: Letters) -> None:
    redact = {"style": "placeholder", "allow": [PHONE], "kinds": ["email", "phone"]}
    job, _ = letters(redact=redact)
    text = prepare(load_job(job)).items["documents"][0]["text"]
    assert "[EMAIL_1]" in text
    assert PHONE in text


def test_same_bytes_whatever_the_concurrency_and_after_a_kill(
    letters: Letters, server: ChatServer, project: Project
) -> None:
    job, _ = letters(remembers, count=15)
    server.latency = 0.01
    patterns = ("data/*", "rows/*", "README.md", "redactions.jsonl", "job.yaml")
    runs = [ts.run(job, out=job.parent / f"out{n}", concurrency=n).path for n in (1, 8)]
    killed = job.parent / "killed"
    process = start(job, killed)
    wait_for(server, server.requests + 12, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ts.run(job, out=killed)
    first = contents(runs[0], patterns)
    assert len(first) >= 7
    assert contents(runs[1], patterns) == first
    assert contents(killed, patterns) == first


def test_a_folder_that_was_begun_without_redaction_is_told(
    letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    job, _ = letters(count=2)
    ts.run(job, redact=False)
    ts.run(job)
    assert "was begun without redaction" in caplog.text
    caplog.clear()
    ts.run(job)
    assert "was begun without redaction" not in caplog.text


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"kinds": ["phone"]}, "was begun without redaction of email, national_id,"),
        ({"allow": [PHONE, MAIL]}, "was begun when 1 more values of redact.allow stayed"),
        ({"style": "placeholder", "allow": [PHONE]}, ""),
    ],
    ids=["kinds", "allow", "style"],
)
def test_a_folder_that_was_redacted_less_is_told(
    letters: Letters, caplog: pytest.LogCaptureFixture, before: dict[str, Any], words: str
) -> None:
    job, _ = letters(count=2)
    ts.run(job, redact=before)
    ts.run(job, redact={"allow": [PHONE]})
    told = [line for line in caplog.messages if "was begun" in line]
    assert (words in told[0]) if words else not told
    caplog.clear()
    ts.run(job, redact={"allow": [PHONE]})
    assert "was begun" not in caplog.text


def test_an_option_that_holds_a_redacted_value_is_told_without_the_value(letters: Letters) -> None:
    fields = {
        "method": {"support": {"company": f"{NAME} and Sons"}},
        "inputs": {"documents": "letters.jsonl", "personas": "people.jsonl"},
        "scenarios": ["a lost card", f"a call to {PHONE}"],
    }
    job, _ = letters(**fields)
    people = '{"id": "p1", "description": "A baker who opens at six and reads no letter."}'
    (job.parent / "people.jsonl").write_text(people + "\n", "utf8")
    told = [line for line in prepare(load_job(job)).warnings if "redacted value" in line]
    assert [line.split(";")[0] for line in told] == [
        "the option support.company holds a redacted value (name)",
        "the option scenarios.1 holds a redacted value (phone)",
    ]
    job, _ = letters(**fields, redact={"allow": [NAME, PHONE]})
    assert not [line for line in prepare(load_job(job)).warnings if "redacted value" in line]
