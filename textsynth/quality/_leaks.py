"""What a model says to whoever prompted it, and the labels that a prompt's parts have."""

from __future__ import annotations

import re

from textsynth.quality._phrases import holds, plain

_WHO = (
    r"user|human|assistant|ai(?: assistant)?|bot|chatbot|system|customer|client|agent|caller"
    r"|customer (?:service|support)(?: (?:agent|representative|rep))?|support(?: agent)?|operator"
    r"|representative|rep|advisor|interviewer|speaker ?\d|person ?[ab12]|사용자|유저"
    r"|어시스턴트|시스템"
    r"|도우미|챗봇|고객|손님|상담원|상담사|직원|에이전트|인공지능"
)
_WHAT = (
    r"question|answer|response|reply|query|prompt|dialogue|conversation|persona|message"
    r"|final answer|rewritten (?:prompt|question|text)"
    r"|new (?:prompt|question)|follow-?up question|q|a|turn \d+|질문|답변|대답|답|정답|응답"
    r"|지시(?:문|사항)?"
    r"|문의|문의 ?내용|프롬프트|재작성된 (?:질문|프롬프트|문장)|후속 ?질문|대화|페르소나"
)
_PART = (
    r"instructions?|input|output|task|context|passage|reasoning|thoughts?|analysis|explanation"
    r"|입력|출력|명령|지문|맥락|추론|분석|해설"
)
_MARK = r"(?:\s*\([^)\n]{1,30}\))?"

PARTS = re.compile(
    rf"^[\s>]*[\[<(*_#]{{0,4}}\s?(?:{_PART})[\]>)*_#]{{0,4}}\s?[:：](?!//)[*_]{{0,2}}(?=\s"
    rf"|[^\s\d])",
    re.I,
)
"""A label of a part of a prompt, which a user may well give to what is asked."""

LABELS = re.compile(
    rf"^[\s>]*[\[<(*_#\"“]{{0,4}}\s?(?:{_WHO}"
    rf"|{_WHAT})(?: ?#?\d{{1,2}})?{_MARK}[\]>)*_#\"”]{{0,4}}\s?[:：]"
    r"(?!//)[*_]{0,2}(?=\s|[^\s\d])",
    re.I,
)
"""A label before a whole turn."""

SCRIPT = re.compile(
    rf"^[ \t>]*[\[<(*_]{{0,3}}(?:{_WHO}){_MARK}[\]>)*_]{{0,3}} ?[:：](?!//)[*_]{{0,2}}[ \t]*\S",
    re.I | re.M,
)
"""A speaker's label before any line of a turn."""

_HEAD = re.compile(
    r"#+ ?(?:Given|Rewritten|New|Created|Original|The) (?:Prompt|Given Prompt|Rewritten Prompt"
    r"|Instruction)s?#+"
    r"|^#{1,4} ?(?:Instruction|Response|Input|Output|User|Assistant|Human|System|Context|Question"
    r"|Answer|Persona|Task)\b *:? *$"
    r"|^\W{0,3}(?:rewritten|revised|new|generated|improved|evolved) (?:prompt|question"
    r"|instruction|query"
    r"|conversation|dialogue)\W{0,3}:"
    r"|^={2,} ?(?:end|begin|start)[^=\n]{0,30}={2,} *$",
    re.I | re.M,
)

