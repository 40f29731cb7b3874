"""Drops a dialogue in which a speaker is no longer who they were: by name, trade, age or manner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import Field

from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._claims import (
    ASKS_MACHINE,
    HANDOVER,
    HUSBAND,
    MACHINE,
    MACHINE_CUE,
    WIFE,
    Persona,
    against,
    companies,
    names,
    own,
    persona_of,
    same_name,
)
from textsynth.quality._exchange import Turn, exchange
from textsynth.quality._manner import formal, plain_speech, polite, slang
from textsynth.records import Sample, Setting, Verdict

Found = tuple[str, str, str]
"""(reason, what is said, what it is against)"""


class PersonaDrift(Filter):
    """First-person claims against the row's persona, and turns of one speaker against each other.

    Known of a persona are its description and the attributes name, age or age_band, occupation and
    gender; a claim counts only where both sides are certain. Without one: two names of the same
    speaker (a handover aside), two companies, a wife and a husband, an agent who turns into an AI
    unasked, 존댓말 that turns into 반말, formal English that turns into slang. The score is the
    number of the turn; the details hold the words.
    """

    alone = True

    manner: bool = True
    """Whether 반말 after 존댓말, and slang after formal English, counts."""

    by: dict[str, str] = Field(default_factory=lambda: {"user": "persona", "assistant": "partner"})
    """Who plays which persona of the brief: role and field of the row's seeds."""

    def screen(self, setting: Setting) -> Screen:
        """Holds every row against the personas of the job, by their ids."""
        people = {
            field: {row.get("id"): persona_of(row) for row in setting.rows.get(field, ())}
            for field in set(self.by.values())
        }

        def verdict(sample: Sample) -> Verdict:
            said = [Turn(turn.number, turn.role, own(turn.text)) for turn in exchange(sample)]
            for role in ("user", "assistant"):
                own_turns = [turn for turn in said if turn.role == role]
                if not own_turns:
                    continue
                found = self._drift(own_turns, said, self._played(sample, role, people))
                if found is not None:
                    turn, (reason, claim, contrary) = found
                    details = {"turn": turn.number, "says": claim[:120], "against": contrary[:120]}
                    return Verdict(False, reason, float(turn.number), details=details)
            return KEEP

        return verdict

    def _played(
        self, sample: Sample, role: str, people: Mapping[str, Mapping[Any, Persona]]
    ) -> Persona | None:
        field = self.by.get(role, "")
        key = sample.seeds.get(field)
        if not isinstance(key, str):
            key = sample.columns.get(field)
        return people.get(field, {}).get(key) if isinstance(key, str) else None

    def _drift(
        self, mine: Sequence[Turn], said: Sequence[Turn], persona: Persona | None
    ) -> tuple[Turn, Found] | None:
        if persona is not None:
            for turn in mine:
                if reason := against(turn.text, persona):
                    return turn, (reason, turn.text, persona.text)
        if len(mine) < 2:
            return None
        checks: list[Callable[[Sequence[Turn], Sequence[Turn]], tuple[Turn, Found] | None]]
        checks = [_two_names, _machine, _spouses, *([_manner] if self.manner else [])]
        for check in checks:
            if (found := check(mine, said)) is not None:
                return found
        return None


def _two_names(mine: Sequence[Turn], said: Sequence[Turn]) -> tuple[Turn, Found] | None:
    """The name or the company of a speaker changes from one turn to a later one."""
    known: dict[str, str] = {}
    for turn in mine:
        text = turn.text
        for kind, find in (("name", names), ("company", companies)):
            for name in find(text):
                first = known.setdefault(kind, name)
                if not same_name(first, name) and not HANDOVER.search(text):
                    return turn, (f"two_{'names' if kind == 'name' else 'companies'}", name, first)
    return None


def _machine(mine: Sequence[Turn], said: Sequence[Turn]) -> tuple[Turn, Found] | None:
    """A speaker who was a person says to be an AI, and was not asked."""
    for turn in mine[1:]:
        low = turn.text.lower()
        if not MACHINE_CUE.search(low) or not (found := MACHINE.search(low)):
            continue
        before = next(
            (t.text for t in reversed(said[: turn.number - 1]) if t.role != turn.role), ""
        )
        if found and not ASKS_MACHINE.search(before):
            return turn, ("turns_into_an_ai", found[0], mine[0].text)
    return None


def _spouses(mine: Sequence[Turn], said: Sequence[Turn]) -> tuple[Turn, Found] | None:
    """The same speaker has a wife in one turn and a husband in another."""
    sides: dict[str, Turn] = {}
    for turn in mine:
        text = turn.text.lower()
        for side, pattern in (("wife", WIFE), ("husband", HUSBAND)):
            if pattern.search(text):
                sides.setdefault(side, turn)
    if len(sides) < 2 or sides["wife"] is sides["husband"]:
        return None
    early, late = sorted(sides.values(), key=lambda turn: turn.number)
    return late, ("two_spouses", late.text, early.text)


def _manner(mine: Sequence[Turn], said: Sequence[Turn]) -> tuple[Turn, Found] | None:
    """반말 after nothing but 존댓말, and slang after the manner of a letter."""
    courteous = ""
    for turn in mine:
        if courteous:
            # An agent says nothing but to the customer; a customer may think aloud.
            lapse = plain_speech(turn.text, whole=turn.role == "user") or slang(turn.text)
            if lapse:
                return turn, ("manner", lapse, courteous)
        if polite(turn.text) or formal(turn.text):
            courteous = courteous or turn.text
    return None
