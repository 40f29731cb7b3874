"""Slips of the hand and of spelling, in Latin letters and in Hangul, never in names or figures."""

from __future__ import annotations

import re
from collections.abc import Callable

Draw = Callable[[str, int], int]
"""(name of the choice, n) → a whole number in [0, n): the same one for the same name."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    key: "".join(
        _ROWS[row][place]
        for row, place in ((r, c - 1), (r, c + 1), (r - 1, c), (r + 1, c), (r - 1, c + 1))
        if 0 <= row < 3 and 0 <= place < len(_ROWS[row])
    )
    for r, keys in enumerate(_ROWS)
    for c, key in enumerate(keys)
}
_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = "\0ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
# The two-set keyboard has its consonants on the left and its vowels on the right.
_TWO_SET = {
    **dict(zip("ㅂㅈㄷㄱㅅ", ("ㅈㅁ", "ㅂㄷㄴ", "ㅈㄱㅇ", "ㄷㅅㄹ", "ㄱㅎ"), strict=True)),
    **dict(zip("ㅁㄴㅇㄹㅎ", ("ㄴㅂㅋ", "ㅁㅇㅌ", "ㄴㄹㅊ", "ㅇㅎㅍ", "ㄹㅅ"), strict=True)),
    **dict(zip("ㅋㅌㅊㅍ", ("ㅌㅁ", "ㅋㅊㄴ", "ㅌㅍㅇ", "ㅊㄹ"), strict=True)),
    **dict(zip("ㅛㅕㅑㅐㅔ", ("ㅕㅗ", "ㅛㅑㅓ", "ㅕㅐㅏ", "ㅑㅔㅣ", "ㅐ"), strict=True)),
    **dict(
        zip(
            "ㅗㅓㅏㅣㅠㅜㅡ",
            ("ㅓㅠ", "ㅗㅏ", "ㅓㅣㅡ", "ㅏㅐ", "ㅜㅗ", "ㅠㅡ", "ㅜㅏ"),
            strict=True,
        )
    ),
}
SLIPS: tuple[tuple[str, str], ...] = (
    ("돼요", "되요"), ("됐", "됬"), ("되는데", "돼는데"), ("않", "안"),
    ("던데", "든데"), ("웬", "왠"), ("며칠", "몇일"), ("할게요", "할께요"), ("을게요", "을께요"),
    ("볼게요", "볼께요"), ("어떻게", "어떡해"), ("설거지", "설겆이"), ("오랜만", "오랫만"),
    ("금세", "금새"), ("데요", "대요"), ("괜찮", "괜찬"), ("많이", "마니"), ("싫", "실"),
    ("얘기", "예기"), ("봬요", "뵈요"), ("없어", "업어"), ("같아", "같애"),
)  # fmt: skip
"""What is often misspelt in Korean, and how; right → wrong."""

_GUARD = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+|\S*\d\S*|[\"'“‘「][^\"'”’」\n]{1,60}[\"'”’」]|\S*[A-Z]\S*"
)
_TOKEN = re.compile(r"\S+")
_LETTERS = re.compile(r"[a-z]{4,}")
_HANGUL = re.compile(r"[가-힣]{2,}")


def misspelt(text: str, draw: Draw, keep: tuple[str, ...] = ()) -> str:
    """The text with one slip, and one more for every 60 characters, three at most.

    Untouched: whatever holds a figure, a capital, an address or stands in quotation marks, and
    the names in `keep`. A text without a word to slip in comes back as it is.
    """
    for number in range(min(3, 1 + len(text) // 60)):
        text = _slip(text, lambda name, n, k=number: draw(f"{name} {k}", n), keep)  # type: ignore[misc]
    return text


def free_words(text: str, keep: tuple[str, ...] = ()) -> list[tuple[int, int]]:
    """(start, end) of the words that may be changed."""
    shut = [m.span() for m in _GUARD.finditer(text)]
    for name in keep:
        shut += [m.span() for m in re.finditer(re.escape(name), text, re.I)] if name else []
    return [
        m.span()
        for m in _TOKEN.finditer(text)
        if not any(m.start() < end and start < m.end() for start, end in shut)
    ]


def _slip(text: str, draw: Draw, keep: tuple[str, ...]) -> str:
    places = [
        (start, end)
        for start, end in free_words(text, keep)
        if _LETTERS.search(text, start, end)
        or _HANGUL.search(text, start, end)
        or text[start:end] == "안"
    ]
    if not places:
        return text
    start, end = places[draw("word", len(places))]
    word = text[start:end]
    changed = _latin(word, draw) if _LETTERS.search(word) else _korean(word, draw)
    if _HANGUL.search(word) and draw("space", 4) == 0 and text[end : end + 1] == " ":
        return text[:end] + text[end + 1 :]  # written without the space
    return text[:start] + changed + text[end:]


def _latin(word: str, draw: Draw) -> str:
    run = _LETTERS.search(word)
    if run is None:
        return word
    at = run.start() + 1 + draw("letter", len(run[0]) - 1)
    letter, kind = word[at], draw("kind", 4)
    if kind == 0 and at + 1 < run.end() and word[at + 1] != letter:
        return word[:at] + word[at + 1] + letter + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + letter + word[at:]
    near = _KEYS[letter]
    return word[:at] + near[draw("key", len(near))] + word[at + 1 :]


def _korean(word: str, draw: Draw) -> str:
    if word == "안":
        return "않"
    known = [(right, wrong) for right, wrong in SLIPS if right in word]
    if known:
        right, wrong = known[draw("slip", len(known))]
        return word.replace(right, wrong, 1)
    places = [n for n, char in enumerate(word) if "가" <= char <= "힣"]
    at = places[draw("letter", len(places))]
    lead, vowel, tail = _jamo(word[at])
    if tail and draw("kind", 2):
        tail = 0
    elif draw("part", 2) and _LEADS[lead] in _TWO_SET:
        near = _TWO_SET[_LEADS[lead]]
        lead = _LEADS.index(near[draw("key", len(near))])
    elif _VOWELS[vowel] in _TWO_SET:
        near = _TWO_SET[_VOWELS[vowel]]
        vowel = _VOWELS.index(near[draw("key", len(near))])
    else:
        tail = 0 if tail else _TAILS.index("ㅇ")
    return word[:at] + chr(0xAC00 + (lead * 21 + vowel) * 28 + tail) + word[at + 1 :]


def _jamo(syllable: str) -> tuple[int, int, int]:
    """The numbers of the letters of one syllable: first consonant, vowel, last consonant or 0."""
    code = ord(syllable) - 0xAC00
    return code // 588, code // 28 % 21, code % 28
