"""Tests of the test chat server's faults, by real clients over loopback."""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest

from tests.servers.calls import ask, call, connect, error_code, raw, wait_for
from tests.servers.chat import ChatServer, Faults


def test_429_says_when_to_come_back(server: ChatServer) -> None:
    server.faults = Faults(rate_429=1.0, retry_after=0.05)
    answer = call(server.port, ask())
    assert (answer[0], error_code(answer)) == (429, "rate_limit_exceeded")
    assert answer[1]["retry-after"] == "0.05"
    assert answer[1]["retry-after-ms"] == "50"
    server.faults = Faults(rate_429=1.0)
    assert "retry-after" not in call(server.port, ask())[1]


def test_500(server: ChatServer, client: openai.OpenAI) -> None:
    server.faults = Faults(rate_500=1.0)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert server.answered == {}


@pytest.mark.parametrize("stream", [False, True])
def test_reset(server: ChatServer, stream: bool) -> None:
    server.faults = Faults(rate_reset=1.0)
    body = json.dumps(ask(stream=stream)).encode()
    # A bare socket, since http.client reports an orderly close as a reset too.
    with connect(server) as sock:
        sock.sendall(raw(body, f"Content-Length: {len(body)}"))
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
    assert (server.requests, server.answered, server.injected) == (1, {}, {"reset": 1})


@pytest.mark.parametrize("stream", [False, True])
def test_truncated(server: ChatServer, stream: bool) -> None:
    server.faults = Faults(rate_truncated=1.0)
    with pytest.raises(http.client.IncompleteRead) as caught:
        call(server.port, ask(stream=stream))
    assert len(caught.value.partial) > 50
    assert b"[DONE]" not in caught.value.partial
    assert (server.answered, server.injected) == ({}, {"truncated": 1})


def test_invalid_json(server: ChatServer) -> None:
    server.faults = Faults(rate_invalid_json=1.0)
    status, headers, body = call(server.port, ask())
    assert (status, int(headers["content-length"])) == (200, len(body))
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    events = call(server.port, ask(stream=True))[2].decode().split("\n\n")[:-2]
    broken = 0
    for event in events:
        try:
            json.loads(event.removeprefix("data: "))
        except json.JSONDecodeError:
            broken += 1
    assert broken == 1
    assert server.answered == {}


def test_hang_until_the_client_leaves_or_time_is_up(server: ChatServer) -> None:
    server.faults = Faults(rate_hang=1.0, hang_seconds=30.0)
    body = json.dumps(ask()).encode()
    with connect(server) as sock:
        sock.sendall(raw(body, f"Content-Length: {len(body)}"))
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        assert server.stats.in_flight == 1
    wait_for(lambda: server.stats.in_flight == 0)
    assert server.stats.abandoned == 1
    server.faults = Faults(rate_hang=1.0, hang_seconds=0.2)
    started = time.perf_counter()
    with pytest.raises(http.client.RemoteDisconnected):
        call(server.port, ask())
    assert time.perf_counter() - started >= 0.2
    assert server.answered == {}


def test_slow_stream_comes_piece_by_piece(server: ChatServer, client: openai.OpenAI) -> None:
    server.faults = Faults(rate_slow_stream=1.0, slow_stream_seconds=0.03)
    server.script = lambda request: "one two three four five six seven eight nine"
    started = time.perf_counter()
    stamps, text = [], ""
    for chunk in client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "x"}], stream=True
    ):
        stamps.append(time.perf_counter() - started)
        text += chunk.choices[0].delta.content or ""
    assert text == "one two three four five six seven eight nine"
    assert stamps[-1] - stamps[0] >= 0.03 * (len(stamps) - 1) * 0.9
    assert list(server.answered.values()) == [1]


def test_max_in_flight_refuses_the_rest() -> None:
    limited = Faults(max_in_flight=3, retry_after=1)
    with ChatServer(latency=0.5, faults=limited) as server, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: call(server.port, ask(str(i))), range(8)))
        assert sorted(a[0] for a in answers) == [200] * 3 + [429] * 5
        assert {a[1]["retry-after"] for a in answers if a[0] == 429} == {"1"}
        assert server.peak_in_flight == 3
        assert server.injected == {"max_in_flight": 5}


def test_fail_all_can_be_changed_while_running(server: ChatServer) -> None:
    server.faults = Faults(fail_all=529)
    assert call(server.port, ask())[0] == 529
    assert call(server.port, path="/v1/models")[0] == 529
    assert call(server.port, path="/stats")[0] == 200
    server.faults = Faults()
    assert call(server.port, ask())[0] == 200


def test_context_length_counts_all_messages(server: ChatServer) -> None:
    server.faults = Faults(context_length=10)
    body = ask("12345")
    body["messages"].append({"role": "user", "content": [{"type": "text", "text": "67890"}]})
    assert call(server.port, body)[0] == 200
    body["messages"].append({"role": "user", "content": "1"})
    answer = call(server.port, body)
    assert (answer[0], error_code(answer)) == (400, "context_length_exceeded")


def test_faults_are_drawn_alike_every_time_and_a_retry_may_succeed() -> None:
    faults = Faults(rate_429=0.2, rate_500=0.1, seed=3)

    def statuses(setting: Faults) -> list[int]:
        with ChatServer(faults=setting) as server:
            return [call(server.port, ask(str(i % 100)))[0] for i in range(300)]

    seen = statuses(faults)
    assert seen == statuses(faults)
    assert seen != statuses(Faults(rate_429=0.2, rate_500=0.1, seed=4))
    assert 35 <= seen.count(429) <= 85
    assert 13 <= seen.count(500) <= 50
    failed = [i for i in range(100) if seen[i] != 200]
    assert any(seen[i + 100] == 200 for i in failed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_429": 1.5},
        {"rate_hang": -0.1},
        {"rate_429": 0.6, "rate_500": 0.6},
        {"retry_after": -1.0},
        {"fail_all": 200},
        {"max_in_flight": -1},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|more than 1"):
        Faults(**wrong)
