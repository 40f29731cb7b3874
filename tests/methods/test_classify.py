"""Classify: label first, a text that is new and does not name it, a judge who was not told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.methods.samples import NURSE, Script, as_ask, book
from textsynth.errors import JobError, ReplyError
from textsynth.inputs._centroids import Centroids
from textsynth.methods import Around
from textsynth.methods._classes import copies, names_label, read_label, unlike
from textsynth.methods.classify import Classify
from textsynth.records import Brief, Closing, Draft, Message, Sample, sample_of

ROWS = [
    {"id": "1", "text": "A man took my mother's card and the PIN yesterday.", "label": "fraud"},
    {"id": "2", "text": "Someone rang and had me move money to a safe account.", "label": "fraud"},
    {"id": "3", "text": "My card was swallowed by the machine on Mill Street.", "label": "card"},
    {"id": "4", "text": "The fee for paper statements went up again.", "label": "billing"},
]
TEXT = "Payments to a casino left my account while I slept."


def ready(**options: Any) -> Classify:
    facets = {"label": ("fraud", "card", "billing")}
    return Classify(**options).ready(Around(facets, {"examples": ROWS}, Centroids))


def run(
    method: Classify, text: list[str], verify: list[str], index: int = 0
) -> tuple[Draft, Script]:
    fields = {"examples": [row for row in ROWS if row["label"] == "fraud"]}
    brief = Brief(index, f"b{index}", fields, {"label": "fraud"}, 5)
    script = Script(method, brief, {"text": text, "verify": verify})
    return asyncio.run(method.write(brief, as_ask(script))), script


def test_a_text_its_label_and_the_word_of_the_judge() -> None:
    draft, script = run(ready(describe={"fraud": "money was taken"}), [TEXT], ["Fraud."])
    assert [dict(m) for m in draft.messages] == [
        {"role": "user", "content": TEXT}, {"role": "assistant", "content": "fraud"},
    ]  # fmt: skip
    assert draft.columns == {"text": TEXT, "looks_like": None, "label_confirmed": True}
    assert script.steps() == ["text", "verify"]
    written, judged = ("\n".join(m["content"] for m in sent) for sent in script.sent)
    assert ROWS[0]["text"] in written
    assert ROWS[2]["text"] not in written
    assert "money was taken" in judged
    assert TEXT in judged


def test_the_judge_sees_all_labels_in_another_order_for_each_brief() -> None:
    orders = set()
    for index in range(12):
        _, script = run(ready(), [TEXT], ["fraud"], index)
        listed = script.sent[-1][0]["content"]
        assert all(f"- {label}" in listed for label in ("fraud", "card", "billing"))
        orders.add(tuple(sorted(("fraud", "card", "billing"), key=listed.index)))
    assert len(orders) > 3


def test_an_unconfirmed_text_is_written_again_and_then_marked() -> None:
    other = "A stranger has used my details in Lisbon."
    draft, script = run(ready(), [TEXT, other], ["card", "fraud"])
    assert draft.columns["text"] == other
    assert draft.columns["label_confirmed"] is True
    assert script.asked == [("text", 0), ("verify", 0), ("text", 3), ("verify", 0)]
    draft, _ = run(ready(), [TEXT, other], ["card", "no idea"])
    assert draft.columns["label_confirmed"] is False
    assert draft.columns["label_judged"] == ""


@pytest.mark.parametrize(
    "useless",
    [
        "Label: fraud. Somebody took money.",
        "a man took my mother's card and the pin yesterday, help",
        "I'm sorry, but I can't assist with that request.",
        "Dear [Bank Name], somebody took money from my account.",
        "Dear customer, your account was used by a stranger.",
        "Somebody took money from my account. " + "It went on for days and days. " * 8,
        "",
    ],
    ids=["names its label", "copies a row", "refuses", "blanks", "answers", "long", "empty"],
)
def test_a_text_that_is_of_no_use_is_asked_for_again(useless: str) -> None:
    draft, script = run(ready(verify="none"), [useless, TEXT], [""])
    assert draft.columns["text"] == TEXT
    assert draft.columns["label_confirmed"] is None
    assert script.asked == [("text", 0), ("text", 1)]
    with pytest.raises(ReplyError, match="no new text of the label 'fraud'"):
        run(ready(verify="none"), [useless], [""])


@pytest.mark.parametrize(
    ("options", "looks"),
    [
        ({"hard": 1.0, "near": {"fraud": ["billing"]}}, {"billing"}),
        ({"hard": 1.0}, {"card", "billing"}),
        ({"hard": 0.0}, {None}),
    ],
    ids=["named", "found", "never"],
)
def test_a_hard_text_is_to_look_like_a_near_label(
    options: dict[str, Any], looks: set[str | None]
) -> None:
    found = set()
    for index in range(20):
        draft, script = run(ready(verify="none", **options), [TEXT], [""], index)
        name = draft.columns["looks_like"]
        found.add(name)
        if name:
            row = next(row["text"] for row in ROWS if row["label"] == name)
            assert row in script.sent[0][-1]["content"]
    assert found == looks


def test_the_share_of_hard_texts_is_the_one_asked_for() -> None:
    method = ready(verify="none", hard=0.2)
    drafts = [run(method, [TEXT], [""], index)[0] for index in range(300)]
    assert 40 <= sum(draft.columns["looks_like"] is not None for draft in drafts) <= 80


def test_words_check_a_label_without_asking_anybody() -> None:
    method = ready(verify="words", texts=1)
    draft, script = run(method, ["They had me move all my money to a safe place."], [""])
    assert (draft.columns["label_confirmed"], script.steps()) == (True, ["text"])
    draft, _ = run(method, ["The fee for each statement is too high."], [""])
    assert (draft.columns["label_confirmed"], draft.columns["label_judged"]) == (False, "billing")


@pytest.mark.parametrize(
    ("options", "facets", "rows", "words"),
    [
        ({}, {}, [], "needs two labels, and knows 0"),
        ({}, {"label": ("fraud",)}, [], "needs two labels, and knows 1"),
        ({"near": {"fraud": ["crad"]}}, {"label": ("fraud", "card")}, [], "'crad'.*mean 'card'"),
        ({"describe": {"frud": "x"}}, {"label": ("fraud", "card")}, [], "'frud'.*mean 'fraud'"),
        ({"verify": "words"}, {"label": ("fraud", "card")}, [], "by words without real rows"),
    ],
    ids=["no facet", "one label", "near", "describe", "words"],
)
def test_a_job_that_lacks_what_it_needs_is_told_so(
    options: dict[str, Any], facets: dict[str, tuple[str, ...]], rows: list[Any], words: str
) -> None:
    with pytest.raises(JobError, match=f"(?s){words}"):
        Classify(**options).ready(Around(facets, {"examples": rows}, Centroids))


@pytest.mark.parametrize(
    ("text", "label", "named"),
    [
        ("Label: fraud", "fraud", True),
        ("fraud: my money is gone", "fraud", True),
        ("[Fraud] my money is gone", "fraud", True),
        ("My money is gone #fraud", "fraud", True),
        ("Fraud.", "fraud", True),
        ("The category is card.", "card", True),
        ("I lost it (card_lost)", "card_lost", True),
        ("분류: 카드", "카드", True),
        ("My card was declined at the till.", "card", False),
        ("What type of card do I need?", "card", False),
        ("I was told this is fraud, is it?", "fraud", False),
        ("Item 1 of my list is missing.", "1", False),
        ("카드를 잃어버렸어요.", "카드", False),
    ],
)
def test_a_label_is_named_as_such_or_only_used_as_a_word(
    text: str, label: str, named: bool
) -> None:
    assert names_label(text, label) is named


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("Yes. Someone rang and had me move money to a safe account.", True),
        ("Hello! someone RANG and had me move money to a safe account now", True),
        ("Someone rang and said the safe account was closed.", False),
        ("", False),
    ],
)
def test_a_copy_is_a_long_run_of_the_same_words(text: str, copy: bool) -> None:
    assert copies(text, ROWS[1]["text"]) is copy


def test_a_copy_in_korean_and_in_a_script_without_spaces() -> None:
    row = "검찰이라는 사람이 전화해서 안전 계좌로 옮기라고 해 돈을 보냈어요."
    assert copies("어제 검찰이라는 사람이 전화해서 안전 계좌로 옮기라고 했어요.", row)
    assert not copies("어떤 사람이 문자로 안전 계좌를 알려 줬어요.", row)
    assert copies("请注意我的银行卡昨天在商场被人偷走了", "我的银行卡昨天在商场被人偷走了。")
    assert not copies("我的卡在家里", "我的银行卡昨天在商场被人偷走了。")


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("card", "card"),
        ("The kind is: Card payment.", "card payment"),
        ("카드입니다", "카드"),
        ("card or fraud", ""),
        ("none of them", ""),
    ],
)
def test_the_judge_names_one_label(reply: str, label: str) -> None:
    assert read_label(reply, ["card", "card payment", "fraud", "카드"]) == label


def test_what_real_rows_do_themselves_is_no_fault() -> None:
    assert unlike("Dear [Name], where is it?", [])
    assert not unlike("Dear [Name], where is it?", ["Hello [Name], it is late."])
    assert not unlike("Let me know what you find.", ["Let me know when it comes."])
    assert not unlike("Let me know what you find.", [])
    assert not unlike("He took [sic] all of it.", ["A short one."])
    assert unlike("안녕하세요 [고객님], 카드가 없어졌습니다.", ["카드를 잃어버렸어요."])


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_text_follows_scenario_style_persona_and_chunk(language: str) -> None:
    prompts = book(Classify(), language)
    said = {
        "label": "fraud", "kind": "", "about": "", "lookalike": None, "pick": 0, "examples": None,
        "persona": None, "chunk": None, "scenario": None, "style": None,
    }  # fmt: skip
    plain = prompts.load("text").render({**prompts.common, **said})
    told = {
        "scenario": "IT WAS ABROAD", "style": "WRITTEN IN HASTE", "persona": NURSE,
        "chunk": {"text": "THE FEE IS 12"},
    }  # fmt: skip
    full = prompts.load("text").render({**prompts.common, **said, **told})
    for words in ("IT WAS ABROAD", "WRITTEN IN HASTE", "A nurse on nights.", "THE FEE IS 12"):
        assert words in full[-1]["content"]
        assert words not in plain[-1]["content"]


def test_the_table_of_a_run_counts_what_the_judge_found(tmp_path: Path) -> None:
    def made(number: int, confirmed: bool | None, other: str | None) -> Sample:
        brief = Brief(number, f"b{number}", {}, {"label": "fraud"})
        turn: Message = {"role": "user", "content": "T"}
        columns = {"text": "T", "looks_like": other, "label_confirmed": confirmed}
        return sample_of("classify", "en", brief, Draft([turn], columns), ())

    kept, dropped = [made(0, True, "card"), made(1, None, None)], [made(2, False, None)]
    (table,) = ready().closing(Closing(tmp_path, tmp_path, kept, dropped))
    assert table.rows == (("fraud", 3, 1, 1, 1),)
