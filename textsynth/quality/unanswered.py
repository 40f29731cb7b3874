"""Drops a dialogue or pair in which a question gets no answer: courtesy, silence, or no figure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._exchange import Turn, asks, exchange, pairs, sentences
from textsynth.quality._phrases import phrases, plain
from textsynth.quality._text import weight
from textsynth.records import Sample, Setting, Verdict

_COURTESY = r"""
- ^(?:(?:yes|no|ok(?:ay)?|well|oh|ah|sure|certainly|of course|absolutely|great|hello|hi),? ?)*$
- ^(?:i |we )?(?:completely |totally |fully |really |truly |can )*
  (?:understand|appreciate|hear you|see)(?: (?:how|your|that this|why|the)\b[^,;]*)?$
- ^(?:i'm |i am |we're |we are )?(?:so |very |really |truly )*sorry(?: (?:to hear|about|for)
   [^,;]*)?$
- ^(?:many )?(?:thank you|thanks)(?: (?:so|very) much)?(?: (?:for|again)\b[^,;]*)?$
- ^(?:that(?:'s| is)|what) a (?:really |very )?(?:great|good|excellent|wonderful|interesting)
   question$|^(?:great|good|excellent|interesting) question$
- ^(?:i hope you |we hope you |i wish you |wishing you |please )?(?:have|enjoy)
   (?:a|an|your|the|our)\b[^,;]*$
- ^we wish you\b[^,;]*$|^(?:good)?bye(?:,? (?:and )?(?:take care|for now))?$|^goodbye\b[^,;]*$
- ^take care(?: of yourself)?$|^you(?:'re| are) (?:very |most )?welcome$|^(?:a )?safe travels$
- ^(?:is|was) there (?:anything|something) else\b.*$|^(?:do|did) you have any (?:other|more)
   questions\b.*$|^what else (?:can|may|would|could)\b.*$|^how (?:else )?(?:can|may) (?:i|we) help\b
  .*$|^anything else(?: (?:i|we) can\b.*)?$
- ^(?:please )?(?:let (?:me|us) know|feel free to\b.*|don't hesitate to\b.*)(?: if\b.*)?$
- ^.{0,50}\bwe (?:truly |really )?value (?:our|your|you)\b.*$
- ^(?:it|that|this) (?:really |truly )?(?:is|must be|can be) (?:a |an )?
  (?:really |very |truly )?(?:difficult|hard|stressful|frustrating|upsetting|annoying)\b[^,;]*$
- ^(?:네|예|아|음|물론입니다|물론이죠|그럼요|알겠습니다|그렇군요|그러시군요|안녕하세요|고객님)
  (?:[, ]+(?:고객님|알겠습니다|그렇군요|안녕하세요|네))*$
- ^.{0,40}(?:감사합니다|감사드립니다|고맙습니다|감사드려요|감사해요)$
- ^.{0,30}(?:되|보내)(?:세요|십시오|시기 바랍니다|시길 바랍니다)(?<!보내 주세요)$
- ^안녕히 (?:가세요|계세요|가십시오|계십시오|다녀오세요|다녀오십시오)$|^(?:살펴|조심히) 가세요$
- ^(?:정말 |아주 |참 )?(?:좋은|훌륭한|멋진) 질문(?:입니다|이네요|이에요|이십니다)$
- ^(?:또|더|다른|추가로|혹시)[^.!]{0,24}(?:궁금|문의|도와드릴|도움|필요)
  [^.!]{0,20}(?:있으신가요|있을까요|있으실까요|있으세요|없으신가요|있나요|말씀해 주세요)\??$
- ^무엇을 도와드릴까요\??$
- ^.{0,50}(?:충분히 |깊이 |정말 )?(?:이해합니다|이해됩니다|공감합니다|이해해요|공감해요)$
- ^.{0,50}(?:속상|답답|불편|놀라|힘드|걱정|당황)[가-힣]{0,5}
  (?:겠습니다|겠어요|겠네요|을지|셨군요|시군요|시겠습니다)$
- ^(?:불편을 (?:드려|끼쳐) )?(?:정말 |대단히 |진심으로 )?(?:죄송합니다|죄송해요|유감입니다)$
- ^.{0,50}(?:소중히|최우선으로|소중하게) 생각(?:합니다|하고 있습니다|해요)$
"""
"""What a sentence without its last mark may be that answers nothing."""

_DEFERS = r"""
- \b(?:i|we)(?:'ll| will| can|'m going to| am going to| need to| have to)? (?:now |just |quickly )?
  (?:check|look|find out|ask|call|get back|be in touch|pass|forward|send|see what|transfer|put you)
- \blet me\b|\b(?:one|a) (?:moment|second|minute)\b|\bplease (?:wait|hold|give me)\b
- \b(?:don't|do not|not|can't|cannot|no way to) (?:yet )?(?:know|say|tell|sure|certain|decided
  |predict|be known)\b|\bnobody\b|\bno one\b|\bunknown\b|\bno longer\b|\bnever\b|\bnot yet\b
- \bnot (?:yet )?(?:said|announced|confirmed|published|decided|fixed|set|known|clear)\b
- \b(?:depends|vary|varies|differs?|different|unlimited|no limit|as (?:many|much|long|soon) as)\b
- \b(?:unfortunately|afraid|can't|cannot|unable|do not|does not|don't|doesn't|isn't|aren't|won't)\b
- 확인해|확인 ?후|알아보|알아볼|찾아보|연락|전화드|문자|잠시|문의해|여쭤|물어보|전달|연결|보내 ?드
- 모르|모릅|알 ?수 ?없|미정|정해지|달라|다릅|다르|따라|무제한|제한이 없|없습니다|없어요|않습니다
- 안 ?됩니다|못 ?합니다|불가|어렵습니다
"""

_QUANTITY = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozens?|half|quarter|third"
    r"|once|twice|single|both|none|nothing|no|free|zero|few|several|many|most|all|every|each|any"
    r"|enough|pair|couple|complimentary|included|double|same|either|neither|everything|lots?|plenty|less"
    r"|more|an? (?:pound|euro|dollar|penny|day|week|month|year|hour|minute|lot|bit|little))\b"
    r"|무료|없|전부|모두|전액|절반|반|(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|서른|몇|여러|수)"
    r" ?(?:개|명|분|번|살|달|주|시간|시|일|년|장|대|권|가지|곳|잔|배|쪽|마리|사람|차례"
    r"|단계|종|알|통)"
    r"|하루|이틀|사흘|나흘|닷새|열흘|보름"
    r"|[일이삼사오육칠팔구십백천만억]+ ?(?:원|명|개|회|일|년|분|초)"
    r"|하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열|수십|수백|수천|(?:많|적)(?:습|아요|어요|지|고)|조금|충분|같|포함"
    r"|매일|매주|매달|퍼센트",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d|\b(?:\w+day|today|tonight|tomorrow|now|soon|shortly|immediately|at once|right away"
    r"|instantly|always|never|already|usually|noon|midnight|mornings?|afternoons?|evenings?|nights?|dawn"
    r"|january|february|march|april|june|july|august|september|october|november|december|in may"
    r"|spring|summer|autumn|winter|weeks?|months?|years?|days?|hours?|minutes?|weekends?|century"
    r"|centuries|decades?|after|before|until|till|when|once|as soon as|during|while|since|within"
    r"|whenever|if|later|ago|age|war|christmas|easter|(?:the|at|by) (?:beginning|end|start|time)"
    r"|next|upon|dynasty|reign|empire|period"
    r"|anytime|any time|straight away|on (?:arrival|request|delivery)|in advance)\b"
    r"|[월화수목금토일]요일|오늘|내일|모레|어제|지금|바로|즉시|곧|항상|언제|이미|매일|매주|매달"
    r"|해마다|정오|자정|아침|오전|오후|저녁|밤|새벽|봄|여름|가을|겨울|주말|평일|연말|연초|월초|월말|명절|세기|시대"
    r"|전(?:에|까지|날)|[후뒤](?:에|부터|[ ,]|$)|다음|까지|부터|동안|이내|안에|때(?!문)"
    r"|[가-힣]면(?: |,)"
    r"|시점|직후|직전|(?:같은|그|당|첫|마지막|정해진) ?날|날짜"
    r"|왕조|시절|무렵|나라 |올해|작년|내년|방금|나중|먼저"
    r"|[일이삼사오육칠팔구십백천두세네한] ?(?:시|달|주|년|일|분|살)(?![가-힣])",
    re.IGNORECASE,
)

_HOW_MANY = re.compile(
    r"\bhow (?:many|much (?:is|are|does|do|did|was|were|will|would|should|money|time|longer|notice"
    r"|more))\b|\bwhat (?:does|do|did|will|would) (?:it|this|that|the \w+) cost\b|"
    r"얼마(?:인|예|입|나 ?(?:들|나오|내|걸리|걸릴))|며칠"
    r"|몇 ?(?:개|명|번|살|년|달|시|일|분|원|장|대|권|가지|마리|퍼센트|주)",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(
    r"\bhow (?:long|often|soon)\b(?! as)"
    r"|얼마나 (?:오래|자주|빨리|걸)|몇 ?(?:시간|분|시|일|주|달|년)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"(?:^|[,.;!] ?|\b(?:and|so|but|then) )(?:when|by when|(?:by|on|until) (?:what|which)"
    r" (?:date|day)|since when|at what time|what time)\b|언제",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:once|twice|times|often|rarely|regularly|long|short|quick(?:ly)?|forever|moment)\b"
    r"|번|자주|가끔|오래|금방|잠깐|수시|무기한",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\d+ ?(?:times|plus|minus|divided by|multiplied by|x|×|\*|\+|곱하기|더하기|빼기|나누기) ?\d+"
    r"(?=[^\d]*\?)",
    re.IGNORECASE,
)
_NUMERAL = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half)\b"
    r"|[일이삼사오육칠팔구]?[십백천만]|하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열",
    re.IGNORECASE,
)
SHORT = 40
"""Characters (a Hangul one counts as two) under which a reply may name a time in any words."""

_LETTER = re.compile(r"[^\W_]")
_CALL = re.compile(r"""\b[a-z]\w*\(['"][^'"\n]*['"]""")
"""A call of a tool, which brings what is asked for."""

_YES_NO = re.compile(
    r"(?:yes|no|sure|certainly|of course|absolutely|ok|okay|yep|nope)\b"
    r"|(?:네|예|물론(?:입니다|이죠)?|그럼요|아니요|아뇨)[, ]*(?:고객님)?[.!]*$"
)
_EMPTY, _LATER = phrases(_COURTESY), phrases(_DEFERS)


class Unanswered(Filter):
    """A question that is met with courtesy alone, without the figure or date it asks for, or not.

    Rules with high precision in English and Korean: what is an answer is left to a judge. An agent
    may ask back while the dialogue goes on, look something up, or say that it is not known. The
    score is the number of the turn that asks; the details hold it and what was said to it.
    """

    alone = True

    open_end: bool = True
    """Whether a dialogue whose last turn is a question by the user is dropped; not where rows are
    cut before the reply."""

    figures: bool = True
    """Whether "how many", "how much", "when" and sums must be answered with a figure or a time."""

    least: int = Field(default=3, ge=1)
    """Turns from which a dialogue may not end with a question by the user."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first question without an answer decides."""
        return self._verdict

    def _verdict(self, sample: Sample) -> Verdict:
        said = exchange(sample)
        last = said[-1].number if said else 0
        for question, reply in pairs(said):
            if question.role != "user" or not _is_question(question.text):
                continue
            reason = self._failed(question.text, reply.text, final=reply.number == last)
            if reason:
                return _dropped(reason, question, reply.text)
        open_end = self.open_end and len(said) >= self.least and said[-1].role == "user"
        return _dropped("left_open", said[-1], "") if open_end and asks(said[-1].text) else KEEP

    def _failed(self, question: str, reply: str, *, final: bool) -> str:
        parts = sentences(reply)
        if not parts:
            return ""
        # A long reply is no courtesy; the patterns need not look.
        if len(reply) < 300 and all(_courtesy(part) for part in parts):
            # "Yes." and "No." are answers.
            return "" if _only_yes_or_no(parts[0]) else "courtesy_only"
        if not self.figures or (not final and asks(reply)):
            return ""
        if "(" in reply and _CALL.search(reply):
            return ""
        return "" if _LATER.search(plain(reply)) else _lacks(question, reply)


def _dropped(reason: str, question: Turn, reply: str) -> Verdict:
    details = {"turn": question.number, "question": question.text[-160:], "reply": reply[:160]}
    return Verdict(False, reason, float(question.number), details=details)


def _is_question(text: str) -> bool:
    return asks(text) and _LETTER.search(text) is not None


def _courtesy(sentence: str) -> bool:
    return _EMPTY.search(plain(sentence).rstrip(" .!…。！")) is not None


def _only_yes_or_no(sentence: str) -> bool:
    """Whether it is an answer by itself; "네, 알겠습니다" takes note and answers nothing."""
    return _YES_NO.match(plain(sentence)) is not None


def _lacks(question: str, reply: str) -> str:
    """What the one question of a turn asks for and the reply has nothing of."""
    asked: Sequence[str] = [part for part in sentences(question) if asks(part)]
    if len(asked) != 1:
        return ""
    if _SUM.search(asked[0]) and not _NUMERAL.search(reply):
        return "no_figure"
    if weight(reply) < SHORT:
        return ""
    if _HOW_MANY.search(asked[0]) and not _QUANTITY.search(reply):
        return "no_figure"
    if _HOW_LONG.search(asked[0]) and not (_TIME.search(reply) or _OFTEN.search(reply)):
        return "no_time"
    if _WHEN.search(asked[0]) and not _TIME.search(reply):
        return "no_time"
    return ""
