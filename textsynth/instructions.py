"""What makes an instruction of no use for training on text, in English and Korean (Self-Instruct).

After Y. Wang et al., "Self-Instruct" (arXiv 2212.10560): length, media that a text cannot hold,
how it begins. Our own word lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

FEWEST, MOST = 3, 150
"""Words: an instruction has more than FEWEST and not more than MOST."""

MEDIA = (
    "image", "images", "picture", "pictures", "photo", "photos", "photograph", "photographs",
    "graph", "graphs", "diagram", "diagrams", "flowchart", "flowcharts", "drawing", "drawings",
    "draw", "sketch", "map", "maps", "file", "files", "attachment", "attached", "screenshot",
    "logo", "logos", "poster", "posters", "video", "videos", "audio", "recording", "hyperlink",
    "website", "url",
    "이미지", "사진", "그림(?!자)", "그래프", "도표", "(?<!프로)파일(?!럿)", "첨부", "동영상",
    "영상", "오디오", "녹음", "순서도", "다이어그램", "스크린샷", "약도", "로고", "그려",
    "그리세요", "웹사이트",
)  # fmt: skip
"""Words, as patterns, that ask for what is no text; Hangul ones also inside a longer word."""

_DENSE = re.compile(
    "[\u0e01-\u0e5b\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]"
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENING = "\"'“‘「『(<["


def words(text: str) -> int:
    """Number of words; in Hangul, Han, Kana and Thai every two letters are one."""
    spaced, dense = _DENSE.subn(" ", text)
    return len(_WORD.findall(spaced)) + (dense + 1) // 2


def media(extra: Iterable[str] = ()) -> re.Pattern[str]:
    """Finds the words of MEDIA and `extra` in a text in small letters."""
    known = [*MEDIA, *(re.escape(word.lower()) for word in extra)]
    latin = [word for word in known if word.isascii()]
    other = [word for word in known if not word.isascii()]
    return re.compile("|".join([rf"\b(?:{'|'.join(latin)})\b", *other]))


_MEDIA = media()


def fault(text: str, language: str, pattern: re.Pattern[str] = _MEDIA) -> str:
    """Why an instruction is of no use, as a slug; empty where nothing speaks against it."""
    text = text.strip()
    count = words(text)
    if count <= FEWEST:
        return "too_short"
    if count > MOST:
        return "too_long"
    if pattern.search(text.lower()):
        return "not_for_text"
    first = text[0]
    quoted = first in _OPENING and language != "en"  # Korean names what it works on in quotes first
    if not quoted and unicodedata.category(first)[0] in "PSC":
        return "begins_with_a_sign"
    if language == "en" and not first.isascii():
        return "begins_in_another_script"
    return ""
