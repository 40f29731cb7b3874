"""Cheap tests of a line, in English and Korean, after which a method asks once more."""

from __future__ import annotations

import re

from textsynth.methods._stems import stems

READ = ("en", "ko")
"""The languages whose lines are read for what they say; in others such a test passes."""

_QUESTION = re.compile(
    r"[?？؟՞፧]|[\u0370-\u03ff\u1f00-\u1fff]\s*[;\u037e]\s*$|(?:나요|까요|는지요|인가요|은가요|는가요)\s*[.!~…]*\s*$|(?:か|かな|かしら|[吗呢么嗎])[。.!！…]*$"
    r"|(?:ไหม|มั้ย|หรือไม่|หรือเปล่า|อย่างไร|ยังไง|อะไร|เท่าไร|เท่าไหร่|ที่ไหน|เมื่อไร|เมื่อไหร่|ใคร)"
    r"(?:ครับ|คะ|ค่ะ)?\W*$|^(?:ทำไม|เพราะอะไร|เหตุใด)|(?:แค่ไหน|แบบไหน|หรือยัง|ได้บ้าง|กี่\S+)(?:ครับ|คะ|ค่ะ)?$"
)

_REFUSAL = re.compile(
    r"\bI(?:'m| am)? ?(?:can ?not|can't|unable to|not able to) "
    r"(?:assist|help|comply|fulfil|provide (?:that|this)|answer (?:that|this))"
    r"|\bI (?:don't|do not) have (?:access|personal|real-time)"
    r"|\bI (?:don't|do not) have (?:the|any) (?:ability|authority|information|details)"
    r"|\bcomputer program\b|\bas an? (?:AI|language model|assistant)\b|\bAI (?:language )?model\b"
    r"|(?:도와|응답해?|답변해?) ?드릴 ?수 ?(?:는|가)? ?없|인공 ?지능"
    r"|AI ?(?:모델|어시스턴트|비서|로서)"
    r"|(?:요청|질문)[^.!?\n]{0,12}(?:응할|답변할|응답할) ?수 ?없",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:how|what) (?:can|may|could) (?:I|we) (?:help|assist|do for)\b|\bassist\b"
    r"|\banything else\b"
    r"|\b(?:happy|glad|here) to (?:help|assist)\b|\bI can help you\b|\bdear customer\b"
    r"|\b(?:thank you|thanks) for (?:contacting|reaching out|calling|your (?:patience|question))"
    r"|도와 ?드리겠|도와 ?드릴까요|무엇을 도와|도움이 필요하|고객님|문의해? ?주셔서|안내해? ?드리",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"^(?:sure|certainly|of course|no problem|absolutely)\b|\byou(?:'re| are) (?:\w+ )?welcome\b"
    r"|\byou (?:should|can|may|must|need to|have to)\b|\byou (?:could|would|will) (?:speak|talk)\b"
    r"|\b(?:sorry|apologi[sz]e) for (?:the|any) (?:inconvenience|delay|confusion)\b"
    r"|\bsorry (?:to hear|you|that you|if you|about (?:the|that|your))\b"
    r"|\bI (?:can )?(?:see|understand)(?: that)? (?:you're|you are|your)\b"
    r"|\b(?:could|can) you (?:provide|clarify)\b|\bour (?:team|bank|app|branch|customers?)\b"
    r"|\bsure thing\b|\blet me (?:know|look|check|see)\b|\byou(?:'re| are) feeling\b|\bhelp you\b"
    r"|\byou need (?:any )?help\b|\bget back to you\b|\bask me\b|\bgood luck\b|\btell me if\b"
    r"|더 궁금하신|(?:확인|연결|처리|전달)해 ?드리|하시면 됩니다|불편을 드려|^물론(?:입니다|이죠)",
    re.IGNORECASE,
)
_DECLINE = re.compile(
    r"\b(?:can ?not|can't|not able|unable|not possible|don't have|do not have|won't)\b"
    r"|수 ?없|어렵습니다|불가능",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\b(?:manager|supervisor|specialist|complaint|some(?:one|body)|speak|talk|connect|pass|transfer)"
    r"|책임자|담당|다른 분|전문|상급자|불만|접수|민원|윗분|넘겨|바꿔",
    re.IGNORECASE,
)
_ABOUT_TEXT = re.compile(
    r"\bthe (?:given |provided )?(?:facts?|text|answer|document|passage|information provided)"
    r" (?:say|state|suggest|mention|indicate|provide|above)"
    r"|\baccording to the (?:facts|text|answer)"
    r"|\b(?:in|from|by) the text\b|\bthe customer\b"
    r"|본문|지문|주어진 (?:정보|글|내용)|위 (?:글|내용)",
    re.IGNORECASE,
)
_ONESELF = re.compile(r"\b(?:I|me|my|mine|we|us|our)\b", re.IGNORECASE)
_KOREAN = re.compile(r"[\uac00-\ud7a3]")
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|my|mine|me|myself)\b", re.IGNORECASE)
_FIRST_PERSON_KO = re.compile(r"\b(?:저는|제가|제)\b")
_MACHINE = re.compile(
    r"\bassistant\b|\bspeak as\b|\b(?:any|particular|specific) questions\b|어시스턴트|비서",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"[$€£¥₩]")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_COMMON_WORDS = """
abou also and any are bank but can coul did does don for from get give had has have how into its
just know make may more much need not now one othe our out over shou some tell than that the then
ther they this use was what when wher whic who will with woul you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_REFERS = re.compile(r"(?:it|they|these|this|that|yes|no)\b|네\b|예\b|아니", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a line asks something."""
    return bool(_QUESTION.search(text.strip()))


