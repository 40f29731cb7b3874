"""Which names become children: votes, names that say the same, and names that are none."""

from __future__ import annotations

import pytest

from textsynth.taxonomy.choosing import choose, misplaced, unfit
from textsynth.taxonomy.tree import Node

PATH = ["Retail banking", "Cards"]


def names(*given: str) -> list[tuple[str, str]]:
    return [(name, "") for name in given]


@pytest.mark.parametrize(
    ("name", "language", "why"),
    [
        ("Debit cards", "en", ""),
        ("IT", "en", ""),
        ("General relativity", "en", ""),
        ("Other currencies", "en", ""),
        ("Conclusion of contracts", "en", ""),
        ("Is-a relations", "en", "a sentence"),
        ("Other", "en", "too general"),
        ("Miscellaneous", "en", "too general"),
        ("Other Services", "en", "too general"),
        ("general information", "en", "too general"),
        ("Introduction", "en", "too general"),
        ("Conclusion", "en", "too general"),
        ("FAQs", "en", "too general"),
        ("How do I open an account", "en", "a sentence"),
        ("You can open an account online", "en", "a sentence"),
        ("Cards are issued by banks.", "en", "a sentence"),
        ("All of the many cards that a bank may issue today", "en", "a sentence"),
        ("대출", "en", "another language"),
        ("信用卡", "en", "another language"),
        ("카드", "ko", ""),
        ("ATM", "ko", ""),
        ("ISA 계좌", "ko", ""),
        ("eSIM", "ko", ""),
        ("banking", "ko", "another language"),
        ("일반 상대성 이론", "ko", ""),
        ("기타 연주", "ko", ""),
        ("기타", "ko", "too general"),
        ("기타 서비스", "ko", "too general"),
        ("그 외", "ko", "too general"),
        ("개요", "ko", "too general"),
        ("결론", "ko", "too general"),
        ("카드를 발급합니다", "ko", "a sentence"),
        ("어떻게 신청하나요", "ko", "a sentence"),
        ("Credit cards", "ko", "another language"),
        ("信用卡 발급", "ko", "another language"),
        ("123", "en", "no name"),
    ],
)
def test_a_name_is_fit_or_says_why_not(name: str, language: str, why: str) -> None:
    assert unfit(name, language) == why


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Debit cards", ""),
        ("retail banking", "repeats 'Retail banking' above it"),
        ("Card", "repeats 'Cards' above it"),
        ("Loans", "stands beside it already as 'Loans'"),
    ],
)
def test_a_name_that_stands_above_or_beside_is_misplaced(name: str, why: str) -> None:
    assert misplaced(name, PATH, ["Loans", "Savings"]) == why


@pytest.mark.parametrize(
    ("name", "above", "why"),
    [
        ("Banking", "Retail banking", "says less than 'Retail banking' above it"),
        ("소매", "소매 금융", "says less than '소매 금융' above it"),
        ("Retail banking fees", "Retail banking", ""),
        ("Emergency care", "Surgery and emergency care", ""),
        ("Fees", "Fees, limits", ""),
        ("응급 의료", "외과와 응급 의료", ""),
        ("위생", "안전 및 위생", ""),
    ],
)
def test_a_part_of_the_words_above_says_less_unless_two_are_joined(
    name: str, above: str, why: str
) -> None:
    assert misplaced(name, [above]) == why


def test_those_named_most_come_first_then_those_further_up() -> None:
    lists = [
        names("Fees", "Debit cards", "Limits"),
        names("Debit cards", "Rewards", "Credit cards"),
        names("Credit cards", "Debit cards", "Fees"),
    ]
    chosen = choose(lists, PATH, 4)
    assert [node.name for node in chosen.children] == [
        "Debit cards", "Fees", "Credit cards", "Rewards",
    ]  # fmt: skip
    assert chosen.spare == ["Limits"]
    assert (chosen.named, chosen.new) == (5, 4)


def test_names_that_say_the_same_are_one_and_count_together() -> None:
    lists = [
        [("Fees", "what it costs"), ("Credit card", "")],
        [("Rewards", ""), ("Credit Cards", "on account")],
        [("Limits", ""), ("credit cards", "")],
    ]
    chosen = choose(lists, PATH, 2)
    assert [node.name for node in chosen.children] == ["Credit card", "Fees"]
    assert chosen.children[0].about == "on account"
    assert chosen.merges == [("Credit Cards", "Credit card")]


def test_a_name_said_twice_in_one_list_counts_once() -> None:
    chosen = choose([names("Fees", "Fee", "fees"), names("Limits"), names("Limits")], PATH, 1)
    assert [node.name for node in chosen.children] == ["Limits"]


def test_what_is_left_out_is_told_once_with_its_reason() -> None:
    lists = [names("Other", "Cards", "Debit cards"), names("Other", "Loans", "Fees")]
    chosen = choose(lists, PATH, 5, beside=["Loans"])
    assert [node.name for node in chosen.children] == ["Debit cards", "Fees"]
    assert chosen.dropped == [
        ("Other", "too general"),
        ("Cards", "repeats 'Cards' above it"),
        ("Loans", "stands beside it already as 'Loans'"),
    ]


def test_known_children_stay_first_and_are_not_named_again() -> None:
    below = Node("Debit cards", "plastic", [Node("Limits")])
    chosen = choose([names("Debit Card", "Credit cards", "Rewards")], PATH, 2, known=[below])
    assert [node.name for node in chosen.children] == ["Debit cards", "Credit cards"]
    assert chosen.children[0].children == below.children
    assert (chosen.new, chosen.spare) == (1, ["Rewards"])


def test_the_order_of_the_lists_decides_only_between_equals() -> None:
    one, two = names("Fees", "Limits"), names("Limits", "Rewards")
    first = choose([one, two], PATH, 3)
    second = choose([two, one], PATH, 3)
    assert [node.name for node in first.children] == ["Limits", "Fees", "Rewards"]
    assert [node.name for node in second.children] == ["Limits", "Fees", "Rewards"]


def test_small_names_get_a_capital_and_others_stay() -> None:
    chosen = choose([names("debit cards", "eSIM payments", "카드")], ["Cards of all kinds"], 3)
    assert [node.name for node in chosen.children] == ["Debit cards", "eSIM payments"]
