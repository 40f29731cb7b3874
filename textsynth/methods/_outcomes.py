"""How a customer-service conversation ended, read off its lines by rules, in English and Korean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from textsynth.methods._turns import Turn

OUTCOMES = ("resolved", "escalated", "abandoned", "refused")
UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a transcript shows: one of OUTCOMES or UNCLEAR, and the line that shows it."""

    outcome: str
    evidence: str = ""


def _any(*patterns: str) -> re.Pattern[str]:
    """One pattern that finds any of these; case does not count."""
    return re.compile("|".join(patterns), re.IGNORECASE)


_DOING = r"\b(?:i|we)(?: am|'m| are|'re|'ll| will| shall| have|'ve)(?: now| just| already)?"
_WHO = (
    r"\b(?:colleagues?|specialists?|managers?|supervisors?|advis[eo]rs?|experts?|teams?|units?"
    r"|department|some(?:one|body)|line|he|she|they)\b"
)
HANDOVER = _any(
    rf"{_DOING}(?: going to| happy to)? (?:pass(?:ing|ed)?|transfer(?:ring|red)?|connect(?:ing|ed)?"
    r"|put(?:ting)? you through|hand(?:ing|ed)? (?:you|this|it|your)|forward(?:ing|ed)?"
    r"|escalat(?:e|ing|ed)|refer(?:ring|red)?|rais(?:e|ing|ed) (?:this|it|your)"
    r"|assign(?:ing|ed)?|(?:open|log|fil|register)(?:e?d|ging|ing|ering)? (?:a|your) complaint)\b",
    r"\b(?:connecting|transferring|passing|forwarding|escalating|putting|referring|handing)"
    r" (?:you|this|it|your (?:case|request|complaint|call))\b",
    r"\blet me (?:pass|transfer|connect|put you|hand|forward|escalate|get (?:you )?(?:a|my)|bring"
    r" in)\b|\b(?:getting|bringing) (?:in )?(?:a|my|our) (?:\w+ )?(?:supervisor|manager|colleague"
    r"|specialist)\b|\bflagged (?:it|this|your (?:account|case))\b|\btaking (?:it )?over now\b",
    rf"{_WHO}[^.!?]{{0,70}}\b(?:will|is going to|shall|'ll)\b[^.!?]{{0,40}}?\b(?:contact|call|ring"
    r"|get in touch|be in touch|take (?:over|it from)|write|reach|reply|look into|get back"
    r"|review|respond|follow up|e-?mail|phone|be with you)\b",
    r"\b(?:case|request|complaint|issue|matter)\b[^.!?]{0,20}\b(?:is|has|was|will)(?: be| been"
    r"| being)* (?:passed|forwarded|escalated|handed|transferred|referred|logged|opened|raised)\b",
    r"\b(?:sent|filed|logged|reported|submitted) (?:it|this|them|your (?:details|case))\b"
    rf"|\bmake sure (?:that )?(?:\w+ ){{0,2}}?{_WHO}|책임자가[^.!?]{{0,16}}조치",
    r"(?:전달|연결|이관|인계|배정|접수)(?:을|를)? ?(?:해 ?)?(?:드리겠|드렸|했|하였|하겠|되었|됐"
    r"|하여|하고|해서|드리고|해 ?두었)",
    r"넘겨 ?드리(?:겠|고|며|도록)|넘기겠|넘겼|넘겨 ?드렸|바꿔 ?드리겠"
    r"|(?:민원|불만)[을를]? ?접수해 ?드",
    r"(?:담당자|책임자|전문가|상담사|팀장|부서|팀|매니저|관리자|동료|직원)[^.!?]{0,24}"
    r"(?:연락|전화|답변|회신|살펴|검토|이어서)[^.!?]{0,24}(?:드리|드릴|갈 |하겠|할 )"
    r"|(?:부서|팀|보호부|담당)[가이에]?(?:서)? ?(?:검토|맡)[^.!?]{0,12}(?:한 뒤|합니다|습니다|겠)",
)
_OFFER = _any(
    r"\?|？|\b(?:can|could|may)\b(?: also)? (?:put|pass|connect|transfer|hand|refer|forward)",
    r"\bif you (?:like|wish|prefer|want)\b|드릴까요|드릴 ?수(?:도|는)? ?있|원하시면|괜찮으시다면",
)
_YES = _any(
    r"^\W*(?:yes|yeah|yep|please|sure|ok(?:ay)?|go ahead|do (?:that|it|so)|that would)\b",
    r"^\W*(?:네|예|넵|그래 ?주|그렇게 ?해|부탁)",
)
_NO = _any(
    r"^\W*(?:no\b|nope|not (?:now|necessary|needed))|\bno need\b|\bdon't bother\b|\bno,? thank",
    r"^\W*(?:아니|아뇨|괜찮|필요 ?없|됐)",
)

