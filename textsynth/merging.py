"""`merge`: rows of runs, files and datasets in one run, in given shares, without repeats."""

from __future__ import annotations

import heapq
import json
import logging
import os
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from textsynth.closing import close
from textsynth.crew import looked_at, sized
from textsynth.curate_jobs import word_of
from textsynth.curation import Curation, closing
from textsynth.errors import JobError, ShortError
from textsynth.job import Job
from textsynth.jobfile import made_job
from textsynth.looking import METHOD, Looker
from textsynth.merge_sources import MergeRows, MergeSource, sources_of
from textsynth.mixing import ORIGIN, lot_of, rows_to_take
from textsynth.records import Brief, Sample, Setting, Summary, Table, Verdict, percent
from textsynth.runfolder import Run, read_rows
from textsynth.runner import tables_of
from textsynth.screening import Screening
from textsynth.terms import Purpose, terms
from textsynth.versions import record
from textsynth.writers._card_parts import MERGED

log = logging.getLogger("textsynth")
SHARE = "share"
"""The stage that takes rows by weight, as the funnel names it."""


@dataclass(frozen=True)
class Merged:
    """A merged run: its folder, its figures, and what came from where."""

    path: Path
    summary: Summary
    table: Table
    warnings: Sequence[str] = field(default_factory=tuple)


def merge(
    sources: Sequence[str | Path],
    *,
    out: str | Path,
    weights: Sequence[float] | None = None,
    count: int | None = None,
    seed: int = 0,
    dedup: bool = True,
    near: float | None = 0.8,
    language: str | None = None,
    licences: Mapping[str, str] | None = None,
    licence: str | None = None,
    purpose: Purpose | None = None,
    splits: Mapping[str, Any] | None = None,
    export: Sequence[Any] = (),
    split: str = "train",
    workers: int | None = None,
) -> Merged:
    """Mixes the rows of `sources` (runs: what they kept; files, folders; owner/name on the Hub)
    into the run folder `out`, as conversations with the columns `origin` and `origin_row`.

    `weights`: one for each source, in their order; without them rows come as they are there.
    `count`: rows in all. With weights and no count, as many rows as keep the shares. Which rows of
    a source are taken depends on `seed`, the source and their ids alone. `dedup`: no row says the
    same as an earlier one, also of another source, nor nearly the same (`near`: Jaccard similarity
    from which; None: exact repeats alone). Of two that repeat, that of the source named first
    stays. `licences`: source → its licence, where its card or job does not name it; `licence`: that
    of the result. `purpose`: what it is for, for warnings on terms. `splits`: as in a job.

    Memory: what the filters of repeats need, and 10 bytes a row. Raises JobError, InputError,
    RunError; ShortError (all there is is written) where there are fewer rows than `count`.
    """
    named = [str(source) for source in sources]
    _check(named, weights, count)
    target = Path(out)
    found = sources_of(named, licences or {})
    if any(one.run is not None and one.run.resolve() == target.resolve() for one in found):
        raise JobError(f"{target} cannot be merged into itself", fix="name another folder with -o")
    rows = MergeRows(found, split)
    quality: list[Any] = ["exact_duplicates"] if dedup else []
    quality += [{"near_duplicates": near}] if dedup and near is not None else []
    writers = [*export, *([{"dataset": {"license": licence}}] if licence else [])]
    order = {"weights": [*weights] if weights else None, "count": count, "seed": seed}
    fields: dict[str, Any] = {
        "name": word_of(target.name), "method": METHOD, "count": "all", "seed": seed,
        "language": language or rows.language(), "quality": quality,
        "inputs": {"samples": {"from": [_noted(one) for one in found]}},
    }  # fmt: skip
    more = {"purpose": purpose, "splits": dict(splits) if splits else None, "export": writers}
    fields |= {name: value for name, value in more.items() if value}
    job = made_job(fields, Path())
    told = ", ".join(f"{name} {json.dumps(value)}" for name, value in order.items() if value)
    job = job.placed(job.home, f"# merged: {told or 'all rows'}\n{job.text}", {})
    return _Merge(job, rows, weights, count, language).into(target, workers, order)


