"""Counts: failed rows are told apart by what went wrong, not by what is said of one row alone."""

from __future__ import annotations

from textsynth.counts import Counts


def test_failed_rows_count_under_the_gist_of_their_error() -> None:
    counts = Counts()
    counts.fail("ReplyError", "the chunk does not answer the question: What does it cost?")
    counts.fail("ReplyError", "the chunk does not answer the question: How long is it?")
    counts.fail("ReplyError", "the text was not rewritten: the figure 12 is gone")
    counts.fail("RequestError")
    assert dict(counts.reasons) == {
        "failed: ReplyError (the chunk does not answer the question)": 2,
        "failed: ReplyError (the text was not rewritten)": 1,
        "failed: RequestError": 1,
    }


def test_reasons_do_not_grow_with_the_run() -> None:
    counts = Counts()
    for n in range(5000):
        word = "".join("abcdefghij"[int(d)] for d in str(n))
        counts.fail("ReplyError", f"no {word}")
    assert len(counts.reasons) <= 201
    assert sum(counts.reasons.values()) == counts.failed == 5000
