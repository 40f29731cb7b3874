"""Blanks that were to be filled in: in brackets, in braces, in capitals, in signs."""

from __future__ import annotations

import re

from textsynth.quality._phrases import holds

_NAMED = (
    r"names?|surname|company|business|organi[sz]ation|address|e-?mail|phone|telephone|mobile"
    r"|(?:order|account|phone|contact|ticket|reference|case|invoice|tracking|card|customer|member"
    r"|policy|flight|booking|serial|confirmation) ?(?:number|no\.?|id|#)|number|date|time|amount"
    r"|price|product|item|brand|city|country|state|location|place|title|position|department|school"
    r"|university|hospital|bank|branch|store|website|url|link|username|password|signature|topic"
    r"|subject|reason|issue|problem|recipient|sender|manager|agent|representative|customer|client"
    r"|employee|employer|user|person|day|month|year|deadline|role|industry|service|field|age|gender"
    r"|details?|description|relevant|specific|text|question|answer|response|language"
)
# What opens a blank in brackets, and what stands alone in one.
_OPENS = (
    r"(?:your|my|his|her|their|our|the|an?|insert|enter|add|type|put|fill|provide|include|specify"
    r"|choose|select|customer'?s?|client'?s?|user'?s?|agent'?s?|company'?s?|recipient'?s?"
    r"|sender'?s?"
    r"|manager'?s?|employee'?s?|bank'?s?|name of|first|last|full|current|specific|relevant"
    r"|today'?s)"
)
_BRACKET = re.compile(
    rf"(?<![\w/\\\])\"'!])\[\s*(?:{_OPENS}[ _-](?:[\w'’/&.,-]+[ _-]?){{1,7}}"
    rf"|(?:[A-Z][\w'’/-]*[ _]){{0,3}}(?:{_NAMED})(?:[ _/]+(?:here|goes here|{_NAMED})){{0,3}})\s*\]"
    r"(?!\(|\[|:\s*http)",
    re.I,
)
# Words that an editor puts into a quotation name no slot: "[the car]", "[my and Kate's]".
_NOT_BLANK = re.compile(
    rf"^\[\s*(?i:the|his|her|their|our|my)\b(?![^\]]*\b(?i:{_NAMED}|here)\b)"
    r"|_\d+\s*\]$|^\[\s*(?i:the (?:end|author|following)|a|an?) "
    r"|^\[\s*(?i:the|his|her|their|our|my|in|first|last|full|current) (?:\S*,|\S+ (?:\S+ ){2,3}\S)"
    r"|^\[\s*(?i:details?|text"
    r"|question|answer"
    r"|response|language|state|specific|relevant|title|subject|topic)\s*\]$"
    r"|^\[\s*(?:user|agent|issue|problem|field|service|age|role|time|day|month|year|person"
    r"|item|place"
    r"|bank|customer)\s*\]$"
)
_K_NAMED = (
    r"(?:[가-힣]+ ?)?(?:회사|상호|고객|상품|제품|기관|은행|지점|기업|업체|매장|브랜드|학교"
    r"|병원|부서"
    r"|서비스|도시|지역|담당자|사용자|회원|상담원|직원|성|이름)? ?(?:명|이름|성함|성명|번호"
    r"|주소|날짜|일자"
    r"|금액|연락처|이메일|전화번호|직책|직급|링크|입력|삽입|기입|내용 ?입력|님 ?성함)"
)
_K_BRACKET = re.compile(
    rf"[\[{{<〈【(]\s*(?:{_K_NAMED}|(?:회사|고객|상품|제품|담당자|귀하|여기에|당신의|본인|상대방)"
    r"(?:의|을|를|에)? ?[가-힣 ]{0,12}(?:이름|명|입력|삽입|기입|번호|주소)?)\s*[\]}>〉】)]"
)
_K_LOOSE = re.compile(r"[(〈【]")
_K_PLAIN_ROUND = re.compile(
    r"여기에|입력\s*\)|삽입\s*\)|기입\s*\)|^\((?:회사명|고객명|이름|상품명|제품명)\)"
)
_DOUBLE = re.compile(r"(?<![\\\w^_${])\{\{-?\s*[^{}\n]{1,60}?\s*-?\}\}|\{%-?\s*\w[^%\n]{0,80}%\}")
_BRACE = re.compile(
    rf"(?<![\\\w$^/\"'}}\])=:])\{{(?:[a-z]+(?:_[a-z0-9]+)+|[A-Z]+(?:_[A-Z]+)+|{_NAMED}"
    rf"|{_OPENS} [\w ]{{2,30}}|[가-힣][가-힣 _]{{0,14}})\}}(?![\w(])",
    re.I,
)
_FORMAT = re.compile(
    rf"\$\{{[A-Za-z_]\w*\}}|(?<![\w\\^_${{}}\])])\{{\d\}}(?!\d)|(?<![\w%])%[sd](?!\w)"
    rf"|%(?:[A-Z]+_)?(?i:{_NAMED})%|<<(?i:{_NAMED})>>"
    rf"|\[[^\]\n]{{0,40}}\bfill in\b[^\]\n]{{0,40}}\]"
)
_ANGLE = re.compile(
    rf"<(?:[A-Z]+_)*(?:NAME|COMPANY|ADDRESS|EMAIL|PHONE|NUMBER|DATE|TIME|AMOUNT|PRODUCT"
    rf"|LOCATION|CITY"
    r"|PERSON|URL|ORDER|ACCOUNT|USER|CUSTOMER|AGENT|BANK|ID|TOPIC|TEXT)(?:[_ ][A-Z]+)*>"
    rf"|<(?i:(?:your|insert|enter|customer|company|client|first|last|full|user)[ _-]?"
    rf"(?:[\w']+[ _-])?(?:{_NAMED}|here))>"
    r"|<(?:[가-힣]{1,6} ?)?(?:명|이름|번호|주소|날짜|금액)>"
)
_CROSSES = re.compile(
    r"(?<![\w$€£-])[$€£]?(?:XX+(?:[-/.:, ]XX+)+|X{3,}"
    r"|[$€£]\s?X{2,}(?:[.,]X+)?)(?![\w])(?!\s?[-*]?\s?\d)"
    r"|(?<!\w)x{3}[- .]x{3,4}[- .]x{4}(?!\w)|(?<![\w.])\$\s?(?:XX|xx|__)(?!\w)"
)
_ROMAN = re.compile(
    r"(?:bowl|chapter|part|act|vol(?:ume)?|section|century|olympiad|annex|title|book|louis|size"
    r"|triple|vin diesel)\.?\s*$",
    re.I,
)
_K_CIRCLES = re.compile(
    r"(?<![\w○●△□◇◯])(?:O{2,4}|○{2,4}|◯{2,4}|●{2,4}|△{2,4}|□{2,4}|◇{2,4}|X{2,4}|0{2}(?!\d))"
    r"(?:[-~]?(?=님|씨|은행|회사|기업|고객|카드|점|병원|학교|대학|대리|과장|부장|팀장|사원"
    r"|전자|보험|증권|몰"
    r"|마트|호텔|동|구|시|군|도|역|아파트|지점|페이|통신|년|월|일|원|입니다|이에요|예요|라고"
    r"|이라고|에서|주식회사)"
    r"| (?=님|씨|고객|은행|카드|회사|대리|과장|부장|팀장|지점|병원|기업|선생|사원|상담))"
    r"|(?<![\w○△□])(?:○{2,}|◯{2,}|△{2,}|□{2,}|◇{2,})(?=\s?[가-힣A-Za-z])"
    r"|(?<![ㄱ-ㅎㅏ-ㅣ가-힣])ㅇㅇ+(?=님|씨|은행|카드사|회사|고객|병원|대학교|아파트)"
)
_NOT_CIRCLES = re.compile(r"00[월일원년시도]|XX ?(?:염색체|염색)|0{2}(?:시|도|구|동)")
_BLANK = re.compile(
    r"\b(?:dear|hi|hello|mr\.?|mrs\.?|ms\.?|my name is|number is|name is) ?_{2,}|_{3,} ?(?:님"
    r"|고객님|씨)",
    re.I,
)
_HERE = re.compile(
    r"\b(?:INSERT|ADD|ENTER|PUT|PASTE|FILL IN)(?: [A-Z/']+){1,5} HERE\b"
    r"|\b(?i:your text (?:goes )?here)"
    r"|\[(?i:insert|paste|add|todo|tbd|placeholder)\b[^\]\n]{0,60}\]|\b(?:TODO|FIXME): "
    r"|(?i:\bPLACEHOLDER_\w+)"
    r"|\b(?i:insert (?:your |the )?(?:name|date|text|address|company name|content|reason) here)\b"
)
_LOREM = re.compile(r"lorem ipsum|dolor sit amet|consectetur adipisc|sed do eiusmod", re.I)
_KIND_OF = re.compile(
    r"template|placeholder|fill[- ]in|blanks?\b|jinja|handlebars|mustache|liquid|\bvue|angular"
    r"|helm|javascript|python|c\+\+|printf|\bbash|\bshell\b|ansible|django|f-string|format string"
    r"|variable"
    r"|양식|템플릿|서식|빈칸|변수"
    r"|자리 ?표시|초안",
    re.I,
)


