"""Values that are nobody's by how they are made: reserved for examples, for fiction, for tests.

What the stand-ins of `standins` look like is among them, save names, addresses and dates of birth,
which look like anybody's.
"""

from __future__ import annotations

import ipaddress
import re

from textsynth.privacy import checks
from textsynth.privacy.wordlists import words

_DOMAINS = re.compile(
    r"(?:^|[@.])(?:example\.(?:com|org|net|edu|co\.uk|co\.kr)|[a-z0-9.-]*\.?(?:example|test|"
    r"invalid|localhost))$"
)
_FICTION_UK = re.compile(
    r"07700900|0(?:113|114|115|116|117|118|121|131|141|151|161)4960|02079460|01914980|02896496|"
    r"02920180|01632|08081570|09098790|03069990"
)
_FICTION_KO = re.compile(r"0(?:1[016-9]|70|2|3[1-3]|4[1-4]|5[1-5]|6[1-4])0")
_TEST_CARDS = frozenset(
    words(
        """
        4242424242424242 4111111111111111 4012888888881881 4000056655665556 5555555555554444
        5105105105105100 2223003122003222 378282246310005 371449635398431 6011111111111117
        3056930009020004 3566002020360505
        """
    )
)
_TEST_IBANS = frozenset(("GB29NWBK60161331926819", "GB82WEST12345698765432"))
_BENCHMARK = ipaddress.ip_network("198.18.0.0/15")
_NO_CODE = re.compile(r"\bzz[0-9]{1,2} ?[0-9][a-z]{2}$|\b00[0-9]{3}(?:-[0-9]{4})?$")
_WORDS = re.compile(r"example|x{4,}|\*{3,}|<|\byour|dummy|changeme|placeholder", re.I)


def invented(kind: str, value: str, plain: str) -> bool:
    """Whether a value is known to be nobody's; `plain` is its normal form.

    Phone numbers kept for fiction (UK 07700 900, 01632 …, US 555, Korean subscribers that begin
    with 0), addresses at example.com and under .test, documented IP networks, ids with a day that
    no calendar has, cards that fail the check digit or are everyone's test numbers.
    """
    rule = _RULES.get(kind)
    return rule is not None and rule(value, plain)


def _email(value: str, plain: str) -> bool:
    return _DOMAINS.search(plain) is not None


def _phone(value: str, plain: str) -> bool:
    digits = re.sub("[^0-9]", "", plain)
    if _FICTION_UK.match(digits):
        return True
    if digits.startswith("0") and len(digits) in (9, 10, 11):
        london = digits.startswith("020") and len(digits) == 11
        return _FICTION_KO.match(digits) is not None and not london
    if len(digits) == 10:
        return digits[:3] == "555" or digits[3:6] == "555" or digits[3] == "0"
    return len(digits) == 7 and (digits.startswith("555") or digits[0] == "0")


def _national_id(value: str, plain: str) -> bool:
    digits = re.sub("[^0-9]", "", plain)
    if plain[:2] == "QQ":
        return True
    if len(plain) == 9:
        return digits[:1] == "9" or digits in ("078051120", "219099999", "123456789")
    if len(plain) == 10:
        return digits.startswith("999")
    month, day = digits[2:4], digits[4:6]
    long = ("01", "03", "05", "07", "08", "10", "12")
    return day > ("31" if month in long else "29" if month == "02" else "30")


def _card(value: str, plain: str) -> bool:
    return plain in _TEST_CARDS or ("*" not in plain and not checks.luhn(plain))


def _iban(value: str, plain: str) -> bool:
    return plain[2:4] == "00" or plain in _TEST_IBANS


def _ip(value: str, plain: str) -> bool:
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return False
    return address.version == 4 and address in _BENCHMARK


def _zeros(value: str, plain: str) -> bool:
    number = re.search("[0-9]+", plain)
    return number is not None and number[0].startswith("00")


def _secret(value: str, plain: str) -> bool:
    return _WORDS.search(value) is not None


def _address(value: str, plain: str) -> bool:
    return (
        re.search(r"\bzz[0-9]{1,2} ?[0-9][a-z]{2}$|\b00[0-9]{3}(?:-[0-9]{4})?$", plain) is not None
    )


_RULES = {
    "email": _email,
    "phone": _phone,
    "national_id": _national_id,
    "card": _card,
    "iban": _iban,
    "ip": _ip,
    "bank_account": _zeros,
    "passport": _zeros,
    "driver_license": _zeros,
    "vehicle": _zeros,
    "secret": _secret,
    "address": _address,
}
