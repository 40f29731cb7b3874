"""Openai: the check before paying, options under the endpoint's names, and odd endpoints."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import ValidationError

from tests.servers.chat import ChatServer, Faults
from textsynth.errors import ProviderError, RequestError, TransientError
from textsynth.providers import Call, Link
from textsynth.providers.openai import Openai
from textsynth.records import Message, Reply

HI: list[Message] = [{"role": "user", "content": "Hi"}]


def check(url: str, model: str = "scripted-model", **options: Any) -> list[str]:
    return asyncio.run(Openai(model=model, base_url=url, **options).check())


def ask(url: str, **options: Any) -> Reply:
    async def main() -> Reply:
        async with Openai(model="m", base_url=url, **options).connect(Link()) as session:
            return await session.ask(Call(HI, {}))

    return asyncio.run(main())


def closed_port(holding: str = "") -> int:
    """A port that nothing listens on; its number has `holding` in it."""
    wanted = (port for port in range(10_000, 65_000) if holding in str(port))
    for port in wanted if holding else (0,):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("no port is free")


@contextmanager
def raw(status: int, body: bytes, kind: str = "application/json") -> Iterator[str]:
    """An endpoint that gives every request this answer; `$KEY` becomes the key that was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = self.headers.get("Authorization", "").removeprefix("Bearer ")
            said = body.replace(b"$KEY", key.encode())
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


