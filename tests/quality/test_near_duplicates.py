"""NearDuplicates: what it drops and with which score, and none of the known traps."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from tests.quality.samples import chat, kept, verdict
from textsynth.errors import JobError
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.records import Setting

FRUIT = [
    "apple",
    "pear",
    "plum",
    "fig",
    "lime",
    "kiwi",
    "mango",
    "grape",
    "peach",
    "melon",
    "cherry",
    "lemon",
    "orange",
    "banana",
    "papaya",
    "guava",
    "date",
    "quince",
    "olive",
    "coconut",
    "apricot",
    "lychee",
    "berry",
    "currant",
    "tomato",
    "pepper",
    "onion",
    "garlic",
    "leek",
    "potato",
    "carrot",
    "radish",
    "turnip",
    "celery",
    "fennel",
    "kale",
    "chard",
    "spinach",
    "lettuce",
    "cabbage",
    "broccoli",
    "pea",
    "bean",
    "lentil",
    "corn",
    "rice",
    "wheat",
    "oat",
    "rye",
    "barley",
]
CHINESE = [
    f"{what}，{how}"
    for what in ("我想开通一个储蓄账户", "昨天银行卡丢在出租车上了", "贷款利率最近是不是又涨了",
                 "出国旅行之前需要兑换外币", "手机银行一直提示密码错误", "工资到现在还没有入账",
                 "信用卡账单比上个月多出很多", "父亲去世以后他的存款怎么办")
    for how in ("请问需要带什么证件？", "今天还来得及办理吗？", "能不能帮忙查一下原因？",
                "手续费大概是多少钱？", "请告诉我下一步该做什么。")
]  # fmt: skip
NAMES = ["Tom has {} apples and buys {} more. How many apples does he have now?",
         "철수는 사과 {}개를 가지고 있고 {}개를 더 샀습니다. 모두 몇 개인가요?"]  # fmt: skip


@pytest.mark.parametrize("shingle", ["auto", "word-3", "char-3", "char-5"])
def test_one_word_texts_are_all_kept(shingle: str) -> None:
    part = NearDuplicates.model_validate({"shingle": shingle})
    assert len(FRUIT) == 50
    assert all(kept(part, [chat(word) for word in FRUIT]))


@pytest.mark.parametrize("shingle", ["auto", "word-3", "char-3"])
def test_unspaced_chinese_is_all_kept(shingle: str) -> None:
    part = NearDuplicates.model_validate({"shingle": shingle})
    assert len(CHINESE) == 40
    assert all(kept(part, [chat(text) for text in CHINESE]))


@pytest.mark.parametrize("problem", NAMES, ids=["english", "korean"])
def test_problems_that_differ_in_numbers_are_all_kept(problem: str) -> None:
    rows = [chat(problem.format(13 + 7 * i, 91 - 2 * i)) for i in range(40)]
    assert all(kept(NearDuplicates(), rows))


@pytest.mark.parametrize("sign", ["+", "-", "/", "<"])
def test_signs_tell_sums_apart(sign: str) -> None:
    assert all(kept(NearDuplicates(), [chat("12 * 3 = ?"), chat(f"12 {sign} 3 = ?")]))


@pytest.mark.parametrize(
    ("first", "second", "score"),
    [
        pytest.param("I lost my card", "I LOST my card!", 1.0, id="case-and-stop"),
        pytest.param("카드를 잃어버렸어요",
                     unicodedata.normalize("NFD", "카드를 잃어버렸어요"), 1.0, id="nfd"),
        pytest.param("Hello", "  hello ", 1.0, id="shorter-than-a-shingle"),
        pytest.param("네", "네", 1.0, id="one-syllable"),
        pytest.param("a b c d e f g h i j k l", "a b c d e f g h i j k m", 9 / 11, id="last-word"),
    ],
)  # fmt: skip
def test_drops_with_the_similarity(first: str, second: str, score: float) -> None:
    screen = NearDuplicates().screen(Setting())
    assert screen(chat(first)).keep
    said = screen(chat(second))
    assert (said.keep, said.reason, said.score) == (False, "near_duplicate", score)


def test_reversed_words_are_no_duplicate() -> None:
    text = "the agent sent the customer a new card last week by registered mail"
    rows = [chat(text), chat(" ".join(reversed(text.split())))]
    assert kept(NearDuplicates(), rows) == [True, True]


@pytest.mark.parametrize("text", ["", " \n "], ids=["empty", "white-space"])
def test_an_empty_text_is_dropped_as_such(text: str) -> None:
    assert verdict(NearDuplicates(), chat(text)).reason == "empty"


@pytest.mark.parametrize(
    "text", ["?!", "\ud800\udc00 x y z", "👍"], ids=["marks", "surrogates", "emoji"]
)
def test_odd_texts_pass(text: str) -> None:
    assert verdict(NearDuplicates(), chat(text)).keep


def test_a_dropped_row_still_rules_out_later_ones() -> None:
    chain = ["a b c d e f g h i j k l", "a b c d e f g h i j k m", "x b c d e f g h i j k m"]
    assert kept(NearDuplicates(), [chat(text) for text in chain]) == [True, False, False]
    assert kept(NearDuplicates(), [chat(chain[0]), chat(chain[2])]) == [True, True]


def test_shared_greetings_are_fine() -> None:
    hello = "Hello, thank you for contacting us. How can I help you today?"
    rows = [
        chat(hello, "My card was declined at the supermarket this morning, why is that?"),
        chat(hello, "I would like to know the interest rate of your savings account."),
    ]
    assert kept(NearDuplicates(), rows) == [True, True]


def test_first_turn_and_columns() -> None:
    rows = [
        chat("Where is my new card now?", "On its way.", columns={"q": "one"}),
        chat("Where is my new card now?", "Nobody knows that.", columns={"q": "two"}),
    ]
    assert kept(NearDuplicates(on="first_turn"), rows) == [True, False]
    assert kept(NearDuplicates(on="q"), rows) == [True, True]
    with pytest.raises(JobError, match="near_duplicates"):
        kept(NearDuplicates(on="nope"), rows)


PASSAGE = (
    "The mill at Larkmere was built in 1672 by the Ashby family, burned down in the dry summer of "
    "1911, and was rebuilt in brick by a cooperative of local bakers, who still run it today. "
)
구절 = (
    "라크미어 방앗간은 1672년에 애시비 가문이 지었고, 1911년 여름에 불타 없어졌다가 지역 제빵사 "
    "협동조합이 벽돌로 다시 지어 지금까지 운영하고 있습니다. "
)


@pytest.mark.parametrize(
    ("passage", "first", "second"),
    [
        pytest.param(
            PASSAGE, ("When was it built?", "1672"), ("When did it burn?", "1911"), id="en"
        ),
        pytest.param(구절, ("언제 지었나요?", "1672년"), ("언제 불탔나요?", "1911년"), id="ko"),
    ],
)
def test_questions_over_one_passage_go_by_their_short_answers(
    passage: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    rows = [
        replace(chat(passage + question, answer), index=n)
        for n, (question, answer) in enumerate((first, second, (first[0] + "?", first[1])))
    ]
    screen = NearDuplicates().screen(Setting())
    assert [screen(row).keep for row in rows] == [True, True, False]
    plain = NearDuplicates(short_answer=0).screen(Setting())
    assert [plain(row).keep for row in rows] == [True, False, False]


def test_short_answers_count_against_other_datasets_and_in_a_saved_index(tmp_path: Path) -> None:
    old = tmp_path / "old.jsonl"
    row = {"prompt": PASSAGE + "When was it built?", "completion": "1672"}
    old.write_text(json.dumps(row) + "\n", "utf8")
    part = NearDuplicates(against=(str(old),))
    screen = part.screen(Setting(home=tmp_path))
    assert screen(chat(PASSAGE + "When did it burn?", "1911")).keep
    assert screen(replace(chat(PASSAGE + "When was it built", "1672"), index=1)).reason == "known"
