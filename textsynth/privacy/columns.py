"""Values that a column's head tells: CSV and TSV cells, rows of a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy.births import DATE
from textsynth.privacy.english_names import FULL, STOP, cell
from textsynth.privacy.folding import Page
from textsynth.privacy.korean_names import DOUBLE, SURNAMES
from textsynth.privacy.resolving import Candidate

_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "name",
            r"(?!product|file|company|brand|item|host|domain|project|store|shop|bank|branch|"
            r"column|table|event|city|street|user|model|plan|team)[a-z]{0,12} ?name|customer|"
            r"client|"
            r"patient|contact|account holder|holder|"
            r"tenant|guest|employee|이름|성명|성함|고객명|고객|환자명|환자|담당자?|예금주|신청"
            r"인|직원명|회원명|주문자|수령인|수취인|보호자|의뢰인",
        ),
        ("date_of_birth", r"dob|date of birth|birth ?date|birthday|born|생년월일|생일"),
        ("bank_account", r"account(?: ?(?:number|no\.?))?|acct|계좌(?:번호)?|sort ?code"),
        (
            "phone",
            r"(?:phone|mobile|cell|tel|telephone|contact)(?: ?(?:number|no\.?))?|전화(?:번호)?"
            r"|연락처|휴대폰(?:번호)?|핸드폰",
        ),
        ("address", r"(?:home |delivery |shipping |billing |postal )?address|주소(?:지)?|배송지"),
        ("secret", r"password|passwd|api[ _]?key|token|secret|비밀번호"),
    )
)
_HEAD_LINE = re.compile(
    r"(?m:^)[^\n]{0,400}(?:name|이름|성명|성함|고객|환자|담당|예금주|dob|birth|생년월"
    r"일|계좌|account|phone|연락처|전화|address|주소|password|비밀번호|직원|수령인|신"
    r"청인|주문자)[^\n]{0,400}"
)
_FORMS = {
    "date_of_birth": re.compile(DATE, re.I),
    "bank_account": re.compile(r"[0-9](?:[ -]?[0-9]){5,16}"),
    "phone": re.compile(
        r"(?!1[568][0-9]{2}-?[0-9]{4}$|080|0800|1-?8[0-9]{2}-)\+?[0-9(][0-9 ().-]{6,18}[0-9]"
    ),
    "address": re.compile(r"(?=[^\n]*[0-9]).{10,200}"),
    "secret": re.compile(r"(?!x+$)[!-'+-;=?-Z^-z|}~][!-~]{3,200}"),
}
_KOREAN = re.compile(
    rf"(?:{'|'.join(DOUBLE)})[가-힣]{{1,2}}(?![가-힣])|[{SURNAMES}][가-힣]{{1,2}}(?![가-힣])"
)


def columns(page: Page) -> Iterator[Candidate]:
    """Cells below a head line such as `name,phone,account`, as far as the rows keep its shape."""
    text = page.text
    if "," not in text and "\t" not in text and "|" not in text and ";" not in text:
        return
    lines = text.split("\n")
    at = 0
    head: list[str] | None = None
    mark = ","
    for line in lines:
        if head is not None and line.count(mark) >= len(head) - 1 and line.strip():
            yield from _row(text, at, line, head, mark)
        else:
            head, mark = _head(line)
        at += len(line) + 1


def _head(line: str) -> tuple[list[str] | None, str]:
    """The kind of each column, "" where it has none; None where the line is no head."""
    if len(line) > 600 or len(line) < 6:
        return None, ","
    for mark in ("|", "\t", ",", ";"):
        if line.count(mark) < 1:
            continue
        cells = [c.strip(" \"'*").replace("_", " ").lower() for c in line.split(mark)]
        if max(map(len, cells)) > 30:
            continue
        kinds = [next((k for k, p in _HEADS if p.fullmatch(c)), "") for c in cells]
        filled = [c for c in cells if c]
        if any(kinds) and len(filled) > 1 and not any(re.search("[0-9]", c) for c in filled):
            return kinds, mark
    return None, ","


def _row(text: str, at: int, line: str, head: list[str], mark: str) -> Iterator[Candidate]:
    for kind, (start, end) in zip(head, _cells(line, mark), strict=False):
        raw = line[start:end]
        inner = raw.strip(" \"'*\r")
        if not kind or not inner or set(inner) <= {"-", ":"}:
            continue
        first = at + start + raw.index(inner)
        last = first + len(inner)
        if kind == "name":
            if (match := _KOREAN.match(text, first)) and match.end() <= last:
                yield Candidate("name", *match.span(), 1)
            elif FULL.match(inner) and inner.split()[0].lower() not in STOP:
                yield from (c for c in cell(text, first, False) if c.end <= last)
            else:
                yield from (c for c in cell(text, first, True) if c.end <= last)
        elif _FORMS[kind].fullmatch(inner):
            yield Candidate(kind, first, last, 1)


def _cells(line: str, mark: str) -> Iterator[tuple[int, int]]:
    """Spans of the cells; a mark between double quotes parts nothing."""
    start, quoted = 0, False
    for at, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == mark and not quoted:
            yield start, at
            start = at + 1
    yield start, len(line)
