"""Stand-ins that look like the value and cannot be one: reserved ranges, wrong check digits."""

from __future__ import annotations

import re
from collections.abc import Callable

from textsynth.privacy import checks
from textsynth.privacy.births import MONTHS, birth_date
from textsynth.privacy.draws import Draw, lay
from textsynth.privacy.invented_places import address
from textsynth.privacy.secrets import SHAPES
from textsynth.privacy.wordlists import words

_AT = re.compile(r"\s*(?:[(\[{<]\s*(?:at|@|골뱅이|앳)\s*[)\]}>]|\sat\s|골뱅이|@)\s*", re.I)
_DOT = re.compile(
    r"\s*(?:[(\[{<]\s*(?:dot|\.|점|닷)\s*[)\]}>]|\sdot\s|(?<=[a-z ])[닷점](?=[ a-z])|\.)\s*", re.I
)
_MAIL_WORDS = words(
    """
    amber birch cedar cloud clover coral delta ember fern field forest garnet harbor hazel heron
    indigo island jasper juniper lake lark linen maple meadow mist olive onyx orchid otter pearl
    pebble pine plum quartz reed river robin rowan saffron sage shore sierra sparrow spruce stone
    summit teal thistle topaz tulip valley violet walnut willow winter wren zephyr
    """
)
_AREAS = words(
    """
    201 202 212 213 305 312 404 415 503 512 602 617 702 713 718 801 818 907 916 971
    """
)
_PREFIX = re.compile("|".join(f"(?:{shape})" for shape in SHAPES))
_HEAD = re.compile(
    r"(?:sk-(?:ant-|proj-|or-)?|[srp]k_(?:live|test)_|A[KSGIR][IOP]A|gh[pousr]_|"
    r"github_pat_|glpat-|xox.-|hf_|AIza|ya29\.|SG\.|npm_|pypi-|dop_v1_|shp.._|eyJ)"
)
_MONTH_NAMES = words(
    """
    January February March April May June July August September October November December
    """
)


def stand_in(kind: str, value: str, plain: str, draw: Draw, *, crowded: bool = False) -> str:
    """Another value of the kind in the format of `value`; `plain` is its normal form.

    `crowded`: from the wider range that some kinds have, for documents with more values than the
    usual range holds (100 to 2,000 numbers, 762 addresses of computers).
    """
    makers = _WIDE if crowded and kind in _WIDE else _MAKERS
    return makers[kind](value, plain, draw)


def _email(value: str, plain: str, draw: Draw) -> str:
    """At example.com, .org or .net, which are reserved and reach nobody (RFC 2606)."""
    local = f"{draw.pick(_MAIL_WORDS)}.{draw.pick(_MAIL_WORDS)}{draw.digits(2)}"
    end = draw.pick(("com", "org", "net"))
    at = _AT.search(value)
    dot = _DOT.search(value, at.end()) if at else None
    return f"{local}{at[0] if at else '@'}example{dot[0] if dot else '.'}{end}"


def _wide_phone(value: str, plain: str, draw: Draw) -> str:
    return _phone(value, plain, draw, wide=True)


