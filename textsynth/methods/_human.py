"""User turns as people type them: slips, fragments, bursts, a second language; in asked shares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import _lines as lines
from textsynth.methods._turns import Turn, tidy
from textsynth.methods._typos import Draw, misspelt
from textsynth.records import Brief, Closing, Table

KINDS = ("code_switching", "fragments", "fillers", "lowercase", "typos", "bursts")
"""What a user turn may undergo, in this order."""

STEPS: Mapping[str, tuple[str, ...]] = {"fragment": ("line",), "mix": ("line", "second")}
"""The prompts that `humanised` asks, with their fields."""

_Share = Annotated[float, Field(ge=0, le=1)]
_MIX = {
    "typos": 0.5, "fragments": 0.4, "bursts": 0.4, "lowercase": 0.7, "fillers": 0.3,
}  # fmt: skip


class Human(BaseModel):
    """The share of user turns that each touches, from 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    typos: _Share = 0.0
    fragments: _Share = 0.0
    bursts: _Share = 0.0
    code_switching: _Share = 0.0
    lowercase: _Share = 0.0
    fillers: _Share = 0.0
    second_language: str = "English"
    """The language that is mixed in, by its English name; another than the job's own."""


def _mix(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {kind: round(part * value, 4) for kind, part in _MIX.items()}
    return value


Humans = Annotated[Human | None, BeforeValidator(_mix)]
"""The option: None, a share (0.3: a sensible mix without a second language), or each share."""

_LEAD_IN = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear \w+|excuse me|sorry|please|so|and"
    r"|well|ok(?:ay)?|but|um|oh|also|right)\b[,!.]?\s+"
    r"|^(?:(?:can|could|would|may|might) (?:you|i|we) (?:please |also |kindly )?"
    r"(?:tell|let|ask|explain|help|know)(?: (?:me|us|know|you))*"
    r"|i(?:'d| would) (?:also )?like to (?:know|ask)|i (?:was|am|'m) wondering|do you know"
    r"|i (?:just |also )?(?:want|need)(?:ed)? to (?:know|ask)|i wonder)\b[,:]?\s*(?:if |whether )?",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:i|you|we|they|it) (?:can|could|should|must|will|would|may|do)\b\s*"
    r"|\b(?:do|does|did|is|are|am|was|were|will|would|can|could|should) "
    r"(?:i|you|we|they|it|there|the|a|an|my|your)\b\s*|\b(?:the|my|a|an|please) ",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[,.]?\s*(?:please|thanks?(?: you)?|if you don't mind|though)\W*$", re.IGNORECASE
)
_LEAD_IN_KO = re.compile(
    r"^(?:안녕하세요|저기요?|혹시|그런데|근데|그럼|그러면|아|네|죄송(?:한데|하지만)|실례지만|여보세요)"
    r"[,.! ]+"
)
_TAIL_KO = re.compile(
    r"(?:지도?|는지도?|은지|을지|인지)?\s*(?:를|을|도)?\s*"
    r"(?:여쭤|여쭙|알려 ?주|궁금|물어|알고 ?싶|알 수 있)"
    r"[^.?!]*[.?!]*$"
)
_FILLERS = ("um ", "uh ", "hmm ", "so ", "well ", "er ")
_FILLERS_KO = ("음 ", "어 ", "그 ", "저기 ", "아 ", "그게 ")
_LAUGHS_KO = ("ㅠㅠ", "ㅜㅜ", "..", "ㅎㅎ")
_BREAK = re.compile(
    r"(?<=[.!?。])\s+|(?<=[。！？])(?=\S)|\n+|(?<=[,;])\s+(?=(?:and|but|so|because|그런데|근데|그리고)\b)"
)
_CAPITAL = re.compile(r"I\b|\S*[A-Z]\S*[A-Z]")
_HANGUL = re.compile(r"[가-힣]")
_FOREIGN = re.compile(r"[A-Za-z]{2,}")
_WORD = re.compile(r"[^\W\d_]+")