_ROUND = ("[", "{", "<", "〈", "【", "(")
_SIGNS = ("OO", "XX", "00", "○", "◯", "●", "△", "□", "◇", "ㅇㅇ")
_FORMATS = ("${", "{", "%", "<<", "fill in")
_HINTS = (
    "nsert ",
    "HERE",
    "TODO",
    "FIXME",
    "ext here",
    "ext goes here",
    "laceholder",
    "LACEHOLDER",
    "[",
)


def placeholder(text: str, before: str) -> str:
    """The first blank in a text, "" without one; where what was said before asks for a template,
    blanks in brackets and braces are what it is about."""
    found = ""
    if "[" in text and (found := _blank(text)):
        pass
    elif "{" in text:
        match = _DOUBLE.search(text) or _BRACE.search(text)
        found = match[0] if match else ""
    if not found and "<" in text:
        match = _ANGLE.search(text)
        found = match[0] if match else ""
    if not found and not text.isascii():
        found = _korean(text)
    if not found and holds(text, _FORMATS) and (match := _FORMAT.search(text)):
        found = match[0]
    if found:
        rest = text.replace(found, " ")
        return "" if _KIND_OF.search(before) or _KIND_OF.search(rest) else found
    if "XX" in text or "xxx" in text or "$" in text:
        for match in _CROSSES.finditer(text):
            masked = re.search(r"\d\s?[-*]?\s?$", text[: match.start()])
            if not masked and not _ROMAN.search(text[max(0, match.start() - 14) : match.start()]):
                return match[0]
    if "__" in text and (match := _BLANK.search(text)):
        return match[0]
    return ""


