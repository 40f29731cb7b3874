"""The filter outcome: a row whose lines show something else than its label goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.quality.samples import SERVICE, chat, verdict
from textsynth.errors import JobError
from textsynth.quality.outcome import Outcome
from textsynth.records import Sample, Verdict


def row(said: str, found: str, confirmed: bool) -> Sample:
    columns = {"outcome_found": found, "outcome_confirmed": confirmed}
    return replace(chat("a", "b", speakers=SERVICE, columns=columns), facets={"outcome": said})


@pytest.mark.parametrize(
    ("said", "found", "confirmed", "reason"),
    [
        ("resolved", "resolved", True, ""),
        ("resolved", "abandoned", False, "said_resolved_found_abandoned"),
        ("refused", "unclear", False, "said_refused_found_unclear"),
        ("refused", "conflict", False, "said_refused_found_conflict"),
        ("a bet", "", False, "not_checked"),
    ],
)
def test_what_is_not_confirmed_goes(said: str, found: str, confirmed: bool, reason: str) -> None:
    got = verdict(Outcome(), row(said, found, confirmed))
    assert got == Verdict(keep=not reason, reason=reason)


def test_unclear_rows_may_stay() -> None:
    assert verdict(Outcome(unclear=True), row("refused", "unclear", False)).keep
    assert not verdict(Outcome(unclear=True), row("refused", "resolved", False)).keep


def test_a_method_that_checks_no_outcome_is_named() -> None:
    with pytest.raises(JobError, match="wrote no column `outcome_confirmed`"):
        verdict(Outcome(), chat("a", "b"))
