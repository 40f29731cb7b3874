"""Risky files are read in a child process, so that one that hangs or bursts takes no run along."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.hidden import noted
from textsynth.inputs._extract import Text
from textsynth.inputs._reader import MEMORY

_START = (
    "import sys; sys.path[:] = sys.argv[1:]; from textsynth.inputs import _reader as r; r.main()"
)

SECONDS = 120.0
"""How long a file, or a page read by OCR, may take."""


class Reader:
    """Reads files one after another in one child, which is started when the first one comes.

    Used with `with`. A child that dies or is stopped is replaced when the next file comes.
    """

    def __init__(self, ocr: Sequence[str] | None = None, seconds: float = SECONDS) -> None:
        self.ocr, self.seconds = ocr, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._served = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()

    def read(self, path: Path, shown: str) -> Text:
        """The text of a file. Raises InputError when it cannot be read within the limits."""
        used = self._served > 0 and self._process is not None
        try:
            return self._ask(path, shown)
        except _EndedError as ended:
            # Memory may have been short because of earlier files: a fresh child decides.
            if not used:
                raise ended.words(shown) from None
        try:
            return self._ask(path, shown)
        except _EndedError as ended:
            raise ended.words(shown) from None

    def _ask(self, path: Path, shown: str) -> Text:
        child = self._running()
        request = {"path": str(path.absolute()), "shown": shown, "ocr": self.ocr}
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # a dead child is seen by its silence
            child.stdin.write(json.dumps(request).encode() + b"\n")
            child.stdin.flush()
        while True:
            try:
                line = self._lines.get(timeout=self.seconds)
            except queue.Empty:
                self._stop()
                raise InputError(
                    f"'{shown}' was given up after {self.seconds:g} seconds",
                    "no honest file or page takes that long to read",
                    "split it, save it again with its own program, or take it off the list",
                ) from None
            if not line:
                raise _EndedError(self._stop())
            reply: dict[str, Any] = json.loads(line)
            if "error" in reply:
                self._served += 1
                raise InputError(*reply["error"])
            if "text" in reply:
                self._served += 1
                noted(reply.pop("hidden"))
                marks = [(int(place), int(page)) for place, page in reply.pop("marks")]
                return Text(**reply, marks=marks)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # One thread for tesseract: more of them only get into each other's way.
            env = {**os.environ, "OMP_THREAD_LIMIT": "1"}
            # Modules are looked for where this process does, and nowhere else (-P): a signal.py
            # in the folder that one works in is not the one that is meant.
            paths = [path for path in sys.path if path]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, *paths],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
            )  # fmt: skip
            self._lines, self._served = queue.Queue(), 0
            pump = threading.Thread(
                target=_pump, args=(self._process, self._lines), daemon=True, name="reader"
            )
            pump.start()
        return self._process

    def _stop(self) -> int:
        """Ends the child: its exit code, negative for a signal that ended it."""
        child, self._process = self._process, None
        if child is None:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that is dying by itself shall say of what.
            child.wait(timeout=0.2)
        child.kill()
        code = child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return code


class _EndedError(Exception):
    """The child ended while it read."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def words(self, shown: str) -> InputError:
        """What is said of the file that it read."""
        how = f"exit code {self.code}"
        more = (
            "" if self.code < 0 else "; or textsynth is not installed whole: see `textsynth doctor`"
        )
        if self.code < 0:
            with contextlib.suppress(ValueError):
                how = signal.Signals(-self.code).name
        return InputError(
            f"'{shown}' broke the program that reads it ({how})",
            f"it needs more than {MEMORY // 1_000_000:,} MB of memory, or is made to do harm{more}",
            "save it again with its own program, or take it off the list",
        )


def _pump(child: subprocess.Popen[bytes], lines: queue.Queue[bytes]) -> None:
    """Hands over what the child says; an empty line at its end."""
    assert child.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        for line in child.stdout:
            lines.put(line)
    lines.put(b"")
