"""The form in which two spellings of one value are equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from textsynth.privacy.births import birth_date
from textsynth.privacy.folding import fold

_AT = re.compile(r"\s*(?:[(\[{<]\s*(?:at|@|골뱅이|앳)\s*[)\]}>]|\bat\b|골뱅이|@)\s*")
_DOT = re.compile(
    r"\s*(?:[(\[{<]\s*(?:dot|\.|점|닷)\s*[)\]}>]|\bdot\b|(?<=[a-z ])[닷점](?=[ a-z])|\.)\s*"
)
_COUNTRIES = {"82": "0", "44": "0", "1": ""}
_DIGITS = ("card", "bank_account")
_LETTERS = ("iban", "national_id", "passport", "driver_license", "vehicle")


@lru_cache(maxsize=4096)
def normal(kind: str, value: str) -> str:
    """A value in the form that its other spellings share; for comparing, never for showing.

    Digits of a number (a phone number in its national form, where the country is Korea, the UK or
    the US), a lower-case address, a name without its case, a date as year-month-day.
    """
    text = fold(unicodedata.normalize("NFC", value)).text.strip()
    if kind == "email":
        return _DOT.sub(".", _AT.sub("@", text.lower(), count=1)).replace(" ", "")
    if kind == "phone":
        return _phone(text)
    if kind in _DIGITS:
        return re.sub(r"[^0-9*]", "", text)
    if kind in _LETTERS:
        masked = re.sub(r"[●○•xX](?=[●○•xX*]*$)", "*", text) if kind == "national_id" else text
        return re.sub(r"[^0-9A-Z가-힣*]", "", masked.upper())
    if kind == "date_of_birth":
        return birth_date(text) or re.sub(r"\s+", " ", text.lower())
    if kind == "name" and re.match("[가-힣] ", text):
        text = text.replace(" ", "")
    if kind in ("name", "address"):
        return re.sub(r"[\s,.]+", " ", text.casefold()).strip()
    if kind == "ip":
        return text.lower()
    return text


def _phone(text: str) -> str:
    digits = re.sub(r"[^0-9*]", "", text.replace("(0)", ""))
    if not text.lstrip("( ").startswith("+"):
        ten = len(digits) == 11 and digits[0] == "1"
        return digits[1:] if ten else digits
    for country, trunk in _COUNTRIES.items():
        if digits.startswith(country):
            rest = digits[len(country) :]
            return trunk + (rest.lstrip("0") if trunk else rest)
    return "+" + digits
