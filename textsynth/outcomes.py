"""What became of one brief."""

from __future__ import annotations

from dataclasses import dataclass

from textsynth.records import Brief, ReplyRef
from textsynth.screening import Looked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one brief: a sample, an error, or nothing because its quota was full."""

    brief: Brief | None = None
    looked: Looked | None = None
    error: Exception | None = None
    replies: tuple[ReplyRef, ...] = ()
    held: int = 0
    """How many of its prompts held a redacted value before it was replaced."""
    leaked: bool = False
    """Whether the row held one; in the sample a stand-in has its place."""
    before: tuple[Looked | None, ...] = ()
    """The row as it was each time before it was sent back; None where it failed then."""
