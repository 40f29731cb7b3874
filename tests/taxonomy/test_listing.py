"""Topics read out of replies: the many shapes in which models write lists."""

from __future__ import annotations

import pytest

from textsynth.taxonomy.listing import entries

PAIR = [("Loans", "lending"), ("Cards", "plastic")]
NAMES = [("Loans", ""), ("Cards", "")]
SHAPES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "as asked": ("Loans: lending\nCards: plastic", PAIR),
    "numbered": ("1. Loans: lending\n2. Cards: plastic", PAIR),
    "numbered with a bracket": ("1) Loans: lending\n2) Cards: plastic", PAIR),
    "numbered in brackets": ("(1) Loans: lending\n(2) Cards: plastic", PAIR),
    "numbered without a space": ("1.Loans: lending\n2.Cards: plastic", PAIR),
    "lettered": ("a) Loans: lending\nb) Cards: plastic", PAIR),
    "roman": ("i. Loans: lending\nii. Cards: plastic", PAIR),
    "bullets": ("- Loans: lending\n* Cards: plastic", PAIR),
    "dots": ("• Loans: lending\n• Cards: plastic", PAIR),
    "bold": ("1. **Loans**: lending\n2. **Cards**: plastic", PAIR),
    "bold with the colon": ("- **Loans:** lending\n- **Cards:** plastic", PAIR),
    "bold bullets without text": ("- **Loans**\n- **Cards**", NAMES),
    "bold with the number": ("**1. Loans**: lending\n**2. Cards**: plastic", PAIR),
    "bold whole": ("- **Loans: lending**\n- **Cards: plastic**", PAIR),
    "bold lines": ("**Loans**\nlending\n\n**Cards**\nplastic", PAIR),
    "headings": ("### Loans\nlending\n\n### Cards\nplastic", PAIR),
    "numbered headings": ("## 1. Loans\nlending\n## 2. Cards\nplastic", PAIR),
    "a title": ("# Banking\n1. Loans: lending\n2. Cards: plastic", PAIR),
    "hyphens": ("1. Loans - lending\n2. Cards - plastic", PAIR),
    "en dashes": ("Loans – lending\nCards – plastic", PAIR),
    "em dashes": ("- Loans — lending\n- Cards—plastic", PAIR),
    "wide colons": ("1. Loans：lending\n2. Cards：plastic", PAIR),
    "arrows": ("- Loans → lending\n- Cards → plastic", PAIR),
    "chapters": ("Chapter 1: Loans – lending\nChapter 2: Cards – plastic", PAIR),
    "topics": ("- Topic 1: Loans: lending\n- Topic 2: Cards: plastic", PAIR),
    "the words of the order": ("Name: Loans: lending\nName: Cards: plastic", PAIR),
    "the order in two lines": (
        "- Name: Loans\n  What belongs to it: lending\n- Name: Cards\n  About: plastic", PAIR,
    ),
    "quotes": ('1. "Loans": lending\n2. "Cards": plastic', PAIR),
    "an introduction": ("Here are the topics:\n\n- Loans: lending\n- Cards: plastic", PAIR),
    "a last word": (
        "- Loans: lending\n- Cards: plastic\n\nThese topics cover: all of it.", PAIR,
    ),
    "a last word after bare names": ("1. Loans\n2. Cards\n\nThese cover everything.", NAMES),
    "lists within": (
        "1. Loans\n   - mortgages\n   - cars\n2. Cards\n", [("Loans", "mortgages"), ("Cards", "")],
    ),
    "lists within without indent": (
        "1. Loans: lending\n- mortgages\n- cars\n2. Cards: plastic\n- debit", PAIR,
    ),
    "bullets within bullets": (
        "- Loans: lending\n    - mortgages\n- Cards: plastic\n    - debit", PAIR,
    ),
    "the text below": ("1. Loans\n   lending\n2. Cards\n   plastic", PAIR),
    "long brackets": (
        "1. Loans (mortgages, car loans and student loans)\n2. Cards",
        [("Loans", "mortgages, car loans and student loans"), ("Cards", "")],
    ),
    "short brackets": (
        "1. Cash Machines (ATMs)\n2. Cards",
        [("Cash Machines (ATMs)", ""), ("Cards", "")],
    ),
    "a hyphen in a name": (
        "- E-commerce: shops\n- Cards",
        [("E-commerce", "shops"), ("Cards", "")],
    ),
    "a colon between figures": (
        "- 24:7 Service: hours\n- Cards",
        [("24:7 Service", "hours"), ("Cards", "")],
    ),
    "a table": ("| Name | About |\n|---|---|\n| Loans | lending |\n| Cards | plastic |", PAIR),
    "a numbered table": (
        "| No. | Name | About |\n|:-|-|-|\n| 1 | Loans | lending |\n| 2 | Cards | plastic |", PAIR,
    ),
    "a fence": ("```\nLoans: lending\nCards: plastic\n```", PAIR),
    "JSON names": ('["Loans", "Cards"]', NAMES),
    "JSON records": (
        '{"topics": [{"name": "Loans", "about": "lending"},'
        ' {"name": "Cards", "about": "plastic"}]}',
        PAIR,
    ),
    "JSON pairs": ('{"Loans": "lending", "Cards": "plastic"}', PAIR),
    "thoughts": ("<think>1. No\n2. Not so</think>\n1. Loans: lending\n2. Cards: plastic", PAIR),
    "one line": ("Loans, Cards, and Deposits.", [*NAMES, ("Deposits", "")]),
    "one line with a lead": (
        "Topics: Loans, Cards and more, Deposits",
        [("Loans", ""), ("Cards and more", ""), ("Deposits", "")],
    ),
    "bare names": ("Loans\nCards", NAMES),
    "windows lines": ("1. Loans: lending\r\n2. Cards: plastic\r\n", PAIR),
    "a rule between": ("Loans: lending\n---\nCards: plastic", PAIR),
    "Korean": (
        "1. 대출: 빌려주는 돈\n2. 카드: 실물 카드",
        [("대출", "빌려주는 돈"), ("카드", "실물 카드")],
    ),
    "Korean letters": ("가. 대출: 돈\n나. 카드: 판", [("대출", "돈"), ("카드", "판")]),
    "Korean circles": ("① 대출 : 돈\n② 카드 : 판", [("대출", "돈"), ("카드", "판")]),
    "Korean chapters": ("제1장 대출: 돈\n제2장 카드: 판", [("대출", "돈"), ("카드", "판")]),
    "Korean chapters with a colon": ("1장: 대출\n2장: 카드", [("대출", ""), ("카드", "")]),
    "Korean labels": ("주제 1: 대출 - 돈\n주제 2: 카드 - 판", [("대출", "돈"), ("카드", "판")]),
    "Korean bold": ("- **대출**: 돈\n- **카드**: 판", [("대출", "돈"), ("카드", "판")]),
    "Korean without a space": ("대출:돈\n카드:판", [("대출", "돈"), ("카드", "판")]),
    "a refusal": ("I cannot help with that.", []),
    "a Korean refusal": ("죄송하지만 도와드릴 수 없습니다", []),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "expected"), SHAPES.values(), ids=SHAPES)
def test_topics_are_read_out_of_any_list(reply: str, expected: list[tuple[str, str]]) -> None:
    assert entries(reply) == expected
