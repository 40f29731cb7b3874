"""What is written when a run is closed: the dataset with its splits, and the exports."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from textsynth.coverage import write_topics
from textsynth.errors import TextsynthError
from textsynth.job import Job
from textsynth.looking import METHOD
from textsynth.reading import job_of, require_rows
from textsynth.records import Sample, Summary
from textsynth.runfolder import Run, SampleRows, find_run, read_summary
from textsynth.splits import Assignment, assign, parts_of, splits_in
from textsynth.versions import last_splits
from textsynth.writers import SHELF, Writer
from textsynth.writers.dataset import Dataset


def close(job: Job, folder: Run, summary: Summary) -> Summary:
    """Writes the dataset folder and the exports that the job names; the summary with the splits.

    Rows that were in a split of the version before stay in it.
    """
    split = None
    if job.splits is not None:
        split = assign(folder.kept, job.splits, job.seed, last_splits(folder.path))
        short = (*summary.short, *split.warnings)
        summary = replace(summary, tables=(*summary.tables, split.table), short=short)
    chosen = {writer.part: writer for writer in job.export}
    for name in set(SHELF.names()) - set(chosen):
        # What an earlier form of the job exported would pass for this run's rows.
        for file in (folder.path / "exports").glob(f"**/{name}.*"):
            file.unlink()
    parts = parts_of(folder.kept, split)
    dataset = chosen.pop("dataset") if "dataset" in chosen else SHELF.load("dataset")()
    _write(dataset, parts, folder.path, summary)
    exports = folder.path / "exports"
    if split is not None:
        shutil.rmtree(exports, ignore_errors=True)
    for writer in chosen.values():
        _write(writer, parts, exports, summary)
    write_topics(folder.path, job.odds)
    return summary


def export(
    target: str | Path, formats: Sequence[str | Writer], *, out: str | Path | None = None
) -> list[Path]:
    """Writes the kept rows of a run in other formats, into its exports/ or `out`.

    `formats` are names of writers (messages, prompt_completion, preference, sharegpt, alpaca …) or
    writers. Where the dataset has splits, each has a folder of its own. Returns the files written.
    """
    path = find_run(target)
    require_rows(path)
    summary, files = read_summary(path), []
    try:
        job = job_of(path)
    except TextsynthError:
        job = None  # the rows can be written also where the job can no longer be read
    own = {writer.part: writer for writer in job.export} if job else {}
    rows = SampleRows(path / "rows" / "kept.jsonl")
    if job and job.splits and job.method.part == METHOD:
        # The ids in curated files are not ours; dealt anew, the rows fall the same way.
        parts = parts_of(rows, assign(rows, job.splits, job.seed))
    else:
        parts = parts_of(rows, Assignment.found(rows, splits_in(path / "data")))
    for name in formats:
        writer = (own.get(name) or SHELF.load(name)()) if isinstance(name, str) else name
        folder = Path(out) if out else path / "exports"
        files += _write(writer, parts, folder, summary)
    return files


def _write(
    writer: Writer, parts: Mapping[str, Iterable[Sample]], folder: Path, summary: Summary
) -> list[Path]:
    if isinstance(writer, Dataset):
        return writer.write_splits(parts, folder, summary)
    if len(parts) == 1:
        return writer.write(next(iter(parts.values())), folder, summary)
    return [
        file for name, rows in parts.items() for file in writer.write(rows, folder / name, summary)
    ]
