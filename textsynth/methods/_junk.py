"""What a model writes in the user's place that no user would: why it is of no use, in one word."""

from __future__ import annotations

import re
import zlib

from textsynth.methods import _lines as lines

_TOKEN = re.compile(
    r"<\|[^|>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<unk>|<pad>"
)
_ROLES = (
    "user|human|assistant|ai|bot|chatbot|system|model|customer|agent|사용자|어시스턴트|시스템|도우미"
    "|질문|답변|question|answer|instruction|response"
)
_LABEL = re.compile(rf"^\W{{0,4}}(?:{_ROLES})\W{{0,4}}[:：]", re.I | re.M)
_OWN_LABEL = re.compile(
    r"^[\W_]{0,4}(?:q|question|user|human|query|qwen|smollm|질문|사용자)[\W_]{0,4}[:：][*_\s]*"
    r"|^(?:user|human|qwen|smollm)\s*\n+",
    re.I,
)
_ANSWER = re.compile(
    r"\n[\W_]{0,4}(?:a|answer|assistant|response|explanation|solution|ai|답|답변|정답)[\W_]{0,4}[:：]"
    r"|\n\n(?:assistant)?\W?(?:yes|no|sure|certainly|of course|absolutely)\b[,.!]",
    re.I,
)
_HEAD = re.compile(r"^#{1,4} ?(?:instruction|response|input|user|assistant|human)\b", re.I | re.M)
_ROLE_ALONE = re.compile(rf"^(?:{_ROLES})\W*(?:\n|$)", re.I)
_ASSISTANT = re.compile(
    r"^(?:sure|certainly|of course|absolutely)\b[!,.]"
    r"|^(?:here is|here's|here are) (?:a|an|the|some|your)\b"
    r"|^(?:i'm|i am) sorry,? but i (?:can|am|do)|^i apologi[sz]e\b"
    r"|(?:^|\n)\s*as an? (?:ai|artificial|language model|assistant|helpful)\b"
    r"|^to [^.?!\n]{3,80}, (?:you|one) (?:can|need|needs|should|must|will|may|have|could)\b"
    r"|^i(?:'m| am) (?:an? )?(?:ai|qwen|smollm|chatgpt|(?:\w+ ){0,3}assistant)\b"
    r"|\bhow (?:can|may) i (?:help|assist) you\b|\bwhat can i (?:help|assist) you with\b"
    r"|\bis there anything else i can (?:help|assist)\b|\bi(?:'m| am) here to (?:help|assist)\b"
    r"|\bi(?:'d| would) be (?:happy|glad) to (?:help|assist)\b"
    r"|\bfeel free to ask\b|\blet me know if you (?:have|need) any\b|\bglad i could help\b"
    r"|^you(?:'re| are) (?:very |most )?welcome\b"
    r"|무엇을 도와|어떻게 도와 ?드릴|도와 ?드리겠|도와 ?드릴 ?수|도움이 필요하시면"
    r"|^물론(?:입니다|이죠|이에요|,)"
    r"|^(?:네|예),? (?:알겠습니다|물론)|^죄송하지만|(?:저는|나는) (?:인공 ?지능|AI)"
    r"|궁금한 점이 있으시면"
    r"|(?:말씀|질문|문의)해 ?주(?:세요|시면|십시오)",
    re.I,
)
_SYSTEM = re.compile(
    r"^\W*(?:you are|you're|your role is|act as)\b[^.\n]{0,60}"
    r"\b(?:assistant|ai|chatbot|language model)\b"
    r"|(?:^|\n)\W*the user (?:asks?|will|is|wants|writes)\b|^\W*users ask you\b"
    r"|^\W*당신은 [^.\n]{0,30}(?:도우미|어시스턴트|비서|AI|인공 ?지능)|^\W*사용자(?:가|는|의) ",
    re.I,
)
_LETTER = re.compile(r"[^\W_]")


def tidied(text: str) -> str:
    """The turn without a label before it ("Q:", "Qwen:", "질문:"), cut where an answer follows.

    Small models play the other side as well.
    """
    plain = _OWN_LABEL.sub("", text.strip(), count=1)
    return _ANSWER.split(plain, maxsplit=1)[0].strip()


def junk(text: str, finish: str, longest: int, said: tuple[str, ...] = ()) -> str:
    """Why a made-up user's turn is of no use; "" if it is. `said`: the turns before it.

    `longest`: most characters; `finish`: how its reply ended.
    """
    plain = text.strip().replace("’", "'")
    if not _LETTER.search(plain):
        return "empty"
    if finish == "length" or len(plain) > longest:
        return "too long"
    if _TOKEN.search(plain):
        return "template tokens"
    if _LABEL.search(plain) or _HEAD.search(plain) or _ROLE_ALONE.match(plain):
        return "role names"
    if _SYSTEM.search(plain):
        return "the system's words"
    if _ASSISTANT.search(plain):
        return "speaks as the assistant"
    if any(lines.echoes(plain, turn) for turn in said):
        return "said before"
    raw = plain.encode()
    if len(raw) > 200 and len(zlib.compress(raw)) < 0.2 * len(raw):
        return "goes in circles"
    return ""
