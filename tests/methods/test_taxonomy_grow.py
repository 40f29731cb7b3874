"""One node, asked for in its way: what is asked again, what is handed over, what is cut."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.methods.samples import Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods.taxonomy_grow import ANGLES, TaxonomyGrow
from textsynth.records import Brief, Draft, Reply

CARDS = {
    "id": "t", "name": "Cards", "path": ["Banking", "Cards"], "about": "plastic",
    "beside": ["Loans"], "listed": ["Loans: lending", "Cards: plastic"], "known": [],
}  # fmt: skip
GOOD = "1. Debit cards: paid at once\n2. Credit cards: paid later\n3. Loans: no"


def node(visit: int = 0, language: str = "en", **more: Any) -> Brief:
    made = brief()
    return replace(made, fields={"topic": {**CARDS, **more}}, visit=visit, language=language)


def write(
    method: TaxonomyGrow, made: Brief, *replies: str, language: str = "en"
) -> tuple[Draft, Script]:
    script = Script(method, made, dict.fromkeys(ANGLES, replies), language)
    return asyncio.run(method.write(made, as_ask(script))), script


def test_a_list_becomes_names_and_what_belongs_to_them() -> None:
    draft, _ = write(TaxonomyGrow(branching=4), node(), GOOD)
    # What stands beside the node is handed over too: whoever joins the lists says why it goes.
    assert draft.columns == {
        "path": "Banking > Cards", "angle": "contents", "visit": 0,
        "names": ["Debit cards", "Credit cards", "Loans"],
        "abouts": ["paid at once", "paid later", "no"],
    }  # fmt: skip
    assert [message["role"] for message in draft.messages] == ["user", "assistant"]
    assert draft.messages[1]["content"].startswith("Debit cards: paid at once\n")


@pytest.mark.parametrize(
    ("visit", "asked"),
    [(0, ("contents", 0)), (1, ("parts", 0)), (2, ("questions", 0)), (3, ("contents", 3)),
     (7, ("parts", 6))],
)  # fmt: skip
def test_a_visit_has_its_way_to_ask_and_its_own_take(visit: int, asked: tuple[str, int]) -> None:
    _, script = write(TaxonomyGrow(), node(visit), GOOD)
    assert script.asked == [asked]


@pytest.mark.parametrize("visit", [0, 1, 2])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_list_that_a_node_stands_in_is_a_turn_of_its_own(visit: int, language: str) -> None:
    reply = GOOD if language == "en" else "1. 체크카드: 바로 나가는 돈\n2. 신용카드: 나중에 내는 돈"
    _, script = write(TaxonomyGrow(branching=7), node(visit, language), reply, language=language)
    system, *_, above, listed, last = script.sent[0]
    assert system["role"] == "system"
    assert (above["role"], listed["role"], last["role"]) == ("user", "assistant", "user")
    label = "Subject" if language == "en" else "주제"
    assert above["content"].startswith(f"{label}: Banking\n\n")
    assert "2" in above["content"]
    assert listed["content"] == "Loans: lending\nCards: plastic"
    assert re.search(r"[\"']Cards[\"'] ?\(plastic\)", last["content"])
    assert "10" in last["content"]  # three more than are wanted
    assert "Loans" not in last["content"]


@pytest.mark.parametrize("visit", [0, 1, 2])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_root_and_a_bare_path_are_asked_about_at_once(visit: int, language: str) -> None:
    reply = GOOD if language == "en" else "1. 체크카드: 바로 나가는 돈\n2. 신용카드: 나중에 내는 돈"
    made = node(visit, language, listed=[])
    _, script = write(TaxonomyGrow(), made, reply, language=language)
    label, space = ("Subject", " ") if language == "en" else ("주제", "")
    assert script.sent[0][-1]["content"].startswith(f"{label}: Banking > Cards{space}(plastic)\n\n")
    # Only who is to divide one of a list is shown how that is done.
    assert len(script.sent[0]) == 4


@pytest.mark.parametrize(
    "useless",
    ["I'm sorry, I can't help with that.", "", "1. Cards\n2. Other", "1. Loans\n2. Cards",
     "1. Debit cards"],
    ids=["refusal", "nothing", "no topics", "not its own", "one"],
)  # fmt: skip
def test_a_useless_list_is_asked_for_again(useless: str) -> None:
    draft, script = write(TaxonomyGrow(), node(), useless, GOOD)
    assert script.asked == [("contents", 0), ("contents", 1)]
    assert draft.columns["names"][0] == "Debit cards"


def test_three_useless_lists_are_a_failure_that_names_the_node() -> None:
    with pytest.raises(ReplyError, match="no sub-topics of 'Cards'"):
        write(TaxonomyGrow(), node(), "Other")


def test_one_new_topic_is_enough_where_some_are_known() -> None:
    draft, script = write(
        TaxonomyGrow(), node(known=["Debit cards", "Credit cards"]), GOOD, GOOD + "\n4. PINs"
    )
    assert len(script.asked) == 2
    assert draft.columns["names"][-1] == "PINs"
    assert script.sent[0][-2]["content"] == "Debit cards\nCredit cards"
    assert script.sent[0][-1]["content"] == "List 11 more chapters, other than those."


def test_a_node_with_no_more_than_a_name_can_be_asked_about() -> None:
    made = replace(brief(), fields={"topic": {"id": "t", "name": "Cards"}})
    draft, script = write(TaxonomyGrow(), made, GOOD)
    assert draft.columns["path"] == "Cards"
    assert script.sent[0][-1]["content"].startswith("Subject: Cards\n\nA textbook")


def test_each_node_is_visited_once_for_each_list() -> None:
    assert TaxonomyGrow(variants=5).visits() == 5


class Cut(Script):
    """Replies that were cut off at the most tokens."""

    async def __call__(self, *args: Any, **kwargs: Any) -> Reply:
        return replace(await super().__call__(*args, **kwargs), finish="length")


def test_a_list_that_was_cut_off_loses_its_last_topic() -> None:
    made = node()
    script = Cut(TaxonomyGrow(), made, {"contents": [GOOD + "\n4. Cash adv"]})
    draft = asyncio.run(TaxonomyGrow().write(made, as_ask(script)))
    assert draft.columns["names"] == ["Debit cards", "Credit cards", "Loans"]