_NEGATED = r"(?:not|n't|cannot|no|only|unable|never|until|before|closed|ended)\b"
REFUSAL = _any(
    rf"\b(?:afraid|sorry|unfortunately|regret(?:tably)?|apologi[sz]e)\b[^.!?]*?\b\w*{_NEGATED}",
    r"\b(?:i|we) (?:can ?not|can't|could(?:n't| not)|won't|will not|may not|must not"
    r"|never (?!ask|need|charge|require|want)"
    r"|must (?:decline|refuse)|have to (?:decline|refuse))\b",
    r"\b(?:i|we)(?: am| are|'m|'re) (?:not (?:able|allowed|permitted|in a position)|unable)\b",
    r"\b(?:we|i) (?:do not|don't) (?!charge|need|require|mind|ask|want|think|know|have to|see)\w+",
    r"\b(?:is|are|it's|that's|be|not) (?:not|no longer|currently not)?"
    r" ?(?:possible|available|allowed|permitted)\b(?<!is possible)(?<!is available)"
    r"(?<!are available)(?<!be possible)(?<!is allowed)(?<!are allowed)(?<!be available)"
    r"(?<!that's possible)(?<!it's possible)(?<!is permitted)(?<!be allowed)(?<!be permitted)"
    r"(?<!are possible)(?<!are permitted)(?<!it's available)(?<!that's available)",
    r"\bnot (?:yet|possible|allowed)\b[^.!?]{0,12}\bafraid\b|\bthat(?:'s| is) private\b",
    r"\bout of the question\b|\bno way (?:of|to)\b|방법이 ?없|곤란합|(?:이|가|은|는|도) 안 ?됩니다",
    r"\bcan(?:not| not|'t| no longer) be (?!charged)\w+|\bno exceptions?\b",
    r"\bagainst our (?:policy|policies|rules)\b|\bnot something (?:i|we)\b",
    r"(?:드릴|드리실|하실|할|둘|받으실|이용하실|개설하실|취소하실) ?수(?:는|가|도)? ?없"
    r"|드리기(?:는|가)? ?(?:어렵|힘들|곤란)|하기(?:는|가)? ?(?:어렵습|힘듭|곤란합)",
    r"불가(?:합|능|하)|지 ?못합니다"
    r"|(?:드리지|제공하지|취급하지|허용되지|지원하지|해당되지) ?(?:는 )?않",
    r"(?:죄송|아쉽|유감|안타깝)[^.!?]*?(?:없|않|못|어렵|종료|불가|안 ?됩|아직|아닙)",
)

