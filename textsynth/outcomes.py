"""What became of one brief."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textsynth.records import Brief, ReplyRef, Sample


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one brief: a sample, an error, or nothing because its quota was full."""

    brief: Brief | None = None
    sample: Sample | None = None
    error: Exception | None = None
    replies: tuple[ReplyRef, ...] = ()
    held: int = 0
    """How many of its prompts held a redacted value before it was replaced."""
    leaked: bool = False
    """Whether the row held one; in the sample a stand-in has its place."""


def in_order(used: Mapping[int, ReplyRef]) -> tuple[ReplyRef, ...]:
    """The replies in the order in which they were asked for."""
    return tuple(used[number] for number in sorted(used))
