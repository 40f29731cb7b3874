"""Numbers that lead to a person: national ids, cards, accounts, licences, IP addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy import checks
from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some, there
from textsynth.privacy.phones import phones
from textsynth.privacy.resolving import Candidate

WINDOW = re.compile(r"[0-9][0-9 \-.()/*●○•#:,]*")
_L, _R = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_MASK = r"[0-9*●○•xX]"
_RESIDENT = re.compile(rf"{_L}([0-9]{{6}})( ?- ?| |)([0-9])({_MASK}{{6}})(?![0-9A-Za-z*])")
_SSN = re.compile(rf"{_L}(?<![0-9]-)([0-9]{{3}})([- ]?)([0-9]{{2}})\2([0-9]{{4}})(?!-?[0-9A-Za-z])")
_NINO = re.compile(
    rf"{_L}(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ -]?"
    rf"[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[a-d]{_R}"
)
_HEALTH = re.compile(rf"{_L}[0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{4}}{_R}")
_CARD = re.compile(rf"{_L}(?<![0-9][-.])[0-9](?:[ -]?[0-9]){{12,18}}{_R}")
_FOURS = re.compile(
    r"[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}$|[0-9]{4}([ -])[0-9]{6}\2[0-9]{5}$"
)
_IBAN = re.compile(rf"{_L}[a-z]{{2}}[0-9]{{2}}(?:[ -]?[a-z0-9]){{11,30}}")
_SORT = re.compile(rf"{_L}[0-9]{{2}}[- ]?[0-9]{{2}}[- ]?[0-9]{{2}}{_R}")
_ACCOUNT = re.compile(rf"{_L}[0-9](?:[ -]?[0-9]){{5,16}}{_R}")
_LICENCE = re.compile(rf"{_L}[0-9]{{2}}-[0-9]{{2}}-[0-9]{{6}}-[0-9]{{2}}{_R}")
_IPV4 = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![0-9A-Za-z:])")

RESIDENT_CUE = re.compile(r"주민|외국인 ?등록|거소 ?신고|resident|\brrn\b|foreigner")
ORDER_CUE = re.compile(
    r"(?:order|invoice|ref(?:erence)?|tracking|ticket|case|isbn|serial|sku|model|part|item|batch|"
    r"receipt|parcel|policy|claim|docket|주문|송장|운송장|접수|사업자|법인|문서|사건|"
    r"모델|제품|상품|일련|관리|예약|"
    r"승인|증권|영수증|품번|코드|계약|허가|고시)(?: ?등록)?(?: ?번호| number| no\.?| "
    r"id|#)?[ :#=.\-|]{0,4}(?:는|은)? ?$"
)
_SSN_CUE = re.compile(r"\bssn\b|social[ _]security|\bitin\b|tax(?:payer)? id")
_NINO_ANY = re.compile(
    r"(?:national insurance|\bnino|\bni)(?: (?:number|no\.?))?(?: is)?[\s:=|\"'*]{0,4}"
    r"([a-z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[a-d](?![0-9A-Za-z]))"
)
_NINO_CUE = re.compile(r"national insurance|\bnino\b|\bni (?:number|no)")
_HEALTH_CUE = re.compile(r"\bnhs\b")
_CARD_CUE = re.compile(r"card|카드|visa|mastercard|amex|결제 ?수단|\bpan\b")
_SORT_CUE = re.compile(r"sort[ _-]?code[^0-9]{0,14}$|s/c:? ?$")
_ACCOUNT_CUE = re.compile(
    r"(?:account|acct|a/c|acc\.?)[ _-]?(?:number|num|no\.?|#|nr)?[^0-9a-z]{0,4}(?:is|"
    r"was|ending)?[^0-9a-z]{0,6}$"
    r"|(?:routing|aba)[ _]?(?:number|no\.?)?[^0-9a-z]{0,4}(?:is)?[^0-9a-z]{0,4}$"
    r"|sort[ _-]?code[^a-z]{6,30}(?:and |, )?(?:account )?[^0-9]{0,12}$"
)
_BANK_CUE = re.compile(
    r"(?:계좌(?: ?번호)?|통장(?: ?번호)?|(?:국민|신한|우리|하나|기업|산업|수출입|부산|"
    r"대구|광주|전북|경남|제주|씨티|제일|아이엠)(?:은행)?|"
    r"농협(?:은행|중앙회)?|수협(?:은행)?|신협|새마을금고|우체국|카카오 ?뱅크|토스 ?뱅"
    r"크|케이 ?뱅크|뱅크|은행|kb|ibk|nh|sc)"
    r"[^0-9\n]{0,16}$"
)
_PASSPORT = re.compile(
    r"(?:passport(?: (?:no\.?|number|#))?|여권(?: ?번호)?)[\"'*]{0,2}(?:[은는이가]| is)?"
    r"[\s:=|\"'*#]{0,5}"
    r"(?<![a-z0-9])([a-z]{1,2}[0-9]{6,8}|(?=(?:[a-z]{0,2}[0-9]){4})[a-z][a-z0-9]{7,8}|"
    r"[0-9]{9})(?![a-z0-9])"
)
_DRIVER = re.compile(
    r"(?:driv(?:er'?s?|ing)[ _]licen[cs]e(?: (?:no\.?|number|#))?|운전 ?면허(?:증)?(?"
    r": ?번호)?)[\"'*]{0,2}(?:은|는| is)?"
    r"[\s:=|\"'*#]{0,5}(?<![a-z0-9])"
    r"([a-z9]{5}[0-9]{6}[a-z0-9]{5}|[a-z]{1,2}[0-9][0-9-]{4,14}[0-9]|[0-9]{2}-?[0-9]"
    r"{2}-?[0-9]{6}-?[0-9]{2}|[a-z]?[0-9]{7,9})"
    r"(?![a-z0-9])"
)
_PLATE_KO = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:서울|부산|대구|인천|광주|대전|울산|경기|강원|충북|충남|전"
    r"북|전남|경북|경남|제주) ?)?"
    r"[0-9]{2,3} ?[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주하"
    r"허호배아바사자] ?[0-9]{4}(?![0-9A-Za-z가-힣]{0,1}[0-9])"
)
_PLATE_UK = re.compile(
    r"(?:registration(?: (?:number|plate|no\.?))?|reg(?: no)?\.?|number plate|"
    r"licen[cs]e plate|plate(?: number)?|vrm)"
    r"(?: is)?[\s:=|\"'*]{0,5}([a-z]{2}[0-9]{2} ?[a-z]{3}|[a-z][0-9]{1,3} ?[a-z]{3}|"
    r"[0-9][a-z]{3}[0-9]{3})(?![a-z0-9])"
)
_DIGIT = re.compile("[0-9]")
# They begin with what is rare, which the engine skips to.
_NI = re.compile(r"ni(?<![a-z0-9_]ni)")
_NINO_TAIL = re.compile(r"[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[a-d]")
_PLATE_HEAD = re.compile("[0-9] ?[가-힣] ?[0-9]{4}")
_IBAN_HEAD = re.compile("[0-9]{2}(?<=[a-z][0-9]{2})[ a-z0-9-]")
_VERSION = re.compile(
    r"(?:version|ver\.?|\bv|버전|release|firmware|build|펌웨어|릴리스|section|조항) ?:? ?$"
)


def numbers(page: Page) -> Iterator[Candidate]:
    """Every rule that starts from digits, over the stretches of the text that hold six or more."""
    for match in WINDOW.finditer(page.low):
        start, end = match.span()
        if end - start < 6 and not (page.low[end : end + 1] == "년" or end - start > 1):
            continue
        if sum(c.isdigit() for c in match[0][:24]) < 4:
            continue
        start, end = max(0, start - 4), min(len(page.low), end + 3)
        yield from _ids(page, start, end)
        yield from _cards(page, start, end)
        yield from _accounts(page, start, end)
        if "." in match[0]:
            for one in _IPV4.finditer(page.low, start, end):
                if not _VERSION.search(page.before(one.start(), 14)) and checks.leads_somewhere(
                    one[0]
                ):
                    yield Candidate("ip", *one.span())
        yield from phones(page, start, end)
    yield from _lettered(page)


def _ids(page: Page, start: int, end: int) -> Iterator[Candidate]:
    low = page.low
    for match in _RESIDENT.finditer(low, start, end):
        digits = match[1] + match[3] + match[4]
        if not checks.resident_date(digits):
            continue
        before = page.before(match.start())
        masked = not match[4].isdigit()
        right = masked or checks.resident_check(digits)
        cued = bool(RESIDENT_CUE.search(before))
        ordered = bool(ORDER_CUE.search(before))
        if cued or (match[2] and not ordered) or (right and not masked and not ordered):
            yield Candidate("national_id", *match.span(), int(cued))
    for match in _SSN.finditer(low, start, end):
        area, group, serial = match[1], match[3], match[4]
        cued = bool(_SSN_CUE.search(page.before(match.start(), 40)))
        if area in ("000", "666") or group == "00" or serial == "0000":
            continue
        if cued or (
            match[2] == "-" and area[0] != "9" and not ORDER_CUE.search(page.before(match.start()))
        ):
            yield Candidate("national_id", *match.span(), int(cued))
    for match in _HEALTH.finditer(low, start, end):
        if _HEALTH_CUE.search(page.before(match.start(), 30)):
            yield Candidate("national_id", *match.span(), 1)
    for match in _LICENCE.finditer(low, start, end):
        if 11 <= int(match[0][:2]) <= 28:
            yield Candidate("driver_license", *match.span(), 1)


def _cards(page: Page, start: int, end: int) -> Iterator[Candidate]:
    for match in _CARD.finditer(page.low, start, end):
        digits = re.sub("[ -]", "", match[0])
        grouped = _FOURS.match(match[0])
        cued = bool(_CARD_CUE.search(page.before(match.start(), 40)))
        right = checks.luhn(digits) and len(set(digits)) > 1
        plain = len(digits) == len(match[0])
        if (right and (grouped or cued or (checks.issued_card(digits) and plain))) or (
            cued and (grouped or (plain and checks.issued_card(digits)))
        ):
            if ORDER_CUE.search(page.before(match.start())):
                continue
            yield Candidate("card", *match.span(), int(cued))


def _accounts(page: Page, start: int, end: int) -> Iterator[Candidate]:
    for match in _SORT.finditer(page.low, start, end):
        if _SORT_CUE.search(page.before(match.start(), 30)):
            yield Candidate("bank_account", *match.span(), 1)
    for match in _ACCOUNT.finditer(page.low, start, end):
        before = page.before(match.start(), 50)
        if _ACCOUNT_CUE.search(before):
            yield Candidate("bank_account", *match.span(), 1)
        elif (cue := _BANK_CUE.search(page.before(match.start(), 30))) and (
            len(re.sub("[ -]", "", match[0])) >= 10 or cue[0].startswith(("계좌", "통장"))
        ):
            if re.match(r"0(?:1[016-9]|2|[3-6][1-5]|70)[ -]?[0-9]{3,4}[ -][0-9]{4}$", match[0]):
                continue
            yield Candidate("bank_account", *match.span(), 1)


def _lettered(page: Page) -> Iterator[Candidate]:
    """What holds letters too: IBAN, UK national insurance, passports, licences, plates, IPv6."""
    low = page.low
    if low.count(":") > 1:
        for match in _IPV6.finditer(low):
            if match[0].count(":") > 1 and checks.leads_somewhere(match[0]):
                yield Candidate("ip", *match.span())
    if not there(low, _DIGIT):
        return
    for match in _NINO.finditer(low) if there(low, _NINO_TAIL) else ():
        raw = page.text[match.start() : match.end()]
        if raw.isupper() or _NINO_CUE.search(page.before(match.start(), 40)):
            yield Candidate("national_id", *match.span())
    for match in _NINO_ANY.finditer(low) if some(low, ("insurance",)) or there(low, _NI) else ():
        yield Candidate("national_id", *match.span(1), 1)
    for match in _IBAN.finditer(low) if there(low, _IBAN_HEAD) else ():
        if (length := checks.iban_length(match[0][:2].upper())) is None:
            continue
        places = [i for i, c in enumerate(match[0]) if c not in " -"]
        if len(places) < length:
            continue
        end = match.start() + places[length - 1] + 1
        compact = re.sub("[ -]", "", low[match.start() : end]).upper()
        if end < len(low) and low[end].isascii() and low[end].isalnum():
            continue
        if checks.right_iban(compact) or "iban" in page.before(match.start(), 20):
            yield Candidate("iban", match.start(), end, 1)
    for kind, pattern, cues in (
        ("passport", _PASSPORT, ("passport", "여권")),
        ("driver_license", _DRIVER, ("driv", "운전")),
        ("vehicle", _PLATE_UK, ("reg", "plate", "vrm")),
    ):
        for match in pattern.finditer(low) if some(low, cues) else ():
            yield Candidate(kind, *match.span(1), 1)
    if not low.isascii() and there(low, _PLATE_HEAD):
        for match in _PLATE_KO.finditer(low):
            yield Candidate("vehicle", *match.span())
