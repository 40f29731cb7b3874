"""Broken Unicode in a text: what is found, and how what is certain is mended."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator

FAULTS = (
    "replacement_character", "surrogate", "private_use", "mojibake", "control", "bidi",
    "zero_width", "jamo", "decomposed", "full_width", "stacked_marks",
)  # fmt: skip
"""The faults, in the order in which they are looked for."""

_CHARS = {
    "replacement_character": "\ufffd\ufffe\uffff",
    "surrogate": "\ud800-\udfff",
    "private_use": "\ue000-\uf8ff\U000f0000-\U0010ffff",
    "control": "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb",
    "bidi": "\u202a-\u202e\u2066-\u2069",
    "zero_width": "\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\U000e0000-\U000e0fff",
}
_ANY = re.compile("[" + "".join(_CHARS.values()) + "]+")
_CLASSES = {name: re.compile(f"[{chars}]+") for name, chars in _CHARS.items()}
# Without one of these there is nothing to look for: most texts end here.
_ODD = re.compile(
    "["
    + "".join(_CHARS.values())
    + "\x80-\xff\u0152-\u0192\u0300-\u036f\u0400-\u04ff\u1100-\u11ff\u1ab0-\u1aff\u20d0-\u20ff"
    "\u3131-\u3163\u4e00-\u9fff\uf900-\ufaff\uff00-\uffdc√├Γ‚]"
)
_ASCII_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")

# Joiners and zero-width spaces belong to these scripts; marks of direction to those of the right.
_JOINED = re.compile(
    "[\u0590-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff\u1800-\u18af\ufb1d-\ufefc]"
)
_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_EMOJI_JOIN = re.compile(
    "(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001ffff\u20e3])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001ffff])"
    "|\U0001f3f4[\U000e0020-\U000e007f]+"
)

# UTF-8 read as Windows-1252 or Latin-1: a lead byte and its one, two or three others.
_TAIL = (
    "[\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201a"
    "\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_UTF8 = re.compile(f"(?:[\xf0-\xf4]{_TAIL}{{3}}|[\xe0-\xef]{_TAIL}{{2}}|[\xc2-\xdf]{_TAIL})+")
# The same cut short: a lead byte of Hangul or of a quotation mark whose end was lost.
_REST = re.compile(
    "â€[\\s\"']|[ìíëê][\x80-\xbf\u0152-\u02dc\u2013-\u2122]|Ã\\s?[\x80-\xbf]"
    "|‚Ä[ôúùîì¶¢]|√[©®±∂°†¢≠]|├[⌐║▒│┤]|Γ[ÇÖ]|ï»¿"
)
_EUC_KR = re.compile("(?:[\xb0-\xc8][\xa1-\xfe]){2,}")
_CP1251 = re.compile("(?<![A-Za-z])[\xc0-\xff]{4,}(?![A-Za-z])")
_UTF8_1251 = re.compile("(?:[РС][\u0400-\u04ff\u2010-\u2122\xa0-\xbb]){3,}")
_UTF8_932 = re.compile("[縺繧繝][^縺繧繝]{1,3}[縺繧繝]")
_NOT_ASCII = re.compile("[^\x00-\x7f]{4,}")
_LATIN = re.compile("[\x80-\xff\u0152-\u0192\u20ac\u2122]")
_MAC_OR_DOS = re.compile("[√├Γ‚]")

_PIECES = re.compile("(?:[ㄱ-ㅎ][ㅏ-ㅣ]){2}|[ㄱ-ㅎ][ㅏ-ㅣ][ㄱ-ㅎ](?=[가-힣ㄱ-ㅎ])")
_TEARS_ONLY = frozenset("ㅠㅜㅡ")
_STRAY = re.compile("(?<=[가-힣])[ㄱ-ㄳㄵㄷ-ㅅㅈ-ㅊㅌㅍㅏ-ㅛㅝㅞㅟㅢㅣ](?=[가-힣])")
_DECOMPOSED = re.compile("[ᄀ-ᄒ][ᅡ-ᅵ][ᆨ-ᇂ]?|[A-Za-z][\u0300-\u030f\u0323\u0327\u0328]")
_HANJA = re.compile("[\u4e00-\u9fff\uf900-\ufaff]")
_HANGUL = re.compile("[가-힣]")
_HALF_HANGUL = re.compile("[\uffa1-\uffdc]")
_FULL = re.compile(
    "[Ａ-Ｚａ-ｚ０-９]{2,}|[A-Za-z][Ａ-Ｚａ-ｚ]|[Ａ-Ｚａ-ｚ][A-Za-z]|[\uffa1-\uffdc]+"
)
_STACKED = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{3,}")
_GOOD = re.compile(
    "[\xa0-\u017f\u0386-\u03ce\u0400-\u045f\u05d0-\u05ea\u0600-\u064a\u0900-\u0d7f\u0e01-\u0e5b\u1ea0-\u1ef9"
    "\u2010-\u2044\u20a9\u20ac\u2122\u2190-\u21ff\u2200-\u22ff\u2500-\u27bf\u3000-\u30ff\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3"
    "\uff01-\uff5e\ufe0f\U0001f300-\U0001faff]+"
)


def faults(text: str, language: str) -> Iterator[tuple[str, list[str]]]:
    """(fault, all places that have it), for the faults that a text has, in the order of FAULTS."""
    if text.isascii():
        if found := _ASCII_CONTROL.findall(text):
            yield "control", found
        return
    if not _ODD.search(text):
        return
    odd = _ANY.search(text) is not None
    for name in FAULTS[:7]:
        if name == "mojibake":
            found = list(_mojibake(text))
        else:
            found = _CLASSES[name].findall(_needless(text, name)) if odd else []
        if found:
            yield name, found
    pieces = [m[0] for m in _PIECES.finditer(text) if not set(m[0][1::2]) <= _TEARS_ONLY]
    stray = _STRAY.findall(text)
    if pieces or len(stray) > 1:
        yield "jamo", pieces or stray
    if not unicodedata.is_normalized("NFC", text) and (found := _DECOMPOSED.findall(text)):
        yield "decomposed", found
    if language not in ("ja", "zh"):
        if found := _FULL.findall(text):
            yield "full_width", found
    elif found := _HALF_HANGUL.findall(text):
        yield "full_width", found
    if found := _STACKED.findall(text):
        yield "stacked_marks", found


def _needless(text: str, fault: str) -> str:
    """The text without what a script has good use for."""
    if fault == "zero_width":
        text = _EMOJI_JOIN.sub(" ", text)
        if _JOINED.search(text):
            text = text.translate(dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x180E)))
    elif fault == "bidi" and _RIGHT.search(text):
        text = text.translate(dict.fromkeys((0x202A, 0x202B, 0x202C, *range(0x2066, 0x206A))))
    return text


def _mojibake(text: str) -> Iterator[str]:
    """Pieces of the text that were read in the wrong encoding."""
    if _LATIN.search(text):
        for match in _UTF8.finditer(text):
            plain = _decoded(match[0])
            if plain and (len(match[0]) > 3 or _typical(match[0], plain)):
                yield match[0]
        yield from (m[0] for m in _REST.finditer(text) if _certain(m[0], text))
        yield from (m[0] for m in _EUC_KR.finditer(text) if _korean(m[0]))
        words = _CP1251.findall(text)
        if len(words) > 1 and sum(map(len, words)) * 2 > len(text):
            yield from words
    elif _MAC_OR_DOS.search(text):
        yield from (m[0] for m in _REST.finditer(text))
    for pattern, codec in _codecs(text):
        for match in pattern.finditer(text):
            if _read(match[0], codec):
                yield match[0]


def _codecs(text: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """(pieces, the encoding that their UTF-8 may have been read in)."""
    if "Р" in text or "С" in text:
        yield _UTF8_1251, "cp1251"
    if _UTF8_932.search(text):
        yield _NOT_ASCII, "cp932"
    if _HANJA.search(text):
        yield _NOT_ASCII, "cp949"


def _certain(piece: str, text: str) -> bool:
    """A stump of Hangul counts beside Hangul, or where the text has more of them."""
    return piece[0] not in "ìíëê" or bool(_HANGUL.search(text)) or len(_REST.findall(text)) > 2


@functools.lru_cache(1024)
def _decoded(piece: str) -> str:
    """What UTF-8 read as Windows-1252 or Latin-1 was; "" where it was nothing likely."""
    try:
        raw = b"".join(_byte(char) for char in piece)
        plain = raw.decode("utf8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return ""
    if _GOOD.fullmatch(plain):
        return plain
    # Twice the wrong way: what comes out is mojibake again.
    again = _UTF8.fullmatch(plain)
    return plain if again and _decoded(plain) else ""


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


def _typical(piece: str, plain: str) -> bool:
    """Whether a single wrong character is sure: by its lead, which no language ends a word with."""
    return piece[0] in "ÃÂâðïíëìêãäåæç" and (piece[0] != "Ã" or plain.isalpha())


@functools.lru_cache(1024)
def _korean(piece: str) -> str:
    """What EUC-KR read as Latin-1 was."""
    try:
        return piece.encode("latin-1").decode("cp949")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return ""


def _read(piece: str, codec: str) -> str:
    """What UTF-8 read in `codec` was; "" where it was no UTF-8."""
    try:
        plain = piece.encode(codec).decode("utf8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return ""
    return plain if len(plain) * 3 <= len(piece) * 2 + 1 and _GOOD.fullmatch(plain) else ""


def mended(text: str, language: str, wanted: Collection[str], counts: dict[str, int]) -> str:
    """The text with what is certain put right; how many of each were, added to `counts`."""
    for name, found in list(faults(text, language)):
        if name not in wanted:
            continue
        better = _MENDS[name](text) if name in _MENDS else text
        if better != text:
            counts[name] = counts.get(name, 0) + len(found)
            text = better
    return text


def _paired(text: str) -> str:
    """Halves of a character that stand side by side put together."""
    return re.sub(
        "[\ud800-\udbff][\udc00-\udfff]",
        lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"),
        text,
    )


def _unseen(fault: str, text: str) -> str:
    """The text less the characters of a fault, save those that its script needs."""

    def cut(part: str) -> str:
        stays = _needless(part, fault)
        gone = set("".join(_CLASSES[fault].findall(stays)))
        return part.translate({ord(char): None for char in gone})

    pieces, at = [], 0
    for match in _EMOJI_JOIN.finditer(text):
        pieces += [text[at : match.start()], match[0]]
        at = match.end()
    pieces.append(text[at:])
    joined = bool(_JOINED.search(text))
    if joined:
        return cut(text) if len(pieces) == 1 else text
    return "".join(cut(p) if i % 2 == 0 else p for i, p in enumerate(pieces))


def _reread(text: str) -> str:
    """Mojibake read in its own encoding, up to three times over."""
    for _ in range(3):
        before = text
        text = _UTF8.sub(_in_place, text)
        text = _EUC_KR.sub(lambda m: _korean(m[0]) or m[0], text)
        for pattern, codec in list(_codecs(text)):
            text = pattern.sub(functools.partial(_put_right, codec), text)
        if text == before:
            break
    return text


def _put_right(codec: str, match: re.Match[str]) -> str:
    return _read(match[0], codec) or match[0]


def _in_place(match: re.Match[str]) -> str:
    plain = _decoded(match[0])
    sure = plain and (len(match[0]) > 3 or _typical(match[0], plain))
    return plain if sure else match[0]


def _narrowed(text: str) -> str:
    """Full-width letters and digits as plain ones; half-width Hangul would stay in pieces."""
    return _FULL.sub(
        lambda m: m[0] if _HALF_HANGUL.search(m[0]) else unicodedata.normalize("NFKC", m[0]), text
    )


_MENDS: dict[str, Callable[[str], str]] = {
    "surrogate": _paired,
    "control": functools.partial(_unseen, "control"),
    "bidi": functools.partial(_unseen, "bidi"),
    "zero_width": functools.partial(_unseen, "zero_width"),
    "mojibake": _reread,
    "decomposed": lambda text: unicodedata.normalize("NFC", text),
    "full_width": _narrowed,
    "private_use": lambda text: text.translate({0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢"}),
}
"""Fault → what mends it, where that is certain."""
