"""Drops samples that stop in the middle: a reply cut by its limit, or a turn left unfinished."""

from __future__ import annotations

import re
import unicodedata

from pydantic import Field

from textsynth.quality import GIVEN, KEEP, Filter, Screen, shape
from textsynth.quality._code import bare
from textsynth.quality._text import scripts, turns, visible, words
from textsynth.records import Sample, Setting, Verdict

STOPS = ".!?…。！？｡؟۔।॥։។៕።፧။~～♪♡♥;"
CLOSERS = "\"'”’」』)]}）】》〉›»>*_`|"
OPENERS = "([{（「『《〈【“‘«"
COMMAS = ",、，،፣၊:：—–&+"

_LAST_WORD = re.compile(r"[\w'’]+$")
_HANGING = frozenset(
    [
        *("and", "or", "but", "nor", "because", "although", "if", "including", "such", "the", "an"),
        *("my", "your", "our", "their", "whose", "und", "oder", "aber", "weil", "eine", "einen"),
        *("et", "ou", "mais", "le", "les", "une", "des", "y", "o", "pero", "porque", "los", "las"),
    ]
)
_HANGING_KO = frozenset(
    ["그리고", "하지만", "그런데", "그러나", "또는", "혹은", "및", "그래서", "왜냐하면", "그러므로"]
)
_ENDINGS = (
    *(
        "요",
        "다",
        "죠",
        "까",
        "네",
        "지",
        "야",
        "어",
        "해",
        "래",
        "니",
        "냐",
        "군",
        "음",
        "임",
        "함",
    ),
    *("です", "ます", "ました", "ません", "ね", "よ", "か", "吗", "呢", "吧", "啊", "了"),
)
_NOT_ENDINGS = ("까지", "에다", "마다", "보다", "부터", "에게로")
# What a finished sentence hardly ends with, where it has no full stop either.
_OPEN = _HANGING | frozenset(
    [
        "a",
        "to",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "into",
        "within",
        "about",
        "between",
        "through",
        "during",
        "before",
        "after",
        "over",
        "under",
        "than",
        "that",
        "which",
        "who",
        "whose",
        "when",
        "while",
        "where",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "might",
        "must",
        "do",
        "does",
        "did",
        "i",
        "we",
        "they",
        "he",
        "she",
        "its",
        "his",
        "this",
        "these",
        "those",
        "any",
        "each",
        "every",
        "other",
        "also",
        "very",
        "more",
        "most",
        "so",
        "not",
        "only",
        "your",
        "then",
    ]
)
_OPEN_KO = (
    *(
        "을",
        "를",
        "은",
        "는",
        "에",
        "에서",
        "에게",
        "으로",
        "로",
        "와",
        "과",
        "의",
        "며",
        "고",
        "면",
    ),
    *(
        "서",
        "지만",
        "는데",
        "거나",
        "까지",
        "부터",
        "하",
        "되",
        "이",
        "가",
        "보통",
        "먼저",
        "위해",
        "통해",
    ),
)
_AMOUNT = re.compile(
    r"\d(?:원|만 ?원|개|일|시|분|번|명|건|회|층|호|%)$|\d{4}$|\d[-:]\d{2,}$|(?:예정|완료|가능"
    r"|불가|무료|없음|있음"
    r"|필요|고객님|듯|감사|잠시만)$"
)
_HANGS = _HANGING | _HANGING_KO
_TEARS = re.compile(r"[ㅋㅎㅠㅜ^]{2,}$|[:;]-?[)(DP]$|<3$")
_LIST_ITEM = re.compile(r"^\s*(?:[-*•·◦▪]|\(?\d{1,3}[.)]|\(?[a-zA-Z가-하][.)]|[①-⑳])(?:\s+|$)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$|\S+@\S+\.\S+$|@\w{3,}$|[\w-]+\.[a-z]{2,}/\S+$")
_SPOKEN = re.compile(r"[^\W\d_][\w .'’-]{0,24}[:：] \S")
"""A line of a script or chat, which ends as its speaker likes."""
_SHORT = 5
"""Words up to which a turn may go without a full stop, unless its last word wants another; that is
told in English and Korean."""
_TAIL = 24
"""Characters at the end of a line in which its last word, or tears, are looked for."""
_LETTER = re.compile(r"[^\W_]")
_STOPPED = re.compile(r"[^\W\d_]{2}[.!?…][\"'”’)]*\s+[^\W\d_]|[。！？]")
_SIGNED = re.compile(
    r"(?:^|[.!?] )(?:With [\w ,]{0,40}|(?:Very )?(?:Best|Kind|Warm|Yours|Your|Sincerely|Love"
    r"|Regards)[\w ]{0,40}),? [A-Z][^.!?]{0,40}$|(?:\d+ ){2,}\d+$"
)
"""A greeting with a name at the end of a line: "Yours in hope, Dracula"."""


