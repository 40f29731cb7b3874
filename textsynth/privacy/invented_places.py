"""Addresses of streets and towns that do not exist, in the format of a real one."""

from __future__ import annotations

import re

from textsynth.privacy.addresses import SIDO, STREETS, UK_CODE
from textsynth.privacy.draws import Draw
from textsynth.privacy.wordlists import words

_FRONT = words(
    """
    Wisp Quill Thorn Larch Ember Fennel Gable Hollow Marl Nettle Osprey Pipit Rook Sedge Tansy
    Umber Wick Yarrow
    """
)
_BACK = words(
    """
    mere wick stow combe holt ley den croft thwaite bourne worth stead
    """
)
_KO_FRONT = tuple("가나다라마바사새솔온윤은참초푸하한해")
_KO_BACK = tuple("람솔빛울결터뫼내샘들별슬온")
_WORD = r"[A-Z][A-Za-z'’.-]*"
_TOWN = re.compile(rf"{_WORD}(?: {_WORD})*")
_STATE = re.compile(r"([A-Z]{2}),? ?[0-9]{5}(?:-[0-9]{4})?$")
_KO_NAME = re.compile(
    r"(?<![가-힣0-9])(?![0-9]+(?:번|[가나다라])?(?:길|동|호|층))[가-힣0-9·]{1,12}?"
    r"(?=(?:대로|로|길|동|리|가|읍|면|구|군|시)(?![가-힣]))"
    r"|(?<![가-힣A-Za-z0-9])[가-힣A-Za-z0-9]+?(?=아파트|빌딩|타워|빌라|오피스텔|맨션|상가|센터)"
)
_UNIT = re.compile(
    r"(?:Flat|Apt|Apartment|Suite|Ste|Unit|Room|Floor)\.? ?#?[0-9A-Z]{1,5}|#[0-9A-Z]+"
)


def address(value: str, draw: Draw) -> str:
    """An invented address; a Korean province or an American state stays: millions live there."""
    return _korean(value, draw) if re.search("[가-힣]", value) else _english(value, draw)


def _english(value: str, draw: Draw) -> str:
    code = re.search(UK_CODE + "$", value, re.I)
    if code and code.start() == 0:
        return _postcode(code[0], draw)
    if re.fullmatch(r"[0-9]{5}(?:-[0-9]{4})?|[0-9]{3}-[0-9]{3}", value):
        return "00" + draw.like(value[2:])
    if value.upper().replace(".", "").startswith("P"):
        return (
            draw.like(value[-6:])
            if value[-6:].isdigit()
            else re.sub("[0-9]+", lambda m: "00" + draw.digits(max(1, len(m[0]) - 2)), value)
        )
    end = ""
    if code:
        value, end = value[: code.start()], _postcode(code[0], draw)
    elif state := _STATE.search(value):
        end = re.sub(
            "[0-9]{5}", "00" + draw.digits(3), re.sub("-[0-9]{4}", "-" + draw.digits(4), state[0])
        )
        value = value[: state.start()]
    street = re.match(rf".*?[0-9][A-Za-z0-9-]*,? .*?(?:{STREETS})(?![A-Za-z])\.?", value, re.S)
    stop = street.end() if street else len(value)
    head, tail = value[:stop], value[stop:]
    number = re.search(r"[0-9]+[A-Za-z]?(?:-[0-9]+)?,? (?=\D*$)", head)
    kind = re.search(rf"(?:{STREETS})\.?$", head)
    if number and kind:
        head = f"{_digits(head[: number.end()], draw)}{_invented(draw)} {kind[0]}"
    parts = re.split(f"({_UNIT.pattern})", tail)
    town = "".join(
        part if _UNIT.fullmatch(part) else _TOWN.sub(lambda m: _place(m[0], draw), part)
        for part in parts
    )
    return head + _digits(town, draw) + end


def _place(town: str, draw: Draw) -> str:
    return town if len(town) == 2 and town.isupper() else _invented(draw)


def _digits(text: str, draw: Draw) -> str:
    return re.sub("[0-9]", lambda _: str(1 + draw.below(9)), text)


def _invented(draw: Draw) -> str:
    return draw.pick(_FRONT) + draw.pick(_BACK)


def _postcode(code: str, draw: Draw) -> str:
    """The area ZZ, which the post has not given out."""
    gap = " " if " " in code else ""
    return f"ZZ{draw.below(10)}{gap}{draw.below(10)}{draw.like('AA')}"


def _korean(value: str, draw: Draw) -> str:
    region = re.match(rf"(?:{SIDO})(?![가-힣])", value)
    kept = region[0] if region else ""
    rest = _KO_NAME.sub(lambda m: draw.pick(_KO_FRONT) + draw.pick(_KO_BACK), value[len(kept) :])
    return kept + re.sub(
        "[0-9]+", lambda m: str(1 + draw.below(9)) + draw.digits(len(m[0]) - 1), rest
    )
