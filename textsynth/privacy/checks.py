"""Check digits and ranges: what a number must satisfy to be one."""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache

CARD_LENGTHS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"3[47]", (15,)),
    (r"3(?:0[0-5]|[689])", (14, 16)),
    (r"35(?:2[89]|[3-8])", (16,)),
    (r"4", (13, 16, 19)),
    (r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    (r"6(?:011|5|4[4-9])|62|81", (16, 17, 18, 19)),
    (r"50|5[6-8]|6", (12, 13, 14, 15, 16, 17, 18, 19)),
)
_CARDS = tuple((re.compile(prefix), lengths) for prefix, lengths in CARD_LENGTHS)
_PUBLIC = frozenset(
    ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "168.126.63.1", "168.126.63.2"]
)
_DOCUMENTED = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
_GATEWAYS = re.compile(r"(?:192\.168|10\.0)\.[01]\.(?:0|1|254|255)$")


def luhn(digits: str) -> bool:
    """Whether the last digit is right by ISO/IEC 7812."""
    total = sum(map(int, digits[-1::-2]))
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def issued_card(digits: str) -> bool:
    """Whether a card network gives out numbers of this prefix and length."""
    return any(pattern.match(digits) and len(digits) in lengths for pattern, lengths in _CARDS)


def resident_date(digits: str) -> bool:
    """Whether the first six digits of a Korean number can be a date (a day up to 31)."""
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31


def resident_check(digits: str) -> bool:
    """Whether the 13th digit is right; for numbers given out until October 2020.

    Foreigners' numbers (5 to 8 in the seventh place) add 2 before the last step.
    """
    total = sum(
        int(d) * w for d, w in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=False)
    )
    last = (11 - total % 11) % 10
    return int(digits[12]) in (last, (last + 2) % 10 if digits[6] in "5678" else last)


def health_check(digits: str) -> bool:
    """Whether ten digits are a UK health service number, by modulus 11."""
    total = sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


def right_iban(compact: str) -> bool:
    """Whether modulus 97, the length and the national structure are right."""
    from stdnum import iban

    return bool(iban.is_valid(compact, check_country=False))


def iban_length(country: str) -> int | None:
    """Characters of an IBAN of a country."""
    return _iban_lengths().get(country)


@cache
def _iban_lengths() -> dict[str, int]:
    table = (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
        "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
        "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 "
        "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 "
        "TN24 TR26 UA29 VA22 VG24 XK20"
    )
    return {entry[:2]: int(entry[2:]) for entry in table.split()}


def leads_somewhere(address: str) -> bool:
    """Whether an IP address may lead to a person.

    Not one for this machine, for documentation, a mask, a router's own, a group's, or a resolver
    that the whole world uses.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.is_loopback or ip.is_unspecified or ip.is_multicast or address in _PUBLIC:
        return False
    if ip.version == 4 and (address.startswith(("255.", "0.")) or _GATEWAYS.match(address)):
        return False
    return not any(ip.version == net.version and ip in net for net in _DOCUMENTED)


@lru_cache(maxsize=4096)
def phone_standing(number: str, region: str | None) -> str:
    """`valid`, `possible` or `wrong` by the numbering plans; `company`: no person holds it."""
    import phonenumbers
    from phonenumbers import PhoneNumberType as Type

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return "wrong"
    kind = phonenumbers.number_type(parsed)
    if kind in (Type.TOLL_FREE, Type.SHARED_COST, Type.UAN, Type.PREMIUM_RATE):
        return "company"
    if phonenumbers.is_valid_number(parsed):
        return "valid"
    return "possible" if phonenumbers.is_possible_number(parsed) else "wrong"


def country_code(number: str) -> str:
    """The digits after the plus sign that name a country; two where no plan knows them."""
    import phonenumbers

    try:
        return str(phonenumbers.parse(number, None).country_code)
    except phonenumbers.NumberParseException:
        return re.sub("[^0-9]", "", number)[:2]
