"""The verdicts on one row as lines for people: each filter's word, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 240
"""Characters of one piece of evidence."""

_PLAIN = ("criteria", "pair", "skipped", "models", "judged", "passes")
"""Details that are told in words of their own, or go without saying."""


def verdict_lines(verdict: Mapping[str, Any]) -> Iterator[str]:
    """`judge: drop low_score (score 2.5)`, then a line for each piece of evidence."""
    word = "keep" if verdict["keep"] else f"drop: {verdict['reason']}"
    score = "" if verdict["score"] is None else f" (score {verdict['score']:g})"
    yield f"  {verdict['filter']}: {word}{score}"
    details = verdict.get("details") or {}
    if details.get("judged") is False:
        yield "    not drawn: it passed unjudged"
    for name, one in (details.get("criteria") or {}).items():
        yield from _criterion(name, one)
    yield from _pair(details.get("pair"))
    for name, why in (details.get("skipped") or {}).items():
        yield f"    {name}: not asked, {why}"
    for name, value in details.items():
        if name not in _PLAIN:
            words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"    {name}: {_cut(words)}"


def _criterion(name: str, one: Mapping[str, Any]) -> Iterator[str]:
    """What was said on one criterion, by one judge or by each of a panel."""
    score = "unreadable" if one["score"] is None else f"{one['score']:g}"
    if not isinstance(one["by"], Mapping):
        yield f"    {name}: {score}, {_vote(one)}"
        return
    yield f"    {name}: {score}"
    for judge, vote in one["by"].items():
        told = f"{vote['score']:g}, " if "score" in vote else ""
        yield f"      {judge}: {told}{_vote(vote)}"


def _pair(pair: Mapping[str, Any] | None) -> Iterator[str]:
    if pair is None:
        return
    yield f"    pair: {pair['found']}"
    for judge, one in pair["by"].items():
        yield f"      {judge}: {one['found']}"
        for order, vote in zip(("chosen first", "chosen second"), one["orders"], strict=True):
            yield f"        {order}: {vote.get('better', 'unreadable')}, {_vote(vote)}"


def _vote(vote: Mapping[str, Any]) -> str:
    return _cut(str(vote.get("reason") or vote.get("unreadable") or "no reason given"))


def _cut(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
