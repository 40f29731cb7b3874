"""How a text is written, measured without a model: length, register and mix of languages.

Rules of our own for English and Korean, checked against the labelled lines of
`tests/data/registers.jsonl`. Texts in other languages have a length and a script, and the register
"neutral"; Japanese counts as Kana whatever its share of Han.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from textsynth.records import Sample

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_SCRIPTS = {
    "hangul": _HANGUL,
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "han": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "arabic": re.compile(r"[\u0620-\u06ff]"),
    "devanagari": re.compile(r"[\u0900-\u097f]"),
    "thai": re.compile(r"[\u0e00-\u0e7f]"),
    "latin": _LATIN,
}
_SENTENCE = re.compile(r"[^.!?。…\n]+[.!?。…]*")
_FOREIGN_STEM = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}[\uac00-\ud7a3]{1,3}$")

MIXED = 0.15
"""Share of a text's words from which a second script makes it mixed."""

_CASUAL = re.compile(
    r"\b(?:hey|hiya|yo|thx|ty|pls|plz|u|ur|gonna|wanna|gotta|kinda|lol|lmao|btw|asap|yeah|yep|nope"
    r"|yup|ok|okay|omg|wtf|idk|tbh|imo|cuz|cos|bc|dude|guys|cheers|ugh|argh|damn|hell|crap|stuff"
    r"|ain't|y'all|whats|dont|cant|wont|doesnt|isnt|im|ive|thats)\b"
    r"|[!?]{2,}|\.{3}|…|:\)|:\(|[\U0001f300-\U0001faff]",
    re.IGNORECASE,
)
_FORMAL = re.compile(
    r"\b(?:dear|sincerely|faithfully|regards|kindly|hereby|furthermore|moreover|therefore|regarding"
    r"|enquir\w+|inquir\w+|pursuant|accordingly|henceforth|respectfully|undersigned|assistance)\b"
    r"|\bwould (?:like|appreciate|be grateful)\b|\bi am writing\b"
    r"|\bplease (?:be|find|note|advise)\b|\bcould you (?:please|kindly)\b"
    r"|\b(?:in|with) (?:accordance|reference|respect)\b|\bmay i\b"
    r"|\blook(?:ing)? forward\b|\bi wish to\b|\bwe (?:regret|request)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:the|and|of|to|is|are|was|it|that|this|you|your|my|for|with|not|have|has|can|do|be|we|they"
    r"|please|what|how|when|if|i|i'm|from|at|u|thx|pls|hey)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:der|das|und|nicht|ist|ich|wir|sie|ein|eine|einen|mit|auf|für|zu|von|bitte|wie|kann|meine?"
    r"|le|les|une?|des|est|et|pas|pour|dans|vous|je|avec|mon|que|qui|el|los|las|por|para|una|del"
    r"|está|il|che|di|non|sono|della|het|een|niet|ik|van|voor|mijn|não|uma|com|meu|você"
    r"|och|att|det|är|jag|inte|som|jest|nie|się|że|mój|jak|ve|bir|için|bu|yang|dan|tidak|untuk|saya"
    r"|không|của|tôi|là|je|na|jsem)\b|[äöüßéèêàçñãõåøłęąćśżźčřšžěůğşăâđơưạảấầẩẫậắằẳẵặ]",
    re.IGNORECASE,
)
"""Common words of English, and words and letters of the other languages in Latin script."""

_CONTRACTION = re.compile(r"\b\w+['’](?:t|s|re|ve|ll|d|m)\b", re.IGNORECASE)
_KOREAN_ENDINGS = (
    ("formal", re.compile(r"(?:니다|(?<!다)니까|십시오|바랍니다|드립니다|올림|드림)$")),
    ("polite", re.compile(r"(?:요|죠|쥬|여)$")),
    ("plain", re.compile(r"(?:[^니]다|한다|된다|음|함|임|됨|것)$")),
)
_KOREAN_LAUGH = re.compile(r"[ㅋㅎㅠㅜㅇㄱㄴ]{2,}|\^\^|;;|~+$")


