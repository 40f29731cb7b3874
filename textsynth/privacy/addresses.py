"""Postal addresses of the UK, the US and Korea, found from their street and number outwards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some, there
from textsynth.privacy.resolving import Candidate

STREETS = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Place|Pl|Way|"
    "Boulevard|Blvd|Terrace|Gardens|"
    "Crescent|Square|Sq|Grove|Hill|Mews|Row|Walk|Parade|Parkway|Pkwy|Highway|Hwy|"
    "Circle|Trail|Wharf|Rise|View|Green|Quay"
)
_STREET_WORDS = tuple(STREETS.split("|"))
_DIGIT = re.compile("[0-9]")
UK_CODE = r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}(?![A-Za-z0-9])"
_CAP = r"[A-Z][A-Za-z'’.-]{0,20}"
_UNIT = r"(?:Flat|Apt\.?|Apartment|Suite|Ste\.?|Unit|Room|Floor|#) ?#?[0-9A-Z]{1,5}"
_STREET = re.compile(
    rf"(?<![A-Za-z0-9.,$£€-])(?<![0-9] )(?:{_UNIT},? )?[0-9]{{1,5}}[A-Za-z]?(?:-[0-9]"
    rf"{{1,4}})?,? (?!(?:Year|Day|Star|Minute|Hour|Mile|Point|Step|Week|Month|Piece) )"
    rf"(?:(?:[NSEW]\.?|North|South|East|West) )?(?:(?:{_CAP}|[0-9]{{1,3}}(?:st|nd|rd|"
    rf"th)|of|the) ){{1,4}}?(?:{STREETS})(?![A-Za-z])\.?"
    rf"(?:,? (?:NW|NE|SW|SE)(?![A-Za-z]))?(?:,? {_UNIT})?"
)
_TOWN = rf"(?:,[ \n]? ?|\n ?| )(?:{_CAP})(?: {_CAP}){{0,2}}"
_TAIL = re.compile(
    rf"(?:{_TOWN}){{0,3}}(?:,? ?\n? ?)(?:{UK_CODE}|[A-Z]{{2}},? [0-9]{{5}}(?:-[0-9]"
    rf"{{4}})?(?![0-9]))"
)
_CITY = re.compile(
    r", ?[A-Z][A-Za-z'-]{2,20}(?: [A-Z][a-z]{2,20})?(?:, ?[A-Z]{2}(?![A-Za-z]))?(?=[.,;\n)\"|]| *$)"
)
_BOX = re.compile(r"(?<![A-Za-z])P\.?O\.? ?Box [0-9]{1,6}")
_CODE = re.compile(
    r"(?i:post ?code|postal code|zip(?: code)?|우편 ?번호)[\"'*)]{0,3}(?: is|은|는)?[ "
    r":=|\"'*(,]{0,6}"
    rf"([0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9])|(?i:{UK_CODE})|[0-9]{{3}}-[0-9]{{3}}(?![0-9]))"
)
_LABEL_EN = re.compile(
    r"(?i:(?:home|billing|delivery|shipping|mailing|postal|street|residential) )?(?"
    r"i:address)\"?'?\*{0,2} ?[:=] ?\"?(?=[0-9F])"
)

SIDO = (
    "서울(?:특별시|시)?|부산(?:광역시|시)?|대구(?:광역시|시)?|인천(?:광역시|시)?|광주"
    "(?:광역시|시)?|대전(?:광역시|시)?|울산(?:광역시|시)?|세종(?:특별자치시|시)?|"
    "경기도?|강원(?:특별자치도|도)?|충청[남북]도|충[남북]|전라[남북]도|전북특별자치도"
    "|전[남북]|경상[남북]도|경[남북]|제주(?:특별자치도|도)?"
)
_SPOT = re.compile(
    r"(?:로|길|동|리|가|읍|면)(?: ?[0-9]{1,4}번?[가나다라]?길)? ?(?:산 ?)?[0-9]{1,5}(?"
    r":-[0-9]{1,4})?(?![0-9]|,[0-9]{3}(?![0-9]))(?:번지)?"
)
_AREA = re.compile(
    rf"(?:(?<![가-힣])(?:{SIDO}) ?)?(?:(?<![가-힣])[가-힣]{{1,5}}(?:시|군|구) ?)"
    rf"{{0,3}}(?:(?<![가-힣])[가-힣]{{1,5}}[0-9]?(?:읍|면|동) ?)?"
    r"(?<![가-힣0-9])[가-힣0-9·]{1,12}$"
)
# Words that end like the name of a town: 다시 받으시려면 78.
_NO_TOWN = (
    "또?다시|잠시|혹시|즉시|역시|반드시|임시|수시|일시|동시|누구|친구|요구|연구|기구|가구|도구|입구|출구|창구|"
    "영구|전구"
)
_REGION = re.compile(rf"^(?:{SIDO})(?![가-힣])|^(?!(?:{_NO_TOWN}) )[가-힣]{{1,5}}(?:시|군|구) ")
_DETAIL = re.compile(
    r"(?:,? ?(?:\([가-힣0-9A-Za-z, ]{1,30}\)|지하 ?[0-9]{1,2}층|[0-9]{1,4}동(?= ?[0-9]"
    r"{1,5}호)|[0-9]{1,5}호|[0-9]{1,3}층|"
    r"(?!우편)[가-힣A-Za-z0-9]{1,14}(?:아파트|빌딩|타워|빌라|오피스텔|맨션|상가|센터|"
    r"하이츠|캐슬|자이|푸르지오|래미안|힐스테이트|주공)"
    r"(?: ?[0-9]{1,2}차)?)){0,5}"
)
_FLAT = re.compile(
    r"(?:[가-힣A-Za-z0-9]{1,14}(?:아파트|빌라|오피스텔|맨션|하이츠|캐슬|자이|푸르지오|"
    r"래미안|힐스테이트|주공)(?: ?[0-9]{1,2}차)?,? ?)?"
    r"(?<![0-9])[0-9]{1,4}동 ?[0-9]{1,5}호"
)
_NUMBER_HO = re.compile("[0-9]호")
_CUE_KO = re.compile(
    r"(?:주소(?:지)?|거주지|배송지|자택|본적|소재지|등록기준지|사는 ?곳|살고)[^\n]{0,12}$"
)


def addresses(page: Page) -> Iterator[Candidate]:
    """Street and number with what belongs to them: flat, town, postcode; 도로명 and 지번."""
    text = page.text
    if not there(text, _DIGIT):
        return
    for match in _STREET.finditer(text) if some(text, _STREET_WORDS) else ():
        end = match.end()
        if (tail := _TAIL.match(text, end)) or (tail := _CITY.match(text, end)):
            end = tail.end()
        yield Candidate("address", match.start(), end)
    if "box" in page.low:
        for match in _BOX.finditer(text):
            yield Candidate("address", *match.span())
    for match in _CODE.finditer(text) if some(page.low, ("post", "zip", "우편")) else ():
        yield Candidate("address", *match.span(1))
    if not text.isascii():
        yield from _korean(text)


def _korean(text: str) -> Iterator[Candidate]:
    for match in _SPOT.finditer(text):
        left = max(0, match.start() - 44)
        left = max(left, text.rfind("\n", left, match.start()) + 1)
        area = _AREA.search(text[left : match.start()])
        if not area:
            continue
        start = left + area.start()
        cued = _CUE_KO.search(text[max(0, start - 20) : start])
        if not (_REGION.match(area[0]) or cued):
            continue
        detail = _DETAIL.match(text, match.end())
        yield Candidate("address", start, detail.end() if detail else match.end(), 0)
    if there(text, _NUMBER_HO):
        for match in _FLAT.finditer(text):
            yield Candidate("address", *match.span())
