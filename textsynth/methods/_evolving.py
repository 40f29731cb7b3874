"""The rules that an evolved instruction and its reply must pass, in English and Korean; all free.

After Evol-Instruct (arXiv 2304.12244), section "elimination evolving", and what small models do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from textsynth.instructions import words
from textsynth.tongues import chances

DEPTH = ("constraints", "deepen", "concretise", "reasoning", "complicate")
OPERATIONS = (*DEPTH, "breadth", "easier")
"""The ways to evolve: five in depth, one in breadth, one downwards."""

RULES = (
    "empty", "cut_off", "scaffolding", "language_changed", "answers_itself", "unchanged",
    "not_longer", "much_longer", "not_shorter", "not_compared", "no_gain", "sorry_reply",
    "empty_reply",
)  # fmt: skip
"""Every rule that can eliminate a row, in the order in which they are asked."""

SHORT_REPLY = 80
"""Words under which a reply that apologises is none."""

FEW = 3
"""An evolved instruction with fewer new words than this is the old one."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_LETTER = re.compile(r"[^\W\d_]")
_DATA = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|<[^<>\n]{1,200}>|^.*[|{};=].*$", re.S | re.M)
_SCRIPTS = (
    ("hangul", r"[\uac00-\ud7a3]"), ("kana", r"[\u3040-\u30ff]"), ("han", r"[\u3400-\u9fff]"),
    ("cyrillic", r"[\u0400-\u04ff]"), ("arabic", r"[\u0600-\u06ff]"),
    ("devanagari", r"[\u0900-\u097f]"), ("thai", r"[\u0e00-\u0e7f]"),
    ("latin", r"[A-Za-z\u00c0-\u024f]"),
)  # fmt: skip

