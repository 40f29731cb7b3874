"""Templates: articles, capitals, and Korean particles that agree with the word before."""

from __future__ import annotations

import pytest

from textsynth.people.wording import article, fill, names_in, particle


@pytest.mark.parametrize(
    ("word", "closed", "open_", "expected"),
    [
        ("학생", "은", "는", "은"), ("간호사", "은", "는", "는"), ("책", "을", "를", "을"),
        ("카드", "을", "를", "를"), ("선생님", "이", "가", "이"), ("요리사", "이", "가", "가"),
        ("서울", "으로", "로", "로"), ("부산", "으로", "로", "으로"), ("교사", "으로", "로", "로"),
        ("21", "은", "는", "은"), ("22", "은", "는", "는"), ("7", "으로", "로", "로"),
        ("3", "으로", "로", "으로"), ("ATM", "이", "가", "이"), ("PIN", "을", "를", "을"),
        ("USB", "을", "를", "를"), ("학생(휴학)", "은", "는", "은"), ("“책”", "과", "와", "과"),
        ("", "은", "는", "는"),
    ],
)  # fmt: skip
def test_particles(word: str, closed: str, open_: str, expected: str) -> None:
    assert particle(word, closed, open_) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("nurse", "a"), ("electrician", "an"), ("18-year-old", "an"), ("80", "an"), ("11", "an"),
        ("81", "an"), ("21", "a"), ("110", "a"), ("university clerk", "a"),
        ("used-car dealer", "a"),
        ("umbrella maker", "an"), ("hour", "an"), ("European", "a"), ("uninsured driver", "an"),
    ],
)  # fmt: skip
def test_articles(word: str, expected: str) -> None:
    assert article(word) == expected


def test_fill() -> None:
    words = {"job": "electrician", "town": "Leeds", "age": "18"}
    assert fill("{A:age}-year-old {job} from {town}. {job:cap}!", words) == (
        "An 18-year-old electrician from Leeds. Electrician!"
    )
    assert fill("{직업}{은/는} {도시}{으로/로} 갑니다.", {"직업": "학생", "도시": "서울"}) == (
        "학생은 서울로 갑니다."
    )
    assert names_in("{A:age} {job:cap}{은/는} {town}") == ["age", "job", "town"]
