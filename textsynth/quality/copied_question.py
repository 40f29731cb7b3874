"""Drops a row in which a turn only says again what the turn before it said or asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from textsynth.minhash import normalised
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._exchange import (
    Turn,
    asks,
    exchange,
    given_out,
    open_question,
    pairs,
    sentences,
    stems,
)
from textsynth.quality._text import weight
from textsynth.records import Sample, Setting, Verdict

_FRAME = frozenset(
    stems(
        " i you he she it we they me my your our his her its their a an the this that these those"
        " there here of to in on at for from with by as about into among if whether while and or"
        " but so not is are was were be been am do does did have has had will would shall can"
        " could may might should what when where who which how why understand see know want"
        " wanted wonder wondering ask asked asking question questions common people like glad"
        " happy sorry hear explain explains give giving write writing tell below following"
        " describes now right yes no ok okay hello sure great others other some thank thanks"
        " telling letting something many ways because description explanation summary overview"
        " guide answer answers comparison compare course certainly gladly able get got gets"
        " 말씀 궁금 질문 설명 이해 물어 문의 대한 대해 관한 것 것은 것이 것입 점"
        " 점입 많은 분 분이 제가 저 네 예 아 그 이 그것 하는 하고 하신 하시 하셨"
        " 되셨 있는 있습 합니 입니 드리 드릴 하겠 하기 되는 여부 경우 그러 그렇"
        " 고객 많이 있다 이시 바로 무엇 왜 어떻 어떤 어디 언제 얼마 어느 따라 방법"
        " 내용 분들 다음 같습 감사 주셔 때문 이유 아래 주세 적어 알려 해야 해요"
        " 한다 순서 물론 저희 기꺼이 비교 수 있을 그런 좋은 왔다"
    )
)
"""Stems that add nothing to what was said."""

_SAYS_ONLY = re.compile(
    r"\b(?:you(?:'d| would)? (?:want|like|asked|are asking|wonder|wish)|understand that|whether"
    r"|common question|good question|the question (?:is|of))\b"
    r"|말씀이(?:시|군|네)|궁금해? ?하|궁금하(?:시|신)|(?:라는|하는) 질문|여부(?:는|가|에)",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\bor\b|아니면|중에|중 ?어|[가-힣], .{2,40}(?:가요|까요|나요)\?", re.IGNORECASE
)
_CONFIRMS = re.compile(
    r"\b(?:right|correct|is that so|did I get|exactly|that is right|yes|no)\b"
    r"|맞(?:으|나|습|아|죠|지)|아닙니다|^(?:네|예|아니)(?:[,. ]|요)|그렇습니다",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"thank|bye|(?:great|nice|lovely|good) (?:day|week|evening|one)|take care|welcome|hello"
    r"|감사|수고|(?:좋은|행복한) 하루|안녕|주말|보내(?:세요|십시오|시기)|되세요"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class CopiedQuestion(Filter):
    """A reply that is the question again, reworded or framed, and a user who says the reply again.

    Compared are the words without their endings, in any order; words such as "you asked whether"
    add nothing. A read-back that asks for a yes ("…, is that right?"), an answer to yes or no or to
    a choice in the words of the question, and short or closing turns stay. The score is the share
    of the turn's words that the turn before it had; the details tell the turns.
    """

    alone = True

    new: float = Field(default=0.12, ge=0, le=1)
    """Share of a turn's content words that must be new, or it counts as said again."""

    covers: float = Field(default=0.6, ge=0, le=1)
    """Share of the words of the turn before that a turn must have to count as said again; less is a
    short answer."""

    least: int = Field(default=3, ge=1)
    """Content words from which turns are compared; shorter ones only where they are the same."""

    given_text: bool = False
    """Whether a text that the user hands over (quoted, after a colon, below) counts as well. It
    does not by default: to correct, translate, extract or classify is to say it again rightly."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first copy decides."""
        return self._verdict

    def _verdict(self, sample: Sample) -> Verdict:
        for before, turn in pairs(exchange(sample)):
            # Far longer than what it could repeat: it must say something else.
            if len(turn.text) > 2.5 * len(before.text) + 60 or len(turn.text) < 8:
                continue
            found = self._copied(before, turn)
            if found is not None:
                reason, share = found
                details = {"turn": turn.number, "of": before.number, "excerpt": turn.text[:120]}
                return Verdict(False, reason, round(share, 3), details=details)
        return KEEP

    def _copied(self, before: Turn, turn: Turn) -> tuple[str, float] | None:
        """(reason, share of words in common) where the turn says the one before again."""
        reason = "copied_question" if before.role == "user" else "copied_reply"
        if weight(turn.text) < 50 and _CLOSING.search(turn.text.lower()):
            return None
        if before.text[:1].lower() == turn.text[:1].lower():
            one, two = normalised(before.text), normalised(turn.text)
            if one.rstrip(" .!?") == two.rstrip(" .!?"):
                return (reason, 1.0) if len(stems(two)) > self.least else None
        source = before.text
        if before.role == "user" and not self.given_text:
            source, handed = given_out(source)
            if handed and len(_content(stems(source))) < self.least + 3:
                return None
        return self._reworded(source, turn, reason)

    def _reworded(self, source: str, turn: Turn, reason: str) -> tuple[str, float] | None:
        if 3 * len(turn.text) < len(source):
            return None
        figures = set(_NUMBER.findall(turn.text))
        if figures and not figures <= set(_NUMBER.findall(source)):
            return None
        mine, theirs = _content(stems(turn.text)), _content(stems(source))
        only = _SAYS_ONLY.search(turn.text) is not None
        if len(mine) < (1 if only else self.least) or len(theirs) < (1 if only else self.least):
            return None
        shared = sum(stem in theirs for stem in mine) / len(mine)
        back = sum(stem in mine for stem in theirs) / len(theirs)
        if 1 - shared > self.new or back < self.covers:
            return None
        if reason == "copied_reply":
            # A user who says part of it back makes sure of it.
            whole = back >= 0.9 and len(mine) >= 6 and not asks(turn.text)
            return (reason, shared) if whole else None
        last = sentences(source)[-1:] or [source]
        if not only and (_CONFIRMS.search(turn.text) or self._answers(last[0], turn.text)):
            return None
        return reason, shared

    def _answers(self, question: str, reply: str) -> bool:
        """Whether words of the question can be its answer: yes or no, or one of two."""
        if not asks(question) or asks(reply):
            return False
        return _CHOICE.search(question) is not None or not open_question(question)


def _content(found: Sequence[str]) -> set[str]:
    return set(found) - _FRAME
