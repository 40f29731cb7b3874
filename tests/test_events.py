"""What the engine tells, the log file that it is told to, and keys that reach neither."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pydantic
import pytest

from textsynth import events as module
from textsynth.errors import JobError, TextsynthError
from textsynth.events import Events, JsonLog, RedactingFilter, Redactor, redact_error

SECRET = "pa55/word+of?mine"
OPENAI_KEY = "sk-proj-AbC123dEf456GhI789"


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def wait_for_lines(path: Path, count: int) -> list[dict[str, Any]]:
    until = time.monotonic() + 10
    while len(lines_of(path)) < count and time.monotonic() < until:
        time.sleep(0.01)
    return lines_of(path)


def test_every_sink_is_told_in_order() -> None:
    told: list[tuple[int, str, dict[str, Any]]] = []
    events = Events()
    events.emit("start", run="nobody listens")
    events.add(lambda kind, fields: told.append((1, kind, dict(fields))))
    events.add(lambda kind, fields: told.append((2, kind, dict(fields))))
    events.emit("row", index=3, kind="of field")
    fields = {"index": 3, "kind": "of field"}
    assert told == [(1, "row", fields), (2, "row", fields)]


def test_it_is_live_while_anybody_listens() -> None:
    silent, heard = Events(), Events()
    heard.add(lambda kind, fields: None)
    assert (silent.live, heard.live) == (False, True)


def test_a_sink_that_fails_is_left_out_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    def broken(kind: str, fields: Mapping[str, Any]) -> None:
        raise ValueError("no room")

    events = Events()
    events.add(broken)
    events.add(lambda kind, fields: told.append(kind))
    events.emit("start")
    events.emit("end")
    assert told == ["start", "end"]
    assert [record.message for record in caplog.records] == [
        "warning: a listener failed and is told no more: ValueError('no room')"
    ]


def test_a_line_is_one_object_with_its_time_and_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    with JsonLog(path) as log:
        log("row", {"index": 3, "id": "카드", "usd": None, "nested": {"a": (1, 2)}})
    (line,) = lines_of(path)
    at = line.pop("at")
    assert before <= datetime.fromisoformat(at) <= datetime.now(UTC)
    assert (at[-5], at[-1]) == (".", "Z")
    assert list(line.items()) == [
        ("event", "row"), ("index", 3), ("id", "카드"), ("usd", None),
        ("nested", {"a": [1, 2]}),
    ]  # fmt: skip
    assert "카드" in path.read_text("utf8")


def test_values_that_json_does_not_know_still_make_a_line(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    half = "\ud83d"
    with JsonLog(path) as log:
        log("end", {"status": half, "seconds": float("nan"), "run": Path("a/b"), "n": {3: "x"}})
    (line,) = lines_of(path)
    assert (line["status"], line["seconds"], line["run"], line["n"]) == (
        half,
        None,
        "a/b",
        {"3": "x"},
    )


def test_starts_append_to_the_same_file_also_behind_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    for pid in (1, 2):
        with JsonLog(path) as log:
            log("start", {"pid": pid})
    path.write_bytes(path.read_bytes() + b'{"at":"2026')
    with JsonLog(path) as log:
        log("start", {"pid": 3})
    one, two, torn, three = path.read_text("utf8").splitlines()
    assert [json.loads(line)["pid"] for line in (one, two, three)] == [1, 2, 3]
    assert torn == '{"at":"2026'


def test_warnings_are_in_the_file_at_once_and_the_rest_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_EVERY", 3600.0)
    path = tmp_path / "run.log"
    with JsonLog(path) as log:
        for count, kind in ((2, "retry"), (4, "pause"), (6, "stop")):
            log("row", {"index": count})
            assert len(lines_of(path)) == count - 2
            log(kind, {})
            assert [line["event"] for line in lines_of(path)][-2:] == ["row", kind]
        log("end", {})
        assert len(lines_of(path)) == 6
    assert lines_of(path)[-1]["event"] == "end"
    monkeypatch.setattr(module, "FLUSH_EVERY", 0.02)
    with JsonLog(path) as log:
        log("row", {})
        assert len(wait_for_lines(path, 8)) == 8


def test_lines_of_many_threads_stay_whole_and_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "run.log"

    def write(log: JsonLog, who: int) -> None:
        for number in range(200):
            log("retry" if number % 50 == 0 else "row", {"who": who, "number": number})

    with JsonLog(path) as one, JsonLog(path) as two:
        logs = (one, two, one, two)
        threads = [threading.Thread(target=write, args=(log, i)) for i, log in enumerate(logs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = lines_of(path)
    for who in range(4):
        assert [line["number"] for line in lines if line["who"] == who] == list(range(200))


def test_events_after_closing_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    log = JsonLog(path)
    log("start", {})
    log.close()
    log("stop", {})
    log.close()
    assert [line["event"] for line in lines_of(path)] == ["start"]


@pytest.mark.parametrize("name", [".", "missing/run.log", "file.txt/run.log"])
def test_a_path_that_cannot_be_written_is_told_in_one_paragraph(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(JobError) as caught:
        JsonLog(tmp_path / name)
    assert str(tmp_path / name) in caught.value.asked
    assert caught.value.exists
    assert "name a file" in caught.value.fix
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_told_once_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with JsonLog("/dev/full") as log:
        for _ in range(3):
            log("retry", {"error": "503"})
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("warning: /dev/full is written no more, the run goes on: ")


def test_every_string_of_an_event_is_redacted(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    fields = {
        "error": f"401: {SECRET}", "nested": [{"deep": f"Bearer {OPENAI_KEY}", SECRET: 1}],
        "object": ValueError(SECRET),
    }  # fmt: skip
    with JsonLog(path, Redactor([SECRET])) as log:
        log("retry", fields)
    with JsonLog(path) as log:
        log("stop", {"reason": OPENAI_KEY})
    text = path.read_text("utf8")
    assert SECRET not in text
    assert OPENAI_KEY not in text
    assert lines_of(path)[0]["error"] == "401: [redacted]"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"x{SECRET}y",
        f"키{SECRET}는",
        "http://h/?k=pa55%2Fword%2Bof%3Fmine",
        "http://h/?k=pa55%2fword%2bof%3fmine",
        base64.b64encode(SECRET.encode()).decode(),
        *[base64.b64encode(f"{user}:{SECRET}".encode()).decode() for user in ("u", "us", "use")],
        base64.urlsafe_b64encode(f"us:{SECRET}".encode()).decode(),
    ],
)
def test_a_known_secret_is_found_in_every_form(text: str) -> None:
    found = Redactor([SECRET])(text)
    assert "[redacted]" in found
    assert SECRET not in found
    kept = found.replace("[redacted]", "")
    # In base64 at most the few characters that it shares with what surrounds it are left.
    assert len(text) - len(kept) >= len(SECRET)


def test_a_secret_with_quotes_is_found_in_json() -> None:
    secret = 'pass"word\\of mine'
    assert Redactor([secret])(json.dumps({"said": secret})) == '{"said": "[redacted]"}'


def test_a_secret_is_found_in_both_alphabets_of_base64() -> None:
    secret = "~~~???>>>mine"
    standard = base64.b64encode(b"me:" + secret.encode()).decode()
    for_urls = base64.urlsafe_b64encode(b"me:" + secret.encode()).decode()
    assert standard != for_urls
    assert Redactor([secret])(f"{standard} {for_urls}") == "bWU6[redacted] bWU6[redacted]"


def test_the_longest_secret_goes_first_and_more_can_be_added() -> None:
    redactor = Redactor(["abcdef"])
    assert redactor("abcdefghij") == "[redacted]ghij"
    redactor.add("abcdefghij\n")
    assert redactor("abcdefghij abcdef") == "[redacted] [redacted]"


def test_short_secrets_cut_no_words() -> None:
    assert Redactor(["", "  ", "none", "EMPTY"])("none is EMPTY") == "none is EMPTY"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key sk-1234567890abcdef.", "key [redacted]."),
        (f"키는{OPENAI_KEY}입니다", "키는[redacted]입니다"),
        ("sk-ant-api03-abcDEF123-xyz", "[redacted]"),
        ("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "[redacted]"),
        ("gsk_1234567890abcdefghij", "[redacted]"),
        ("xai-1234567890abcdefghij", "[redacted]"),
        ("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
        ("?key=AIzaSyA1234567890abcdefghijklmnopqrstuv&x=1", "?key=[redacted]&x=1"),
        ("Bearer abcdefghijkl", "Bearer [redacted]"),
        ("bearer abc123def", "bearer [redacted]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted]"),
        ("{'authorization': 'Bearer zzz'}", "{'authorization': 'Bearer [redacted]'}"),
        ("api_key=hunter, model=x", "api_key=[redacted], model=x"),
        ('{"api_key": "hunter two"}', '{"api_key": "[redacted]"}'),
        ('{\\"api_key\\": \\"hunter\\"}', '{\\"api_key\\": \\"[redacted]\\"}'),
        ("OPENAI_API_KEY=hunter", "OPENAI_API_KEY=[redacted]"),
        ("x-api-key: hunter2", "x-api-key: [redacted]"),
        ("at http://user:pass@host:80/v1", "at http://[redacted]@host:80/v1"),
        ("https://0123456789abcdefghij@host/", "https://[redacted]@host/"),
    ],
)
def test_what_looks_like_a_key_goes_whatever_its_value(text: str, clean: str) -> None:
    redactor = Redactor()
    assert redactor(text) == clean
    assert redactor(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "scikit-learn, sk-learn-based-pipeline and sk-learn-1.5.2",
        "a task-force, task-force-1234567890, risk-assessment-20260101abc",
        "gpt-5-mini gpt-4o-mini-2024-07-18 Qwen/Qwen3-30B-A3B xai-org/grok-2",
        "hf_model hf_hub_download hf_gpt2medium gsk_model AKIA",
        "key 0123456789abcdef0123456789abcdef",
        "key=0123456789abcdef0123456789abcdef",
        "카드 분실 신고는 어떻게 하나요?",
        "the bearer of this card; bearer certificates; a Bearer token; Bearer authentication",
        "Authorization: required. api_key: missing",
        "set the variable named by api_key_env to a valid key",
        "api_key_env: OPENAI_API_KEY, api_key=None, api_key=$OPENAI_API_KEY, api_key=''",
        "http://gpu:8000/v1, https://me@host/x, me@host.com",
        "the secretary has 20000 tokens per minute",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Redactor([SECRET, OPENAI_KEY])(text) == text


class Kept(logging.Handler):
    """Keeps the records as a handler gets them."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def logged(redactor: Redactor) -> tuple[logging.Logger, io.StringIO]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(RedactingFilter(redactor))
    logger = logging.Logger("apart")
    logger.addHandler(handler)
    return logger, text


