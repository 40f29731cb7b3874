"""The spellings of one value that a text may hold, and which are long enough to be looked for."""

from __future__ import annotations

import re
import unicodedata

from textsynth.privacy import normal
from textsynth.privacy.english_names import first_names, last_names
from textsynth.privacy.mentions import COMMON

LEAST_DIGITS = 6
"""A shorter number is a year, a price or a postcode as often as it is somebody's."""

LEAST_LETTERS = 4
"""Letters and digits that a value needs, but for Hangul and Chinese."""

LEAST_SYLLABLES = 3
"""Syllables that Hangul, Chinese or kana need: a given name alone is also a word."""

CASELESS = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")
"""Scripts whose words are joined to what follows."""

NUMBER_GAP = r"[\s().\-\u2010-\u2015\u2212/·]{0,4}"
"""A pattern of what may stand between two groups of digits of one number."""

NAME_ENDS = re.compile(
    "(?:은|는|이|가|을|를|의|에|께|도|만|과|와|랑|로|라|님|씨|군|양|아|야|인|입|였|한테|하고|보다|처럼|까지|부터|마저|조차|으로"
    "|및|외|등|또는|고객|회원|환자|학생|선생|부장|과장|차장|대리|사원|주임|팀장|실장|본부장|이사|대표|사장|회장|교수|박사|원장|간호사|의사"
    "|변호사|기자|작가|감독|선수|여사|어머|아버|할머|할아|배우|상담|담당|매니저|조합원|주무관|점장|지점장)"
)
"""What may follow a name of three syllables: a particle, a title or the name of a part."""

_NUMERIC = re.compile(r"[\s\d().+\-\u2010-\u2015\u2212/·]+")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015.]+")
_COMPACT = frozenset({"iban", "national_id", "passport", "driver_license", "vehicle"})
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TITLE = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|madam)\.?\s+")
_HANGUL_NAME = re.compile("([가-힣])\\s?([가-힣]{2})")


def spellings(kind: str, value: str) -> list[str]:
    """Lower-case spellings; the first is the form that equal values share."""
    text = unicodedata.normalize("NFKC", value).strip().lower()
    shared = normal(kind, value).lower()
    forms = [shared or text, text]
    if kind == "phone":
        forms += _phone_forms(shared)
    elif kind in _COMPACT:
        bare = _SEPARATORS.sub("", text)
        forms.append(bare)
        if kind == "iban":
            forms.append(" ".join(bare[i : i + 4] for i in range(0, len(bare), 4)))
    elif kind == "date_of_birth" and (date := _DATE.fullmatch(shared)):
        year, month, day = (int(part) for part in date.groups())
        forms += [
            f"{year}{month:02}{day:02}", f"{year}년 {month}월 {day}일",
            f"{year}년 {month:02}월 {day:02}일",
        ]  # fmt: skip
    elif kind == "name" and text.isascii():
        forms += _english_names(text)
    elif kind == "name" and (name := _HANGUL_NAME.fullmatch(text)):
        forms += [name[1] + name[2], f"{name[1]} {name[2]}"]
    return list(dict.fromkeys(form for form in forms if form))


def number_of(form: str) -> str | None:
    """The digits of a spelling that is a number, None for any other and for short ones."""
    if not _NUMERIC.fullmatch(form):
        return None
    digits = re.sub(r"\D", "", form)
    return digits if len(digits) >= LEAST_DIGITS else None


def enough(form: str) -> bool:
    """Whether a spelling that is no number is long enough to be looked for."""
    joined = len(CASELESS.findall(form))
    signs = sum(char.isalnum() for char in form)
    if form.isdigit():
        return False
    return joined >= LEAST_SYLLABLES or signs >= LEAST_LETTERS


def ordinary(kind: str, form: str) -> bool:
    """Whether a name is one word that many people have, or that is a word: `Hope`, `James`.

    It leads to nobody by itself, and looking for it would turn `I hope` round and drop good rows.
    """
    return kind == "name" and (form in COMMON or form in first_names() or form in last_names())


def _english_names(text: str) -> list[str]:
    """A full name without its title and its middle names, and with the last name first."""
    parts = re.sub(r"[.,]", " ", _TITLE.sub("", text)).split()
    if len(parts) < 2:
        return []
    first, last = parts[0], parts[-1]
    return [" ".join(parts), f"{first} {last}", f"{last} {first}"]


def _phone_forms(shared: str) -> list[str]:
    """A national number also as people abroad would dial it, and the other way round."""
    digits = shared.lstrip("+")
    if shared.startswith("0") and digits.isdigit():
        return [code + rest for code in ("82", "44") for rest in (digits[1:], digits)]
    return [digits]