_SOLVED = _any(
    r"\bfound (?:it|them)\b|\bworks? now\b|\bit works\b|\bsolved\b|\bsorted\b|\bthat helps\b"
    r"|\bmakes sense\b|\bclear(?:er)? now\b|\ball (?:that )?(?:i (?:needed|wanted)|clear)\b"
    r"|\bwhat i (?:needed|wanted)\b|\bnow i (?:know|understand|see)\b|\bthat answers it\b"
    r"|\bknow (?:exactly )?(?:what to do|where i stand)\b|\bgot (?:an|my) answer\b"
    r"|\bsorts? (?:me|it)\b"
    r"|\bwhat i(?: was|'m| am|'ve been| have been) (?:after|looking for|asking)\b"
    r"|\b(?:no|any) (?:more|further|other) questions\b|\bthat (?:did it|works|does it|solves)\b"
    r"|\bthere it is\b|\bdid the trick\b|\bmuch obliged\b|\b(?:all|that's|it's|i've) (?:done|set)\b"
    r"|\banswer(?:s|ed) (?:it|that|my|everything)\b|\bthat's (?:it|everything) i\b",
    r"오 ?됐다|덜었|(?:신청|등록|처리|설정)(?:했|됐)|여기 있네|찾았"
    r"|해결(?:됐|되었|됩|되네)|이제야? ?(?:알겠|되네|됩)|그거면 충분|그것만 알면"
    r"|도움이 ?(?:많이 )?(?:됐|되었)|궁금증이|잘 ?알겠",
)
_ACCEPTS = _any(
    r"\bthank|\bthanks\b|\bcheers\b|\bgreat\b|\bperfect\b|\blovely\b|\bgood\b(?! ?bye)|\bnice\b"
    r"|\b(?:that'?s|is) (?:fine|enough|clear|it|all)\b|\bwill do\b|\bgot it\b|\bunderstood\b"
    r"|\bi see\b|\bi(?:'ll| will|'m going to| am going to)\b|\bappreciate\b|\bhelpful\b"
    r"|\bglad\b|\brelieved?\b|\bbrilliant\b|\bawesome\b|\bexcellent\b|\bwonderful\b|\bfantastic\b"
    r"|\bsuper\b|\bcool\b|\bthx\b|\bta\b|\btysm?\b|\bphew\b|\bnoted\b|\bfair enough\b|\bsounds\b"
    r"|\bcan (?:live|work) with\b|\blet me try\b|\bthat(?:'ll| will) do\b|\bhappy with\b",
    r"감사|고맙|고마워|알겠|충분|다행|좋네|좋아요|할게요|하면 되|이해했|이해됐"
    r"|진행하겠|하겠습니다|보겠습니다|그렇군요|확인했|땡큐|풀렸|만족|좋습니다"
    r"|볼게요|그럴게요|안심",
)
_SHORT = _any(
    r"^\W*(?:ok(?:ay)?|k|right|fine|alright|all right|sure|yes|cool|aha|ah)\b[\W\w]{0,22}$",
    r"^\W*(?:네|예|넵|아|음|오|오케이|ㅇㅋ|ㅇㅇ|그렇군요)[\W]*(?:네|알겠\w*|그렇군요)?\W*$",
)
_BREAKS = _any(
    r"\bforget it\b|\bnever ?mind\b|\bgiv(?:e|ing) up\b|\benough of (?:this|it|you)\b"
    r"|\b(?:no(?: more)?|not have(?: the)?|n't have(?: the)?|wast\w+[^.!?]{0,18}) time\b"
    r"|\bi(?:'m| am) (?:leaving|done|out)\b|\b(?:leave|leaving|stop|end(?:ing)?) (?:it )?(?:here"
    r"|the chat|this chat)\b|\belsewhere\b|\b(?:an)?other bank\b|\buseless\b|\bthanks for nothing\b"
    r"|\bthank(?:s| you) anyway\b|\b(?:at|in|to) (?:a|the|my) branch\b|\banother (?:time|day)\b"
    r"|\bnowhere\b|\bpointless\b|\bno (?:use|point)\b|\bhopeless\b|\btoo (?:complicated|long)\b"
    r"|\bleave it\b|\bforget (?:i asked|about it)\b|\bbe bothered\b|\bi(?:'m| am) off\b"
    r"|\bdone (?:with (?:this|you)|here)\b|\bin circles\b|\bhad it with\b|\b(?:drop|skip) it\b"
    r"|\btoo (?:much|many)\b|\bhassle\b|\bwhatever\b|\bheard enough\b"
    r"|\bswitch(?:ing)? (?:banks?|to (?:another|some|a differ))\b|\bnot worth\b|\bi quit\b"
    r"|\b(?:can't|cannot|won't) (?:wait|stay|keep)\b|\btoo slow\b"
    r"|\b(?:sort|figure|work) it out (?:myself|on my own)\b|\btry (?:my luck|a different|some)\b"
    r"|\b(?:does|did)(?:n't| not) (?:help|answer|solve)\b|\bno help\b|\bnot (?:helpful|helping)\b",
    r"그만(?:할|하|둘|두)|포기|나갈게|나가겠|채팅을? ?(?:나|끝|종료)|시간(?:이|도|은)? ?(?:더 )?없"
    r"|(?<!거래 )다음에|담에|나중에|(?:지점|영업점)에? ?(?:직접 )?가서|다른 은행|옮길|소용"
    r"|말이 안 통|(?:더는|더 이상) ?(?:못|안)|도움이? ?(?:하나도 |전혀 )?안|그게 아닌"
    r"|답이 (?:아니|안)|끊을게"
    r"|끊겠|^\W*됐(?:어요|습니다|고요)[,. ]|관둘|관둬|안 ?할래|못 ?기다|나갑니다|나가요"
    r"|나갈래|직접 가|귀찮|끝낼게|이만(?:요|할|하|$)|알아서 할|안 ?할게|번거|딴 데"
    r"|다른 데|들을 것도 없|시간만? ?(?:낭비|버렸|많이)|어쨌든 감사|됐고",
)
_LEAVES = _any(
    r"\b(?:have|got|need) to (?:go|leave|run|dash|pick|catch|get)\b|\bgotta (?:go|run)\b"
    r"|\bmust (?:go|leave|run)\b",
    r"나가야|가야 ?(?:해|돼|되|겠)|가 ?봐야|왔어요|내려야|들어가야",
)
_FAREWELL = _any(r"\b(?:good ?)?bye\b", r"수고하|안녕히 계")
_MOCKED = _any(r"\bthanks for nothing\b|\bthank(?:s| you) anyway\b", r"어쨌든 감사|참 고맙네")
_IDLE = _any(
    r"\bare you still (?:there|here)\b|\b(?:not|n't) heard (?:back )?from you\b"
    r"|\bclos(?:e|ing) (?:this|the) (?:chat|conversation)\b"
    r"|\b(?:chat|conversation) is (?:now )?closed\b|\byou have left\b",
    r"아직 ?계신가요|말씀이 ?없으|응답이 ?없|자리를 비우"
    r"|(?:상담|채팅|대화)[을를]? ?(?:종료|마치)(?:하겠|합니다|하도록|겠)",
)
_GLAD = _any(
    r"\b(?:pleasure|welcome|glad|wonderful|enjoy)\b|\bhappy (?:to|that)\b|\bgood (?:choice|trip)\b",
    r"다행|별말씀|천만에|도움이 되어|기쁩|즐거운",
)
_REGRETS = _any(
    r"\bsorry (?:to (?:lose|see)|that you (?:leave|are|have|feel))|\bchange your mind\b"
    r"|\bwhenever you\b",
    r"떠나|생각이 바뀌|언제든지? 다시|보내 드리게",
)
_WANTS = _any(
    r"\bplease\b|\b(?:i|we) (?:want|need|would like|'d like|still|insist)\b|\bi'd (?:like|rather)\b"
    r"|\b(?:tell|give|send|show|let|get|help|connect|transfer) me\b|\b(?:can|could|will) you\b",
    r"주세요|주시|싶어|싶습|부탁|달라|바꿔|해 ?줘|알려",
)
_ASKS = re.compile(r"[?？]|(?:나요|까요|어요\?|는데요)\s*[.!~…]*\s*$")
_SENTENCE = re.compile(r"[^.!?？\n]+(?:[.!?？]+|\n|$)")


