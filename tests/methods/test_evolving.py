"""The rules of an evolution: each with a text that it catches and one that it must not, twice."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path

import pytest

from textsynth.instructions import words
from textsynth.methods import _evolving as rules
from textsynth.methods._dealing import deal
from textsynth.prompts import PromptBook

ROOT = Path(__file__).parents[2]
LEAVES = "Why do leaves change colour?"
DEEPER = "Why do leaves change colour, and what makes one maple red while its neighbour turns gold?"
KO_LEAVES = "나뭇잎은 왜 색이 변하나요?"
KO_DEEPER = (
    "나뭇잎은 왜 색이 변하나요? 같은 단풍나무인데 어떤 나무는 붉고 어떤 나무는 노란 까닭도 "
    "알려 주세요."
)
TABLE = "Which item costs most?\n\n| item | price |\n| --- | --- |\n| lamp | 40 |\n| rug | 65 |"
KO_TABLE = (
    "어느 물건이 가장 비싼가요?\n\n```sql\nSELECT item, price FROM goods WHERE shop = 'east';\n```"
)
LONG = " ".join(["and tell me which tree in the park does so first"] * 5)
KO_LONG = " ".join(
    ["공원에 있는 나무 가운데 어느 나무가 가장 먼저 그렇게 되는지도 알려 주세요."] * 5
)

CASES: list[tuple[str, str, str, str, str]] = [
    # rule, operation, parent, caught, let through
    ("empty", "deepen", LEAVES, " ...\n", DEEPER),
    ("empty", "deepen", KO_LEAVES, "……", KO_DEEPER),
    ("scaffolding", "deepen", LEAVES, f"#Rewritten Prompt#: {DEEPER}", DEEPER),
    ("scaffolding", "deepen", LEAVES, f"{DEEPER} Keep to the given prompt.",
     f"{DEEPER} Give a prompt reply."),
    ("scaffolding", "deepen", LEAVES, f"Rewritten request: {DEEPER}",
     f"{DEEPER} I request two examples."),
    ("scaffolding", "deepen", KO_LEAVES, f"다시 쓴 프롬프트: {KO_DEEPER}", KO_DEEPER),
    ("scaffolding", "deepen", KO_LEAVES, f"새 요청: {KO_DEEPER}",
     f"{KO_DEEPER} 짧게 부탁드립니다."),
    ("scaffolding", "deepen", LEAVES, f"<<quoted ab12>> {DEEPER} <<end ab12>>",
     f"{DEEPER} <b>Briefly</b>."),
    ("language_changed", "deepen", LEAVES, KO_DEEPER, f"{DEEPER} Name the Korean word 단풍, too."),
    ("language_changed", "deepen", LEAVES,
     "Warum verfärben sich die Blätter, und weshalb wird ein Ahorn rot und ein anderer gelb?",
     f"{DEEPER} Use the term xanthophyll."),
    ("language_changed", "deepen", "What is jet lag?",
     "Was ist ein Jetlag, und weshalb ist er nach einem Flug in den Osten schlimmer?",
     "What is jet lag, and why is it worse after a flight to the east?"),
    ("language_changed", "deepen", KO_LEAVES, DEEPER, f"{KO_DEEPER} chlorophyll도 설명해 주세요."),
    ("language_changed", "complicate", "어느 물건이 가장 비싼가요?", TABLE, KO_TABLE),
    ("answers_itself", "deepen", LEAVES,
     "Leaves change colour because chlorophyll breaks down in autumn and other pigments show.",
     DEEPER),
    ("answers_itself", "constraints", "List three ways to save water.",
     "Sure! Here are three ways: short showers, full machines, a rain barrel in the garden.",
     "List three ways to save water that cost nothing and suit a rented flat."),
    ("answers_itself", "deepen", "List five things to check before buying a bicycle.",
     "To buy a bicycle safely, consider checking the frame, the tyres, the chain and the brakes.",
     "For somebody who buys a bicycle by post, list five things to check before paying for it."),
    ("answers_itself", "concretise", "I want to plan a trip.",
     "Plan a trip to Rome by train.\nAnswer: Book early and travel light in the spring months.",
     "I want to plan a four-day trip to Rome by train with two small children in May."),
    ("answers_itself", "deepen", KO_LEAVES,
     "가을이 되면 엽록소가 분해되어 다른 색소가 드러나기 때문에 나뭇잎의 색이 변합니다.",
     KO_DEEPER),
    ("answers_itself", "constraints", "물을 아끼는 방법을 알려 주세요.",
     "물을 아끼는 방법을 알려 주세요.\n정답: 샤워 시간을 줄이고 빨래를 모아서 합니다.",
     "돈을 들이지 않고 셋집에서도 물을 아끼는 방법을 세 가지만 알려 주세요."),
    ("answers_itself", "deepen", "김칫국물은 어떻게 지우나요?",
     "먼저 찬물로 헹구고 주방 세제를 묻혀 10분쯤 두세요. 그다음 햇볕에 말리세요.",
     "김칫국물을 지우는 방법을 세 단계로 설명해 주세요. 표백제는 빼 주세요."),
    ("answers_itself", "constraints", "글을 요약하세요.",
     "제목을 먼저 읽으세요. 그다음 문단마다 중요한 낱말에 밑줄을 그으세요.",
     "글을 세 문장으로 요약하세요. 제목은 넣지 말고 존댓말로 마치세요."),
    ("scaffolding", "constraints", LEAVES, f"{LEAVES} Write the new request only.",
     f"{LEAVES} Write for children only, and request nothing new."),
    ("scaffolding", "deepen", LEAVES,
     f"Rewrite the request with one more condition that the answer must meet. {LEAVES}",
     DEEPER),
    ("scaffolding", "deepen", KO_LEAVES, f"새로운 요청은 다음과 같습니다: {KO_DEEPER}", KO_DEEPER),
    ("scaffolding", "deepen", KO_LEAVES, f"{KO_DEEPER} 답하지 말고 새 요청만 쓰세요.",
     f"{KO_DEEPER} 새 잎이 날 때도 답해 주세요."),
    ("unchanged", "deepen", LEAVES, "Why, do leaves  change COLOUR?!", DEEPER),
    ("unchanged", "constraints", LEAVES, "Please, why do leaves change colour?", DEEPER),
    ("unchanged", "breadth", LEAVES, "Why do leaves change colours?", "Why does bark peel off?"),
    ("unchanged", "deepen", KO_LEAVES, "나뭇잎은 왜 색이 변하나요", KO_DEEPER),
    ("unchanged", "deepen", KO_LEAVES, "나뭇잎은 왜 가을에 색이 변하나요?", KO_DEEPER),
    ("not_longer", "deepen", DEEPER, "What makes one birch shed earlier?", f"{DEEPER} And why so?"
     " Tell me about oaks."),
    ("not_longer", "deepen", KO_DEEPER, "자작나무 잎은 왜 노랗게 물드나요?",
     f"{KO_DEEPER} 참나무는 어떤지도 설명해 주세요."),
    ("much_longer", "deepen", LEAVES, f"{LEAVES} {LONG}?", DEEPER),
    ("much_longer", "breadth", LEAVES, f"Why does bark peel off? {LONG}?", "Why does bark peel?"),
    ("much_longer", "deepen", KO_LEAVES, f"{KO_LEAVES} {KO_LONG}", KO_DEEPER),
    ("not_shorter", "easier", LEAVES, DEEPER, "Why are leaves green?"),
    ("not_shorter", "easier", KO_LEAVES, KO_DEEPER, "잎은 왜 푸른가요?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "operation", "parent", "caught", "passes"),
    CASES,
    ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)],
)
def test_a_rule_catches_what_it_should_and_nothing_else(
    rule: str, operation: str, parent: str, caught: str, passes: str
) -> None:
    assert rules.fault_of(caught, parent, operation, 40, []) == rule
    assert rules.fault_of(passes, parent, operation, 40, []) == ""


@pytest.mark.parametrize("name", ["instructions.jsonl", "instructions.ko.jsonl"])
def test_no_shipped_instruction_passes_for_an_answer(name: str) -> None:
    lines = (ROOT / "examples" / name).read_text("utf8").splitlines()
    parent = KO_LEAVES if ".ko." in name else LEAVES
    texts = [json.loads(line)["instruction"] for line in lines]
    assert [text for text in texts if rules.answers_itself(text, parent)] == []


def test_data_may_be_as_long_as_it_likes() -> None:
    rows = "\n".join(f"| item {n} | {n * 7} euro |" for n in range(40))
    child = f"Which item costs most?\n\n| item | price |\n| --- | --- |\n{rows}"
    assert rules.fault_of(child, "Which item costs most?", "complicate", 40, []) == ""
    assert rules.fault_of(child, "Which item costs most?", "deepen", 40, []) == "much_longer"


def test_what_was_asked_earlier_in_the_conversation_is_no_new_request() -> None:
    assert rules.fault_of(DEEPER, LEAVES, "deepen", 40, [DEEPER]) == "unchanged"


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        ("I'm sorry, but I do not know that.", "sorry_reply"),
        ("My apologies, this cannot be answered here.", "sorry_reply"),
        ("죄송하지만 그것은 알 수 없습니다.", "sorry_reply"),
        ("답변을 드리지 못해 사과드립니다.", "sorry_reply"),
        ("Dear Ms Lee, I am sorry for the delay. " + "The parts came late from abroad. " * 14, ""),
        ("이 대리님께, 늦어서 죄송합니다. " + "부품이 해외에서 늦게 도착했습니다. " * 14, ""),
        ("It is the moon.", ""),
        ("Buy it early, or you may regret it in May.", ""),
        ("달의 인력 때문입니다.", ""),
        ("And it is, well, yes. ...!", "empty_reply"),
        ("네, 그리고 그것은 있습니다...", "empty_reply"),
        ("?!", "empty_reply"),
        ("No", "empty_reply"),
        ("42", ""),
    ],
)
def test_replies(reply: str, rule: str) -> None:
    assert rules.reply_fault(reply, LEAVES) == rule


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("Write an apology to a customer.", "Dear Ms Lee, I am sorry that your lamp was late."),
        (
            "늦은 까닭을 밝히는 사과문을 써 주세요. 죄송하다는 말로 시작합니다.",
            "늦어서 죄송합니다.",
        ),
        ("손님에게 보낼 사과 편지를 써 주세요.", "손님, 물건이 늦어 죄송합니다."),
    ],
)
def test_an_apology_that_is_asked_for_is_an_answer(asked: str, reply: str) -> None:
    assert rules.reply_fault(reply, asked) == ""
    assert rules.reply_fault(reply, LEAVES) == "sorry_reply"


def test_words_are_counted_alike_in_both_languages() -> None:
    assert words("It's a well-made, 3-legged chair.") == 5
    assert words("나뭇잎은 왜 변하나요?") == 5  # nine syllables
    assert words("표에서 SQL 오류를 찾아 주세요.") == 7


ROWS = [f"r{n}" for n in range(200)]
EQUAL = dict.fromkeys(rules.OPERATIONS, 1.0)


def test_operations_are_even_over_rows_and_differ_from_round_to_round() -> None:
    dealt = deal(ROWS, EQUAL, 3, 7)
    for round_ in range(3):
        counts = Counter(operations[round_] for operations in dealt.values())
        assert max(counts.values()) - min(counts.values()) <= 2, counts
    assert all(len(set(operations)) == 3 for operations in dealt.values())


def test_what_a_row_gets_does_not_go_by_its_place_and_hardly_by_the_others() -> None:
    dealt = deal(ROWS, EQUAL, 3, 7)
    assert deal(ROWS[::-1], EQUAL, 3, 7) == dealt
    assert deal(ROWS, EQUAL, 3, 8) != dealt
    more = deal([*ROWS, "new"], EQUAL, 3, 7)
    first = sum(more[row][0] != dealt[row][0] for row in ROWS)
    assert first <= 20


def test_weights_hold_and_one_operation_is_always_the_same() -> None:
    dealt = deal(ROWS, {"deepen": 3.0, "easier": 1.0}, 1, 7)
    counts = Counter(operations[0] for operations in dealt.values())
    assert abs(counts["deepen"] - 150) <= 2
    assert deal(["a"], {"deepen": 1.0}, 2, 7) == {"a": ("deepen", "deepen")}
    twice = deal(ROWS, {"deepen": 1.0, "easier": 1.0}, 4, 7)
    assert all(a != b for row in twice.values() for a, b in itertools.pairwise(row))


EXAMPLES = [
    (language, operation, text)
    for language in ("en", "ko")
    for operation in rules.OPERATIONS
    for text in ("A?", "A.", "A.B", "A.BC", "A.BCD")
]


@pytest.mark.parametrize(("language", "operation", "text"), EXAMPLES)
def test_the_example_of_each_prompt_keeps_the_rules(
    language: str, operation: str, text: str
) -> None:
    """`complicate` has one for each kind of data, told by the length of the request."""
    book = PromptBook(ROOT, "evolve", language, language)
    fields = {
        "parent": {"text": text, "turns": []}, "low": 10, "high": 20, "scenario": None,
        "style": None, **book.common,
    }  # fmt: skip
    messages = book.load(operation).render(fields)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    marks = ("Request:", "요청:")
    order, _, parent = messages[1]["content"].rpartition(marks[language == "ko"])
    child = messages[2]["content"]
    assert messages[3]["content"].endswith(f"{marks[language == 'ko']} {text}")
    assert order.split("\n")[0].split(". ")[0] in messages[3]["content"]
    assert rules.fault_of(child, parent.strip(), operation, 25, []) == ""
    if operation in rules.DEPTH[:4]:
        assert 8 <= words(child) - words(parent) <= 25
