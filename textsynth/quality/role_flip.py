"""Drops dialogues in which a speaker slips: takes the other side's part, label or last words."""

from __future__ import annotations

import re
from collections import Counter

from pydantic import Field

from textsynth.minhash import normalised
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._exchange import given_out
from textsynth.quality._phrases import phrases, plain
from textsynth.quality._roles import (
    AGENT_WORDS,
    AS_AGENT,
    AS_ASSISTANT,
    AS_CUSTOMER,
    CUSTOMER_WORDS,
)
from textsynth.quality._text import scripts, turns, word_list, words
from textsynth.records import Sample, Setting, Verdict

_QUOTED = re.compile(r""""[^"]{1,300}"|“[^”]{1,300}”|「[^」]{1,300}」|(?<!\w)'[^']{2,300}'(?!\w)""")
_REPORTING = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|told|tell(?:s|ing)?|ask(?:s|ed|ing)?|read|reads|message|email|text"
    r"|claim(?:s|ed)?|heard|repl(?:y|ied))\b[^.!?]{0,24}$",
    re.IGNORECASE,
)
_REPORTED_KO = re.compile(r"^[^.!?]{0,12}?(?:이?라고|이?라는|다고|다는|냐고|자고)")
_TEMPLATE = re.compile(
    r"<\|(?:im_start|im_end|user|assistant|system|eot_id|start_header_id)\|>|\[/?INST\]"
    r"|<(?:start|end)_of_turn>|^#{2,3} ?(?:Human|Assistant|User|Instruction|Response)\b",
    re.MULTILINE,
)
_CLOSING = re.compile(r"thank|bye|great day|nice day|welcome|감사|수고|하루|안녕")
_SENTENCE = re.compile(r"[.!?…。！？]")
_MARKS = dict.fromkeys(map(ord, '.,;:!?()[]"“”…*_-/'), " ")

_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]{2}")


