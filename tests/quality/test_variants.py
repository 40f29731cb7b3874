"""Options for the rows of a language or a kind: which go for a row, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import Project
from tests.quality.samples import chat
from tests.servers.chat import ChatServer
from textsynth.errors import JobError
from textsynth.jobfile import load_job
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.quality.length import Length
from textsynth.quality.unicode import Unicode
from textsynth.records import Sample, Setting
from textsynth.screening import Screening

TURNS = ("How long does that take?", "It takes two days.")
PART = Length.model_validate(
    {
        "max_chars": 10,
        "min_total": 5,
        "per_language": {"ko": {"max_chars": 200}, "de": {"min_turns": 3}},
        "per_kind": {
            "qa": {"max_chars": 300},
            "given": {"max_chars": 400},
            "text": {"min_total": 99},
        },
    }
)


def row(language: str, method: str, *texts: str, **more: Any) -> Sample:
    return replace(chat(*texts, **more), language=language, method=method)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (row("en", "support", *TURNS), "too_long"),
        (row("ko", "support", *TURNS), ""),
        (row("en", "qa", *TURNS), ""),
        (row("ko", "qa", TURNS[0], "a" * 250), ""),
        (row("ko", "qa", TURNS[0], "a" * 350), "too_long"),
        (row("de", "qa", *TURNS), "too_few_turns"),
        (row("en", "given", TURNS[0], "a" * 350), ""),
        (row("en", "given", columns={"text": "Nine word"}), "too_short"),
        (row("en", "support", columns={"text": "Nine word"}), ""),
    ],
    ids=["own", "language", "kind", "kind-first", "of-kind", "both", "given", "text", "no-text"],
)  # fmt: skip
def test_the_options_that_go_for_a_row(sample: Sample, reason: str) -> None:
    verdict = Screening([PART], Setting()).look(sample).verdicts["length"]
    assert verdict.reason == reason


@pytest.mark.parametrize(
    ("given", "method", "kind"),
    [
        (chat(*TURNS), "given", "pair"), (chat(*TURNS, "Thanks."), "given", "messages"),
        (chat(columns={"text": "It takes two days."}), "given", "text"),
        (chat(*TURNS), "qa", ""),
    ],
    ids=["pair", "messages", "text", "written"],
)  # fmt: skip
def test_given_rows_go_by_their_shape(given: Sample, method: str, kind: str) -> None:
    part = Length.model_validate(
        {"per_kind": {shape: {"max_chars": 1000} for shape in ("pair", "messages", "text")}}
    )
    assert part.which(replace(given, method=method)) == ("", kind)


def test_a_mend_goes_by_the_row_too() -> None:
    part = Unicode.model_validate({"per_language": {"ko": {"repair": True}}})
    screening = Screening([part], Setting())
    assert screening.look(row("ko", "qa", "안녕\u200b하세요")).sample.texts() == ["안녕하세요"]
    looked = screening.look(row("en", "qa", "Hel\u200blo"))
    assert (looked.sample.texts(), looked.verdicts["unicode"].keep) == (["Hel\u200blo"], False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"per_language": {"ko": {"max_char": 5}}},
            r"per_language\.ko: there is no option 'max_char'; did you mean 'max_chars'",
        ),
        ({"per_language": {"korean": {}}}, "per_language: there is no language 'korean'"),
        (
            {"per_kind": {"suport": {}}},
            "per_kind: there is no kind of row 'suport'; did you mean 'support'",
        ),
        ({"per_kind": {"qa": {"max_chars": 0}}}, r"per_kind\.qa\.max_chars: .* than or equal to 1"),
        ({"per_kind": {"qa": {"min_chars": 9000}}}, r"per_kind\.qa: min_chars \(9000\) is above"),
        (
            {"per_kind": {"qa": {"per_language": {}}}},
            r"per_kind\.qa: there is no option 'per_language'",
        ),
    ],
    ids=["option", "language", "kind", "value", "rule", "nested"],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_line(
    project: Project, server: ChatServer, options: dict[str, Any], words: str
) -> None:
    path = project(server.url, quality=["exact_duplicates", {"length": options}])
    with pytest.raises(JobError, match=words) as caught:
        load_job(path)
    assert "job.yaml, line " in str(caught.value)


def test_filters_that_remember_take_none() -> None:
    with pytest.raises(ValueError, match="exact_duplicates compares rows or asks a model"):
        ExactDuplicates.model_validate({"per_language": {"ko": {"on": "first_turn"}}})


def test_a_job_with_variants_loads(project: Project, server: ChatServer) -> None:
    length = {"max_chars": 900, "per_kind": {"support": {"max_chars": 300}}}
    (part,) = load_job(project(server.url, quality=[{"length": length}])).quality
    assert part.variants()["", "support"].max_chars == 300  # type: ignore[attr-defined]
