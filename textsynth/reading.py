"""Reads a run folder: its status, its funnel, and where one row came from."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from textsynth.errors import JobError, RunError, TextsynthError
from textsynth.funnel import funnel_of
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.journal import Journal
from textsynth.made import placed
from textsynth.materials import prepare
from textsynth.records import Summary, Table
from textsynth.runfolder import KINDS, find_run, read_rows, read_state, read_summary

MOST_BEHIND = 20
"""Runs in a line, each curated from the one before, whose replies are looked for."""


def status(target: str | Path = ".", *, examples: bool = False) -> dict[str, Any]:
    """How a run stands, also while another process is writing it.

    Keys: path, status (running, stopped, closed, short, or died when its process is gone), asked,
    briefs, kept, dropped, failed, reasons, funnel, seconds, cost (dollars or None), replies, sent,
    sent_again, tokens_in, tokens_out (of all replies on disk), short, warnings, novelty (of the
    last rows: see `Novelty.state`), tables, stages (the runs before this one: stage, cost, replies,
    tokens_in, tokens_out …), usd_per_kept_row, tokens_per_kept_row (None while no row is kept).
    `examples`: also costs (a table) and lost (filter, reason, rows, and some of them).
    """
    path = find_run(target)
    state, summary = read_state(path), read_summary(path)
    word = state["status"]
    if word == "running" and not _alive(int(state.get("pid", 0))):
        word = "died"
    journal = Journal(path / "journal.sqlite")
    try:
        counts = journal.counts()
        cost = journal.cost()
    finally:
        journal.close()
    used = summary.tokens_in + summary.tokens_out
    spent = state.get("cost")
    return {
        "usd_per_kept_row": None if spent is None or not summary.kept else spent / summary.kept,
        "tokens_per_kept_row": round(used / summary.kept) if summary.kept else None,
        **(_lost(path, summary, spent) if examples else {}),
        "path": str(path), "name": summary.name, "status": word, "asked": summary.asked,
        "briefs": summary.briefs, "kept": summary.kept, "dropped": summary.dropped,
        "failed": summary.failed, "reasons": summary.reasons, "funnel": list(summary.funnel),
        "facets": summary.facets, "short": list(summary.short),
        "tables": [asdict(table) for table in summary.tables],
        "seconds": state.get("seconds"), "seconds_since_update": round(
            max(0.0, time.time() - state.get("updated", time.time())), 1),
        "in_flight": state.get("in_flight"), "retried": state.get("retried"),
        "cost": cost, "last_fault": state.get("last_fault", ""), **counts,
        "warnings": list(summary.warnings), "novelty": state.get("novelty") or {},
        "stages": _stages(path),
    }  # fmt: skip


def _lost(path: Path, summary: Summary, usd: float | None) -> dict[str, Any]:
    """What kept and lost rows cost, and for each reason some rows that were dropped for it."""
    funnel = funnel_of(path, [stage for stage, _ in summary.funnel[2:-1]])
    return {
        "costs": asdict(funnel.costs(summary, usd)),
        "lost": [
            {"filter": name, "reason": slug, **asdict(reason)}
            for name, slug, reason in funnel.reasons()
        ],
    }


def _stages(path: Path) -> list[dict[str, Any]]:
    """What the runs of a job's stages have on disk, each with its own cost."""
    found = []
    for file in sorted((path / "stages").glob("**/journal.sqlite")):
        journal = Journal(file)
        try:
            name = file.parent.relative_to(path / "stages").as_posix()
            found.append({"stage": name, "cost": journal.cost(), **journal.counts()})
        finally:
            journal.close()
    return found


def explain(row: str, target: str | Path = ".") -> dict[str, Any]:
    """Where a row came from. `row`: its id, the beginning of one, or the number of its brief.

    Keys: kind (kept, dropped, failed), id, index, facets, fields (chunk, persona, … as they were
    drawn; empty when the inputs are gone or changed), tables (why they were drawn, and the
    method's columns), exchanges (step, messages, options, reply,
    model, finish, tokens), verdicts, messages, error.
    """
    path = find_run(target)
    kind, found = _find_row(path, row)
    used = [ref if isinstance(ref, str) else ref["key"] for ref in found["replies"]]
    journal = Journal(path / "journal.sqlite")
    journal.behind = next((opened_behind(run) for run in runs_behind(path)[:1]), None)
    try:
        exchanges = journal.entries(used)
    finally:
        journal.close()
    fields, note, why = _drawn(path, found)
    if (origin := _before_merge(path, found)) is not None:
        exchanges, fields, note, why = origin
    return {
        "path": str(path), "kind": kind, "id": found.get("id", ""), "index": found["index"],
        "facets": found["facets"], "seeds": _seeds(found), "fields": fields, "note": note,
        "exchanges": [
            {
                "step": e.step, "messages": e.messages, "options": e.options,
                "reply": e.reply.text, "model": e.reply.model, "finish": e.reply.finish,
                "tokens_in": e.reply.tokens_in, "tokens_out": e.reply.tokens_out,
                "prompt": e.prompt, "key": e.key,
            }
            for e in exchanges
        ],
        "verdicts": found.get("verdicts", []), "messages": found.get("messages", []),
        "error": found.get("error", ""), "raw": found.get("raw", ""),
        "columns": found.get("columns", {}), "tables": [*why, *_columns(found)],
    }  # fmt: skip


