"""The table of drift: what the rows of a run came in, by who speaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat
from tests.quality.sentences import SENTENCES
from tests.servers.chat import ChatServer
from textsynth.quality.language import Language
from textsynth.records import Closing, Sample, Table

KOREAN, SWAHILI = SENTENCES["ko"], SENTENCES["sw"]
ENGLISH = "Your new card will arrive within five working days, without any charge."


def table(kept: list[Sample], dropped: list[Sample], code: str = "ko", **options: Any) -> Any:
    rows = [[replace(sample, language=code) for sample in samples] for samples in (kept, dropped)]
    closing = Closing(Path(), Path(), rows[0], rows[1])
    found = Language.model_validate(options).closing(closing)
    return found[0] if found else None


def test_each_side_has_its_share_and_what_the_others_were() -> None:
    question, answer, _ = KOREAN
    kept = [chat(question, answer)] * 6
    dropped = [
        chat(question, ENGLISH), chat(question, ENGLISH, question, SENTENCES["zh"][1]),
        chat(question, f"{answer} 已经"), chat(question, answer),
    ]  # fmt: skip
    assert table(kept, dropped) == Table(
        "Language drift",
        ("who", "rows kept", "rows dropped", "in Korean", "the others"),
        (
            ("user", 6, 4, "100 %", "-"),
            ("assistant", 6, 4, "70 %", "English 2, mixed script 1"),
        ),
    )


def test_short_texts_are_named_by_their_script() -> None:
    found = table([], [chat("네", "OK then"), chat("네", "好的"), chat("네", "はい")], "th")
    assert found.rows == (
        ("user", 0, 3, "0 %", "Korean 3"),
        ("assistant", 0, 3, "0 %", "Chinese 1, Japanese 1, Latin letters 1"),
    )


def test_a_text_that_is_half_in_the_language_is_not_called_another_one() -> None:
    mixed = "How should one use ดอกเบี้ยเงินฝาก and บัตรเครดิต in the right way at home today?"
    found = table([], [chat(mixed, SENTENCES["th"][1])], "th")
    assert found.rows[0] == ("user", 0, 1, "0 %", "partly Thai 1")


def test_the_language_to_expect_counts_and_no_rows_give_no_table() -> None:
    found = table([chat(*SWAHILI[:2])], [chat(ENGLISH, SWAHILI[1])], "en", expect="sw")
    assert found.columns[3] == "in Swahili"
    assert found.rows[0] == ("user", 1, 1, "50 %", "English 1")
    assert table([], []) is None


def test_many_languages_are_told_shortly() -> None:
    codes = ("de", "fr", "ja", "th", "ru", "el", "ta")
    found = table([], [chat(KOREAN[0], SENTENCES[code][1]) for code in codes])
    assert found.rows[1][4].endswith(", more 3")


def test_a_run_shows_it_and_the_card_has_it(project: Project, server: ChatServer) -> None:
    def script(request: dict[str, Any]) -> str:
        drifts = "travel money" in str(request)
        return ENGLISH if drifts else f"{KOREAN[1]} {sum(map(ord, str(request)))}번입니다."

    server.script = script
    job = project(
        server.url, method={"classify": {"verify": "none"}}, language="ko", count=6,
        quality=["language"],
        vary={"label": ["lost card", "travel money"]}, inputs={"personas": "people.jsonl"},
    )  # fmt: skip
    result = ts.run(job)
    (found,) = (t for t in result.summary.tables if t.title == "Language drift")
    assert "English" in str(found.rows)
    assert "Language drift" in (result.path / "README.md").read_text("utf8")
    without = ts.run(job, out=result.path.parent / "without", quality=["length"])
    assert "Language drift" not in [t.title for t in without.summary.tables]