def _phone(value: str, plain: str, draw: Draw, wide: bool = False) -> str:
    """Ranges kept for fiction (UK, US); elsewhere an exchange that begins with 0.

    A Korean subscriber's number never begins with 0 or 1: 0 dials out of the area and 1 opens the
    short codes (112, 1588), so that 010-00xx-xxxx and 02-00x-xxxx are nobody's. `wide`: the ranges
    for fiction are small; past them, the British area 01632, which no place has, and American
    exchanges that begin with 0, which none does.
    """
    digits = re.sub("[^0-9]", "", value)
    national = re.sub("[^0-9*]", "", plain)
    abroad = value.lstrip("( ").startswith("+")
    code = next((c for c in ("82", "44", "1") if abroad and digits.startswith(c)), "")
    if abroad and not code:
        kept = checks.country_code(value)
        return lay(value, kept + _zeros(len(digits) - len(kept), draw))
    if code == "82" or (not code and _korean(national, value)):
        area = re.match(r"0(?:1[016-9]|2|[3-6][1-5]|70|50[2-9]?)|0", national)
        head = area[0] if area else ""
        fresh = head + _zeros(len(national) - len(head), draw)
    elif code == "44" or (not code and national.startswith("0")):
        ranges = (
            "01632"
            if wide
            else "07700900"
            if national.startswith("07")
            else "02079460"
            if national.startswith("020")
            else "01632960"
        )
        fresh = (ranges + draw.digits(12))[: len(national)]
    elif code == "1" or len(national) == 10:
        fresh = draw.pick(_AREAS) + ("0" + draw.digits(6) if wide else "55501" + draw.digits(2))
    elif len(national) == 7:
        fresh = "0" + draw.digits(6) if wide else "55501" + draw.digits(2)
    else:
        fresh = _zeros(len(national), draw)
    if code:
        fresh = (
            code
            + ("0" if "(0)" in value else "")
            + (fresh.removeprefix("0") if code != "1" else fresh)
        )
    elif len(digits) == len(national) + 1:
        fresh = digits[0] + fresh
    if "*" in value:
        fresh = "".join(
            f for f, v in zip(fresh, re.sub("[^0-9*]", "", value), strict=False) if v != "*"
        )
    return lay(value, fresh)


def _korean(national: str, value: str) -> bool:
    """Whether a number without a country code is Korean; 0161 is Manchester, 016 was a carrier."""
    if national.startswith(("010", "070", "050")):
        return len(national) in (10, 11, 12) and (len(national) > 10 or national[2] != "5")
    if not re.match(r"0(?:1[16-9]|2|[3-6][1-5])", national) or len(national) not in (9, 10, 11):
        return False
    group = re.match(r"\(?([0-9]+)", value)
    return group is not None and len(group[1]) in (2, 3, len(national)) and national[:3] != "020"


def _zeros(count: int, draw: Draw) -> str:
    return "0" * min(2, count) + draw.digits(max(0, count - 2))


def _national_id(value: str, plain: str, draw: Draw) -> str:
    """A Korean number with a day that no calendar has; a US area that is never issued; QQ for the
    UK; health service numbers from 999, which are kept for tests."""
    digits = re.sub("[^0-9]", "", plain)
    if re.match(r"[A-Za-z]", plain):
        letters = "QQ" if value[0].isupper() else "qq"
        return letters + lay(value[2:], draw.digits(6))
    if len(plain) == 9:
        return lay(value, "9" + draw.digits(2) + str(1 + draw.below(4)) + draw.digits(5))
    if len(plain) == 10:
        return lay(value, "999" + draw.digits(7))
    day = draw.pick(("0230", "0231", "0431", "0631", "0931", "1131"))
    fresh = draw.digits(2) + day + digits[6:7] + draw.digits(6)
    return lay(value, fresh)


def _card(value: str, plain: str, draw: Draw) -> str:
    """Fails the check digit; not a test number, for those are few and every shop knows them.

    The first digit stays, so that a "Visa" beside it is still true.
    """
    fresh = plain[0] + draw.digits(len(plain) - 1)
    if checks.luhn(fresh):
        fresh = fresh[:-1] + str((int(fresh[-1]) + 1 + draw.below(9)) % 10)
    return lay(value, fresh)


def _iban(value: str, plain: str, draw: Draw) -> str:
    """Of the same country, with the check digits 00, which modulus 97 never gives."""
    body = iter("00" + draw.like(plain[4:]))
    shown = value[:2] + "".join(next(body) if c.isalnum() else c for c in value[2:])
    return shown.lower() if value.islower() else shown


def _bank_account(value: str, plain: str, draw: Draw) -> str:
    """Begins with 00, which no bank uses for a branch or a sort code."""
    return lay(value, _zeros(len(plain), draw))


def _document(value: str, plain: str, draw: Draw) -> str:
    """Passports and licences: two zeros where the number begins."""
    fresh = draw.like(value)
    first = re.search("[0-9]", fresh)
    if first:
        fresh = (
            fresh[: first.start()]
            + re.sub("[0-9]", "0", fresh[first.start() : first.start() + 2])
            + fresh[first.start() + 2 :]
        )
    return fresh