async def humanised(
    human: Human | None, brief: Brief, ask: Ask, turns: Sequence[Turn], keep: tuple[str, ...] = ()
) -> tuple[list[Turn], dict[str, Any]]:
    """The turns with those of side 0 made human, and the columns that tell what was done.

    `human`: per touched turn its number and the kinds that changed it ("0 typos bursts"); `bursts`:
    the parts of each turn that is several short messages, which stay one turn with line breaks,
    since most chat templates refuse two user turns in a row. The last user turn keeps its words:
    it says how the conversation ends. Names in `keep` stay as they are.
    """
    if human is None:
        return list(turns), {}
    made: list[Turn] = []
    touched: list[str] = []
    bursts: list[list[str]] = []
    last = max((n for n, turn in enumerate(turns) if turn.side == 0), default=-1)
    for number, turn in enumerate(turns):
        if turn.side:
            made.append(turn)
            continue
        text, kinds = await _touch(human, brief, ask, turn.text, number, number == last, keep)
        if kinds:
            touched.append(" ".join([str(number), *kinds]))
        if "bursts" in kinds:
            bursts.append(text.split("\n"))
        made.append(replace(turn, text=text))
    columns: dict[str, Any] = {"human": touched}
    if human.bursts:
        columns["bursts"] = bursts
    return made, columns


async def _touch(
    human: Human, brief: Brief, ask: Ask, text: str, number: int, last: bool, keep: tuple[str, ...]
) -> tuple[str, list[str]]:
    kinds: list[str] = []
    for kind in KINDS:
        drawn = brief.number(f"human {kind} {number}", 0, 999_999)
        if drawn >= getattr(human, kind) * 1_000_000:
            continue

        def draw(name: str, n: int, kind: str = kind) -> int:
            return brief.number(f"human {kind} {number} {name}", 0, n - 1)

        if kind in ("fragments", "code_switching"):
            changed = text if last else await _asked(kind, ask, text, human.second_language)
        else:
            changed = _by_rule(kind, text, draw, keep, brief.language)
        if changed != text:
            text = changed
            kinds.append(kind)
    return text, kinds


async def _asked(kind: str, ask: Ask, text: str, second: str) -> str:
    """What a rule cannot do; the text itself where the model does not manage it."""
    if kind == "fragments":
        short = fragment(text)
        if short != text:
            return short
    step = "fragment" if kind == "fragments" else "mix"
    fields: dict[str, Any] = {"line": text}
    if step == "mix":
        fields["second"] = second
    for take in range(2):
        try:
            line = tidy((await ask(step, take=take, **fields)).text)
        except ReplyError:
            continue
        fits = is_fragment(line, text) if step == "fragment" else is_mixed(line, text, second)
        if fits and lines.grounded(line, text) and not lines.serves(line):
            return line
    return text


def _by_rule(kind: str, text: str, draw: Draw, keep: tuple[str, ...], language: str) -> str:
    if kind == "typos":
        return misspelt(text, draw, keep)
    if kind == "lowercase":
        return lowered(text, keep)
    if kind == "fillers":
        # "Um" and "so" are no fillers elsewhere: in German they are words.
        return _filled(text, draw) if language in lines.READ else text
    return burst(text)


def fragment(text: str) -> str:
    """The last sentence cut to its core; the text itself where little can be cut."""
    parts = [part for part in re.split(r"(?<=[.!?。])\s+|\n+", text.strip()) if part.strip()]
    core = next((part for part in reversed(parts) if lines.asks(part)), "")
    if not core:
        return text
    korean = bool(_HANGUL.search(core))
    before = ""
    while core != before:
        before, core = core, (_LEAD_IN_KO if korean else _LEAD_IN).sub("", core, count=1)
    if korean:
        core = _TAIL_KO.sub("", core).strip() or core
    else:
        core = _AUXILIARY.sub("", _TAIL.sub("", core.rstrip("?!. "))).strip() + "?"
    enough = len(core) <= 0.8 * len(text) and len(core.split()) >= 2
    return core if enough and lines.covered(core, text) >= 0.9 else text


