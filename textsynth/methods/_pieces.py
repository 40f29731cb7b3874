"""Pieces of writing: what each form looks like, and what all models fall for in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from textsynth.methods import _lines as lines
from textsynth.methods._limits import lines_of, sentences, words_of
from textsynth.methods._stems import stems

FORMS: dict[str, dict[str, str]] = {
    "en": {
        "story": "a short story", "poem": "a poem", "scene": "a scene", "dialogue": "a dialogue",
    },
    "ko": {"story": "짧은 이야기", "poem": "시", "scene": "한 장면", "dialogue": "대화"},
}  # fmt: skip
"""Language → form → what it is called in a request."""

_NAMES = (
    "Aldric|Amara|Aria|Elara|Eldora|Elena|Elias|Eleanor|Emily|Emma|Ethan|Evelyn|Jack|Kael|Lila|"
    "Lily|Luna|Lyra|Maya|Mia|Olivia|Sarah|Sophia|Thorne|Timmy|Whiskers|Zara|Alex"
)
_NAMES_KO = "엘라라|릴리|루나|사라|소피아|민수|철수|영희|지민|지우(?!는)|민준|서연|수아"
_CLICHE_NAME = re.compile(
    rf"\b(?:{_NAMES})\b|(?<![가-힣])(?:{_NAMES_KO})(?=[은는이가를을의와과,. ]|$)"
)
_CLICHE_OPENING = re.compile(
    r"^\W*(?:once upon a time|in a (?:\w+ ){0,2}(?:world|land|town|village|city|kingdom|realm|"
    r"forest|"
    r"place|quiet|small|quaint|bustling|far)\b|in the (?:heart|middle|midst|depths?|realm|land|"
    r"quiet|"
    r"small|bustling|dimly|hushed) (?:of )?|it was a (?:dark|cold|bright|beautiful|sunny|rainy|"
    r"quiet|"
    r"warm|crisp|typical)\b|there (?:once )?(?:was|lived)\b|long ago\b|one (?:sunny|beautiful|fine|"
    r"bright|rainy) (?:day|morning)\b|the sun (?:was|had|rose|set|shone|dipped|cast)\b|"
    r"deep in the\b|in the (?:quaint|bustling|dimly)\b|as the sun\b|amidst? the\b)"
    r"|^\W*(?:옛날 ?옛적|옛날에|옛날 어느|어느 날|어느 작은|어느 한적한|어느 마을|아주 먼 옛날|"
    r"한 작은 마을|"
    r"작은 마을에|먼 옛날|햇살이)",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"^\W{0,2}([^\n:：]{1,24}?)\W{0,2}\s*[:：]\s*(\S.*)$")
_TITLE = re.compile(r"^\W*(?:title|제목)\W*[:：]|^#+ |^\*\*[^*\n]+\*\*\W*$", re.IGNORECASE)
_META = re.compile(
    r"^(?:sure|certainly|of course|here(?:'s| is| are))\b[^\n]*\n|^(?:네|물론)[^\n]{0,30}(?:다|"
    r"요)[.!:]\s*\n"
    r"|\n+(?:i hope|let me know|feel free|this (?:poem|story|dialogue|scene) )[^\n]*$",
    re.IGNORECASE,
)


def bare(text: str) -> str:
    """The piece itself: without a title, a preface, or a word on it after its end."""
    text = _META.sub("", text.strip()).strip()
    first, _, rest = text.partition("\n")
    plain = first.strip(' *#"“”')
    short = (
        bool(rest.startswith("\n")) and len(plain.split()) <= 8 and plain[-1:] not in ".!?…,;:다요"
    )
    if (
        rest.strip() and (_TITLE.search(first) or short) and not _SPEECH.match(first.strip("*# "))
    ) or (rest.strip() and re.match(r"^\W*(?:title|제목)\W*[:：]", first, re.IGNORECASE)):
        text = rest.strip()
    return re.sub(r"\n{3,}", "\n\n", text.replace("**", "")).strip()


def unquoted(text: str) -> str:
    """A dialogue without the quotation marks around what is said after a name."""
    return re.sub(r'(?m)^([^:\n]{1,24}:)\s*["“]([^"“”\n]*?)\s*["”]?\s*$', r"\1 \2", text)


def form_fault(text: str, form: str) -> str:
    """Why a text is no piece of its form; empty when it is one, and for forms not known."""
    there = lines_of(text)
    if form == "poem":
        long = [line for line in there if len(line) > 110]
        return "a poem has short lines, at least three" if len(there) < 3 or long else ""
    if form == "dialogue":
        return dialogue_fault(there)
    if form in ("story", "scene"):
        labelled = sum(bool(_SPEECH.match(line)) for line in there)
        if labelled > 1:
            return f"a {form} is prose, not lines with names before them"
        if sentences(text) < 3 and len(words_of(text)) < 25:
            return f"a {form} has at least three sentences"
    return ""


def dialogue_fault(there: Sequence[str]) -> str:
    """Why lines are no dialogue: each is `Name: words`, and two or three people speak in turn."""
    said = [_SPEECH.match(line) for line in there]
    who = [found[1].strip() for found in said if found]
    if len(there) < 4 or len(who) < len(there):
        return "a dialogue has at least four lines, each with the speaker's name and a colon"
    if not 2 <= len(set(who)) <= 3:
        return "two or three people speak in a dialogue"
    if any(one == other for one, other in pairwise(who)):
        return "the speakers of a dialogue take turns"
    return ""


def cliche(text: str) -> str:
    """The worn-out opening or name in a text, as a fault; empty when there is none."""
    said = _SPEECH.match(lines_of(text)[0]) if lines_of(text) else None
    start = said[2] if said else text
    if found := _CLICHE_OPENING.match(start):
        return f"it opens with '{found[0].strip()}', as too many do"
    if name := _CLICHE_NAME.search(text):
        return f"the name {name[0]} is used too often"
    return ""


def missing(text: str, things: Sequence[str]) -> str:
    """The first thing that a text does not name, as a fault; its longest word will do."""
    there = {stem for _, stem in stems(text, 2, 4)}
    low = text.casefold()
    for thing in things:
        words = [word for word, _ in stems(thing, 3, 4)] or [thing.casefold()]
        longest = max(words, key=len)
        found = {stem for _, stem in stems(longest, 2, 4)}
        if not (found & there or longest in low or thing.casefold() in low):
            return f"'{thing}' is not in it"
    return ""


def useless(text: str, request: str) -> str:
    """Why a reply is no piece at all; empty when it may be one."""
    if not text or lines.refuses(text) or lines.offers(text):
        return "it is no piece of writing"
    return "it says the request again" if lines.echoes(text, request) else ""
