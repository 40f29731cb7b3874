"""The command `ingest`: read documents and say what was read and what could not be."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import textsynth as ts
from textsynth import show
from textsynth.commands import AsJson, _seed_qa, command, emit, out
from textsynth.ingesting import Ingested


@command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or globs.")],
    folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for chunks.jsonl and sources.json.")
    ] = None,
    chunk_chars: Annotated[
        int | None, typer.Option(help="No chunk is longer than this many characters.")
    ] = None,
    ocr: Annotated[
        str | None,
        typer.Option(help="Languages of scans, such as eng,kor; `off` for no OCR."),
    ] = None,
    qa: Annotated[bool, typer.Option(help="Write checked questions and answers too.")] = False,
    per_chunk: Annotated[int, typer.Option(min=1, help="--qa: pairs of each chunk.")] = 2,
    kind: Annotated[
        list[str] | None, typer.Option(help="--qa: factual, yes_no, unanswerable …; several times.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option(help="--qa: who answers, as in a job; local if not given.")
    ] = None,
    job: Annotated[Path | None, typer.Option(help="--qa: a job to take the model from.")] = None,
    language: Annotated[str | None, typer.Option(help="--qa: the language's code.")] = None,
    review: Annotated[bool, typer.Option(help="Go through PATHS, a qa.jsonl, by hand.")] = False,
    redact: Annotated[bool, typer.Option(help="Replace personal data in the chunks.")] = True,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="A value to leave as it is; may be given several times."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read documents into chunks, and say what was read and what could not be."""
    given: dict[str, Any] = {"chunk_chars": chunk_chars, "ocr": False if ocr == "off" else ocr}
    options = {name: value for name, value in given.items() if value is not None}
    if review or _seed_qa.is_review(paths):
        _seed_qa.review(paths[-1], as_json)
        return
    if qa:
        _seed_qa.write(
            paths, as_json, provider, out=folder, per_chunk=per_chunk, kinds=kind, job=job,
            language=language, redact=redact, allow=allow, **options,
        )  # fmt: skip
        return
    _tell(ts.ingest(paths, out=folder, redact=redact, allow=allow or (), **options), as_json)


def _tell(found: Ingested, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "chunks": len(found.chunks),
                "sources": [asdict(source) for source in found.sources],
                "files": [str(file) for file in found.files],
                "redacted": found.seeds.redacted(),
                "warnings": list(found.seeds.warnings),
            }
        )
        return
    show.ingested(out, found.sources)
    for table in found.seeds.tables():
        show.finding(out, table)
    for words in found.seeds.warnings:
        out.print(f"[yellow]warning:[/] {escape(words)}")
    for file in found.files:
        out.print(str(file), markup=False)
