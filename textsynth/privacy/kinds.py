"""What counts as personal data, and the shapes that findings and redactions come in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from textsynth.errors import JobError, nearest

KINDS: tuple[str, ...] = (
    "email",
    "phone",
    "national_id",
    "passport",
    "driver_license",
    "card",
    "iban",
    "bank_account",
    "ip",
    "secret",
    "name",
    "address",
    "date_of_birth",
    "vehicle",
)
"""Every kind that `find` knows. Numbers that only an organisation can hold (1588-1234, 080, 0800,
toll-free) are not of the kind `phone`: they lead to no person."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One value: its kind and where it stands, in characters of the text that was given."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """One edit: what stood at `start:end` of the old text stands at `new_start:new_end` of the new.

    Outside of the edits, both texts are equal. Where a Korean particle after the value had to
    change with it, the edit takes in the particle.
    """

    kind: str
    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with its values replaced; `values` are (kind, original value), never shown."""

    text: str
    replaced: tuple[Replaced, ...]
    values: frozenset[tuple[str, str]] = field(repr=False)


def known_kinds(kinds: Collection[str]) -> frozenset[str]:
    """The kinds as a set. Raises JobError where one does not exist."""
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong:
        raise JobError(
            f"{wrong[0]!r} is not a kind of personal data",
            nearest(wrong[0], KINDS),
            "take the kinds from that list",
        )
    return frozenset(kinds)
