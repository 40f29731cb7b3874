"""Set words in every language that a job may name: yes, no, and that something is not stated."""

from __future__ import annotations

import re

from textsynth.methods._set_words import UNKNOWN, YES_NO

_MARKS = r"\s,.!:;。、，：！،؛।—–-"
_ALSO = {"예": "네", "아니오": "아니요", "아뇨": "아니요", "是": "是的", "不": "不是", "否": "不是"}

_OPENS = re.compile(r"(?:The|A|An|Whether|How|What|When|Which|Who|Where|If) ")


def yes_no(language: str) -> tuple[str, str]:
    """The words for yes and no that an answer begins with."""
    return YES_NO.get(language, YES_NO["en"])


def polarity(answer: str, language: str) -> tuple[str, str]:
    """("yes" or "no", the rest) of an answer that begins so; ("", answer) of any other."""
    said = re.match(rf"\W*([^{_MARKS}]+)[{_MARKS}]*(.*)", answer, re.DOTALL)
    if not said:
        return "", answer
    first = _ALSO.get(said[1], said[1]).casefold()
    for word, name in zip(yes_no(language), ("yes", "no"), strict=True):
        if first == word.casefold():
            return name, said[2].strip()
    return "", answer


def opened(name: str, reason: str, language: str) -> str:
    """An answer that begins with yes or no and gives the reason."""
    word = yes_no(language)[name == "no"]
    mark = {"ja": "、", "zh": "，", "ar": "، ", "fa": "، ", "ur": "، "}.get(language, ", ")
    if mark == ", " and language == "en" and re.match(r"[A-Z][a-z]", reason):
        first = reason.split(maxsplit=1)[0]
        # An article or a pronoun goes on small; a name keeps its capital.
        if first in _SMALL:
            reason = reason[0].lower() + reason[1:]
    return f"{word}{mark}{reason}"


_SMALL_WORDS = """
A After All An Any At Before Customers Each Every For If In It Its On Once Only Our Patients Tenants
That The There These They This Those To Until We When You Your
"""
_SMALL = frozenset(_SMALL_WORDS.split())


def unknown(needed: str, language: str) -> str:
    """The set answer to a question that the text does not answer, with what would be needed."""
    needed = needed.strip().rstrip(".。!?？").strip()
    if language == "en" and re.match(
        r"(?:The|A|An|Whether|How|What|When|Which|Who|Where) ", needed
    ):
        needed = needed[0].lower() + needed[1:]
    if language == "en" and re.match(r"(?:whether|how|what|when|which|who|where|if)\b", needed):
        needed = f"to know {needed}"
    return UNKNOWN.get(language, UNKNOWN["en"]).format(needed=needed)


def is_unknown(answer: str, language: str) -> bool:
    """Whether an answer is the set one."""
    return answer.startswith(UNKNOWN.get(language, UNKNOWN["en"]).partition("{")[0][:20])