def filler(text: str) -> str:
    """Text that fills a place, or says what is to come there."""
    match = _HERE.search(text) if holds(text, _HINTS) else None
    if match is None and ("orem" in text or "olor sit" in text or "sed do" in text):
        match = _LOREM.search(text)
    return match[0] if match and not _KIND_OF.search(text.replace(match[0], "")) else ""


def _blank(text: str) -> str:
    for match in _BRACKET.finditer(text):
        if not _NOT_BLANK.search(match[0]):
            return match[0]
    return ""


def _korean(text: str) -> str:
    for match in _K_BRACKET.finditer(text) if holds(text, _ROUND) else ():
        if _K_LOOSE.match(match[0]) and not _K_PLAIN_ROUND.search(match[0]):
            continue
        if not _heading(text, match):
            return match[0]
    for match in _K_CIRCLES.finditer(text) if holds(text, _SIGNS) else ():
        if not _NOT_CIRCLES.match(text[match.start() :]):
            end = text.find(" ", match.end() + 1)
            return text[match.start() : end if 0 < end < match.end() + 10 else match.end() + 4]
    return ""


def _heading(text: str, match: re.Match[str]) -> bool:
    """`[연락처] 02-123-4567`: a heading before what belongs to it."""
    first = not text[: match.start()].rstrip(" ").rpartition("\n")[2]
    after = text[match.end() :].partition("\n")[0]
    return (
        first
        and after[:1] in (" ", ":")
        and not re.match(r"[ :]*(?:님|고객|씨|드림|올림|귀하|귀중|관계자|담당자|$)", after)
    )