class Truncated(Filter):
    """Looks at how replies ended and how each turn ends; the score is the number of the turn.

    Every turn fails that ends with a comma, a colon, an open bracket or a conjunction. In the
    strict roles a turn of over three words (five, where the last wants no other) must end with
    terminal punctuation, a closing mark, a sentence ending (Korean, Japanese, Chinese), a list
    item, a link, an emoji, a signature or whole code. So must one of a given row, but only where
    it has full stops elsewhere, or ends with a word that wants another: labels, names, titles and
    answers from a list stop where they end. What others ask in such rows ("Answer:") is no cut.
    """

    alone = True

    strict_roles: list[str] = Field(default_factory=lambda: ["assistant"])
    """Roles whose turns must end with terminal punctuation; chat users often leave it out."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time."""
        return self._verdict

    def _verdict(self, sample: Sample) -> Verdict:
        if any(reply.finish == "length" for reply in sample.replies):
            return Verdict(keep=False, reason="cut_off")
        if not sample.messages:
            return KEEP
        given = sample.method == GIVEN
        said = turns(sample)
        for number, (role, text) in enumerate(said, 1):
            if given and role not in self.strict_roles:
                continue
            if given and shape(sample) == "pair" and _picked(text, said[0][1]):
                continue
            if _unfinished(text, strict=role in self.strict_roles, given=given):
                details = {"turn": number, "found": visible(text)[-60:]}
                score = float(number)
                return Verdict(keep=False, reason="unfinished", score=score, details=details)
        return KEEP


def _picked(text: str, asked: str) -> bool:
    """Whether an answer is a piece of what it was asked of, with nothing open at its end."""
    last = text.strip()
    return bool(last) and last[-1] not in COMMAS + OPENERS and last in asked


def _unfinished(text: str, *, strict: bool, given: bool) -> bool:
    lines = [line for line in text.splitlines() if line and (line[-1].isalnum() or visible(line))]
    if not lines:
        return False
    if text.count("```") % 2:
        return True
    if lines[-1].strip().startswith("```"):
        return False
    start, end = bare(text)
    if end and not text[end:].strip():
        code = text[start:].rstrip()
        pairs = (("(", ")"), ("[", "]"), ("{", "}"))
        return code[-1] in ":=," or any(code.count(a) > code.count(b) for a, b in pairs)
    last = visible(lines[-1])
    marker = _LIST_ITEM.match(last)
    if marker and marker.end() == len(last) and len(lines) > 1:
        return True
    if _TEARS.search(last[-_TAIL:]):
        return False
    if last[-1] in COMMAS + OPENERS or _hangs(last) or last.endswith((" $", " €", " £")):
        return True
    if not strict or _ends_well(last):
        return False
    if given and not _open(last) and (_SPOKEN.match(last) or not _STOPPED.search(text)):
        return False
    if _SIGNED.search(last):
        return False
    count = words(visible(text))
    listed = text.isascii() or "hangul" in scripts(text)
    few = count <= 3 or (listed and count <= _SHORT and not _open(last))
    return not (
        few or (marker and not _open(last)) or (len(lines) > 1 and _signature(lines[-2], last))
    )


def _hangs(last: str) -> bool:
    word = _LAST_WORD.search(last[-_TAIL:])
    return word is not None and word.group() in _HANGS


def _open(last: str) -> bool:
    """Whether a line ends with a word that wants another."""
    word = last.rsplit(None, 1)[-1]
    return word.lower() in _OPEN or word.endswith(_OPEN_KO)


def _ends_well(last: str) -> bool:
    end = last[-1]
    if end in STOPS or end in CLOSERS or _ADDRESS.search(last.rsplit(None, 1)[-1]):
        return True
    if not _LETTER.match(end) and not unicodedata.category(end).startswith("M"):
        return True  # vowel signs are marks, and end no sentence
    if _AMOUNT.search(last[-_TAIL:]):
        return True
    if last.endswith(_ENDINGS) and not last.endswith(_NOT_ENDINGS):
        return True
    return bool({"thai", "lao"} & scripts(last.split()[-1]).keys())


def _signature(before: str, last: str) -> bool:
    """A name under a finished line or a greeting: `Best regards,` and `Anna Kim` below it."""
    named = len(last.split()) <= 4 and not any(word[0].islower() for word in last.split())
    return named and visible(before)[-1] in STOPS + ","
