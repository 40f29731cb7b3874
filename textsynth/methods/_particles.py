"""Korean words from a form with both particles, as in "물을(를)": the one that fits stays."""

from __future__ import annotations

import re

from textsynth.privacy.particles import CONSONANT, RIEUL, last_sound

_EITHER = re.compile(r"([을이은])\(([를가는])\)|(와)\((과)\)|\((이)\)(?=라는)|\((으)\)(?=로)")


def settled(text: str) -> str:
    """The text with each of 을(를), 이(가), 은(는), 와(과), (이)라는 and (으)로 made one."""

    def one(found: re.Match[str]) -> str:
        sound = last_sound(text[: found.start()])
        closed = sound in (CONSONANT, RIEUL)
        hard, soft, vowel, other, named, way = found.groups()
        if hard:
            return str(hard if closed else soft)
        if vowel:
            return str(other if closed else vowel)
        if named:
            return str(named) if closed else ""
        return str(way) if sound == CONSONANT else ""

    return _EITHER.sub(one, text)
