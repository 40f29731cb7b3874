"""Names that say the same and names that do not, in English and Korean; siblings made one."""

from __future__ import annotations

import pytest

from textsynth.taxonomy.near import Merge, merged, near_equal
from textsynth.taxonomy.tree import Node

SAME = [
    ("Savings accounts", "savings account"),
    ("Savings accounts", "Accounts, savings"),
    ("Types of accounts", "Account types"),
    ("Accounts for students", "Student accounts"),
    ("The stock market", "Stock markets"),
    ("Debit & credit cards", "Credit and debit cards"),
    ("Debit/credit cards", "Debit and credit card"),
    ("Food, drink and travel", "Food, drink, and travel"),
    ("E-mail", "Email"),
    ("Health care providers", "Healthcare provider"),
    ("Boxes", "box"),
    ("Houses", "House"),
    ("Crises", "Crisis"),
    ("Policies", "Policy"),
    ("Men's health", "Mens health"),
    ("Children’s books", "Child book"),
    ("Organisation of labour", "Organization of labor"),
    ("Shopping centres", "Shopping centers"),
    ("Paediatric medicine", "Pediatric medicine"),
    ("Driving licences", "Driving license"),
    ("Behavioural finance", "Behavioral finance"),
    ("Travelling abroad", "Traveling abroad"),
    ("Acommodation costs", "Accommodation costs"),
    ("Perscription charges", "Prescription charges"),
    ("Automated teller machines (ATMs)", "Automated teller machines"),
    ("Python 3.11", "python 3.11"),
    ("Ｃａｒｄｓ", "cards"),
    ("Buying a house", "Buying house"),
    ("예금 상품", "예금상품"),
    ("예금·적금", "적금 및 예금"),
    ("예금과 적금", "예금/적금"),
    ("보험과 연금", "연금ㆍ보험"),
    ("카드의 종류", "카드 종류"),
    ("고객들 상담", "고객 상담"),
    ("메세지 전송", "메시지 전송"),
    ("디지탈 컨텐츠", "디지털 콘텐츠"),
    ("ATM 이용", "ATM이용"),
    ("해외 송금 수수료", "해외송금 수수료"),
    ("내과 진료", "내과진료"),
]
OTHER = [
    ("Debit cards", "Credit cards"),
    ("Secured loans", "Unsecured loans"),
    ("Car insurance", "Care insurance"),
    ("Plans", "Planes"),
    ("Employer duties", "Employee duties"),
    ("Microeconomics", "Macroeconomics"),
    ("Hypertension", "Hypotension"),
    ("Immigration", "Emigration"),
    ("Type 1 diabetes", "Type 2 diabetes"),
    ("Vitamin A", "Vitamin"),
    ("Vitamin A", "Vitamin C"),
    ("Python 3.1", "Python 3.11"),
    ("Tax year 2023", "Tax year 2024"),
    ("C", "C++"),
    ("C#", "C"),
    ("History of science", "Science of history"),
    ("Marital law", "Martial law"),
    ("Conservation", "Conversation"),
    ("Banks and loans", "Bank loans"),
    ("News", "New"),
    ("Nitrates", "Nitrites"),
    ("Interment", "Internment"),
    ("Import duties", "Export duties"),
    ("Loans to banks", "Loans from banks"),
    ("정기 예금", "정기 적금"),
    ("카드 대출", "대출 카드"),
    ("재정 관리", "제정 관리"),
    ("은행의 역사", "역사의 은행"),
    ("은행의 오랜 역사", "역사의 오랜 은행"),
    ("개인 고객", "기업 고객"),
    ("1년 만기", "2년 만기"),
    ("내과 진료", "외과 진료"),
    ("수입 신고", "수출 신고"),
]


@pytest.mark.parametrize(("a", "b"), SAME, ids=lambda word: word)
def test_same_topic_under_two_names(a: str, b: str) -> None:
    assert near_equal(a, b)
    assert near_equal(b, a)


@pytest.mark.parametrize(("a", "b"), OTHER, ids=lambda word: word)
def test_other_topic_however_like_it(a: str, b: str) -> None:
    assert not near_equal(a, b)
    assert not near_equal(b, a)


@pytest.mark.parametrize("pairs", [SAME, OTHER], ids=["same", "other"])
def test_siblings_are_one_exactly_where_their_names_are(pairs: list[tuple[str, str]]) -> None:
    for a, b in pairs:
        children, merges = merged([Node(a), Node("Something else"), Node(b)])
        assert (len(children) == 2) == near_equal(a, b), (a, b)
        assert merges == ([Merge(a, b)] if near_equal(a, b) else [])


def test_the_first_stays_and_takes_what_the_others_bring() -> None:
    first = Node("Deposits", children=[Node("Savings accounts"), Node("Fixed terms")])
    second = Node(
        "deposit",
        "What a bank keeps.",
        [Node("Savings account", "Pays interest."), Node("ISAs")],
        3,
    )
    children, merges = merged([first, Node("Cards"), second])
    assert children == [
        Node(
            "Deposits",
            "What a bank keeps.",
            [Node("Savings accounts", "Pays interest."), Node("Fixed terms"), Node("ISAs")],
        ),
        Node("Cards"),
    ]
    assert merges == [
        Merge("Deposits", "deposit"),
        Merge("Savings accounts", "Savings account", "Deposits"),
    ]
    assert [child.name for child in first.children] == ["Savings accounts", "Fixed terms"]
    assert not first.about


def test_meaning_adds_pairs() -> None:
    def alike(names: object) -> list[int]:
        return [-1, 0, -1] if names == ["Cars", "Automobiles", "Trains"] else []

    children, merges = merged([Node("Cars"), Node("Automobiles"), Node("Trains")], alike)
    assert [child.name for child in children] == ["Cars", "Trains"]
    assert merges == [Merge("Cars", "Automobiles")]


def test_many_siblings_are_compared_without_all_pairs() -> None:
    names = [f"Topic of accommodation number {n}" for n in range(5000)]
    children, merges = merged([Node(name) for name in [*names, *map(str.upper, names)]])
    assert len(children) == len(merges) == 5000


@pytest.mark.parametrize("name", ["", "…", "?!", "🙂", "the", "and", "및", "of"])
def test_odd_names_are_equal_to_themselves_alone(name: str) -> None:
    assert near_equal(name, name)
    assert not near_equal(name, "Deposits")
