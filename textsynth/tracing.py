"""OpenTelemetry spans of a run: the run, its rows, and under each row the requests to a model.

Spans of requests carry the attributes of the GenAI semantic conventions, where "chat" is one
request with all its tries (github.com/open-telemetry/semantic-conventions-genai, v0.1.0). What the
conventions have no name for is `textsynth.<name>`. Prompts and replies are private: no text of
theirs is in a span, and of an error only its class.

A span is the child of the one around it in the same asyncio task, or in the task that started this
one, so rows that are written side by side keep apart. OpenTelemetry is loaded by `open_tracing`.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from textsynth.errors import JobError
from textsynth.records import Reply
from textsynth.version import VERSION

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer

Value = str | bool | int | float | Sequence[str]
"""What an attribute may hold."""

LAST_EXPORT = 5.0
"""Seconds that the end of a run waits, at most, for its last spans to be taken."""

log = logging.getLogger("textsynth")

_NUMBERS = (
    "temperature", "top_p", "top_k", "max_tokens", "frequency_penalty", "presence_penalty", "seed",
)  # fmt: skip
_OPTIONS = {name: f"gen_ai.request.{name}" for name in _NUMBERS}
_OPTIONS["max_completion_tokens"] = _OPTIONS["max_tokens"]

# Public endpoints by the end of their host's name: who answers there, in the conventions' words.
_PUBLIC = {
    "openai.azure.com": "azure.ai.openai", "ai.azure.com": "azure.ai.inference",
    "aiplatform.googleapis.com": "gcp.vertex_ai", "amazonaws.com": "aws.bedrock",
    "anthropic.com": "anthropic", "cohere.com": "cohere", "deepseek.com": "deepseek",
    "generativelanguage.googleapis.com": "gcp.gemini", "groq.com": "groq",
    "mistral.ai": "mistral_ai", "moonshot.ai": "moonshot_ai", "ml.cloud.ibm.com": "ibm.watsonx.ai",
    "openai.com": "openai", "perplexity.ai": "perplexity", "x.ai": "x_ai",
}  # fmt: skip


class Span:
    """What a `with` goes around; this one keeps nothing."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        pass

    def set(self, attributes: Mapping[str, Value | None]) -> None:
        """Adds attributes, named without the `textsynth.` that they get. None is left out."""

    def replied(self, reply: Reply, tries: int = 1) -> None:
        """Notes what a request brought: model, finish, tokens, cost; never the text."""

    def failed(self, error: BaseException) -> None:
        """Marks the span as failed. An Exception that leaves the `with` does so by itself."""


_NOTHING = Span()


class Tracing(contextlib.AbstractContextManager["Tracing"]):
    """Makes spans with a tracer, or, without one, none at all. Close it, or use it in a `with`."""

    def __init__(
        self, tracer: Tracer | None = None, closing: Callable[[], None] = lambda: None
    ) -> None:
        self._tracer, self._closing = tracer, closing
        if tracer is not None:
            from opentelemetry import context, trace

            self._trace, self._context = trace, context
            # A run may go on in a thread of its own, which knows nothing of the caller's span.
            self._outside = context.get_current()

    def run(self, name: str, attributes: Mapping[str, Value | None]) -> Span:
        """A span `run <name>` around a whole run of that job, under the caller's if it has one.

        `attributes` are named as for `Span.set`.
        """
        if self._tracer is None:
            return _NOTHING
        here = self._trace.get_current_span().get_span_context().is_valid
        within = None if here else self._outside
        return _OtelSpan(self, f"run {name}", _ours({"job": name, **attributes}), within=within)

    def row(self, index: int) -> Span:
        """A span `row` around the writing of the row of that brief."""
        if self._tracer is None:
            return _NOTHING
        return _OtelSpan(self, "row", {"textsynth.index": index})

    def chat(
        self,
        model: str,
        provider: str,
        address: str,
        options: Mapping[str, Any],
        attributes: Mapping[str, Value | None],
        *,
        structured: bool = False,
        raw: bool = False,
    ) -> Span:
        """A span `chat <model>` around one request with all its tries.

        Of a `raw` one it is `text_completion <model>`.
        `provider` is the part's name, `address` host:port or a URL, `options` those of the body;
        `structured` says that JSON is asked for, `attributes` are named as for `Span.set`.
        """
        if self._tracer is None:
            return _NOTHING
        operation = "text_completion" if raw else "chat"
        known: dict[str, Value] = {
            "gen_ai.operation.name": operation,
            "gen_ai.request.model": model,
            **_server(provider, address),
            **_ours(attributes),
        }
        for name, value in options.items():
            if name in _OPTIONS and isinstance(value, int | float):
                known[_OPTIONS[name]] = value
        if structured:
            known["gen_ai.output.type"] = "json"
        return _OtelSpan(self, f"{operation} {model}", known, client=True)

    def close(self) -> None:
        """Hands over what is left; waits little longer than `LAST_EXPORT`. Never raises."""
        closing, self._closing = self._closing, lambda: None
        closing()

    def __exit__(self, *_: object) -> None:
        self.close()


NO_TRACING = Tracing()
"""For runs that are not traced."""