_SCAFFOLDING = re.compile(
    r"#+ ?(?:the )?(?:given|rewritten|created|new|original|evolved) (?:prompt|instruction)"
    r"|\b(?:given|rewritten|rewrited|re-written|created|original|evolved) "
    r"(?:prompt|instruction)s?\b"
    r"|\bnew (?:prompt|version of the (?:prompt|instruction))\b"
    r"|\b(?:prompt|instruction) (?:rewriter|creator)\b|\brewritten (?:version|request|task)\b"
    r"|\b(?:the|this|your) (?:prompt|instruction) (?:above|below|is now|has been)\b"
    r"|^\W*(?:(?:rewritten|new|original|given|evolved|revised|updated|easier|harder) )"
    r"?(?:request|task|prompt|instruction)\W*:"
    r"|\b(?:added|adds?) (?:10|ten) (?:to|-|–) ?(?:20|twenty) words\b|<<(?:quoted|end) "
    r"|(?:주어진|다시 ?쓴|다시 ?작성한|재작성(?:된|한)|바꾼|고쳐 ?쓴|원래(?:의)?|새로운|변형된) ?"
    r"(?:프롬프트|지시문|요청문)"
    r"|^\W*(?:(?:바꾼|새로운|새|원래|고친|쉬운) ?)?(?:요청|지시|지시문|프롬프트|요청문)\W*[:：]"
    # What the prompts themselves say.
    r"|\bnew request only\b|\brewrite the request\b|\bdo not answer (?:it|the request)\b"
    r"|새 ?요청만|요청을 (?:다시|고쳐) ?(?:쓰|써|쓴|작성)|답하지 말고"
    r"|(?:새로운|새|고친|고쳐 ?쓴|다시 ?쓴) 요청(?:은|입니다|이에요|예요)",
    re.IGNORECASE | re.MULTILINE,
)
_PREFACE = re.compile(
    r"^(?:sure|certainly|of course|okay|absolutely)\b[!,.]"
    r"|^here(?:'s| is| are) (?:the|a|an|my|your)"
    r"|^(?:the )?(?:answer|solution|response|result) (?:is|would be|to (?:this|the|your))\b"
    r"|^(?:물론(?:입니다|이죠|이에요)|네, |알겠습니다|정답은|답은|답변은"
    r"|다음은 .{0,40}(?:입니다|이에요)[.:])",
    re.IGNORECASE,
)
_ANSWER_LINE = re.compile(
    r"^\W*(?:sample |model |possible )?(?:answer|response|solution|reply)\W*:(?!\s*$)"
    r"|^\W*(?:정답|해답|답변|모범 ?답안|답|풀이|해설)\W*[:：](?!\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_ASKS = re.compile(
    r"[?？]|\b(?:please|how (?:do|to|can|many|much|would|should|does|is|are)|what|which|why|who"
    r"|whose|when (?:do|does|is|should)|where|can you|could you|would you|will you|help me"
    r"|i(?:'d| would) (?:like|love)|i (?:need|want)|i am looking for|i'm looking for|your task"
    r"|your job|you (?:are|will|must|should|need to))\b",
    re.IGNORECASE,
)
_VERBS = """
advise analyse analyze answer argue arrange assess assign brainstorm build calculate categorise
categorize classify code compare complete compose compute construct convert correct count create
criticise criticize debug decide define demonstrate derive describe design detail determine
develop devise diagnose differentiate discuss draft draw edit elaborate estimate evaluate
examine expand explain explore extract fill find format formulate generate give group guess
highlight identify illustrate imagine implement improve infer interpret invent investigate judge
justify list make modify name organise organize outline paraphrase perform pick plan point
predict prepare prioritise prioritize produce propose prove provide rank rate recommend refactor
reformulate rephrase replace report resolve restate review revise rewrite schedule select
sequence show simplify simulate sketch solve sort specify split structure suggest summarise
summarize tell trace transform translate verify weigh write
"""
_IMPERATIVE = re.compile(
    rf"(?:^|[.!?:;,\n]|\band|\bthen|\d[.)])\s*[-*•\"“(]*\s*"
    rf"(?:{'|'.join(_VERBS.split())}|work out"
    r"|(?:turn|change|put|use) (?:this|these|the following))\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\W*(?:act|cite|comment|continue|contrast|distinguish|enumerate|finish|fix|label|match|narrate"
    r"|persuade|play|pretend|pull|quote|recite|reply|respond|shorten|sing|spell|state|teach)\b",
    re.IGNORECASE,
)
"""Verbs that ask for a text where they come first; further on they may as well be advice."""
_ASKS_KO = re.compile(
    r"[?？]|(?:세요|십시오|시오|주십시오|줘|줘요|주라|다오|바랍니다|바란다|주기 바람|주게"
    r"|싶어요?|싶습니다|싶은데요?|나요"
    r"|까요|는지요?|을까|를까|ㄹ까|인가요?|은가요?|니까|하라|해라|하자|볼까|까|해 ?봐|해 ?보자"
    r"|(?:설명|작성|요약|번역|비교|추천|계산|분석|정리|제안|서술|기술|제시|나열|분류|구현|설계)"
    r"(?:하기|할 것))"
    r"(?=[\s.!,)~…\"”]|$)",
)
_TELLS_KO = re.compile(r"(?:세요|십시오)(?=[\s.!,]|$)")
_ORDERS_KO = re.compile(
    r"(?:주|쓰|적으|고르|답하|말하|구하|찾으|만드|지으|나누|바꾸|고치|다듬으|옮기|뽑으|줄이"
    r"|(?:요약|설명|정리|비교|작성|추천|계산|분석|제안|번역|나열|판단|분류|묘사|평가|서술|채점|해석)하"
    r"|(?:써|적어|지어|말해|만들어|풀어|골라|찾아|해) ?보)(?:세요|십시오)|바랍니다|줘|줄래"
)
"""Forms in which a text is asked for; other ones may as well be advice, which is an answer."""
_APOLOGY = re.compile(
    r"\bsorry\b|\bapolog(?:y|ies|i[sz]e)\b|\b(?:i|we) regret\b|\bregretfully\b"
    r"|죄송|미안(?:하|해|합)|사과드|유감",
    re.IGNORECASE,
)
_PLEA = re.compile(
    _APOLOGY.pattern + r"|사과(?:문|의 ?(?:말|글|뜻|편지)|하는| ?(?:편지|이?메일|문자|글|메시지))",
    re.IGNORECASE,
)
"""What an instruction says that asks for an apology."""
_STOP_WORDS = """
a about all also an and any are as at be been but by can could did do does for from had has have
he her here him his how i if in into is it its just may me might more my no not of ok okay on or
our out please she should so some such sure than that the their them then there these they this
those to too up us was we well were what when which who will with would yes yet you your 그 그것
그런 그럼 그리고 그래서 그러나 그런데 나 나는 내 네 예 아 아니 아니요 것 것은 것이 수 등 및 또
또는 더 때 때문에 이 이것 저 저는 제 제가 하지만 하는 한 할 합니다 입니다 있습니다 없습니다 있다
없다 이다 네요 음 그것은 그것이 그건 그게
"""
_STOPS = frozenset(_STOP_WORDS.split())


