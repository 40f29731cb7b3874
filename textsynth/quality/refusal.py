"""Drops samples in which the model refuses the task or speaks as an AI instead of as its role."""

from __future__ import annotations

import re

from pydantic import Field

from textsynth.quality import GIVEN, KEEP, Filter, Screen
from textsynth.quality._phrases import holds, phrases, plain
from textsynth.quality._text import Patterns, turns
from textsynth.records import Sample, Setting, Verdict

_PARTS = {
    "cannot": r"(?:can ?not|can't|won't|must decline to"
    r"|(?:am|'m) (?:unable|not able|not allowed) to)",
    "task": r"(?:content|material|text|stor(?:y|ies)|fiction|(?:a )?responses?|images?|code"
    r"|(?:a )?scripts?|(?:a )?dialogues?|conversations?|examples?|instructions)",
    "flat": r"(?! (?:without|until|unless|before|over|right now|today|yet|because your))",
    "terms": r"(?:규정|정책|약관|전화|채팅|현재|지금|오늘|영업|시스템|본인|없이|전에는|않으면|환불"
    r"|교환|취소|결제|배송|재고|면제|변경)",
    "able": r"(?:수(?:는|가)? ?없|어렵|불가)",
}

_REFUSALS = r"""
- \bI ?<cannot> (?:assist|comply|help) (?:you )?with (?:that|this|these|those|your|such)
  (?: (?:kind|type|sort) of)?(?: \w+)? (?:requests?|prompt|topic|task|question|scenario)\b<flat>
- \bI ?<cannot> (?:assist|comply) with (?:that|this)\s*(?:[.!,;]|$)
- \bI ?<cannot> help (?:you )?with (?:that|this)\s*(?:[.!;]|$)
- \bI ?(?:<cannot>|will not) (?:provide|offer|give) (?:you )?(?:any )?(?:assistance|help|support)
   (?:with|for) (?:that|this|such|your) (?:\w+ )?(?:requests?|prompt|task|topic|question)\b<flat>
- \b(?:won't|will not|am not going to|'m not going to) be able to (?:assist|help|comply)(?: you)?
   with (?:that|this|your|such) (?:requests?|prompt|task|topic)\b<flat>
- \bI (?:cannot|can't|can not) and (?:will not|won't) \w+
- \bI ?<cannot> (?:generate|create|write|produce) (?:that|this|such)(?: kind of| type of)?
   (?:content|material|text|stor(?:y|ies)|responses?|fiction)\b
- \bI ?<cannot> (?:generate|create|write|produce|say) (?:that|this|it|such a thing)\b[^.!?]{0,16}
   (?:as|because|since) it(?:'s| is| would| could| may| might)\b
- \b(?:it would be|it is|it's) (?:unethical|irresponsible|inappropriate|against my \w+) for me to\b
- \bI ?<cannot> (?:assist|help)(?: you)? (?:with|in) (?:creating|generating|writing|producing
  |planning|promoting|hacking|phishing|anything|any (?:illegal|harmful|unethical))
- \bI ?<cannot> (?:fulfil+|comply with|carry out|complete|answer|respond to|engage (?:in|with)
  |participate in) (?:that|this|your|such|these)(?: \w+)?
   (?:requests?|prompt|instructions?|role-?play|scenario|type of|kind of|discussions?)\b<flat>
- \bI ?<cannot> (?:engage|participate) in (?:conversations?|discussions?|dialogues?)
   (?:that|which|about)\b
- \bI must (?:respectfully |politely )?decline (?:this|that|your) (?:request|prompt|task)\b
- \bI ?<cannot> (?:provide|share|give|discuss|describe|say)[^.!?]{0,40}
  \b(?:harmful|illegal|unethical|dangerous|offensive|inappropriate)\b
- \bI ?<cannot> discuss (?:that|this|such|these) topics?\b
- \b(?:not|un) ?comfortable (?:role-?playing|pretending|generating|creating|writing|engaging)\b
- \bI ?<cannot> (?:generate|create|write|produce|provide|share|offer)
  (?: (?:any|such|that|this|you with|explicit|harmful|sexual|hateful|offensive|violent
  |\w+ly \w+)){0,2} <task> (?:that|which|of|for|on|promoting|involving|related|depicting|about
  |containing)\b
- \bI ?<cannot> (?:role-?play|pretend to be|impersonate
  |continue (?:with )?(?:this|the) (?:role-?play|scenario|prompt|story))\b
- \b(?:I(?:'m| am) )?(?:really |very |truly )?sorry,? (?:but )?I ?<cannot> (?:assist|help|comply
  |continue|fulfil+|engage|generate|discuss)(?: you)?(?: with)?
  (?: (?:that|this|the request|it))?\s*(?:[.!]|$)
- \b(?:I apologi[sz]e|my apologies|sorry),? (?:but )?I ?<cannot>
   (?:assist|comply|fulfil+|generate|engage)\b
- \b(?:against|violates?|outside) my (?:ethical |content |safety |usage )?
  (?:guidelines|programming|principles|content polic(?:y|ies))\b
- \bI(?: was| am|'m) (?:not )?(?:designed|programmed) (?:not )?to\b
- (?:죄송|미안|유감)(?:(?!<terms>)[^.!?\n]){0,28}?(?:도와|도움을?) ?(?:드릴|드리는|드리기|줄)
   ?(?:것은 ?|게 ?)?<able>
- (?:죄송|미안|유감)[^.!?\n]{0,20}?(?:요청|질문|주제|내용)(?:하신 [가-힣 ]{1,12})?
  (?:에|에는|에 대해|에 대해서는|에 관해서는|은|을|는)? ?[^.!?\n]{0,8}?
  (?:응답|답변|대답|응할|응해|따를|따르|생성|수행|작성)[가-힣]{0,3} ?[가-힣]{0,3} ?<able>
- (?:그|이|해당|이런|그런|이러한|그러한) ?요청(?:은|을|에는)? ?(?:들어|받아|수락|수행)[가-힣]{0,4}
   ?<able>
- (?:그|이|해당) ?(?:부분|내용|주제|질문)에 ?대해(?:서는|선)? ?(?:도움을 ?드릴|답변을? ?드릴
  |답변할|말씀드릴|대답할) ?수(?:는|가)? ?없
- 윤리적(?:인)? ?(?:이유|문제|기준|지침)(?:로|상|에)[^.!?\n]{0,20}<able>
- (?:그런|이런|이러한|그러한) ?(?:요청|주제|내용|정보|글|콘텐츠)[은는을를]? ?
  제공[가-힣 ]{0,5}수(?:는|가)? ?없
- (?:이|그|해당|이런|이러한|그런|그러한|요청하신) ?(?:요청|주제|내용|글|콘텐츠|대화)
  (?:에|에는|은|을|는)? ?(?:응할|응답할|따를|생성할|작성할|도와드릴) ?수(?:는|가)? ?없
- (?:유해|불법|폭력|선정|차별|부적절)[가-힣]{0,3} ?[^.!?\n]{0,20}
  (?:생성|작성|제공|도와|답변)[가-힣 ]{0,5}수(?:는|가)? ?없
- (?:저의|제) (?:가이드라인|지침|프로그래밍|윤리 ?(?:기준|지침)|콘텐츠 정책)(?:에|을|상)
"""