def test_the_filter_cleans_messages_arguments_and_tracebacks() -> None:
    logger, text = logged(Redactor([SECRET]))
    later = Kept()
    logger.addHandler(later)
    logger.warning("refused: %s", SECRET)
    logger.warning("%d%% of %s", 3, "rows")
    try:
        raise ValueError(SECRET)
    except ValueError:
        logger.exception("it failed")
    said = text.getvalue()
    assert said.startswith("refused: [redacted]\n3% of rows\nit failed\nTraceback")
    assert said.endswith("ValueError: [redacted]\n")
    assert SECRET not in repr([vars(record) for record in later.records])


def test_the_filter_cleans_arguments_that_do_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    logger, text = logged(Redactor([SECRET]))
    logger.warning("no place", SECRET)
    assert text.getvalue() == "no place ('[redacted]',)\n"
    assert capsys.readouterr().err == ""


class Strict(pydantic.BaseModel):
    number: int


def fail() -> None:
    """Raises an error whose three parts, notes, cause and context tell the secret."""
    try:
        try:
            Strict.model_validate({"number": SECRET})
        except pydantic.ValidationError:
            raise OSError(13, f"denied {SECRET}", f"/{SECRET}") from None
    except OSError as error:
        error.add_note(SECRET)
        group = ExceptionGroup("both", [ValueError(SECRET), KeyError(SECRET)])
        raise TextsynthError(f"asked {SECRET}", f"exists {SECRET}", f"fix {SECRET}") from group


