"""The planted and the clean texts, and how `find` does on them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.privacy import find, normal

DATA = Path(__file__).parents[1] / "data" / "privacy"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one set: planted, clean or second."""
    lines = (DATA / f"{name}.jsonl").read_text("utf8").split("\n")
    return [json.loads(line) for line in lines if line]


@dataclass
class Score:
    """Planted and found values by kind, those missed, and what was found beside them."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str]] = field(default_factory=list)
    beside: list[tuple[str, str]] = field(default_factory=list)


def score(name: str) -> Score:
    """A value counts as found where findings of its kind cover it whole."""
    result = Score()
    for row in rows(name):
        text = row["text"]
        findings = find(text)
        values = row.get("values", [])
        for value in values:
            result.planted[value["kind"]] += 1
            if any(
                one.kind == value["kind"]
                and one.start <= value["start"]
                and one.end >= value["end"]
                for one in findings
            ):
                result.found[value["kind"]] += 1
            else:
                result.missed.append((value["kind"], text[value["start"] : value["end"]]))
        known = {normal(v["kind"], text[v["start"] : v["end"]]) for v in values}
        for one in findings:
            overlaps = any(one.start < v["end"] and one.end > v["start"] for v in values)
            if not overlaps and normal(one.kind, text[one.start : one.end]) not in known:
                result.beside.append((one.kind, text[one.start : one.end]))
    return result
