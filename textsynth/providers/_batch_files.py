"""The two files of a batch, requests out and results back: on disk, with one line in memory."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from textsynth.errors import ProviderError, TextsynthError, TransientError
from textsynth.providers._chat import cut, parsed, refused

URL = "/v1/chat/completions"
"""Where each line of a batch is asked, as the endpoint names it."""

SLICE = 1 << 18
"""Bytes of results that are read without letting anything else run: about a millisecond."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def request_line(key: str, body: Mapping[str, Any]) -> bytes:
    """One line of a batch's input: the request `body` under its `key`."""
    line = {"custom_id": key, "method": "POST", "url": URL, "body": body}
    return _encode(line).encode("utf8", "replace") + b"\n"


def temporary_file() -> IO[bytes]:
    """A nameless file that goes with the process. Raises TextsynthError when there is no room."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise no_room(error) from error


def no_room(error: OSError) -> TextsynthError:
    """What to say of a disk that takes no more; the batch itself is safe at the endpoint."""
    return TextsynthError(
        f"the files of a batch cannot be kept in {tempfile.gettempdir()}: {error.strerror}",
        fix="make room there, or set TMPDIR to a folder with more, and give the command again",
    )


class Results:
    """The output and error lines of one batch in one file, found by key."""

    def __init__(self) -> None:
        self.file = temporary_file()
        self.broken = 0
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def empty(self) -> None:
        """Forgets all lines, before they are fetched again."""
        self.file.seek(0)
        self.file.truncate()
        self._places.clear()
        self.broken = 0

    def end_line(self) -> None:
        """Ends a last line that has no end, so that the next file does not run into it."""
        size = self.file.seek(0, 2)
        if size:
            self.file.seek(size - 1)
            if self.file.read(1) != b"\n":
                self.file.write(b"\n")

    async def index(self) -> None:
        """Notes where each line is, and counts in `broken` those that cannot be read."""
        at = 0
        while True:
            self.file.seek(at)
            lines = self.file.readlines(SLICE)
            if not lines:
                return
            for line in lines:
                if line.strip():
                    try:
                        self._places[str(parsed(line)["custom_id"])] = at
                    except (ValueError, TypeError, KeyError):
                        self.broken += 1
                at += len(line)
            await asyncio.sleep(0)

    def keys(self) -> list[str]:
        """The keys that have a line, in the order of the lines."""
        return list(self._places)

    def line(self, key: str) -> Any:
        """The result under that key; None where there is none."""
        at = self._places.get(key)
        if at is None:
            return None
        self.file.seek(at)
        return parsed(self.file.readline())

    def close(self) -> None:
        """Gives the file back to the disk."""
        self.file.close()
        self._places.clear()


def answer_in(line: Any, model: str, secret: str) -> Any:
    """The chat completion in a line of results.

    Raises what its error means: TransientError (429, 5xx, expired), RequestError (other 4xx), or
    ProviderError where the whole batch was cancelled or the next request would fail as well.
    """
    response, error = line.get("response"), line.get("error")
    if isinstance(response, dict):
        status, body = response.get("status_code") or 200, response.get("body")
        if status == 200 and not error:
            return body
        if status != 200:
            problem = refused(status, _encode(body).encode("utf8", "replace"), {}, model, secret)
            if isinstance(problem, TransientError):
                # Without what it asks of whoever sends requests one by one: wait, ask fewer.
                raise TransientError(problem.asked)
            raise problem
    code, said = _words(error)
    if "cancel" in code:
        raise cancelled()
    raise TransientError(f"the batch gave no answer to this request: {cut(said or code, secret)}")


def cancelled() -> ProviderError:
    """What a request is told whose batch somebody else has cancelled."""
    return ProviderError(
        "the batch was cancelled at the endpoint before this request was answered",
        fix="give the same command again to hand in the rest; what was answered is kept",
    )


def _words(error: Any) -> tuple[str, str]:
    """(code, message) of the error in a line of results."""
    if isinstance(error, dict):
        return str(error.get("code") or ""), str(error.get("message") or "")
    return "", str(error or "it came back empty")
