"""Scripted replies of a support job whose ends obey or break what was asked for, at known rates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from .scripts import prompt_texts

ENDS: Mapping[str, Mapping[str, tuple[Sequence[str], Sequence[str]]]] = {
    "en": {
        "resolved": (
            [
                "Brilliant, that sorts me out. Ta!",
                "Okay, makes sense, I'll give it a go tonight.",
                "Right. That's what I was after.",
                "Well, took long enough, but at least I know where I stand now.",
                "Thank you ever so much, you have been most helpful.",
                "ok cool thx",
                "That is good to hear, I will set it up right away.",
                "Fine, I can live with that answer.",
            ],
            ["Happy to have helped. Goodbye!", "Enjoy your day.", "You are welcome any time."],
        ),
        "escalated": (
            [
                "This isn't good enough, get me someone with authority.",
                "I'd like this to go to a person who can actually decide.",
                "Who is your boss? I want to talk to them.",
                "I would be grateful if a specialist could look into it.",
                "Please make this an official complaint.",
                "I'm not satisfied and want to take it higher.",
            ],
            [
                "I am handing this over to my team leader, who will ring you this afternoon.",
                "Your case has been passed to our complaints team.",
                "I've escalated it; a specialist will be in touch by email.",
            ],
        ),
        "abandoned": (
            [
                "You know what, leave it.",
                "I can't be bothered any more, bye.",
                "No time for this, I'm off.",
                "I'll try my luck at the branch instead.",
                "Forget I asked.",
                "This is going round in circles. I'm done here.",
                "My bus is coming, I have to go.",
                "Thanks anyway, I will find another bank.",
            ],
            ["I am sorry that you leave. Goodbye.", "We are here whenever you come back."],
        ),
        "refused": (
            [
                "Well, that's a shame. Understood.",
                "So no exception for me. Okay.",
                "Hmm, not what I hoped for, but fair enough.",
                "Alright, I'll have to make do without it then.",
                "If those are the rules, those are the rules.",
                "What a silly rule. Goodbye.",
            ],
            ["Thanks for your understanding.", "I am sorry for the disappointment. Take care."],
        ),
    },
    "ko": {
        "resolved": (
            [
                "오 그렇군요, 바로 해 볼게요.",
                "덕분에 궁금한 게 풀렸어요. 고맙습니다!",
                "네 그럼 그렇게 진행하겠습니다.",
                "좀 오래 걸렸지만 이제 알겠네요.",
                "아하 이해했어요 감사해요",
                "다행이에요, 걱정했는데.",
            ],
            ["도움이 되어 기쁩니다. 안녕히 가십시오.", "좋은 하루 보내시기 바랍니다."],
        ),
        "escalated": (
            [
                "이 답으로는 부족해요. 결정권 있는 분과 통화하게 해 주세요.",
                "상급자분께 직접 말씀드리고 싶어요.",
                "이건 정식 민원으로 올려 주세요.",
                "다른 담당자분이 다시 봐 주셨으면 합니다.",
                "윗선에 전달해 주세요.",
            ],
            [
                "팀장에게 넘겨 드리겠으며 오늘 오후에 전화드리겠습니다.",
                "민원 부서에 전달했습니다.",
                "전문 상담사가 이메일로 연락드릴 예정입니다.",
            ],
        ),
        "abandoned": (
            [
                "아 됐어요 그냥 안 할래요.",
                "더 못 기다리겠네요. 나갑니다.",
                "나중에 다시 알아볼게요.",
                "은행 직접 가는 게 빠르겠네요.",
                "이제 그만 물어볼게요, 소용없네요.",
                "버스 왔어요 이만요",
            ],
            ["불편을 드려 죄송합니다.", "언제든지 다시 찾아 주십시오."],
        ),
        "refused": (
            [
                "아쉽네요... 알겠습니다.",
                "규정이 그렇다면 어쩔 수 없죠.",
                "안 된다니 실망이네요.",
                "그럼 다른 방법을 찾아볼게요.",
                "네, 안 되는 걸로 알고 있을게요.",
            ],
            ["양해해 주셔서 감사합니다.", "원하시는 답을 드리지 못해 죄송합니다."],
        ),
    },
}
"""Language → outcome → (the customer's last lines, the agent's last lines)."""

BROKEN = {
    "resolved": ("abandoned", "escalated"), "escalated": ("resolved", "abandoned"),
    "abandoned": ("resolved",), "refused": ("escalated",),
}  # fmt: skip
"""Asked for → what is played instead where the script breaks it."""

_ASKED = {
    "the answer is enough": "resolved", "답이 충분했으니": "resolved",
    "is not enough for you": "escalated", "답이 충분하지 않": "escalated",
    "have had enough": "abandoned", "더는 참을 수 없어": "abandoned",
    "was declined": "refused", "거절당했습니다": "refused",
}  # fmt: skip
_NEED = re.compile(
    r"(?:want to know|want to know next|알고 싶은 것|알고 싶은 것을 물어보세요): (.+?)(?:\n|$)"
)
_SENTENCE = re.compile(r"[^.?\n]+[.?]")
_RULE = re.compile(r"(?:with this reason|이유를 들어 정중하게 거절하세요): (.+?[.!?])(?: |\n|$)")


def truth(language: str, line: str) -> str:
    """The outcome that a customer's last line was written for."""
    return next((name for name, (said, _) in ENDS[language].items() if line in said), "")


