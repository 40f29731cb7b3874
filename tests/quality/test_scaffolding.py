"""Scaffolding: what a prompt left behind goes; code, citations, forms and headings stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.scaffolding import Scaffolding
from textsynth.records import Message

ASK = "How do I close my account with you?"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        *(
            ("placeholder", text)
            for text in (
                "Dear [Your Name], thanks for writing.", "Hello [Customer Name]!", "Hi [Name],",
                "Please call [phone number] now.", "Your order [Order Number] has shipped.",
                "Visit [Website URL] for more", "I'm [Name] from [Company].",
                "Hi {{first_name}}, welcome!", "Hi {name}, welcome.", "Thanks, {customer_name}.",
                "Welcome to <COMPANY_NAME>!", "<customer name>, we are happy to help",
                "Call us at XXX-XXX-XXXX.", "Your account number is XXXXX.", "It costs $XX.XX.",
                "[회사명]에 문의해 주세요.", "안녕하세요 [고객명]님", "{고객이름}님 반갑습니다",
                "OOO 고객님, 안녕하세요.", "안녕하세요, ○○은행입니다.", "OO은행 김OO 대리입니다",
                "XX은행 상담원입니다.", "저는 <이름>입니다.", "[여기에 상품명 입력]",
                "네, 고객님의 번호는 [전화번호]입니다",
            )
        ),
        ("filler", "INSERT COMPANY NAME HERE is glad to help."),
        ("filler", "Lorem ipsum dolor sit amet, consectetur."),
        ("filler", "TODO: add answer"),
        ("template_token", "<|endoftext|>"),
        ("template_token", "Sure thing.<|im_end|>\n<|im_start|>user"),
        ("template_token", "[INST] hello [/INST]"),
        ("template_token", "Hello there</s>"),
        ("template_token", "assistant\nYou can close it online."),
        ("thinking", "<think>I should answer</think>Hello"),
        ("placeholder", "I am [Agent] at [Bank]."),
        ("placeholder", "Hello ${name}, welcome."),
        ("placeholder", "Dear %s, welcome to the bank."),
        ("placeholder", "Hello %NAME%, welcome."),
        ("filler", "Insert your name here."),
        ("thinking", "<user>Hello</user>"),
        ("preamble", "(as the agent) Sure, I can help."),
        ("preamble", "You are a helpful bank agent."),
        ("preamble", "당신은 친절한 은행 상담원입니다."),
        ("preamble", "As a customer service agent, I would respond: Sure."),
        ("label", "Question: How do I do that?"),
        ("label", "Answer: You go to settings."),
        ("label", "**Agent:** Hello there"),
        ("label", "[Agent]: Hi, how can I help?"),
        ("label", "Agent (smiling): Hi!"),
        ("label", "Sure.\nCustomer: I need help.\nAgent: Sure."),
        ("label", "Context: a bank. You can close it."),
        ("label", "질문: 카드를 어떻게 해지하나요?"),
        ("label", "답변: 앱에서 하시면 됩니다."),
        ("label", "고객: 안녕하세요\n상담원: 네"),
        ("preamble", "Here is a question: How do I reset my PIN?"),
        ("preamble", "Sure, here's the rewritten prompt: How do I?"),
        ("preamble", "#Rewritten Prompt#\nHow do I?"),
        ("label", "### Response:\nYou can close it."),
        ("preamble", "As per your instructions, I wrote this."),
        ("preamble", "(End of conversation)"),
        ("preamble", "Note: This conversation is fictional."),
        ("preamble", "다음은 재작성된 질문입니다: 카드를 어떻게 해지하나요?"),
        ("preamble", "요청하신 대로 작성했습니다."),
        ("preamble", "페르소나에 맞게 말씀드리면 그렇습니다."),
        ("preamble", "(대화 종료)"),
    ],
)  # fmt: skip
def test_drops(reason: str, text: str) -> None:
    said = verdict(Scaffolding(), chat(ASK, text))
    assert (said.keep, said.reason, said.score) == (False, reason, 2)
    assert said.details["turn"] == 2
    assert said.details["found"] in text or said.details["found"] in text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "Use `{name}` in the string.", "```python\nprint(f'{name}')\nx = [name]\n```",
        "- [ ] Call the bank\n- [x] Close the account", "As shown in [1] and [2], rates rose.",
        "See [our help page](https://example.com/help).", "The set {1, 2, 3} has three elements.",
        "\\frac{a}{b} is a fraction and \\text{name} too.", "{\"name\": \"Kim\", \"age\": 3}",
        "GET /users/{user_id}/orders works.", "[sic] is used in quotes. [Music]",
        "It is 100% sure, %PATH% is set, and x_{0} is the first.", "You are a good agent, thanks.",
        "Enter your PIN here.", "git clone <user>@host", "cout << name >> x", "[time]",
        "Super Bowl XXX was in 1996.", "Your card ending XXXX-1234 is blocked. Size XXL.",
        "[NAME_1], your email [EMAIL_1] is set.", "I love you xxx",
        "Here is your balance: $500.", "Here are the steps:\n1. Open the app.",
        "Note: The branch closes at five.", "Time: 5 pm. Place: the branch.",
        "x < y > z and <b>bold</b>", "The answer: it depends on your plan.",
        "[공지] 오늘 점검이 있습니다.", "[Web발신] 결제 완료", "[신한은행] 인증번호 1234",
        "[연락처] 02-123-4567", "네 ㅇㅇ 알겠어", "ㅇㅇ 고객센터에 전화해봐", "OK 고객님",
        "다음은 준비물입니다: 신분증, "
        "도장", "아래는 수수료 안내입니다: 500원", "XX염색체와 XY염색체",
        "이름(필수)을 입력하세요", "위 내용 확인했습니다", "문의하신 내용에 답변 드립니다.",
        "00시부터 06시까지", "<해리 포터>를 읽었어요", "『회사명』이라는 책",
    ],
)  # fmt: skip
def test_keeps(text: str) -> None:
    assert verdict(Scaffolding(), chat(ASK, text)).keep


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        ("Please write a letter template with placeholders.", "Dear [Your Name],\n\nThanks."),
        ("이메일 양식을 만들어 주세요.", "[회사명] 귀하"),
        ("What does {{ name }} mean in Jinja templates?", "It prints {{ name }}."),
        ("Write a dialogue between a customer and an agent.", "Customer: Hi\nAgent: Hello"),
        ("Please rewrite this question.", "Here is the rewritten question: Why is that?"),
    ],
)
def test_what_was_asked_for_stays(ask: str, text: str) -> None:
    assert verdict(Scaffolding(), chat(ask, text)).keep
    assert not verdict(Scaffolding(), chat(ASK, text)).keep or "{{" in text


PASSAGE = "The cat sat on the mat and looked out of the window at the birds. " * 4


@pytest.mark.parametrize(
    "ask",
    [
        "According to the passage, why did he "
        "leave?", "What does the author say in the given text?",
        "위 지문에 따르면 주인공은 왜 떠났나요?", "주어진 글의 주제는 무엇인가요?",
    ],
)  # fmt: skip
def test_a_text_that_is_spoken_of_must_be_there(ask: str) -> None:
    row = chat(ask, "It is about cats.")
    said = verdict(Scaffolding(), row)
    assert (said.reason, said.details["turn"]) == ("absent_text", 1)
    assert verdict(Scaffolding(find=["placeholder"]), row).keep
    assert verdict(Scaffolding(), chat(f"{ask}\n\n{PASSAGE}", "It is about cats.")).keep
    assert verdict(Scaffolding(), replace(row, columns={"passage": PASSAGE})).keep
    system = Message(role="system", content=PASSAGE)
    assert verdict(Scaffolding(), replace(row, messages=(system, *row.messages))).keep


def test_options() -> None:
    row = chat(ASK, "Hi [Name], your code is ABC-99.")
    assert verdict(Scaffolding(), row).reason == "placeholder"
    assert verdict(Scaffolding(allow=["[Name]"]), row).keep
    assert verdict(Scaffolding(find=["label"]), row).keep
    own = verdict(Scaffolding(find=[], extra=[r"abc-\d+"]), row)
    assert (own.reason, own.details) == ("extra", {"turn": 2, "found": "ABC-99"})
    with pytest.raises(ValueError, match="is no regular expression"):
        Scaffolding(extra=["("])


def test_columns_of_texts_may_have_labels() -> None:
    assert verdict(Scaffolding(), chat(columns={"text": "Question: why?\nAnswer: because."})).keep
    assert not verdict(Scaffolding(), chat(columns={"text": "Dear [Your Name], hello."})).keep


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("He said they used [the car] all night, the paper reports.", True),
        ("The workers breathe in [the chemicals] every day, she says.", True),
        ("It ended [my and Kate's] friendship, he told the reporter.", True),
        ("Please write to [the customer's name] today about it.", False),
        ("Your parcel leaves on [the date] as we agreed on.", False),
    ],
    ids=["car", "chemicals", "mine", "name", "date"],
)
def test_words_that_an_editor_puts_into_a_quotation_are_no_blanks(text: str, keep: bool) -> None:
    assert verdict(Scaffolding(), chat("What happened then?", text)).keep is keep
