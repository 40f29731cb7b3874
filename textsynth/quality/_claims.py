"""What speakers say of themselves: name, company, age, trade, sex, being a machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_MARKS = re.compile(r'["“‘「『]')
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』")

_NAME_EN = re.compile(
    r"\b(?:[Mm]y name is|[Mm]y name's|I am called|[Yy]ou(?:'re| are) (?:talking|speaking)"
    r" (?:to|with)) (?:(?:Mr|Mrs|Ms|Dr)\.? )?([A-Z][a-z]+(?: [A-Z][a-z]+)?)\b"
    r"|\b[Tt]his is ([A-Z][a-z]+(?: [A-Z][a-z]+)?),? (?:from|with|speaking|here)\b"
)
_NAME_KO = re.compile(
    r"상담(?:원|사) ([가-힣]{2,4})(?:입니다|이고|이라고|라고|이에요|예요|인데)"
    r"|(?<![가-힣])(?:저는|제 이름은|전) (?:[가-힣]+ ){0,2}?([가-힣]{2,4})"
    r"(?:이라고 합니다|라고 합니다|이라고 해요|라고 해요|이라고 하는데)"
    r"|제 이름은 ([가-힣]{2,4})(?:입니다|이에요|예요|이고)"
)
# What no claim of its kind does without: most turns have none of it.
_NAMED_EN = re.compile(r"name|his is|peaking|alking|called")
_NAMED_KO = re.compile("상담|라고|이름")
HANDOVER = re.compile(
    r"\b(?:taken over|take over|took over|transfer\w*|colleague|pass(?:ed|ing)? you|connect\w* you"
    r"|from \w+ team, I have|on behalf|calling for)\b|이어받|넘겨받|인계|연결|대신|바꿔|동료",
    re.IGNORECASE,
)

_KIND = (
    r"(?:Bank|Credit Union|Insurance|Telecom|Mobile|Airlines|Airways|Dental|Clinic|Hotel|Energy)"
)
_COMPANY_EN = re.compile(
    r"\b(?:[Tt]his is|reached|[Ww]elcome to|(?:calling|contacting|choosing)|[Hh]ere at|[Ww]e at)"
    rf" (?:the )?((?:[A-Z][\w&'-]+ ){{1,2}}{_KIND})\b"
)
_KIND_KO = r"(?:은행|카드|보험|증권|통신|치과|병원|의원|호텔|항공|전자)"
_COMPANY_KO = re.compile(
    rf"(?:저희|여기는) ([가-힣A-Za-z]{{1,8}}{_KIND_KO})(?:에서|은|는|의|이|을|를|입니다|,| )"
    rf"|(?:^|[,.!] ?)([가-힣A-Za-z]{{1,8}}{_KIND_KO})(?: (?:고객|콜)센터)?"
    r"(?: 상담(?:원|사) [가-힣]{2,4})?입니다"
)

_FIRM_EN, _FIRM_KO = re.compile(_KIND), re.compile(_KIND_KO)

_TENS_EN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES_EN = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORDS_EN = rf"(?:{'|'.join(_TENS_EN)})(?:-(?:{'|'.join(_ONES_EN[1:])}))?"
_AGE_EN = re.compile(
    r"\b(?:I'm|I am|I(?:'ve| have)? (?:just )?turned) (?:only |already |just )?"
    rf"(\d{{2}}|{_WORDS_EN})(?= (?:years|and|now|so|but|this|next)\b|[.,!?]|$)"
    r"|\b[Aa]s an? (\d{2})[- ]year[- ]old\b"
)
_AGE_KO = re.compile(
    r"(?<![가-힣])(?:제가|저는|전|저도|나이가|제 나이가) (?:올해 |이제 |벌써 |아직 |만 )*"
    r"(\d{2}|(?:열|스물|스무|서른|마흔|쉰|예순|일흔|여든|아흔)(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)?)"
    r" ?(?:살|세)(?![가-힣]*때)"
)
_TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70,
         "여든": 80, "아흔": 90}  # fmt: skip
_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")

_TRADES: tuple[tuple[str, ...], ...] = (
    ("nurse", "간호사"),
    ("doctor", "physician", "surgeon", "의사"),
    ("baker", "제빵사", "제과"),
    (
        "teacher",
        "headmaster",
        "principal",
        "lecturer",
        "professor",
        "교사",
        "교수",
        "교장",
        "선생님",
    ),
    ("pilot", "조종사"),
    ("driver", "courier", "운전", "택배 기사", "기사"),
    ("farmer", "농부", "농사"),
    ("fisherman", "fishmonger", "haenyeo", "어부", "해녀", "수산물"),
    ("lawyer", "solicitor", "attorney", "변호사"),
    ("accountant", "bookkeeper", "회계사", "세무사"),
    ("engineer", "developer", "programmer", "개발자", "엔지니어", "프로그래머"),
    ("mechanic", "정비사"),
    ("student", "학생"),
    ("chef", "cook", "요리사", "셰프"),
    ("waiter", "waitress", "barista", "바리스타"),
    ("hairdresser", "barber", "미용사"),
    ("police officer", "policeman", "policewoman", "경찰"),
    ("firefighter", "소방관"),
    ("soldier", "군인"),
    ("carpenter", "목수"),
    ("plumber", "배관공"),
    ("electrician", "전기 기사"),
    ("dentist", "치과의사"),
    ("pharmacist", "약사"),
    ("translator", "interpreter", "번역가", "통역사"),
    ("journalist", "기자"),
    ("gardener", "정원사"),
    ("tailor", "재단사"),
    ("butcher", "정육점"),
    ("librarian", "사서"),
    ("architect", "건축가"),
    ("designer", "디자이너"),
)
_TRADE_OF = {word: number for number, group in enumerate(_TRADES) for word in group}
_TRADE = "|".join(sorted(map(re.escape, _TRADE_OF), key=len, reverse=True))
_TRADE_EN = re.compile(
    r"\b(?:as an?|i'm an?|i am an?|i work as an?|i'm working as an?|being an?)"
    rf" (?:\w+ ){{0,2}}?({_TRADE})\b(?!'s| (?:account|shop|card|discount|rate|deal|of mine|told"
    r"|said|would|might|once|does|did|recommended))"
)
_TRADE_KO = re.compile(
    rf"(?<![가-힣])(?:저는|제가|전|저도) (?:[가-힣]+ ){{0,2}}?({_TRADE})"
    r"(?:이라서?|라서?|이고|인데|입니다|이에요|예요|로서|으로 일|로 일|이며|이니)"
)

_MALE = re.compile(
    r"\b(?:as a|i'm a|i am a) (?:\w+ )?(?:man|father|dad|widower|grandfather|husband)\b"
    r"|(?:아빠|남자|할아버지)(?:로서|인데|라서|입니다|예요)"
)
_FEMALE = re.compile(
    r"\b(?:as a|i'm a|i am a) (?:\w+ )?(?:woman|mother|mum|mom|widow|grandmother|wife)\b"
    r"|\bi(?:'m| am) (?:\w+ )?pregnant\b|(?:엄마|여자|할머니)(?:로서|인데|라서|입니다|예요)"
    r"|제가 임신"
)
_OWN_KO = r"(?:^|[.!?,] ?|제 |우리 |저희 )"
WIFE = re.compile(rf"\bmy (?:late )?wife\b|{_OWN_KO}(?:아내|집사람|와이프)[가와는도의를랑 ]")
HUSBAND = re.compile(rf"\bmy (?:late )?husband\b|{_OWN_KO}(?:남편|바깥양반)[이과은도의을랑 ]")
_RETIRED = re.compile(
    r"\b(?:i am|i'm|we are|we're|and i are|since i) retired\b|(?:저는|제가|저희는) 은퇴[하한했]"
)
_RETIRES = 45
"""Years of age under which nobody is taken for retired."""

MACHINE = re.compile(
    r"\bas an? (?:\w+ )?(?:ai|artificial intelligence|language model)\b"
    r"(?! (?:engineer|researcher|company|team|expert|startup|specialist|student))"
    r"|\bi(?:'m| am) (?:just |only |actually )?an? (?:\w+ )?(?:ai|language model|chatbot)\b"
    r"(?! (?:engineer|researcher|company|team|expert|startup|specialist|student))"
    r"|(?<![가-힣])(?:저는|제가|전) (?:[가-힣a-z]+ ){0,3}?(?:ai|인공 ?지능|언어 ?모델|챗봇)"
    r"(?: ?(?:챗봇|비서|어시스턴트|모델|언어 ?모델|상담원))?"
    r"(?:으?로서|이라|라서|입니다|이에요|예요|이지만|지만|이기|이므로|일 뿐|이며)"
)
MACHINE_CUE = re.compile(r"\b(?:ai|artificial|language model|chatbot)|지능|언어 ?모델|챗봇")
"""What talk of being a machine cannot do without; in lower case."""

ASKS_MACHINE = re.compile(
    r"\b(?:bot|robot|ai|human|real person|machine|chatbot)\b|챗봇|로봇|사람|인공 ?지능|기계|ai",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Persona:
    """What is known of a speaker; each part empty where it is not."""

    name: str = ""
    low: int = 0
    high: int = 0
    """Years of age, from and to; 0 and 0 where they are not known."""
    trades: frozenset[int] = frozenset()
    sex: str = ""
    text: str = ""
    """All that the persona says, in lower case."""


def persona_of(row: Mapping[str, Any]) -> Persona:
    """A persona row (description, attributes) as claims can be held against it."""
    given = row.get("attributes") or {}
    told = [str(row.get("description") or ""), *(str(value) for value in given.values())]
    text = " ".join(told).lower()
    low, high = _band(str(given.get("age") or given.get("age_band") or ""))
    sex = str(given.get("gender") or given.get("sex") or "").lower()
    return Persona(
        name=str(given.get("name") or ""),
        low=low,
        high=high,
        trades=frozenset(_TRADE_OF[word] for word in re.findall(_TRADE, text)),
        sex="male" if sex in ("male", "man", "m", "남성", "남자", "남")
        else "female" if sex in ("female", "woman", "f", "여성", "여자", "여") else "",
        text=text,
    )  # fmt: skip


def _band(given: str) -> tuple[int, int]:
    numbers = [int(n) for n in re.findall(r"\d+", given)]
    if not numbers:
        return 0, 0
    if len(numbers) > 1:
        return numbers[0], numbers[1]
    return numbers[0], 120 if "+" in given else numbers[0]


def own(text: str) -> str:
    """The text without quotations: what the speaker says as such."""
    bare = _QUOTED.sub(" ", text) if _MARKS.search(text) else text
    return bare.replace("’", "'")


def names(text: str) -> list[str]:
    """The names that a turn gives as the speaker's own."""
    found = [m[1] or m[2] for m in _NAME_EN.finditer(text)] if _NAMED_EN.search(text) else []
    if text.isascii() or not _NAMED_KO.search(text):
        return found
    return found + [next(filter(None, m.groups())) for m in _NAME_KO.finditer(text)]