def test_a_cleaned_error_shows_no_key_in_any_part_of_its_chain() -> None:
    with pytest.raises(TextsynthError) as caught:
        fail()
    error = caught.value
    shown = "".join(traceback.format_exception(error))
    context = error.__context__
    assert context is not None
    assert shown.count(SECRET) >= 5
    assert SECRET in str(context.__context__)
    redact_error(error, Redactor([SECRET]))
    assert (error.asked, error.exists, error.fix) == (
        "asked [redacted]", "exists [redacted]", "fix [redacted]",
    )  # fmt: skip
    assert str(error) == "Asked [redacted]. Exists [redacted]. Fix [redacted]."
    shown = "".join(traceback.format_exception(error))
    assert SECRET not in shown
    assert "ValueError: [redacted]" in shown
    assert error.__context__ is context
    assert context.__notes__ == ["[redacted]"]
    assert str(context) == "[Errno 13] denied [redacted]: '/[redacted]'"
    # pydantic makes its text anew each time, so its error is replaced.
    assert "ValidationError" in str(context.__context__)
    assert SECRET not in str(context.__context__)


def test_a_replaced_error_keeps_what_led_to_it() -> None:
    class Fresh(Exception):
        def __str__(self) -> str:
            return SECRET

    deep, fresh, top = ValueError(f"deep {SECRET}"), Fresh(), KeyError("top")
    fresh.__context__, top.__cause__ = deep, fresh
    redact_error(top, Redactor([SECRET]))
    shown = "".join(traceback.format_exception(top))
    assert "ValueError: deep [redacted]" in shown
    assert "RuntimeError: Fresh: [redacted]" in shown
    fresh.__context__, fresh.__cause__ = None, deep
    redact_error(top, Redactor([SECRET]))
    assert "ValueError: deep [redacted]" in "".join(traceback.format_exception(top))


def test_errors_that_lead_to_each_other_are_cleaned_too() -> None:
    one, two = ValueError(SECRET), KeyError(SECRET)
    one.__context__, two.__context__ = two, one
    redact_error(one, Redactor([SECRET]))
    assert one.args == two.args == ("[redacted]",)
    assert one.__suppress_context__ is False
