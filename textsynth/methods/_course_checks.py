"""What makes a question of a curriculum useless, told in English and Korean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from textsynth.methods import _lines as lines
from textsynth.methods._stems import stems

_TEACHES = re.compile(
    r"\bthe syllabus\b"
    r"|\b(?:this|our|the above) (?:course|class|curriculum|syllabus|lesson|module)\b"
    r"|\b(?:this|the|each|both|these|previous|next|last) (?:class )?sessions?\b"
    r"|\b(?:sessions?|lectures?|lessons?|modules?|units?|class) (?:no\. ?|number )?\d+\b"
    r"|\b(?:given|listed|key) concepts?\b|\bconcepts? (?:above|listed|given|covered)\b"
    r"|\b(?:covered|discussed|learned|taught) (?:so far|in (?:class|the course)|earlier|above)\b"
    r"|\bin (?:the|this) (?:exam|test)\b|\b(?:introductory|first|last) (?:lesson|chapter)\b"
    r"|\baccording to the introduction\b|\bbased on the given\b"
    r"|\bthe (?:learner|student) (?:knows|has learned|already)\b|\breaders?\b"
    r"|강의 ?계획|교과 ?과정|(?:이|본|해당|이번) (?:강의|과목|수업|강좌|차시|단원)"
    r"|\d+ ?(?:차시|회차)|핵심 ?개념|(?:앞서|지금까지) (?:배운|다룬|학습한)"
    r"|학습자(?:는|가|의)",
    re.IGNORECASE,
)
_SOLVED = re.compile(
    r"^\W*(?:(?:sample |model |correct )?answer|solution|explanation"
    r"|(?:모범 ?)?답안?|정답|해설|풀이)\W*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(
    r"^[\s*#]*(?:(?:exam |basic |intermediate |advanced )*question|문제|질문)"
    r"(?: ?\d+)?[\s*]*[:：.][\s*]*",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:information|text|context|details?) (?:that (?:is|was) )?(?:provided|given)\b"
    r"|\b(?:provided|given) (?:information|text|context)\b|\bthe question asks\b|\bthe readers?\b"
    r"|제공된 (?:정보|내용|글)|주어진 (?:정보|글)",
    re.IGNORECASE,
)
"""An answer that speaks of a text or a question before it, where there is none."""
_PREFACE = re.compile(
    r"^(?:(?:sure|certainly|of course|here (?:is|are)|here['’]s)\b[^\n]*[:!.]\s*\n+"
    r"|(?:the|a) (?:possible )?question (?:in (?:the|this) case )?(?:could|might|would) be"
    r"\W*[:：]\s*)",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"(?:\A|\n)\W*(?:question|문제|질문)\W*[:：]\W*(\w.+?)(?:\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL
)
_REMARK = re.compile(
    r"\n\W*(?:this question|the question|ideas?\b|(?:please )?note\b|이 문제는)[^?？]*\Z"
    r"|(?<=[?？])\s*\n(?:\s*[-*•] .+\n?)+\Z",
    re.IGNORECASE | re.DOTALL,
)
"""What small models put around a question: a line before it, a mark, a remark or a list below."""
_NUMBER = re.compile(r"\A\s*(?:[-*•]|1[.)])\s+(?=\w)")
_ORDER = re.compile(
    r"(?:then |please |now )?(?:analy[sz]e|argue|assess|calculate|choose|compare|compute|contrast"
    r"|decide|define|describe|determine|discuss|distinguish|draft|estimate|evaluate|explain|find"
    r"|give|identify|illustrate|interpret|judge|justify|list|name|outline|propose|prove|recommend"
    r"|show|sketch|solve|state|suggest|summari[sz]e|tell|work out|write)\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.?!？。！])\s+")
_WEAK = frozenset(("and", "with", "from", "into", "the", "for", "type", "basi", "intr", "over"))


def bare(text: str) -> str:
    """A question without a label before it and quotes around it."""
    text = _PREFACE.sub("", text.strip())
    if (found := _MARKED.search(text)) is not None:
        text = found[1]
    text = _LABEL.sub("", text.strip()).strip()
    text = _NUMBER.sub("", _REMARK.sub("", text)).strip().strip("*").strip()
    if len(text) > 1 and text[0] in '"“' and text[-1] in '"”' and text.count(text[0]) <= 2:
        text = text[1:-1].strip()
    return text


def asks(text: str) -> bool:
    """Whether a text ends by asking: with a question mark, or by what an exam orders one to do."""
    last = _SENTENCES.split(text.strip())[-1].strip()
    if not text.isascii() and re.search(r"[^\W\d_a-zA-Z\u00c0-\u024f]", last):
        # Korean orders end so; ways to ask in other scripts are not read.
        return not re.search(r"[가-힣]", last) or bool(
            re.search(r"(?:[까요]|시오|세요|하라)\W*$", last)
        )
    return lines.asks(last) or bool(_ORDER.match(last))


def traced(concept: str, text: str) -> bool:
    """Whether a text has a word of a concept, by how it begins; a concept without words passes."""
    if concept.casefold() in text.casefold():
        return True
    own = {stem for _, stem in stems(concept, 3, 4)} - _WEAK
    return not own or bool(own & {stem for _, stem in stems(text, 3, 4)})


def fault(question: str, chosen: Sequence[dict[str, Any]], language: str) -> str:
    """Why a question is of no use, in words; empty where it is of use.

    `chosen`: the sessions [{name, concepts}]; of each one a concept must show in the question.
    """
    if len(question) < (12 if language in ("ko", "ja", "zh") else 20):
        return "the model wrote no question"
    if lines.refuses(question):
        return "the model refused"
    if language == "ko" and not lines.korean(question):
        return "the question is in another language"
    if _TEACHES.search(question):
        return "the question speaks of the syllabus"
    if _SOLVED.search(question):
        return "the question has its answer with it"
    if not asks(question):
        return "the model stated something and asked nothing"
    for session in chosen:
        if not any(traced(concept, question) for concept in session["concepts"]):
            return f"the question has no trace of {', '.join(session['concepts'])}"
    return ""


def answer_fault(answer: str, question: str, language: str) -> str:
    """Why an answer is of no use, in words; empty where it is of use."""
    if len(answer) < (15 if language in ("ko", "ja", "zh") else 30):
        return "the model did not answer"
    if lines.refuses(answer):
        return "the model refused to answer"
    if language == "ko" and not lines.korean(answer):
        return "the answer is in another language"
    if _GIVEN.search(answer) and not _GIVEN.search(question):
        return "the answer speaks of a text that is not there"
    if lines.echoes(answer, question):
        return "the answer repeats the question"
    return ""