def companies(text: str) -> list[str]:
    """The companies that a turn speaks for."""
    found = [m[1] for m in _COMPANY_EN.finditer(text)] if _FIRM_EN.search(text) else []
    if text.isascii() or not _FIRM_KO.search(text):
        return found
    return found + [m[1] or m[2] for m in _COMPANY_KO.finditer(text)]


def same_name(one: str, two: str) -> bool:
    """Whether two names may be one's: they share a word ("Bank" aside), or one is in the other."""
    left, right = (_FIRM_EN.sub("", name).lower().strip() for name in (one, two))
    return left in right or right in left or bool(set(left.split()) & set(right.split()))


def against(text: str, persona: Persona) -> str:
    """What a turn says of its speaker that the persona is not: "trade", "age", "sex", "name"."""
    low = text.lower()
    if persona.trades and _other_trade(low, persona):
        return "trade"
    if persona.high and _other_age(text, persona):
        return "age"
    other = {"male": _FEMALE, "female": _MALE}.get(persona.sex)
    if other is not None and other.search(low):
        return "sex"
    given = names(text) if persona.name else []
    if any(not same_name(name, persona.name) for name in given) and not HANDOVER.search(text):
        return "name"
    return ""


def _other_trade(low: str, persona: Persona) -> bool:
    told = [m[1] for p in (_TRADE_EN, _TRADE_KO) for m in p.finditer(low)]
    return any(_TRADE_OF[word] not in persona.trades for word in told)


def _other_age(text: str, persona: Persona) -> bool:
    ages: Iterable[int] = [
        *(_number(m[1] or m[2]) for m in _AGE_EN.finditer(text)),
        *(_number(m[1]) for m in _AGE_KO.finditer(text)),
    ]
    if any(age < persona.low - 2 or age > persona.high + 2 for age in ages):
        return True
    early = persona.high < _RETIRES and "retire" not in persona.text and "은퇴" not in persona.text
    return early and _RETIRED.search(text.lower()) is not None


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    if word.isascii():
        ten, _, one = word.partition("-")
        return 20 + 10 * _TENS_EN.index(ten) + _ONES_EN.index(one)
    tens = max((t for t in _TENS if word.startswith(t)), key=len)
    return _TENS[tens] + _ONES.index(word[len(tens) :])