class _OtelSpan(Span):
    """One span, current from entering to leaving."""

    __slots__ = ("_of", "_span", "_start", "_token")

    def __init__(
        self,
        of: Tracing,
        name: str,
        attributes: Mapping[str, Value],
        *,
        client: bool = False,
        within: Context | None = None,
    ) -> None:
        self._of = of
        kind = of._trace.SpanKind.CLIENT if client else of._trace.SpanKind.INTERNAL
        self._start = (name, within, kind, attributes)

    def __enter__(self) -> Self:
        of, (name, within, kind, attributes) = self._of, self._start
        assert of._tracer is not None
        self._span = of._tracer.start_span(name, within, kind, attributes)
        inside = of._trace.set_span_in_context(self._span, within)
        self._token: Token[Context] = of._context.attach(inside)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # The span's own `with` would note the error's text and traceback; its class is enough.
        # A cancelled task, or Ctrl+C, is no fault of what was under way.
        if isinstance(error, Exception):
            self.failed(error)
        self._of._context.detach(self._token)
        self._span.end()

    def set(self, attributes: Mapping[str, Value | None]) -> None:
        self._span.set_attributes(_ours(attributes))

    def replied(self, reply: Reply, tries: int = 1) -> None:
        attributes: dict[str, Value] = {
            "gen_ai.response.model": reply.model,
            "gen_ai.response.finish_reasons": (reply.finish,),
            "gen_ai.usage.input_tokens": reply.tokens_in,
            "gen_ai.usage.output_tokens": reply.tokens_out,
            "textsynth.tries": tries,
        }
        if reply.cached:
            attributes["gen_ai.usage.cache_read.input_tokens"] = reply.cached
        if reply.usd is not None:
            attributes["textsynth.usd"] = reply.usd
        self._span.set_attributes(attributes)

    def failed(self, error: BaseException) -> None:
        self._span.set_attribute("error.type", type(error).__name__)
        self._span.set_status(self._of._trace.StatusCode.ERROR)


def _ours(attributes: Mapping[str, Value | None]) -> dict[str, Value]:
    return {f"textsynth.{name}": v for name, v in attributes.items() if v is not None}


@functools.lru_cache(maxsize=256)
def _server(provider: str, address: str) -> dict[str, Value]:
    """Who answers and where. Words instead of an address ("this machine") give no server."""
    found: dict[str, Value] = {"gen_ai.provider.name": provider}
    with contextlib.suppress(ValueError):
        parts = urlsplit(address if "://" in address else f"//{address}")
        host = parts.hostname or ""
        public = [end for end in _PUBLIC if f".{host}".endswith(f".{end}")]
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        if public:
            found["gen_ai.provider.name"], port = _PUBLIC[public[0]], port or 443
        if (port or "." in host or host == "localhost") and " " not in host:
            found["server.address"] = host
            if port:
                found["server.port"] = port
    return found


def open_tracing() -> Tracing:
    """Spans for this run: through the program's tracer provider if it has set one, else by OTLP.

    On its own it sends by OTLP/HTTP to where the variables OTEL_EXPORTER_OTLP_* say (by default
    http://localhost:4318), as the service OTEL_SERVICE_NAME or `textsynth`.

    Raises JobError when OpenTelemetry is not installed, or one of its variables cannot be used.
    """
    try:
        from opentelemetry import trace

        given = trace.get_tracer_provider()
        if isinstance(given, trace.ProxyTracerProvider):  # nobody has set one
            return _own_tracing()
        return Tracing(given.get_tracer("textsynth", VERSION))
    except Exception as error:
        install, correct = "pip install 'textsynth[otel]'", "correct the variables that begin OTEL_"
        raise JobError(
            "tracing was asked for, and OpenTelemetry does not start",
            f"{type(error).__name__}: {error}",
            install if isinstance(error, ImportError) else correct,
        ) from error


def _own_tracing() -> Tracing:
    """Spans that a thread of its own exports."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create()
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        own = {"service.name": "textsynth", "service.version": VERSION}
        resource = resource.merge(Resource(own))
    exporter = OTLPSpanExporter()
    break_off: Callable[[], None] = exporter.shutdown
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    mute = _Mute()

    def export_the_last() -> None:
        provider.shutdown()
        mute.undo()

    def closing() -> None:
        mute.heard.clear()
        last = threading.Thread(target=export_the_last, name="last spans", daemon=True)
        last.start()
        until = time.monotonic() + LAST_EXPORT
        # Its first fault ends the last export: where nobody listens, trying again only takes time.
        while last.is_alive() and time.monotonic() < until and not mute.heard.is_set():
            last.join(0.02)
        if last.is_alive():
            break_off()
            last.join(0.5)

    return Tracing(provider.get_tracer("textsynth", VERSION), closing)


class _Mute(logging.Handler):
    """Takes what OpenTelemetry logs: of the faults of an export the user gets one line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = threading.Event()
        self._told = False
        self._logger = logging.getLogger("opentelemetry")
        self._before = self._logger.propagate
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("opentelemetry.exporter", "opentelemetry.sdk._shared")):
            log.debug("tracing: %s", record.getMessage())
            return
        self.heard.set()
        if self._told:
            return
        self._told = True
        log.warning("warning: trouble sending spans to %s; the run goes on", _collector())

    def undo(self) -> None:
        """From now on OpenTelemetry logs as before."""
        self._logger.removeHandler(self)
        self._logger.propagate = self._before


def _collector() -> str:
    """host:port that spans go to, without what else a URL may hold."""
    names = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    url = next((os.environ[name] for name in names if os.environ.get(name)), "localhost:4318")
    return url.rpartition("://")[2].partition("/")[0].rpartition("@")[2]
