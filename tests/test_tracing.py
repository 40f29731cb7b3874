"""Spans of a run: who is whose child, what they tell, where they go, and what stops them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from textsynth import tracing as module
from textsynth.errors import JobError, TransientError
from textsynth.records import Reply
from textsynth.tracing import NO_TRACING, Tracing, open_tracing

KEY = "0123456789abcdef0123456789abcdef"
REPLY = Reply("the private reply", "gpt-5-mini-2026", "length", 12, 34, 5, 0.25)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The OTEL_ variables and proxies of whoever runs the tests play no part."""
    for name in list(os.environ):
        if name.startswith("OTEL_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What the spans go to when the program has set a tracer provider."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def number(span: ReadableSpan) -> int:
    return int(span.context.span_id) if span.context else 0


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def told(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


async def ask(tracing: Tracing, index: int) -> None:
    with tracing.chat("m", "openai", "gpu:8000", {}, {"brief": index}) as span:
        await asyncio.sleep(random.uniform(0, 0.005))
        span.replied(REPLY)


async def write(tracing: Tracing, index: int) -> None:
    with tracing.row(index):
        await ask(tracing, index)
        await asyncio.gather(ask(tracing, index), asyncio.create_task(ask(tracing, index)))
        await asyncio.sleep(0)
        await ask(tracing, index)


async def produce(tracing: Tracing, rows: int) -> None:
    with tracing.run("trial", {"method": "qa", "seed": None}) as span:
        await asyncio.gather(*(asyncio.create_task(write(tracing, i)) for i in range(rows)))
        span.set({"kept": rows})


def test_requests_of_rows_written_side_by_side_stand_under_their_own_row(
    memory: InMemorySpanExporter,
) -> None:
    with open_tracing() as tracing:
        asyncio.run(produce(tracing, 40))
    (run,) = named(memory, "run trial")
    rows = named(memory, "row")
    chats = named(memory, "chat m")
    assert (len(rows), len(chats)) == (40, 160)
    assert {parent(row) for row in rows} == {number(run)}
    index_of = {number(row): told(row)["textsynth.index"] for row in rows}
    assert sorted(index_of.values(), key=str) == sorted(range(40), key=str)
    for chat in chats:
        above = parent(chat)
        assert above is not None
        assert index_of[above] == told(chat)["textsynth.brief"]
    assert parent(run) is None
    assert told(run) == {"textsynth.job": "trial", "textsynth.method": "qa", "textsynth.kept": 40}
    assert not trace.get_current_span().get_span_context().is_valid


def test_a_run_in_a_thread_of_its_own_stands_under_the_callers_span(
    memory: InMemorySpanExporter,
) -> None:
    with trace.get_tracer("program").start_as_current_span("program"):
        tracing = open_tracing()
        thread = threading.Thread(target=lambda: asyncio.run(produce(tracing, 1)))
        thread.start()
        thread.join()
        with tracing.run("here", {}):
            pass
    (program,) = named(memory, "program")
    for name in ("run trial", "run here"):
        (run,) = named(memory, name)
        assert parent(run) == number(program)
    (row,) = named(memory, "row")
    assert parent(row) == number(named(memory, "run trial")[0])


def test_a_request_is_told_in_the_words_of_the_conventions(memory: InMemorySpanExporter) -> None:
    options = {
        "temperature": 0.7, "top_p": 0.9, "top_k": 40, "max_tokens": 200, "seed": 3,
        "stop": ["private"], "logit_bias": {"1": 2}, "presence_penalty": None,
    }  # fmt: skip
    tracing = open_tracing()
    attributes = {"step": "question", "key": KEY, "nothing": None}
    with tracing.chat(
        "gpt-5-mini", "openai", "api.openai.com", options, attributes, structured=True
    ) as chat:
        chat.replied(REPLY, tries=3)
    (span,) = named(memory, "chat gpt-5-mini")
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert told(span) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.output.type": "json",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.max_tokens": 200,
        "gen_ai.request.model": "gpt-5-mini",
        "gen_ai.request.seed": 3,
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.top_k": 40,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.response.finish_reasons": ("length",),
        "gen_ai.response.model": "gpt-5-mini-2026",
        "gen_ai.usage.cache_read.input_tokens": 5,
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 34,
        "server.address": "api.openai.com",
        "server.port": 443,
        "textsynth.key": KEY,
        "textsynth.step": "question",
        "textsynth.tries": 3,
        "textsynth.usd": 0.25,
    }


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("gpu:8000", ("openai", "gpu", 8000)),
        ("http://gpu/v1", ("openai", "gpu", 80)),
        ("[::1]:8000", ("openai", "::1", 8000)),
        ("10.1.2.3", ("openai", "10.1.2.3", None)),
        ("api.groq.com", ("groq", "api.groq.com", 443)),
        ("https://mine.openai.azure.com/x", ("azure.ai.openai", "mine.openai.azure.com", 443)),
        ("nox.ai:80", ("openai", "nox.ai", 80)),
        ("this machine", ("openai", None, None)),
        ("a gpu of lab.example", ("openai", None, None)),
        ("local", ("openai", None, None)),
        ("gpu:port", ("openai", None, None)),
    ],
)
def test_who_answers_and_where(
    memory: InMemorySpanExporter, address: str, expected: tuple[str, str | None, int | None]
) -> None:
    with open_tracing().chat("m", "openai", address, {}, {}):
        pass
    (span,) = named(memory, "chat m")
    found = told(span)
    names = ("gen_ai.provider.name", "server.address", "server.port")
    assert tuple(found.get(name) for name in names) == expected