@dataclass(frozen=True, slots=True)
class Style:
    """What was measured: words of a text, its register, and its languages ("ko", "ko+en")."""

    words: int
    register: str
    mix: str


def style_of(texts: Sequence[str]) -> Style:
    """The style of what one voice says: words of its middle text, register and mix of all of it."""
    counts = sorted(words(text) for text in texts)
    whole = "\n".join(texts)
    return Style(counts[len(counts) // 2] if counts else 0, register(whole), mix(whole))


def voice_of(sample: Sample) -> list[str]:
    """What a sample says where a real row has its text: the column text, question or summary, or
    what its user says."""
    for name in ("text", "question", "summary"):
        if isinstance(value := sample.columns.get(name), str) and value:
            return [value]
    return [m["content"] for m in sample.messages if m["role"] == "user"]


def words(text: str) -> int:
    """Words between spaces and marks; two Han or Kana characters count as one."""
    dense = len(_DENSE.findall(text))
    return len(_TOKEN.findall(_DENSE.sub(" ", text))) + (dense + 1) // 2


def mix(text: str) -> str:
    """The scripts of a text's words, the most frequent first: "hangul+latin".

    A second one counts from `MIXED` of the words. Figures and marks say nothing; "" where nothing
    does.
    """
    found = Counter(name for token in _TOKEN.findall(text) if (name := _script(token)))
    if found["kana"]:
        found["kana"] += found.pop("han", 0)
    found = +found
    least = MIXED * sum(found.values())
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return "+".join(name for n, (name, count) in enumerate(ranked) if not n or count >= least)


def register(text: str) -> str:
    """formal, neutral or casual; Korean: formal (합쇼체), polite (해요체), plain, casual (해체)."""
    # A syllable weighs about as much as three Latin letters.
    if 3 * len(_HANGUL.findall(text)) > len(_LATIN.findall(text)):
        return _korean_register(text)
    if not _LATIN.search(text):
        return "neutral"
    if len(_OTHERS.findall(text)) > len(_ENGLISH.findall(text)):
        return "neutral"
    return _english_register(text)


def _script(token: str) -> str:
    """The script of a word; a Korean particle after a foreign word does not make it Korean."""
    if _FOREIGN_STEM.match(token):
        return "latin"
    return next((name for name, letters in _SCRIPTS.items() if letters.search(token)), "")


def _english_register(text: str) -> str:
    """Cues for and against: each formal phrase, slang word, sloppy sentence and contraction."""
    sentences = [part.strip() for part in _SENTENCE.findall(text) if _LATIN.search(part)]
    small = sum(part[0].islower() for part in sentences)
    open_end = sum(part[-1] not in ".!?…\"')" for part in sentences)
    score = 1.0 * len(_FORMAL.findall(text)) - 1.0 * len(_CASUAL.findall(text))
    score -= (0.7 * small + 0.3 * open_end) if len(text) > 12 else 0.0
    score -= 0.4 * len(_CONTRACTION.findall(text)) + 0.5 * len(re.findall(r"\bi\b", text))
    score /= max(1.0, len(sentences) ** 0.5)
    return "formal" if score >= 0.7 else "casual" if score <= -0.7 else "neutral"


def _korean_register(text: str) -> str:
    """By the endings of its sentences: the level that most of them have."""
    found: Counter[str] = Counter()
    for part in _SENTENCE.findall(text):
        if not _HANGUL.search(part):
            continue
        if _KOREAN_LAUGH.search(part.rstrip(".!? ")):
            found["casual"] += 1
            part = _KOREAN_LAUGH.sub("", part)
        bare = re.sub(r"[\W\d_]+$", "", part)
        level = next((name for name, ending in _KOREAN_ENDINGS if ending.search(bare)), "casual")
        found[level] += 1
    order = ("formal", "polite", "plain", "casual")
    return max(order, key=lambda name: (found[name], -order.index(name))) if found else "neutral"