def normal(text: str) -> str:
    """A text as it is compared: compatible forms joined, small letters, only words."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def new_words(child: str, parent: str) -> int:
    """How many words of `child` are not in `parent`, each as often as it stands there."""
    left = normal(parent).split()
    count = 0
    for word in normal(child).split():
        if word in left:
            left.remove(word)
        else:
            count += 1
    return count


def leaks(text: str) -> bool:
    """Whether an instruction carries words of the prompt that made it."""
    return bool(_SCAFFOLDING.search(text))


def answers_itself(child: str, parent: str) -> bool:
    """Whether an instruction gives an answer, or only states something, where the parent asks."""
    child = child.strip()
    if _advises(child) and not _advises(parent):
        return True
    if _PREFACE.search(child) or (_ANSWER_LINE.search(child) and not _ANSWER_LINE.search(parent)):
        return True
    return _asks(parent) and not _asks(child) and _first(parent) not in normal(child).split()


def _advises(text: str) -> bool:
    """Whether a Korean text tells a reader what to do, in the form that requests have as well."""
    if "?" in text or len(_TELLS_KO.findall(text)) < 2:
        return False
    return not _ORDERS_KO.search(text)


def _asks(text: str) -> bool:
    if _HANGUL.search(text):
        return bool(_ASKS_KO.search(text) or _IMPERATIVE.search(text))
    if _LETTER.search(text) and not text.isascii() and _script(text) != "latin":
        return True  # scripts whose ways to ask are not read
    return bool(_ASKS.search(text) or _IMPERATIVE.search(text) or _OPENS.match(text))


def _first(text: str) -> str:
    return next(iter(normal(text).split()), "")


def language_changed(child: str, parent: str) -> bool:
    """Whether the prose of two texts is in different languages; tables and code are left out."""
    one, two = (_DATA.sub(" ", text) for text in (parent, child))
    if not _LETTER.search(two):
        two = child
    before, after = _script(one), _script(two)
    if not before or not after:
        return False
    if before != after:
        return {before, after} != {"han", "kana"} and not _mostly(before, two)
    letters = len(_LETTER.findall(one))
    if before != "latin" or letters < 8 or len(_LETTER.findall(two)) < 24:
        return False
    sure = 0.6 if letters >= 16 else 0.85
    was, now = chances(one), chances(two)
    known, found = max(was, key=was.__getitem__), max(now, key=now.__getitem__)
    return was[known] > sure and known != found and now[found] > 0.5 and now.get(known, 0.0) < 0.25


def _script(text: str) -> str:
    """The script of most letters, those that carry two Latin ones counted twice."""
    counts = {
        name: len(re.findall(letters, text)) * (2 if name in ("hangul", "kana", "han") else 1)
        for name, letters in _SCRIPTS
    }
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else ""


def _mostly(script: str, text: str) -> bool:
    """Whether a script still has a third of the letters: terms of another one are no change."""
    own = len(re.findall(dict(_SCRIPTS)[script], text))
    return 3 * own * (2 if script in ("hangul", "kana", "han") else 1) >= len(_LETTER.findall(text))


def fault_of(child: str, parent: str, operation: str, most: int, turns: Sequence[str]) -> str:
    """The rule that eliminates an evolved instruction, "" when none does.

    `most`: words that it may be longer; `turns`: what was said before, which it must not repeat.
    """
    if not re.sub(r"[\W_]+", "", child):
        return "empty"
    if leaks(child) and not leaks(parent):
        return "scaffolding"
    if language_changed(child, parent):
        return "language_changed"
    if answers_itself(child, parent):
        return "answers_itself"
    if _nearly_equal(child, parent, operation) or normal(child) in map(normal, turns):
        return "unchanged"
    return _size_fault(words(child), words(parent), operation, most)


def _nearly_equal(child: str, parent: str, operation: str) -> bool:
    one, two = normal(child), normal(parent)
    if one == two:
        return True
    if operation == "easier":
        return False  # leaving words out is the whole of it
    fresh = new_words(child, parent)
    if operation == "breadth":
        return fresh < max(FEW, len(one.split()) // 4)
    few = 2 if _HANGUL.search(child) else FEW  # a word with its particles says more
    return fresh < few


def _size_fault(now: int, before: int, operation: str, most: int) -> str:
    if operation == "easier":
        return "not_shorter" if now >= before else ""
    if operation in DEPTH and now <= before:
        return "not_longer"
    if operation != "complicate" and now > before + most:
        return "much_longer"
    return ""


def reply_fault(reply: str, asked: str) -> str:
    """The rule that eliminates a reply, "" when none does; `asked`: what it replies to.

    Who asks for an apology gets one, and no refusal.
    """
    said = [word for word in normal(reply).split() if word not in _STOPS]
    if not said:
        return "empty_reply"
    if words(reply) < SHORT_REPLY and _APOLOGY.search(reply) and not _PLEA.search(asked):
        return "sorry_reply"
    return ""
