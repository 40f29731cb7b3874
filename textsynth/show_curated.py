"""What a curation looks like on a terminal: the funnel, examples for each reason, what it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from textsynth.curated import Curated, Step, figures
from textsynth.curation import Curation, Example
from textsynth.live import span
from textsynth.prices import dollars
from textsynth.reading import as_json
from textsynth.records import percent
from textsynth.show import finding


def curated(out: Console, found: Curated) -> None:
    """The end of a curation."""
    summary = found.summary
    table = Table(
        "filter", "rows in", "dropped", "share", "why", "us/row", box=None, pad_edge=False
    )
    for number in (1, 2, 3, 5):
        table.columns[number].justify = "right"
    for step in found.steps:
        table.add_row(
            step.name, f"{step.rows_in:,}", f"{step.dropped:,}" if step.dropped else "",
            share(step), escape(", ".join(f"{why} {n:,}" for why, n in step.reasons.items())),
            "asks" if step.microseconds is None else f"{step.microseconds:,.0f}",
        )  # fmt: skip
    table.add_row("kept", f"{summary.kept:,}", "", percent(summary.kept, found.rows), "", "")
    out.print(table)
    if summary.failed:
        failed = {why: n for why, n in summary.reasons.items() if why.startswith("failed: ")}
        for why, n in failed.items():
            out.print(f"[yellow]{n:,} {escape(why)}[/] (rows/failed.jsonl)")
    for reason, some in found.examples.items():
        out.print(f"\n[bold]{escape(reason)}[/] {summary.reasons.get(reason, 0):,}")
        for one in some:
            example(out, one)
    for words in summary.short:
        out.print(f"[yellow]{escape(words)}[/]")
    for words_of in summary.tables:
        finding(out, words_of)
    memory = f"{found.memory_mb:,.0f} MB at most"
    if found.worker_mb:
        memory += f", {found.worker_mb:,.0f} MB in each of {found.workers} processes"
    asked = ""
    if summary.models or found.asked:
        asked = (
            f"; {found.asked:,} requests asked now, {found.replayed:,} from the journal; "
            f"{dollars(found.cost)}"
        )
    out.print(
        f"\n{summary.kept:,} of {found.rows:,} rows kept in "
        f"{span(found.seconds + found.closing_seconds)} ({found.rows_per_second:,.0f} rows a "
        f"second; {memory}){asked}"
    )
    out.print(
        escape(f"The rows are in {found.path}/exports/same.jsonl, in own columns; the dataset")
    )
    out.print(escape(f'  datasets.load_dataset("{found.path}")'))


def share(step: Step) -> str:
    """What a filter dropped of the rows that came to it."""
    return f"{100 * step.share:.1f} %" if step.dropped else ""


def example(out: Console, one: Example) -> None:
    """A dropped row in two lines."""
    score = "" if one.score is None else f"  score {one.score:g}"
    evidence = f"  {evidence_of(one.details)}" if one.details else ""
    out.print(f"  {one.id} (row {one.index:,}){score}{escape(evidence)}")
    out.print(f"    {escape(one.excerpt)}")


def evidence_of(details: Mapping[str, Any], most: int = 160) -> str:
    """The details of a verdict in one line."""
    words = json.dumps(details, ensure_ascii=False, default=str)
    return words if len(words) <= most else words[: most - 1] + "…"


def curated_json(found: Curated) -> dict[str, Any]:
    """All of it as plain JSON."""
    return {
        "path": str(found.path), "kept": found.summary.kept, "dropped": found.summary.dropped,
        "failed": found.summary.failed, **figures(found), "asked": found.asked,
        "replayed": found.replayed, "cost": found.cost,
        "examples": {why: [asdict(one) for one in some] for why, some in found.examples.items()},
        "warnings": list(found.warnings), "summary": as_json(found.summary),
    }  # fmt: skip


def progress(curation: Curation) -> str:
    """How far it is, in one line."""
    counts, spent = curation.counts, max(1e-3, curation.spent)
    asks = f"  in flight {curation.llm.in_flight}" if curation.llm is not None else ""
    return (
        f"{counts.briefs:,} rows  kept {counts.kept:,}  dropped {counts.dropped:,}  failed "
        f"{counts.failed:,}  {counts.briefs / spent:,.0f} rows/s{asks}"
    )
