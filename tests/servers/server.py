"""The test chat server: what it admits and counts, and the thread it runs in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from .batch_api import BatchApi
from .batch_behaviour import BatchBehaviour
from .batches import Batch
from .bodies import GENERATORS, ApiError, Job, injected_error, no_model
from .connection import Connection
from .faults import Faults
from .files import StoredFile
from .http11 import Http
from .rate_limits import RateLimiter
from .scripts import SCRIPTS, Script, request_hash, word_scores
from .settings import configure
from .stats import Stats
from .structured import MODES, check_format, honouring


class ChatServer:
    """An OpenAI-compatible server on 127.0.0.1, in a thread of its own while entered.

    `latency` is seconds before an answer, `jitter` the share (0 to 1) by which it varies either
    way. `script` makes the replies (a name from `SCRIPTS` or a function; it runs on the
    server's event loop, so it must not block), `moderation` the scores of /v1/moderations.
    `batching` says how batches go, `headers` go
    with every good answer. `structured` says what becomes of `response_format` and `tools`: a
    mode of `structured.MODES`. Without `completions` there is no /v1/completions; `template_api`
    ("llama.cpp", "vllm" or none) says how the chat template (ChatML) may be asked for. All of these
    may be assigned while the server runs.
    """

    def __init__(
        self,
        *,
        faults: Faults | None = None,
        batching: BatchBehaviour | None = None,
        latency: float = 0.0,
        jitter: float = 0.0,
        script: Script | str = "varied",
        moderation: Script = word_scores,
        structured: str = "ignore",
        completions: bool = True,
        template_api: str = "",
        headers: Mapping[str, str] | None = None,
        api_key: str | None = None,
        models: Sequence[str] | None = None,
        port: int = 0,
    ) -> None:
        self.faults = faults or Faults()
        self.latency = latency
        self.jitter = jitter
        self.script: Script = SCRIPTS[script] if isinstance(script, str) else script
        self.moderation = moderation
        self.structured = structured
        self.completions, self.template_api = completions, template_api
        self.headers = dict(headers or {})
        self.port = port
        self.stats = Stats()
        self.batch_api = BatchApi(self, batching or BatchBehaviour())
        self.open_connections: set[Connection] = set()
        self._api_key = api_key
        self.models = None if models is None else list(models)
        self._rate_limiter = RateLimiter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop = asyncio.Event()

    @property
    def url(self) -> str:
        """The base URL that clients take, with `/v1`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> int:
        """The number of chat requests received, whatever became of them."""
        return self.stats.requests

    @property
    def counts(self) -> dict[str, int]:
        """How many times each request body arrived, by request hash (all three POST paths)."""
        return dict(self.stats.counts)

    @property
    def answered(self) -> dict[str, int]:
        """How many complete good answers each request was sent, by request hash."""
        return dict(self.stats.answered)

    @property
    def injected(self) -> dict[str, int]:
        """How many times each fault was dealt out, by its name without `rate_`."""
        return dict(self.stats.injected)

    @property
    def peak_in_flight(self) -> int:
        """The most requests that were at work at once."""
        return self.stats.peak

    @property
    def mean_in_flight(self) -> float:
        """The mean number of requests at work over time, idle gaps included."""
        return self.stats.mean()

    @property
    def batching(self) -> BatchBehaviour:
        """How batches go; assigning it starts its counts (such as `fail_first`) anew."""
        return self.batch_api.behaviour

    @batching.setter
    def batching(self, behaviour: BatchBehaviour) -> None:
        self.batch_api.behave(behaviour)

    @property
    def batches(self) -> list[Batch]:
        """Every batch, oldest first, as it now is: the objects change as the batches go on."""
        return self.batch_api.batches

    @property
    def files(self) -> list[StoredFile]:
        """Every file that is not deleted, oldest first: uploads, and what batches wrote."""
        return self.batch_api.files

    @property
    def structured(self) -> str:
        """The mode of structured replies."""
        return self._structured

    @structured.setter
    def structured(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"structured must be one of {', '.join(MODES)}")
        self._structured = mode

    @property
    def headers(self) -> dict[str, str]:
        """Header lines that go with every good answer; to be assigned whole."""
        return dict(self._headers)

    @headers.setter
    def headers(self, headers: Mapping[str, str]) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if lines.count("\r") + lines.count("\n") != 2 * len(headers):
            raise ValueError("a header must be one line")
        self._headers, self.header_lines = dict(headers), lines

    def configure(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Change settings by name and return what now holds, as `settings.configure` does."""
        return configure(self, settings)

    def arrive(self, call: Http) -> Job:
        """Count a request for generation and read its body."""
        if call.path == GENERATORS[0]:
            self.stats.requests += 1
        elif call.path == GENERATORS[1] and not self.completions:
            raise ApiError(404, "Invalid URL (POST /v1/completions)")
        try:
            request = json.loads(call.body.decode("utf-8"))
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            raise ApiError(400, "we could not parse the JSON body of your request")
        key = request_hash(request)
        return Job(call.path, request, key, self.stats.arrive(key))

    def admit(self, call: Http, job: Job, faults: Faults) -> None:
        """Raise `ApiError` for a request that is not to be worked on."""
        self.authorise(call, faults)
        limit = faults.max_in_flight
        if limit is not None and self.stats.in_flight >= limit:
            self.stats.injected["max_in_flight"] += 1
            raise injected_error(429)
        self.examine(job, faults)
        if faults.requests_per_minute is not None or faults.tokens_per_minute is not None:
            now = asyncio.get_running_loop().time()
            try:
                job.headers = self._rate_limiter.take(faults, job, now)
            except ApiError:
                self.stats.injected["rate_limit"] += 1
                raise

    def knows_model(self, model: str) -> bool:
        """Say whether the server has a model; one without a list of models has every one."""
        return self.models is None or model in self.models

    def examine(self, job: Job, faults: Faults) -> None:
        """Raise `ApiError` for a request that is wrong in itself."""
        job.check()
        model = job.request["model"]
        if self.models is not None and model not in self.models:
            raise no_model(model)
        if self._structured != "ignore" and job.chat:
            check_format(self._structured, job.request)
        longest = faults.context_length
        if longest is not None and job.prompt > longest:
            self.stats.injected["context_length"] += 1
            raise ApiError(
                400,
                f"This model's maximum context length is {longest} characters. "
                f"However, your prompt has {job.prompt} characters.",
                "context_length_exceeded",
                "messages" if job.chat else "prompt",
            )

    def reply(self, job: Job) -> list[bytes]:
        """Return the events of a stream, or one whole body; `ApiError` when the script fails."""
        script = self.moderation if job.moderates else self.script
        if self._structured != "ignore" and job.chat:
            script = honouring(script)
        try:
            return job.events(script) if job.stream else [job.body(script)]
        except Exception as error:
            self.stats.script_errors.append(f"{type(error).__name__}: {error}")
            raise ApiError(500, f"the script raised {error!r}", "script_error") from error

    def authorise(self, call: Http, faults: Faults) -> None:
        """Raise `ApiError` for a wrong key, or when every request is to fail."""
        if self._api_key is not None:
            scheme, _, key = call.header(b"authorization").partition(b" ")
            if scheme.lower() != b"bearer" or key.strip() != self._api_key.encode():
                raise ApiError(401, "Incorrect API key provided.", "invalid_api_key")
        if faults.fail_all is not None:
            self.stats.injected["fail_all"] += 1
            raise injected_error(faults.fail_all)

    async def serve(self, ready: Callable[[], None]) -> None:
        """Serve until `stop`; call `ready` once the port is known."""
        self._loop = asyncio.get_running_loop()
        listener = await self._loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port, backlog=4096
        )
        self.port = listener.sockets[0].getsockname()[1]
        ready()
        try:
            await self._stop.wait()
        finally:
            listener.close()
            for connection in list(self.open_connections):
                connection.abort()
            await asyncio.sleep(0)  # the loop must run once for sockets to be closed
            await listener.wait_closed()

    def start(self) -> Self:
        """Serve from a new thread; return once the port is open."""
        ready = threading.Event()
        failure: list[OSError] = []

        def run() -> None:
            try:
                asyncio.run(self.serve(ready.set))
            except OSError as error:
                failure.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=run, name="chat-server", daemon=True)
        self._thread.start()
        ready.wait()
        if failure:
            raise failure[0]
        return self

    def stop(self) -> None:
        """End the thread and every connection; safe to call twice."""
        if self._thread is None or self._loop is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def request_stop(self) -> None:
        """Ask `serve` to return; to be called on its own event loop."""
        self._stop.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()
