"""Dates of birth, which are dates with a cue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some, there
from textsynth.privacy.resolving import Candidate
from textsynth.privacy.wordlists import words

MONTHS = words(
    """
    jan feb mar apr may jun jul aug sep oct nov dec
    """
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = (
    r"(?:(?:19|20)[0-9]{2} ?[-./년] ?[0-9]{1,2} ?[-./월] ?[0-9]{1,2}(?:일|(?![0-9]))"
    r"|[0-9]{1,2} ?[-./] ?[0-9]{1,2} ?[-./] ?(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9])"
    r"|[0-9]{2}년 ?[0-9]{1,2}월 ?[0-9]{1,2}일"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\.?,? (?:19|20)[0-9]{{2}}"
    rf"|{_MONTH}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)[0-9]{{2}}"
    r"|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9]))"
)
_WHOLE = re.compile(DATE)
_CUED = re.compile(
    r"(?:(?<![a-z])date[ _]of[ _]birth|(?<![a-z])birth[ _]?date|(?<![a-z])birthday|(?"
    r"<![a-z])d\.?o\.?b(?![a-z])\.?|(?<![a-z])born(?: on)?|"
    r"생년월일|생일|출생일?|태어난 날)"
    r"[\"'*]{0,3}(?:은|는|이|가)?(?: is| was)?[\s:=|\"'*(,]{0,6}(" + DATE + ")"
)
_DIGIT = re.compile("[0-9]")
_CUES = ("birth", "born", "dob", "d.ob", "do.b", "d.o.b", "생년월일", "생일", "출생", "태어난 날")
_BEFORE = re.compile("[0-9일] ?(?:생|출생|에 태어)")
_AFTER = re.compile("(" + DATE + r") ?(?:생(?![가-힣])|생(?:이|입|인)|출생|에 태어)")


def births(page: Page) -> Iterator[Candidate]:
    """Dates right after "born", "DOB", 생년월일, or before 생 and 출생."""
    if not there(page.low, _DIGIT):
        return
    if some(page.low, _CUES):
        for match in _CUED.finditer(page.low):
            yield Candidate("date_of_birth", *match.span(1))
    if ("생" in page.low or "태어" in page.low) and there(page.low, _BEFORE):
        for match in _AFTER.finditer(page.low):
            yield Candidate("date_of_birth", *match.span(1))


def birth_date(text: str) -> str | None:
    """yyyy-mm-dd of a date as people write it (day before month where it is unclear), or None."""
    low = text.lower().strip()
    if not _WHOLE.fullmatch(low):
        return None
    numbers = re.findall(r"[0-9]+", low)
    word = re.search(r"[a-z]{3,}", re.sub(r"[0-9](?:st|nd|rd|th)", "", low))
    if word:
        month = MONTHS.index(word[0][:3]) + 1
        day, year = int(numbers[0]), int(numbers[-1])
    elif len(numbers) == 1:
        whole = numbers[0]
        year, month, day = int(whole[:-4]), int(whole[-4:-2]), int(whole[-2:])
    elif len(numbers[0]) == 4 or "년" in low:
        year, month, day = (int(number) for number in numbers)
    else:
        day, month, year = (int(number) for number in numbers)
        if day > 31 or (len(numbers[2]) == 2 and int(numbers[2]) <= 31 and day > 31):
            year, month, day = day, month, year
    if year < 100:
        year += 1900 if year > 26 else 2000
    return f"{year:04}-{month:02}-{day:02}"
