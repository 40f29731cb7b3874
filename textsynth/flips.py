"""Counterfactual pairs: each brief once for every value of an attribute, everything else equal."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from textsynth.errors import JobError
from textsynth.job import Job
from textsynth.plan import Plan
from textsynth.records import Brief, digest
from textsynth.swaps import carried

PAIR = "pair"
"""The field of a brief that says which briefs belong together."""


@dataclass(frozen=True)
class Flipped(Plan):
    """A plan whose briefs come in groups: brief i is brief i // V of the plain plan, with value
    i mod V of the attribute, V being the number of values.

    All that is drawn for a brief is drawn for the group. Only its id differs, so that each of them
    is asked for itself.
    """

    attribute: str = ""
    among: tuple[str, ...] = field(default=())

    @functools.cached_property
    def size(self) -> int:
        """As of the plain plan, times the values."""
        return super().row_combinations * super().facet_combinations * len(self.among)

    def brief(self, i: int) -> Brief:
        """Brief number i (from 0); the same for ever, whatever was asked before."""
        pair, place = divmod(i, len(self.among))
        plain, value = super().brief(pair), self.among[place]
        fields: dict[str, Any] = {**plain.fields, PAIR: {"id": plain.id, "number": pair}}
        if "persona" in fields:
            fields["persona"] = carried(
                fields["persona"], self.attribute, value, self.language
            ).persona
        facets = {**plain.facets, self.attribute: value}
        name = digest(plain.id, self.attribute, value)
        return replace(plain, index=i, id=name, fields=fields, facets=facets, pair=pair)

    def facets_of(self, i: int) -> dict[str, str]:
        """Only the facets of brief i, without its rows."""
        pair, place = divmod(i, len(self.among))
        return {**super().facets_of(pair), self.attribute: self.among[place]}


def flipped(plan: Plan, job: Job) -> Plan:
    """The plan with the attribute that the job flips; as it is where there is none."""
    for name, among in job.flip.items():
        own = {f: weights for f, weights in plan.facets.items() if f != name}
        plain = {entry: getattr(plan, entry) for entry in Plan.__dataclass_fields__}
        return Flipped(**{**plain, "facets": own}, attribute=name, among=tuple(among))
    return plan


def check_flip(job: Job, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """What to know of a flip before it is paid for. `rows`: those of each field.

    Raises JobError where nothing could carry the attribute, or pairs could not be equal.
    """
    for name, among in job.flip.items():
        method = job.method
        if method.generation() is not None:
            raise JobError(
                f"flip: the method '{method.part}' builds on its earlier rows",
                "so the two of a pair would not be written from the same",
                "flip with another method, such as support, qa or dialogue",
            )
        facet = name in job.vary or name in method.facets
        people = rows.get("persona", ())
        if not facet and not people:
            raise JobError(
                f"flip: nothing carries '{name}'",
                f"it is no facet of '{method.part}', and there are no personas",
                "add personas under inputs, or flip a facet",
            )
        return [] if facet else _told(name, among, people, job.language)
    return []


def _told(
    name: str, among: Sequence[str], people: Sequence[Mapping[str, Any]], language: str
) -> list[str]:
    """How the personas carry the values, and what in them could not be swapped."""
    found: Counter[str] = Counter()
    left: dict[str, list[str]] = {}
    for row in people:
        each = [carried(row, name, value, language) for value in among]
        hows = {one.how for one in each}
        found["stated" if "stated" in hows else "swapped"] += 1
        if words := [word for one in each for word in one.left]:
            left[str(row["id"])] = list(dict.fromkeys(words))
    lines = []
    if found["stated"]:
        lines.append(
            f"flip: of {len(people):,} personas, {found['stated']:,} say nothing of {name}, so a "
            "sentence of its own says it"
        )
    if left:
        shown = "; ".join(f"{who} ({', '.join(words)})" for who, words in list(left.items())[:3])
        lines.append(
            f"flip: {len(left):,} personas have words that tell {name} and cannot be swapped: "
            f"{shown}; mend them, or read their pairs with care"
        )
    return lines
