"""Follow-ups: which kinds there are, and whether one depends on the answer that it follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textsynth.methods import _lines as lines
from textsynth.methods._stems import stems
from textsynth.records import Table, percent

KINDS: dict[str, str] = {
    "clarification": "asks what one word or sentence of the last answer means",
    "deeper": "asks why or how about one detail of the last answer",
    "example": "asks for one example of a point that the last answer made",
    "doubt": "doubts one point of the last answer and says why",
    "constraint": "sets a new condition, such as less time, less money or another place, and asks "
    "what changes in the last answer",
    "application": "tells their own case in a few words and asks how one point of the last answer "
    "applies to it",
    "summary": "asks for a short summary of what was said",
}
"""What a follow-up does, as it is said to the model; `summary` comes last in its conversation."""

SHOWN: dict[str, re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        "clarification": r"\b(?:mean\w*|clarify|clearer|explain|what (?:is|are|was|were|does|do|"
        r"exactly|kind|sort)|what's|which|understand|define|definition|refer\w*|specific\w*|"
        r"in other words)\b|무슨|뜻|의미|어떤|무엇|뭔가요|뭐예요|설명|정확히|구체적",
        "deeper": r"\b(?:why|how|what (?:makes|happens|causes|is behind)|reason)\b"
        r"|왜|어떻게|이유|원리|때문|과정|어째서",
        "example": r"\b(?:examples?|instances?|such as|show me|illustrate|sample|like what|case)\b"
        r"|예를|예가|예시|사례|보여 ?주|예로|예는",
        "doubt": r"\b(?:but|really|sure|disagree|wrong|isn't|aren't|doesn't|don't|didn't|wasn't|"
        r"can't|won't|not|thought|however|mistake\w*|incorrect|heard|doubt\w*|seems?|always|"
        r"contradict\w*)\b|정말|그런데|하지만|지만|아닌가|아니|틀린|잘못|는데|다르|의문|맞나",
        "constraint": r"\b(?:if|suppose|instead|without|only|under|less|fewer|no more|but|can't|"
        r"cannot|limited|limit|budget|time|within|what about)\b"
        r"|다면|라면|으면|려면|없이|만 |이내|안에|밖에|대신|부족|제한",
        "application": r"\b(?:I|I'm|I've|my|me|we|our|us|mine)\b"
        r"|제가|저는|저희|제 |우리|저의|저에게|나는",
        "summary": r"\b(?:sum\w*|short\w*|brief\w*|one sentence|two sentences|key|main|recap|"
        r"takeaways?|nutshell|few words)\b|요약|정리|간단히|짧게|한 문장|핵심|한마디",
    }.items()
}  # fmt: skip
"""Words without which a line is not of its kind, in English and Korean."""

LONGEST = 70
"""Words of a follow-up at most."""

_EXPLETIVE = re.compile(
    r"\bit(?:'s| is| was)? (?:possible|true|better|best|worth|important|necessary|safe|common|okay|"
    r"ok|allowed|easy|hard|normal)\b|\b(?:is|was|would) it (?:possible|true|better|best|worth|"
    r"important|necessary|safe|common|okay|ok|allowed|easy|hard|normal)\b"
    r"|\bit (?:seems|looks|appears|feels|strikes) (?:to me|me|like|as if|as though|that)\b"
    r"|\b(?:is|be|was|are|'s|not|isn't|wasn't|really) worth it\b"
    r"|\bthis (?:week|year|month)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|these|those|this)\b"
    r"|(?:^|\b(?:about|of|in|on|at|with|for|by|from|to|like|than|after|before|but|and|so|if|is|was|"
    r"are|does|did|do|can|could|would|why|how|what's|isn't|doesn't|explain|apply|say|said|do) )"
    r"that\b|\bthat[?.!]|\byou (?:just )?(?:said|say|mention\w*|wrote|gave|suggest\w*|describ\w*|"
    r"list\w*|recommend\w*|explain\w*|told|call\w*|mean)\b"
    r"|\byour (?:last |previous )?(?:answer|explanation|example|list|steps?|points?|reply|advice|"
    r"description|suggestions?|story|poem|summary)\b"
    r"|\bthe (?:first|second|third|last|former|latter|other|above) (?:one|step|point|part|option|"
    r"example|line|sentence|method|reason)\b|\bstep (?:\d|one|two|three|four)\b"
    r"|\b(?:another|more) examples?\b|\b(?:sum|recap) (?:it|that|this|up)\b|\bsummar\w+\b"
    r"|\bshorter\b|\b(?:all|everything) (?:of )?(?:that|this|we)\b"
    r"|^really\b|\bare you sure\b"
    r"|(?:^|[\s\"'(])(?:그|이) ?(?:것|게|건|걸|말|방법|과정|단계|경우|부분|내용|예|이유|때|설명|"
    r"원리|현상)"
    # Without the space, 이점 is an advantage, 이중 is double, and 그런데 says no more than "but".
    r"|(?:^|[\s\"'(])(?:그|이) (?:점|중|답)|(?:^|\s)(?:그렇다면|그런(?!데)|이런)"
    r"|(?:^|\s)(?:그렇게|이렇게|거기|여기서|그중|그 ?점|이를|그를|이는)"
    r"|방금|말씀하|말씀해|설명하신|설명해 ?주신|알려 ?주신|언급|앞서|고 하셨"
    r"|(?:앞|위)에서 ?(?:말|설명|나온|본)|답변|대답|(?:첫|두|세|네) ?번째|마지막(?!으로)"
    r"|\d ?번(?:째|은|이 |을|에서|의)|\d ?단계"
    r"|요약|정리(?:해|하면|된)|(?:^|\s)정말(?:인가요|이에요|요\?)|확실(?:한가요|해요|합니까)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(?<![\w.,])\d(?:[\d,.]*\d)(?!\d)")
"""Figures of two digits at least: "1" stands everywhere."""
_SPEAKS = re.compile(
    r"^(?:sure|certainly|of course|absolutely|great question|good question|here(?:'s| is| are)\b|"
    r"I(?:'m| am) glad|glad (?:to|you)|you're welcome|as an? (?:AI|assistant)|물론|좋은 질문)",
    re.IGNORECASE,
)
_COMMON_WORDS = """
abou abov afte also and anot are answ any appl aspe bein best bett both but can case chan clar coul
deta did diff does doll doin done each easi euro exam expl find for from furt give goin good happ
have help her high how impo info into it's just kind know last less like litt long look made main
make many matt mean ment migh more most much must need next not off one only orde othe our out over
part peop per plea poin poss poun prov ques real reas rela reme requ said same say see seem shou
show simi some spec step stil such sugg sum summ sure take tell than that the thei them then ther
thes they thin this thos thou thro time two unde use used usin usua very want was way well were what
when wher whic whil who why will with with word work woul you your
"""
_COMMON_KO = """
뭔가 뭐예 알려 싶어 궁금 주실 있을 없을 해야 그것 무엇 어떤 어떻 그런 이런 있는
있나 하는 하나 되는 대한 대해 경우 설명 방법
이유 예를 정말 하지 그래 그러
어디 언제 것은 것이 주세 말씀 해주 저는 제가 수도 때문 위해 통해 우리 사람 가장
질문 대답 답변 있습 합니 됩니 입니
의미 구체 자세 정리 요약 이해 사용
"""
_COMMON = frozenset((_COMMON_WORDS + _COMMON_KO).split())


@dataclass(frozen=True, slots=True)
class Tie:
    """How a follow-up hangs on the answer before it.

    `shared`: words of the answer, new in it, that the follow-up takes up; `refers`: it has an
    expression such as "that" or "the second step".
    """

    shared: tuple[str, ...] = ()
    refers: bool = False

    @property
    def how(self) -> str:
        """In a word: both, words, reference, none."""
        if self.shared:
            return "both" if self.refers else "words"
        return "reference" if self.refers else "none"


def tie(text: str, answer: str, earlier: Sequence[str]) -> Tie:
    """How `text` hangs on the answer; words that stood in an earlier question tell nothing."""
    known = {stem for line in earlier for stem in _content(line)}
    there = _content(answer).keys() - known
    shared = tuple(word for stem, word in _content(text).items() if stem in there)
    return Tie(shared, bool(_REFERS.search(_EXPLETIVE.sub(" ", _straight(text)))))


def restates(text: str, earlier: Sequence[str]) -> bool:
    """Whether a question is nearly one that was asked before."""
    own = _content(text).keys()
    for line in earlier:
        other = _content(line).keys()
        most = len(own | other)
        if lines.echoes(text, line) or (most > 1 and len(own & other) >= 0.75 * most):
            return True
    return False


def fault(text: str, kind: str, answer: str, earlier: Sequence[str], language: str) -> str:
    """What is wrong with a follow-up, by rules alone; empty when nothing is."""
    text = _straight(text)
    if not text or lines.refuses(text) or lines.offers(text) or _SPEAKS.search(text):
        return "it is not what the person would write"
    if len(text.split()) > LONGEST or text.count("\n") > 2:
        return "it is too long"
    if lines.echoes(text, answer) or (len(text.split()) > 12 and lines.covered(text, answer) > 0.9):
        return "it says the answer again"
    if restates(text, earlier):
        return "it was asked before"
    if language not in lines.READ:
        return ""
    if kind in SHOWN and not SHOWN[kind].search(text):
        return f"it is no {kind}"
    if tie(text, answer, earlier).how == "none":
        return "it does not take up the answer"
    return ""


def drawn(kinds: Sequence[str], number: int, index: int, order: Sequence[int]) -> list[str]:
    """`number` different kinds for brief `index`, each as often as any other in any block of
    len(kinds) briefs; `order`: the block's own order of them."""
    chosen = [kinds[order[(index + place) % len(kinds)]] for place in range(number)]
    return sorted(chosen, key=lambda kind: kind == "summary")


