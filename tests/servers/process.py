"""The test chat server as a process of its own, for clients whose CPU time is measured."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self


class ChatProcess:
    """The same server as a process of its own, so that it shares no interpreter with a client.

    `arguments` are those of the command line, for example `["--latency", "0.05"]`.
    """

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The base URL that clients take, with `/v1`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def pid(self) -> int:
        """The process id, with which a benchmark can read the server's CPU time."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        root = Path(__file__).resolve().parents[2]
        with tempfile.TemporaryDirectory() as folder:
            port_file = Path(folder) / "port"
            command = [sys.executable, "-m", "tests.servers.chat", *self._arguments]
            self._process = subprocess.Popen(
                [*command, "--port-file", str(port_file)], cwd=root, stdout=subprocess.DEVNULL
            )
            deadline = time.monotonic() + 20.0
            while not port_file.exists():
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.__exit__()
                    raise RuntimeError("the chat server did not start")
                time.sleep(0.01)
            self.port = int(port_file.read_text())
        return self

    def __exit__(self, *exc: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def stats(self, brief: bool = True) -> dict[str, Any]:
        """Return the figures of /stats; `brief` leaves the per-request counts out."""
        return self._ask("GET", f"/stats?brief={int(brief)}", None)

    def control(self, **settings: Any) -> dict[str, Any]:
        """Change settings as `ChatServer.configure` does; return what now holds."""
        return self._ask("POST", "/control", json.dumps(settings))

    def _ask(self, method: str, path: str, body: str | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(answer["error"]["message"])
        return answer