class ServiceDesk:
    """The model of a support job with `customer: free`: a share `broken` of the ends is another."""

    def __init__(self, language: str = "en", broken: float = 0.0) -> None:
        self.language, self.broken = language, broken

    def __call__(self, request: dict[str, Any]) -> str:
        """The reply to one request, which depends on nothing else."""
        texts = prompt_texts(request)
        first, last = texts[0], texts[-1]
        asked = next((name for words, name in _ASKED.items() if words in first), "")
        if asked:
            return self._close(asked, texts)
        if " | " in last or "... |" in last:
            return _pair(first, self.language)
        if need := _NEED.search(first if "speak" in first and len(texts) > 2 else last):
            return need[1].strip()
        if need := _NEED.search(first):
            return need[1].strip()
        if rule := _RULE.search(first):
            sorry = {"en": "I'm sorry, but that is not possible.", "ko": "죄송하지만 불가합니다."}
            return f"{sorry[self.language]} {rule[1]}"
        if ended := truth(self.language, last.split("\n")[0].strip()):
            return self._pick(ENDS[self.language][ended][1], texts)
        if "rule does not allow" in first or "규정이 허락하지" in first:
            asks = {"en": "Could you make an exception for me?", "ko": "저만 예외로 해 주실래요?"}
            return asks[self.language]
        return self._fact(first, len(texts) // 2)

    @staticmethod
    def _fact(facts: str, number: int) -> str:
        """Another sentence of the facts for each turn of the conversation."""
        told = [part for part in _SENTENCE.findall(facts.partition("\n")[2]) if "?" not in part]
        told = [part.split(": ", 1)[-1].strip() for part in told if len(part) > 12]
        return told[number % len(told)] if told else "Yes."

    def _close(self, asked: str, texts: Sequence[str]) -> str:
        drawn = self._number(texts, "breaks") % 10_000
        played = asked
        if drawn < self.broken * 10_000:
            played = self._pick(BROKEN[asked], texts)
        return self._pick(ENDS[self.language][played][0], texts)

    def _pick(self, options: Sequence[str], texts: Sequence[str]) -> str:
        return options[self._number(texts, "line") % len(options)]

    @staticmethod
    def _number(texts: Sequence[str], name: str) -> int:
        whole = "\x1f".join([name, *texts])
        return int.from_bytes(blake2b(whole.encode(), digest_size=6).digest(), "big")


def _pair(facts: str, language: str) -> str:
    """A question about the longest line of the facts, and its first sentence as the answer."""
    fact = max(facts.replace("?", ".").split("\n"), key=len).split(": ", 1)[-1]
    told = fact.split(". ")[0].strip().rstrip(".")
    word = " ".join(told.split()[:2])
    if language == "ko":
        return f"1. {word} 어떻게 되나요? | {told}."
    return f"1. What about {word}? | {told}."
