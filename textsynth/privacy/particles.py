"""Korean particles agree with the last sound before them: 민수가 but 지훈이."""

from __future__ import annotations

import re

# Each pair: after a consonant, after a vowel. 으로 is special: ㄹ takes 로 too.
_PAIRS = (
    ("으로부터", "로부터"),
    ("으로서", "로서"),
    ("으로", "로"),
    ("이라고", "라고"),
    ("이라는", "라는"),
    ("이라", "라"),
    ("이에요", "예요"),
    ("이요", "요"),
    ("이었", "였"),
    ("이랑", "랑"),
    ("이나", "나"),
    ("이며", "며"),
    ("과", "와"),
    ("은", "는"),
    ("을", "를"),
    ("이", "가"),
    ("아", "야"),
    ("이야", "야"),
)
_FORMS = sorted({form for pair in _PAIRS for form in pair}, key=len, reverse=True)
_PARTICLE = re.compile(
    rf"({'|'.join(_FORMS)})(?=$|[^가-힣]|(?<=였|었)[가-힣]|(?<=로|와|과)"
    rf"[는도의](?![가-힣]))"
)
# The last sound of a digit's or a letter's name: 0 a vowel, 1 a consonant, 2 ㄹ.
_DIGITS = dict(zip("0123456789", (1, 2, 0, 1, 0, 0, 1, 2, 2, 0), strict=True))
_LETTERS = {**dict.fromkeys("bckmnptg", 1), **dict.fromkeys("lr", 2)}
VOWEL, CONSONANT, RIEUL = 0, 1, 2


def last_sound(text: str) -> int | None:
    """0 a vowel, 1 a consonant, 2 ㄹ; None where the last letter tells nothing."""
    letters = text.rstrip(" )]\"'*")
    if not letters:
        return None
    last = letters[-1].lower()
    if "가" <= last <= "힣":
        final = (ord(last) - 0xAC00) % 28
        return VOWEL if final == 0 else RIEUL if final == 8 else CONSONANT
    if last in _DIGITS:
        return _DIGITS[last]
    if last.isascii() and last.isalpha():
        return _LETTERS.get(last, VOWEL)
    return None


def agreed(text: str, end: int, old: str, new: str) -> tuple[str, int]:
    """The particle right after a value, in the form that the new value needs, and its old length.

    ("", 0) where none follows or nothing changes: where old and new end alike, and where the
    writer's form did not follow our reading of the old value, which is then not ours to mend.
    """
    match = _PARTICLE.match(text, end)
    if not match:
        return "", 0
    before, after = last_sound(old), last_sound(new)
    if before is None or after is None:
        return "", 0
    for hard, soft in _PAIRS:
        if match[1] in (hard, soft):
            direction = hard.startswith("으로")
            if _form(hard, soft, before, direction) != match[1]:
                return "", 0
            fit = _form(hard, soft, after, direction)
            return (fit, len(match[1])) if fit != match[1] else ("", 0)
    return "", 0


def _form(hard: str, soft: str, sound: int, direction: bool) -> str:
    return soft if sound == VOWEL or (direction and sound == RIEUL) else hard
