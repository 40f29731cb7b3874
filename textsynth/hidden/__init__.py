"""Text in a file that no reader sees: taken out before it is read, and told.

A web page or a PDF can carry orders for a model where people see nothing: white on white, out of
the page, behind `display: none`, in a comment. `visible_html` and `visible_pdf` give the file
without it; what they took out is noted for whoever asks with `noting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from textsynth.injection import LONGEST, scan, visible


@dataclass(frozen=True, slots=True)
class Hidden:
    """One piece of unseen text: the file, how it was hidden, and the start of it on one line."""

    source: str
    kind: str
    words: str
    instructs: bool
    page: int = 0
    """From 1, of a PDF."""


_NOTED: ContextVar[list[Hidden] | None] = ContextVar("hidden", default=None)


@contextmanager
def noting() -> Iterator[list[Hidden]]:
    """Gathers what is taken out of files while inside."""
    found: list[Hidden] = []
    token = _NOTED.set(found)
    try:
        yield found
    finally:
        _NOTED.reset(token)


def noted(found: Iterable[dict[str, Any]]) -> None:
    """Notes what another process found."""
    notes = _NOTED.get()
    if notes is not None:
        notes += [Hidden(**one) for one in found]


def note(source: str, kind: str, text: str, page: int = 0) -> Hidden | None:
    """Notes a piece of text, unless there is no word in it."""
    words = " ".join(visible(text).split())
    if not any(char.isalpha() for char in words):
        return None
    shown = "".join(char if char.isprintable() else "?" for char in words)
    if len(shown) > LONGEST:
        shown = shown[: LONGEST - 1] + "…"
    made = Hidden(source, kind, shown, bool(scan(text)), page)
    notes = _NOTED.get()
    if notes is not None:
        notes.append(made)
    return made
