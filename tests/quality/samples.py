"""Short ways to make a sample and to ask one filter about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textsynth.quality import Filter
from textsynth.records import Message, ReplyRef, Sample, Setting, Verdict

SERVICE = {"user": "customer", "assistant": "agent"}


def chat(
    *texts: str,
    speakers: dict[str, str] | None = None,
    columns: dict[str, Any] | None = None,
    finish: tuple[str, ...] = (),
    system: str = "",
) -> Sample:
    """A dialogue whose turns alternate, the user first."""
    messages = [Message(role=("user", "assistant")[i % 2], content=t) for i, t in enumerate(texts)]
    if system:
        messages.insert(0, Message(role="system", content=system))
    return Sample(
        id="s", index=0, brief="b", method="dialogue", language="en", messages=tuple(messages),
        columns=columns or {}, speakers=speakers or {},
        replies=tuple(ReplyRef("k", "turn", "p", "m", end, 1, 1) for end in finish),
    )  # fmt: skip


def verdict(part: Filter, sample: Sample, language: str = "en") -> Verdict:
    """What a fresh screen says of one sample."""
    return part.screen(Setting(language=language))(sample)


def kept(part: Filter, samples: Iterable[Sample]) -> list[bool]:
    """What one screen says of samples in order."""
    screen = part.screen(Setting())
    return [screen(sample).keep for sample in samples]