def _by_script(block: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The phrases in Latin letters and those in Hangul: a text is searched for its own only."""
    listed = re.split(r"^(?=- )", block, flags=re.MULTILINE)
    korean = [bool(_HANGUL.search(phrase)) for phrase in listed]
    parts = zip(listed, korean, strict=True)
    latin = "".join(phrase for phrase, hangul in parts if not hangul)
    return phrases(latin), phrases("".join(p for p, h in zip(listed, korean, strict=True) if h))


_SLIPS = {
    "customer": _by_script(AS_AGENT),
    "agent": _by_script(AS_CUSTOMER),
    "other": _by_script(AS_ASSISTANT),
}


class RoleFlip(Filter):
    """Who speaks comes from the sample's speakers; the score is the number of the turn.

    Between a customer and an agent, phrases that belong to the other side count (English, Korean),
    quotations and reported speech left out. In every dialogue the labels of a script, chat template
    tokens, an echo of the other side's last turn, and a user who offers help as an AI do. To say a
    text again that was handed over with the first request (to correct, to paraphrase) is no echo.
    """

    alone = True

    echo: float = Field(default=0.85, gt=0, le=1)
    """Share of words in common with the turn before from which a turn is its echo."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first slip decides."""
        return self._verdict

    def _verdict(self, sample: Sample) -> Verdict:
        spoken = [(role, text) for role, text in turns(sample) if role]
        names = {role: sample.speakers.get(role, "") for role in ("user", "assistant")}
        sides = {role: _side(name, role) for role, name in names.items()}
        labels = {role: _labels(name, role) for role, name in names.items()}
        before: tuple[str, str] | None = None
        for number, (role, text) in enumerate(spoken, 1):
            reason = _slip(role, text, sides, labels)
            if not reason and before and before[0] != role and self._echoes(before[1], text):
                handed = number == 2 and role == "assistant" and given_out(before[1])[1]
                reason = "" if handed else "echo"
            if reason:
                return Verdict(keep=False, reason=reason, score=float(number))
            before = (role, text)
        return KEEP

    def _echoes(self, earlier: str, text: str) -> bool:
        short, long = sorted((len(earlier), len(text)))
        if short < self.echo * long / 2:
            return False
        # Cheap, and below what any echo has in common.
        plain_text = text.isascii() and earlier.isascii()
        words_of, mine = _split(earlier, plain_text), _split(text, plain_text)
        least = self.echo / 2 if plain_text else 1 / 3
        letters_of = set(earlier)
        if len(words_of & mine) < least * min(len(words_of), len(mine)) and (
            text.isascii() or 2 * len(letters_of & set(text)) < len(letters_of | set(text))
        ):
            return False
        one, two = _tokens(earlier), _tokens(text)
        few = min(one.total(), two.total())
        if few < 5 or _CLOSING.search(normalised(text)):
            return False
        if few < 8:
            return normalised(earlier) == normalised(text)
        return (one & two).total() / (one | two).total() >= self.echo


def _side(name: str, role: str) -> str:
    """'customer' or 'agent' by the speaker's name; else 'other' for the user, '' for others."""
    folded = name.casefold()
    if folded in CUSTOMER_WORDS:
        return "customer"
    if folded in AGENT_WORDS:
        return "agent"
    return "other" if role == "user" else ""


def _labels(name: str, role: str) -> set[str]:
    """What a script would write before this speaker's lines."""
    names = {"user", "human", "사용자"} if role == "user" else {"assistant", "ai", "bot"}
    folded = name.casefold().strip()
    if folded in CUSTOMER_WORDS:
        names |= CUSTOMER_WORDS
    elif folded in AGENT_WORDS:
        names |= AGENT_WORDS
    elif folded:
        names |= {folded, folded.split()[0]}
    return names


def _slip(role: str, text: str, sides: dict[str, str], labels: dict[str, set[str]]) -> str:
    if _TEMPLATE.search(text) or _labelled(role, text, labels):
        return "speaker_label"
    latin, hangul = _SLIPS.get(sides.get(role, ""), (None, None))
    line = plain(text)
    korean = not line.isascii() and _HANGUL.search(line) is not None
    if (hangul and korean and _speaks(hangul, line)) or (
        latin and (not korean or _LATIN.search(line)) and _speaks(latin, line)
    ):
        return "agent_as_customer" if sides[role] == "agent" else "customer_as_agent"
    return ""


def _labelled(role: str, text: str, labels: dict[str, set[str]]) -> bool:
    """A spoken line of the other side, or several; `Customer: Jane Doe` in a form is none."""
    if ":" not in text and "：" not in text:
        return False
    own = labels.get(role, set())
    other = set().union(*(names for key, names in labels.items() if key != role)) - own
    every = "|".join(sorted(map(re.escape, own | other), key=len, reverse=True))
    label = re.compile(
        rf"(?:^|\n|(?<=[.!?…])[\"”]? +)[ *_\[(<]{{0,4}}({every})[ *_\])>]{{0,4}}[:：]([^\n]*)",
        re.IGNORECASE,
    )
    found = [(m[1].casefold(), m[2]) for m in label.finditer(text)]
    spoken = [name for name, rest in found if _SENTENCE.search(rest) or words(rest) > 3]
    if any(name in other for name in spoken):
        return True
    return len(spoken) > 1


def _speaks(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a phrase stands in the turn as the speaker's own words."""
    if not pattern.search(text):
        return False
    own = _QUOTED.sub(" … ", text)
    return any(
        not _REPORTING.search(own[max(0, m.start() - 60) : m.start()])
        and not _REPORTED_KO.search(own[m.end() : m.end() + 24])
        for m in pattern.finditer(own)
    )


def _split(text: str, plain_text: bool) -> set[str]:
    folded = text.lower()
    return set((folded.translate(_MARKS) if plain_text else folded).split())


def _tokens(text: str) -> Counter[str]:
    """Words, or pairs of characters where Hangul, Han or Kana occur."""
    folded = " ".join(word_list(normalised(text)))
    counts = scripts(folded)
    if any(counts.get(name) for name in ("hangul", "han", "kana")):
        joined = "".join(folded.split())
        return Counter(joined[i : i + 2] for i in range(len(joined) - 1))
    return Counter(folded.split())
