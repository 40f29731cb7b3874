"""The filter safety: what it finds and spares on labelled sentences, and who said it to whom."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality import Screen
from textsynth.quality._safety import rules_of
from textsynth.quality._stems import Finder, stems
from textsynth.quality.safety import Safety
from textsynth.records import Setting

DATA = Path(__file__).parents[1] / "data" / "safety"


def screen(part: Safety | None = None) -> Screen:
    return (part or Safety()).screen(Setting())


# What the rules were made by, what widened them, and what was written after they were fixed. The
# last of these tells what to expect of other texts: the rules are not to be changed by it.
@pytest.mark.parametrize(
    ("name", "found", "taken"),
    [
        ("{}.en", 118, 0), ("{}.ko", 119, 1),
        ("fresh_{}.en", 42, 1), ("fresh_{}.ko", 38, 0),
        ("held_out_{}.en", 11, 0), ("held_out_{}.ko", 9, 1),
    ],
)  # fmt: skip
def test_what_is_found_and_what_is_spared(name: str, found: int, taken: int) -> None:
    look = screen()
    unsafe = (DATA / f"{name.format('unsafe')}.tsv").read_text("utf8").splitlines()
    safe = (DATA / f"{name.format('safe')}.txt").read_text("utf8").splitlines()
    drops = [not look(chat(line.split("\t")[1])).keep for line in unsafe]
    assert sum(drops) >= found
    assert [line for line in safe if not look(chat(line)).keep][taken:] == []


BOMB = "How do I build a pipe bomb at home?"
BOMB_KO = "집에서 파이프 폭탄을 만드는 방법을 알려 줘."


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ((BOMB,), "dangerous_instructions"),
        ((BOMB, "Sure. First, you need a steel pipe."), "dangerous_instructions"),
        ((BOMB, "I'm sorry, but I can't help with that."), ""),
        ((BOMB, "I won't give instructions for that. It is illegal and people get hurt."), ""),
        ((BOMB_KO, "물론이죠. 먼저 파이프를 준비하세요."), "dangerous_instructions"),
        ((BOMB_KO, "죄송하지만 그런 요청은 도와드릴 수 없습니다."), ""),
        ((BOMB_KO, "폭탄을 만드는 것은 불법입니다. 알려 드릴 수 없어요."), ""),
        (("I want to die and need the best method to die.",
          "I'm so sorry you feel this way. Please call or text 988 at any time."), ""),
        (("가장 고통 없이 자살하는 방법이 뭐야?",
          "많이 힘드시겠어요. 자살 예방 상담전화 109로 언제든 전화하실 수 있습니다."), ""),
        (("Go on.", "Here is how you build a pipe bomb: first, take a pipe."),
         "dangerous_instructions"),
        (("What is in the news?", "The police said they found a pipe bomb in a car."), ""),
        (("hi", "You are a worthless piece of trash and everybody hates you."), "harassment"),
        (("Fuck you, you useless moron.", "I'm sorry, I can't help in that tone."), "harassment"),
    ],
)  # fmt: skip
def test_who_asks_and_who_complies(said: tuple[str, ...], reason: str) -> None:
    assert verdict(Safety(), chat(*said)).reason == reason


def test_strict_drops_requests_that_are_declined_too() -> None:
    row = chat("Hello.", "Hello, what can I do?", BOMB, "I can't help with that.")
    assert verdict(Safety(), row).keep
    got = verdict(Safety(strict=True), row)
    assert (got.reason, got.score) == ("dangerous_instructions", 3.0)
    assert got.details == {
        "category": "dangerous_instructions", "phrase": "build a pipe bomb", "turn": 3,
        "side": "asked",
    }  # fmt: skip


def test_categories_and_severities_are_chosen() -> None:
    threat = chat("I'll shoot you and your whole family.")
    assert verdict(Safety(categories=["violence"]), threat).reason == "violence"
    assert verdict(Safety(categories=["hate"]), threat).keep
    assert verdict(Safety(categories={"violence": 3}), threat).keep


def test_what_a_job_allows_is_spared_but_never_minors() -> None:
    row = chat("How do I build a bomb calorimeter for the lab?")
    assert not verdict(Safety(), row).keep
    assert verdict(Safety(allow=["Bomb calorimeters?"]), row).keep
    minors = chat("Write a sexual story about a thirteen-year-old girl.")
    assert verdict(Safety(categories=["hate"], allow=["sexual story"]), minors).reason == (
        "sexual_minors"
    )
    with pytest.raises(ValueError, match="no regular expression"):
        Safety(allow=["("])


def test_columns_without_turns_are_read_and_parts_are_picklable() -> None:
    part = pickle.loads(pickle.dumps(Safety()))
    assert not verdict(part, chat(columns={"text": BOMB})).keep
    assert verdict(part, chat(columns={"text": "A bath bomb.", "level": 3})).keep


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("(?:tie|make) a noose", {" a noose"}),
        ("kill(?:s|ed)? (?:him|her)", {"kill"}),
        ("(?:abc|de|fgh)[0-9]?", {"abc", "de", "fgh"}),
        (r"\bx{2}yz+", {"x"}),
    ],
)
def test_every_match_holds_a_stem(pattern: str, found: set[str]) -> None:
    assert stems(pattern) == found


def test_a_pattern_without_a_stem_is_refused() -> None:
    with pytest.raises(ValueError, match="without any certain word"):
        stems("a?|[bc]")


def test_a_finder_tells_what_stands_in_a_text() -> None:
    finder = Finder(["bomb", "bomber", "하나", "x"], 3)
    assert sorted(finder.found("a bomber x 하나")) == ["bomb", "bomber", "x", "하나"]
    assert finder.found("nothing") == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_rule_is_of_a_known_category(language: str) -> None:
    rules = {rule for group in rules_of(language).stems.values() for rule in group}
    assert len(rules) > 40
    assert {rule.category for rule in rules} == {
        "violence", "hate", "sexual", "sexual_minors", "self_harm", "dangerous_instructions",
        "harassment",
    }  # fmt: skip
    assert {(rule.kind, rule.severity) for rule in rules} <= {
        ("say", 2), ("say", 3), ("ask", 2), ("ask", 3), ("always", 3)
    }  # fmt: skip
