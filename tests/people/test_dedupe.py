"""Dedupe: two stages, the earlier row wins, what is not compared is said; screening; figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.people.samples import BAKER, FLORIST, NURSE, VET, Row
from tests.servers.chat import ChatServer
from textsynth.embedding import open_embedder
from textsynth.people.dedupe import Deduped, dedupe
from textsynth.people.screening import fault
from textsynth.people.stats import stats

LONG = (
    "Works twelve-hour nights on a hospital ward and does her banking at four in the morning on "
    "her break, and wants quick answers without a call."
)
ROWS: list[Row] = [
    {"id": "first", "description": LONG},
    NURSE,
    {"id": "order", "description": LONG.replace("Works twelve-hour", "Twelve-hour works")},
    {"id": "case", "description": LONG.upper()},
    BAKER,
    {"id": "changed", "description": LONG.replace("hospital", "city")},
    {"id": "other", "description": LONG.replace("a hospital ward", "the old ferry to islands")},
    FLORIST,
    FLORIST | {"id": "florist-2"},
]  # fmt: skip
PARAPHRASE: Row = {
    "id": "paraphrase", "language": "en",
    "description": "A nurse on nights who pays her bills at four in the morning.",
}  # fmt: skip


def run(tmp_path: Path, rows: list[Row], **options: Any) -> tuple[Deduped, list[str], list[Row]]:
    done = dedupe(lambda: rows, tmp_path / "out.jsonl", **options)
    kept = (tmp_path / "out.jsonl").read_text("utf8").splitlines()
    gone = (tmp_path / "out.removed.jsonl").read_text("utf8").splitlines()
    return done, [json.loads(line)["id"] for line in kept], [json.loads(line) for line in gone]


def test_words_first_the_earlier_row_wins(tmp_path: Path) -> None:
    done, kept, gone = run(tmp_path, ROWS)
    assert kept == ["first", "nurse", "baker", "other", "florist"]
    assert [(row["id"], row["repeats"], row["reason"]) for row in gone] == [
        ("order", "first", "words"), ("case", "first", "words"), ("changed", "first", "words"),
        ("florist-2", "florist", "words"),
    ]  # fmt: skip
    assert gone[0]["score"] == 1
    assert 0.9 <= gone[2]["score"] < 1
    assert (done.rows, done.words, done.kept, done.embedder) == (9, 4, 5, "")


def test_the_threshold_of_words_counts(tmp_path: Path) -> None:
    assert "other" not in run(tmp_path, ROWS, words=0.6)[1]
    assert "changed" in run(tmp_path, ROWS, words=0.99)[1]


def test_meaning_next_and_korean_is_said_to_be_left_out(tmp_path: Path) -> None:
    texts = (
        "A pilot flying cargo to Oslo.", "Grows orchids on a roof in Lima.",
        "Repairs clocks for a museum.", "A goalkeeper who studies law at night.",
    )  # fmt: skip
    others = [{"id": f"o{n}", "description": f"{t} Asks little."} for n, t in enumerate(texts)]
    rows = [NURSE, VET, BAKER, *others, FLORIST, PARAPHRASE]
    done, kept, gone = run(tmp_path, rows, meaning=0.8, embedder=open_embedder("static"))
    assert [(row["id"], row["repeats"], row["reason"]) for row in gone] == [
        ("paraphrase", "nurse", "meaning")
    ]
    assert (done.embedder, done.compared, done.meaning) == ("static", 8, 1)
    assert done.skipped == {"ko": 1}
    assert "florist" in kept


def test_an_endpoint_compares_korean_too(tmp_path: Path) -> None:
    rows = [
        FLORIST,
        NURSE,
        {"id": "later", "description": FLORIST["description"] + " 늘 묻습니다."},
    ]
    with ChatServer() as server:
        embedder = open_embedder({"base_url": server.url, "model": "m"})
        done, kept, gone = run(tmp_path, rows, words=1.0, meaning=0.85, embedder=embedder)
    assert (kept, done.compared, done.skipped) == (["florist", "nurse"], 3, {})
    assert gone[0]["repeats"] == "florist"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A nurse.", "too_short"),
        ("간호사", "too_short"),
        ("The history of Rome and its roads.", "no_person"),
        ("As an AI language model I cannot describe anyone like that.", "no_person"),
        ("Here are five personas for your project today:", "no_person"),
        ("A software engineer who is interested in the", "unfinished"),
        ("A retired welder (once a sailor who likes jazz.", "unfinished"),
        ("서울에서 밤마다 일하는 간호사이며 새벽에 일하며", "unfinished"),
        ("A historian of medieval trade routes.", None),
        ("Works twelve-hour nights on a hospital ward.", None),
        ("서울에서 밤마다 일하는 간호사입니다.", None),
        ("京都で夜まで働く会計士で、山歩きが好きです。", None),
    ],
)
def test_screening(text: str, reason: str | None) -> None:
    assert fault(text) == reason


def test_screened_rows_are_listed_with_their_reason(tmp_path: Path) -> None:
    rows = [NURSE, {"id": "rome", "description": "The history of Rome and its roads."}]
    done, kept, gone = run(tmp_path, rows)
    assert (kept, done.screened) == (["nurse"], {"no_person": 1})
    assert gone == [
        {"id": "rome", "reason": "no_person", "description": "The history of Rome and its roads."}
    ]
    assert run(tmp_path, rows, screen=False)[1] == ["nurse", "rome"]


def test_stats() -> None:
    found = stats([NURSE, BAKER, VET, FLORIST, NURSE | {"id": "twin", "licence": "CC0-1.0"}])
    assert (found.rows, found.looked_at, found.near_duplicates) == (5, 5, 1)
    assert found.languages == {"en": 4, "ko": 1}
    assert found.licences == {"not said": 4, "CC0-1.0": 1}
    assert found.attributes["occupation"] == {"Nurse": 2, "Baker": 1, "Vet": 1, "꽃집 사장": 1}
    assert (found.filled["pets"], found.attributes["pets"]) == (1, {"dog": 1, "parrot": 1})
    assert found.openings["A night nurse"] == 2
    assert found.characters["least"] == len(FLORIST["description"])
    assert found.distinct_terms < found.terms
    assert stats([]).rows == 0
