"""Reads what a model writes of tasks: lists of them, labels, and what a task is given."""

from __future__ import annotations

import re

from textsynth.methods._turns import tidy

MOST_LABELS = 12
LONGEST_LABEL = 40
"""Characters, in up to four words; what is longer is a sentence and no label."""

_NUMBER = re.compile(
    r"^\s*(?:[-*•·]|(?:\W{0,3}(?:task|과제|지시문?|instruction)\s*)?#?\d{1,3}\s*[.):：]|"
    r"\W{0,3}(?:task|과제|지시문?|instruction)\s*[:：])\s*",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"[\s*(\[]*\b(?:input|output|answer|example|입력|출력|정답|답|예시?)\W{0,2}[:：].*$",
    re.IGNORECASE | re.DOTALL,
)
_LABEL = re.compile(
    r"^\W{0,2}(?:input|text|output|answer|result|labels?|right answer|입력|글|출력|정답|답변?|결과|"
    r"라벨)\W{0,2}[:：]\s*\**\s*",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"^\W*(?:none|no input|nothing|n/?a|not (?:needed|applicable)|no additional input|없음|"
    r"없습니다|필요 ?없(?:음|습니다)|해당 ?없음)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"^\W*(?:label|선택)", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:[,;/|、，\n]|\bor\b|\band\b)\s*")


def listed(reply: str) -> list[str]:
    """The tasks of a reply, in order: those of its list, or the one that it is."""
    text = tidy(reply)
    lines = [line for line in text.splitlines() if line.strip()]
    numbered = [_NUMBER.sub("", line) for line in lines if _NUMBER.match(line)]
    if lines and numbered and not _NUMBER.match(lines[0]) and not lines[0].rstrip().endswith(":"):
        numbered.insert(0, lines[0])  # the number of the first stood in the prompt
    found = (tidy(_GIVEN.sub("", line)).strip() for line in numbered or lines[:1])
    return list(dict.fromkeys(task for task in found if task))


def is_choice(reply: str) -> bool:
    """Whether a reply says that a task is a choice among labels."""
    return bool(_CHOICE.match(reply))


def labels_of(reply: str) -> list[str]:
    """The labels that a reply lists, each once; none where it lists no 2 to 12 short ones."""
    text = _LABEL.sub("", tidy(reply).splitlines()[0] if "," in reply else tidy(reply))
    parts = (_NUMBER.sub("", part).strip(" .。\"'“”‘’`*") for part in _PARTS.split(text))
    found: dict[str, str] = {}
    for part in parts:
        if part:
            found.setdefault(part.casefold(), part)
    labels = list(found.values())
    short = all(len(one) <= LONGEST_LABEL and len(one.split()) < 5 for one in labels)
    return labels if short and 2 <= len(labels) <= MOST_LABELS else []


def given(reply: str) -> str:
    """What a task is given to work on; empty where it needs nothing."""
    text = plain(reply)
    return "" if _NONE.match(text) else text


def plain(reply: str) -> str:
    """A reply without what is put before it, such as "Input:", or quotes around it."""
    return tidy(_LABEL.sub("", tidy(reply)))
