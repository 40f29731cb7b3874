"""How support conversations end: refusals, ends written again, channels, product and policy."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.methods.samples import KOREAN_CHUNK, Script, as_ask, brief
from tests.methods.test_support import GOOD, run, texts
from textsynth.errors import ReplyError
from textsynth.methods._case import rule_of
from textsynth.methods.support import Support

WISH = "Could you have my card here by tomorrow?"
NO = (
    "I'm sorry, but that is not possible: a replacement card arrives within 5 working days. "
    "Express delivery costs £12."
)
REFUSED = {
    **GOOD,
    "wish": [WISH],
    "first": [WISH],
    "open": [WISH],
    "decline": [NO],
    "agent": [NO],
    "leave": ["That is a pity, but I understand."],
    "close": ["That is a pity, but I understand."],
    "end": ["Thank you for understanding."],
}
RULE = "A replacement card arrives within 5 working days. | Express delivery costs £12."


def test_a_scripted_refusal_gives_the_reason_and_what_is_possible() -> None:
    script = Script(
        Support(customer="scripted", turns=(4, 4), policy=RULE), brief(outcome="refused"), REFUSED
    )
    draft = run(script)
    assert script.steps() == ["wish", "first", "decline", "leave", "end"]
    assert texts(draft) == [WISH, NO, *REFUSED["leave"], *REFUSED["end"]]
    assert draft.columns["needs"] == [WISH]
    assert draft.columns["rule"] == "A replacement card arrives within 5 working days."
    assert draft.columns["outcome_confirmed"] is True
    assert draft.columns["outcome_evidence"] == NO
    sent = script.sent[script.steps().index("decline")][-1]["content"]
    assert "Instead: Express delivery costs £12." in sent


def test_other_needs_come_before_the_wish() -> None:
    method = Support(customer="scripted", turns=(6, 6), policy=RULE)
    replies = {**REFUSED, "first": [GOOD["first"][0]], "next": [WISH]}
    draft = run(Script(method, brief(outcome="refused"), replies))
    assert draft.columns["needs"] == ["How long does my replacement card take?", WISH]
    assert texts(draft)[3] == NO
    assert draft.columns["outcome_confirmed"] is True


@pytest.mark.parametrize(
    "useless",
    [
        "Of course, we will have it there tomorrow.",
        "I'm sorry, but I can't assist with that.",
        "I'm sorry, that is not possible, we only deliver on the 13th.",
        "I'm afraid not.",
    ],
)
def test_a_scripted_no_that_is_none_falls_back_to_the_rule(useless: str) -> None:
    method = Support(customer="scripted", turns=(4, 4), policy=RULE)
    draft = run(Script(method, brief(outcome="refused"), {**REFUSED, "decline": [useless]}))
    assert texts(draft)[1] == (
        "I'm sorry, but that is not possible. A replacement card arrives within 5 working days. "
        "Express delivery costs £12."
    )


def test_a_korean_refusal_is_confirmed_too() -> None:
    replies: dict[str, list[str]] = {
        "wish": ["재발급 카드를 내일까지 받을 수 있나요?"],
        "first": ["급한데 재발급 카드를 내일까지 받을 수 있나요?"],
        "decline": ["네, 됩니다."],
        "leave": ["아쉽지만 알겠어요."],
        "end": ["양해해 주셔서 감사합니다."],
    }
    method = Support(customer="scripted", turns=(4, 4))
    draft = run(Script(method, brief(chunk=KOREAN_CHUNK, outcome="refused"), replies, "ko"))
    assert texts(draft)[1].startswith("죄송하지만 그렇게 해 드릴 수 없습니다. ")
    assert draft.columns["outcome_confirmed"] is True


def test_a_free_agent_is_told_to_decline_and_asked_again_until_it_does() -> None:
    script = Script(
        Support(turns=(4, 4), policy=RULE), brief(outcome="refused"),
        {**REFUSED, "agent": ["Yes, no problem.", NO]},
    )  # fmt: skip
    draft = run(script)
    assert texts(draft)[1] == NO
    sent = script.sent[script.steps().index("agent")][0]["content"]
    assert "Decline it politely, with this reason: A replacement card arrives" in sent
    assert "You must never go against these rules" in sent


def test_the_rule_comes_from_the_policy_or_from_the_document() -> None:
    policy = "# What we never do\n- We give no advice on shares.\n\n2. We never send cash.\n"
    drawn = {rule_of(brief(n), policy) for n in range(8)}
    assert {rule for rule, _ in drawn} == {"We give no advice on shares.", "We never send cash."}
    rule, instead = rule_of(brief(), "")
    assert rule == "A replacement card arrives within 5 working days."
    assert instead == ""
    with pytest.raises(ReplyError, match="nothing that could be declined"):
        rule_of(brief(chunk="Short."), "")


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        ("Could you have my card here by tomorrow?", True),
        ("Could I have it in 2 days?", True),
        ("Could I have it in 5 days?", False),
        ("I want it tomorrow.", False),
    ],
)
def test_a_wish_goes_against_the_rule(wish: str, fits: bool) -> None:
    method = Support(customer="scripted", turns=(4, 4), policy=RULE)
    script = Script(method, brief(outcome="refused"), {**REFUSED, "wish": [wish]})
    if fits:
        assert run(script).columns["needs"] == [wish]
        return
    with pytest.raises(ReplyError, match="'wish' were of no use"):
        run(script)


def test_what_is_free_or_only_so_in_some_case_is_no_rule() -> None:
    chunk = (
        "Statements within the country are free. They cost nothing if you are young. "
        "A card holds at most five currencies."
    )
    assert {rule_of(brief(n, chunk=chunk), "")[0] for n in range(6)} == {
        "A card holds at most five currencies."
    }


def test_an_end_that_shows_something_else_is_written_again() -> None:
    method = Support(customer="scripted", turns=(4, 4))
    leaves = ["Well, the weather is odd.", "Thank you, now I know."]
    script = Script(method, brief(), {**GOOD, "leave": leaves})
    draft = run(script)
    assert script.steps() == ["needs", "first", "leave", "end", "leave", "end"]
    assert [take for step, take in script.asked if step == "leave"] == [0, 3]
    assert texts(draft)[2] == leaves[1]
    assert draft.columns["outcome_found"] == "resolved"


@pytest.mark.parametrize(("tries", "ends"), [(0, 1), (1, 2), (2, 3)])
def test_after_the_last_try_the_row_goes_on_unconfirmed(tries: int, ends: int) -> None:
    method = Support(customer="scripted", turns=(4, 4), tries=tries)
    script = Script(method, brief(), {**GOOD, "leave": ["Well, the weather is odd."]})
    draft = run(script)
    assert script.steps().count("leave") == ends
    assert draft.columns["outcome_found"] == "unclear"
    assert draft.columns["outcome_confirmed"] is False


@pytest.mark.parametrize(
    ("ends", "asked", "said"),
    [
        (["I am sorry about that.", "My manager will call you."], 2, "My manager will call you."),
        (["I am sorry about that."], 3, "I am sorry about that."),
    ],
)
def test_an_escalated_end_hands_over_if_the_model_can(
    ends: list[str], asked: int, said: str
) -> None:
    method = Support(customer="scripted", turns=(4, 4), tries=0)
    replies = {**GOOD, "leave": ["I want to speak to a manager."], "end": ends}
    script = Script(method, brief(outcome="escalated"), replies)
    assert texts(run(script))[-1] == said
    assert script.steps().count("end") == asked


def test_an_end_that_cannot_be_written_again_leaves_the_one_there_is() -> None:
    method = Support(customer="scripted", turns=(4, 4))
    leaves = ["Well, the weather is odd.", "Is that so?"]
    draft = run(Script(method, brief(), {**GOOD, "leave": leaves}))
    assert texts(draft)[2] == leaves[0]
    assert draft.columns["outcome_confirmed"] is False


def test_without_verifying_nothing_is_said_of_the_outcome() -> None:
    method = Support(customer="scripted", turns=(4, 4), verify="none")
    draft = run(Script(method, brief(), GOOD))
    assert not [name for name in draft.columns if name.startswith("outcome")]


def test_an_outcome_that_rules_cannot_read_is_not_written_again() -> None:
    script = Script(Support(turns=(4, 4)), brief(outcome="a bet"), GOOD)
    draft = run(script)
    assert script.steps().count("close") == 1
    assert draft.columns["outcome_confirmed"] is False


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("chat", "It arrives within 5 working days."),
        ("phone", "It arrives within 5 working days."),
        ("email", "Hello,\n\nIt arrives within 5 working days.\n\nKind regards,\nLarkmere Bank"),
    ],
)
def test_a_settled_answer_looks_like_its_channel(channel: str, expected: str) -> None:
    method = Support(company="Larkmere Bank", customer="scripted", turns=(4, 4))
    assert texts(run(Script(method, brief(channel=channel), GOOD)))[1] == expected


def test_links_are_not_read_out_on_the_phone() -> None:
    needs = (
        "1. How long does my replacement card take? | It arrives within 5 days (https://b.co/x)."
    )
    chunk = "It arrives within 5 days, https://b.co/x tells more."
    method = Support(customer="scripted", turns=(4, 4))
    draft = run(Script(method, brief(chunk=chunk, channel="phone"), {**GOOD, "needs": [needs]}))
    assert texts(draft)[1] == "It arrives within 5 days."


@pytest.mark.parametrize(("facet", "name"), [("", "Pots"), ("Travel Card", "Travel Card")])
def test_the_product_reaches_both_sides(facet: str, name: str) -> None:
    script = Script(Support(product="Larkmere Pots", turns=(6, 6)), brief(product=facet), GOOD)
    run(script)
    for step in ("needs", "open", "customer", "agent"):
        assert name in str(script.sent[script.steps().index(step)]), step


def load(home: Path, **options: Any) -> Support:
    return Support.model_validate(options, context={"home": home})


def test_a_policy_may_be_a_file_beside_the_job(tmp_path: Path) -> None:
    (tmp_path / "policy.md").write_text("We never send cash.", "utf8")
    assert load(tmp_path, policy="policy.md").policy == "We never send cash."
    assert load(tmp_path, policy="No cash.").policy == "No cash."
    with pytest.raises(ValidationError, match=r"the policy 'rules\.txt' cannot be read"):
        load(tmp_path, policy="rules.txt")


def test_the_same_replies_give_the_same_draft() -> None:
    method = Support(customer="scripted", turns=(4, 6), human={"typos": 1, "bursts": 1})
    one, two = (run(Script(method, brief(3), GOOD)) for _ in range(2))
    assert one == two
    assert asyncio.run(method.write(brief(3), as_ask(Script(method, brief(3), GOOD)))) == one