_AI_PARTS = {
    "model": r"(?:AI|A\.I\.|artificial intelligence|(?:large |AI )?language model)(?: language)?"
    r"(?: model| assistant| system| chatbot| program| AI)?",
    "stop": r"(?=\s*(?:[.,;:!?)—-]|(?:and|so|who|that|which|trained|created|developed|designed"
    r"|built|without|but|I|here|by|from)\b|$))",
    "model_ko": r"(?:AI|인공 ?지능|(?:거대 |대규모 )?언어 ?모델)(?: ?언어)?"
    r"(?: ?(?:모델|어시스턴트|비서|도우미|챗봇|시스템|프로그램))?",
    "maker": r"(?:OpenAI|Alibaba|Anthropic|Google|Meta|Microsoft|Mistral|DeepSeek|Hugging ?Face)",
}

_DISCLOSURES = r"""
- \bas (?:an?|your) (?:responsible |helpful |text-based )?<model><stop>
- \bI(?:'m| am) (?:actually |just |only |simply |merely )?an?
   (?:helpful |text-based |virtual )?<model><stop>
- \bI (?:don't|do not) (?:actually )?have (?:any )?personal
   (?:opinions|feelings|emotions|beliefs|experiences|preferences)\b
- \bI (?:don't|do not) have (?:feelings or|emotions or|a physical (?:body|form)|opinions or
  |real-time (?:access|data|information)|access to real-time)
- \bmy (?:training data|knowledge cut-?off|last (?:knowledge )?update)\b
- \bmy knowledge (?:was|is|has been|only|base|ends|stops|goes) (?:last )?(?:updated|limited to
  |cut off|extends|goes|in|up)\b
- \b(?:don't|do not|lack) (?:have )?the (?:ability|capability|capabilities) to (?:browse|access
  |search|feel|experience|remember|view|process|interact)\b
- \b(?:can't|cannot|unable to|not able to) (?:browse|access|search)[^.!?]{0,24}
  \b(?:real-time|up-to-date|live) (?:data|information|news|sources)\b
- \bI(?:'m| am| was) (?:ChatGPT|Qwen|Claude|Gemini|Llama
  |(?:trained|created|developed|made) by <maker>)\b
- (?<![가-힣])(?:저는|나는|전|난|제가|저 역시) ?(?:[가-힣A-Za-z]+
  (?:에서 ?(?:만든|개발한|훈련한)|(?:가|이) ?(?:만든|개발한)|의) ?|그저 |단지 |단순한 )?
  <model_ko> ?(?:입니다|이에요|예요|이므로|이라서?|라서|로서|이기 때문|일 뿐|여서|이고|이며
  |이지만|지만|이니)
- <model_ko>인 (?:저|제)(?:는|가)(?![가-힣])
- 저는 (?:Qwen|ChatGPT|Claude|Gemini|Llama)(?:이|입|라|예|으로|로|,)
- <model_ko>(?:로서|이기 때문에|이므로|로써)(?: 저는| 제가|[ ,]|$)
- 저는 (?:개인적인|감정이나|감정을|개인적) ?(?:의견|감정|경험|느끼)
  [가-힣 ]{0,10}(?:없|지 않|못)
- (?:제|저의|제가) (?:학습|훈련)(?:한|된|받은)? ?데이터
- (?:제|저의) (?:지식|정보)(?:은|는) [^.!?\n]{0,12}(?:까지|이후|제한|한정)
- (?:저는|제가) [^.!?\n]{0,12}(?:실시간|최신) ?(?:정보|데이터|뉴스)[^.!?\n]{0,6}
  (?:접근|검색|확인|조회)[가-힣 ]{0,6}(?:없|못)
"""

