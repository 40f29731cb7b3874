"""Candidates of all rules become findings that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

STRENGTH = {
    kind: strength
    for strength, kind in enumerate(
        (
            "name",
            "vehicle",
            "phone",
            "ip",
            "address",
            "date_of_birth",
            "passport",
            "driver_license",
            "bank_account",
            "card",
            "national_id",
            "iban",
            "email",
            "secret",
        )
    )
}


_CLIPPED = ("address", "name", "secret")


class Candidate(NamedTuple):
    """A span of the folded text that a rule takes for a value; `sure` lifts it over others."""

    kind: str
    start: int
    end: int
    sure: int = 0


def settle(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sorted and apart: of two that overlap, the surer stays, then the stronger, then the longer.

    What sticks out of the winner stays found too, as the loser's kind, where it is more than a
    few characters: a value must not show again because a stronger one touched it.
    """
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (c.start, -c.end)):
        if one.end <= one.start:
            continue
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
            continue
        last = kept[-1]
        if _rank(one) > _rank(last):
            kept.pop()
            if one.start - last.start > 6 and last.kind in _CLIPPED:
                kept.append(last._replace(end=one.start))
            kept.append(one)
            if last.end - one.end > 6 and last.kind in _CLIPPED:
                kept.append(last._replace(start=one.end))
        elif one.end - last.end > 6 and one.kind in _CLIPPED:
            kept.append(one._replace(start=last.end))
    return kept


def _rank(one: Candidate) -> tuple[int, int, int]:
    return one.sure, STRENGTH[one.kind], one.end - one.start