def read(turns: Sequence[Turn]) -> Reading:
    """The outcome that the lines show by themselves; whoever opens (side 0) is the customer.

    Handed over and not called off: escalated. The last request declined: refused. Else what the
    customer's last line says: it breaks off, or takes the answer.
    """
    lines = [Turn(turn.side, _plain(turn.text)) for turn in turns]
    for number, told in enumerate((_handed(lines), _declined(lines), _left(lines))):
        if told is not None:
            return Reading(("escalated", "refused", "abandoned")[number], turns[told].text)
    said = _last_of(0, lines)
    if said is None or said == 0:
        return Reading(UNCLEAR)
    text = lines[said].text
    if _SOLVED.search(text) or (_ACCEPTS.search(text) and not _ASKS.search(text)):
        return Reading("resolved", turns[said].text)
    if _LEAVES.search(text) or (_FAREWELL.search(text) and _ASKS.search(lines[said - 1].text)):
        return Reading("abandoned", turns[said].text)
    if _SHORT.search(text) and not _ASKS.search(text):
        return Reading("resolved", turns[said].text)
    return _by_goodbye(turns, lines, said)


def _by_goodbye(turns: Sequence[Turn], lines: Sequence[Turn], said: int) -> Reading:
    """Where the customer's words tell nothing: what the agent's goodbye takes them for."""
    last = lines[-1].text if said == len(lines) - 2 and not _ASKS.search(lines[said].text) else ""
    for pattern, outcome in ((_REGRETS, "abandoned"), (_GLAD, "resolved")):
        if pattern.search(last):
            return Reading(outcome, turns[-1].text)
    return Reading(UNCLEAR, turns[said].text)


