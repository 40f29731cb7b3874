"""The command `ingest`: read documents and say what was read and what could not be."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import textsynth as ts
from textsynth import show
from textsynth.commands import AsJson, command, emit, out


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
    as_json: AsJson = False,
) -> None:
    """Read documents into chunks, and say what was read and what could not be."""
    given: dict[str, Any] = {"chunk_chars": chunk_chars, "ocr": False if ocr == "off" else ocr}
    options = {name: value for name, value in given.items() if value is not None}
    found = ts.ingest(paths, out=folder, **options)
    if as_json:
        emit(
            {
                "chunks": len(found.chunks),
                "sources": [asdict(source) for source in found.sources],
                "files": [str(file) for file in found.files],
            }
        )
        return
    show.ingested(out, found.sources)
    for file in found.files:
        out.print(str(file), markup=False)