def _check(names: Sequence[str], weights: Sequence[float] | None, count: int | None) -> None:
    if not names:
        raise JobError("merge has nothing to read", fix="name runs, files or datasets of the Hub")
    if weights is not None and len(weights) != len(names):
        raise JobError(
            f"there are {len(weights)} weights for {len(names)} sources",
            fix="give one for each source, in their order: --weights 2,1",
        )
    if weights is not None and not all(0 < weight < 1e9 for weight in weights):
        raise JobError("a weight is a number above 0", fix="leave out a source that is not wanted")
    if count is not None and count < 1:
        raise JobError("a count is 1 or more")


def _noted(source: MergeSource) -> str:
    """A source as the job keeps it: a path from here, or the name on the Hub."""
    path = Path(source.name).expanduser()
    return os.path.relpath(path) if path.exists() and not path.is_absolute() else source.name


@dataclass
class _Merge:
    """One merge at work."""

    job: Job
    rows: MergeRows
    weights: Sequence[float] | None
    count: int | None
    language: str | None
    left: Counter[str] = field(default_factory=Counter)
    """Source → rows that no filter dropped."""
    got: Counter[str] = field(default_factory=Counter)

    def into(self, out: Path, workers: int | None, order: Mapping[str, Any]) -> Merged:
        """Reads, screens, chooses and closes."""
        job = self.job
        setting = Setting(job.language, METHOD, job.seed, {}, job.home)
        with Run.of(job, out) as folder:
            folder.start_rows()
            screening = Screening(job.quality, setting)
            curation = Curation(folder, screening, None, _brief_of)
            looker = Looker(job.quality, setting, self.language or "auto")
            batches, hands = sized(self.rows.batches(), workers)
            with closing(looked_at(batches, looker, hands)) as stream:
                curation.work(stream)
            summary = curation.summary(job, sources=tuple(self.rows.given), job_text=job.text)
            summary = self._chosen(folder, summary)
            table = self._table()
            tables = (table, *tables_of(job, folder, setting=setting))
            short = self._short(summary)
            summary = close(job, folder, replace(summary, tables=tables, short=short))
            runs = {one.shown: str(one.run.resolve()) for one in self.rows.sources if one.run}
            state = {"merged": {**order, "runs": runs}, "seconds": round(curation.spent, 1)}
            lacking = self.count is not None and summary.kept < self.count
            folder.save_state("short" if lacking else "closed", summary, job, state)
            record(folder.path, job, summary, (), {"status": "closed", "asked": 0})
        warnings = terms(summary.models, summary.sources, job.purpose, job.licence).warnings
        for words in warnings:
            log.warning("warning: %s", words)
        if lacking:
            raise ShortError(
                f"{self.count:,} rows were asked for, and {summary.kept:,} are there",
                f"all of them are in {out}", "ask for fewer, or name more sources",
            )  # fmt: skip
        if not summary.kept:
            raise ShortError(
                "no row is left to merge", "each one was unread, or said what an earlier one says",
                f"{out}/rows/dropped.jsonl says why; --no-dedup keeps repeats",
            )  # fmt: skip
        return Merged(folder.path, summary, table, warnings)

    def _chosen(self, folder: Run, summary: Summary) -> Summary:
        """Takes rows by weight out of those that are left; the figures of what is kept."""
        names = [source.shown for source in self.rows.sources]
        number = {name: n for n, name in enumerate(names)}
        lots, of = array("Q"), array("H")
        for row in read_rows(folder.kept.path):
            lots.append(lot_of(row, self.job.seed))
            of.append(number[row["columns"][ORIGIN]])
        there = Counter(of)
        self.left = Counter({name: there[n] for n, name in enumerate(names)})
        wanted = rows_to_take([self.left[name] for name in names], self.weights, self.count)
        taken = bytearray(len(lots))
        for n, rows in enumerate(wanted):
            own = (place for place, source in enumerate(of) if source == n)
            for place in heapq.nsmallest(rows, own, key=lambda place: (lots[place], place)):
                taken[place] = 1
        out = len(lots) - sum(taken)
        if out:
            _parted(folder, taken)
        facets: dict[str, Counter[str]] = {}
        models: Counter[str] = Counter()
        tokens: Counter[str] = Counter()
        for sample in folder.kept:
            self.got[sample.columns[ORIGIN]] += 1
            for facet, value in sample.facets.items():
                facets.setdefault(facet, Counter())[value] += 1
            for reply in sample.replies:
                models[reply.model] += 1
                tokens.update({"in": reply.tokens_in, "out": reply.tokens_out})
        kept = sum(taken)
        funnel = summary.funnel
        reasons = dict(summary.reasons)
        if out:
            funnel = (*funnel[:-1], (SHARE, kept), ("kept", kept))
            reasons[f"{SHARE}: not_taken"] = out
        return replace(
            summary, kept=kept, dropped=summary.dropped + out, funnel=funnel, reasons=reasons,
            facets={f: dict(sorted(c.items())) for f, c in sorted(facets.items())},
            models=dict(sorted(models.items())), tokens_in=tokens["in"], tokens_out=tokens["out"],
            asked=self.count or summary.asked,
        )  # fmt: skip

    def _table(self) -> Table:
        total, lines = self.got.total(), []
        whole = sum(self.weights or (1,))
        for n, source in enumerate(self.rows.sources):
            asked = percent(self.weights[n], whole) if self.weights else "as it comes"
            name, licence = source.shown, source.licence or "not stated"
            got = self.got[name]
            repeats = source.rows - self.left[name]
            lines.append((name, source.rows, repeats, asked, percent(got, total), got, licence))
        heads = ("source", "rows", "repeats or unread", "asked", "got", "rows taken", "licence")
        return Table(MERGED, heads, tuple(lines))

    def _short(self, summary: Summary) -> tuple[str, ...]:
        found = []
        if self.count is not None and summary.kept < self.count:
            found.append(f"{self.count:,} rows were asked for, and {summary.kept:,} are there")
        if self.weights is None or self.count is None:
            return tuple(found)
        whole = sum(self.weights)
        for n, source in enumerate(self.rows.sources):
            got, part = self.got[source.shown], self.weights[n] / whole
            if got == self.left[source.shown] and got + 1 < part * self.count:
                found.append(
                    f"{source.shown} has {got:,} rows for the {part * self.count:,.0f} of its "
                    "share; the other sources made up for it as far as they could"
                )
        return tuple(found)


def _brief_of(sample: Sample) -> Brief:
    return Brief(sample.index, sample.brief, {}, dict(sample.facets), language=sample.language)


def _parted(folder: Run, taken: bytearray) -> None:
    """Puts the rows that were not taken among the dropped ones, each file in the order of rows."""
    kept, dropped = folder.kept.path, folder.dropped.path
    word = Verdict(False, "not_taken", None, SHARE).to_json()
    good = Verdict(True, filter=SHARE).to_json()

    def left_out() -> Iterator[dict[str, Any]]:
        for row, chosen in zip(read_rows(kept), taken, strict=True):
            if not chosen:
                yield {**row, "verdicts": [*row["verdicts"], word]}

    def stayed() -> Iterator[dict[str, Any]]:
        for row, chosen in zip(read_rows(kept), taken, strict=True):
            if chosen:
                yield {**row, "verdicts": [*row["verdicts"], good]}

    both = heapq.merge(read_rows(dropped), left_out(), key=lambda row: int(row["index"]))
    folder.rewrite({"dropped": both, "kept": stayed()})