def _plain(text: str) -> str:
    return text.replace("’", "'").strip()


def _last_of(side: int, lines: Sequence[Turn]) -> int | None:
    return next((n for n in reversed(range(len(lines))) if lines[n].side == side), None)


def _handed(lines: Sequence[Turn]) -> int | None:
    """The agent's line that gives the case to somebody else, unless the customer calls it off."""
    for number in reversed(range(len(lines))):
        if lines[number].side == 0:
            continue
        found = [s for s in _SENTENCE.findall(lines[number].text) if hands(s)]
        if not found:
            continue
        after = next((turn.text for turn in lines[number + 1 :] if turn.side == 0), "")
        only_offered = all(_OFFER.search(sentence) for sentence in found)
        if only_offered and not _YES.search(after):
            continue
        if _NO.search(after):
            return None
        return number
    return None


def hands(sentence: str) -> bool:
    """Whether a line gives the case to somebody else, or offers to."""
    if HANDOVER.search(sentence):
        return True
    return bool(_OFFER.search(sentence)) and bool(
        re.search(
            r"\b(?:put you through|connect you|transfer you|pass (?:you|this|it)|hand you)\b"
            r"|\bhave (?:them|her|him|some(?:one|body)) (?:call|contact|ring|write)\b"
            r"|연결해 ?드릴|넘겨 ?드릴|전달해 ?드릴|(?:전화|연락)드리게",
            sentence,
            re.IGNORECASE,
        )
    )


def _declined(lines: Sequence[Turn]) -> int | None:
    """The agent's answer to the customer's last request, where it is a no."""
    for number in reversed(range(len(lines))):
        if lines[number].side == 0:
            continue
        before = lines[number - 1].text if number else ""
        if number > 1 and _closes(before):
            continue
        return number if says_no(lines[number].text) else None
    return None


def says_no(text: str) -> bool:
    """Whether one of the sentences declines; one that opens with a yes does not."""
    sentences = [s for s in _SENTENCE.findall(text) if not _OFFER.search(s) or "?" not in s]
    return any(REFUSAL.search(s) and not re.match(r"\W*(?:yes\b|네,)", s, re.I) for s in sentences)


def _closes(text: str) -> bool:
    """Whether a customer's line asks for nothing more."""
    if _ASKS.search(text):
        return False
    spoken = (_BREAKS, _ACCEPTS, _SOLVED, _LEAVES, _FAREWELL, _SHORT)
    return any(pattern.search(text) for pattern in spoken) or not _WANTS.search(text)


def _left(lines: Sequence[Turn]) -> int | None:
    """The line with which the customer breaks off, or the agent closes for want of an answer."""
    if lines and lines[-1].side and _IDLE.search(lines[-1].text):
        return len(lines) - 1
    said = _last_of(0, lines)
    if said is None or said == 0:
        return None
    text = lines[said].text
    if _MOCKED.search(text) or (_BREAKS.search(text) and not _SOLVED.search(text)):
        return said
    return None
