"""An outcome held against the finished lines: by rules, by a judge, by both; and counted."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.methods.samples import Script, as_ask, brief
from tests.quality.samples import SERVICE, chat
from textsynth.errors import ReplyError
from textsynth.methods._turns import Turn
from textsynth.methods._verify import Check, Verify, checked, interval, outcomes
from textsynth.methods.support import Support
from textsynth.records import Brief, Closing, Sample

SOLVED = [Turn(0, "What does it cost?"), Turn(1, "It is free."), Turn(0, "Thank you, “great”!")]
ODD = [*SOLVED[:2], Turn(0, "Hm, the weather is odd today.")]


def judged(outcome: str, evidence: str) -> str:
    return json.dumps({"evidence": evidence, "outcome": outcome})


def check(verify: Verify, turns: list[Turn], reply: str = "", made: Brief | None = None) -> Check:
    made = made or brief()
    script = Script(Support(), made, {"verify": [reply]})
    return asyncio.run(checked(verify, made, as_ask(script), turns))


def test_rules_ask_nobody() -> None:
    assert check("rules", SOLVED) == Check("resolved", True, SOLVED[2].text)
    assert check("rules", ODD).found == "unclear"
    assert not check("rules", SOLVED, made=brief(outcome="refused")).confirmed


@pytest.mark.parametrize(
    ("evidence", "found"),
    [
        ('thank you, "Great"', "resolved"),
        ("Customer: Thank you", "resolved"),
        ("Thank you for calling", "unclear"),
        ("", "unclear"),
        ("!", "unclear"),
    ],
)
def test_a_judge_must_quote_a_line(evidence: str, found: str) -> None:
    got = check("model", SOLVED, judged("resolved", evidence))
    assert (got.found, got.confirmed) == (found, found == "resolved")


def test_a_judge_that_gives_no_form_confirms_nothing() -> None:
    async def silent(step: str, **fields: object) -> None:
        raise ReplyError("the reply is not what was asked for", "resolved, I think")

    got = asyncio.run(checked("model", brief(), silent, SOLVED))  # type: ignore[arg-type]
    assert got == Check("unclear", False, "")


@pytest.mark.parametrize(
    ("turns", "reply", "expected"),
    [
        (SOLVED, judged("resolved", "Thank you"), Check("resolved", True, "Thank you")),
        (SOLVED, judged("refused", "It is free"), Check("conflict", False, "It is free")),
        (SOLVED, judged("resolved", "made up"), Check("conflict", False, SOLVED[2].text)),
        (ODD, judged("resolved", "the weather"), Check("resolved", True, "the weather")),
        (ODD, judged("unclear", "the weather"), Check("unclear", False, "")),
    ],
    ids=["agree", "conflict", "no evidence", "rules see nothing", "nobody sees anything"],
)
def test_both_need_to_agree(turns: list[Turn], reply: str, expected: Check) -> None:
    assert check("both", turns, reply) == expected


def test_the_label_is_not_told_and_its_place_changes() -> None:
    orders = set()
    for index in range(12):
        made = brief(index)
        script = Script(Support(), made, {"verify": [judged("resolved", "Thank you")]})
        asyncio.run(checked("model", made, as_ask(script), SOLVED))
        system = script.sent[0][0]["content"]
        names = [line[2:].partition(":")[0] for line in system.splitlines() if line[:2] == "- "]
        assert sorted(names) == ["abandoned", "escalated", "refused", "resolved", "unclear"]
        orders.add(tuple(names))
    assert len(orders) > 4


def test_an_outcome_of_the_jobs_own_can_be_judged_and_not_ruled() -> None:
    made = brief(outcome="the customer wins a bet")
    assert not check("rules", SOLVED, made=made).confirmed
    assert check("model", SOLVED, judged("the customer wins a bet", "great"), made).confirmed


def row(outcome: str, found: str, confirmed: bool) -> Sample:
    columns = {"outcome_found": found, "outcome_confirmed": confirmed}
    return replace(chat("a", "b", speakers=SERVICE, columns=columns), facets={"outcome": outcome})


def test_the_table_counts_kept_and_dropped_rows() -> None:
    kept = [row("resolved", "resolved", True)] * 3 + [row("refused", "refused", True)]
    dropped = [row("resolved", "unclear", False), chat("other", "rows")]
    (table,) = outcomes(Closing(Path(), Path(), kept, dropped))
    assert table.rows == (
        ("refused", 1, 1, 0, 1.0, 0.207, 1.0),
        ("resolved", 4, 3, 1, 0.75, 0.301, 0.954),
    )
    assert outcomes(Closing(Path(), Path(), [], [])) == []


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [(0, 0, (0.0, 1.0)), (8, 10, (0.49, 0.943)), (0, 20, (0.0, 0.161)), (20, 20, (0.839, 1.0))],
)
def test_the_interval_is_wilsons(hits: int, n: int, expected: tuple[float, float]) -> None:
    assert interval(hits, n) == expected
