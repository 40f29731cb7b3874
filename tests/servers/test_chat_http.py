"""Tests of the test chat server's HTTP, figures and life, by real clients over loopback."""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.calls import CHAT, ask, call, connect, content, raw, read_all, wait_for
from tests.servers.chat import ChatProcess, ChatServer, Faults, request_hash

# HTTP


def test_connection_is_kept_alive(server: ChatServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for i in range(30):
        connection.request("POST", CHAT, json.dumps(ask(str(i), stream=i % 2 == 0)))
        response = connection.getresponse()
        assert response.status == 200
        response.read()
    connection.close()
    assert server.requests == 30
    assert server.stats.connections == 1


def test_pipelined_and_split_requests_are_answered_in_order(server: ChatServer) -> None:
    server.script, server.latency = lambda request: request["messages"][0]["content"], 0.01
    sent = b""
    for i in range(5):
        body = json.dumps(ask(f"<{i}>")).encode()
        last = ["Connection: close"] if i == 4 else []
        sent += raw(body, f"CONTENT-LENGTH: {len(body)}", *last)
    with connect(server) as sock:
        sock.sendall(sent[:-300])
        for i in range(len(sent) - 300, len(sent), 7):
            sock.sendall(sent[i : i + 7])
        received = read_all(sock).decode()
    places = [received.index(f'"<{i}>"') for i in range(5)]
    assert places == sorted(places)
    assert server.requests == 5


def test_chunked_request_and_expect_continue(server: ChatServer) -> None:
    body = json.dumps(ask("chunks")).encode()
    framed = b"%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n\r\n" % (9, body[:9], len(body) - 9, body[9:])
    with connect(server) as sock:
        sock.sendall(
            raw(b"", "Transfer-Encoding: chunked", "Expect: 100-continue", "Connection: close")
        )
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(framed)
        assert read_all(sock).startswith(b"HTTP/1.1 200 OK\r\n")
    assert server.counts == {request_hash(ask("chunks")): 1}


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        raw(b"", "Content-Length: -5"),
        raw(b"", "Content-Length: five"),
        raw(b"-5\r\n", "Transfer-Encoding: chunked"),
        b"x" * 70_000,
    ],
)
def test_what_is_not_http_gets_400_and_is_closed(server: ChatServer, sent: bytes) -> None:
    with connect(server) as sock:
        sock.sendall(sent)
        assert read_all(sock).startswith(b"HTTP/1.1 400 ")


def test_http_1_0_stream_is_not_chunked(server: ChatServer) -> None:
    body = json.dumps(ask(stream=True)).encode()
    head = f"POST {CHAT} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with connect(server) as sock:
        sock.sendall(head + body)
        head, _, answer = read_all(sock).partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert answer.startswith(b"data: {")
    assert answer.endswith(b"data: [DONE]\n\n")


# Counts and load


def test_counts_and_answers_by_request(server: ChatServer) -> None:
    first = {"model": "m", "messages": [{"role": "user", "content": "a"}]}
    same = {"messages": [{"content": "a", "role": "user"}], "model": "m"}
    for body in (first, same, ask("b")):
        call(server.port, body)
    server.faults = Faults(rate_500=1.0)
    call(server.port, ask("b"))
    assert server.requests == 4
    assert server.counts == {request_hash(first): 2, request_hash(ask("b")): 2}
    assert server.answered == {request_hash(first): 2, request_hash(ask("b")): 1}
    assert server.injected == {"500": 1}


def test_latency_and_requests_in_flight() -> None:
    with ChatServer(latency=0.2) as server, ThreadPoolExecutor(6) as pool:
        started = time.perf_counter()
        answers = list(pool.map(lambda i: call(server.port, ask(str(i))), range(6)))
        taken = time.perf_counter() - started
        assert [a[0] for a in answers] == [200] * 6
        assert 0.2 <= taken < 1.0
        assert server.peak_in_flight == 6
        assert 2.0 < server.mean_in_flight <= 6.0


def test_jitter_spreads_the_latency() -> None:
    with ChatServer(latency=0.1, jitter=1.0) as server:
        taken = []
        for i in range(12):
            started = time.perf_counter()
            call(server.port, ask(str(i)))
            taken.append(time.perf_counter() - started)
    wanted = [0.2 * Faults().draw(request_hash(ask(str(i))), 1)[2] for i in range(12)]
    assert max(wanted) - min(wanted) > 0.05
    assert all(w <= t < w + 0.15 for w, t in zip(wanted, taken, strict=True))


def test_client_that_leaves_is_counted_as_abandoned() -> None:
    with ChatServer(latency=30.0) as server:
        body = json.dumps(ask()).encode()
        with connect(server) as sock:
            sock.sendall(raw(body, f"Content-Length: {len(body)}"))
            wait_for(lambda: server.stats.in_flight == 1)
        wait_for(lambda: server.stats.abandoned == 1)
        assert server.stats.in_flight == 0
        assert server.answered == {}


# Running it


def test_process_can_be_inspected_and_changed() -> None:
    with ChatProcess(["--script", "echo", "--rate-429", "1", "--retry-after", "2"]) as server:
        assert call(server.port, ask())[0] == 429
        now = server.control(faults={"rate_429": 0.0, "context_length": 9}, latency=0.1)
        assert (now["faults"]["rate_429"], now["faults"]["retry_after"]) == (0.0, 2.0)
        started = time.perf_counter()
        assert content(call(server.port, ask("back"))) == "back"
        assert time.perf_counter() - started >= 0.1
        assert call(server.port, ask("too long a prompt"))[0] == 400
        stats = server.stats(brief=False)
        assert stats["requests"] == 3
        assert stats["injected"] == {"429": 1, "context_length": 1}
        assert stats["answered"] == {request_hash(ask("back")): 1}
        for wrong in ({"faults": {"rate_4": 1}}, {"speed": 1}, {"jitter": 2}, {"script": "no"}):
            with pytest.raises(ValueError, match="cannot be used"):
                server.control(**wrong)
        assert server.control() == now


def test_port_in_use_is_reported(server: ChatServer) -> None:
    with pytest.raises(OSError, match="in use"):
        ChatServer(port=server.port).start()


def test_stopping_ends_open_connections_and_the_thread() -> None:
    server = ChatServer(latency=30.0).start()
    body = json.dumps(ask()).encode()
    with connect(server) as sock:
        sock.sendall(raw(body, f"Content-Length: {len(body)}"))
        wait_for(lambda: server.stats.in_flight == 1)
        server.stop()
        server.stop()
        assert sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(server)
