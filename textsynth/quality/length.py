"""Drops samples with turns that are empty, too short or too long, or with too few or many turns."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from textsynth.errors import nearest
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._text import turns, visible, weight, words
from textsynth.records import Sample, Setting, Verdict

SPEAKERS = ("user", "assistant")
"""Whose turns are looked at."""


class OfRole(BaseModel):
    """Limits for the turns of one role, over those for all; unset: as for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_chars: int | None = Field(default=None, ge=0)
    """Least characters of a turn."""
    max_chars: int | None = Field(default=None, ge=1)
    """Most characters of a turn."""
    min_words: int | None = Field(default=None, ge=0)
    """Least words of a turn."""
    max_words: int | None = Field(default=None, ge=1)
    """Most words of a turn."""


class Length(Filter):
    """Limits on characters, words and turns; the score is the number that breaks one.

    Minimums count a Hangul, Han or Kana character as two, since it carries about as much;
    maximums count plain characters. Words are counted between spaces, and in scripts written
    without them (and in Hangul) every two characters are one. White space counts once.
    """

    alone = True

    min_chars: int = Field(default=2, ge=0)
    """Least characters a turn may have."""

    max_chars: int = Field(default=2000, ge=1)
    """Most characters a turn may have."""

    min_words: int | None = Field(default=None, ge=0)
    """Least words a turn may have; unset for no limit."""

    max_words: int | None = Field(default=None, ge=1)
    """Most words a turn may have; unset for no limit."""

    min_total: int = Field(default=20, ge=0)
    """Least characters of the whole sample, system turn aside."""

    min_turns: int | None = Field(default=None, ge=1)
    """Least user and assistant turns; unset for no limit."""

    max_turns: int | None = Field(default=None, ge=1)
    """Most user and assistant turns; unset for no limit."""

    alternate: bool = False
    """Whether user and assistant must take turns (results of tools may stand between)."""

    last: Literal["user", "assistant"] | None = None
    """Who must have the last word; unset: either. Training on replies wants the assistant."""

    roles: dict[str, OfRole] = Field(default_factory=dict)
    """Limits of their own for the turns of a role, such as `{user: {max_chars: 500}, assistant:
    {min_chars: 80}}`: min_chars, max_chars, min_words, max_words."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for role in ("", *self.roles):
            if role and role not in SPEAKERS:
                known = nearest(role, SPEAKERS)
                raise ValueError(f"roles: no turn of a row is by '{role}'; {known}")
            own = self._of(role) if role else self
            for name in ("chars", "words", "turns"):
                low, high = getattr(own, f"min_{name}"), getattr(own, f"max_{name}")
                if low is not None and high is not None and low > high:
                    where = f"roles.{role}: " if role else ""
                    raise ValueError(f"{where}min_{name} ({low}) is above max_{name} ({high})")
        return self

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first limit that is broken names the reason."""
        return self._verdict

    def _verdict(self, sample: Sample) -> Verdict:
        said = [(role, visible(text)) for role, text in turns(sample)]
        texts = [text for _, text in said]
        if self.min_turns is not None and len(texts) < self.min_turns:
            return Verdict(keep=False, reason="too_few_turns", score=float(len(texts)))
        if self.max_turns is not None and len(texts) > self.max_turns:
            return Verdict(keep=False, reason="too_many_turns", score=float(len(texts)))
        if self.alternate or self.last:
            fault = self._order(sample)
            if fault:
                return fault
        if not texts or not all(texts):
            return Verdict(keep=False, reason="empty_turn", score=0.0)
        for number, (role, text) in enumerate(said, 1):
            broken = self._broken(text, self._of(role) if self.roles else self)
            if broken:
                return replace(broken, details={"turn": number})
        if sum(map(len, texts)) >= self.min_total:
            return KEEP
        total = sum(weight(text) for text in texts)
        if total < self.min_total:
            return Verdict(keep=False, reason="too_short", score=float(total))
        return KEEP

    def _order(self, sample: Sample) -> Verdict | None:
        """Whether the wrong side speaks; the score is the number of the message."""
        before = ""
        for number, message in enumerate(sample.messages, 1):
            role = message["role"]
            if self.alternate and role == before and role in SPEAKERS:
                return Verdict(keep=False, reason="same_speaker_twice", score=float(number))
            before = role
        if self.last and before in ("user", "assistant", "tool") and before != self.last:
            return Verdict(keep=False, reason="wrong_last_turn", score=float(len(sample.messages)))
        return None

    def _of(self, role: str) -> Length:
        own = self.roles.get(role)
        return self.model_copy(update=own.model_dump(exclude_none=True)) if own else self

    def _broken(self, text: str, own: Length) -> Verdict | None:
        if len(text) < own.min_chars and weight(text) < own.min_chars:
            return Verdict(keep=False, reason="too_short", score=float(weight(text)))
        if len(text) > own.max_chars:
            return Verdict(keep=False, reason="too_long", score=float(len(text)))
        if own.min_words is None and own.max_words is None:
            return None
        count = words(text)
        if own.min_words is not None and count < own.min_words:
            return Verdict(keep=False, reason="too_short", score=float(count))
        if own.max_words is not None and count > own.max_words:
            return Verdict(keep=False, reason="too_long", score=float(count))
        return None
