"""Truncated: replies cut by their limit and turns that stop in the middle of a sentence."""

from __future__ import annotations

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.truncated import Truncated

ASK = "How long does a transfer take?"


@pytest.mark.parametrize(
    "text",
    [
        "It takes two days.", "Does that answer your question?", "Done!", "Let me see…",
        "Two days, sure", "OK", "She said \"it takes two days.\"", "It takes two days (at most).",
        "You need:\n- a passport\n- a recent payslip from your employer",
        "1. Open the app on your phone\n2. Tap on the transfer you made",
        "Write to us at help@example.com", "All of our fees are at https://example.com/fees",
        "It takes two days at most, have a nice day 👋", "**It takes two days at the most.**",
        "It takes two days at most.\n\nBest regards,\nAnna Kim",
        "Run this:\n```\nprint('hello there my friend')\n```",
        "The answer to all of that is {\"days\": 2}", "All good now for you, thanks :)",
        "네, 이틀 정도 걸린다고 보시면 돼요", "이체는 영업일 기준으로 이틀 걸립니다",
        "다른 은행으로 보내실 때도 마찬가지죠", "앱에서 직접 확인해 보시겠습니까",
        "네, 확인되셨네", "네 감사합니다", "이체 완료", "이틀 정도 걸릴 것 같은데 괜찮으세요ㅎㅎ",
        "振込には二日かかります。", "振込には二日ほどかかる予定です",
        "转账需要两天。", "需要两天，可以吗",
        "โอนเงินไปธนาคารอื่นใช้เวลาสองวันค่ะ", "हस्तांतरण में दो दिन लगते हैं।", "التحويل يستغرق يومين؟",
        "See option A or plan b.", "", "The code is 4471", "It is 5 pm", "I'd say two days max",
        "고객센터: 1588-1234", "총 금액은 15,000원", "다음 주 월요일에 도착 예정",
        "아마 내일쯤 도착할 듯",
    ],
)  # fmt: skip
def test_keeps_an_assistant_turn(text: str) -> None:
    assert verdict(Truncated(), chat(ASK, text)).keep


@pytest.mark.parametrize(
    "text",
    [
        "It takes two days unless you pay for the express", "Thank you for contacting our bank and",
        "There are three fees:", "You will need a passport,", "The fee (", "Two days but",
        "It takes two days at most, because", "First open the app on your phone, then tap the",
        "1. Open the app.\n2. Tap on Transfer.\n3.", "Here is the code:\n```\nprint('hello')",
        "The total is $45 and the fee for the transfer is 3", "We sell cards - red, blue &",
        "다른 은행으로 이체하실 때에는 먼저 앱에서 계좌를", "이체는 이틀 걸립니다. 그리고",
        "수수료는 다음과 같습니다:", "여권, 급여 명세서,",
        "오전 아홉 시부터 오후 네 시 삼십 분까지",
        "振込には二日かかりますが、海外の銀行へ送る場合", "转账到其他银行一般需要两个工作日到",
        "Die Überweisung dauert zwei Tage und", "You will get an email with",
        "Your refund will be processed within", "The fee is $5 for transfers and $",
        "Here:\n- Passport\n- A copy of the", "이 경우에는 고객센터로 연락하시거나",
        "환불은 보통 사흘 정도 소요되",
        "가입하신 상품의 만기일은 다음 달",
    ],
)  # fmt: skip
def test_drops_an_assistant_turn(text: str) -> None:
    said = verdict(Truncated(), chat(ASK, text))
    assert (said.keep, said.reason, said.score) == (False, "unfinished", 2)


@pytest.mark.parametrize(
    "text",
    ["how long does a transfer to another bank take", "who should i talk to about my new card",
     "i didnt know that my card could do that", "다른 은행으로 이체하려고 하는데 앱에서 계속 오류"],
)  # fmt: skip
def test_users_may_leave_out_the_full_stop(text: str) -> None:
    assert verdict(Truncated(), chat(text, "Two days.")).keep
    assert not verdict(Truncated(strict_roles=["user"]), chat(text, "Two days.")).keep


@pytest.mark.parametrize(
    "text", ["I lost my card and", "My number is:", "Hi,", "제 카드를 잃어버렸고, 또는"]
)
def test_users_may_not_stop_at_a_conjunction(text: str) -> None:
    assert verdict(Truncated(), chat(text, "Two days.")).reason == "unfinished"


def test_a_reply_that_ran_into_its_limit() -> None:
    said = verdict(Truncated(), chat(ASK, "Two days.", finish=("stop", "length")))
    assert (said.keep, said.reason) == (False, "cut_off")
    assert verdict(Truncated(), chat(ASK, "Two days.", finish=("stop", "stop"))).keep


def test_columns_without_turns_are_left_alone() -> None:
    assert verdict(Truncated(), chat(columns={"label": "billing and"})).keep
