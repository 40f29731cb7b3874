"""Entities: marks are read into spans and tags, and words left unmarked are found."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.methods.samples import Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods._marks import MarkError, Span, completed, read_marks, tagged
from textsynth.methods.entities import Entities
from textsynth.records import Draft

TYPES = {"PRODUCT": "bank product", "DATE": "a day"}
GOOD = "I lost my <PRODUCT>travel card</PRODUCT> on <DATE>Monday</DATE>."


def run(method: Entities, *replies: str, index: int = 0) -> tuple[Draft, Script]:
    script = Script(method, brief(index), {"write": list(replies)})
    return asyncio.run(method.write(script.brief, as_ask(script))), script


def method(**options: Any) -> Entities:
    return Entities.model_validate({"types": TYPES, "each": (2, 2), **options})


def test_a_text_its_spans_and_its_tags() -> None:
    draft, script = run(method(), GOOD)
    text = draft.columns["text"]
    assert text == "I lost my travel card on Monday."
    assert draft.columns["entities"] == [
        {"start": 10, "end": 21, "label": "PRODUCT", "text": "travel card"},
        {"start": 25, "end": 31, "label": "DATE", "text": "Monday"},
    ]
    assert draft.columns["tokens"] == ["I", "lost", "my", "travel", "card", "on", "Monday", "."]
    assert draft.columns["tags"] == [
        "O", "O", "O", "B-PRODUCT", "I-PRODUCT", "O", "B-DATE", "O",
    ]  # fmt: skip
    said = json.loads(draft.messages[1]["content"])
    assert said[0] == {"text": "travel card", "label": "PRODUCT"}
    assert text in draft.messages[0]["content"]
    assert script.steps() == ["write"]


@pytest.mark.parametrize(
    ("marked", "fault"),
    [
        ("My <PRODUCT>card is gone.", "not closed"),
        ("My card</PRODUCT> is gone.", "closes what was not opened"),
        ("My <PRODUCT>new <DATE>card</DATE></PRODUCT>.", "opens inside"),
        ("My <COLOUR>red</COLOUR> card.", "<COLOUR>, which is no type"),
        ("My <PRODUCT> </PRODUCT> card.", "holds nothing"),
        ("Under 5 < 6.", "stray"),
    ],
)
def test_marks_that_cannot_be_read(marked: str, fault: str) -> None:
    with pytest.raises(MarkError, match=fault):
        read_marks(marked, TYPES)
    useful, script = run(method(), marked, GOOD)
    assert useful.columns["text"].startswith("I lost")
    assert script.asked == [("write", 0), ("write", 1)]


def test_edges_are_trimmed_and_names_read_in_any_case() -> None:
    text, spans = read_marks('A <product> "savings pot," </product>please.', TYPES)
    assert [text[s.start : s.end] for s in spans] == ["savings pot"]


def test_a_particle_stays_outside_the_tag() -> None:
    text, spans = read_marks("<DATE>3월 2일</DATE>에 카드를 잃어버렸어요", {"DATE": "날짜"})
    assert tagged(text, spans) == (
        ["3월", "2일", "에", "카드를", "잃어버렸어요"],
        ["B-DATE", "I-DATE", "O", "O", "O"],
    )


@pytest.mark.parametrize(
    ("text", "known", "found"),
    [
        ("card and card", {"card": "P"}, [(0, 4), (9, 13)]),
        ("discard the card", {"card": "P"}, [(12, 16)]),
        ("travel card, card", {"card": "P", "travel card": "P"}, [(0, 11), (13, 17)]),
        ("카드가 카드를", {"카드": "P"}, [(0, 2), (4, 6)]),
        ("5 and 15", {"15": "P"}, [(6, 8)]),
    ],
)
def test_words_left_unmarked_are_found(
    text: str, known: dict[str, str], found: list[tuple[int, int]]
) -> None:
    assert [(s.start, s.end) for s in completed(text, [], known)] == found


def test_words_marked_once_are_marked_everywhere() -> None:
    text, spans = read_marks("<PRODUCT>Pots</PRODUCT> are nice. I like Pots.", TYPES)
    assert completed(text, spans, {}) == [Span(0, 4, "PRODUCT"), Span(22, 26, "PRODUCT")]


def test_values_are_drawn_held_and_marked_wherever_they_stand() -> None:
    pots = method(types={"PRODUCT": "a product"}, values={"PRODUCT": ["savings pot"]}, each=(1, 1))
    draft, script = run(pots, "Is a card free?", "Is my savings pot free?")
    assert [e["text"] for e in draft.columns["entities"]] == ["savings pot"]
    assert script.asked == [("write", 0), ("write", 1)]
    assert 'namely "savings pot"' in script.sent[0][-1]["content"]
    with pytest.raises(ReplyError, match="'savings pot' is not in the text"):
        run(pots, "Is a card free?")


def test_texts_without_entities_are_asked_for_as_such() -> None:
    draft, script = run(method(each=(0, 0)), "Good morning to you.")
    assert draft.columns["entities"] == []
    assert set(draft.columns["tags"]) == {"O"}
    assert "holds nothing that belongs" in script.sent[0][-1]["content"]


def test_every_type_comes_equally_often() -> None:
    one = method(types=dict.fromkeys("ABCDE", "x"), each=(1, 3))
    drawn = [entity["type"] for i in range(1000) for entity in one._wanted(brief(i))]
    counts = [drawn.count(name) for name in "ABCDE"]
    assert max(counts) < 1.2 * min(counts)


def test_a_reader_who_sees_more_sends_it_back() -> None:
    seen = '{"entities": [{"text": "Monday", "type": "DATE"}]}'
    checked = method(verify="model", each=(1, 1), types={**TYPES})
    half = "I lost my <PRODUCT>card</PRODUCT> and a <DATE>day</DATE> on Monday."
    reader = Script(checked, brief(), {"write": [half, GOOD], "verify": [seen]})
    draft = asyncio.run(checked.write(reader.brief, reader))
    assert draft.columns["text"] == "I lost my travel card on Monday."
    assert reader.steps() == ["write", "verify", "write", "verify"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"types": {"A B": "x"}}, "cannot be a mark"),
        ({"values": {"COLOUR": ["red"]}}, "none of the types"),
        ({"values": {"PRODUCT": "nowhere.txt"}}, "cannot be read"),
        ({"values": {"PRODUCT": [" "]}}, "is empty"),
        ({"each": (3, 1)}, "come before the most"),
    ],
)
def test_wrong_options_are_refused_in_words(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        method(**options)


def test_values_come_from_a_file_beside_the_job(tmp_path: Path) -> None:
    (tmp_path / "products.txt").write_text("travel card\n\nsavings pot\ntravel card\n", "utf8")
    made = Entities.model_validate(
        {"types": TYPES, "values": {"PRODUCT": "products.txt"}}, context={"home": tmp_path}
    )
    assert made.values["PRODUCT"] == ["travel card", "savings pot"]


def test_values_keep_their_own_punctuation_and_other_forms_of_a_letter() -> None:
    import unicodedata

    method = Entities.model_validate(
        {"types": {"FIRM": "a firm"}, "values": {"FIRM": ["Yahoo!"]}, "each": (1, 1)}
    )
    made = brief()
    script = Script(method, made, {"write": ["I work at <FIRM>Yahoo!</FIRM> now."]})
    (one,) = asyncio.run(method.write(made, as_ask(script))).columns["entities"]
    assert (one["text"], one["start"], one["end"]) == ("Yahoo!", 10, 16)
    apart = unicodedata.normalize("NFD", "Café Zoë")
    method = Entities.model_validate(
        {"types": {"FIRM": "a firm"}, "values": {"FIRM": [apart]}, "each": (1, 1)}
    )
    script = Script(
        method, made, {"write": ["\U0001f389 bei <FIRM>Café Zoë</FIRM>, Café Zoës nicht"]}
    )
    (one,) = asyncio.run(method.write(made, as_ask(script))).columns["entities"]
    assert (one["text"], one["start"], one["end"]) == ("Café Zoë", 6, 14)


def test_values_inside_a_longer_word_are_left_alone() -> None:
    found = completed("Anaïs와 신용카드, 카드로 Ana에게", [], {"Ana": "NAME", "카드": "ITEM"})
    assert [(span.start, span.end) for span in found] == [(13, 15), (17, 20)]


def test_a_reader_is_held_against_the_text_as_it_is_written() -> None:
    method = Entities.model_validate(
        {"types": {"CITY": "a city"}, "verify": "model", "each": (1, 1)}
    )
    made = brief()
    script = Script(
        method,
        made,
        {
            # Each of these letters is two when folded, and so moves what follows them.
            "write": ["ßßßßßßßß und <CITY>Bonn</CITY> danach"],
            "verify": ['{"entities": [{"text": "Bonn", "type": "CITY"}]}'],
        },
    )
    (one,) = asyncio.run(method.write(made, as_ask(script))).columns["entities"]
    assert one["text"] == "Bonn"
    assert script.steps() == ["write", "verify"]
