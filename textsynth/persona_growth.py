"""Personas grown from personas: rounds of runs, each from the last one's new personas.

After Persona Hub (arXiv 2406.20094). Round r is a run of its own in outputs/grow-<name>/round-r,
over from-r.jsonl beside it, so a killed one goes on where it was: rounds that were through are
read out of their journals again.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.embedding import Embedder, Spec, embedder_of
from textsynth.errors import JobError
from textsynth.inputs import Row
from textsynth.inputs.personas import Personas
from textsynth.live import View
from textsynth.people.dedupe import dedupe
from textsynth.persona_runs import (
    Made,
    counts_of,
    job_for,
    own_file,
    ran,
    row_of,
    word_of,
    write_rows,
)
from textsynth.records import LANGUAGES, Summary

MOST_ROUNDS = 6
"""Past that, relations lead back to the same people: Persona Hub went six deep as well."""

LEAST_NEW = 0.1
"""A round of which a smaller share is new ends the growing."""


@dataclass
class _Growing:
    """What has been found so far; `add` says what of a round is new."""

    seeds: Sequence[Row]
    embedder: Embedder | None
    new: list[Row] = field(default_factory=list)
    repeats: int = 0

    def add(self, rows: Sequence[Row], out: Path) -> list[Row]:
        """Those of `rows` that repeat nobody before them, in words or in meaning; and usable.

        `out` lists all that stay, and a file beside it those that go, with whom each repeats.
        """
        known = [*self.seeds, *self.new]
        dedupe(lambda: [*known, *rows], out, embedder=self.embedder)
        left = {json.loads(line)["id"] for line in out.read_text("utf8").splitlines()}
        fresh = [row for row in rows if row["id"] in left]
        self.new += fresh
        self.repeats += len(rows) - len(fresh)
        return fresh


def grow(
    file: str | Path,
    *,
    out: str | Path,
    rounds: int = 1,
    per_persona: int = 2,
    count: int | None = None,
    provider: Any = "local",
    language: str | None = None,
    budget_usd: float | None = None,
    seed: int = 0,
    with_seeds: bool = False,
    embedder: Spec | None = None,
    view: View | None = None,
) -> Made:
    """Personas who stand close to those of `file`: colleagues, customers, family, rivals …

    Each of `rounds` (1 to 6) asks for `per_persona` persons for each new persona of the round
    before; `count` ends it at so many new ones. Who repeats another, in words or in meaning, is
    left out (`embedder`: static, where installed, none, or an endpoint; see `dedupe`).
    `language`: that of most of the file's personas. `with_seeds` writes those of the file first.
    The same call goes on where an earlier one was stopped.

    Raises JobError for more than six rounds, else as `run` does.
    """
    _check(rounds, per_persona, count)
    target = Path(out)
    seeds = list(Personas(**{"from": [str(file)]}).load(Path()).rows)
    name = f"grow-{word_of(target)}"
    own_file(target, name, [row["id"] for row in seeds] if with_seeds else [])
    home = Path("outputs") / name
    growing = _Growing(seeds, embedder_of(embedder))
    made = _Round(home, name, per_persona, provider, language or _language(seeds), budget_usd, seed)
    frontier = [_with_depth(row) for row in seeds]
    notes: list[str] = []
    for number in range(1, rounds + 1):
        left = None if count is None else count - len(growing.new)
        candidates = made.run(number, frontier, left, view)
        frontier = growing.add(candidates, home / f"known-{number}.jsonl")
        made.told(number, len(candidates), len(frontier))
        words = made.over(number, rounds)
        enough = count is not None and len(growing.new) >= count
        if enough or words:
            notes += [words] if words and not enough else []
            break
    new = growing.new[:count]
    write_rows(target, [*(seeds if with_seeds else ()), *new])
    counts = {**counts_of(made.summaries), "repeats": growing.repeats}
    notes = [*made.notes, *notes]
    if not new and not notes:
        notes = ["nobody is new: each repeats an earlier persona"]
    short = bool(made.notes) or not new or (count is not None and len(new) < count)
    return Made(target, len(new), made.paths, counts, made.cost, notes, short, made.rounds)


def _with_depth(row: Row) -> Row:
    """A row with its depth, 0 where it has none that is a number."""
    depth = row.get("depth", 0)
    return {**row, "depth": depth if isinstance(depth, int) else 0}


class _Round:
    """Runs one round after the other, and keeps what they cost and said."""

    def __init__(
        self, home: Path, name: str, per_persona: int, provider: Any, language: str,
        budget_usd: float | None, seed: int,
    ) -> None:  # fmt: skip
        self.home, self.name, self.per_persona = home, name, per_persona
        self.provider, self.language, self.seed = provider, language, seed
        self.budget = budget_usd
        self.cost: float | None = 0.0
        self.summaries: list[Summary] = []
        self.paths: list[Path] = []
        self.notes: list[str] = []
        self.rounds: list[dict[str, Any]] = []

    def run(
        self, number: int, frontier: Sequence[Row], left: int | None, view: View | None
    ) -> list[Row]:
        """The persons of one round, not yet held against those known."""
        source = self.home / f"from-{number}.jsonl"
        write_rows(source, frontier)
        asked = self.per_persona * len(frontier)
        if left is not None:
            # A few more than are missing, for some will repeat others.
            asked = min(asked, math.ceil(1.15 * left) + 2)
        budget = None if self.budget is None else max(self.budget - (self.cost or 0.0), 1e-6)
        job = job_for(
            f"{self.name}-{number}", "persona_grow", asked, {"personas": {"from": str(source)}},
            provider=self.provider, language=self.language, budget_usd=budget, seed=self.seed,
        )  # fmt: skip
        found = ran(job, self.home / f"round-{number}", view)
        self.paths.append(found.path)
        self.summaries.append(found.summary)
        self.cost = None if self.cost is None or found.cost is None else self.cost + found.cost
        self.notes += [f"round {number}: {words}" for words in found.notes]
        by_id = {row["id"]: row for row in frontier}
        rows = []
        for sample in found.kept:
            parent = by_id[sample.seeds["persona"]]
            licence = str(parent.get("licence", ""))
            rows.append(
                row_of(
                    sample, f"{self.name}-{number}", parent=parent["id"],
                    depth=parent["depth"] + 1, licence=licence,
                )
            )  # fmt: skip
        return rows

    def told(self, number: int, made: int, new: int) -> None:
        """Notes what a round brought."""
        self.rounds.append({"round": number, "made": made, "new": new})

    def over(self, number: int, rounds: int) -> str:
        """Why the growing ends after this round, in words; empty when it goes on."""
        made, new = self.rounds[-1]["made"], self.rounds[-1]["new"]
        if number == rounds:
            return ""
        if self.budget is not None and (self.cost or 0.0) >= self.budget:
            return f"the budget is used up after round {number}"
        if made == 0 or new < LEAST_NEW * made:
            return (
                f"round {number} brought {new} new of {made} ({100 * new // max(made, 1)} %), "
                "fewer than 10 %: further rounds would repeat them, so they are left out"
            )
        return ""


def _check(rounds: int, per_persona: int, count: int | None) -> None:
    if not 1 <= rounds <= MOST_ROUNDS:
        raise JobError(
            f"rounds is {rounds}",
            f"1 to {MOST_ROUNDS} can be asked for: deeper, relations lead back to the same people, "
            "and each round costs as much as all before it",
            f"use --rounds {MOST_ROUNDS}, or grow again from a selection of the result",
        )
    for name, number in (("per_persona", per_persona), ("count", count)):
        if number is not None and number < 1:
            raise JobError(f"{name} is {number}", fix="give a whole number from 1")


def _language(rows: Sequence[Row]) -> str:
    """The language of most of the rows, en where they do not say."""
    codes = Counter(str(row.get("language", "")).partition("-")[0] for row in rows)
    known = [code for code, _ in codes.most_common() if code in LANGUAGES]
    return known[0] if known else "en"