def completion(**changes: Any) -> bytes:
    """A chat completion with fields replaced."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "A"}}
    usage = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}
    whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    return json.dumps(whole | {"choices": [choice], "usage": usage} | changes).encode()


def test_check_of_an_endpoint_that_is_fine() -> None:
    with ChatServer() as server:
        assert check(server.url) == [f"{server.url} answers and offers scripted-model"]
        assert check(server.url + "/") == [f"{server.url} answers and offers scripted-model"]
        assert server.requests == 0


def test_check_tells_when_the_model_is_not_listed() -> None:
    with ChatServer(models=["a", "b"]) as server:
        assert check(server.url, "c") == [f"{server.url} answers, but lists a, b and not c"]


@pytest.mark.parametrize("holding", ["", "404"], ids=["any", "404-in-its-number"])
def test_check_of_a_port_that_refuses(holding: str) -> None:
    url = f"http://127.0.0.1:{closed_port(holding)}/v1"
    with pytest.raises(ProviderError, match="does not answer as it should") as caught:
        check(url)
    said = str(caught.value)
    assert url in said
    assert "cannot be reached" in said
    assert "start the server, or correct" in said.lower()


def test_check_with_a_wrong_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-topsecret")
    with ChatServer(api_key="right") as server:
        with pytest.raises(ProviderError, match=r"refuses the key \(401\)") as caught:
            check(server.url)
        assert "topsecret" not in str(caught.value)
        monkeypatch.setenv("OPENAI_API_KEY", "right")
        assert check(server.url)


def test_check_goes_by_the_status_and_not_by_what_the_server_says() -> None:
    body = b'{"error": {"message": "bad key, see ticket 18404"}}'
    with raw(401, body) as url, pytest.raises(ProviderError, match="refuses the key"):
        check(url)


def test_check_of_an_endpoint_that_fails_for_now() -> None:
    with ChatServer(faults=Faults(fail_all=503)) as server:
        (line,) = check(server.url)
        assert line.startswith(f"{server.url} answers, but not well: 503")


def test_check_does_not_say_that_a_silent_endpoint_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        try:
            lines = check(url, timeout=0.3)
        except ProviderError as error:
            lines = [str(error)]
    assert "timed out" in lines[0]
    assert f"{url} answers" not in lines[0]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b'{"error": {"message": "no such page"}}', "application/json"),
        (200, b'{"object": "list", "data": []}', "application/json"),
    ],
    ids=["no-list", "empty-list"],
)
def test_check_accepts_an_endpoint_without_a_list(status: int, body: bytes, kind: str) -> None:
    with raw(status, body, kind) as url:
        (line,) = check(url)
    assert line.startswith(f"{url} answers")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Welcome</html>", "text/html"),
        (b"{}", "application/json"),
        (b"[]", "application/json"),
        (b"nonsense", "application/json"),
    ],
    ids=["html", "empty-object", "list", "no-json"],
)
def test_check_of_something_that_is_no_api_is_told_in_words(body: bytes, kind: str) -> None:
    with raw(200, body, kind) as url:
        try:
            lines = check(url)
        except ProviderError as error:
            lines = [str(error)]
    assert lines[0].startswith((f"{url} answers, but", f"The endpoint {url} does not answer"))


def test_openai_itself_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    provider = Openai(model="gpt-x", api_key_env="MY_KEY")
    with pytest.raises(ProviderError, match="variable MY_KEY is not set") as caught:
        asyncio.run(provider.check())
    assert "'gpt-x' needs a key" in str(caught.value)

    async def connect() -> None:
        async with provider.connect(Link()):
            pass

    with pytest.raises(ProviderError, match="variable MY_KEY is not set"):
        asyncio.run(connect())


@pytest.mark.parametrize(
    ("base_url", "own", "expected"),
    [
        (None, {}, {"temperature": 0.5, "max_completion_tokens": 9, "stop": ["\n"]}),
        ("http://gpu/v1", {}, {"temperature": 0.5, "max_tokens": 9, "stop": ["\n"]}),
        ("http://gpu/v1", {"temperature": 1, "top_p": 0.9},
         {"temperature": 1, "max_tokens": 9, "stop": ["\n"], "top_p": 0.9}),
        ("http://gpu/v1", {"stop": None, "max_tokens": None}, {"temperature": 0.5}),
        (None, {"stop": None, "max_tokens": None}, {"temperature": 0.5}),
    ],
    ids=["openai", "compatible", "own-options-win", "null-removes", "null-removes-at-openai"],
)  # fmt: skip
def test_options_go_under_the_names_that_the_endpoint_takes(
    base_url: str | None, own: dict[str, Any], expected: dict[str, Any]
) -> None:
    given = {"temperature": 0.5, "max_tokens": 9, "stop": ["\n"]}
    assert Openai(model="m", base_url=base_url, options=own).body_options(given) == expected
    assert given == {"temperature": 0.5, "max_tokens": 9, "stop": ["\n"]}


@pytest.mark.parametrize("url", ["gpu:8000/v1", "ftp://gpu", "http:///v1", "http://u:p@gpu/v1"])
def test_a_base_url_must_be_plain_http(url: str) -> None:
    with pytest.raises(ValidationError, match="base_url must"):
        Openai(model="m", base_url=url)


def test_a_reply_holds_text_finish_and_tokens() -> None:
    with raw(200, completion()) as url:
        assert ask(url) == Reply("A", "m", "stop", 4, 2)


@pytest.mark.parametrize(
    "usage",
    [None, {"prompt_tokens": None, "completion_tokens": None}, {"prompt_tokens": 0}],
    ids=["absent", "null", "partial"],
)
def test_tokens_that_are_not_reported_count_as_none(usage: Any) -> None:
    with raw(200, completion(usage=usage)) as url:
        assert ask(url) == Reply("A", "m", "stop", 0, 0)


def test_half_an_emoji_in_a_reply_is_made_into_text_that_can_be_saved() -> None:
    message = {"role": "assistant", "content": "cut \ud83d"}
    choice = {"index": 0, "finish_reason": "length", "message": message}
    with raw(200, completion(choices=[choice])) as url:
        assert ask(url).text.encode("utf8").startswith(b"cut ")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (completion(choices=[]), "application/json"),
        (b"{}", "application/json"),
        (b"<html>Busy</html>", "text/html"),
        (b"", "application/json"),
    ],
    ids=["no-choices", "empty-object", "html", "nothing"],
)
def test_a_reply_that_is_no_completion_may_be_tried_again(body: bytes, kind: str) -> None:
    with raw(200, body, kind) as url, pytest.raises(TransientError, match="not a chat completion"):
        ask(url)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_key_that_the_server_repeats_is_cut_out(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-topsecret-123")
    body = b'{"error": {"message": "bad key: $KEY, sorry", "code": "x"}}'
    with raw(status, body) as url, pytest.raises(ProviderError) as caught:
        ask(url, api_key_env="MY_KEY")
    assert "bad key: [key], sorry" in str(caught.value)
    assert "topsecret" not in str(caught.value)


def test_without_a_key_the_words_of_the_server_stay_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    body = b'{"error": {"message": "tool_choice must be auto or none"}}'
    with raw(400, body) as url, pytest.raises(RequestError, match="must be auto or none"):
        ask(url)


def test_an_account_without_credit_stops_the_run() -> None:
    body = b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    with raw(429, body) as url, pytest.raises(ProviderError, match="no credit left") as caught:
        ask(url)
    assert not isinstance(caught.value, TransientError)
