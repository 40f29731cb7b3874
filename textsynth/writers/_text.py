"""Text that can be stored: models may answer with half characters, which UTF-8 cannot hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from textsynth.records import Message, Sample


def whole(text: str) -> str:
    """The text with surrogate pairs joined to characters, and lone ones replaced by U+FFFD."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def put(text: str, target: Path) -> Path:
    """Writes a small file aside and renames it, so that it appears whole or not at all."""
    aside = target.with_suffix(".partial")
    aside.write_text(whole(text), encoding="utf8", newline="\n")
    return aside.replace(target)


def joined(messages: Iterable[Message]) -> str:
    """The texts of turns, with a blank line between them."""
    return "\n\n".join(m["content"] for m in messages if m["content"].strip())


def turn_of(message: Message) -> dict[str, Any]:
    """A turn as TRL and OpenAI read it: role, content, and what a call or its result has beside."""
    made: dict[str, Any] = {"role": message["role"], "content": message["content"]}
    if message.get("tool_calls"):
        made["tool_calls"] = message["tool_calls"]
    for key in ("tool_call_id", "name"):
        if key in message:
            made[key] = message.get(key)
    return made


def tools_of(sample: Sample) -> list[dict[str, Any]]:
    """The tools that the assistant of a sample has: its column `tools`, read from JSON."""
    told = sample.columns.get("tools")
    found = json.loads(told) if isinstance(told, str) else told
    return found if isinstance(found, list) else []
