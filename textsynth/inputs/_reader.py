"""The child process that reads risky files: one JSON line in for each file, lines out.

Out come `{"tick": true}` before each step that may take long, then `{"text": …}` or
`{"error": [asked, exists, fix]}`. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.hidden import noting
from textsynth.inputs._extract import extract

MEMORY = 3_000_000_000
"""Bytes of addresses, not of memory in use: half a gigabyte of them are code and stacks."""


def main() -> None:
    """Serves requests until the input ends."""
    replies = os.fdopen(os.dup(1), "wb")
    # What a library prints must not stand among the replies.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit_memory()
    for line in sys.stdin.buffer:
        request = json.loads(line)

        def send(value: dict[str, Any]) -> None:
            replies.write(json.dumps(value).encode() + b"\n")
            replies.flush()

        send(_answer(request, lambda: send({"tick": True})))


def _answer(request: dict[str, Any], tick: Any) -> dict[str, Any]:
    shown = request["shown"]
    try:
        with noting() as hidden:
            text = asdict(extract(Path(request["path"]), shown, request["ocr"], tick))
        return {**text, "hidden": [asdict(one) for one in hidden]}
    except InputError as error:
        words = (error.asked, error.exists, error.fix)
    except (MemoryError, OSError) as error:
        words = _words(shown, error)
    return {"error": words}


def _words(shown: str, error: Exception) -> tuple[str, str, str]:
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return (
            f"'{shown}' cannot be read: {reason}",
            "",
            "check that the file is there and that you may read it",
        )
    return (
        f"'{shown}' needs more than {MEMORY // 1_000_000:,} MB of memory to be read",
        "",
        "split it, or take it off the list",
    )


def _limit_memory() -> None:
    """A limit on the memory that this process may have, where the system knows one."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        # No core files: they would hold the document, and take as much disk as memory.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    main()
