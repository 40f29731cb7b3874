"""Templates into sentences: values filled in, English a/an and Korean particles that agree.

{name}        the value of an attribute, in its own words
{a:name}      the same after a or an: an electrician, an 18-year-old; {A:name} for A or An
{이/가}       the particle that the word before it takes; also 은/는 을/를 과/와 으로/로 …
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SLOT = re.compile(r"\{([^{}]*)\}")
_PARTICLE = re.compile(r"([가-힣]+)/([가-힣]+)")
_LAST = re.compile(r"[^\W_](?=[\W_]*$)")

_RIEUL = 8
_CLOSED_DIGITS = {"0": 21, "1": _RIEUL, "3": 16, "6": 1, "7": _RIEUL, "8": _RIEUL}
_CLOSED_LETTERS = {"l": _RIEUL, "m": 16, "n": 4}


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with `words` in it. A name that `words` lacks is a KeyError."""
    made = ""
    done = 0
    for slot in _SLOT.finditer(template):
        made += template[done : slot.start()]
        made += _one(slot[1].strip(), words, made)
        done = slot.end()
    return made + template[done:]


def names_in(template: str) -> list[str]:
    """The attributes that a template fills in, in order."""
    inside = (slot[1].strip() for slot in _SLOT.finditer(template))
    return [re.sub(r"^[aA]:|:cap$", "", name) for name in inside if not _PARTICLE.fullmatch(name)]


def particle(before: str, closed: str, open_: str) -> str:
    """Which of two particles follows `before`: the first after a final consonant.

    For (으)로 a final ㄹ counts as none. Digits and Latin letters as they are read.
    """
    last = _final(before)
    if closed.startswith("으로") and last == _RIEUL:
        return open_
    return closed if last else open_


def article(word: str) -> str:
    """`a` or `an` before an English word or a number, by its sound."""
    low = word.lower()
    if re.match(r"(8|11(?!\d)|18(?!\d))", low):
        return "an"
    if re.match(r"(one\b|once|uni|use|usu|euro|eu)", low) and not low.startswith("unin"):
        return "a"
    return "an" if re.match(r"([aeiou]|hour|honest|heir)", low) else "a"


def _one(name: str, words: Mapping[str, str], before: str) -> str:
    if pair := _PARTICLE.fullmatch(name):
        return particle(before, pair[1], pair[2])
    if name[:2].lower() == "a:":
        word = words[name[2:]]
        known = article(word)
        return f"{known.capitalize() if name[0] == 'A' else known} {word}"
    if name.endswith(":cap"):
        word = words[name.removesuffix(":cap")]
        return word[:1].upper() + word[1:]
    return words[name]


def _final(text: str) -> int:
    """The number of the final consonant of the last letter, 0 for none."""
    found = _LAST.search(text)
    if not found:
        return 0
    letter = found[0].lower()
    if "가" <= letter <= "힣":
        return (ord(letter) - ord("가")) % 28
    return _CLOSED_DIGITS.get(letter) or _CLOSED_LETTERS.get(letter, 0)
