"""Settings of the test chat server that are changed by name while it runs."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from .scripts import SCRIPTS
from .structured import MODES

if TYPE_CHECKING:
    from .server import ChatServer

_NAMES = {"faults", "batching", "latency", "jitter", "script", "structured", "headers"}


def configure(server: ChatServer, settings: dict[str, Any]) -> dict[str, Any]:
    """Change faults and batching (field by field), latency, jitter, script, structured, headers.

    Returns what now holds. All of it is checked before any of it is applied; ValueError or
    TypeError otherwise.
    """
    unknown = settings.keys() - _NAMES
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    faults = replace(server.faults, **settings.get("faults", {}))
    batching = replace(server.batching, **settings.get("batching", {}))
    latency = float(settings.get("latency", server.latency))
    jitter = float(settings.get("jitter", server.jitter))
    if not (latency >= 0.0 and 0.0 <= jitter <= 1.0):
        raise ValueError("latency must not be negative, and jitter be from 0 to 1")
    if "script" in settings and settings["script"] not in SCRIPTS:
        raise ValueError(f"script must be one of {', '.join(SCRIPTS)}")
    if settings.get("structured", "ignore") not in MODES:
        raise ValueError(f"structured must be one of {', '.join(MODES)}")
    server.headers = settings.get("headers", server.headers)  # which checks them
    server.structured = settings.get("structured", server.structured)
    if "script" in settings:
        server.script = SCRIPTS[settings["script"]]
    server.faults, server.latency, server.jitter = faults, latency, jitter
    server.batch_api.behave(batching, list(settings.get("batching", {})))
    return {
        "faults": asdict(faults),
        "batching": asdict(batching),
        "latency": latency,
        "jitter": jitter,
        "structured": server.structured,
        "headers": server.headers,
    }
