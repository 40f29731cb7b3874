"""RoleFlip: speakers who take the other side's part, label or words."""

from __future__ import annotations

import pytest

from tests.quality.samples import SERVICE, chat, verdict
from textsynth.quality.role_flip import RoleFlip

CUSTOMER_AS_AGENT = [
    "How can I help you today?",
    "How may I assist you?",
    "Thank you for contacting Acme Bank.",
    "Thanks for reaching out to us!",
    "I'd be happy to assist you with that.",
    "I’d be happy to help!",
    "Is there anything else I can help you with?",
    "Let me know if there is anything else we can do for you.",
    "Dear customer, your card is ready.",
    "We apologize for the inconvenience.",
    "I see no open orders on your account with us.",
    "We value you as a customer.",
    "Let me check your account first.",
    "I have issued your refund.",
    "I'll transfer you to the billing team.",
    "Could you please confirm your account number?",
    "For security purposes, please tell me your birthday.",
    "Our records show a payment on Monday.",
    "I'm here to help you.",
    "Good morning, this is Anna from customer service.",
    "I understand your frustration. Let me look into this for you.",
    "Sure, I can help you with that.",
    "Thank you for providing the details.",
    "Please provide your account number.",
    "I've gone ahead and blocked the card.",
    "Our support team will write to you.",
    "We appreciate your loyalty.",
    "I have spoken to the planners and scheduled your visit for Friday.",
    "I will go ahead and update your seat now.",
    "Your appointment is confirmed for Saturday.",
    "I will check the warranty for you.",
    "다른 문의 사항 있으신가요?",
    "카드 번호를 알려주시면 확인해 드릴게요.",
    "무엇을 도와드릴까요?",
    "네, 고객님. 잠시만 기다려 주세요.",
    "바로 도와드리겠습니다.",
    "문의해 주셔서 감사합니다.",
    "확인해 드리겠습니다.",
    "이용에 불편을 드려 죄송합니다.",
    "더 궁금하신 점 있으신가요?",
    "안녕하세요, 한빛은행 고객센터입니다.",
    "상담원 김민수입니다.",
    "본인 확인을 위해 생년월일을 말씀해 주세요.",
    "담당 부서로 연결해 드리겠습니다.",
    "저희 기사님이 두 시에 방문하실 예정입니다.",
    "저희 서비스를 아껴 주셔서 감사합니다.",
    "금요일로 일정을 잡아 드렸어요.",
    "지금 좌석을 변경해 드렸습니다.",
    "토요일 열 시로 예약되셨습니다.",
]
AGENT_AS_CUSTOMER = [
    "I lost my card yesterday.",
    "My card was declined at the store.",
    "Can you help me?",
    "Could you please help me with my order?",
    "Thank you so much for your help!",
    "I'd like to speak to a manager.",
    "I want to cancel my subscription.",
    "I want a refund.",
    "When will I get my money?",
    "Why was I charged twice?",
    "Why did I get billed twice?",
    "I was charged twice this month.",
    "I've been waiting for two weeks.",
    "My package never arrived.",
    "I ordered a jacket last week.",
    "I can't log in since Monday.",
    "I only received four of the six cups.",
    "The driver left it on my doorstep.",
    "I'm having trouble with my card, it stopped working.",
    "There is a strange charge on my account.",
    "What documents do I need to bring?",
    "제 계좌번호는 110-22입니다.",
    "제 카드를 잃어버렸어요.",
    "카드를 분실했는데 어떻게 하죠?",
    "제 계좌가 갑자기 정지됐어요.",
    "좀 도와주세요.",
    "도와주실 수 있나요?",
    "환불받고 싶어요.",
    "환불해 주세요.",
    "안내해 주셔서 감사합니다.",
    "왜 안 되나요?",
    "언제 받을 수 있나요?",
    "저는 3주째 돈을 못 받고 있어요.",
    "제 돈을 돌려받고 싶습니다.",
]
CUSTOMER_FINE = [
    "Can you help me with my card?",
    "Is there anything else I need to do?",
    "Is there anything else you can do for me?",
    "Thank you for your help.",
    "Thank you for contacting me so quickly.",
    "Thanks for calling back.",
    "Thank you for choosing to look at this again.",
    "I apologize for the inconvenience, I gave the wrong number.",
    "My records show I paid on the 3rd.",
    "Could you provide your phone number so I can call back?",
    "I have blocked your number because of spam.",
    "I'd be happy to pay the difference.",
    "I'd be glad to provide my account number.",
    "I apologize for the confusion, I meant my savings account.",
    "As a valued customer I expect better.",
    "Let me check my account number.",
    'Your email said "we apologize for the inconvenience" and nothing else.',
    "The bot keeps saying how can I help you, over and over.",
    "Could you confirm your address so I can send it back?",
    "I have received your letter.",
    "I have scheduled my own courier for Friday.",
    "I will check your website tonight.",
    "Has your order been confirmed, they asked me.",
    "I will check the number for my wife.",
    "How can I block my card?",
    "How can you help me?",
    "I already transferred the money to you.",
    "Can I keep my account with you?",
    "도와주세요, 카드를 잃어버렸어요.",
    "확인해 주세요.",
    "처리해 주시겠어요?",
    "감사합니다, 수고하세요.",
    "서류는 제가 이메일로 보내드리겠습니다.",
    "상담원과 연결해 주세요.",
    "고객센터에 전화했는데 안 받아요.",
    "고객님이라고 부르지 말아 주세요.",
    "확인해 주셔서 감사합니다.",
    "더 필요한 서류가 있나요?",
    "본인 확인을 했는데도 안 돼요.",
    "빨리 답변 주셔서 감사합니다.",
    "무엇을 준비해야 하나요?",
    "사진은 메일로 보내 드렸습니다.",
    "예약을 변경해 주세요.",
    "기사님이 언제 방문하시나요?",
]
AGENT_FINE = [
    "I understand that your card was declined.",
    'You mentioned "my card was declined", is that right?',
    "Can you help me understand what happened?",
    "Could you help me with your order number?",
    "Thank you for your help in verifying your identity.",
    "Thank you for your patience.",
    "Would you like to speak to a manager?",
    "If you want to cancel your subscription, tell me.",
    "You'd like a refund, correct?",
    "I can see why you were charged twice.",
    "My name is Anna and I will look into it.",
    "My system shows the payment.",
    "My colleague was able to find your order.",
    "I want to make sure I get this right.",
    "I'd like to confirm your address.",
    "When did you lose your card?",
    "Is there anything else I can help you with?",
    "So you say my card was declined is what the message reads?",
    "I've been looking at your case.",
    "I ordered a replacement card for you: it arrives Friday.",
    "I was told your package is late.",
    "I lost connection to the system for a moment.",
    "언제 받을 수 있는지 확인해 드릴게요.",
    "고객님, 카드를 잃어버리셨군요.",
    "카드를 분실하셨을 때는 바로 정지하셔야 합니다.",
    "제가 도와드리겠습니다.",
    "기다려 주셔서 감사합니다.",
    "협조해 주셔서 감사합니다.",
    "해지하시기 전에 예약 이체를 모두 취소해 주세요.",
    "알려 주셔서 감사합니다.",
    "환불을 원하시면 말씀해 주세요.",
    "해지하고 싶으시면 앱에서 하실 수 있습니다.",
    "언제 결제하셨나요?",
    "제 이름은 김민수입니다.",
    "본인 확인을 도와주세요.",
    "왜 결제가 안 되는지 확인해 보겠습니다.",
    "환불받고 싶으신 상품을 알려 주세요.",
    "카드를 잃어버렸다고 하셨는데 언제인가요?",
]


