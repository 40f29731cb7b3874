"""What `classify` asks of a text: that it is new, does not name its label, and reads as one."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence

from textsynth.methods import _lines as lines

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_BLANK = re.compile(r"\[(?:[A-Z\uac00-\ud7a3][\w' ]{2,30}|(?:your|my) [\w ]{2,30})\]|\{\{?\w+\}")
_META = r"(?:label|category|class|topic|type|tag|라벨|레이블|분류|범주|카테고리|유형)"


def copies(text: str, other: str) -> bool:
    """Whether a text takes over much of another: a long run of its words, or most of them.

    The longest run that both have: 8 words (6 in Korean, 14 characters of Chinese or Japanese), or
    six tenths of the shorter text if that is 4 words at least.
    """
    one, two = _tokens(text), _tokens(other)
    if not one or not two:
        return False
    match = difflib.SequenceMatcher(None, one, two, autojunk=False).find_longest_match()
    long = 14 if _DENSE.search(text) else 6 if _HANGUL.search(text) else 8
    return match.size >= long or match.size >= max(4, 0.6 * min(len(one), len(two)))


def names_label(text: str, label: str) -> bool:
    """Whether a text gives its label away as such: "Label: fraud", "[fraud]", "#fraud", "fraud: …".

    A word of the label used as a word is none: "my card was declined" may be of the label `card`.
    A label that is no natural word (`card_lost`, `B2`) is given away wherever it stands.
    """
    line, name = _folded(text), _folded(label)
    if not name:
        return False
    word = rf"(?<!\w){re.escape(name)}(?!\w)"
    if re.search(r"[_/\d]", name) and not name.isdigit() and re.search(word, line):
        return True
    shapes = (
        rf"^\W*{re.escape(name)}\W*$",
        rf"^\W*{word}\s*[:：\]|]",
        rf"#{word}|[\[(<]{word}[\])>]",
        rf"(?<!\w){_META}[은는이가]?\s*(?:is|=|[:：])\s*\W?{word}",
        rf"{word}\W?\s(?:label|category|라벨|레이블|카테고리|분류)(?!\w)",
    )
    return any(re.search(shape, line) for shape in shapes)


def unlike(text: str, rows: Sequence[str]) -> bool:
    """Whether a text gives away that it is made up, by what none of the real rows does.

    Blanks to fill in ("Dear [Name]"); and where there are rows: the voice of who answers such
    messages, or thrice the length of the longest of them.
    """
    if _BLANK.search(text) and not any(_BLANK.search(row) for row in rows):
        return True
    if not rows:
        return False
    if lines.serves(text) and not any(lines.serves(row) for row in rows):
        return True
    return len(_tokens(text)) > 20 + 3 * max(len(_tokens(row)) for row in rows)


def read_label(text: str, labels: Sequence[str]) -> str:
    """The one label that a judge's reply names; empty if it names none, or several.

    A label inside a longer one that is named too does not count: "card" in "card payment".
    """
    line = _folded(text)
    names = {label: re.escape(_folded(label)) for label in labels}
    found = {label: re.search(rf"(?<!\w){name}(?!\w)", line) for label, name in names.items()}
    if not any(found.values()):  # a particle of Korean may stand right after it
        found = {label: re.search(name, line) for label, name in names.items()}
    spans = {label: match.span() for label, match in found.items() if match}
    outer = [
        label
        for label, (start, end) in spans.items()
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans.values())
    ]
    return outer[0] if len(outer) == 1 else ""


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_folded(text))
