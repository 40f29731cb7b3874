"""Human-like user turns: slips in words alone, cut lines, bursts, and shares that are reached."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.methods.samples import Script, as_ask, brief
from tests.quality.samples import chat
from textsynth.methods._human import KINDS, burst, fragment, humanised, is_mixed, lowered, reached
from textsynth.methods._turns import Turn
from textsynth.methods._typos import SLIPS, misspelt
from textsynth.methods.dialogue import Dialogue
from textsynth.records import Brief, Closing

LONG = (
    "Good morning, I would like to ask how long my replacement card takes to arrive at my home? "
    "The Travel Card costs £20 and help@larkmere.example says 5 days, see https://larkmere.example/x"
)
KOREAN = (
    "안녕하세요, 재발급 카드가 괜찮은지 궁금한데 어떻게 하면 되는지 알려 주실 수 있나요? "
    "5일 걸린다던데요."
)


def draws(index: int) -> Any:
    made = brief(index)
    return lambda name, n: made.number(name, 0, n - 1)


@pytest.mark.parametrize("index", range(60))
def test_slips_spare_figures_names_and_addresses(index: int) -> None:
    slipped = misspelt(LONG, draws(index), ("replacement card",))
    for kept in ("Good", "Travel Card", "£20", "help@larkmere.example", "5", "replacement card"):
        assert kept in slipped
    assert slipped.endswith("https://larkmere.example/x")
    assert 0 < sum(a != b for a, b in zip(LONG.split(), slipped.split(), strict=True)) <= 3


@pytest.mark.parametrize("index", range(60))
def test_korean_slips_stay_hangul(index: int) -> None:
    slipped = misspelt(KOREAN, draws(index))
    assert slipped != KOREAN
    assert "5일" in slipped
    assert not re.search(r"[ㄱ-ㅣ]", slipped)
    assert abs(len(slipped) - len(KOREAN)) <= 3


def test_usual_misspellings_come_up() -> None:
    seen = {misspelt("이제 괜찮은데 그렇게 하면 되는데 안 와요", draws(n)) for n in range(80)}
    assert any("괜찬은데" in line for line in seen)
    assert any("돼는데" in line for line in seen)
    assert any("않 와요" in line for line in seen)
    assert all(right != wrong for right, wrong in SLIPS)


def test_a_text_without_a_word_to_slip_in_stays() -> None:
    assert misspelt("OK 5 NO", draws(1)) == "OK 5 NO"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Good morning, could you tell me how I can freeze my debit card?",
            "how freeze debit card?",
        ),
        ("I lost it. What does a replacement card cost me?", "What replacement card cost me?"),
        (
            "안녕하세요, 혹시 빠른 배송 요금이 얼마인지 알려 주실 수 있나요?",
            "빠른 배송 요금이 얼마",
        ),
        ("Freeze it.", "Freeze it."),
        ("I do not know.", "I do not know."),
    ],
)
def test_a_line_is_cut_to_its_core(text: str, expected: str) -> None:
    assert fragment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi. My card broke. What now?", "Hi\nMy card broke\nWhat now?"),
        ("I tried it twice, it does not work for me", "I tried it twice\nit does not work for me"),
        ("카드가 안 돼요. 어떻게 하나요?", "카드가 안 돼요\n어떻게 하나요?"),
        ("What now?", "What now?"),
    ],
)
def test_a_burst_is_one_turn_of_several_messages(text: str, expected: str) -> None:
    assert burst(text) == expected


def test_a_filler_leaves_the_word_i() -> None:
    said = {
        touched({"fillers": 1}, brief(n), [Turn(0, "I've had it twice.")])[0][0].text
        for n in range(20)
    }
    assert len(said) > 3
    assert all(re.match(r"[A-Z][a-z]+ I've had it twice\.$", line) for line in said)


def test_small_letters_leave_names() -> None:
    said = "I have the Travel Card. Is it valid? IBAN and I."
    assert lowered(said) == "i have the Travel Card. is it valid? IBAN and i"
    assert lowered("Larkmere Pots are new.", ("Larkmere Pots",)) == "Larkmere Pots are new"


@pytest.mark.parametrize(
    ("line", "text", "second", "fits"),
    [
        ("이번 주 meeting 바뀌었나요?", "이번 주 회의가 바뀌었나요?", "English", True),
        ("이번 주 회의가 바뀌었나요?", "이번 주 회의가 바뀌었나요?", "English", False),
        ("Was the meeting changed?", "이번 주 회의가 바뀌었나요?", "English", False),
        ("¿Can you send me la tarjeta mañana?", "Can you send me the card?", "Spanish", True),
        ("Puedes mandarme la tarjeta mañana", "Can you send me the card?", "Spanish", False),
        ("Can you send me the 카드 please?", "Can you send me the card?", "Korean", True),
        ("Can you send me the card please now?", "Can you send me the card?", "Korean", False),
    ],
)
def test_both_languages_must_stand_in_a_mixed_line(
    line: str, text: str, second: str, fits: bool
) -> None:
    assert is_mixed(line, text, second) is fits


def touched(
    human: Any, made: Brief, turns: Sequence[Turn], replies: dict[str, list[str]] | None = None
) -> tuple[list[Turn], dict[str, Any], Script]:
    method = Dialogue.model_validate({"human": human})
    script = Script(method, made, replies or {"fragment": ["no"], "mix": ["no"]})
    found, columns = asyncio.run(humanised(method.human, made, as_ask(script), turns))
    return found, columns, script


TALK = [
    Turn(0, "Good morning, could you tell me how I can freeze my debit card?"),
    Turn(1, "Open Cards, and tap Freeze. It works at once."),
    Turn(0, "I tried that. The button does nothing on my old phone, and it is urgent."),
    Turn(1, "Then call us, please. We do it for you."),
    Turn(0, "Thank you very much, I will do that now. Goodbye."),
]


def test_the_other_side_stays_clean_and_the_columns_tell() -> None:
    everything = dict.fromkeys(("typos", "fragments", "bursts", "lowercase", "fillers"), 1)
    found, columns, _ = touched(everything, brief(), TALK)
    assert [turn.text for turn in found if turn.side] == [t.text for t in TALK if t.side]
    assert all(a.text != b.text for a, b in zip(found, TALK, strict=True) if not a.side)
    assert [entry.split()[0] for entry in columns["human"]] == ["0", "2", "4"]
    assert columns["bursts"] == [t.text.split("\n") for t in found if "\n" in t.text]
    again, _, _ = touched(everything, brief(), TALK)
    assert again == found


def test_the_last_line_keeps_its_words() -> None:
    found, columns, script = touched({"fragments": 1, "code_switching": 1}, brief(), TALK)
    assert found[4] == TALK[4]
    assert not any(entry.startswith("4") for entry in columns["human"])
    assert script.steps().count("mix") == 4  # two turns, two takes each


def test_a_model_cuts_and_mixes_where_rules_cannot() -> None:
    replies = {
        "fragment": ["button nothing old phone urgent"],
        "mix": ["I tried that. El botón does nothing on mi teléfono, and it is urgent."],
    }
    one, columns, _ = touched({"fragments": 1}, brief(), TALK, replies)
    assert one[2].text == "button nothing old phone urgent"
    assert columns["human"] == ["0 fragments", "2 fragments"]
    two, _, script = touched(
        {"code_switching": 1, "second_language": "Spanish"}, brief(), TALK[2:4] + TALK[2:3], replies
    )
    assert two[0].text == replies["mix"][0]
    assert "Spanish" in str(script.sent[0])


def test_asked_shares_are_reached_and_reported() -> None:
    asked = {"typos": 0.3, "lowercase": 0.5, "bursts": 0.2}
    rows = []
    for index in range(150):
        found, columns, _ = touched(asked, brief(index), TALK)
        rows.append(chat(*(turn.text for turn in found), columns=columns))
    method = Dialogue.model_validate({"human": asked})
    (table,) = method.closing(Closing(Path(), Path(), rows[:100], rows[100:]))
    assert table.columns == ("touch", "user turns", "touched", "asked", "reached")
    shares = {str(row[0]): (row[1], row[3], row[4]) for row in table.rows}
    assert set(shares) == set(asked)
    for kind, (turns, wanted, got) in shares.items():
        assert turns == 450
        assert wanted == asked[kind]
        assert abs(float(got) - asked[kind]) < 0.07, kind


def test_one_number_is_a_mix_without_a_second_language() -> None:
    human = Dialogue.model_validate({"human": 0.3}).human
    assert human is not None
    assert human.typos == 0.15
    assert human.code_switching == 0
    assert all(0 < getattr(human, kind) < 0.3 for kind in KINDS if kind != "code_switching")
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        Dialogue.model_validate({"human": {"typos": 2}})
    with pytest.raises(ValidationError, match="Extra inputs"):
        Dialogue.model_validate({"human": {"typo": 0.2}})


def test_without_the_option_nothing_changes() -> None:
    method = Dialogue()
    script = Script(method, brief(), {})
    assert asyncio.run(humanised(None, brief(), as_ask(script), TALK)) == (TALK, {})
    assert reached(None, Closing(Path(), Path(), [replace(chat("a", "b"))], [])) == []
