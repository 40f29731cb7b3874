"""The phrases of an injection, in English and Korean, each with what makes it harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern over lower-case text. `hints`: one of them is in every match, for speed.

    `unless`: what must not stand in the 40 characters before.
    """

    kind: str
    pattern: re.Pattern[str]
    hints: tuple[str, ...] = ()
    unless: re.Pattern[str] | None = None


_NOT = re.compile(
    r"(?:\b(?:not|never|cannot|to not|if|when|who|which|that|they|we|people|users?|customers?|of|by"
    r"|without|attackers?)|n't|(?:if|when) you)\s+(?:\w+\s+)?\Z"
)
_WHOSE = r"(?:previous|prior|above|preceding|earlier|foregoing|former|initial|original|existing)"
_MINE = r"(?:your|all|any|system|developer|safety)"
_FILL = r"(?:(?:please|of|the|my|our|these|those|every|other|current|own|given)[\s-]+)"
_ORDERS = (
    r"(?:instructions?|prompts?|directions?|directives?|guidelines?|guardrails?|rules?|commands?"
    r"|programming|training)\b(?!\s+(?:from|by|given|sent|that|which|who|in|on|about)\b)"
)
_LETGO = (
    r"(?:ignore|disregard|forget|override|bypass|discard|stop\s+following"
    r"|(?:do\s+not|don't)\s+follow)"
)
_SELF = (
    r"(?:ai|a\.i\.|assistant|bot|chatbot|chatgpt|gpt(?:-\d)?|claude|dan|llm|language model|model"
    r"|agent(?!\s+(?:for|of|on)\b)|persona|hacker|pirate|jailbroken|unrestricted|unfiltered|uncensored|root|evil"
    r"|developer mode|debug mode|god mode|admin(?:istrator)? mode)"
)
_PRIVATE = (
    r"(?:conversations?|chats?|history|histories|prompts?|context|credentials?|passwords?|secrets?"
    r"|(?:api )?keys?|tokens?|instructions|contents?|personal|account numbers?|card numbers?"
    r"|customers?(?:'s?)?|users?(?:'s?)?|everything|records|answers?|memory)"
)

