"""Literal samples, in English and in Korean, that the tests of the writers put on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from textsynth.records import Message, ReplyRef, Sample, Summary

SUMMARY = Summary(name="bank support", method="support", language="en", asked=2, briefs=3, kept=2)


def turns(script: str) -> tuple[Message, ...]:
    """`u: Hi | a: Hello` as messages; s, u and a stand for the roles."""
    roles = {"s": "system", "u": "user", "a": "assistant"}
    pairs = (part.strip().split(": ", 1) for part in script.split("|") if part.strip())
    return tuple({"role": roles[role], "content": text} for role, text in pairs)


def sample(script: str, number: int = 0, **changes: Any) -> Sample:
    """A sample of these turns, with nothing else in it unless `changes` say so."""
    given: dict[str, Any] = {"id": f"s{number}", "index": number, "brief": f"b{number}"}
    kept: dict[str, Any] = {"method": "support", "language": "en", "messages": turns(script)}
    return Sample(**(given | kept | changes))


ENGLISH = Sample(
    id="e1",
    index=0,
    brief="b0",
    method="support",
    language="en",
    messages=turns('s: You help customers. | u: My card\'s "gone". | a: I block it. | u: Thanks!'),
    columns={"outcome": "resolved", "score": 4.5, "steps": ["block", "send"], "extra": {"a": 1}},
    speakers={"user": "customer", "assistant": "agent"},
    facets={"mood": "angry"},
    seeds={"chunk": "c1", "source": "faq.csv", "persona": "p1", "examples": ["x1", "x2"]},
    replies=(
        ReplyRef("k1", "turn", "h1", "model-a", "stop", 100, 20),
        ReplyRef("k2", "turn", "h2", "model-b", "stop", 120, 30),
        ReplyRef("k3", "turn", "h2", "model-a", "stop", 130, 40),
    ),
)

KOREAN = Sample(
    id="k1",
    index=1,
    brief="b1",
    method="support",
    language="ko",
    messages=turns("u: 카드를 잃어버렸어요. | a: 바로 정지해 드릴게요.\n성함이 어떻게 되세요? 🙂"),
    columns={"outcome": "escalated", "score": 3},
    facets={"mood": "걱정"},
    seeds={"chunk": "c2", "source": "안내.md"},
)


def lines(path: Path) -> list[Any]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf8").split("\n") if line]


def pair(request: str, good: str, bad: str, system: str = "", number: int = 0) -> Sample:
    """A sample with two answers to a request, as the method preference writes it."""
    prompt = [*turns(f"s: {system}" if system else ""), *turns(f"u: {request}")]
    chosen, rejected = list(turns(f"a: {good}")), list(turns(f"a: {bad}"))
    columns = {"prompt": prompt, "chosen": chosen, "rejected": rejected, "by": "degraded"}
    return sample("", number, messages=(*prompt, *chosen), columns=columns, method="preference")


PAIR = pair("Where is my card?", "It left on Monday.", "Somewhere.", "You help customers.")
