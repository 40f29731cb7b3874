"""Label: rows whose label was not confirmed go; the label's own turn is no prose to the others."""

from __future__ import annotations

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.label import Label
from textsynth.quality.language import Language
from textsynth.quality.length import Length
from textsynth.quality.truncated import Truncated


@pytest.mark.parametrize(
    ("confirmed", "strict", "keep", "reason"),
    [
        (True, False, True, ""),
        (False, False, False, "not_confirmed"),
        (None, False, True, ""),
        (None, True, False, "not_verified"),
    ],
)
def test_label(confirmed: bool | None, strict: bool, keep: bool, reason: str) -> None:
    sample = chat("My card is gone.", "card", columns={"label_confirmed": confirmed})
    found = verdict(Label(unverified=not strict), sample)
    assert (found.keep, found.reason) == (keep, reason)


def test_samples_of_other_methods_are_kept() -> None:
    assert verdict(Label(), chat("Where is my card?", "On its way.")).keep


@pytest.mark.parametrize("part", [Length(), Language(), Truncated()], ids=lambda part: part.part)
def test_a_label_has_no_length_language_or_end(part: Length | Language | Truncated) -> None:
    text = "카드를 지하철에서 잃어버렸습니다. 지금 바로 정지해 주세요."
    as_label = chat(text, "1", speakers={"user": "writer", "assistant": "label"}, finish=("stop",))
    assert verdict(part, as_label, language="ko").keep
    as_agent = chat(text, "1", speakers={"user": "customer", "assistant": "agent"})
    if isinstance(part, Length):
        assert not verdict(part, as_agent, language="ko").keep
