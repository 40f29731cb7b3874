"""ROUGE-L: the value is that of comparing with every text, in words or in pairs of syllables."""

from __future__ import annotations

import random

import pytest

from textsynth.rouge import Index, rouge_l, tokens

WORDS = "the a of sort name list words fruit red big in order write say whether it is one"
SAME = [
    ("저녁 하늘이 왜 붉게 보이는지 두 문장으로 설명해 주세요.",
     "저녁 하늘은 왜 붉게 보이는지를 두 문장으로 설명하세요."),
    ("글을 한 문장으로 요약해 주세요.", "글을 한 문장으로 요약하세요."),
    ("우산 수선 가게의 이름과 광고 문구를 지어 주세요.",
     "우산 수선 가게 이름이랑 광고 문구를 지어 줘."),
    ("이 문장이 존댓말인지 반말인지 말해 주세요.", "이 문장은 존댓말인지 반말인지를 말하세요."),
    ("문장에서 군더더기를 덜어 내고 짧게 쓰세요.", "문장의 군더더기를 덜어내고 짧게 써 주세요."),
]  # fmt: skip
OTHER = [
    ("글을 한 문장으로 요약해 주세요.", "글을 영어로 번역해 주세요."),
    ("우산 수선 가게의 이름과 광고 문구를 지어 주세요.",
     "빵집의 이름과 메뉴판 문구를 지어 주세요."),
    ("날씨와 기후가 어떻게 다른지 예를 들어 알려 주세요.",
     "이자와 배당이 어떻게 다른지 예를 들어 알려 주세요."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sort the words, please!", ["sort", "the", "words", "please"]),
        ("Don't add_up 2.5", ["don", "t", "add", "up", "2", "5"]),
        ("ÉTÉ à Zürich", ["été", "à", "zürich"]),
        ("시를 써 주세요", ["시를", "써", "주세", "세요"]),
        ("JSON으로 답", ["json", "으로", "답"]),
        ("請翻譯。", ["請翻", "翻譯"]),
        ("?!…", []),
    ],
    ids=["english", "signs", "accents", "korean", "mixed", "chinese", "none"],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_the_measure() -> None:
    # Three of four and of five tokens, in this order: 2 x 3 / 9.
    assert rouge_l("name a red fruit", "name one big red fruit") == pytest.approx(6 / 9)
    assert rouge_l("fruit red a name", "name a red fruit") == pytest.approx(2 / 8)
    assert rouge_l("Name it!", "name IT") == 1.0
    assert rouge_l("", "name it") == rouge_l("?", "?") == 0.0


@pytest.mark.parametrize(("one", "other"), SAME)
def test_korean_endings_and_particles_do_not_hide_that_two_are_the_same(
    one: str, other: str
) -> None:
    assert rouge_l(one, other) >= 0.69


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_korean_tasks_in_one_form_about_two_things_stay_apart(one: str, other: str) -> None:
    assert rouge_l(one, other) < 0.7


def made(rng: random.Random, korean: bool) -> str:
    """A text of few words, so that many are alike."""
    syllables, words = "가나다라마바사은는이", WORDS.split()
    if korean:
        words = ["".join(rng.choices(syllables, k=1 + n % 3)) for n in range(20)]
    return " ".join(rng.choices(words, k=rng.randint(1, 14)))


@pytest.mark.parametrize("korean", [False, True], ids=["english", "korean"])
def test_the_index_gives_what_comparing_with_every_text_gives(korean: bool) -> None:
    rng = random.Random(4)
    index, before = Index(), list[str]()
    assert index.nearest("anything at all") == 0.0
    for _ in range(250):
        text = made(rng, korean)
        highest = max((rouge_l(text, other) for other in before), default=0.0)
        assert index.nearest(text) == pytest.approx(highest, abs=1e-12)
        half = max((rouge_l(text, other) for other in before[:100]), default=0.0)
        assert index.nearest(text, first=100) == pytest.approx(half, abs=1e-12)
        index.add(text)
        before.append(text)
    assert len(index) == 250


def test_a_text_without_a_token_is_no_part_of_the_index() -> None:
    index = Index(["?!", "name it"])
    assert len(index) == 1
    assert index.nearest("…") == 0.0
    assert index.nearest("words never seen") == 0.0
