"""Drops or mends samples with broken Unicode: mojibake, hidden characters, letters in pieces."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

from pydantic import Field

from textsynth.quality import KEEP, Filter, Mend, Screen
from textsynth.quality._broken import faults, mended
from textsynth.quality._text import turns
from textsynth.records import Message, Sample, Setting, Verdict

Fault = Literal[
    "replacement_character", "surrogate", "private_use", "control", "bidi", "zero_width",
    "mojibake", "jamo", "decomposed", "full_width", "stacked_marks",
]  # fmt: skip


class Unicode(Filter):
    """Looks for characters that no one types; the reason names the first fault.

    mojibake (a text read in the wrong encoding), replacement_character, surrogate (half a
    character), private_use, control, bidi (overrides of the direction), zero_width, jamo
    (syllables in pieces; "ㅋㅋㅋ", "ㅠㅠ", "ㅇㅋ" are fine), decomposed (NFD), full_width (Latin
    letters; not in Chinese or Japanese), stacked_marks. What a script needs (joiners of Persian and
    Hindi, emoji, marks of right-to-left text) is no fault. The score is the number found in a turn.
    """

    alone = True

    repair: bool = False
    """Mend what can be mended for certain before any filter looks: NFC, hidden and control
    characters, mojibake that reads well in its own encoding, full-width letters. What is left is
    dropped. The details say how many of each were mended."""

    find: list[Fault] = Field(default_factory=lambda: list(get_args(Fault)))
    """What is a fault, and what `repair` mends."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first turn with a fault decides."""
        wanted = frozenset(self.find)

        def verdict(sample: Sample) -> Verdict:
            for number, (_, text) in enumerate(turns(sample), 1):
                if text.isascii() and text.isprintable():
                    continue
                for name, found in faults(text, sample.language):
                    if name in wanted:
                        details = {"turn": number, "found": _shown(found[0])}
                        score = float(len(found))
                        return Verdict(keep=False, reason=name, score=score, details=details)
            return KEEP

        return verdict

    def mend(self, setting: Setting) -> Mend | None:
        """Mends turns and text columns where `repair` is set."""
        if not self.repair:
            return None
        wanted = frozenset(self.find)

        def mend(sample: Sample) -> tuple[Sample, Mapping[str, Any]]:
            counts: dict[str, int] = {}

            def whole(text: str) -> str:
                if text.isascii() and text.isprintable():
                    return text
                return mended(text, sample.language, wanted, counts)

            messages = tuple(_with(m, whole(m["content"])) for m in sample.messages)
            columns = {k: whole(v) if isinstance(v, str) else v for k, v in sample.columns.items()}
            if not counts:
                return sample, {}
            return replace(sample, messages=messages, columns=columns), {"mended": counts}

        return mend


def _with(message: Message, content: str) -> Message:
    if content == message["content"]:
        return message
    changed = message.copy()
    changed["content"] = content
    return changed


def _shown(found: str) -> str:
    """What was found, so that it can be seen: letters and marks as they are, others by code."""
    return "".join(
        char if unicodedata.category(char)[0] in "LMNPS" else f"U+{ord(char):04X}"
        for char in found[:40]
    )
