"""One client's connection to the test chat server: requests in, answers and faults out."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from .bodies import GENERATORS, ApiError, Job, dumps, injected_error
from .http11 import Answer, Http, header_value, parse_size, response, unchunk
from .lookup import lookup
from .rate_limits import retry_lines

if TYPE_CHECKING:
    from .server import ChatServer

_MAX_HEAD = 65_536


class Connection(asyncio.Protocol):
    """One client connection: requests are taken from it one at a time, in order."""

    def __init__(self, server: ChatServer) -> None:
        self._server = server
        self._stats = server.stats
        self._transport = cast(asyncio.Transport, None)
        self._buffer = b""
        self._rest: list[bytes] = []  # of a body whose beginning is in the buffer
        self._missing = 0
        self._busy = False
        self._working = False
        self._keep = True
        self._chunked = True
        self._continued = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.open_connections.add(self)
        self._stats.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.open_connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._working:
            self._stats.abandoned += 1
            self._leave()

    def abort(self) -> None:
        """Drop the connection without sending what is still to be sent."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._missing > 0:
            # Joined once: a large upload would otherwise be copied anew with every piece.
            self._rest.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return
            data = b"".join(self._rest)
            self._rest.clear()
        self._buffer = self._buffer + data if self._buffer else data
        if not self._busy:
            self._pump()

    def _pump(self) -> None:
        try:
            while self._buffer and not self._busy and not self._transport.is_closing():
                call = self._take()
                if call is None:
                    return
                self._dispatch(call)
        except ValueError:
            self._keep = False
            self._refuse(ApiError(400, "this is not a valid HTTP request"))

    def _take(self) -> Http | None:
        """Take one whole request off the buffer; ValueError when it is not HTTP."""
        data = self._buffer
        end = data.find(b"\r\n\r\n")
        if end < 0:
            if len(data) > _MAX_HEAD:
                raise ValueError("the head is too long")
            return None
        head = data[: end + 2]
        lower = head.lower()
        method, target, version = head[: head.find(b"\r\n")].split(b" ")
        start = end + 4
        found: tuple[bytes, int] | None
        if b"chunked" in header_value(lower, lower, b"transfer-encoding"):
            found = unchunk(data, start)
        else:
            stop = start + parse_size(header_value(head, lower, b"content-length") or b"0", 10)
            found = (data[start:stop], stop) if len(data) >= stop else None
            self._missing = 0 if found else stop - len(data)
        if found is None:
            if not self._continued and b"100-continue" in header_value(lower, lower, b"expect"):
                self._continued = True
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        body, stop = found
        self._buffer = data[stop:]
        self._continued = False
        path, _, query = target.partition(b"?")
        self._chunked = version == b"HTTP/1.1"
        self._keep = self._chunked and header_value(lower, lower, b"connection") != b"close"
        return Http(method, path, query, head, lower, body)

    def _dispatch(self, call: Http) -> None:
        try:
            if call.path in GENERATORS and call.method == b"POST":
                self._generate(call)
            elif self._server.batch_api.serves(call.path):
                self._deliver(self._server.batch_api.handle(call))
            else:
                self._send(200, dumps(lookup(self._server, call)).encode("utf-8", "replace"))
        except ApiError as error:
            self._refuse(error)

    def _deliver(self, answer: Answer) -> None:
        if answer.fault == "reset":
            self._reset()
            return
        whole = response(200, answer.body, self._keep, self._server.header_lines, answer.kind)
        if answer.fault == "truncated":
            whole = whole[: len(whole) - (len(answer.body) + 1) // 2]
        self._transport.write(whole)
        if not self._keep or answer.fault is not None:
            self._transport.close()

    def _generate(self, call: Http) -> None:
        server, stats = self._server, self._stats
        faults = server.faults
        job = server.arrive(call)
        server.admit(call, job, faults)
        fault, jitter = None, 0.5
        if faults.draws or server.jitter:
            fault, job.slow, jitter = faults.draw(job.key, job.seen)
        if fault == "429":
            stats.injected["429"] += 1
            raise injected_error(429)
        self._busy = self._working = True
        stats.change(1)
        delay = server.latency * (1.0 + server.jitter * (2.0 * jitter - 1.0))
        if delay > 0.0:
            self._after(delay, lambda: self._answer(job, fault))
        else:
            self._answer(job, fault)

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        def resume() -> None:
            self._timer = None
            action()
            if not self._busy:
                self._pump()

        self._timer = asyncio.get_running_loop().call_later(seconds, resume)

    def _leave(self) -> None:
        # Always before the last write: whoever holds the answer must find it counted.
        self._busy = self._working = False
        self._stats.change(-1)

    def _answer(self, job: Job, fault: str | None) -> None:
        if fault is not None:
            self._stats.injected[fault] += 1
        if fault == "hang":
            self._after(self._server.faults.hang_seconds, self._hang_up)
        elif fault == "reset":
            self._leave()
            self._reset()
        elif fault == "500":
            self._leave()
            self._refuse(injected_error(500))
        else:
            try:
                whole = self._server.reply(job)
            except ApiError as error:
                self._leave()
                self._refuse(error)
                return
            if job.stream:
                self._stream(job, whole, fault)
            else:
                self._send_body(job, whole[0], fault)

    def _hang_up(self) -> None:
        self._leave()
        self._transport.close()

    def _reset(self) -> None:
        # Lingering for zero seconds makes the close send RST in place of FIN.
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _send_body(self, job: Job, body: bytes, fault: str | None) -> None:
        self._leave()
        if fault == "truncated":
            whole = response(200, body, self._keep)
            self._transport.write(whole[: len(whole) - len(body) + len(body) // 2])
            self._transport.close()
        elif fault == "invalid_json":
            self._send(200, body[: len(body) // 2])
        else:
            self._stats.answer(job.key)
            self._send(200, body, job.headers)

    def _stream(self, job: Job, events: list[bytes], fault: str | None) -> None:
        if fault == "truncated":
            events = events[: len(events) // 2]
        elif fault == "invalid_json":
            middle = events[len(events) // 2]
            events[len(events) // 2] = middle[: len(middle) // 2] + b"\n\n"
        extra = job.headers + self._server.header_lines
        if self._chunked:
            extra += "Transfer-Encoding: chunked\r\n"
        if not self._keep:
            extra += "Connection: close\r\n"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{extra}\r\n"
        pieces = [head.encode("latin-1")]
        if self._chunked:
            pieces += [b"%x\r\n%s\r\n" % (len(event), event) for event in events]
        else:
            pieces += events
        if not job.slow:
            self._end_stream(job, b"".join(pieces), fault)
            return
        self._stats.injected["slow_stream"] += 1
        self._drip(job, pieces, 0, fault)

    def _drip(self, job: Job, pieces: list[bytes], at: int, fault: str | None) -> None:
        if at == len(pieces) - 1:
            self._end_stream(job, pieces[at], fault)
            return
        self._transport.write(pieces[at])
        pause = self._server.faults.slow_stream_seconds if at else 0.0
        self._after(pause, lambda: self._drip(job, pieces, at + 1, fault))

    def _end_stream(self, job: Job, rest: bytes, fault: str | None) -> None:
        self._leave()
        if fault is None:
            self._stats.answer(job.key)
        if self._chunked and fault != "truncated":
            rest += b"0\r\n\r\n"
        self._transport.write(rest)
        if not self._keep or fault == "truncated":
            self._transport.close()

    def _refuse(self, error: ApiError) -> None:
        extra = error.headers
        if error.status == 429:
            extra += retry_lines(error, self._server.faults)
        self._send(error.status, error.body, extra)

    def _send(self, status: int, body: bytes, extra: str = "") -> None:
        if status == 200:
            extra += self._server.header_lines
        self._transport.write(response(status, body, self._keep, extra))
        if not self._keep:
            self._transport.close()
