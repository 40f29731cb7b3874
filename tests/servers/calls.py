"""Calls that the chat server's own tests make: by http.client, or as bytes on a socket."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any

from tests.servers.chat import ChatServer

CHAT = "/v1/chat/completions"
Answer = tuple[int, dict[str, str], bytes]


def ask(text: str = "hello", **more: Any) -> dict[str, Any]:
    """Build a chat request with one user message."""
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def call(
    port: int,
    body: Any = None,
    path: str = CHAT,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request on a connection of its own: POST with a body, else GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        given = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, given, headers or {})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return response.status, names, response.read()
    finally:
        connection.close()


def content(answer: Answer) -> str:
    """Return the text of a good chat answer."""
    assert answer[0] == 200, answer
    text = json.loads(answer[2])["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


def error_code(answer: Answer) -> str | None:
    """Return the code of an error answer, which must be in OpenAI's shape."""
    error = json.loads(answer[2])["error"]
    assert set(error) == {"message", "type", "param", "code"}, error
    code = error["code"]
    assert code is None or isinstance(code, str)
    return code


def wait_for(condition: Any, seconds: float = 5.0) -> None:
    """Wait until a condition on the server's figures holds; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came to hold"
        time.sleep(0.005)


def read_all(sock: socket.socket) -> bytes:
    """Read until the server closes."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def raw(body: bytes, *headers: str, method: str = "POST", path: str = CHAT) -> bytes:
    """Build the bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def connect(server: ChatServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)
