"""Random jobs against the plain way: walk the briefs in order, ask each with an open quota."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.test_run import rows
from textsynth.errors import ShortError
from textsynth.materials import prepare
from textsynth.shortfall import DRY, HOPELESS

MARKS = re.compile(r"new text of the kind \"(\w+)\"|Who writes: (\w+)|In this case: (\w+)")
LABELS, CASES, PEOPLE = ("red", "green", "blue"), ("rain", "snow"), ("Ada", "Bo", "Cy", "Di", "Ed")


def fate(label: str, person: str, case: str, eaten: int) -> str:
    """What the model says: a refusal, a text that is too short, one of few texts, or a new one."""
    number = zlib.crc32(f"{label} {person} {case}".encode())
    if label == "blue" and number % 10 < eaten:
        return "Short."
    if number % 7 == 0:
        return "As an AI language model I cannot do that."
    return f"Matter {number % 23} came up at night and nobody could tell why it went on."


def split(dice: random.Random, count: int, cells: Sequence[str]) -> dict[str, int]:
    """`count` rows for these cells at random, none for some."""
    parts = [0, *sorted(dice.randint(0, count) for _ in cells[1:]), count]
    return {cell: b - a for cell, a, b in zip(cells, parts, parts[1:], strict=False)}


def a_job(home: Path, dice: random.Random, url: str, at_once: int) -> Path:
    labels = LABELS[: dice.randint(2, 3)]
    vary = {"label": {name: dice.randint(1, 5) for name in labels}}
    count = dice.randint(1, 24)
    quotas: dict[str, Any] = {"label": "exact"}
    if dice.random() < 0.6:
        quotas = {"label": split(dice, count, labels)}
    scenarios = {"list": list(CASES), "share": dice.choice([0.01, 0.4, 1.0])}
    if dice.random() < 0.5:
        quotas["scenario"] = "exact"
    if dice.random() < 0.6:
        quotas |= {"label x scenario": "exact"} if dice.random() < 0.5 else {
            "scenario x label": split(dice, count, [f"{c} x {n}" for c in CASES for n in labels])
        }  # fmt: skip
        # Two quotas with numbers may want what cannot be.
        quotas["label"] = "exact"
        if dice.random() < 0.5:
            quotas.pop("label")
    (home / "people.jsonl").write_text(
        "".join(f'{{"id": "{name}", "description": "{name} it is."}}\n' for name in PEOPLE), "utf8"
    )
    endpoint = {"base_url": url, "model": "scripted-model", "options": {"max_tokens": None}}
    job = {
        "name": "trial", "method": {"classify": {"verify": "none"}}, "seed": dice.randint(0, 99),
        "provider": {"openai": endpoint}, "inputs": {"personas": "people.jsonl"},
        "vary": vary, "quotas": quotas if dice.random() < 0.9 else {}, "scenarios": scenarios,
        "count": count, "max_briefs": dice.choice([count, 3 * count, 100]),
        "quality": [{"length": {"min_chars": 30}}, "exact_duplicates"], "concurrency": at_once,
    }  # fmt: skip
    path = home / "job.yaml"
    path.write_text(yaml.safe_dump(job), "utf8")
    return path


def plainly(job: Path, eaten: int) -> dict[str, list[int]]:
    """Kept, dropped and failed briefs by number, one after the other."""
    ready = prepare(ts.load_job(job))
    left = ready.job.quota_rows()
    found: dict[str, list[int]] = {"kept": [], "dropped": [], "failed": []}
    seen: set[str] = set()
    dry = number = 0
    while (
        len(found["kept"]) < ready.job.count
        and sum(map(len, found.values())) < ready.job.brief_limit
        and dry < (DRY if found["kept"] else HOPELESS)
    ):
        brief, number = ready.plan.brief(number), number + 1
        own = {name: " x ".join(brief.facets[f] for f in name.split(" x ")) for name in left}
        if any(not cells.get(own[name]) for name, cells in left.items()):
            continue
        label, case = brief.facets["label"], brief.facets["scenario"]
        text = fate(label, brief.fields["persona"]["id"], case.replace("none", ""), eaten)
        dry += 1
        if "AI" in text:
            found["failed"].append(brief.index)
            continue
        # Of a row of classify the text alone counts: the label is no turn that was spoken.
        twin = text in seen
        seen.add(text)
        if len(text) < 30 or twin:
            found["dropped"].append(brief.index)
            continue
        dry = 0
        found["kept"].append(brief.index)
        for name, cells in left.items():
            cells[own[name]] -= 1
    return found


@pytest.mark.parametrize("trial", range(14))
def test_a_run_keeps_what_the_plain_way_keeps(trial: int, tmp_path: Path) -> None:
    dice = random.Random(trial)
    eaten = dice.choice([0, 5, 10])

    def said(request: dict[str, Any]) -> str:
        label, person, case = map(
            "".join, zip(*MARKS.findall(prompt_texts(request)[-1]), strict=True)
        )
        return fate(label, person, case, eaten)

    at_once = dice.choice([1, 3, 16, 64])
    with ChatServer(script=said, latency=0.0005, jitter=0.9) as server:
        job = a_job(tmp_path, dice, server.url, at_once)
        short = False
        try:
            ts.run(job)
        except ShortError:
            short = True
    expected = plainly(job, eaten)
    got = {
        kind: [row["index"] for row in rows(tmp_path / "outputs/trial", kind)] for kind in expected
    }
    assert got == expected
    assert short == (len(expected["kept"]) < ts.load_job(job).count)
