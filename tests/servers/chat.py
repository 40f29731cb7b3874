"""OpenAI-compatible chat server for tests and benchmarks, with scripted replies and faults."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from .batch_behaviour import BatchBehaviour
from .batches import Batch
from .faults import Faults
from .lookup import DEFAULT_MODEL
from .process import ChatProcess
from .scripts import SCRIPTS, request_hash
from .server import ChatServer
from .stats import Stats
from .structured import MODES

__all__ = [
    "DEFAULT_MODEL",
    "SCRIPTS",
    "Batch",
    "BatchBehaviour",
    "ChatProcess",
    "ChatServer",
    "Faults",
    "Stats",
    "main",
    "request_hash",
]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.chat", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--port-file", type=Path, help="file to write the port to")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--jitter", type=float, default=0.0, help="share of latency, 0 to 1")
    parser.add_argument("--script", choices=sorted(SCRIPTS), default="varied")
    parser.add_argument("--structured", choices=MODES, default="ignore")
    parser.add_argument("--api-key")
    parser.add_argument("--model", action="append", help="known model; may be repeated")
    for entry in fields(Faults):
        option = "--" + entry.name.replace("_", "-")
        if entry.type == "bool":
            parser.add_argument(option, action="store_true")
            continue
        kind = int if "int" in str(entry.type) else float
        parser.add_argument(option, type=kind, default=entry.default)
    return parser.parse_args(argv)


async def _serve(server: ChatServer, port_file: Path | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.request_stop)

    def ready() -> None:
        print(server.url, flush=True)
        if port_file is not None:
            # Renamed into place, so that no reader can meet an empty file.
            part = port_file.with_name(port_file.name + ".part")
            part.write_text(f"{server.port}\n", encoding="ascii")
            part.replace(port_file)

    await server.serve(ready)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    given = _arguments(argv)
    server = ChatServer(
        faults=Faults(**{entry.name: getattr(given, entry.name) for entry in fields(Faults)}),
        latency=given.latency,
        jitter=given.jitter,
        script=given.script,
        structured=given.structured,
        api_key=given.api_key,
        models=given.model,
        port=given.port,
    )
    # Nothing alive before serving is ever garbage, and a request leaves no cycles behind.
    gc.freeze()
    gc.set_threshold(50_000)
    asyncio.run(_serve(server, given.port_file))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
