"""What questions and answers about a topic are held against: their kind, and what they are on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textsynth.methods import _lines as lines
from textsynth.methods._stems import stems

STEPS_LEAST = 3
"""Numbered steps that a procedure has at least."""

SHORTEST = 12
"""Letters of an answer at least."""

LONGEST = 60
"""Words of a question at most."""

_STEP = re.compile(
    r"(?m)^\s*(?:[*_]{2})?(?:step |단계 ?)?(\d{1,2})(?:[.):]|단계[.:]?)", re.IGNORECASE
)
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.):]|[-*•·])\s*")
_HOW = re.compile(
    r"\b(?:how|steps?|procedure|process|way to|go about|walk (?:me|us) through|guide)\b"
    r"|어떻게|방법|절차|순서|단계|과정",
    re.IGNORECASE,
)
_BELIEF = re.compile(
    r"\b(?:thinks?|thought|believ\w+|assum\w+|mistak\w+|misconception|myths?|misunderst\w+"
    r"|confus\w+|wrong(?:ly)?|incorrect(?:ly)?|overlook\w*|suppos\w+|expect\w*|forget\w*|error)\b"
    r"|생각|믿|오해|착각|잘못|혼동|여기는|여기지|여깁|알고 있|실수|간과",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"\b(?:in fact|actually|in reality|really|but|however|rather|instead|the truth|in truth|not|"
    r"n't|correct(?:ly)?|contrary|true)\b|n['’]t\b"
    r"|사실|실제|그러나|하지만|지만|아니|다릅|달리|오히려|올바|정확|바르게|않습|않아|반면",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"\b(?:I|I'm|I've|my|we|our|if|when|while|after|during|someone|somebody|suppose|has|had|was)\b"
    r"|\b(?:an?|the) \w+ (?:who|whose|that|wants|needs)\b"
    r"|제가|저는|저희|우리|다면|라면|으면|려면|는데|했을|할 때|한 뒤|누군가|어느",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:this|the given|the above|the following) (?:topic|text|passage|concept|subject)\b"
    r"|\b(?:as|mentioned) above\b|\bwhich of the following\b|\btrue or false\b"
    r"|다음 중|위의? (?:글|주제|개념)|이 (?:주제|글)|본문",
    re.IGNORECASE,
)


def question_fault(text: str, kind: str, focus: str, named: Sequence[str], language: str) -> str:
    """What is wrong with a question; empty when nothing is. `named`: what it is to be about."""
    if not text or lines.refuses(text) or lines.offers(text):
        return "it is no question"
    if not lines.asks(text):
        return "it asks nothing"
    if text.count("?") + text.count("？") > 1:
        return "it asks more than one thing"
    if len(text.split()) > LONGEST or "\n" in text.strip():
        return "it is too long"
    if _POINTS.search(text):
        return "it points at a text that the reader does not see"
    if language in lines.READ and kind == "procedural" and not _HOW.search(text):
        return "it does not ask how something is done"
    if language in lines.READ and focus == "application" and not _CASE.search(text):
        return "it tells no case"
    return unnamed(text, named if focus == "relation" else named[:1])


def answer_fault(
    text: str, question: str, kind: str, focus: str, named: Sequence[str], language: str
) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if not text or lines.refuses(text) or lines.offers(text):
        return "it does not answer"
    if lines.echoes(text, question) or lines.asks(text.splitlines()[-1]):
        return "it asks instead of answering"
    # A letter of Chinese, Japanese or Korean says about as much as two others.
    if sum(1 + (letter > "\u2e7f") for letter in text) < SHORTEST:
        return "it is too short"
    if kind == "procedural" and (fault := steps_fault(text)):
        return fault
    if language in lines.READ and focus == "misconception" and not corrects(text):
        return "it does not say what people get wrong and what is right"
    return unnamed(f"{question}\n{text}", named) if focus == "relation" else ""


def steps_fault(text: str) -> str:
    """What is wrong with a procedure; empty when it has numbered steps, counted from 1."""
    found = [int(number) for number in _STEP.findall(text)]
    if len(found) < STEPS_LEAST:
        return f"it has fewer than {STEPS_LEAST} numbered steps"
    if found != list(range(1, len(found) + 1)):
        return "its steps are not numbered 1, 2, 3"
    return ""


def corrects(text: str) -> bool:
    """Whether a text names what people get wrong, and says what is right."""
    belief = _BELIEF.search(text)
    return bool(
        belief and (_RIGHT.search(text, belief.end()) or _RIGHT.search(text[: belief.start()]))
    )


def unnamed(text: str, named: Sequence[str]) -> str:
    """Which of the things is not named, as a fault; a third of its words by their stems will do."""
    there = {stem for _, stem in stems(text, 2, 4)}
    for name in named:
        words = {stem for _, stem in stems(name, 2, 4)}
        if words and len(words & there) * 3 < len(words):
            return f"it does not name '{name}'"
    return ""


def news(found: Sequence[str], known: Sequence[str]) -> list[str]:
    """The entries that are not made of the same words as a known one, or one before them."""
    kept: list[str] = []
    seen = [_stems(name) for name in known]
    for name in found:
        if _stems(name) not in seen:
            seen.append(_stems(name))
            kept.append(name)
    return kept


def _stems(name: str) -> frozenset[str]:
    return frozenset(stem for _, stem in stems(name, 2, 4)) or frozenset({name.casefold()})


def listed(text: str, longest: int = 8) -> list[str]:
    """The entries of a list in a reply, without numbers, marks and explanations; each once."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        bare = _ITEM.sub("", line).replace("**", "").strip()
        bare = re.split(r"\s*[:：]|\s+[-–—]\s+", bare, maxsplit=1)[0].strip(" .\"'“”")
        words = len(bare.split())
        if _ITEM.match(line) and bare and words <= longest and len(bare) <= 60:
            found.setdefault(re.sub(r"\W+", "", bare.casefold()), bare)
    return list(found.values())
