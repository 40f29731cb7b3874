"""What came of a curation: each filter in figures, and rows held against an earlier screening."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.curation import NOT_JUDGED, Curation, Example
from textsynth.records import LANGUAGES, Summary, Table, percent


@dataclass(frozen=True)
class Step:
    """One filter in figures: what it had before it, what it dropped and why, what it cost."""

    name: str
    rows_in: int
    dropped: int
    share: float
    """Of the rows that came to it, 0 to 1."""
    reasons: Mapping[str, int]
    seconds: float | None
    """Processor time of all processes together; None for one that asks."""
    microseconds: float | None
    """For each row that it saw; those that others drop are among them."""


@dataclass(frozen=True)
class Curated:
    """A closed curation: its folder, its figures, and what it took."""

    path: Path
    summary: Summary
    steps: Sequence[Step]
    examples: Mapping[str, Sequence[Example]]
    """Reason → some of the rows that were dropped for it."""
    rows: int
    seconds: float
    """Of reading, screening and writing rows; without the writing of the dataset at the end."""
    closing_seconds: float
    rows_per_second: float
    memory_mb: float
    """Peak of this process."""
    worker_mb: float
    """Peak of the largest of the others; 0 where there is none."""
    workers: int
    asked: int = 0
    replayed: int = 0
    cost: float | None = 0.0
    warnings: Sequence[str] = field(default_factory=tuple)


def steps_of(summary: Summary, seconds: Mapping[str, float], failed: int) -> list[Step]:
    """The filters of a curation in figures."""
    found, before = [], summary.briefs - failed
    for name, left in summary.funnel[2:-1]:
        reasons = {
            why.partition(": ")[2]: rows
            for why, rows in summary.reasons.items()
            if why.startswith(f"{name}: ")
        }
        lost, spent = before - left, seconds.get(name)
        read = max(summary.briefs - failed, 1)
        found.append(
            Step(
                name, before, lost, lost / before if before else 0.0, reasons, spent,
                None if spent is None else spent / read * 1e6,
            )
        )  # fmt: skip
        before = left
    return found


def unjudged(curation: Curation) -> tuple[str, ...]:
    reasons = curation.counts.reasons
    rows = sum(n for why, n in reasons.items() if why.endswith(f": {NOT_JUDGED}"))
    if not rows:
        return ()
    return (
        f"{rows:,} rows would pass now what had dropped them before any judge saw them; they stay "
        f"out as {NOT_JUDGED}. With --ask they are judged",
    )


def tables_of_rows(curation: Curation, language: str, compare: bool) -> tuple[Table, ...]:
    tables: list[Table] = []
    if language == "auto" and curation.languages:
        total = curation.languages.total()
        ranked = sorted(curation.languages.items(), key=lambda pair: (-pair[1], pair[0]))
        rows = tuple((LANGUAGES[code], n, percent(n, total)) for code, n in ranked)
        tables.append(Table("Languages of the rows that were read", ("language", "rows", ""), rows))
    if compare:
        tables += _compared(curation)
    return tuple(tables)


def _compared(curation: Curation) -> list[Table]:
    """Before and after: kept, dropped for each reason, and the rows that changed sides."""
    before, counts = curation.compared.before, curation.counts
    after = Counter({"": counts.kept, **counts.reasons})
    reasons = sorted({*before, *after} - {""})
    rows = [("kept", before[""], counts.kept, counts.kept - before[""])]
    rows += [(why, before[why], after[why], after[why] - before[why]) for why in reasons]
    first = Table("Before and after", ("", "before", "after", "change"), tuple(rows))
    moved = tuple(
        ("kept" if not was else f"dropped, {was}", "kept" if not now else f"dropped, {now}", n)
        for (was, now), n in sorted(curation.compared.moved.items())
    )
    if not moved:
        return [first]
    return [first, Table("Rows that changed sides", ("before", "after", "rows"), moved)]


def figures(found: Curated) -> dict[str, Any]:
    """What a curation took, as plain JSON."""
    return {
        "rows": found.rows, "seconds": round(found.seconds, 3),
        "closing_seconds": round(found.closing_seconds, 3),
        "rows_per_second": round(found.rows_per_second, 1), "workers": found.workers,
        "memory_mb": round(found.memory_mb, 1), "worker_mb": round(found.worker_mb, 1),
        "steps": [
            {
                **vars(step), "share": round(step.share, 6),
                "reasons": dict(step.reasons),
            }
            for step in found.steps
        ],
    }  # fmt: skip


def memory_mb() -> tuple[float, float]:
    """Peak memory of this process and of the largest that it has ended, in megabytes."""
    try:
        import resource
    except ImportError:  # Windows has none
        return 0.0, 0.0
    unit = 1e6 if sys.platform == "darwin" else 1e3
    own, others = (
        resource.getrusage(who).ru_maxrss / unit
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own, others
