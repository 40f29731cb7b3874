"""The report of a run as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

from textsynth.coverage import read_topics
from textsynth.errors import TextsynthError
from textsynth.funnel import (
    BOTH,
    EXCERPT,
    FILTERS,
    SCORES,
    WHAT,
    Funnel,
    Spent,
    excerpt,
    filters_table,
    funnel_of,
)
from textsynth.prices import dollars
from textsynth.quality import Filter
from textsynth.reading import funnel_rows, job_of, require_rows, status
from textsynth.records import LANGUAGES, Summary, Table
from textsynth.runfolder import KINDS, find_run, read_rows, read_state, read_summary
from textsynth.shelf import options_of
from textsynth.taxonomy.tree import BETWEEN

SAMPLES, PER_REASON, VALUES, REASONS = 12, 3, 30, 40
"""Kept rows shown, dropped or failed rows shown for each reason, values shown of a facet, and
reasons shown."""

WIDE, HIGH = 480, 90
"""Pixels of a histogram."""

MOST = 200_000
"""Dropped and failed rows that are looked through for examples."""

LINES = 5_000
"""Topics that the tree shows at most: of a larger one, the levels that fit."""

_FIGURE = re.compile(r"[-+]?\$?\d[\d,.]*(?: %)?")


@dataclass
class Branch:
    """A topic on the page: its kept rows, those below it included, and what it divides into."""

    name: str
    rows: int = 0
    below: dict[str, Branch] = field(default_factory=dict)
    shown: bool = True
    """Whether what it divides into is on the page, or only told in numbers."""

    @property
    def leaves(self) -> int:
        """Topics at its end that are divided no further: itself, if it is one."""
        return sum(one.leaves for one in self.below.values()) if self.below else 1

    @property
    def empty(self) -> int:
        """Those of them that no kept row is about."""
        return sum(one.empty for one in self.below.values()) if self.below else int(not self.rows)

    @property
    def told(self) -> str:
        """How many of its topics have no row, in words."""
        if not self.below or (self.shown and not self.empty):
            return ""
        return f"{self.empty:,} of {self.leaves:,} without a row"


def report(target: str | Path = ".", *, out: str | Path | None = None) -> Path:
    """Writes the report of a run, `report.html` in its folder or `out`, and returns its path.

    Figures, funnel, shares, the tree of topics, what the parts found, and rows to read: kept ones,
    and for each reason some that were dropped or failed. Same run, same bytes, save for cost and
    time. Raises RunError when there is no run or it has no rows.
    """
    path = find_run(target)
    require_rows(path)
    summary = read_summary(path)
    state = status(path)
    funnel, parts = _filters(path, summary)
    shown = {
        "findings": [t for t in summary.tables if t.title not in (WHAT, BOTH, FILTERS)],
        "eaten": [*funnel.tables(), *_costs(funnel, summary, read_state(path).get("cost"))],
        "models": _models(funnel), "graphs": list(_graphs(funnel, parts)),
        "options": filters_table(list(parts.values())),
        "summary": summary, "state": state, "dollars": dollars,
        "language": LANGUAGES.get(summary.language, summary.language),
        "funnel": list(funnel_rows(summary)), "facets": list(_facets(summary)),
        "tree": topics(summary, read_topics(path)), "job": _job(path),
        "kept": list(_kept(path, summary.kept)), "lost": _lost(path),
        "took": read_state(path).get("curated"),
    }  # fmt: skip
    file = Path(out) if out else path / "report.html"
    text = _template().render(shown)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(file.name + ".part")
    # Half of a surrogate pair, which a model may write, is no UTF-8.
    aside.write_text(text.encode("utf8", "replace").decode(), encoding="utf8", newline="\n")
    aside.replace(file)
    return file


def _filters(path: Path, summary: Summary) -> tuple[Funnel, dict[str, Filter]]:
    """The funnel of a run with its scores, and its filters by name; none of these where the job
    can no longer be read."""
    try:
        parts = {part.part: part for part in job_of(path).quality}
    except TextsynthError:
        parts = {}
    names = list(parts) or [stage for stage, _ in summary.funnel[2:-1]]
    return funnel_of(path, names, SCORES), parts


def _costs(funnel: Funnel, summary: Summary, usd: float | None) -> list[Table]:
    """What kept and lost rows cost; nothing where no model was asked."""
    return [funnel.costs(summary, usd)] if summary.tokens_in + summary.tokens_out else []


def _models(funnel: Funnel) -> dict[str, Spent]:
    return dict(sorted(funnel.models.items()))


def _graphs(funnel: Funnel, parts: Mapping[str, Filter]) -> Iterator[dict[str, Any]]:
    """For each filter that gives scores: its histogram, and what other thresholds would keep."""
    for name, sieve in funnel.sieves.items():
        bars = sieve.scores.bars()
        if not bars:
            continue
        part = parts.get(name)
        options = options_of(part) if part else {}
        found = sieve.scores.threshold(options)
        free = part is not None and (part.alone or bool(part.asked()))
        what_if, why = sieve.scores.what_if(options, free)
        low, high = bars[0].low, bars[-1].high
        top = max(bar.passed + bar.dropped for bar in bars)
        step = WIDE / len(bars)
        at = None if found is None else (found[0] - low) / (high - low) * WIDE
        yield {
            "name": name, "low": low, "high": high, "scored": len(sieve.scores.values),
            "without": sieve.scores.without, "what_if": what_if, "why": why,
            "threshold": found[0] if found else None,
            "line": None if at is None else round(min(WIDE, max(0.0, at)), 1),
            "bars": [
                {
                    "x": round(n * step, 1), "width": round(step - 1, 1), "bar": bar,
                    "passed": round(HIGH * bar.passed / top, 1),
                    "dropped": round(HIGH * bar.dropped / top, 1),
                }
                for n, bar in enumerate(bars)
            ],
        }  # fmt: skip


def _job(path: Path) -> str:
    """The job file as the run has it."""
    try:
        return (path / "job.yaml").read_text(encoding="utf8")
    except OSError:
        return ""


def is_figure(value: object) -> bool:
    """Whether a cell is a number, a share or a price, which stand to the right."""
    return isinstance(value, int | float) or bool(_FIGURE.fullmatch(str(value)))


@functools.cache
def _template() -> jinja2.Template:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.tests["figure"] = is_figure
    return env.get_template("report.html.jinja")


def topics(summary: Summary, known: Iterable[Sequence[str]] = ()) -> Branch | None:
    """The tree of topics with the kept rows of each, from the facets `level_1`, `level_2` …

    `known`: those that there are, by their names below the root. None where there is neither.
    """
    root = Branch("all topics")
    for path in known:
        node = root
        for step in path:
            node = node.below.setdefault(step, Branch(step))
    depths = itertools.takewhile(lambda d: f"level_{d}" in summary.facets, itertools.count(1))
    for depth in depths:
        for words, rows in summary.facets[f"level_{depth}"].items():
            *above, name = words.split(BETWEEN)
            if len(above) < depth - 1:
                continue  # a shallow leaf, counted where it stands
            node = root
            for step in above:
                node = node.below.setdefault(step, Branch(step))
            node.below.setdefault(name, Branch(name)).rows = rows
            root.rows += rows if depth == 1 else 0
    _cut(root)
    return root if root.below else None


def _cut(root: Branch) -> None:
    """Shows the levels that fit on a page, the first one whatever it has."""
    level, lines = [root], 1
    while level:
        below = [child for node in level for child in node.below.values()]
        lines += len(below)
        if lines > LINES and level != [root]:
            for node in level:
                node.shown = False
            return
        level = below


def _facets(summary: Summary) -> Iterator[tuple[str, list[tuple[str, int]], int]]:
    """(facet, its largest values with their rows, how many values are left out); the levels of
    topics have a picture of their own."""
    for facet, counts in summary.facets.items():
        if re.fullmatch(r"level_\d+", facet) and "level_1" in summary.facets:
            continue
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        yield facet, ranked[:VALUES], max(0, len(ranked) - VALUES)


def _kept(path: Path, kept: int) -> Iterator[dict[str, Any]]:
    """Some kept rows from all over the run."""
    step = max(1, kept // SAMPLES)
    rows = read_rows(path / "rows" / "kept.jsonl")
    return itertools.islice(rows, 0, step * SAMPLES, step)


def _lost(path: Path) -> list[tuple[str, int, list[dict[str, Any]]]]:
    """(reason, rows, some of them) of what was dropped or failed, the most frequent first."""
    seen: Counter[str] = Counter()
    some: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS[1:]:
        for row in itertools.islice(read_rows(path / "rows" / f"{kind}.jsonl"), MOST):
            reason = _reason(row)
            seen[reason] += 1
            if seen[reason] <= PER_REASON:
                some.setdefault(reason, []).append({**row, **_evidence(row)})
    ranked = sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))[:REASONS]
    return [(reason, rows, some[reason]) for reason, rows in ranked]


def _evidence(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of a lost row at first: an excerpt, the first filter's score and details."""
    against: Mapping[str, Any] = next((v for v in row.get("verdicts", ()) if not v["keep"]), {})
    details = against.get("details") or {}
    return {
        "excerpt": excerpt(row) if row.get("messages") else str(row.get("error", ""))[:EXCERPT],
        "score": against.get("score"),
        "details": json.dumps(details, ensure_ascii=False)[: 4 * EXCERPT] if details else "",
    }


def _reason(row: Mapping[str, Any]) -> str:
    for verdict in row.get("verdicts", ()):
        if not verdict["keep"]:
            return f"{verdict['filter']}: {verdict['reason']}"
    return "failed: " + str(row.get("error", "")).partition(":")[0]
