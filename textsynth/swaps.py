"""A person described as another one: gender swapped by rules, other attributes replaced or said.

Word lists of our own for English and Korean. Words for the person, and for a partner, are swapped;
kin that the text speaks of ("her brother", "어머니를 모시고") stay who they are. A text that has
the gender already stays as it is. What cannot be swapped is handed back, so that it can be told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textsynth.privacy.particles import agreed

WOMAN, MAN = "woman", "man"
_MEANS = {
    **dict.fromkeys(("woman", "female", "girl", "여성", "여자"), WOMAN),
    **dict.fromkeys(("man", "male", "boy", "남성", "남자"), MAN),
}
GENDER = ("gender", "sex", "성별")
"""Names of the attribute whose words are swapped."""

# Woman's word, man's word. Of several that share a word, the first is the one that is taken.
_SELF = """
she he|herself himself|hers his|woman man|women men|lady gentleman|ladies gentlemen|girl boy
female male|ms mr|mrs mr|miss mr|madam sir|ma'am sir|mother father|mom dad|mum dad|mommy daddy
grandmother grandfather|grandma grandpa
widow widower|waitress waiter|actress actor|businesswoman businessman|saleswoman salesman
policewoman policeman|policewomen policemen|chairwoman chairman|spokeswoman spokesman
fisherwoman fisherman|hostess host|stewardess steward|heroine hero|schoolgirl schoolboy
stepmother stepfather|godmother godfather|queen king|princess prince|nun monk
housewife househusband|tradeswoman tradesman|sportswoman sportsman|craftswoman craftsman
"""
_PARTNERS = "wife husband|girlfriend boyfriend|bride groom|wives husbands"
_KIN_WORDS = """
mother father mom dad mum mommy daddy grandmother grandfather grandma grandpa stepmother stepfather
godmother godfather
"""
_KIN = frozenset(_KIN_WORDS.split())
_POSSESSIVES = frozenset(("her", "his", "their", "my", "whose"))
# After these, "her" is no possessive.
_AFTER = """
to and but or for with in on at from by when if that who as than before after because while so
about is was has had again too what how up out off down away back into over
"""
_NO_NOUN = frozenset(_AFTER.split())
_TELLS = re.compile(
    r"\b(?:pregnan\w+|beard(?:ed)?|m(?:o)?ustache|menopaus\w+|prostate|breastfeed\w*|maternity"
    r"|paternity|bald)\b|임신|수염|군필|예비군|갱년기|산후|출산|전립선|생리통",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")

_KOREAN = """
여성 남성|여자 남자|그녀 그|오빠 형|언니 누나
여학생 남학생|여직원 남직원|여교사 남교사|여배우 남배우|아주머니 아저씨|숙녀 신사|소녀 소년
처녀 총각|과부 홀아비|며느리 사위|여사 선생|여사장 사장|여대생 남대생|워킹맘 워킹대디
"""
_PARTNERS_KO = "아내 남편|부인 남편|여자친구 남자친구"
_KOREAN_KIN = "어머니 아버지|엄마 아빠|할머니 할아버지"
_SELF_KO = r"(?<=의 )(?:{0})|(?:{0})(?=(?:이?다|입니다|예요|이에요|로서|이자)?(?:[.,]|$))"
_HANGUL = r"[가-힣]"


@dataclass(frozen=True, slots=True)
class Swap:
    """A text after a swap: how many words changed, and which tell the other value and stayed."""

    text: str
    changed: int = 0
    told: bool = False
    """Whether the text says the gender at all, before the swap or after."""
    left: tuple[str, ...] = ()


def _pairs(block: str) -> list[tuple[str, str]]:
    found = [pair.split() for line in block.strip().splitlines() for pair in line.split("|")]
    return [(one, other) for one, other in found]


def _table(block: str, to: str) -> dict[str, str]:
    """Word → what it is for `to`; the first of several pairs goes."""
    table: dict[str, str] = {}
    for hers, his in _pairs(block):
        table.setdefault(hers if to == MAN else his, his if to == MAN else hers)
    return table


def _other(gender: str) -> str:
    return WOMAN if gender == MAN else MAN


def gendered(text: str, to: str, language: str) -> Swap:
    """The text with its person a `woman` or a `man`."""
    found = _genders_ko(text) if language == "ko" else _genders_en(text)
    now = max((WOMAN, MAN), key=lambda one: found[one]) if any(found.values()) else ""
    left = dict.fromkeys(_TELLS.findall(text))
    if now and found[_other(now)]:
        left["words of both genders"] = None
    if now in ("", to):
        return Swap(text, 0, bool(now), tuple(left))
    text, changed = _korean(text, to) if language == "ko" else _english(text, to)
    return Swap(text, changed, True, tuple(left))


def _own_words(text: str) -> list[tuple[re.Match[str], str]]:
    """The words of a text, each in small letters, save kin of whom it speaks."""
    words = [(found, found[0].lower()) for found in _WORD.finditer(text)]
    return [
        (found, word)
        for number, (found, word) in enumerate(words)
        if word.removesuffix("'s") not in _KIN or not number
        or words[number - 1][1] not in _POSSESSIVES
    ]  # fmt: skip


def _genders_en(text: str) -> dict[str, int]:
    """How many words say that the person is a woman, or a man."""
    words = [word.removesuffix("'s") for _, word in _own_words(text)]
    own = {WOMAN: {*_table(_SELF, MAN), "her"}, MAN: {*_table(_SELF, WOMAN), "him", "his"}}
    return {gender: sum(word in known for word in words) for gender, known in own.items()}


def _english(text: str, to: str) -> tuple[str, int]:
    table = {**_table(_SELF, to), **_table(_PARTNERS, _other(to))}
    table |= {"him": "her"} if to == WOMAN else {}
    pieces, at, changed = [], 0, 0
    for found, word in _own_words(text):
        base = word.removesuffix("'s")
        new = table.get(base, "")
        if word == ("her" if to == MAN else "his"):
            owns = _possessive(text, found.end())
            new = ("his" if owns else "him") if to == MAN else ("her" if owns else "hers")
        if new:
            pieces += [text[at : found.start()], _cased(found[0], new + word[len(base) :])]
            at, changed = found.end(), changed + 1
    return "".join([*pieces, text[at:]]), changed


def _possessive(text: str, end: int) -> bool:
    """Whether a noun follows: "her shop", not "help her with"."""
    after = _WORD.search(text, end)
    return (
        after is not None
        and text[end : after.start()].isspace()
        and (after[0].lower() not in _NO_NOUN)
    )


def _cased(old: str, new: str) -> str:
    return new[0].upper() + new[1:] if old[0].isupper() else new


def _pattern_ko(words: Mapping[str, str], kin: Mapping[str, str]) -> re.Pattern[str]:
    # "그" alone is also "that", so it is a pronoun only before a particle of its own.
    plain = "|".join(w for w in sorted(words, key=len, reverse=True) if w != "그")
    pattern = rf"(?<!{_HANGUL})(?:{plain})|{_SELF_KO.format('|'.join(kin))}"
    if "그" in words:
        pattern += rf"|(?<!{_HANGUL})그(?=는 |가 |의 |를 |에게 )"
    return re.compile(pattern)


def _genders_ko(text: str) -> dict[str, int]:
    """How many words say that the person is a woman, or a man."""
    return {
        _other(to): len(_pattern_ko(_table(_KOREAN, to), _table(_KOREAN_KIN, to)).findall(text))
        for to in (WOMAN, MAN)
    }


def _korean(text: str, to: str) -> tuple[str, int]:
    words, kin = _table(_KOREAN, to), _table(_KOREAN_KIN, to)
    words |= _table(_PARTNERS_KO, _other(to))
    return replaced(text, _pattern_ko(words, kin), {**words, **kin})


def replaced(text: str, pattern: re.Pattern[str], table: Mapping[str, str]) -> tuple[str, int]:
    """Each match by what the table has for it, a Korean particle after it made to fit; how many."""
    pieces, at, changed = [], 0, 0
    for found in pattern.finditer(text):
        new = table[found[0]]
        form, length = agreed(text, found.end(), found[0], new)
        pieces += [text[at : found.start()], new, form]
        at, changed = found.end() + length, changed + 1
    return "".join([*pieces, text[at:]]), changed


@dataclass(frozen=True, slots=True)
class Carried:
    """A persona with a value of an attribute. `how`: swapped, replaced, there (it said so already),
    or stated in a sentence of its own."""

    persona: dict[str, Any]
    how: str
    left: tuple[str, ...] = ()


def carried(persona: Mapping[str, Any], name: str, value: str, language: str) -> Carried:
    """The persona as one with that value; its id, and all that has nothing to do with it, stay."""
    text = str(persona.get("description") or "")
    made = dict(persona)
    attributes = persona.get("attributes")
    old = str((attributes or {}).get(name) or persona.get(name) or "")
    if isinstance(attributes, Mapping):
        made["attributes"] = {**attributes, name: value}
    if name in persona:
        made[name] = value
    to = _MEANS.get(value.lower(), "") if name.lower() in GENDER else ""
    if to:
        swap = gendered(text, to, language)
        how = "swapped" if swap.changed else "there" if swap.told else "stated"
        # Said of both alike, so that no description is the longer one for its value.
        said = text if swap.told else _with(text, _sentence(name, value, language))
        made["description"] = swap.text if swap.told else said
        return Carried(made, how, swap.left)
    if old and old in text:
        own = re.compile(
            rf"(?<!\w){re.escape(old)}(?!\w|'\w\w)" if old.isascii() else re.escape(old)
        )
        made["description"], changed = replaced(text, own, {old: value})
        if changed:
            return Carried(made, "replaced" if old != value else "there")
    made["description"] = _with(text, _sentence(name, value, language))
    left = gendered(text, WOMAN, language) if name.lower() in GENDER else Swap("")
    return Carried(made, "stated", ("words of a gender",) if left.told else ())


def _with(text: str, sentence: str) -> str:
    return f"{text.rstrip()} {sentence}".strip()


def _sentence(name: str, value: str, language: str) -> str:
    """The attribute in words that fit any person."""
    plain = name.replace("_", " ")
    if language == "ko":
        known = {"name": "이름", "gender": "성별", "sex": "성별", "age": "나이",
                 "nationality": "국적", "religion": "종교", "region": "사는 곳",
                 "occupation": "직업"}  # fmt: skip
        return f"{known.get(name.lower(), plain)}: {value}."
    return f"{plain[:1].upper()}{plain[1:]}: {value}."
