"""SeedCopies: what counts as copied, from which seed, and what is let through."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.copies import Half
from tests.quality.samples import chat
from textsynth.overlap import units
from textsynth.quality.seed_copies import SeedCopies
from textsynth.records import Sample, Setting, Verdict

CHUNKS = [
    "The reading room opens at nine on weekdays. Visitors leave coats and bags in the lockers by "
    "the stairs, and they may bring a pencil, a laptop and loose paper, but no pens. Books are "
    "ordered at the desk before four and lie ready on the next morning under the reader's number.",
    "Boats may be moored at the north jetty for eight nights in a row. The harbour master assigns "
    "a place by radio, and skippers pay at the kiosk with a card before they go ashore at night.",
    "열람실은 평일 오전 아홉 시에 문을 엽니다. 이용자는 외투와 가방을 계단 옆 사물함에 넣어야 하며 "
    "연필과 노트북과 종이는 가지고 들어갈 수 있지만 펜은 안 됩니다. 책은 오후 네 시까지 안내 "
    "데스크에서 신청하면 다음 날 아침 이용자 번호 아래에 놓여 있습니다.",
]  # fmt: skip
SHOT = "Could you tell me how I might get my old library card replaced before Friday, please?"
PERSONA = (
    "A retired lighthouse keeper who repairs clocks, distrusts phones, and writes letters in green "
    "ink to the harbour office every single week."
)
SETTING = Setting(
    rows={
        "chunk": [
            {"id": f"c{n}", "text": text, "source": f"file{n}.md"} for n, text in enumerate(CHUNKS)
        ],
        "examples": [{"id": "e0", "text": SHOT}],
        "persona": [{"id": "p0", "description": PERSONA}],
    }
)


def asked(sample: Sample, **options: Any) -> Verdict:
    return SeedCopies.model_validate(options).screen(SETTING)(sample)


@pytest.mark.parametrize(
    ("text", "source", "kind"),
    [
        (CHUNKS[0], "c0", "chunk"),
        (CHUNKS[1].upper(), "c1", "chunk"),
        (CHUNKS[2], "c2", "chunk"),
        (CHUNKS[2].replace(" ", ""), "c2", "chunk"),
        (SHOT, "e0", "examples"),
        (f"Well. {PERSONA}", "p0", "persona"),
    ],
    ids=["en", "capitals", "ko", "ko without spaces", "example", "persona"],
)
def test_a_copy_is_dropped_with_its_source(text: str, source: str, kind: str) -> None:
    word = asked(chat("And?", text))
    assert (word.keep, word.reason) == (False, "copied_run")
    assert (word.details["id"], word.details["kind"]) == (source, kind)
    assert word.score is not None
    assert word.score >= 1


def test_the_details_say_where_and_what() -> None:
    text = f"Sure! {CHUNKS[0][53:]} Bye."
    word = asked(chat("How do I order?", text))
    assert word.details["source"] == "file0.md"
    assert word.details["where"] == "assistant 1"
    shared = text[word.details["start"] : word.details["end"]]
    assert shared == CHUNKS[0][53:-1]
    assert word.details["run"] == len(units(shared))
    assert shared.startswith(word.details["text"][:80])
    assert len(word.details["text"]) <= 120
    assert json.loads(json.dumps(word.details)) == word.details


@pytest.mark.parametrize(
    "text",
    [
        "You can order until four. It is there for you next morning.",
        'No pens. "Visitors leave coats and bags in the lockers by the stairs", it says there.',
        "연필은 괜찮아요. 책은 네 시까지 신청하시면 다음 날 아침에 받으실 수 있어요.",
        "Books are ordered at the desk before four and lie ready on the next morning.",
    ],
    ids=["own words", "quotation", "ko", "one sentence"],
)
def test_answers_that_use_a_document_are_kept(text: str) -> None:
    assert asked(chat("How?", text)).keep


def test_a_paraphrase_that_keeps_half_of_the_words_in_a_row_goes_by_its_share() -> None:
    text = CHUNKS[0].replace("Visitors", "Guests").replace("pencil", "crayon")
    text = text.replace("before four", "until four").replace("lockers", "boxes")
    word = asked(chat("How?", text))
    assert (word.keep, word.reason, word.details["id"]) == (False, "copied_share", "c0")
    assert 0.5 <= word.details["overlap"] < 1


def test_quotations_are_left_out_only_as_long_as_they_are_short() -> None:
    part = CHUNKS[0][45:260]
    own = "and so it goes, as you can well imagine by now, my friend, whatever else may be said,"
    said = " ".join(f"“{piece.strip()}” {own}" for piece in part.split(",") if piece)
    short = {"words": 12, "overlap": 0.2}
    assert asked(chat("How?", said), **short).keep
    assert not asked(chat("How?", said), **short, allow_quotes=False).keep
    assert not asked(chat("How?", f"“{CHUNKS[0]}”")).keep


def test_what_a_row_is_given_is_not_compared_but_only_its_own() -> None:
    sample = chat(f"Sum this up.\n\n{CHUNKS[0]}", "It is about a room.")
    assert asked(replace(sample, seeds={"chunk": "c0"})).keep
    assert not asked(replace(sample, seeds={"chunk": "c1"})).keep
    back = chat("What does it say?", CHUNKS[0])
    assert not asked(replace(back, seeds={"chunk": "c0"})).keep
    shot = replace(chat(SHOT, "By post."), seeds={"examples": ["e0"]})
    assert not asked(shot).keep


def test_columns_that_quote_are_compared_only_where_they_are_named() -> None:
    sample = chat("When?", "At nine.", columns={"quote": CHUNKS[0], "n": 3})
    assert asked(sample).keep
    word = asked(sample, columns="quote")
    assert (word.keep, word.details["where"]) == (False, "quote")
    bare = replace(chat(), columns={"evidence": CHUNKS[0], "summary": "A room."})
    assert asked(bare).keep
    assert not asked(replace(bare, columns={"summary": CHUNKS[0]})).keep


def test_limits_are_given_for_all_and_for_a_kind() -> None:
    half = " ".join(CHUNKS[1].split()[:20])
    assert asked(chat("?", half)).keep
    assert not asked(chat("?", half), words=20).keep
    assert not asked(chat("?", half), words=200, chunk={"words": 20}).keep
    assert asked(chat("?", SHOT), examples=False).keep
    assert asked(chat("?", CHUNKS[2]), characters=900, overlap=1.0).score is not None


def test_references_that_are_no_seeds(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text(json.dumps({"question": "?", "answer": CHUNKS[1]}), "utf8")
    part = SeedCopies(references=("old.jsonl",))
    word = part.screen(Setting(home=tmp_path))(chat("?", CHUNKS[1]))
    assert (word.keep, word.details["kind"]) == (False, "reference")
    assert word.details["source"] == "old.jsonl"


def test_no_personal_value_stands_in_a_verdict() -> None:
    text = f"My name is Theodora Blix, t.blix@harrowmail.co.uk. {CHUNKS[1]}"
    setting = Setting(rows={"chunk": [{"id": "c", "text": text, "source": "s"}]})
    word = SeedCopies().screen(setting)(chat("?", text))
    assert "[EMAIL]" in word.details["text"]
    assert "blix" not in json.dumps(word.to_json()).lower()


def test_vectors_find_what_is_said_in_other_words() -> None:
    pytest.importorskip("wordllama")
    text = (
        "Guests put their coats and bags into lockers near the stairs; they may take a pencil, a "
        "laptop and loose paper with them, yet never pens."
    )
    assert asked(chat("?", text)).keep
    word = asked(chat("?", text), vectors=0.6)
    assert (word.keep, word.reason, word.details["id"]) == (False, "same_meaning", "c0")
    assert asked(chat("?", "Rain fell on the hills all night, and the goats stayed under the old "
                           "bridge until the sun rose again."), vectors=0.6).keep  # fmt: skip


def test_it_remembers_nothing_and_says_when_there_is_nothing_to_compare() -> None:
    part = pickle.loads(pickle.dumps(SeedCopies()))
    screen = part.screen(SETTING)
    first = [screen(chat("?", text)) for text in CHUNKS]
    assert [screen(chat("?", text)) for text in reversed(CHUNKS)] == first[::-1]
    assert part.alone
    assert not part.cautions(SETTING)
    assert "no seeds" in part.cautions(Setting())[0]


@pytest.mark.parametrize(("language", "most"), [("en", 5), ("ko", 5)])
def test_planted_near_copies_are_caught_among_clean_rows(language: str, most: int) -> None:
    half = Half(language)
    screen = SeedCopies().screen(half.setting)
    missed = [sort for sort, _, one in half.planted if screen(one).keep]
    assert missed == []
    sources = [screen(one).details["id"] == source for _, source, one in half.planted]
    assert sum(sources) >= 24
    assert sum(not screen(one).keep for one in half.clean) <= most
