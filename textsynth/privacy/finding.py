"""Runs every rule over a text and settles what they found."""

from __future__ import annotations

from collections.abc import Collection

from textsynth.privacy.addresses import addresses
from textsynth.privacy.births import births
from textsynth.privacy.columns import columns
from textsynth.privacy.emails import emails
from textsynth.privacy.english_names import english_names
from textsynth.privacy.folding import fold
from textsynth.privacy.kinds import KINDS, Finding, known_kinds
from textsynth.privacy.korean_names import korean_names
from textsynth.privacy.mentions import mentions
from textsynth.privacy.numbers import numbers
from textsynth.privacy.resolving import Candidate, settle
from textsynth.privacy.secrets import secrets


def find(text: str, kinds: Collection[str] = KINDS) -> list[Finding]:
    """The personal data of a text, sorted and not overlapping; no model, no network, linear time.

    Raises JobError where a kind does not exist.
    """
    wanted = known_kinds(kinds)
    page = fold(text)
    found: list[Candidate] = []
    for rule in (emails, numbers, secrets, births, addresses, columns, english_names, korean_names):
        found.extend(rule(page))
    settled = settle(found)
    named = [one for one in settled if one.kind == "name"]
    if named:
        settled = settle([*found, *mentions(page, named)])
    return [
        Finding(one.kind, *page.place(one.start, one.end)) for one in settled if one.kind in wanted
    ]
