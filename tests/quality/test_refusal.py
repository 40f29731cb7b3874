"""Refusal: the model's inability to comply and its talk of being an AI, not an agent's no."""

from __future__ import annotations

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.refusal import Refusal

REFUSALS = [
    "I'm sorry, but I can't assist with that request.",
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I cannot assist with that.",
    "I am sorry, I can't continue with this.",
    "I cannot assist with this request.",
    "I can't help you with that kind of request.",
    "I cannot fulfill your request.",
    "I'm unable to comply with this request.",
    "I am unable to comply with this request.",
    "I cannot engage in conversations that involve violence.",
    "I won't engage in this type of conversation.",
    "I can't generate content that promotes violence.",
    "I cannot create explicit material of that sort, or text about it.",
    "I'm not able to write a script for phishing customers.",
    "I cannot provide instructions for making weapons.",
    "I can't roleplay as a bank employee.",
    "I cannot continue this roleplay.",
    "Sorry, I can't comply with your instructions.",
    "I cannot provide assistance with that request.",
    "I can't help with that.",
    "I cannot write that for you as it is harmful.",
    "I'm unable to generate that content.",
    "It would be unethical for me to write this.",
    "I won't be able to assist with that request.",
    "I cannot and will not write that.",
    "죄송하지만 그 요청은 들어드릴 수 없습니다.",
    "윤리적인 이유로 도와드릴 수 없습니다.",
    "그 부분에 대해서는 도움을 드릴 수 없습니다. 죄송합니다.",
    "This request goes against my ethical guidelines.",
    "That would violate my programming.",
    "I was not designed to hold such conversations.",
    "My apologies, but I cannot generate that.",
    "I must decline to answer this request.",
    "I must respectfully decline this request.",
    "I’m sorry, but I can’t provide that information as it may be harmful.",
    "Sorry, but I can't help with that.",
    "I cannot discuss that topic.",
    "I'm not comfortable roleplaying this.",
    "죄송하지만 그 요청은 도와드릴 수 없습니다.",
    "죄송하지만, 그런 내용은 제공해 드릴 수 없습니다.",
    "죄송합니다만, 도와드리기 어렵습니다.",
    "죄송하지만 해당 내용에 대해서는 도움을 드릴 수 없어요.",
    "죄송합니다, 그 부분은 도와드릴 수가 없습니다.",
    "죄송하지만 요청하신 내용을 생성할 수 없습니다.",
    "죄송하지만 이 질문에는 답변할 수 없습니다.",
    "죄송하지만 이러한 요청에는 응답할 수 없습니다.",
    "미안하지만 그 주제에 대해서는 대답해 드릴 수 없어요.",
    "이러한 요청에는 응할 수 없습니다.",
    "그런 콘텐츠는 작성할 수 없습니다.",
    "유해한 콘텐츠는 제공할 수 없습니다.",
    "불법적인 활동을 위한 글은 작성해 드릴 수 없습니다.",
    "이 요청은 제 가이드라인에 어긋납니다.",
]
DISCLOSURES = [
    "As an AI language model, I have no account.",
    "My knowledge was last updated in September 2021.",
    "I do not have the ability to browse the internet.",
    "I'm not able to browse the internet or access real-time information.",
    "제 지식은 2021년 9월까지로 제한되어 있습니다.",
    "제가 학습한 데이터는 2023년까지입니다.",
    "저는 실시간 정보에 접근할 수 없습니다.",
    "As an AI, I do not own a card.",
    "As a large language model I lack a body.",
    "As an AI assistant, my role is to inform.",
    "I'm just an AI, so I have never been to Seoul.",
    "I am an AI assistant developed to help.",
    "I'm a language model trained by OpenAI.",
    "I am Qwen, created by Alibaba Cloud.",
    "I was trained by Google.",
    "I don't have personal opinions on that.",
    "I do not have real-time access to your account.",
    "My knowledge cutoff is in 2023.",
    "It is not part of my training data.",
    "As your AI assistant, I can check.",
    "인공지능인 저는 그런 것을 할 수 없습니다.",
    "저는 Qwen이며 알리바바에서 만들었습니다.",
    "저는 AI 언어 모델입니다.",
    "저는 인공지능이라서 감정이 없어요.",
    "저는 인공지능 언어 모델로서 은행 업무를 볼 수 없습니다.",
    "저는 AI이기 때문에 계좌가 없습니다.",
    "저는 OpenAI에서 개발한 언어 모델입니다.",
    "AI 어시스턴트로서 저는 도움을 드리고 싶습니다.",
    "저는 단지 AI 챗봇일 뿐입니다.",
    "저는 개인적인 의견을 가지고 있지 않습니다.",
    "제 학습 데이터에는 없는 내용입니다.",
]
FINE = [
    "I'm sorry to hear that.",
    "I'm afraid we can't waive the fee.",
    "I can't log in to the app.",
    "I can't access the internet on my phone since Monday.",
    "My knowledge of banking is limited, sorry.",
    "죄송하지만 전액 환불은 도와드릴 수 없고, 부분 환불은 가능합니다.",
    "실시간 정보에 접근할 수 없다는 오류가 떠요.",
    "I'm sorry, but we cannot refund a used ticket.",
    "I'm sorry, but I can't change the due date without your manager's approval.",
    "Unfortunately, I can't process the refund until the item is back.",
    "I'm unable to see your order number; could you read it to me?",
    "I can't help thinking that this fee is unfair.",
    "I can't help you with that over chat, but a colleague in billing can.",
    "I cannot create an account on your website.",
    "I can't write a review because the page is broken.",
    "I can't generate a statement in the app.",
    "I can't provide the receipt, I threw it away.",
    "I won't pay for this.",
    "I can't complete the payment on your site.",
    "I can't answer the security question, I forgot it.",
    "I'm sorry, I can't find my order number.",
    "Sorry, I can't make it on Monday.",
    "I don't have my card with me.",
    "I don't have personal experience with that branch.",
    "It is against our policy to share codes.",
    "Is this an AI or a person?",
    "I thought you were an AI.",
    "I'm an AI engineer at a small company.",
    "As an AI researcher I travel a lot.",
    "As an AI company, we pay many invoices.",
    "We use an AI model to detect fraud.",
    "I am not an AI, I am a person.",
    "The app was designed to work offline.",
    "Do you have a language model for Korean?",
    "I can't complete your request without the form.",
    "I cannot share account details over chat.",
    "I cannot provide the instructions for this device; see the manual.",
    "I don't have feelings for him anymore.",
    "My AI assistant at home turned the light on.",
    "죄송하지만 규정상 도와드리기 어렵습니다.",
    "죄송하지만 전화로는 도와드릴 수 없습니다. 지점에 방문해 주세요.",
    "I'm happy to help you with your new card.",
    "We apologize for the inconvenience.",
    "죄송합니다, 불편을 드려 죄송합니다.",
    "불편을 드려 정말 죄송합니다. 바로 확인해 드리겠습니다.",
    "죄송하지만 수수료를 면제해 드릴 수 없습니다.",
    "죄송하지만 본인 확인 없이는 도와드릴 수 없습니다.",
    "죄송합니다. 해당 상품은 품절이라 교환이 어렵습니다.",
    "죄송하지만 영업시간이 지나 오늘은 처리가 어렵습니다.",
    "앱에 로그인할 수 없어요.",
    "비밀번호를 잊어버려서 접속할 수가 없습니다.",
    "도와주셔서 감사합니다.",
    "무엇을 도와드릴까요?",
    "저는 AI 개발자입니다.",
    "저는 인공지능 회사에 다닙니다.",
    "AI 챗봇이 제 질문에 답을 안 해 줘요.",
    "AI 상담 말고 사람과 이야기하고 싶어요.",
    "저는 인공지능이 아니라 상담원입니다.",
    "혹시 AI인가요, 사람인가요?",
    "저희 은행은 AI로 이상 거래를 탐지합니다.",
    "죄송한데 다시 한번 설명해 주실 수 있나요?",
    "죄송하지만 고객님의 정보가 조회되지 않습니다.",
    "이 카드는 해외에서 사용할 수 없습니다.",
    "환불은 규정상 불가합니다.",
    "제 카드로는 결제가 안 돼요.",
    "글을 작성할 수 없는 게시판이에요.",
    "요청하신 서류는 이메일로 보내 드렸습니다.",
    "그 질문은 담당 부서에서 답변드리겠습니다.",
    "미안해요, 제가 착각했어요.",
    "유감스럽게도 대출이 거절되었습니다.",
    "제 데이터를 삭제해 주세요.",
    "언어 모델 관련 도서를 주문했어요.",
    "저는 개인적으로 파란색이 좋아요.",
]


@pytest.mark.parametrize("text", REFUSALS)
@pytest.mark.parametrize("turn", [1, 2])
def test_drops_a_refusal(text: str, turn: int) -> None:
    texts = ["Hello there.", "Good morning."]
    texts[turn - 1] = f"Well. {text}"
    said = verdict(Refusal(), chat(*texts))
    assert (said.keep, said.reason, said.score) == (False, "refusal", turn)


@pytest.mark.parametrize("text", DISCLOSURES)
def test_drops_talk_of_being_an_ai(text: str) -> None:
    said = verdict(Refusal(), chat("Hello there.", f"Hmm. {text}"))
    assert (said.keep, said.reason, said.score) == (False, "ai_disclosure", 2)


@pytest.mark.parametrize("text", FINE)
def test_keeps(text: str) -> None:
    assert verdict(Refusal(), chat(text, text)).keep


def test_extra_patterns() -> None:
    sample = chat("Can you do it?", "Computer says NO.")
    assert verdict(Refusal(), sample).keep
    assert verdict(Refusal(extra=["computer says no"]), sample).reason == "refusal"


def test_a_broken_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="is no regular expression"):
        Refusal(extra=["(no"])
