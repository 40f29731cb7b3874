"""Text that can be stored: models may answer with half characters, which UTF-8 cannot hold."""

from __future__ import annotations

from pathlib import Path


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