def reason(*texts: str, speakers: dict[str, str] | None = None) -> str:
    return verdict(RoleFlip(), chat(*texts, speakers=speakers or SERVICE)).reason


@pytest.mark.parametrize("text", CUSTOMER_AS_AGENT)
def test_drops_a_customer_who_talks_as_the_agent(text: str) -> None:
    assert reason("Hello.", "Good morning.", text) == "customer_as_agent"


@pytest.mark.parametrize("text", AGENT_AS_CUSTOMER)
def test_drops_an_agent_who_talks_as_the_customer(text: str) -> None:
    assert reason("Hello.", text) == "agent_as_customer"


@pytest.mark.parametrize("text", [t for t in CUSTOMER_AS_AGENT if t not in CUSTOMER_FINE])
def test_the_same_words_are_fine_from_the_agent(text: str) -> None:
    assert reason("Hello.", text) == ""


@pytest.mark.parametrize("text", AGENT_AS_CUSTOMER)
def test_the_same_words_are_fine_from_the_customer(text: str) -> None:
    assert reason(text, "I see.") == ""


@pytest.mark.parametrize("text", CUSTOMER_FINE)
def test_keeps_a_customer(text: str) -> None:
    assert reason(text, "I see.") == ""


@pytest.mark.parametrize("text", AGENT_FINE)
def test_keeps_an_agent(text: str) -> None:
    assert reason("Hello.", text) == ""


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("Agent: Sure, I will block it.",), id="other-side"),
        pytest.param(("Thanks.\nAgent: Sure!",), id="other-side-below"),
        pytest.param(("I lost it. Agent: I am sorry to hear that.",), id="other-side-inline"),
        pytest.param(("Hi.", "Customer: I need a new card, please."), id="customer-in-agent"),
        pytest.param(("Hi.", "**Customer:** I need a new card, please."), id="bold"),
        pytest.param(("[Agent]: How long have you had it?",), id="brackets"),
        pytest.param(("상담원: 네, 확인했습니다.",), id="korean"),
        pytest.param(("Customer: It is lost.\nCustomer: Really lost.",), id="own-label-twice"),
        pytest.param(("Hi.", "Sure.<|im_end|>\n<|im_start|>user\nThanks"), id="template"),
        pytest.param(("Hi.", "Sure.\n### Human: And the fee?"), id="alpaca"),
    ],
)
def test_drops_script_labels(texts: tuple[str, ...]) -> None:
    assert reason(*texts) == "speaker_label"


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("Customer: I lost my card.",), id="own-label-once"),
        pytest.param(("Hi.", "Here is what I have.\nCustomer: Jane Doe\nOrder: 4412"), id="form"),
        pytest.param(("I spoke to an agent: nothing happened.",), id="in-a-sentence"),
        pytest.param(("My user name: janedoe",), id="user-name"),
        pytest.param(("문의 사항: 카드가 안 와요.",), id="korean-field"),
    ],
)
def test_keeps_colons(texts: tuple[str, ...]) -> None:
    assert reason(*texts) == ""


