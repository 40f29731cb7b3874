"""Tests of the test chat server's rate limits and extra headers, by real clients."""

from __future__ import annotations

import email.utils
import json
import time
from typing import Any

import openai
import pytest

from tests.servers.calls import Answer, ask, call, content, error_code
from tests.servers.chat import ChatProcess, ChatServer, Faults


def limited(answer: Answer) -> dict[str, Any]:
    """Return the error of a 429, which must be a limit's."""
    assert (answer[0], error_code(answer)) == (429, "rate_limit_exceeded")
    error: dict[str, Any] = json.loads(answer[2])["error"]
    return error


def test_replies_say_what_is_left(server: ChatServer) -> None:
    server.faults = Faults(requests_per_minute=60, tokens_per_minute=6000)
    first = call(server.port, ask("x" * 400, max_tokens=499))[1]
    second = call(server.port, ask("x" * 400, max_completion_tokens=199, n=2))[1]
    assert first["x-ratelimit-limit-requests"] == "60"
    assert first["x-ratelimit-remaining-requests"] == "59"
    assert first["x-ratelimit-limit-tokens"] == "6000"
    assert first["x-ratelimit-remaining-tokens"] == "5400"
    assert first["x-ratelimit-reset-requests"] == "1s"
    assert first["x-ratelimit-reset-tokens"] == "6s"
    assert second["x-ratelimit-remaining-requests"] == "58"
    # A second fills a hundred tokens up again, so a slow machine may see a few more.
    assert 4901 <= int(second["x-ratelimit-remaining-tokens"]) <= 4990
    assert second["x-ratelimit-reset-requests"].startswith(("1.", "2s"))


def test_only_the_limits_that_are_set_are_told(server: ChatServer) -> None:
    assert "x-ratelimit" not in str(call(server.port, ask())[1])
    server.faults = Faults(tokens_per_minute=100)
    headers = call(server.port, ask())[1]
    assert {name for name in headers if name.startswith("x-ratelimit")} == {
        f"x-ratelimit-{what}-tokens" for what in ("limit", "remaining", "reset")
    }


def test_short_and_long_waits_are_written_as_openai_does(server: ChatServer) -> None:
    server.faults = Faults(requests_per_minute=6000)
    assert call(server.port, ask())[1]["x-ratelimit-reset-requests"] == "10ms"
    server.faults = Faults(requests_per_minute=1)
    assert call(server.port, ask())[1]["x-ratelimit-reset-requests"] == "1m0s"


def test_streams_say_what_is_left(server: ChatServer) -> None:
    server.faults = Faults(requests_per_minute=60)
    server.headers = {"x-more": "yes"}
    status, headers, body = call(server.port, ask(stream=True))
    assert (status, body.endswith(b"data: [DONE]\n\n")) == (200, True)
    assert (headers["x-ratelimit-remaining-requests"], headers["x-more"]) == ("59", "yes")


def test_requests_beyond_the_limit_wait_and_then_succeed(server: ChatServer) -> None:
    server.faults = Faults(requests_per_minute=120)
    answers = [call(server.port, ask(str(i))) for i in range(130)]
    refused = [answer for answer in answers if answer[0] == 429]
    # The allowance fills up by two a second meanwhile.
    assert 1 <= len(refused) <= 10
    assert [answer[0] for answer in answers[:120]] == [200] * 120
    assert "requests per min" in limited(refused[0])["message"]
    headers = refused[0][1]
    assert headers["retry-after"] == "1"
    assert 0 < float(headers["retry-after-ms"]) <= 500
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert server.injected == {"rate_limit": len(refused)}
    time.sleep(0.5)
    assert call(server.port, ask("late"))[0] == 200
    assert sum(server.answered.values()) == 131 - len(refused)


def test_openai_client_waits_as_told(server: ChatServer) -> None:
    server.faults = Faults(requests_per_minute=120)
    while call(server.port, ask())[0] == 200:
        pass
    refused = server.injected["rate_limit"]
    with openai.OpenAI(base_url=server.url, api_key="k", max_retries=1) as client:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert server.injected["rate_limit"] == refused + 1


def test_tokens_beyond_the_limit(server: ChatServer) -> None:
    server.faults = Faults(tokens_per_minute=1000)
    assert call(server.port, ask("x", max_tokens=900))[0] == 200
    refused = call(server.port, ask("x", max_tokens=600))
    assert limited(refused)["type"] == "tokens"
    assert 28 <= float(refused[1]["retry-after"]) <= 31
    assert call(server.port, ask("x", max_tokens=50))[0] == 200


def test_request_that_can_never_fit_names_no_wait(server: ChatServer) -> None:
    server.faults = Faults(tokens_per_minute=100)
    refused = call(server.port, ask("x" * 1000))
    assert "too large" in limited(refused)["message"]
    assert not {"retry-after", "retry-after-ms"} & refused[1].keys()
    assert call(server.port, ask("x"))[0] == 200


def test_wait_as_a_date(server: ChatServer) -> None:
    server.faults = Faults(rate_429=1.0, retry_after=30.0, retry_after_date=True)
    headers = call(server.port, ask())[1]
    date = email.utils.parsedate_to_datetime(headers["retry-after"]).timestamp()
    assert 28 <= date - time.time() <= 31.5
    assert headers["retry-after"].endswith("GMT")
    assert "retry-after-ms" not in headers
    server.faults = Faults(requests_per_minute=1, retry_after_date=True)
    assert call(server.port, ask())[0] == 200
    headers = call(server.port, ask())[1]
    date = email.utils.parsedate_to_datetime(headers["retry-after"]).timestamp()
    assert 55 <= date - time.time() <= 61.5


def test_headers_go_with_good_answers_only(server: ChatServer) -> None:
    server.headers = {"x-request-id": "req_1", "openai-processing-ms": "5"}
    for path, body in (("/v1/chat/completions", ask()), ("/v1/models", None), ("/v1/files", None)):
        headers = call(server.port, body, path)[1]
        assert (headers["x-request-id"], headers["openai-processing-ms"]) == ("req_1", "5")
    server.faults = Faults(rate_500=1.0)
    assert "x-request-id" not in call(server.port, ask())[1]
    with pytest.raises(ValueError, match="one line"):
        server.headers = {"x": "a\r\ny: b"}
    assert server.headers == {"x-request-id": "req_1", "openai-processing-ms": "5"}


def test_limits_and_headers_of_a_process() -> None:
    arguments = ["--script", "echo", "--requests-per-minute", "2", "--retry-after-date"]
    with ChatProcess(arguments) as server:
        now = server.control(headers={"x-more": "yes"})
        assert (now["headers"], now["faults"]["retry_after_date"]) == ({"x-more": "yes"}, True)
        first = call(server.port, ask("a"))
        assert (content(first), first[1]["x-more"]) == ("a", "yes")
        assert [call(server.port, ask("b"))[0] for _ in range(2)] == [200, 429]
        server.control(faults={"requests_per_minute": None})
        assert call(server.port, ask("c"))[0] == 200


@pytest.mark.parametrize("limit", [0, -1, 1.5, True])
@pytest.mark.parametrize("name", ["requests_per_minute", "tokens_per_minute"])
def test_limits_that_cannot_be_meant_are_refused(name: str, limit: Any) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        Faults(**{name: limit})
