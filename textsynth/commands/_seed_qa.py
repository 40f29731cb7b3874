"""What `ingest` does with questions and answers: write a seed set, and go through one by hand."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.markup import escape

import textsynth as ts
from textsynth.commands import emit, err, out, provider_of
from textsynth.errors import JobError
from textsynth.live import make_view
from textsynth.runfolder import read_summary

KEYS = "y keep, n reject, e edit, q stop here"


def is_review(paths: list[str]) -> bool:
    """Whether `ingest review FILE` was meant."""
    return len(paths) == 2 and paths[0] == "review" and not Path("review").exists()


def write(paths: list[str], as_json: bool, provider: str | None, **options: Any) -> None:
    """`ingest DOCS --qa`: the pairs, and what to do with them."""
    if options.get("out") is None:
        raise JobError("--qa writes files", fix="name a folder for them with -o FOLDER")
    given = {name: value for name, value in options.items() if value not in (None, [])}
    named = provider_of(provider) if provider else None
    made = ts.make_qa(paths, provider=named, view=make_view(None if as_json else err), **given)
    if as_json:
        emit({**asdict(made), "path": str(made.path), "run": str(made.run)})
        return
    kinds = ", ".join(f"{kind} {rows}" for kind, rows in made.kinds.items())
    out.print(f"{made.pairs} of {made.wanted} pairs ({kinds}) are in {made.path}", markup=False)
    if made.pairs < made.wanted:
        lost = Counter(read_summary(made.run).reasons).most_common(3)
        words = ", ".join(f"{reason} ({rows})" for reason, rows in lost)
        out.print(f"  most of the others were lost to: {words}", markup=False)
    out.print(f"  go through them: textsynth ingest {made.path} --review", markup=False)


def review(path: str, as_json: bool) -> None:
    """`ingest FILE --review`: one pair after the other, also where the keys come from a pipe."""
    told = err if as_json else out
    found = ts.review_qa(path, lambda row, left: _decide(row, left, told))
    if as_json:
        emit({**asdict(found), "path": str(found.path)})
        return
    words = f"{found.ok} kept, {found.edited} edited, {found.rejected} rejected, {found.left} left"
    out.print(words)


def _decide(row: dict[str, Any], left: int, told: Any) -> Any:
    told.print(f"\n[bold]{escape(row['question'])}[/]")
    told.print(escape(row["answer"]))
    if row.get("quote"):
        told.print(f"[dim]“{escape(row['quote'])}” {escape(str(row.get('source', '')))}[/]")
    while True:
        key = _line(told, f"{left} left ({KEYS}): ")
        if key is None:
            return "q"
        if key[:1].lower() in ("y", "n", "q"):
            return key[:1].lower()
        if key[:1].lower() == "e":
            break
    names = ("question", "answer")
    given = {name: _line(told, f"{name} (empty: as it is): ") or "" for name in names}
    return given if any(text.strip() for text in given.values()) else "y"


def _line(told: Any, words: str) -> str | None:
    """A line that was typed or piped in; None at the end."""
    told.print(words, end="", markup=False)
    line = sys.stdin.readline()
    return line.strip() if line else None
