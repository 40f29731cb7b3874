"""Support: how many turns, who ends, and what a scripted customer falls back on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.methods.samples import KOREAN_CHUNK, Script, as_ask, book, brief
from textsynth.errors import ReplyError
from textsynth.methods._case import pairs as _pairs
from textsynth.methods._channels import in_channel
from textsynth.methods._turns import Turn
from textsynth.methods.support import Support
from textsynth.records import Draft

NEEDS = (
    "1. How long does my replacement card take? | It arrives within 5 working days.\n"
    "2. What does express delivery cost me? | Express delivery costs £12."
)
GOOD = {
    "needs": [NEEDS],
    "open": ["My card broke. How long does my replacement card take?"],
    "customer": ["I see. What does express delivery cost me?"],
    "close": ["Thank you, that is clear now."],
    "first": ["Good morning, how long does my replacement card take?"],
    "next": ["OK. And what does express delivery cost me?"],
    "leave": ["Now I know, and I will speak to somebody."],
    "agent": [
        "Your replacement card arrives within 5 working days.",
        "Express delivery costs £12.",
    ],
    "end": ["All the best with the new card!"],
}


def run(script: Script) -> Draft:
    return asyncio.run(script.method.write(script.brief, as_ask(script)))


def texts(draft: Draft) -> list[str]:
    return [message["content"] for message in draft.messages]


@pytest.mark.parametrize("customer", ["free", "scripted"])
@pytest.mark.parametrize("outcome", ["resolved", "escalated", "abandoned"])
@pytest.mark.parametrize("span", [(4, 6), (2, 5), (6, 7), (3, 3)])
@pytest.mark.parametrize("index", range(4))
def test_the_agent_ends_unless_the_customer_walks_away(
    customer: str, outcome: str, span: tuple[int, int], index: int
) -> None:
    method = Support.model_validate({"customer": customer, "turns": span})
    draft = run(Script(method, brief(index, outcome=outcome), GOOD))
    roles = [message["role"] for message in draft.messages]
    assert roles == [("user", "assistant")[i % 2] for i in range(len(roles))]
    assert (roles[-1] == "user") == (outcome == "abandoned")
    assert 2 <= len(roles) <= span[1]


def test_a_free_customer_sees_the_conversation_in_its_own_view() -> None:
    script = Script(Support(turns=(6, 6)), brief(), GOOD)
    run(script)
    assert script.steps() == ["needs", "open", "agent", "customer", "agent", "close", "end"]
    view = script.sent[script.steps().index("customer")]
    assert [m["role"] for m in view] == ["system", "user", "assistant", "user"]
    assert view[2]["content"] == GOOD["open"][0]
    assert "A nurse on nights." in view[0]["content"]
    assert "5 working days" not in view[0]["content"]


def test_the_agent_never_sees_the_persona() -> None:
    script = Script(Support(turns=(4, 4)), brief(), GOOD)
    run(script)
    sent = script.sent[script.steps().index("agent")]
    assert "nurse" not in str(sent)
    assert "£12" in sent[0]["content"]


@pytest.mark.parametrize(
    "useless",
    [
        "I'm sorry, but I can't assist with that.",
        "Your replacement card takes 5 days.",
        "Sure! How long does my replacement card take?",
        "Could you please provide more details?",
        "How long does your replacement card take?",
    ],
)
def test_an_opening_that_stays_useless_falls_back_to_the_need(useless: str) -> None:
    method = Support(customer="scripted", turns=(4, 4))
    script = Script(method, brief(), {**GOOD, "first": [useless]})
    assert texts(run(script))[0] == "How long does my replacement card take?"
    assert [take for step, take in script.asked if step == "first"] == [0, 1, 2]


def test_a_second_take_is_used_when_it_fits() -> None:
    method = Support(customer="scripted", turns=(6, 6))
    script = Script(method, brief(), {**GOOD, "next": ["It costs £12.", GOOD["next"][0]]})
    assert texts(run(script))[2] == GOOD["next"][0]


@pytest.mark.parametrize(
    "useless", ["How can I help you?", "I cannot assist with that.", "Is that all?", "", "Sure."]
)
def test_a_closing_that_does_not_close_is_asked_again_with_another_sentence(useless: str) -> None:
    method = Support(customer="scripted", turns=(4, 4))
    script = Script(method, brief(), {**GOOD, "leave": [useless, "Thank you, now I know."]})
    assert texts(run(script))[2] == "Thank you, now I know."
    one, two = (
        s for s, (step, _) in zip(script.sent, script.asked, strict=True) if step == "leave"
    )
    assert one != two
    with pytest.raises(ReplyError, match="end the conversation"):
        run(Script(method, brief(), {**GOOD, "leave": [useless]}))


def test_the_last_try_at_a_closing_only_repeats_the_sentence() -> None:
    method = Support(customer="scripted", turns=(4, 4))
    leaves = ["Fine.", "I disagree.", "I want to make a complaint about this."]
    script = Script(method, brief(outcome="escalated"), {**GOOD, "leave": leaves})
    assert texts(run(script))[2] == leaves[2]
    last = [s for s, (step, _) in zip(script.sent, script.asked, strict=True) if step == "leave"][2]
    assert [message["role"] for message in last] == ["system", "user"]
    assert "word for word" in last[0]["content"]


@pytest.mark.parametrize(
    "useless",
    [
        "I'm sorry, but I can't assist with that.",
        "My card broke. How long does my replacement card take?",
    ],
)
def test_a_free_agent_that_refuses_or_echoes_is_asked_again(useless: str) -> None:
    method, good = Support(turns=(4, 4)), GOOD["agent"][0]
    assert texts(run(Script(method, brief(), {**GOOD, "agent": [useless, good]})))[1] == good
    with pytest.raises(ReplyError, match="'agent' were of no use"):
        run(Script(method, brief(), {**GOOD, "agent": [useless]}))


def test_a_scripted_agent_says_what_was_settled_and_is_not_asked() -> None:
    script = Script(Support(customer="scripted", turns=(6, 6)), brief(), GOOD)
    said = texts(run(script))
    assert said[1] == "It arrives within 5 working days."
    assert said[3] == "Express delivery costs £12."
    assert "agent" not in script.steps()


def test_a_last_word_that_declines_is_asked_again() -> None:
    method = Support(customer="scripted", turns=(4, 4))
    ends = ["I am not able to connect you.", "A colleague will contact you."]
    script = Script(method, brief(outcome="escalated"), {**GOOD, "end": ends})
    assert texts(run(script))[-1] == ends[1]


def test_korean_falls_back_and_asks_again_too() -> None:
    method = Support(customer="scripted", turns=(4, 4))
    replies = {
        "needs": ["1. 재발급 카드는 언제 도착하나요? | 재발급 카드는 5영업일 안에 도착합니다."],
        "first": ["고객님, 무엇을 도와드릴까요?"],
        "leave": ["무엇을 도와드릴까요?", "네, 감사합니다. 그렇게 알고 있을게요."],
        "end": ["도움이 되었다니 기쁩니다."],
    }
    draft = run(Script(method, brief(chunk=KOREAN_CHUNK), replies, "ko"))
    assert texts(draft) == [
        "재발급 카드는 언제 도착하나요?",
        "재발급 카드는 5영업일 안에 도착합니다.",
        replies["leave"][1],
        replies["end"][0],
    ]


def test_few_needs_make_a_short_conversation_and_none_make_none() -> None:
    method = Support(customer="scripted", turns=(6, 6))
    one = NEEDS.splitlines()[0]
    draft = run(Script(method, brief(), {**GOOD, "needs": [one]}))
    assert draft.columns["turns"] == len(draft.messages) == 4
    with pytest.raises(ReplyError, match="nothing that a customer"):
        run(Script(method, brief(), {**GOOD, "needs": ["It arrives soon."]}))


def test_a_system_message_comes_first() -> None:
    draft = run(Script(Support(system="Be kind.", turns=(4, 4)), brief(), GOOD))
    assert draft.messages[0] == {"role": "system", "content": "Be kind."}
    assert draft.speakers == {"user": "customer", "assistant": "agent"}


ANSWER = "Express delivery costs £12."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"1. What does it cost? | {ANSWER}", {"What does it cost?": ANSWER}),
        (f"1. What does it cost?\n| {ANSWER}", {"What does it cost?": ANSWER}),
        (f"- At what cost? | {ANSWER}\n* At what cost? | {ANSWER}", {"At what cost?": ANSWER}),
        ("What does it cost? | It costs £99.", {}),
        ("What does it cost? | Express delivery costs", {}),
        ("What does it cost?", {}),
        ("How long does it take? | Express delivery costs £12.", {}),
        ("What do I pay? | I pay £12 for express delivery.", {}),
        ("What does it cost? | Express delivery costs $12.", {}),
        ("How do I join? | You download an application form online.", {}),
        ("It costs £12.", {}),
    ],
    ids=[
        "plain",
        "two lines",
        "twice",
        "figure",
        "cut",
        "bare",
        "beside it",
        "as customer",
        "currency",
        "made up",
        "no question",
    ],
)
def test_only_questions_that_the_chunk_answers_are_needs(
    text: str, expected: dict[str, str]
) -> None:
    assert _pairs(text, "Express delivery costs £12.") == expected


def test_the_fewest_turns_come_first() -> None:
    with pytest.raises(ValueError, match="the fewest"):
        Support(turns=(6, 4))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_reviewed_questions_and_answers_are_shown_where_needs_are_written(language: str) -> None:
    made = brief()
    made.fields["examples"] = [
        {"id": "1", "question": "When is it here?", "answer": "Within a week."},
        {"id": "2", "text": "where is my card"},
    ]
    known = {
        "company": "Larkmere Bank",
        "number": 1,
        "about": "",
        **dict.fromkeys(("scenario", "style")),
    }
    prompts = book(Support(), language)
    fields = {**prompts.common, **made.facets, **made.fields, **known}
    (system, _) = prompts.load("needs").render(fields)
    assert "- When is it here? | Within a week." in system["content"]
    assert "where is my card" not in system["content"]
    plain = prompts.load("needs").render({**fields, "examples": made.fields["examples"][1:]})
    assert "for their manner" not in plain[0]["content"]
    assert "말투" not in plain[0]["content"]


def test_a_company_without_a_name_is_told_in_korean_and_signs_as_nobody() -> None:
    korean = replace(brief(0, KOREAN_CHUNK), language="ko")
    assert (Support().firm(korean), Support().firm(brief())) == ("회사", "the company")
    assert Support(company="한빛은행").firm(korean) == "한빛은행"
    (turn,) = in_channel([Turn(1, "5영업일 걸립니다.")], "email", "", "ko")
    assert turn.text.endswith("고객센터 드림")
