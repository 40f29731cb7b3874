"""Whether a finished conversation shows the outcome that was asked for, and how often it does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods._lines import READ
from textsynth.methods._outcomes import OUTCOMES, UNCLEAR, Reading, read
from textsynth.methods._turns import Turn
from textsynth.records import Brief, Closing, Sample, Table

Verify = Literal["rules", "model", "both", "none"]
STEPS: Mapping[str, tuple[str, ...]] = {"verify": ("lines", "labels")}
CONFLICT = "conflict"
"""What is found where rules and model see two different outcomes."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found, whether it is what was asked for, and the line that shows it."""

    found: str
    confirmed: bool
    evidence: str = ""

    def columns(self) -> dict[str, Any]:
        """As columns of a row; what was asked for stands in the facet `outcome`."""
        return {
            "outcome_found": self.found,
            "outcome_confirmed": self.confirmed,
            "outcome_evidence": self.evidence,
        }


async def checked(verify: Verify, brief: Brief, ask: Ask, turns: Sequence[Turn]) -> Check:
    """Reads the outcome off the lines without knowing the label, then holds the two together.

    `both`: the model decides where the rules see nothing; where the two differ nothing is
    confirmed. An outcome other than OUTCOMES can be confirmed by a model alone.
    """
    asked = brief.facets.get("outcome", "")
    by_rules = verify != "model" and brief.language in READ
    seen = read(turns) if by_rules else Reading(UNCLEAR)
    if verify in ("model", "both"):
        told = await _judged(asked, brief, ask, turns)
        if seen.outcome != UNCLEAR and told.outcome != seen.outcome:
            return Check(CONFLICT, confirmed=False, evidence=told.evidence or seen.evidence)
        seen = told
    confirmed = bool(asked) and seen.outcome == asked
    return Check(seen.outcome, confirmed, seen.evidence)


async def _judged(asked: str, brief: Brief, ask: Ask, turns: Sequence[Turn]) -> Reading:
    """What a model reads off the lines; UNCLEAR when it points at no line that is there.

    Which label comes first is drawn for each brief, since judges favour places.
    """
    labels = list(dict.fromkeys((*OUTCOMES, asked or OUTCOMES[0])))
    for place in range(len(labels) - 1, 0, -1):
        other = brief.number(f"label {place}", 0, place)
        labels[place], labels[other] = labels[other], labels[place]
    form = {
        "title": "outcome_reading", "type": "object", "additionalProperties": False,
        "required": ["evidence", "outcome"],
        "properties": {
            "evidence": {"type": "string"},
            "outcome": {"type": "string", "enum": [*labels, UNCLEAR]},
        },
    }  # fmt: skip
    said = [{"who": ("customer", "agent")[turn.side], "text": turn.text} for turn in turns]
    try:
        reply = await ask("verify", form=form, lines=said, labels=labels)
    except ReplyError:
        return Reading(UNCLEAR)
    evidence, outcome = str(reply.data["evidence"]).strip(), str(reply.data["outcome"])
    if outcome == UNCLEAR or not stands_in(evidence, turns):
        return Reading(UNCLEAR, "")
    return Reading(outcome, evidence)


def stands_in(evidence: str, turns: Sequence[Turn]) -> bool:
    """Whether a quotation is part of one of the lines; case, spaces and quotes aside."""
    wanted = _bare(evidence)
    return len(wanted) >= 2 and any(wanted in _bare(turn.text) for turn in turns)


def _bare(text: str) -> str:
    head, mark, rest = text.partition(":")
    if mark and head.strip().lower() in ("customer", "agent", "고객", "상담원"):
        text = rest
    return "".join(char for char in text.lower() if char.isalnum())


def outcomes(closing: Closing) -> list[Table]:
    """Per outcome: rows, confirmed ones, unclear ones, and the share confirmed with its interval.

    Over kept and dropped rows. The interval is Wilson's (Brown, Cai and DasGupta, "Interval
    estimation for a binomial proportion", 2001) at 95 %.
    """
    counts: dict[str, list[int]] = {}
    for rows in (closing.kept, closing.dropped):
        for sample in rows:
            _count(sample, counts)
    made = tuple(
        (outcome, n, confirmed, unclear, round(confirmed / n, 3), *interval(confirmed, n))
        for outcome, (n, confirmed, unclear) in sorted(counts.items())
    )
    head = ("outcome", "rows", "confirmed", "unclear", "share", "from", "to")
    return [Table("Outcomes confirmed, over kept and dropped rows", head, made)] if made else []


def _count(sample: Sample, counts: dict[str, list[int]]) -> None:
    if "outcome_confirmed" in sample.columns:
        cell = counts.setdefault(sample.facets.get("outcome", ""), [0, 0, 0])
        cell[0] += 1
        cell[1] += bool(sample.columns["outcome_confirmed"])
        cell[2] += sample.columns.get("outcome_found") == UNCLEAR


def interval(hits: int, n: int) -> tuple[float, float]:
    """Wilson's interval of a share at 95 %, rounded to a thousandth."""
    if not n:
        return 0.0, 1.0
    z, p = NormalDist().inv_cdf(0.975), hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)