# Without one of these none of the phrases can stand in a text.
_REFUSAL_HINTS = (
    "i can't", "i cannot", "i can not", "ican", "won't", "will not", "not going to", "for me to",
    "decline", "unable", "not able", "not allowed", "comfortable", "against my", "violates my",
    "violate my", "outside my", "designed", "programmed", "수 없", "수는 없", "수가 없", "수없",
    "수는없", "수가없", "어렵", "불가", "가이드라인", "지침", "프로그래밍", "윤리", "콘텐츠 정책",
)  # fmt: skip
_AI_HINTS = (
    " ai", "(ai", '"ai', "'ai", "는ai", "인ai", "a.i.", "artificial", "language model", "qwen",
    "chatgpt", "claude", "gemini", "llama", "trained by", "created by", "developed by", "made by",
    "personal", "feelings", "emotions", "opinions", "physical", "real-time", "up-to-date",
    "live ", "the abilit", "the capabilit", "my training", "knowledge", "last update", "인공지능",
    "인공 지능", "언어모델", "언어 모델", "개인적", "감정", "학습", "훈련", "지식", "실시간",
    "최신",
)  # fmt: skip
_LISTS = (
    ("ai_disclosure", phrases(_DISCLOSURES, **_AI_PARTS), _AI_HINTS),
    ("refusal", phrases(_REFUSALS, **_PARTS), _REFUSAL_HINTS),
)


_PLAYS_AI = re.compile(
    r"\b(?:as|are|be|like|of|you're) (?:an?|the) (?:[\w-]+ ){0,4}?(?:AI|A\.I\.|robot|android"
    r"|chatbot|artificial intelligence|language model|computer)\b"
    r"|(?:인공 ?지능|AI|로봇|챗봇)(?:이라고|가 되|처럼|라고|의 입장|인 척|으로서)",
    re.I,
)
"""A request to speak as a machine, which an answer then rightly does."""


class Refusal(Filter):
    """Finds the model's own refusals and "as an AI" in user and assistant turns, not an agent's no.

    English and Korean. In given rows that open with a request to play an AI, to say so is no fault.
    The score is the number of the turn.
    """

    alone = True

    extra: Patterns = Field(default_factory=list)
    """More regular expressions (case does not count) whose match is a refusal."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first turn that matches decides."""
        own = re.compile("|".join(f"(?i:{pattern})" for pattern in self.extra) or "(?!)")

        def verdict(sample: Sample) -> Verdict:
            said = turns(sample)
            plays = sample.method == GIVEN and bool(said) and _PLAYS_AI.search(said[0][1])
            for number, (_, text) in enumerate(said, 1):
                line = plain(text)
                padded = f" {line}"
                for reason, pattern, hints in _LISTS:
                    match = pattern.search(line) if holds(padded, hints) else None
                    if match is None and reason == "refusal" and self.extra:
                        match = own.search(line)
                    if match and plays and (reason == "ai_disclosure" or "programmed" in match[0]):
                        continue
                    if match:
                        details = {"turn": number, "found": match[0].strip()[:80]}
                        score = float(number)
                        return Verdict(keep=False, reason=reason, score=score, details=details)
            return KEEP

        return verdict
