"""Samples that are pairs of answers, made here or given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textsynth.records import Message, Sample
from textsynth.writers._given import pair_columns

Form = Literal["auto", "chat", "pairs"]
"""What is written of samples that are pairs of answers: `auto` looks at the first sample."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A request with a better and a worse answer, each as turns."""

    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]


def pair_of(sample: Sample) -> Pair | None:
    """The pair that a sample is; None if it is none."""
    columns = pair_columns(sample)
    found = [columns.get(name) for name in ("prompt", "chosen", "rejected")]
    return Pair(*found) if all(isinstance(t, list) and t for t in found) else None  # type: ignore[arg-type]


def holds_pairs(form: Form, samples: Iterable[Sample]) -> bool:
    """Whether pairs are to be written: as `form` says, or as the first sample is."""
    if form != "auto":
        return form == "pairs"
    first = next(iter(samples), None)
    return first is not None and pair_of(first) is not None