_MADE = (
    r"(?:re-?written|revised|rephrased|new|improved|modified|updated|generated|simplified"
    r"|translated"
    r"|sample|possible|example|realistic|requested|original|given|corrected|complex|follow-?up|next"
    r"|user'?s?|customer'?s?|agent'?s?|synthetic|simulated)"
)
_PIECE = (
    r"(?:prompts?|questions?|instructions?|quer(?:y|ies)|dialogues?|conversations?|repl(?:y|ies)"
    r"|responses?|messages?|turns?|versions?|utterances?|examples?|scenarios?|personas?|rewrites?)"
)
_PATTERNS = [
    (
        ("(as", "(playing", "(acting", "(speaking", "로서)", "(상담", "(고객"),
        r"^\W*\((?:as|playing|acting as|speaking as) (?:the |an? )?(?:agent|customer|user"
        r"|assistant)"
        r"[^)\n]{0,40}\)|^\W*\((?:상담원|고객|사용자)(?:으?로서|의 입장|이 되어)[^)\n]{0,20}\)",
    ),
    (
        (
            "would respond",
            "would reply",
            "would say",
            "will respond",
            "i'd respond",
            "could respond",
        ),
        r"^as (?:an?|the) [\w -]{0,30}(?:agent|representative|assistant|customer"
        r"|user)\b[^.!?]{0,20}?"
        r"(?:would|will|'d|'ll) (?:respond|reply|say|ask|answer|write)\b|\b(?:i|the agent"
        r"|the customer|the user) (?:would|might|could) (?:respond|reply|say)(?: with)?:",
    ),
    (
        ("here", "below"),
        r"^(?:\W*(?:sure|certainly|of course|okay|ok|absolutely|great"
        r"|alright)[^.\n:]{0,30}[,!.] ?)?(?:here(?:'s| is| are)|below (?:is|are)) (?:an? |the "
        r"|some |your |my |one |\d+ )?(?:<made> ){0,4}<piece>\b[^.!?:]{0,80}(?::|\.$)",
    ),
    (
        ("rewritten", "rephrased", "revised"),
        r"\b(?:the|your|this) (?:rewritten|rephrased|revised) <piece>(?: is)?\b(?:[:,]|$)",
    ),
    (
        ("per your", "instructed", "as you requested, here"),
        r"\b(?:as per your (?:instruction|prompt|guideline|requirement)s?\b|per your "
        r"instructions?\b|as (?:you )?instructed\b,? (?:here|i (?:have )?(?:written|rewrote"
        r"|generated|created|made))|as you requested, here (?:is|are) (?:a|the) )",
    ),
    (
        ("hope this", "let me know"),
        r"\b(?:i )?hope this <made>? ?(?:prompt|question|dialogue|conversation|rewrite"
        r"|version) |\blet me know if you(?:'d| would)? (?:like|want|need) (?:me to )?"
        r"(?:rewrite|rephrase|generate|make|adjust|any changes)[^.!?]{0,40}\b(?:it|prompt"
        r"|question|dialogue|conversation|instruction|again)\b",
    ),
    (
        ("persona", "in character", "role-play", "roleplay"),
        r"\b(?:as|staying|stay|speaking|remain(?:ing)?) in character\b(?: as|,|:)|\b(?:based "
        r"on|according to|given|matching|fits?) the (?:given |provided )?persona\b|\bin this "
        r"(?:role-?play|simulation),? (?:i|you)(?:'ll| will|'m| am| are)\b",
    ),
    (
        ("rewritten", "prompt"),
        r"\b(?:i(?:'ve| have) )?(?:rewrote|rewritten|rephrased) the (?:given |original )?"
        r"(?:prompt|question|instruction|text)\b|\bthe given prompt\b|#(?:rewritten|given) "
        r"prompt#",
    ),
    (
        ("note:", "(note", "[note"),
        r"[\[(*]*note:?[*]* ?(?:this|the|i)(?:'ve| have)? [^.!?]{0,60}\b(?:rewritten|prompt"
        r"|instructions?|persona|fictional|simulated|generated|hypothetical (?:scenario"
        r"|conversation)|dialogue|role-?play)\b",
    ),
    (
        ("end of", "(end", "[end"),
        r"[\[(*]+\s?(?:the )?end(?: of)?(?: the)? ?(?:conversation|dialogue|chat|transcript"
        r"|scene|call)?\s?[\])*]+\s*$",
    ),
    (
        ("word count", "words)"),
        r"\(?\bword count:? ?\d+|\(\d{2,4} words\)\s*$",
    ),
    (
        ("다음은", "아래는", "여기"),
        r"^(?:\W*(?:네|예|물론입니다|물론이죠|알겠습니다|좋습니다)[,.!]? ?)?(?:다음은|아래는"
        r"|여기)[^.!?\n]{0,50}(?:질문|답변|대화|프롬프트|문장|메시지|응답|지시문|예시|버전"
        r"|시나리오|대화문|페르소나)(?:들)?(?:을|를)?(?:입니다|이에요|예요|드립니다|있습니다"
        r"|작성한 것입니다| 제시합니다)\s?(?:[:：.]|$)",
    ),
    (
        ("요청하신", "지시하신", "지시에", "지시사항", "요청에 따라", "지침에"),
        r"(?:요청하신|지시하신|말씀하신|주신) ?(?:대로|내용(?:대로|을|에)|조건|지시"
        r"|형식)[^.!?\n]{0,25}(?:작성(?:했|하였|해|한)|생성(?:했|하였|한)|재작성|만들(?:었|어 "
        r"?보)|다시 ?(?:썼|쓴|작성))|(?:지시 ?사항|지시|지침|프롬프트)(?:에|을|를) ?(?:따라"
        r"|바탕으로|기반으로|맞게|맞춰)[^.!?\n]{0,30}(?:작성|생성|만들|답변|재구성|썼)",
    ),
    (
        ("재작성", "다시 쓴", "다시 작성"),
        r"(?:재작성(?:된|한)|다시 ?(?:쓴|작성한|작성된)) ?(?:질문|프롬프트|문장|지시문|답변"
        r"|버전|내용)(?:은|입니다|이다|:|：)",
    ),
    (
        ("주어진",),
        r"주어진 ?(?:지시|프롬프트|페르소나|조건|시나리오|역할)(?:사항|문)?(?:에|을|를|대로)",
    ),
    (
        ("페르소나", "역할극", "시뮬레이션"),
        r"페르소나(?:에|를|의|로서|에 ?맞)|(?:이|본) ?(?:역할극|시뮬레이션)(?:에서|은|는)",
    ),
    (
        ("대화 끝", "대화 종료", "(끝)", "[끝]", "상담 종료"),
        r"[\[(*<]\s?(?:대화|상담|통화)? ?(?:끝|종료)\s?[\])*>]",
    ),
]
_TOLD = re.compile(
    r"you(?:'re| are) (?:an? |the )?(?:helpful|polite|friendly|professional|expert|experienced"
    r"|knowledgeable|virtual|ai|customer (?:service|support))(?:[ ,]+\w+){0,4}? (?:assistant"
    r"|chatbot|agent"
    r"|customer|representative|bot|expert|model)\b|you(?:'re| are) a (?:customer|user|client"
    r"|caller) "
    r"(?:of|who|at|calling|with|named)\b|(?:당신은|너는) [^.\n]{0,30}(?:상담원|고객|어시스턴트"
    r"|도우미|비서"
    r"|ai|챗봇|전문가)(?:입니다|이다|야|이야|이며)"
)
_NOUN = re.compile(
    r"prompt|question|instruction|quer|dialogue|conversation|repl|response|message|version|example"
    r"|scenario|persona|rewr|rephras|word|질문|답변|대화|프롬프트|문장|메시지|응답|예시|버전"
    r"|시나리오|역할극"
)
_FOUND = [
    (hints, re.compile(pattern.replace("<made>", _MADE).replace("<piece>", _PIECE)))
    for hints, pattern in _PATTERNS
]

