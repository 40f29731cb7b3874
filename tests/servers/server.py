"""The test chat server: what it admits, counts and looks up, and the thread it runs in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any, Self

from .bodies import CREATED, GENERATORS, ApiError, Job, injected_error, no_model
from .connection import Connection
from .faults import Faults
from .http11 import Http
from .scripts import SCRIPTS, Script, request_hash
from .stats import Stats

DEFAULT_MODEL = "scripted-model"


class ChatServer:
    """An OpenAI-compatible server on 127.0.0.1, in a thread of its own while entered.

    `latency` is seconds before an answer, `jitter` the share (0 to 1) by which it varies either
    way. `script` makes the replies (a name from `SCRIPTS` or a function; it runs on the
    server's event loop, so it must not block). `faults`, `latency`, `jitter` and `script` may
    be assigned while the server runs.
    """

    def __init__(
        self,
        *,
        faults: Faults | None = None,
        latency: float = 0.0,
        jitter: float = 0.0,
        script: Script | str = "varied",
        api_key: str | None = None,
        models: Sequence[str] | None = None,
        port: int = 0,
    ) -> None:
        self.faults = faults or Faults()
        self.latency = latency
        self.jitter = jitter
        self.script: Script = SCRIPTS[script] if isinstance(script, str) else script
        self.port = port
        self.stats = Stats()
        self.open_connections: set[Connection] = set()
        self._api_key = api_key
        self._models = None if models is None else list(models)
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

    def configure(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Change faults (field by field), latency, jitter or script; return what now holds.

        All of it is checked before any of it is applied; ValueError or TypeError otherwise.
        """
        unknown = settings.keys() - {"faults", "latency", "jitter", "script"}
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        faults = replace(self.faults, **settings.get("faults", {}))
        latency = float(settings.get("latency", self.latency))
        jitter = float(settings.get("jitter", self.jitter))
        if not (latency >= 0.0 and 0.0 <= jitter <= 1.0):
            raise ValueError("latency must not be negative, and jitter be from 0 to 1")
        if "script" in settings:
            if settings["script"] not in SCRIPTS:
                raise ValueError(f"script must be one of {', '.join(SCRIPTS)}")
            self.script = SCRIPTS[settings["script"]]
        self.faults, self.latency, self.jitter = faults, latency, jitter
        return {"faults": asdict(faults), "latency": latency, "jitter": jitter}

    def arrive(self, call: Http) -> Job:
        """Count a request for generation and read its body."""
        if call.path == GENERATORS[0]:
            self.stats.requests += 1
        try:
            request = json.loads(call.body.decode("utf-8"))
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            raise ApiError(400, "we could not parse the JSON body of your request")
        key = request_hash(request)
        seen = self.stats.counts.get(key, 0) + 1
        self.stats.counts[key] = seen
        return Job(call.path, request, key, seen)

    def admit(self, call: Http, job: Job, faults: Faults) -> None:
        """Raise `ApiError` for a request that is not to be worked on."""
        self.authorise(call, faults)
        limit = faults.max_in_flight
        if limit is not None and self.stats.in_flight >= limit:
            self.stats.injected["max_in_flight"] += 1
            raise injected_error(429)
        job.check()
        model = job.request["model"]
        if self._models is not None and model not in self._models:
            raise no_model(model)
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

    def authorise(self, call: Http, faults: Faults) -> None:
        """Raise `ApiError` for a wrong key, or when every request is to fail."""
        if self._api_key is not None:
            scheme, _, key = call.header(b"authorization").partition(b" ")
            if scheme.lower() != b"bearer" or key.strip() != self._api_key.encode():
                raise ApiError(401, "Incorrect API key provided.", "invalid_api_key")
        if faults.fail_all is not None:
            self.stats.injected["fail_all"] += 1
            raise injected_error(faults.fail_all)

    def lookup(self, call: Http) -> Any:
        """Answer everything but generation: models, /stats and /control."""
        path, method = call.path, call.method
        if path == b"/stats" and method == b"GET":
            return self.stats.summary(brief=b"brief=1" in call.query)
        if path == b"/control" and method == b"POST":
            try:
                return self.configure(json.loads(call.body))
            except (ValueError, TypeError, AttributeError) as error:
                raise ApiError(400, f"these settings cannot be used: {error}") from error
        if path.startswith(b"/v1/models") and method == b"GET":
            self.authorise(call, self.faults)
            names = self._models if self._models is not None else [DEFAULT_MODEL]
            cards = [
                {"id": name, "object": "model", "created": CREATED, "owned_by": "tests"}
                for name in names
            ]
            if path == b"/v1/models":
                return {"object": "list", "data": cards}
            wanted = path.removeprefix(b"/v1/models/").decode("utf-8", "replace")
            for card in cards:
                if card["id"] == wanted:
                    return card
            raise no_model(wanted)
        shown = f"{method.decode('latin-1')} {path.decode('latin-1')}"
        if path in (*GENERATORS, b"/stats", b"/control"):
            raise ApiError(405, f"Not allowed: {shown}")
        raise ApiError(404, f"Invalid URL ({shown})")

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