def _vehicle(value: str, plain: str, draw: Draw) -> str:
    """The digits in front are zeros: neither country gives out 00 or 000."""
    fresh = draw.like(value)
    front = re.search("[0-9]+", fresh)
    if front:
        fresh = fresh[: front.start()] + "0" * len(front[0]) + fresh[front.end() :]
    return re.sub(
        "(?<=[0-9 ])[가-힣](?=[0-9 ])",
        lambda _: draw.pick("가나다라마거너더러머버서어저고노도로모보"),
        fresh,
    )


def _ip(value: str, plain: str, draw: Draw) -> str:
    """Addresses kept for documentation (RFC 5737, RFC 3849)."""
    if ":" in value:
        return f"2001:db8::{draw.below(65535) + 1:x}:{draw.below(65535) + 1:x}"
    net = draw.pick(("192.0.2", "198.51.100", "203.0.113"))
    return f"{net}.{draw.below(254) + 1}"


def _wide_ip(value: str, plain: str, draw: Draw) -> str:
    """For tests of networks (198.18.0.0/15, RFC 2544)."""
    if ":" in value:
        return _ip(value, plain, draw)
    return f"198.{18 + draw.below(2)}.{draw.below(256)}.{draw.below(254) + 1}"


def _secret(value: str, plain: str, draw: Draw) -> str:
    """Letters of the same kinds after the same prefix, ending in "example" where there is room."""
    if value.startswith("-----BEGIN"):
        return "\n".join(line if "-----" in line else draw.like(line) for line in value.split("\n"))
    head = _HEAD.match(value) if _PREFIX.match(value) else None
    kept = head[0] if head else ""
    fresh = kept + draw.like(value[len(kept) :])
    word = "EXAMPLE" if value.upper() == value else "example"
    return fresh[:-7] + word if len(fresh) - len(kept) >= 20 else fresh


def _date_of_birth(value: str, plain: str, draw: Draw) -> str:
    """Another day within five years, in the same way of writing."""
    whole = birth_date(value)
    if whole is None:
        return draw.like(value)
    year = int(whole[:4]) - 5 + draw.below(11)
    month, day = 1 + draw.below(12), 13 + draw.below(16)
    numbers = re.findall("[0-9]+", value)
    word = re.search(r"[A-Za-z]{3,}", re.sub(r"[0-9](?:st|nd|rd|th)", "0  ", value))
    if len(numbers) == 1:
        return lay(value, f"{year:04}{month:02}{day:02}"[-len(numbers[0]) :])
    if word:
        order = [day, year]
        name = (
            _MONTH_NAMES[month - 1]
            if word[0].lower() not in MONTHS
            else _MONTH_NAMES[month - 1][:3]
        )
        value = value.replace(word[0], name if word[0][0].isupper() else name.lower(), 1)
    elif len(numbers[0]) == 4 or "년" in value or int(numbers[0]) > 31:
        order = [year, month, day]
    else:
        order = [day, month, year]
        if int(numbers[1]) > 12:
            order = [month, day, year]
    left = iter(order)
    shown = re.sub("[0-9]+", lambda m: _number(next(left), m[0]), value)
    return re.sub(
        r"(?<=[0-9])(?:st|nd|rd|th)", {21: "st", 22: "nd", 23: "rd"}.get(day, "th"), shown
    )


def _number(fresh: int, old: str) -> str:
    return f"{fresh % 100:02}" if len(old) == 2 else str(fresh)


def _address(value: str, plain: str, draw: Draw) -> str:
    return address(value, draw)


_MAKERS: dict[str, Callable[[str, str, Draw], str]] = {
    "email": _email,
    "phone": _phone,
    "national_id": _national_id,
    "card": _card,
    "iban": _iban,
    "bank_account": _bank_account,
    "passport": _document,
    "driver_license": _document,
    "vehicle": _vehicle,
    "ip": _ip,
    "secret": _secret,
    "date_of_birth": _date_of_birth,
    "address": _address,
}
_WIDE: dict[str, Callable[[str, str, Draw], str]] = {"phone": _wide_phone, "ip": _wide_ip}