def _before_merge(path: Path, row: dict[str, Any]) -> tuple[Any, ...] | None:
    """Of a row that was merged from a run: what is known of it there, while that run is there."""
    runs = read_state(path).get("merged", {}).get("runs", {})
    columns = row.get("columns", {})
    run = Path(runs.get(columns.get("origin"), ""))
    if not (run / "run.json").is_file() or run == Path():
        return None
    for found in read_rows(run / "rows" / "kept.jsonl"):
        if found["id"] == columns.get("origin_row"):
            used = [ref["key"] for ref in found["replies"]]
            journal = opened_behind(run)
            try:
                exchanges = journal.entries(used) if journal is not None else []
            finally:
                if journal is not None:
                    journal.close()
            further = _before_merge(run, found)
            return further or (exchanges, *_drawn(run, found))
    return None


def runs_behind(path: Path) -> list[Path]:
    """The runs that a curated run has its rows from, the nearest first."""
    found: list[Path] = []
    while (name := read_state(path).get("behind")) and len(found) < MOST_BEHIND:
        path = Path(str(name))
        if not (path / "run.json").is_file() or path in found:
            break
        found.append(path)
    return found


def opened_behind(path: Path) -> Journal | None:
    """The journal of a run, with those of the runs behind it."""
    journal: Journal | None = None
    for run in (*runs_behind(path)[::-1], path):
        if (run / "journal.sqlite").is_file():
            nearer = Journal(run / "journal.sqlite")
            nearer.behind, journal = journal, nearer
    return journal


def _seeds(row: dict[str, Any]) -> dict[str, Any]:
    """What went into a row; how a curated one is put together again is for writers."""
    return {name: value for name, value in row["seeds"].items() if name != "form"}


def samples(target: str | Path, count: int) -> list[dict[str, Any]]:
    """The first `count` kept rows of a run."""
    rows = read_rows(find_run(target) / "rows" / "kept.jsonl")
    return [row for row, _ in zip(rows, range(count), strict=False)]


def funnel_rows(summary: Summary) -> Iterator[tuple[str, int, int, str]]:
    """(stage, rows left, rows lost there, why) for each stage of a run's funnel."""
    before = None
    for stage, left in summary.funnel:
        lost = 0 if before is None else before - left
        name = "failed" if stage in ("written", "read") else stage
        why = ", ".join(
            f"{reason.split(': ', 1)[1]} {rows}"
            for reason, rows in summary.reasons.items()
            if reason.split(": ", 1)[0] == name
        )
        yield stage, left, lost, why
        before = left


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    if os.name == "nt":
        return True  # signal 0 would end the process there; the lock tells when it matters
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _find_row(path: Path, row: str) -> tuple[str, dict[str, Any]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for kind in KINDS:
        for entry in read_rows(path / "rows" / f"{kind}.jsonl"):
            if row.isdigit() and len(row) < 10 and entry["index"] == int(row):
                return kind, entry
            if len(row) >= 3 and str(entry.get("id", "")).startswith(row):
                found.append((kind, entry))
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(entry["id"] for _, entry in found[:5])
        raise JobError(f"'{row}' is the beginning of several rows", ids, "give more of the id")
    summary = read_summary(path)
    raise JobError(
        f"there is no row '{row}' in {path}",
        f"it has {summary.kept} kept, {summary.dropped} dropped and {summary.failed} failed rows",
        "give the id of a row, or the number of its brief",
    )


def _drawn(path: Path, row: dict[str, Any]) -> tuple[dict[str, Any], str, list[Table]]:
    """The brief's fields, computed again from the job, and why each was drawn.

    A note instead when that is no longer possible.
    """
    if row.get("method") == "given" or "form" in row.get("seeds", {}) or "record" in row:
        return {}, "", []  # it came as it is: nothing was drawn for it
    path = [path, *runs_behind(path)][-1]
    try:
        ready = prepare(placed(job_of(path), path))
        brief = ready.plan.brief(row["index"])
    except (TextsynthError, OSError, KeyError) as error:
        return {}, f"the inputs cannot be read any more: {error}", []
    if brief.id != row["brief"]:
        return {}, "the inputs or the job have changed since; the prompts show what was sent", []
    return brief.fields, "", ready.why(brief)


def _columns(row: dict[str, Any]) -> list[Table]:
    """What the method put beside the messages: question, quote, label …"""
    columns = {k: v for k, v in row.get("columns", {}).items() if k != "context"}
    lists = {k: v for k, v in columns.items() if _is_table(v)}
    cells = tuple((k, _cell(v)) for k, v in columns.items() if k not in lists)
    found = [Table("columns", ("name", "value"), cells)] if cells else []
    for name, records in lists.items():
        heads = tuple(records[0])
        lines = tuple(tuple(_cell(record[head]) for head in heads) for record in records)
        found.append(Table(name, heads, lines))
    return found


def _is_table(value: Any) -> bool:
    """Whether a column is a list of records that all have the same names."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and one and list(one) == list(value[0]) for one in value)
    )


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def job_of(path: Path) -> Job:
    """The job as the run last had it, with what replaced its fields then."""
    state = read_state(path)
    home = Path(path, state.get("home", "."))
    return load_job(path / "job.yaml", state.get("given"), home=home)


def as_json(summary: Summary) -> dict[str, Any]:
    """A summary as plain JSON, without the text of the job."""
    plain = asdict(summary)
    plain.pop("job_text")
    return plain


def require_rows(path: Path) -> None:
    """Raises RunError when the run has no rows on disk."""
    if not (path / "rows" / "kept.jsonl").is_file():
        raise RunError(f"the run {path} has no rows yet", fix="run the job first")