def test_an_error_is_told_by_its_class_and_not_by_its_text(memory: InMemorySpanExporter) -> None:
    tracing = open_tracing()
    with (
        pytest.raises(TransientError),
        tracing.row(1),
        tracing.chat("m", "openai", "gpu:1", {}, {}),
    ):
        raise TransientError("503: the private prompt")
    with tracing.row(2) as handled:
        handled.failed(ValueError("the private prompt"))
    (chat,) = named(memory, "chat m")
    first, second = named(memory, "row")
    for span, name in ((chat, "TransientError"), (first, "TransientError"), (second, "ValueError")):
        assert told(span)["error.type"] == name
        assert span.status.status_code is StatusCode.ERROR
        assert not span.events
        assert "private" not in span.to_json()


def test_a_row_that_is_cancelled_is_no_failure_and_its_span_ends(
    memory: InMemorySpanExporter,
) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(write(open_tracing(), 3))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    for name in ("row", "chat m"):
        (span,) = named(memory, name)
        assert span.status.status_code is StatusCode.UNSET
        assert "error.type" not in told(span)


def test_the_programs_own_provider_stays_open(memory: InMemorySpanExporter) -> None:
    open_tracing().close()
    with trace.get_tracer("program").start_as_current_span("later"):
        pass
    assert named(memory, "later")


def test_without_tracing_everything_goes_on_and_nothing_is_made(
    memory: InMemorySpanExporter,
) -> None:
    with NO_TRACING as tracing:
        asyncio.run(produce(tracing, 2))
    with pytest.raises(ValueError, match="goes through"), NO_TRACING.row(1):
        raise ValueError("goes through")
    assert not memory.get_finished_spans()


class Collector(ThreadingHTTPServer):
    """Takes spans as an OpenTelemetry collector does; `status` is what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[ExportTraceServiceRequest] = []
        self.status = 200
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            self.server.bodies.append(body)
            self.server.taken.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
        yield running
        running.shutdown()
        thread.join()


def test_spans_reach_a_collector(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    with open_tracing() as tracing:
        asyncio.run(produce(tracing, 3))
    resources = [one for request in collector.taken for one in request.resource_spans]
    service = {item.key: item.value.string_value for item in resources[0].resource.attributes}
    assert service["service.name"] == "textsynth"
    spans = [span for one in resources for scope in one.scope_spans for span in scope.spans]
    by_id = {span.span_id: span for span in spans}
    assert sorted(span.name for span in spans) == ["chat m"] * 12 + ["row"] * 3 + ["run trial"]
    assert {by_id[span.parent_span_id].name for span in spans if span.name == "chat m"} == {"row"}
    assert len({span.trace_id for span in spans}) == 1
    assert not any(b"private" in body for body in collector.bodies)
    assert not caplog.records
    assert logging.getLogger("opentelemetry").propagate


def test_the_services_name_is_the_users_if_given(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    with open_tracing() as tracing, tracing.row(1):
        pass
    (one,) = collector.taken[0].resource_spans
    names = [a.value.string_value for a in one.resource.attributes if a.key == "service.name"]
    assert names == ["mine"]


def silent_port() -> tuple[socket.socket, int]:
    """A port that takes connections and never answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, listening.getsockname()[1]


def ends(pauses: int) -> bool:
    """Whether a traced run comes to its end, however long its requests may be tried."""
    ended = threading.Event()

    def traced() -> None:
        with open_tracing() as tracing:
            for _ in range(pauses):
                asyncio.run(produce(tracing, 3))
                asyncio.run(asyncio.sleep(0.1))
            asyncio.run(produce(tracing, 3))
        ended.set()

    threading.Thread(target=traced, daemon=True).start()
    return ended.wait(20)


@pytest.mark.parametrize("pauses", [0, 1])
def test_a_collector_that_is_not_there_costs_one_line(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    pauses: int,
) -> None:
    listening, port = silent_port()
    listening.close()
    address = f"127.0.0.1:{port}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://me:private@{address}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20" if pauses else "60000")
    monkeypatch.setattr(module, "LAST_EXPORT", 600.0)
    assert ends(pauses)
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"warning: trouble sending spans to {address}; the run goes on"]
    assert capfd.readouterr().err == ""


def test_a_collector_that_refuses_costs_one_line(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    collector.status = 400
    for _ in range(2):
        with open_tracing() as tracing:
            asyncio.run(produce(tracing, 1))
    assert len(collector.taken) == 2
    assert len(caplog.records) == 2


def test_a_collector_that_never_answers_holds_the_end_up_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LAST_EXPORT", 0.1)
    listening, port = silent_port()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600")
    assert ends(0)
    listening.close()  # lets go whoever still waits for an answer
    for thread in threading.enumerate():
        if thread.name == "last spans":
            thread.join(10)
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"warning: trouble sending spans to 127.0.0.1:{port}; the run goes on"]
    assert logging.getLogger("opentelemetry").propagate


@pytest.mark.parametrize(
    "missing", ["opentelemetry", "opentelemetry.exporter.otlp.proto.http.trace_exporter"]
)
def test_without_the_extra_the_fix_is_to_install_it(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(JobError) as caught:
        open_tracing()
    assert caught.value.fix == "pip install 'textsynth[otel]'"
    assert missing in caught.value.exists


def test_a_variable_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")
    with pytest.raises(JobError, match="OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT") as caught:
        open_tracing()
    assert caught.value.fix == "correct the variables that begin OTEL_"


def test_tracing_is_loaded_when_it_is_opened_and_not_before() -> None:
    code = (
        "import sys, textsynth.tracing as t\n"
        "t.NO_TRACING.run('x', {})\n"
        "print('opentelemetry' in sys.modules)\n"
        "t.open_tracing().close()\n"
        "print('opentelemetry' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]
    assert ran.stderr == ""
