"""Duplicates field by field: which text is compared, which field decides, and the earlier row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.quality.samples import chat
from textsynth.errors import JobError
from textsynth.quality import Filter
from textsynth.quality._fields import text_of
from textsynth.quality._repeats import Repeats
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.records import Sample, Setting, Verdict

LONG = "Where is my new card, which I ordered three weeks ago from the branch in town?"
ORDER = chat("Where is it?", "On its way.", "And the fee?", "Ten pounds.", system="Be kind.")
SUM = chat("What is 2 and 2?", "Four.", columns={"question": "A sum", "answer": ""})


@pytest.mark.parametrize(
    ("sample", "field", "text"),
    [
        (ORDER, "conversation", "Where is it?\nOn its way.\nAnd the fee?\nTen pounds."),
        (ORDER, "first_turn", "Where is it?"),
        (ORDER, "question", "And the fee?"),
        (ORDER, "answer", "On its way.\nTen pounds."),
        (SUM, "question", "A sum"),
        (SUM, "answer", ""),
        (chat(), "conversation", ""),
    ],
)
def test_what_a_field_is(sample: Sample, field: str, text: str) -> None:
    assert text_of(sample, field, "x") == text


def said(part: Filter, samples: list[Sample]) -> list[Verdict]:
    screen = part.screen(Setting())
    return [screen(replace(s, id=f"id{n}", index=n)) for n, s in enumerate(samples)]


@pytest.mark.parametrize("part", [ExactDuplicates, NearDuplicates])
def test_any_field_of_a_list_decides(part: type[Filter]) -> None:
    rows = [
        chat(LONG, "It left the printer on Monday and is on its way to you by post."),
        chat("Can I pay abroad with it?", "You can, wherever the sign is shown at the till."),
        chat("How much does it cost me?", "It left the printer on Monday and is on its way to you "
             "by post."),
        chat(LONG, "Nobody knows where it is, so a new one has been ordered for you today."),
        chat("And now for something else.", "A parrot that sleeps on its perch all day long."),
    ]  # fmt: skip
    found = said(part.model_validate({"on": ["question", "answer"]}), rows)
    assert [v.keep for v in found] == [True, True, False, False, True]
    assert found[2].details == {"field": "answer", "row": "id0", "index": 0}
    assert found[3].details == {"field": "question", "row": "id0", "index": 0}
    assert all(v.keep for v in said(part(), rows)), "as conversations they differ"


def test_a_text_is_compared_with_the_same_field_alone() -> None:
    rows = [chat(LONG, "Yes, that is right."), chat("Is that so?", LONG)]
    assert all(v.keep for v in said(ExactDuplicates(on=("question", "answer")), rows))


def test_an_empty_field_is_skipped_and_an_empty_row_is_empty() -> None:
    rows = [
        chat(LONG, columns={"note": ""}),
        chat("Other words of no account", columns={"note": ""}),
        chat("", columns={"note": " "}),
        chat("", columns={"note": None}),
    ]
    options = {"on": ["question", "note"]}
    found = said(NearDuplicates.model_validate(options), rows)
    assert [v.reason for v in found] == ["", "", "empty", "empty"]
    found = said(NearDuplicates.model_validate({**options, "empty": "keep"}), rows)
    assert [v.keep for v in found] == [True] * 4


def test_the_earlier_row_that_decides_is_named_also_for_short_texts() -> None:
    found = said(NearDuplicates(), [chat("Hi"), chat(LONG), chat("hi"), chat(LONG.upper())])
    assert found[2].details == {"field": "conversation", "row": "id0", "index": 0}
    assert found[3].details == {"field": "conversation", "row": "id1", "index": 1}


def test_an_unknown_column_of_a_list_is_refused() -> None:
    with pytest.raises(JobError, match="nope"):
        said(NearDuplicates(on=("question", "nope")), [chat("a", columns={"q": "x"})])


@pytest.mark.parametrize("part", [ExactDuplicates, NearDuplicates])
def test_what_is_foreseen_comes_true_and_enters_nothing(part: type[Filter]) -> None:
    options = part.model_validate({"on": ["question", "answer"]})
    rows = [chat(LONG, f"Answer number {n % 5} is what you get from us.") for n in range(6)]
    rows += [chat("Something new to ask of you", "And new to say to you"), chat("", "")]
    screen = options.screen(Setting())
    assert isinstance(screen, Repeats)
    for row in rows:
        foreseen = [screen.foresees(row), screen.foresees(row)]
        assert foreseen == [not screen(row).keep] * 2
