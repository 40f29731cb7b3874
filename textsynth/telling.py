"""Which language a row is in, where nobody says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textsynth.records import LANGUAGES
from textsynth.tongues import chances

LOOKED_AT = 600
"""Characters of a row that are looked at: more make it no surer."""

FEWEST = 24
"""Letters below which nothing is told."""

SURE = 0.5
_LETTER = re.compile(r"[^\W\d_]")
_HANGUL = re.compile(r"[가-힣]")
_NO_PROSE = re.compile(r"```.*?(?:```|\Z)|https?://\S+|<[^>\n]{1,200}>", re.S)


def told_language(texts: Sequence[str], default: str) -> str:
    """The code of the language that most of the texts are in; `default` where it is not sure.

    A third of Hangul letters make a text Korean: English names and terms stand in it.
    """
    share = max(80, LOOKED_AT // max(len(texts), 1))
    text = _NO_PROSE.sub(" ", "\n".join(text[:share] for text in texts))[: 2 * LOOKED_AT]
    letters = len(_LETTER.findall(text))
    if letters < FEWEST:
        return default
    if not text.isascii() and 3 * len(_HANGUL.findall(text)) >= letters:
        return "ko"
    code, chance = next(iter(chances(text).items()), ("", 0.0))
    return code if chance >= SURE and code in LANGUAGES else default
