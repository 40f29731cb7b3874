"""What the filters share: the texts of a sample that they read, normalised and counted."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from textsynth.errors import JobError
from textsynth.records import Sample, spoken

CONVERSATION, FIRST_TURN = "conversation", "first_turn"

_SCRIPTS = {
    "latin": r"A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ",
    "hangul": r"ᄀ-ᇿㄱ-ㆎꥠ-ꥼ가-힣ힰ-ퟻ",
    "han": r"々〇㐀-䶿一-鿿豈-龎\U00020000-\U000323af",
    "kana": r"ぁ-ゖゝ-ゟァ-ヺー-ヿㇰ-ㇿｦ-ﾝ",
    "cyrillic": r"Ѐ-ԯᲀ-ᲈⷠ-ⷿꙀ-ꚟ",
    "greek": r"Ͱ-Ͽἀ-῾",
    "arabic": r"ء-يٮ-ۓەۮ-ۿݐ-ݿﭐ-ﻼ",
    "hebrew": r"א-ת",
    # Without danda and digits, which other scripts of India write too.
    "devanagari": r"\u0900-\u0963\u0970-\u097f",
    "bengali": r"\u0980-\u09e3\u09f0-\u09fe",
    "gurmukhi": r"\u0a01-\u0a5e\u0a70-\u0a76",
    "gujarati": r"\u0a81-\u0ae3\u0af9-\u0aff",
    "tamil": r"\u0b82-\u0bd7",
    "telugu": r"\u0c00-\u0c63",
    "kannada": r"\u0c80-\u0ce3\u0cf1-\u0cf3",
    "malayalam": r"\u0d00-\u0d63\u0d7a-\u0d7f",
    "sinhala": r"\u0d81-\u0ddf\u0df2\u0df3",
    "thai": r"ก-ฺเ-๎",
    "lao": r"\u0e81-\u0ece\u0edc-\u0edf",
    "burmese": r"\u1000-\u103f\u1050-\u109f\uaa60-\uaa7f",
    "khmer": r"\u1780-\u17d3\u17d7\u17dc\u17dd",
    "georgian": r"\u10a0-\u10fa\u10fc-\u10ff\u1c90-\u1cbf",
    "armenian": r"\u0531-\u0556\u0560-\u0588",
    "ethiopic": r"\u1200-\u135f\u1380-\u139f\u2d80-\u2dde",
}
SCRIPT_CLASSES: dict[str, str] = _SCRIPTS
"""Script → the inside of a regular-expression class of its letters."""


def _compiles(patterns: list[str]) -> list[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"'{pattern}' is no regular expression: {error}") from error
    return patterns


Patterns = Annotated[list[str], AfterValidator(_compiles)]
"""An option of a filter that holds regular expressions."""

DENSE = ("hangul", "han", "kana")
"""Scripts whose letters carry about as much as two Latin ones."""

_RUN = re.compile("|".join(f"(?P<{name}>[{chars}]+)" for name, chars in _SCRIPTS.items()))
_NOT_LETTERS = bytes(i for i in range(256) if not chr(i).isascii() or not chr(i).isalpha())
UNSPACED = ("thai", "lao", "burmese", "khmer")
"""Scripts that set no space between words."""

_DENSE_LETTER = re.compile("[" + "".join(_SCRIPTS[name] for name in (*DENSE, *UNSPACED)) + "]")
_MARKED = "".join(
    _SCRIPTS[name]
    for name in (
        *("devanagari", "bengali", "gurmukhi", "gujarati", "tamil", "telugu", "kannada"),
        *("malayalam", "sinhala", "ethiopic"),
    )
)
# Vowel signs and accents are no word characters to `re`, and would cut a word in pieces.
_PIECE = rf"(?:[^\W_]|[{_MARKED}\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u200c\u200d])+"
_WORD = re.compile(rf"{_PIECE}(?:['’‘]{_PIECE})*")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFE0F, 0xFEFF))
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufe0f\ufeff]")
_HANGUL_RUN = re.compile(f"[{_SCRIPTS['hangul']}]+")
# All letters but those of ASCII and Hangul.
_OTHER_LETTER = re.compile(
    "[" + "".join(v for k, v in _SCRIPTS.items() if k != "hangul").removeprefix("A-Za-z") + "]"
)


def turns(sample: Sample) -> list[tuple[str, str]]:
    """(role, text) of what was said; without turns, the columns that are text.

    Tool results, calls that say nothing beside, and a turn whose speaker is "label" are no prose.
    """
    silent = {role for role, who in sample.speakers.items() if who == "label"}
    found = [(m["role"], m["content"]) for m in spoken(sample.messages) if m["role"] not in silent]
    return found or [("", v) for v in sample.columns.values() if isinstance(v, str)]


def picked(sample: Sample, on: str, part: str) -> str:
    """The text to compare, where `on` is 'conversation', 'first_turn' or a column."""
    if on == CONVERSATION:
        return "\n".join(text for _, text in turns(sample))
    if on == FIRST_TURN:
        return next((text for _, text in turns(sample)), "")
    if on not in sample.columns:
        raise JobError(
            f"the filter {part} compares the column '{on}', which this job does not write",
            f"its columns are: {', '.join(sample.columns) or 'none'}",
            f"set `on` to one of them, to {CONVERSATION} or to {FIRST_TURN}",
        )
    value = sample.columns[on]
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def visible(text: str) -> str:
    """The text in NFC without characters that print nothing, white space collapsed."""
    if text.isascii():
        return " ".join(text.split())
    if _UNSEEN.search(text):
        text = text.translate(_INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", text).split())


def scripts(text: str) -> dict[str, int]:
    """Script → number of its letters in `text`, for the scripts that occur."""
    if text.isascii():
        letters = len(text.encode().translate(None, _NOT_LETTERS))
        return {"latin": letters} if letters else {}
    if not _OTHER_LETTER.search(text):
        # Korean, most often: counted by runs, a third of the time that going by each script takes.
        latin = len(text.encode("ascii", "ignore").translate(None, _NOT_LETTERS))
        hangul = sum(map(len, _HANGUL_RUN.findall(text)))
        return {name: n for name, n in (("latin", latin), ("hangul", hangul)) if n}
    counts: dict[str, int] = {}
    for run in _RUN.finditer(text):
        name = run.lastgroup or ""
        counts[name] = counts.get(name, 0) + run.end() - run.start()
    return counts


def weight(text: str) -> int:
    """Characters, where one of Hangul, Han or Kana counts as two: it carries about as much."""
    if text.isascii():
        return len(text)
    counts = scripts(text)
    return len(text) + sum(counts.get(name, 0) for name in DENSE)


def word_list(text: str) -> list[str]:
    """The words between spaces and marks, each whole in scripts that write vowels as signs."""
    return _WORD.findall(text)


def words(text: str) -> int:
    """Number of words; in Hangul and scripts without spaces every two letters are one."""
    if text.isascii():
        return len(_WORD.findall(text))
    spaced, dense = _DENSE_LETTER.subn(" ", text)
    return len(_WORD.findall(spaced)) + (dense + 1) // 2