_ENGLISH = [
    ("override", ("ignor", "disreg", "forget", "overrid", "bypass", "discard", "follow"),
     rf"\b{_LETGO}\b[\s,:]{{1,3}}{_FILL}{{0,3}}(?:{_WHOSE}|{_MINE})[\s-]{{1,3}}"
     rf"(?:(?:{_WHOSE}|{_MINE}|the|of|my|and)[\s-]{{1,3}}){{0,4}}{_ORDERS}", True),
    ("override", ("ignor", "disreg", "forget"),
     rf"\b(?:ignore|disregard|forget)\s+{_FILL}{{0,3}}(?:all\s+|any\s+)?{_WHOSE}\s+"
     r"(?:context|conversations?|messages?|text|content)\b(?!\s+(?:from|about|if|that)\b)", True),
    ("override", ("ignor", "disreg", "forget"),
     r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\s+(?:of\s+)?"
     r"(?:(?:the|that|you|was|were|is|has|have|been|i|we|ve|said|told|written|stated|stands?)\s+)"
     r"{0,6}(?:above|before|previously|prior|so far|until now)\b", True),
    ("override", ("you",),
     r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what(?:ever)?)\s+(?:that\s+)?you"
     r"(?:'ve|\s+(?:have|were|had))\s+(?:been\s+)?(?:told|taught|instructed)\b"
     r"(?!\s+(?:about|on|by)\b)", True),
    ("override", ("ignor", "disreg"),
     r"\b(?:ignore|disregard)\s+(?:all\s+(?:of\s+)?)?the\s+(?:above|preceding|foregoing)"
     r"(?!,?\s+(?:notice|letter|reminder|warning|figure|step|table|if\s+you))"
     r"(?=\s*(?:$|[.!;:,\n]|and\b|instead\b|text\b|prompt|instruction|context|content))", True),
    ("role", ("you",),
     rf"\byou(?:'re|\s+are)\s+now\s+(?:(?:an?|the|in|my|acting|as|called|named|going|to|be|playing"
     rf"|free|entirely|completely|fully|no|longer|helpful|new|different)\s+){{0,5}}{_SELF}\b"
     r"(?!\s+(?:of the bank|number))", False),
    ("role", ("from now on", "henceforth"),
     r"\b(?:from now on|henceforth),?\s+you(?:'re|\s+(?:are\s+(?:an?|the|my|going)|(?:will|must"
     r"|shall|should)\s+(?:only\s+|always\s+)?(?:act|behave|answer|respond|reply|speak|obey|ignore"
     r"|pretend)))\b", False),
    ("role", ("act as", "pretend", "roleplay", "role-play", "behave as", "no longer"),
     rf"(?:\b(?:act as|pretend (?:to be|you are|you're)|role-?play as"
     rf"|behave as)\s+(?:if you were\s+"
     rf")?(?:an?\s+|the\s+)?(?:\w+\s+){{0,2}}{_SELF}\b|\byou(?:'re"
     rf"|\s+are)\s+no\s+longer\s+(?:an?\s+"
     rf"|bound|restricted|limited)(?:\w+\s+){{0,3}}(?:{_SELF}|rules|guidelines|restrictions"
     r"|filters?|by)\b)", True),
    ("role", ("do anything now", "dan mode", "jailbreak"),
     r"\b(?:do anything now|(?:enter|enable|activate|switch to)\s+(?:dan|jailbreak)(?:\s+mode)?)\b",
     False),
    ("prompt_leak", ("prompt", "instruction", "message"),
     r"\b(?:reveal|show|print|output|repeat|display|tell|give|leak|expose|disclose|recite|quote"
     r"|write\s+out|what(?:'s|\s+is|\s+are|\s+was|\s+were))\s+(?:\w+\s+){0,3}?(?:your|the|its)\s+"
     r"(?:\w+\s+){0,2}?(?:system|initial|hidden|original|secret|developer|full|exact)\s+"
     r"(?:prompts?|messages?|instructions?)\b", True),
    ("prompt_leak", ("repeat", "print", "output"),
     r"\b(?:repeat|print|output)\s+(?:(?:all|everything|back|the|of|words|text)\s+){1,4}above"
     r"(?:\s+(?:verbatim|starting|word for word|this line))?\b", True),
    ("prompt_leak", ("system prompt",),
     r"\b(?:your|new|updated|override|end of|my|the|a)\s+system\s+prompt\b(?!\s+(?:will\b|appear"
     r"|asks?\b|on\s+(?:the\s+)?(?:screen|atm|display)|shown|is\s+shown|for\s+your\s+pin))"
     r"|\bsystem\s+prompt\s*[:=]", False),
    ("conceal", ("user", "human", "operator", "reader"),
     r"\b(?:do\s+not|don't|never|without)\s+(?:tell|inform|telling|informing|alert|alerting|notify"
     r"|notifying|warn|mention\s+(?:this|it|these|any\s+of\s+this)\s+to|reveal\s+(?:this|it|these)"
     r"\s+to|let(?=[\w\s]{5,20}\s(?:know|see|notice|find\s+out)\b))"
     r"\s+(?:the\s+|any\s+)?(?:users?|humans?|operators?|readers?)\b", False),
    ("role_marker", ("<|", "[inst]", "[/inst]", "<<sys", "<</sys", "_of_turn"),
     r"<\|\s?(?:im_start|im_end|im_sep|system|user|assistant|endoftext|end|start_header_id"
     r"|end_header_id|eot_id|begin_of_text|end_of_text|channel|message)\s?\|>|\[/?inst\]"
     r"|<</?sys>>|<(?:start|end)_of_turn>", False),
    ("role_marker", ("###",),
     r"(?m)^[ \t]*#{2,6}[ \t]*(?:system|assistant|human|user|instruction)(?:[ \t]+prompt)?[ \t]*:",
     False),
    ("role_marker", ("assistant", "system"),
     r"</?(?:system|assistant)(?:[_-](?:prompt|message|instructions?))?>|(?m:^[ \t]*assistant[ \t]*"
     r":)|(?:(?m:^[ \t]*system[ \t]*:)|\[system\][ \t]*:?)"
     r"(?=[ \t]*(?:you\s+(?:are|must|should|will|can)|ignore|new\s"
     r"|override|disregard|from now))", False),
    ("output", ("respond", "answer", "reply", "output", "say", "print"),
     r"\b(?:respond|answer|reply)\s+(?:only|solely|exclusively)\s+(?:with|by\s+saying|in)\b"
     r"(?!\s+(?:the\s+(?:code|number|last)|yes|no|stop|[yn1-9]\b))"
     r"|\b(?:respond|reply|answer)\s+with\s+(?:only|nothing\s+but|exactly)\b"
     r"(?!\s+(?:the\s+(?:code|number|last)|yes|no|stop|[yn1-9]\b))"
     r"|\byour\s+(?:only\s+|entire\s+|whole\s+)(?:response|reply|answer|output)\s+"
     r"(?:must|should|shall|will|has\s+to)\s+(?:be|contain|start|begin|say)\b"
     r"|(?m:(?:^|[.!?:;]\s|\b(?:and|then|must|instead)\s))(?:output|print|say)\s+(?:only|exactly"
     r"|nothing\s+but)\s+(?:the\s+(?:word|phrase|text|following)|[\"'`])", True),
    ("exfiltration", ("http", "hxxp", "www."),
     r"\b(?:send|post|forward|upload|transmit|exfiltrate|e-?mail|leak|report|copy|append|encode)\b"
     rf"(?!\s+(?:us\s+|in\s+)?your\s+(?!(?:system|instructions|prompt|context|memory"
     rf"|conversation)))"
     rf"[^.\n]{{0,60}}?\b{_PRIVATE}(?!\w)[^\n]{{0,60}}?\b(?:to|at|via|into|in)\s+[^\n]{{0,30}}?"
     r"(?:h(?:tt|xx)ps?:/|www\.)\S*", True),
    ("exfiltration", ("](http",),
     r"!\[[^\]\n]{0,80}\]\(https?://[^)\s]{0,300}?(?:[{\[<]|\b(?:secret|prompt|conversation|history"
     r"|password|data)=)[^)\n]{0,80}", False),
    ("addressed", ("instruction", "command", "note", "message"),
     r"\b(?:new|updated|revised|real|actual|secret|hidden|additional)\s+(?:system\s+)?instructions?"
     rf"\s*(?:for\s+(?:the\s+)?{_SELF}s?\s*)?:(?=\s*(?:you|ignore|disregard|from|respond|answer"
     rf"|reply"
     rf"|act|do|say|write|output|forget))|\b(?:instructions?|commands?|note|message)\s+(?:for"
     rf"|to)\s+"
     rf"(?:the\s+|any\s+|all\s+)?(?:ai|llm|language)\s?(?:models?|assistants?|systems?|bots?)?\s*:",
     False),
    ("addressed", ("ai", "llm", "language model", "assistant", "bot"),
     r"\b(?:if|since|because)\s+you(?:'re|\s+are)\s+(?:an?\s+)(?:ai|llm|large language|language"
     r"|chatbot|automated\s+assistant)\b|\b(?:ai|llm|language)\s?(?:models?|assistants?|agents?"
     r"|systems?)?\s+(?:that\s+(?:is|are)\s+)?(?:reading|processing|summari[sz]ing"
     r"|parsing)\s+this\b"
     r"|\b(?:ai|llm)\s+(?:models?|assistants?|agents?)\s*[:,]\s*(?:please\s+)?(?:tell|say|always"
     r"|never|ignore|disregard|write|answer|respond|recommend|you\s+(?:must|are|should))\b"
     r"|\b(?:attention|dear|hey|hello)[,:]?\s+(?:ai|llm|language\s+model|chatgpt"
     r"|claude)s?\b", False),
]  # fmt: skip

