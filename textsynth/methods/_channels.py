"""What a settled line looks like where it was sent: an email has a greeting and a sign-off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from textsynth.methods._turns import Turn

EMAIL, PHONE = ("email", "이메일", "메일"), ("phone", "전화")
_HANGUL = re.compile(r"[가-힣]")
_ENGLISH = re.compile(r"\b(?:the|you|your|we|is|are|to|of|a|it)\b", re.IGNORECASE)
_LINK = re.compile(r"\s*[(\[]?\b(?:https?://|www\.)[^\s)\]]+[)\]]?")
_GREETED = re.compile(r"^\W*(?:hello|hi|dear|good \w+|안녕)", re.IGNORECASE)


def in_channel(turns: Sequence[Turn], channel: str, company: str, language: str) -> list[Turn]:
    """The agent's settled lines as the channel has them; the customer's come from its prompts.

    Only for English and Korean: in other languages the lines stay as they are.
    """
    return [
        replace(turn, text=_line(turn.text, channel, company, language)) if turn.side else turn
        for turn in turns
    ]


def _line(text: str, channel: str, company: str, language: str) -> str:
    if channel in PHONE:
        return _LINK.sub("", text).strip() or text
    if channel not in EMAIL or _GREETED.match(text) or "\n\n" in text:
        return text
    written = language_of(text, language)
    if written == "ko":
        return f"안녕하세요.\n\n{text}\n\n감사합니다.\n{company or '고객센터'} 드림"
    if written == "en":
        return f"Hello,\n\n{text}\n\nKind regards,\n{company or 'Customer service'}"
    return text


def language_of(text: str, language: str) -> str:
    """`ko` where a text is Korean, `en` where a job in English has one that looks so, else "".

    The look alone tells little: "a" and "is" are words of other languages too.
    """
    if _HANGUL.search(text):
        return "ko"
    return "en" if language == "en" and _ENGLISH.search(text) else ""
