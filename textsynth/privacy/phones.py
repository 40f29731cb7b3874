"""Phone numbers of Korea, the UK, the US and, with a plus sign or a cue, of any country."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy.checks import phone_standing
from textsynth.privacy.folding import Page
from textsynth.privacy.resolving import Candidate

_L = r"(?<![0-9A-Za-z+])(?<![0-9][-.])"
_PLUS = re.compile(r"(?<![0-9A-Za-z+])\+ ?[1-9](?:[ .()\-]{0,3}[0-9]){6,14}(?![0-9])")
_KOREAN = re.compile(
    _L + r"\(?(0(?:1[016-9]|2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-9]?))(?:\)|(?![0-9*]{0}\())"
    r"([ .\-/]{0,3})([0-9]{3,4}|\*{3,4})([ .\-/]{0,3})([0-9]{4}|\*{4})(?![0-9A-Za-z*])(?!-[0-9])"
)
_AMERICAN = re.compile(
    r"(?<![0-9A-Za-z+])(?<![0-9][-.])(?:1[ .-])?(\(?)[2-9][0-9]{2}\)?([ .-]{0,2})[2-9]"
    r"[0-9]{2}[ .-]?[0-9]{4}(?![0-9A-Za-z])(?!-[0-9])"
)
_BRITISH = re.compile(_L + r"\(?0[1-9](?:[ )-]{0,2}[0-9]){8,9}(?![0-9A-Za-z])(?!-[0-9])")
# The shape is enough where it is grouped: many invented numbers are in ranges not handed out.
_GROUPED = re.compile(
    r"\(?(?:07[1-9][0-9]{2}\)?[ -][0-9]{3}[ -]?[0-9]{3}|0[12][0-9]{2,3}\)? [0-9]{3} "
    r"[0-9]{3,4})$"
)
_ANY = re.compile(_L + r"\(?[0-9](?:[ .()\-/]{0,2}[0-9]){6,14}(?![0-9A-Za-z])")
_CUE = re.compile(
    r"(?:phone|\btel\b|telephone|mobile|\bcell\b|\bcall(?: me| us)?(?: (?:on|at|back))"
    r"?|\btext(?: me)?(?: (?:on|at))?|\bfax|whatsapp|contact (?:no|number)|reach(?:ed)"
    r"?(?: me)? (?:at|on)|\bring"
    r"|전화|연락처|휴대 ?폰|핸드폰|휴대 ?전화|폰 ?번호|팩스|\bh\.?p\b|자택)(?: ?번호)?"
    r"(?: ?(?:number|no\.?|#))?[\"'*)]{0,3}(?:은|는|으로|로| is)?[ :=|.\"'*#(\t,;-]{0,6}$"
)
_NOT = re.compile(
    r"(?:order|invoice|ref(?:erence)?|tracking|ticket|isbn|serial|sku|model|part|item|"
    r"batch|receipt|parcel"
    r"|주문|송장|운송장|접수|사업자|법인|문서|사건|모델|제품|상품|일련|관리|예약|승인|"
    r"증권|영수증|품번)(?: ?등록)?"
    r"(?: ?번호| number| no\.?| id|#)?(?:는|은| is)?[ :#=.\-|]{0,4}$"
)


def phones(page: Page, start: int, end: int) -> Iterator[Candidate]:
    """Phone numbers between two places of a page."""
    low = page.low
    for match in _PLUS.finditer(low, start, end):
        if (stop := _abroad(match[0])) > 0:
            yield Candidate("phone", match.start(), match.start() + stop, 1)
    for match in _KOREAN.finditer(low, start, end):
        before = page.before(match.start())
        mobile = match[1].startswith("01")
        parted = bool(
            match[2].strip() or match[4].strip() or ")" in match[0] or (match[2] and match[4])
        )
        if _NOT.search(before) or (match[3][0] == match[5][0] == "*"):
            continue
        if parted or mobile or _CUE.search(before):
            yield _trim(low, match, 1)
    for match in _AMERICAN.finditer(low, start, end):
        before = page.before(match.start())
        digits = re.sub("[^0-9]", "", match[0])[-10:]
        parted = len(match[0]) >= len(digits) + 2 and bool(match[2] or match[1])
        cued = bool(_CUE.search(before))
        if phone_standing(digits, "US") == "company" or _NOT.search(before):
            continue
        if cued or (parted and not re.search(r"[0-9$€£][ ,.-]?$", before[-2:])):
            yield _trim(low, match, 0)
    for match in _BRITISH.finditer(low, start, end):
        before = page.before(match.start())
        standing = phone_standing(match[0], "GB")
        fiction = re.sub("[^0-9]", "", match[0]).startswith(("07700900", "0163296", "0207946"))
        if _NOT.search(before) or standing == "company" or _company(match[0]):
            continue
        if standing == "valid" or fiction or _GROUPED.match(match[0]) or _CUE.search(before):
            yield _trim(low, match, 0)
    for match in _ANY.finditer(low, start, end):
        before = page.before(match.start())
        if _CUE.search(before) and not _NOT.search(before) and not _company(match[0]):
            yield _trim(low, match, 0)


def _trim(low: str, match: re.Match[str], sure: int) -> Candidate:
    """Without a bracket that only one end has."""
    start, end = match.span()
    if low[start] == "(" and ")" not in match[0]:
        start += 1
    return Candidate("phone", start, end, sure)


def _company(number: str) -> bool:
    digits = re.sub("[^0-9]", "", number)
    if re.match(r"1[568][0-9]{6}$|080[0-9]{7}$", digits):
        return True
    return any(phone_standing(digits, region) == "company" for region in ("GB", "US", "KR"))


def _abroad(number: str) -> int:
    """How many characters of it are a number, cut at a gap until it is one; 0 where none is."""
    stops = [len(number), *(m.start() for m in re.finditer(r"[ .()\-]+(?=[0-9])", number))][:8]
    stops = [stops[0], *sorted(stops[1:], reverse=True)]
    possible = 0
    for stop in stops:
        if sum(c.isdigit() for c in number[:stop]) < 8:
            break
        standing = phone_standing(number[:stop], None)
        if standing == "company":
            return 0
        if standing == "valid":
            return stop
        if standing == "possible" and not possible:
            possible = stop
    return possible