def tie_tables(rows: Iterable[Mapping[str, Any]], title: str) -> list[Table]:
    """Per kind of follow-up, how it hangs on the answers; no table where nothing was carried on.

    `rows`: the columns `followups`, `ties` and `tries` of each.
    """
    found: dict[str, list[int]] = {}
    for row in rows:
        for kind, how, tried in zip(row["followups"], row["ties"], row["tries"], strict=True):
            words, refers = how in ("words", "both"), how in ("reference", "both")
            cell = found.setdefault(kind, [0, 0, 0, 0, 0])
            for place, value in enumerate((1, words, refers, tried == 1, tried)):
                cell[place] += value
    made = tuple(
        (kind, n, percent(words, n), percent(refers, n), percent(once, n), round(tried / n, 2))
        for kind, (n, words, refers, once, tried) in sorted(found.items())
    )
    head = ("kind", "rows", "take up its words", "refer to it", "passed at once", "lines each")
    return [Table(title, head, made)] if made else []


def _content(text: str) -> dict[str, str]:
    """Stem → the first word with it, for the words that tell something, figures among them."""
    found = {n.replace(",", ""): n for n in _FIGURE.findall(text)}
    for word, stem in stems(_straight(text), 3, 5):
        # Five letters tell "interest" from "interrupt"; the common words are known by four.
        if stem[:4] not in _COMMON:
            found.setdefault(stem, word)
    return found


def _straight(text: str) -> str:
    return text.strip().replace("’", "'")