LOST = "I lost my black debit card in a taxi on Monday night"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(f"{LOST}.", f"{LOST}!", id="same"),
        pytest.param(f"{LOST}.", f"Oh, {LOST.lower()}.", id="a-word-more"),
        pytest.param("It was in the taxi.", "It was in the taxi.", id="short-and-equal"),
        pytest.param("지난주 월요일에 택시에 두고 내린 것 같아요.",
                     "지난주 월요일에 택시에 두고 내린 것 같아요", id="korean"),
    ],
)  # fmt: skip
def test_drops_an_echo(one: str, two: str) -> None:
    assert reason("Hm.", "Yes?", one, two, speakers={"user": "Mina", "assistant": "Joon"}) == "echo"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("Okay.", "Okay.", id="short"),
        pytest.param("Thank you, have a great day!", "Thank you, have a great day!", id="bye"),
        pytest.param(f"{LOST}.", "So you lost your black debit card in a taxi. When was that?",
                     id="read-back"),
        pytest.param("네, 좋은 하루 보내세요.", "네, 좋은 하루 보내세요.", id="korean-bye"),
    ],
)  # fmt: skip
def test_keeps_what_is_no_echo(one: str, two: str) -> None:
    assert reason("Hm.", "Yes?", one, two, speakers={"user": "Mina", "assistant": "Joon"}) == ""


FRIENDS = {"user": "Mina Park", "assistant": "Joon"}


@pytest.mark.parametrize(
    ("texts", "slip"),
    [
        pytest.param(("My card was declined.", "My card was declined too."), "", id="no-service"),
        pytest.param(("Joon: I am here already.", "Hi."), "speaker_label", id="name-label"),
        pytest.param(("Hi.", "Mina: so where are you?"), "speaker_label", id="first-name-label"),
        pytest.param(("How can I assist you today?", "Hi."), "customer_as_agent", id="assistant"),
        pytest.param(("Hi.", "How can I assist you today?"), "", id="assistant-may"),
        pytest.param(("As an AI, I like tea.", "Me too."), "customer_as_agent", id="ai"),
        pytest.param(("저는 AI 어시스턴트입니다.", "네."), "customer_as_agent", id="korean-ai"),
        pytest.param(("무엇을 도와드릴까요?", "네."), "customer_as_agent", id="korean-help"),
    ],
)
def test_any_dialogue(texts: tuple[str, ...], slip: str) -> None:
    assert reason(*texts, speakers=FRIENDS) == slip


def test_sides_follow_the_speakers_not_the_roles() -> None:
    swapped = {"user": "agent", "assistant": "customer"}
    assert reason("How can I help you today?", "I lost my card.", speakers=swapped) == ""
    assert reason("I lost my card.", "Hm.", speakers=swapped) == "agent_as_customer"


def test_the_score_is_the_number_of_the_turn() -> None:
    said = verdict(RoleFlip(), chat("Hi.", "Hello.", "Dear customer, hi.", speakers=SERVICE))
    assert said.score == 3


def test_a_sample_without_turns_is_kept() -> None:
    assert verdict(RoleFlip(), chat(columns={"text": "Agent: I lost my card."})).keep
