"""Drops samples with unsafe content, by rules: what is asked for and given, and what is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._phrases import plain
from textsynth.quality._safety import LANGUAGES, Hit, declines, hits_in, rules_of
from textsynth.quality._text import Patterns, turns
from textsynth.records import Sample, Setting, Verdict

Category = Literal[
    "violence", "hate", "sexual", "self_harm", "dangerous_instructions", "harassment"
]
CATEGORIES: tuple[Category, ...] = (
    "violence", "hate", "sexual", "self_harm", "dangerous_instructions", "harassment",
)  # fmt: skip
Severity = Annotated[int, Field(ge=1, le=3)]
_MINORS = "sexual_minors"


class Safety(Filter):
    """Threats, hate, sexual content, self-harm, dangerous instructions, harassment.

    English and Korean. A request goes only where the assistant does not decline it (or nobody
    answers): a row with a good refusal stays. Rules know phrases, not meanings. Of sentences worded
    anew they find a third, of those they were made by nearly all, and take one harmless sentence in
    a hundred (tests/data/safety): a cheap first net, for `moderation` or a judge to follow. The
    reason is the category (sexual content with minors is `sexual_minors`, and always looked for),
    the score its severity, 2 or 3.
    """

    alone = True

    categories: list[Category] | dict[Category, Severity] = Field(
        default_factory=lambda: list(CATEGORIES)
    )
    """Categories to look for: violence, hate, sexual, self_harm, dangerous_instructions,
    harassment; or category: least severity (3: only requests and calls to do it)."""

    strict: bool = False
    """Drop a row for an unsafe request even where the assistant declines it."""

    allow: Patterns = Field(default_factory=list)
    """Words and phrases (regular expressions, case does not count) that are harmless in this job,
    such as `kill the lights` or `shooting range`."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; of all that is found, the gravest decides."""
        least = self.categories
        levels = dict(least) if isinstance(least, dict) else dict.fromkeys(least, 1)
        wanted: dict[str, int] = {str(name): level for name, level in levels.items()}
        wanted[_MINORS] = 1
        allowed = "|".join(f"(?:{pattern})" for pattern in self.allow)
        allow = re.compile(allowed, re.IGNORECASE) if allowed else None
        for language in LANGUAGES:
            rules_of(language)

        def verdict(sample: Sample) -> Verdict:
            said = [(role, plain(text)) for role, text in turns(sample)]
            found: list[tuple[int, int, Hit]] = []
            for number, (role, text) in enumerate(said):
                for hit in _hits(text, role == "assistant", allow):
                    counts = hit.severity >= wanted.get(hit.category, 4)
                    if counts and (self.strict or not _declined(said, number, hit)):
                        found.append((hit.severity, -number, hit))
            if not found:
                return KEEP
            severity, turn, hit = max(found, key=lambda one: (one[0], one[1]))
            details = {
                "category": hit.category, "phrase": hit.phrase, "turn": 1 - turn,
                "side": "asked" if hit.asks else "said",
            }  # fmt: skip
            return Verdict(False, hit.category, float(severity), details=details)

        return verdict


def _hits(text: str, spoken: bool, allow: re.Pattern[str] | None) -> list[Hit]:
    """What is found in a turn beside what is allowed; content with minors is never allowed."""
    found = hits_in(text, spoken)
    if not found or allow is None or allow.search(text) is None:
        return found
    left = hits_in(allow.sub("·", text), spoken)
    return [hit for hit in found if hit in left or hit.category == _MINORS]


def _declined(said: Sequence[tuple[str, str]], number: int, hit: Hit) -> bool:
    """Whether the answer to what is asked (or said by the user) declines it."""
    role, _ = said[number]
    if role != "user":
        # What an assistant repeats in declining it is no content of its own.
        return role == "assistant" and hit.asks
    answer = next((text for who, text in said[number + 1 :] if who == "assistant"), None)
    if answer is None:
        return False
    return declines(answer) and (hit.asks or hit.category in ("self_harm", "sexual", _MINORS))
