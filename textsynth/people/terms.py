"""Text into search terms: English words by their stems, unspaced writing by pairs of characters."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

UNSPACED = "가-힣ㄱ-ㆎ㐀-鿿々豈-﫿぀-ヿ"
"""Hangul, Han and kana, as the inside of a regular-expression class."""

_RUN = re.compile(f"[{UNSPACED}]+")
_COMMON = re.findall(
    "[a-z]+",
    """
    a about above after again all also always an and any are as at be because been before being
    both but by can could did do does doing down during each ever every few for from further get
    gets had has have having he her here hers him his how i if in into is it its itself just like
    made make makes many may me might more most much must my never no nor not now of off often on
    once one only or other our out over own per rather same she should so some still such than that
    the their them then there these they this those through to too under until up upon us very was
    we well were what when where which while who whom whose why will with within without would yet
    you your
    """,
)


def spaced(text: str) -> str:
    """Each run of unspaced letters as overlapping pairs with spaces between: 간호사 → 간호 호사.

    Everything else stays, so that the index takes it apart in compiled code.
    """
    return text if text.isascii() else _RUN.sub(_pairs, text)


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    pairs = " ".join([run[k : k + 2] for k in range(len(run) - 1)] or [run])
    return f" {pairs} "


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """Splits at what is no letter or digit; lower case, no common words, English stems."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    steps = [
        Filter.remove_long(60), Filter.lowercase(), Filter.custom_stopword(_COMMON),
        Filter.stemmer("english"),
    ]  # fmt: skip
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in steps:
        builder = builder.filter(step)
    return builder.build()


def terms(text: str) -> list[str]:
    """The terms of a text, in order, repeated as often as they occur."""
    found: list[str] = analyzer().analyze(spaced(text))
    return found
