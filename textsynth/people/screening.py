"""What is no usable persona by its words alone: too short, no person in it, or unfinished."""

from __future__ import annotations

import re

from textsynth.people.terms import UNSPACED

SHORTEST = 5
"""Words; two letters of Hangul, Han or kana are one."""

_DENSE = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(r"[^\W_]+")

_META = re.compile(
    r"^\W*(as an ai\b|i'?m sorry|i cannot|i can'?t|sorry,|here (is|are)\b|sure[,!]|certainly[,!]"
    r"|persona\s*\d*\s*:?$|n/?a\b|none\b|null\b|unknown\b|lorem ipsum|https?://|[{\[<])"
    r"|죄송합니다|언어 ?모델|인공지능으로서|다음은 .*입니다:?$",
    re.I,
)
_PERSON = re.compile(
    r"\b(he|she|they|him|her|his|hers|their|theirs|them|i|my|me|who|whose|whom|someone|somebody|"
    r"person|people|man|woman|men|women|boy|girl|child|kid|teen|teenager|adult|parent|mother|"
    r"father|son|daughter|husband|wife|widow|widower|brother|sister|friend|couple|nurse|chef|cook|"
    r"clerk|guard|pilot|coach|nun|monk|king|queen|vet|smith|thief|host|guest|guide|judge|nanny|"
    r"retiree|trainee|employee|refugee|student|pupil|scholar|fan|buff|geek|hobbyist|pro|lawyer|"
    r"apprentice|aged|year[- ]old|\w+(er|or|ist|ian|ant|ent|eer|man|woman|wright|smith|keeper|ess|"
    r"ologist|maker|mate|hand|star|head|hater|lover))s?\b",
    re.I,
)
_VERB_FIRST = re.compile(r"^\W*(\w+ly )?(never |always |now |still )?[a-z]+s\b(?! of\b)", re.I)
_PERSON_KO = re.compile(
    r"(사람|고객|환자|학생|손님|\d+\s*(세|살)|[십수여]\s*대|[가-힣](사|원|자|가|인|생|장|꾼|부|수|민|님|관|녀|모|씨|"
    r"주|공|상|병|배|맘|니|지|이|리|너|터|어|머|스트))(은|는|이|가|을|를|로|으로|이며|입니다|이고|인데|의|와|과|도|"
    r"라|처럼)?([\s,.]|$)|니다\.?$|[해어아이]요\.?$|다\.$"
)
_DANGLING = re.compile(
    r"([,;:\-–—(/&]|\b(a|an|the|and|or|but|of|to|in|on|at|for|with|by|from|who|whose|that|which|"
    r"is|are|was|were|has|have|as|because|while|their|his|her)|(하고|하며|이며|으며|면서|그리고|에서|"
    r"에게|으로|하는|의|를|을|와|과|는|은))$",
    re.I,
)


def fault(text: str) -> str | None:
    """`too_short`, `no_person` or `unfinished`; None where nothing is wrong."""
    if _length(text) < SHORTEST:
        return "too_short"
    stripped = text.strip()
    if _META.search(stripped) or not _has_person(stripped):
        return "no_person"
    if _DANGLING.search(stripped) or stripped.count("(") > stripped.count(")"):
        return "unfinished"
    return None


def mostly_dense(text: str) -> bool:
    """Whether at least a third of the letters are Hangul, Han or kana."""
    letters = sum(map(str.isalpha, text))
    return 3 * len(_DENSE.findall(text)) >= max(letters, 1)


def _has_person(text: str) -> bool:
    if mostly_dense(text):
        return not re.search("[가-힣]", text) or bool(_PERSON_KO.search(text))
    # Writing that the words above say nothing about is let through.
    if sum(map(str.isascii, text)) < 0.9 * len(text):
        return True
    return bool(_PERSON.search(text) or _VERB_FIRST.search(text))


def _length(text: str) -> float:
    spaced, dense = _DENSE.subn(" ", text)
    return len(_WORD.findall(spaced)) + dense / 2