def is_fragment(line: str, text: str) -> bool:
    """Whether a line is a shorter one, in words of the text."""
    return bool(line) and len(line) <= 0.8 * len(text) and lines.covered(line, text) >= 0.8


def is_mixed(line: str, text: str, second: str) -> bool:
    """Whether a line keeps a good part of the text's words and has new ones, by script if it can.

    Where one of the languages is written in Hangul, both scripts must stand in it.
    """
    old, new = set(_WORD.findall(text.lower())), set(_WORD.findall(line.lower()))
    fresh = new - old
    if not line or not fresh or len(line) > 2 * len(text) + 20 or lines.echoes(line, text):
        return False
    korean = bool(_HANGUL.search(text))
    if korean or second.lower() in ("korean", "한국어"):
        hangul = any(_HANGUL.search(word) for word in (new if korean else fresh))
        latin = any(_FOREIGN.fullmatch(word) for word in (fresh if korean else new))
        return hangul and latin
    return len(old & new) >= 0.3 * len(old) and len(fresh) >= 2


def lowered(text: str, keep: tuple[str, ...] = ()) -> str:
    """Small letters where capitals only open a sentence or say "I"; a last full stop falls too."""
    said = re.sub(r"(^|[.!?]\s+|\n)([A-Z])(?=[a-z' ])", lambda m: m[1] + m[2].lower(), text)
    said = re.sub(r"\bI(?='|’|\b)", "i", said)
    for name in filter(None, keep):
        said = re.sub(re.escape(name), name.replace("\\", r"\\"), said, flags=re.IGNORECASE)
    return said[:-1] if said.endswith(".") and not said.endswith("..") else said


def _filled(text: str, draw: Draw) -> str:
    if not _HANGUL.search(text):
        word = _FILLERS[draw("word", len(_FILLERS))]
        return word.capitalize() + (text if _CAPITAL.match(text) else text[0].lower() + text[1:])
    if draw("end", 2) and text[-1:] in ".!?요다까네":
        return text.rstrip(".!") + _LAUGHS_KO[draw("laugh", len(_LAUGHS_KO))]
    return _FILLERS_KO[draw("word", len(_FILLERS_KO))] + text


def burst(text: str) -> str:
    """The text as several short messages, one a line, without the full stops between them."""
    parts = [part.strip() for part in _BREAK.split(text) if part and part.strip()]
    if len(parts) < 2:
        words = text.split()
        comma = text.find(", ")
        if comma < 4 or len(words) < 6 or len(text) - comma < 8:
            return text
        parts = [text[:comma], text[comma + 2 :]]
    while len(parts) > 4:
        parts[-2:] = [" ".join(parts[-2:])]
    return "\n".join(part.rstrip(".,;") if part[-2:] != ".." else part for part in parts)


def reached(human: Human | None, closing: Closing) -> list[Table]:
    """Asked against reached shares of user turns, over kept and dropped rows."""
    if human is None:
        return []
    turns, counts = 0, dict.fromkeys(KINDS, 0)
    for rows in (closing.kept, closing.dropped):
        for sample in rows:
            turns += sum(message["role"] == "user" for message in sample.messages)
            for entry in sample.columns.get("human", ()):
                for kind in entry.split()[1:]:
                    counts[kind] += 1
    made = tuple(
        (kind, turns, n, round(getattr(human, kind), 3), round(n / turns, 3) if turns else 0.0)
        for kind, n in counts.items()
        if getattr(human, kind) or n
    )
    head = ("touch", "user turns", "touched", "asked", "reached")
    return [Table("Human-like user turns", head, made)] if made else []
