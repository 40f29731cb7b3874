"""Whether a text sounds glad, cross or neither: a rough count of words, English and Korean.

Word lists of our own; a negation before a word (English) or after it (Korean) turns it round. Meant
for shares among many rows, not for a verdict on one: `tests/test_measures.py` holds how often it is
right on labelled lines. Texts in other languages are neutral.
"""

from __future__ import annotations

import re

_GOOD = """
good great excellent wonderful amazing awesome fantastic perfect lovely nice helpful happy glad
pleased delighted love loved loves enjoy enjoyed enjoying thank thanks thankful grateful appreciate
appreciated best brilliant superb easy smooth smoothly friendly kind fast quick quickly reliable
recommend recommended satisfied impressed beautiful works worked solved resolved relieved excited
fun comfortable clear pleasant outstanding favourite favorite better improved win won success
successful generous polite patient delicious tasty fresh clean cosy cozy safe bargain worth
flawless thrilled charming smile smiled proud hope hopeful yay
"""
_BAD = """
bad terrible awful horrible worst worse hate hated hates angry annoyed annoying upset frustrated
frustrating disappointed disappointing disappointment sad unhappy useless broken broke slow rude
unacceptable ridiculous furious disgusting disgusted poor poorly problem problems issue issues
error errors fail failed fails failure failing wrong late delay delayed delays lost missing damaged
dirty scam fraud ripped overpriced expensive waste wasted complain complaint complaining refund
never-again unreliable confusing confused cold stale noisy crash crashed crashes crashing stuck
unfair worried worry afraid scared pain painful hurt sick tired stress stressed regret sorry mess
nightmare joke pathetic fed-up ignored cheated unhelpful impossible defective leaking dreadful
boring dull ugly smelly
"""
_NOT = frozenset(("not", "no", "never", "cannot", "hardly", "barely", "without", "neither"))
_REACH = 3
"""Words over which a negation reaches."""

_GOOD_KO = (
    "좋(?!지 ?(?:않|못))|훌륭|최고|멋지|멋진|멋져|완벽|친절(?!하지 ?(?:않|못))|감사|고맙"
    "|고마[워웠운]|만족(?!스럽지|하지|도 ?조사)|기쁘|기뻐|기뻤|기쁜|행복(?!하지 ?(?:않|못))"
    "|즐거|즐겁|사랑|추천(?!하지|할 수 없)|편리|편하|편했|편안|유익|도움이 되|도움이 됐"
    "|도움 됐|빠르(?!지)|빨라|빨랐|빠른|깨끗(?!하지)|맛있|신나|신났|설레|안심|뿌듯|다행"
    "|해결됐|해결되었|해결해 ?주|상쾌|아름다|예쁘|예뻐|예뻤|든든|쾌적|재미있|재밌|웃음이"
    "|자랑스러"
)
_BAD_KO = (
    "나쁘(?!지 ?않)|나빠|나빴|나쁜|최악|별로|실망|화가|화났|화나|짜증|불편|불쾌|불만|형편없"
    "|엉망|답답|속상|슬프|슬퍼|슬펐|우울|싫(?!지 ?않)|끔찍|느리|느려|느렸|늦어|늦었|늦게|지연"
    "|고장|망가|오류|에러|문제(?!없|가 없|는 없|집)|실패|잘못|분실|잃어|파손|더럽"
    "|더러[워웠운]|사기|비싸(?!지)|비쌌|낭비|환불|항의|무례|무시당|걱정|불안|무섭"
    "|무서[워웠운]|아프|아파|아팠|힘들|지쳤|지친|스트레스|후회|억울|어이없|황당|지루|재미없"
    "|맛없|시끄러|시끄럽|먹통|멈춰|멈췄|튕기|튕겨|부당|괴로|못 ?하겠|곤란|좋지 ?(?:않|못)"
    "|만족스럽지|만족하지|친절하지 ?(?:않|못)|추천하지|빠르지 ?않|깨끗하지"
    "|행복하지 ?(?:않|못)|안 ?좋"
)
_SOFT_KO = re.compile(
    "나쁘지 ?않|싫지 ?않|문제없|문제가 없|문제는 없|걱정 ?없|걱정하지 않아도|불편함? ?없"
)
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z]")
_CLAUSE = re.compile(r"[.,;:!?\n]|\bbut\b")
_POSITIVE, _NEGATIVE = frozenset(_GOOD.split()), frozenset(_BAD.split())
_POSITIVE_KO, _NEGATIVE_KO = re.compile(_GOOD_KO), re.compile(_BAD_KO)
_BEFORE_GOOD_KO = re.compile(r"안 ?$|못 ?$")

VALUES = ("positive", "neutral", "negative")


def sentiment(text: str) -> str:
    """positive, neutral or negative; by which kind of word is more frequent."""
    balance = score(text)
    return "positive" if balance > 0 else "negative" if balance < 0 else "neutral"


def score(text: str) -> int:
    """Words that sound glad less words that sound cross."""
    # A syllable weighs about as much as three Latin letters.
    if 3 * len(_HANGUL.findall(text)) > len(_LATIN.findall(text)):
        return _korean(text)
    return sum(_english(clause) for clause in _CLAUSE.split(text.lower().replace("’", "'")))


def _english(clause: str) -> int:
    found, reach = 0, 0
    for word in _WORD.findall(clause):
        if word in _NOT or word.endswith("n't"):
            reach = _REACH
            continue
        worth = (word in _POSITIVE) - (word in _NEGATIVE)
        found += -worth if reach else worth
        reach = max(0, reach - 1)
    return found


def _korean(text: str) -> int:
    soft = len(_SOFT_KO.findall(text))
    text = _SOFT_KO.sub(" ", text)
    good = bad = 0
    for found in _POSITIVE_KO.finditer(text):
        turned = _BEFORE_GOOD_KO.search(text[max(0, found.start() - 3) : found.start()])
        good += not turned
    bad = len(_NEGATIVE_KO.findall(text))
    return good + soft - bad