def refuses(text: str) -> bool:
    """Whether it is the model that speaks, declining, and not the person it plays."""
    return bool(_REFUSAL.search(_straight(text)))


def offers(text: str) -> bool:
    """Whether a line offers help, as an assistant does."""
    return bool(_OFFER.search(_straight(text)))


def serves(text: str) -> bool:
    """Whether a line is what an agent says to a customer."""
    return offers(text) or bool(_SERVICE.search(_straight(text)))


def declines(text: str) -> bool:
    """Whether a line says that something cannot be done."""
    return bool(_DECLINE.search(_straight(text)))


def demands(text: str, language: str = "en") -> bool:
    """Whether a line wants the case to go to somebody else; in languages not read, true."""
    return language not in READ or bool(_DEMAND.search(text))


def about_text(text: str) -> bool:
    """Whether an answer speaks of the text that it comes from, which the other side never saw."""
    return bool(_ABOUT_TEXT.search(text))


def of_oneself(text: str) -> bool:
    """Whether the last sentence says "I" or "my"; outside English, where it may go unsaid, true."""
    last = re.split(r"(?<=[.!?])\s+", text.strip())[-1]
    return bool(_ONESELF.search(last)) or not _straight(text).isascii()


def first_person(text: str, language: str = "en") -> bool:
    """Whether a line speaks of "I" or "my", as an answer for a company does not.

    Told in English and Korean: elsewhere "i" and "me" are other words.
    """
    english = language in READ and _FIRST_PERSON.search(_straight(text))
    return bool(english or _FIRST_PERSON_KO.search(text))


def of_a_machine(text: str) -> bool:
    """Whether a line of small talk gives the model away, or repeats what it was told."""
    return bool(_MACHINE.search(text))


def grounded(text: str, *known: str) -> bool:
    """Whether every figure of a line, and every currency, stands in what is known."""
    if not set(_CURRENCY.findall(text)) <= set(_CURRENCY.findall(" ".join(known))):
        return False
    there = {figure.replace(",", "") for figure in _FIGURE.findall(" ".join(known))}
    return all(figure.replace(",", "") in there for figure in _FIGURE.findall(text))


def covered(text: str, known: str) -> float:
    """The share of a text's longer words, by how they begin, that another text has too."""
    words, there = _beginnings(text), _beginnings(known)
    return len(words & there) / len(words) if words else 1.0


def answers(text: str, question: str) -> bool:
    """Whether a line refers back to a question, or shares a word with it that is not common."""
    return bool(_REFERS.match(text) or _roots(text) & _roots(question))


def echoes(text: str, other: str) -> bool:
    """Whether a line mostly repeats another, by the pairs of characters in both."""
    one, two = _pairs(text), _pairs(other)
    return bool(one and two) and len(one & two) >= 0.85 * max(len(one), len(two))


def _straight(text: str) -> str:
    return text.strip().replace("’", "'")


def _roots(text: str) -> set[str]:
    return {stem for _, stem in stems(text, 3, 4)} - _COMMON


def _beginnings(text: str) -> set[str]:
    return {stem for _, stem in stems(text, 4, 5)}


def _pairs(text: str) -> set[str]:
    joined = re.sub(r"[\W_]+", "", text.lower())
    return {joined[i : i + 2] for i in range(len(joined) - 1)}


def korean(text: str) -> bool:
    """Whether a text has Hangul in it."""
    return bool(_KOREAN.search(text))