_K_BEFORE = (
    r"(?:이전|앞선|앞의|위의?|위에 있는|지금까지의?|기존의?|모든|원래의?|상기|너의|네|시스템)"
)
_K_ORDERS = r"(?:지시|명령|지침|프롬프트|규칙|인스트럭션|설정값)"
_K_LETGO = (
    r"(?:무시(?:하고|하라|해라|하십시오|하세요|하시오|한 ?채|하며|해(?=[\s.!,]|$))|잊(?:고|어"
    r"|으라|어라"
    r"|으세요|으십시오)|따르지 ?(?:마|말)|버리고|폐기하고|초기화하고|삭제하고)"
)
_K_SELF = (
    r"(?:ai|인공지능|챗봇|봇|언어 ?모델|어시스턴트|비서|모델|해커|개발자 ?모드|탈옥|역할|제한|규칙)"
)
_K_READER = r"(?:사용자|유저|이용자)(?:에게|한테)(?:는|도)?"
_K_SAY = r"(?:출력|공개|누설|보여|알려|말해|반복|복사|적어)"

_KOREAN = [
    ("override", ("무시", "잊", "따르지", "버리", "폐기", "초기화", "삭제"),
     rf"{_K_BEFORE}\s?(?:{_K_BEFORE}\s?){{0,3}}{_K_ORDERS}\s?(?:사항|문|어|내용)?(?:들)?(?:을"
     rf"|를|은|는)?"
     rf"\s?(?:모두|전부|다|완전히|절대로?|싹)?\s?{_K_LETGO}", False),
    ("override", ("무시", "잊"),
     r"(?:위|앞|이전|지금까지)(?:에|의)?\s?(?:적힌|쓰인|나온|있는|말한)?\s?(?:내용|글|말|대화)"
     rf"(?:을|를|은|는)?\s?(?:모두|전부|다|싹)\s?{_K_LETGO}", False),
    ("override", ("무시", "잊"),
     r"(?:위|앞|이전|지금까지)(?:의|에)?\s?(?:모든\s?)?(?:있는\s?)?(?:내용|대화|글|문장"
     r"|말)(?:들)?(?:을|를"
     r"|은|는)?\s?(?:모두|전부|다|완전히)?\s?(?:무시하고|무시하라|무시해라|잊고|잊어)\s?[^\n]{0,30}"
     r"(?:대신|답|출력|말하|말해|따르|따라|수행|작성|하라|해라)", False),
    ("role", ("이제부터", "지금부터", "이제"),
     r"(?:너는|넌|네가|니가)\s?(?:이제부터?|지금부터)(?![가-힣])|(?:이제|지금)부터\s?(?:너는|넌"
     r"|네가)"
     rf"|(?:당신은\s?(?:이제|지금)부터|(?:이제|지금)부터\s?당신은)[^.\n]{{0,40}}?{_K_SELF}", False),
    ("role", ("행동", "답", "역할"),
     rf"{_K_SELF}(?:인|이 된|가 된)\s?(?:것처럼|척|듯이?)\s?(?:행동|답|대답|응답|말)(?:하"
     rf"|해)", False),
    ("prompt_leak", ("시스템",), r"시스템\s?프롬프트", False),
    ("prompt_leak", ("프롬프트", "지시", "지침", "명령"),
     r"(?:초기|숨겨진|숨은|너의|네|당신의|원래|내부)\s?(?:프롬프트|지시\s?사항|지시문?|지침"
     r"|명령어?)(?:을|를)?"
     rf"\s?(?:모두|전부|그대로|전체)?\s?{_K_SAY}(?:하|해|줘|주|라)", False),
    ("conceal", ("말하지", "알리지", "언급하지", "밝히지", "알려", "보여"),
     rf"{_K_READER}\s?(?:이\s?(?:사실|내용|지시)(?:을|를|은|는)?\s?)?(?:절대로?\s?)?(?:말하지"
     rf"|알리지|언급하지"
     r"|밝히지|알려\s?주지|보여\s?주지)\s?(?:마|말)", False),
    ("output", ("만",),
     r"라고만\s?(?:답|대답|응답|출력|말)(?:변)?(?:해|하라|하세요|하십시오|할\s?것|하시오"
     r"|하고)(?!\s?드)"
     r"|(?:오직|무조건|다른\s?말\s?없이)[^.\n]{0,25}만\s?(?:을\s?)?(?:답|대답|응답|출력|말)(?:변)?"
     r"(?:해(?!\s?드)|하라|하세요|하십시오|할\s?것|하시오)", False),
    ("exfiltration", ("http", "hxxp", "www."),
     r"(?:대화|비밀번호|암호|개인\s?정보|프롬프트|기록|고객\s?정보|고객의|사용자의|api\s?키"
     r"|데이터)[^.\n]{0,40}"
     r"(?:h(?:tt|xx)ps?:/|www\.)\S{1,100}?(?:\s?주소)?\s?(?:으?로|에)?\s?(?:보내|전송|전달하"
     r"|업로드하)(?!하?지\s?(?:마|말|않))", False),
    ("exfiltration", ("http", "hxxp", "www."),
     r"(?:h(?:tt|xx)ps?:/|www\.)\S{1,100}?\s?(?:주소)?(?:으?로|에)\s?[^.\n]{0,20}(?:대화"
     r"|비밀번호|암호|개인"
     r"\s?정보|프롬프트|고객\s?정보|고객의|사용자의|api\s?키)[^.\n]{0,20}(?:보내|전송|전달하"
     r"|업로드하)(?!하?지\s?(?:마|말|않))", False),
    ("addressed", ("ai", "인공지능", "챗봇", "모델"),
     r"이\s?(?:글|문서|페이지|텍스트)(?:를|을)\s?(?:읽는|처리하는|요약하는|분석하는)\s?(?:ai"
     r"|인공지능|챗봇|언어"
     r"\s?모델|모델)|(?:네가|당신이|너가)\s?(?:ai|인공지능|챗봇|언어\s?모델)(?:이?라면)|(?:ai"
     r"|인공지능|챗봇"
     r"|언어\s?모델)(?:에게|에)\s?(?:대한\s?|보내는\s?)?(?:지시|명령)(?:\s?사항)?\s?:", False),
    ("addressed", ("지시", "명령"),
     r"(?:새로운|추가|진짜|숨은)\s?(?:시스템\s?)?(?:지시|명령)(?:\s?사항|문|어)?\s?:", False),
]  # fmt: skip

PHRASES: tuple[Phrase, ...] = tuple(
    Phrase(kind, re.compile(pattern), hints, _NOT if guarded else None)
    for kind, hints, pattern, guarded in [*_ENGLISH, *_KOREAN]
)
