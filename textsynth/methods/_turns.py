"""What conversations share: two sides taking turns, each with its own view of what was said."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.records import Message, Reply

_LABEL = re.compile(
    r"^[\s*\"“]*(?:customer|agent|user|assistant|support|bank|고객|상담원|상담사)"
    r"(?: \([^)]*\))?\s*[:：]\s*\**",
    re.IGNORECASE,
)
_PREFACE = re.compile(
    r"^(?:sure|certainly|of course|okay|ok|here(?:'s| is))[^\n.!?]{0,80}"
    r"(?:message|reply|line|response|question)[^\n.!?]{0,40}:\s*",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_QUOTES = {'"': '"', "“": "”", "'": "'", "「": "」", "‘": "’"}

_FAREWELL = re.compile(
    r"\b(?:good ?bye|bye|have a (?:good|great|nice|lovely|wonderful)|take care|that's all|"
    r"talk (?:to you )?(?:later|soon)|see you|good night)\b"
    r"|안녕히|수고하세요|좋은 하루|들어가세요|다음에 (?:뵙|봬|또)|이만",
    re.IGNORECASE,
)


def _in_order(turns: tuple[int, int]) -> tuple[int, int]:
    if turns[0] > turns[1]:
        raise ValueError(f"the fewest ({turns[0]}) come before the most ({turns[1]})")
    return turns


_Number = Annotated[int, Field(ge=2, le=20)]
Turns = Annotated[tuple[_Number, _Number], AfterValidator(_in_order)]
"""The option of a method that converses: fewest and most turns, 2 to 20."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a conversation; `side` is 0 for who opens it, 1 for the other."""

    side: int
    text: str


Speak = Callable[[int, Sequence[Turn], int], Awaitable[Reply]]
"""(side, turns so far, turns left after this one) → that side's next line."""


async def converse(
    speak: Speak, names: Sequence[str], least: int, planned: int, said: Sequence[Turn] = ()
) -> list[Turn]:
    """Lets two sides speak in turn; ends at `planned` turns, or earlier when both said goodbye.

    Goes on after what has been `said`. Raises ReplyError when a side says nothing.
    """
    turns: list[Turn] = list(said)
    while len(turns) < planned:
        side = len(turns) % 2
        reply = await speak(side, turns, planned - len(turns) - 1)
        text = tidy(reply.text, names)
        if not text:
            raise ReplyError(f"{names[side]} said nothing", reply.text)
        turns.append(Turn(side, text))
        if len(turns) >= least and over(turns):
            break
    return turns


async def line_of(
    ask: Ask,
    step: str,
    fits: Callable[[str], bool],
    *,
    names: Sequence[str] = ("Customer", "Agent"),
    otherwise: Reply | None = None,
    attempt: int = 0,
    **request: Any,
) -> Reply:
    """The first of three replies to `step` that is a fitting line, else `otherwise`.

    Another `attempt` asks for three other replies.

    Raises ReplyError when there is neither.
    """
    text = ""
    for take in range(3 * attempt, 3 * attempt + 3):
        reply = await ask(step, take=take, **request)
        text = reply.text
        line = tidy(text, names)
        if line and fits(line):
            return reply
    if otherwise is None:
        raise ReplyError(f"three replies to '{step}' were of no use", text)
    return otherwise


def over(turns: Sequence[Turn]) -> bool:
    """Whether a conversation has ended by itself: its last two lines both say goodbye."""
    return len(turns) >= 2 and all(_FAREWELL.search(turn.text) for turn in turns[-2:])


def tidy(text: str, names: Sequence[str] = ()) -> str:
    """The line itself: without label, preface or quotes around it, nor the other's line."""
    text = _BOLD.sub(r"\1", _PREFACE.sub("", text.strip())).strip()
    text = _without_label(text, names)
    kept: list[str] = []
    for line in text.splitlines():
        if kept and _without_label(line, names) != line:
            break
        kept.append(line.rstrip())
    text = "\n".join(kept).strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text.count(text[0]) <= 2:
        text = text[1:-1].strip()
    return text


def _without_label(text: str, names: Sequence[str]) -> str:
    short = _LABEL.sub("", text, count=1)
    for name in names:
        if short == text and re.match(rf"\W*{re.escape(name)}\W*:", text, re.IGNORECASE):
            short = text.split(":", 1)[1]
    return short.strip() if short != text else text


def view_of(side: int, turns: Sequence[Turn]) -> list[Message]:
    """The conversation as one side sees it: its own lines are the assistant's."""
    return [
        {"role": "assistant" if turn.side == side else "user", "content": turn.text}
        for turn in turns
    ]


def as_messages(turns: Sequence[Turn]) -> list[Message]:
    """The conversation as training data: who opens it is the user, the other the assistant."""
    return view_of(1, turns)
