"""How a speaker addresses the other: polite or plain Korean endings, formal English or slang."""

from __future__ import annotations

import re
from functools import lru_cache

from textsynth.quality._exchange import sentences

_QUOTED = re.compile(
    r"\"[^\"]*\"|“[^”]*”|'[^']*'|‘[^’]*’|「[^」]*」|『[^』]*』|<[^>]*>|《[^》]*》|`[^`]*`"
)
_POLITE = re.compile(r"(?:니다|니까|시오|세요|에요|예요|이요|요|죠|드림|올림)[\W\d]*$")
# Endings that nobody says to a customer. Those of a soliloquy (-네, -구나, -나, -지, -다) and nouns
# that end alike (이해, 분야, 영어, 하자) are none.
_PLAIN = re.compile(
    r"(?:[했됐었았겠였갔왔렸켰졌쳤줬봤있없같많좋싫맞싶괜찮몰알](?:어|아)|거야"
    r"|(?<![분시평광])이야"
    r"|(?<![이올새오피방공동남서재손침저유무분용견양한매난그첫듬폐음박가김진향위통대])해"
    r"|[안잘되]? ?돼|줘|[ 어아]봐|보여|받아|보내|올려|내려|기다려|눌러|불러|몰라|알아|그래"
    r"|고마워|미안"
    r"|[할갈줄볼올될낼]게|[할갈줄볼]래|[보가]자|해라|지 ?마|말아|마라|잖아|거든|더라고)\s*[.!?~]*$"
    r"|(?:[하되있없했됐는은]냐|[하되있없했됐]니|[는던]데)\s*\?$"
)
_LAUGHS = re.compile(r"[ㅋㅎㅠㅜ~^;\s]+$")
_INITIALS = re.compile(r"(?<![ㄱ-ㅎ가-힣])(?:ㅇㅇ|ㄴㄴ|ㅇㅋ|ㄱㄱ|ㅂㅂ|ㄱㅅ)(?![ㄱ-ㅎ가-힣])")
_CALLS = re.compile(r"^(?:야|얘|너|니가|네가)[,! ]")
_HANGUL = re.compile(r"[가-힣]")

_FORMAL_EN = re.compile(
    r"\b(?:good (?:morning|afternoon|evening|day)\b|dear (?:sir|madam|mr|mrs|ms|dr)\b|sincerely\b"
    r"|i should (?:like|be)\b|i would be grateful\b|i apologi[sz]e\b|would you be so kind\b"
    r"|i am writing\b|may i (?:ask|enquire|inquire|trouble)\b|kindly\b|if it is no trouble\b)",
    re.IGNORECASE,
)
_SLANG_EN = re.compile(
    r"\b(?:lol|lmao|rofl|bro|bruh|dude|idk|wtf|omg|dunno|tbh|ngl|imma|y'?all|ur|gimme|wassup)\b",
    re.IGNORECASE,
)


def polite(text: str) -> bool:
    """Whether a Korean turn has a sentence with a polite ending and none with a plain one."""
    parts = _korean(text)
    return any(map(_POLITE.search, parts)) and not any(map(_is_plain, parts))


def plain_speech(text: str, *, whole: bool) -> str:
    """The first sentence in plain speech; "" where there is none (`whole`: or one is polite).

    A customer who thinks aloud ("아, 맞아. 번호가 …예요") addresses nobody so.
    """
    parts = _korean(text)
    found = next((part for part in parts if _is_plain(part)), "")
    return "" if found and whole and any(map(_POLITE.search, parts)) else found


def formal(text: str) -> bool:
    """Whether an English turn is in the manner of a letter."""
    return _FORMAL_EN.search(text) is not None and _SLANG_EN.search(text) is None


def slang(text: str) -> str:
    """The first word of slang in an English turn, quotations aside."""
    found = _SLANG_EN.search(text)
    if found is None:
        return ""
    found = _SLANG_EN.search(_QUOTED.sub(" ", text))
    return found[0] if found else ""


@lru_cache(maxsize=8)
def _korean(text: str) -> tuple[str, ...]:
    """The Korean sentences of a turn, quotations and laughter aside; of the last few turns."""
    if text.isascii() or not _HANGUL.search(text):
        return ()
    parts = (_LAUGHS.sub("", part) for part in sentences(_QUOTED.sub(" ", text)))
    return tuple(part for part in parts if _HANGUL.search(part))


def _is_plain(sentence: str) -> bool:
    if _INITIALS.search(sentence) or _CALLS.match(sentence):
        return True
    return _POLITE.search(sentence) is None and _PLAIN.search(sentence) is not None