_TEXT = r"(?:passage|text|excerpt|paragraph|context|snippet|extract|article|reading)"
_TEXTS = ("passage", "text", "excerpt", "paragraph", "snippet", "article", "extract", "reading")
_TEXTS_KO = (
    "지문",
    "본문",
    "글",
    "텍스트",
    "문단",
    "단락",
    "문맥",
    "기사",
    "발췌문",
    "주어진",
    "제시된",
    "제공된",
)
_REFERS = re.compile(
    rf"\b(?:according to|based on|as (?:stated|mentioned|described) in|mentioned in"
    rf"|described in|from|in)"
    rf" the (?:given |provided |above |following |preceding )?(?:passage|excerpt|snippet|extract"
    rf"|(?:given|provided|above|following|preceding) (?:\w+ )?{_TEXT})\b(?! of )"
    rf"|\bthe (?:given|provided|above(?:-mentioned)?|aforementioned) {_TEXT}\b"
    rf"|\bthe {_TEXT} (?:above|below|provided|given)\b|\baccording to the (?:text|context"
    rf"|paragraph)\b"
    r"|\b(?:read|summari[sz]e|translate|rewrite|analy[sz]e) (?:this|the following) "
    rf"{_TEXT}\b"
)
_REFERS_KO = re.compile(
    r"(?<![가-힣])(?:위|윗|아래) ?(?:의 ?)?(?:지문|본문|글|텍스트|문단|단락|문맥|기사"
    r"|발췌문)(?:에|을|를|은|의|이|에서)"
    r"|(?:주어진|제시된|제공된) ?(?:지문|본문|글|텍스트|문단|단락|문맥|기사|문서|자료|컨텍스트"
    r"|발췌문)"
    r"|(?:지문|본문|발췌문|문맥)(?:에 ?(?:따르면|의하면|나온|언급된|나타난|제시된)|을 ?바탕으로)"
    r"|다음 ?(?:글|지문|텍스트|기사|본문)을 ?(?:읽고|요약|번역|분석)"
)


def leak(text: str, before: str) -> str:
    """The words to whoever prompted the model; "" without any. `before`: what was asked, which may
    be for just that ("Here is the rewritten question:")."""
    if "#" in text or "=" in text or ":" in text:
        match = _HEAD.search(text)
        if match:
            return match[0]
    low = plain(text)
    for hints, pattern in _FOUND:
        if holds(low, hints):
            match = pattern.search(low)
            if match and not (before and _asked(match[0], before)):
                return match[0]
    return ""


def told(text: str) -> str:
    """How a turn begins that tells a model its part ("You are a helpful agent"); "" if it does not.
    Users of an assistant may begin so."""
    start = text[:200].lstrip().lower()
    if not start.startswith(("you are", "you're", "당신은", "너는")):
        return ""
    match = _TOLD.match(start)
    return match[0] if match else ""


def _asked(found: str, before: str) -> bool:
    low = before.lower()
    return any(noun in low for noun in _NOUN.findall(found))


def refers(text: str) -> str:
    """The words that point to a text which is not said to be in the row; as they stand in it."""
    low = text.lower()
    match = None
    if any(
        hint in low for hint in ("passage", "text", "excerpt", "paragraph", "snippet", "article")
    ):
        match = _REFERS.search(low)
    if match is None and not text.isascii() and holds(low, _TEXTS_KO):
        match = _REFERS_KO.search(low)
    return text[match.start() : match.end()] if match else ""
